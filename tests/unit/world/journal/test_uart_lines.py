"""Bytes of a UART as lines and replies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemtwin.world.journal.uart_lines import UartLines


@pytest.mark.parametrize(
    ("data", "lines", "half"),
    [
        (b"AT+CSQ\r", [b"AT+CSQ\r"], b""),
        (b"AT\rATI\rAT+C", [b"AT\r", b"ATI\r"], b"AT+C"),
        (b"AT\r\nATI\r\n", [b"AT\r\n", b"ATI\r\n"], b""),
        (b"AT\r\r\nOK\r\n", [b"AT\r", b"\r\nOK\r\n"], b""),
        (b"\r\n+CSQ: 27,99\r\n\r\nOK\r\n", [b"\r\n+CSQ: 27,99\r\n\r\nOK\r\n"], b""),
        (b"\r\nOK\r\n\r\n+CSQ: 27,99\r\n\r\nOK\r\n", [b"\r\nOK\r\n", b"\r\n+CSQ: 27,99\r\n\r\nOK\r\n"], b""),
        (b"\r\nERROR\r\nAT\r", [b"\r\nERROR\r\n", b"AT\r"], b""),
        (b"+CSQ: 27,99\r\n0\r", [b"+CSQ: 27,99\r\n", b"0\r"], b""),
        (b"A/", [b"A/"], b""),
        (b"A/\r\nOK\r\n", [b"A/", b"\r\nOK\r\n"], b""),
        (b"\r\n+X: MAA/\r\n", [b"\r\n+X: MAA/\r\n"], b""),
        (b"\n", [], b"\n"),
        (b"", [], b""),
    ],
)
def test_a_line_ends_where_a_person_would_break_it(data: bytes, lines: list[bytes], half: bytes) -> None:
    uart = UartLines()
    assert uart.add(data) == lines
    assert uart.half == half


def test_a_line_typed_key_by_key_is_one_line() -> None:
    uart = UartLines()
    assert [line for key in b"AT+CSQ\r" for line in uart.add(bytes((key,)))] == [b"AT+CSQ\r"]


def test_what_never_ends_is_cut() -> None:
    uart = UartLines()
    assert uart.add(b"x" * 5000) == [b"x" * 5000]
    assert uart.half == b""


@given(st.lists(st.binary()))
def test_no_byte_is_lost(pieces: list[bytes]) -> None:
    uart = UartLines()
    said = b"".join(line for piece in pieces for line in uart.add(piece))
    assert said + uart.half == b"".join(pieces)
