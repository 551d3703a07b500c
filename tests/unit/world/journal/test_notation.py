"""The notation of stimuli and effects."""

from __future__ import annotations

import json

import pytest

from modemtwin.modem.doors import (
    AreaAccepted,
    AreaUpdate,
    BaudRate,
    BearerOpen,
    Card,
    CardInserted,
    CardRemoved,
    ConnectionChanged,
    DatagramRx,
    DatagramTx,
    Effect,
    FlowControl,
    LinesChanged,
    LinesSet,
    Paged,
    Pinged,
    RadioRest,
    Refused,
    Registration,
    RegistrationChanged,
    Resolved,
    Save,
    Secret,
    SocketFailed,
    SocketOpen,
    Stimulus,
    Technology,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.world.journal.notation import decode, decode_card, encode, encode_card

SAMPLES: list[Stimulus | Effect] = [
    Tick(),
    UartRx(b"AT\r\x00\xff"),
    UartTx(b"\r\nOK\r\n"),
    DatagramRx(("192.0.2.1", 5683), b"\x60\x45"),
    DatagramTx(("::1", 5683), b""),
    SocketFailed("gone"),
    SocketFailed("refused", ("192.0.2.1", 5683)),
    SocketOpen((40001, 40002)),
    Resolved("coap.me", ("192.0.2.1", "::1")),
    Pinged(1, "192.0.2.1", None),
    Pinged(1, "192.0.2.1", 147),
    CardInserted(Card(pin=Secret("1234"))),
    CardRemoved(),
    AreaAccepted(0b001_00001, None, 2, 3),
    AreaUpdate(None, 0, None),
    ConnectionChanged(connected=True),
    Paged(2, 8_480_000, 0),
    RadioRest(),
    FlowControl(2, 1),
    RegistrationChanged(Registration.HOME, Technology.EGPRS, "CHN-CT", "46011", "", 1, 2),
    BearerOpen(0, "ctnb", "cdma", Secret("1234")),
    Save({"contexts": {"1": {"apn": "ctnb"}}, "ipr": 115200}),
    BaudRate(9600),
    LinesSet(dtr=True, rts=False),
    LinesChanged(cts=True, dsr=True, dcd=False, ri=False),
    Refused("AT+FOO", 601, "there is no such command"),
]


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_what_is_written_is_read_back(value: Stimulus | Effect) -> None:
    back = decode(json.loads(json.dumps(encode(value))))
    assert back == value
    assert type(back) is type(value)


def test_a_field_that_a_journal_of_an_earlier_version_does_not_have_is_as_it_was_then() -> None:
    registered = RegistrationChanged(Registration.HOME, Technology.NB_IOT, "CHN-CT", "46011", "ctnb", 1, 2)
    written = encode(registered)
    del written["RegistrationChanged"]["address"]  # type: ignore[attr-defined]  # it is an object of JSON
    assert decode(written) == registered


def test_a_secret_comes_back_as_one() -> None:
    back = decode(encode(BearerOpen(0, "", "", Secret("1234"))))
    assert type(back.password) is Secret


def test_serial_bytes_are_readable_and_datagrams_are_hex() -> None:
    assert encode(UartTx(b"\r\nOK\r\n\xe9")) == {"UartTx": {"data": "\r\nOK\r\né"}}
    assert encode(DatagramTx(("192.0.2.1", 5683), b"\x40\x01\x00\x01")) == {
        "DatagramTx": {"destination": ["192.0.2.1", 5683], "data": "40010001"}
    }


def test_a_card_or_none_is_written_and_read() -> None:
    assert decode_card(encode_card(None)) is None
    assert decode_card(encode_card(Card(pin=Secret("1234")))) == Card(pin=Secret("1234"))


@pytest.mark.parametrize(
    ("notation", "why"),
    [
        (None, "a stimulus or effect is an object with one key, its name"),
        ({}, "a stimulus or effect is an object with one key, its name"),
        ({"UartXx": {}}, 'there is no stimulus or effect "UartXx"'),
        ({"UartRx": {"date": ""}}, "UartRx has the fields data"),
        ({"UartRx": {"data": 3}}, "UartRx: 3 does not fit"),
        ({"UartRx": {"data": "€"}}, "UartRx: "),
        ({"DatagramRx": {"source": ["x"], "data": ""}}, r"DatagramRx: \['x'\] does not fit"),
        ({"DatagramRx": {"source": ["x", 1], "data": "4"}}, "DatagramRx: "),
        ({"SignalChanged": {"rssi": True, "ber": 0}}, "SignalChanged: True does not fit"),
        ({"Save": {"values": []}}, r"Save: \[\] does not fit"),
    ],
)
def test_what_does_not_fit_is_told(notation: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        decode(notation)
