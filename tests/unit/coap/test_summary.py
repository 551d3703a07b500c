"""A message in one line for a person."""

from __future__ import annotations

import pytest

from modemtwin.coap import numbers
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import ACK, CON, CONTENT, GET, NON, NOT_FOUND, RST
from modemtwin.coap.summary import described, described_datagram

REQUEST = Message(CON, GET, 1, b"", ((11, b"home"), (11, b"query"), (15, b"address=1")), b"hello world")  # COAP-AN §5


def test_a_request_shows_its_path_and_query_as_a_url_does() -> None:
    assert described(REQUEST) == 'CON GET /home/query?address=1, mid 1, 11 bytes "hello world"'


def test_a_response_shows_code_name_and_payload() -> None:
    assert described(Message(ACK, NOT_FOUND, 1, payload=b"Not Found")) == (
        'ACK 4.04 Not Found, mid 1, 9 bytes "Not Found"'
    )


def test_empty_messages_are_called_empty() -> None:
    assert [described(Message(kind, 0, 7)) for kind in (ACK, RST)] == ["ACK empty, mid 7", "RST empty, mid 7"]


@pytest.mark.parametrize(
    ("option", "shown"),
    [
        ((numbers.CONTENT_FORMAT, b""), "Content-Format 0"),
        ((numbers.MAX_AGE, b"\x01\x00"), "Max-Age 256"),
        ((numbers.ETAG, b"\xbe\xef"), "ETag beef"),
        ((numbers.BLOCK2, b"\x0e"), "Block2 0/1/1024"),
        ((numbers.IF_NONE_MATCH, b""), "If-None-Match"),
        ((numbers.LOCATION_PATH, b"a"), "Location-Path a"),
        ((65000, b"\x01"), "option 65000 01"),
    ],
)
def test_an_option_is_shown_by_name_and_in_its_own_format(option: tuple[int, bytes], shown: str) -> None:
    assert (
        described(Message(NON, CONTENT, 9, b"\xca\xfe", (option,))) == f"NON 2.05 Content, mid 9, token cafe, {shown}"
    )


def test_a_payload_that_is_no_text_is_shown_in_hex_and_cut() -> None:
    assert described(Message(NON, CONTENT, 9, payload=bytes(range(60)))) == (
        f"NON 2.05 Content, mid 9, 60 bytes {bytes(range(48)).hex()}…"
    )


def test_control_characters_never_reach_the_screen() -> None:
    shown = described(Message(CON, GET, 1, options=((11, b"\x1b[2J"),), payload=b"a\rb"))
    assert shown == "CON GET /\\x1b[2J, mid 1, 3 bytes 'a\\rb'"


def test_a_single_byte_is_counted_as_one() -> None:
    assert described(Message(NON, CONTENT, 9, payload=b"x")) == 'NON 2.05 Content, mid 9, 1 byte "x"'
    assert described_datagram(b"@") == ("1 byte that is no CoAP message: the datagram has 1 byte, fewer than a header")


def test_what_is_no_coap_is_said_to_be_none() -> None:
    assert described_datagram(b"GET /").startswith("5 bytes that are no CoAP message: ")
