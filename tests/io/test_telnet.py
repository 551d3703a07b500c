"""Telnet as a stream (RFC 854, RFC 855), literally."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemtwin.io.telnet import (
    BREAK,
    DO,
    DONT,
    WILL,
    WONT,
    Heard,
    Negotiation,
    Signal,
    Subnegotiation,
    TelnetReader,
    escape,
    negotiate,
    subnegotiate,
)

SESSION = bytes.fromhex("fffb2c fffd00 4154ffff0d fffa2c0100002580fffa fff0 fffa2c01ffff0000fff0 fff3 0a fff1")


def read(*pieces: bytes) -> list[Heard]:
    """Feed pieces; what they amount to, with neighbouring data joined."""
    reader = TelnetReader()
    heard: list[Heard] = []
    for each in (each for piece in pieces for each in reader.feed(piece)):
        if isinstance(each, bytes) and heard and isinstance(heard[-1], bytes):
            heard[-1] += each
        else:
            heard.append(each)
    return heard


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        ("4154 0d", [b"AT\r"]),
        ("41 ffff 54", [b"A\xffT"]),
        ("fffb2c", [Negotiation(WILL, 44)]),
        ("fffc2c fffd00 fffe03", [Negotiation(WONT, 44), Negotiation(DO, 0), Negotiation(DONT, 3)]),
        ("fffa2c0100002580fff0", [Subnegotiation(44, bytes.fromhex("0100002580"))]),
        ("fffa2c01ffff0000fff0", [Subnegotiation(44, bytes.fromhex("01ff0000"))]),
        ("fffa2cfff0", [Subnegotiation(44, b"")]),
        ("fff3", [Signal(BREAK)]),
    ],
)
def test_data_and_commands_are_told_apart(sent: str, heard: list[Heard]) -> None:
    assert read(bytes.fromhex(sent)) == heard


def test_a_subnegotiation_without_an_option_says_nothing() -> None:
    assert read(bytes.fromhex("fffafff0 41")) == [b"A"]


def test_a_subnegotiation_that_is_broken_off_says_nothing_but_the_command_that_broke_it_counts() -> None:
    assert read(bytes.fromhex("fffa2c01 fffd00 41")) == [Negotiation(DO, 0), b"A"]
    assert read(bytes.fromhex("fffa2c01 fffa2c02fff0")) == [Subnegotiation(44, b"\x02")]


def test_the_end_of_a_subnegotiation_that_never_began_is_nothing_to_anybody() -> None:
    assert read(bytes.fromhex("41 fff0 42")) == [b"A", Signal(240), b"B"]


def test_a_subnegotiation_without_end_does_not_fill_the_memory() -> None:
    reader = TelnetReader()
    reader.feed(bytes.fromhex("fffa2c"))
    for _ in range(1000):
        assert reader.feed(b"x" * 1000) == []
    (heard,) = reader.feed(bytes.fromhex("fff0"))
    assert isinstance(heard, Subnegotiation)
    assert len(heard.data) < 1000


@given(st.lists(st.integers(0, len(SESSION)), max_size=8))
def test_where_the_bytes_are_cut_makes_no_difference(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(SESSION)]
    assert read(*(SESSION[a:b] for a, b in itertools.pairwise(places))) == read(SESSION)


@given(st.binary(max_size=64))
def test_escaped_data_is_read_as_it_was(data: bytes) -> None:
    assert read(escape(data)) == ([data] if data else [])


@given(st.integers(0, 254), st.binary(max_size=64))
def test_a_subnegotiation_is_read_as_it_was_written(option: int, data: bytes) -> None:
    assert read(subnegotiate(option, data)) == [Subnegotiation(option, data)]


@given(st.lists(st.binary(max_size=16), max_size=8))
def test_garbage_never_raises(pieces: list[bytes]) -> None:
    read(*pieces)


def test_a_negotiation_is_three_bytes() -> None:
    assert negotiate(DO, 44) == bytes.fromhex("fffd2c")
