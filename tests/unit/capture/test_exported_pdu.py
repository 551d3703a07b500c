"""A line of the UART for Wireshark's AT dissector."""

from __future__ import annotations

from modemtwin.capture.exported_pdu import from_modem, from_te


def test_what_the_te_typed_is_sent() -> None:
    assert from_te(b"AT\r") == bytes.fromhex("000c0004 61740000 00230004 00000000 00000000") + b"AT\r"


def test_what_the_modem_said_is_received() -> None:
    assert from_modem(b"\r\nOK\r\n") == bytes.fromhex("000c0004 61740000 00230004 00000001 00000000") + b"\r\nOK\r\n"
