"""Datagrams of scripts: what the words of a line send, and what they expect."""

from __future__ import annotations

import pytest

from modemtwin.world.script.datagram import Fields, compose, faults, read_draft, read_pattern
from modemtwin.world.script.value import COUNTER, DATAGRAM, Captured, Scope

NAMES = {"first": DATAGRAM, "i": COUNTER}
ASKED = bytes.fromhex("420112348a21b474696d65")  # CON GET /time, mid 4660, token 8a21
SCOPE = Scope({"first": Captured.of(ASKED, ("192.0.2.7", 40001))}, {"i": 2})


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("ACK empty first.mid", "60001234"),
        ("ack 2.05 first.mid token=first.token payload=\"12:00\"", "624512348a21ff31323a3030"),
        ("CON GET /home/query?a=1&b 7", "40010007b4686f6d65057175657279" "43613d310162"),
        ("NON 2.05 mid=65535+i token=01 content-format=0", "51450001" "01" "c0"),
        ("RST empty 0", "70000000"),
        ("CON GET / 1", "40010001"),
        ("CON PUT 1 option-65001=00ff", "40030001" "e2fcdc00ff"),
        ("CON GET 1 etag=none token=none payload=none", "40010001"),
        ("bytes 60 45 first.mid ff \"x\"*3", "60451234ff787878"),
        ("bytes 7000 7+i", "7000" "0009"),
        ("bytes first 00*2", ASKED.hex() + "0000"),
    ],
)  # fmt: skip
def test_what_a_line_sends(line: str, sent: str) -> None:
    assert compose(read_draft(line.split(" "), NAMES), SCOPE).hex() == sent


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("any", []),
        ("CON", []),
        ("CON GET /time 4660 token=8a21", []),
        ("GET token=8a.. payload=none observe=none uri-path=*", []),
        ("bytes 42 01 .. .. 8a21 b4 \"time\"", []),
        ("bytes first", []),
        ("NON", ["the type is not NON"]),
        ("CON 2.05", ["the code is not 2.05"]),
        ("CON PUT /tim 1 token=none", [
            "the code is not 0.03", "the mid is not 1", "the token is not nothing", "Uri-Path is not 74696d",
        ]),
        ("/time?now", ["Uri-Query is not 6e6f77"]),
        ("/", ["Uri-Path is not nothing"]),
        ("observe=0 payload=\"x\"", ["Observe is not 0", "the payload is not 78"]),
        ("bytes 4202", ["byte 1 is 01, not 02"]),
        ("bytes 42", ["it has 11 bytes, not 1"]),
    ],
)  # fmt: skip
def test_what_a_line_expects(line: str, wrong: list[str]) -> None:
    assert faults(read_pattern(line.split(" "), NAMES), ASKED, SCOPE) == wrong


def test_what_is_no_message_fits_no_fields_but_any() -> None:
    assert faults(read_pattern(["CON"], {}), b"\x40\x01", SCOPE) == ["the datagram has 2 bytes, fewer than a header"]
    assert faults(read_pattern(["any"], {}), b"\x40\x01", SCOPE) == []
    assert faults(read_pattern(["bytes", "4001"], {}), b"\x40\x01", SCOPE) == []
    assert read_pattern(["any"], {}) == Fields()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", ["say what to send: type, code and mid at least, or bytes and the bytes"]),
        ("2.05", ["the type is missing: CON, NON, ACK, RST", "the mid is missing: a number, or first.mid"]),
        ("ACK 2.5 1", ['"2.5" is no code: write 2.05']),
        ("CON 1", ["the code is missing: GET, 2.05, empty"]),
        ("CON GTE 1 tokn=1", ['"GTE" is no word of a datagram; did you mean "GET"?',
                              'there is no field "tokn"; did you mean "token"?']),
        ("CON 7.01 1", ["code 7.01 is of a reserved class: send it as bytes"]),
        ("CON CON GET 1", ["the type is given twice"]),
        ("CON GET 1 token=112233445566778899", ["a token has at most 8 bytes, not 9: send it as bytes"]),
        ("CON GET 1 token=* etag=8a..", ["token: what is sent has no unknown bytes: write them",
                                         "ETag: what is sent has no unknown bytes: write them"]),
        ("bytes", ["say which bytes: hex, text in quotes, first.mid, first"]),
        ("bytes 40 ..", ["what is sent has no unknown bytes: write them instead of .."]),
        ("CON GET 1 block2=0/1/100", ["100 is no block size: there are 16, 32, 64, 128, 256, 512, 1024, 2048"]),
    ],
)  # fmt: skip
def test_every_mistake_of_a_line_is_told(line: str, said: list[str]) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_draft(line.split(), NAMES)
    assert str(caught.value).splitlines() == said


def test_a_pattern_says_something() -> None:
    with pytest.raises(ValueError, match="say what to expect"):
        read_pattern([], {})


def test_what_the_format_cannot_carry_is_said_when_it_is_to_be_sent() -> None:
    with pytest.raises(ValueError, match="an empty message carries neither token nor options nor payload"):
        compose(read_draft(["ACK", "empty", "1", "token=01"], {}), SCOPE)
