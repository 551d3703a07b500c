"""Values of scripts: what is written, what it means, and what is wrong with it."""

from __future__ import annotations

import pytest

from modemtwin.coap.numbers import BLOCK2, CONTENT_FORMAT, ETAG, IF_NONE_MATCH, MAX_AGE, URI_HOST
from modemtwin.world.script.value import (
    COUNTER,
    DATAGRAM,
    Captured,
    Literal,
    Presence,
    Scope,
    as_bytes,
    as_number,
    fits,
    option_number,
    read_bytes,
    read_number,
    read_option,
    read_piece,
    written,
)

NAMES = {"first": DATAGRAM, "odd": DATAGRAM, "i": COUNTER}
# CON GET, mid 0x1234, token 8a21, ETag 01ff, Block2 1/0/64, payload "hi"
CAME = bytes.fromhex("420112348a214201ff") + bytes.fromhex("d1 06 12 ff") + b"hi"
PEER = ("192.0.2.7", 40001)
SCOPE = Scope({"first": Captured.of(CAME, PEER), "odd": Captured.of(b"\xff\xff\x12\x35", PEER)}, {"i": 41})


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("8a21", b"\x8a\x21"),
        ("", b""),
        ('"12:00"', b"12:00"),
        ('"ä"', b"\xc3\xa4"),
        (r'"a\x00\n\r\t\"\\\q"', b'a\x00\n\r\t"\\\\q'),
        ("00*3", b"\0\0\0"),
        ('"ab"*2', b"abab"),
        ("first.token", b"\x8a\x21"),
        ("first.payload", b"hi"),
        ("first.etag", b"\x01\xff"),
        ("first.mid", b"\x12\x34"),
        ("none", b""),
    ],
)
def test_bytes_are_hex_text_or_a_field_of_what_came(text: str, meaning: bytes) -> None:
    assert as_bytes(read_bytes(text, NAMES), SCOPE) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("77", 77), ("0x4d", 77), ("first.mid", 0x1234), ("first.mid+1", 0x1235), ("i-1+100", 140), ("odd.mid", 0x1235)],
)
def test_a_number_is_a_sum(text: str, meaning: int) -> None:
    assert as_number(read_number(text, NAMES), SCOPE) == meaning


@pytest.mark.parametrize(
    ("option", "text", "meaning"),
    [
        (CONTENT_FORMAT, "0", b""),
        (CONTENT_FORMAT, "11542", b"\x2d\x16"),
        (CONTENT_FORMAT, "0x0000", b"\0\0"),
        (MAX_AGE, "i", b"\x29"),
        (ETAG, "01ff", b"\x01\xff"),
        (IF_NONE_MATCH, "", b""),
        (URI_HOST, "example.com", b"example.com"),
        (URI_HOST, '"a b"', b"a b"),
        (BLOCK2, "0/1/64", b"\x0a"),
        (BLOCK2, "i/0/1024", b"\x02\x96"),
        (BLOCK2, "first.block2", b"\x12"),
        (65001, "00ff", b"\x00\xff"),
    ],
)
def test_an_option_is_written_by_its_format(option: int, text: str, meaning: bytes) -> None:
    assert as_bytes(read_option(option, text, NAMES), SCOPE) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("45", b"\x45"), ("first", CAME), ("first.mid", b"\x12\x34"), ('"x"*2', b"xx"), ("00*4", b"\0" * 4)],
)
def test_a_piece_of_a_line_of_bytes(text: str, meaning: bytes) -> None:
    assert as_bytes(read_piece(text, NAMES), SCOPE) == meaning


def test_patterns_have_unknown_bytes_and_may_want_no_more_than_presence() -> None:
    assert read_bytes("8a..", {}) == Literal((0x8A, None))
    assert fits(Literal((0x8A, None)), b"\x8a\x77", SCOPE)
    assert not fits(Literal((0x8A, None)), b"\x8b\x77", SCOPE)
    assert not fits(Literal((0x8A, None)), b"\x8a", SCOPE)
    assert [fits(Presence(there), value, SCOPE) for there in (True, False) for value in (b"", b"x")] == [
        False, True, True, False,
    ]  # fmt: skip


def test_a_number_fits_with_leading_zeros_too() -> None:
    assert fits(read_option(CONTENT_FORMAT, "0", {}), b"\0", SCOPE)
    assert not fits(read_option(CONTENT_FORMAT, "0x00", {}), b"", SCOPE)
    assert fits(read_option(BLOCK2, "1/0/64", {}), b"\0\x12", SCOPE)


@pytest.mark.parametrize(
    ("option", "text", "shown"),
    [
        (ETAG, "8a..", "8a.."),
        (ETAG, "", "nothing"),
        (ETAG, "first.token", "8a21"),
        (MAX_AGE, "i+1", "42"),
        (BLOCK2, "i/1/64", "41/1/64"),
        (ETAG, "*", "something"),
        (ETAG, "none", "nothing"),
    ],
)
def test_a_value_can_be_shown(option: int, text: str, shown: str) -> None:
    assert written(read_option(option, text, NAMES), SCOPE) == shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("8a2", "8a2 is neither hex bytes, nor text in quotes, nor a name"),
        ("frist.token", 'no line before this one says "as frist"; did you mean "first"?'),
        ("first.tokn", 'there is no field "tokn"; did you mean "token"?'),
        ("i.token", "i is a counter, not a datagram"),
        ("00*70000", "70000 bytes do not fit into a datagram"),
    ],
)
def test_what_is_wrong_with_bytes_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_bytes(text, NAMES)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", 'no line before this one says "as x"'),
        ("first", "first is a datagram: write first.mid"),
        ("first.token", "first.token is no number"),
        ("first.mdi+1", '"first.mdi+1" is no number, and no sum of numbers and first.mid'),
        ("12345678901234", "123456789012… is too large a number"),
        ("7+", '"7+" is no number, and no sum of numbers and first.mid'),
    ],
)
def test_what_is_wrong_with_a_number_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_number(text, NAMES)
    assert str(caught.value) == said


def test_bytes_know_no_decimal_numbers_by_themselves() -> None:
    with pytest.raises(ValueError, match="100 is neither hex bytes"):
        read_piece("100", NAMES)


def test_an_option_is_found_by_name_or_number() -> None:
    assert [option_number(name) for name in ("Uri-Path", "block2", "option-65001")] == [11, 23, 65001]
    with pytest.raises(ValueError, match='there is no field "blokc2"; did you mean "block2"'):
        option_number("blokc2")
    with pytest.raises(ValueError, match="write option-N"):
        option_number("qqqqqq")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("first.size1", "first has no Size1"),
        ("odd.token", "odd is no CoAP message, so it has no token"),
        ("odd.option-9", "odd is no CoAP message, so it has no 9"),
    ],
)
def test_a_field_that_did_not_come_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        as_bytes(read_bytes(text, NAMES), SCOPE)


def test_nothing_below_zero_can_be_sent() -> None:
    with pytest.raises(ValueError, match="-1 is below 0"):
        as_bytes(read_option(MAX_AGE, "0-1", NAMES), SCOPE)
