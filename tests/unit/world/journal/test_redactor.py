"""The redactor: lines in pieces, held back until they can be told."""

from __future__ import annotations

import re

import pytest

from modemtwin.modem.doors import BearerOpen, Card, Effect, Save, Secret, Tick, UartRx, UartTx
from modemtwin.world.journal.redactor import Entry, Pseudonyms, Redactor, asterisks, redacted


def find(line: str) -> list[tuple[int, int]]:
    """Secret is what stands behind PIN= up to a comma or semicolon, as ``at.redaction`` would have it."""
    return [found.span(1) for found in re.finditer(r"PIN[=:] ?([^,;]*)", line)]


def redactor(*, cut: bool = False) -> Redactor:
    return Redactor(find, Pseudonyms(), cut=cut)


def typed(data: bytes, *effects: Effect) -> Entry:
    return Entry(0, UartRx(data), effects)


def test_a_whole_line_is_told_at_once() -> None:
    assert redactor().add(typed(b"ATPIN=4711\r", UartTx(b"ATPIN=4711\r\r\nOK\r\n"))) == [
        typed(b"ATPIN=0000\r", UartTx(b"ATPIN=0000\r\r\nOK\r\n"))
    ]


def test_half_a_line_is_held_back_with_all_that_comes_after_it() -> None:
    one = redactor()
    assert one.add(typed(b"AT")) == []
    assert one.add(typed(b"PIN=4")) == []
    assert one.add(Entry(0, Tick(), ())) == []
    assert one.add(typed(b"7\rATI")) == []
    assert one.add(typed(b"\r")) == [
        typed(b"AT"),
        typed(b"PIN=0"),
        Entry(0, Tick(), ()),
        typed(b"0\rATI"),
        typed(b"\r"),
    ]


def test_what_is_no_command_is_not_held_back() -> None:
    assert redactor().add(typed(b"+++xyz")) == [typed(b"+++xyz")]
    assert redactor().add(typed(b"A/")) == [typed(b"A/")]


def test_half_an_echo_is_held_back_too() -> None:
    one = redactor()
    assert one.add(Entry(0, Tick(), (UartTx(b"\r\nPIN: 4"),))) == []
    assert one.flush() == [Entry(0, Tick(), (UartTx(b"\r\nPIN: 4"),))]


def test_the_same_secret_has_the_same_pseudonym_and_another_one_another() -> None:
    hide = Pseudonyms()
    assert [hide(secret) for secret in ("4711", "0815", "4711", "0002", '"0815"', "12345678", "7")] == [
        "0000",
        "0001",
        "0000",
        "0003",
        '"0001"',
        "00000000",
        "7",
    ]


def test_asterisks_keep_quotes_and_escapes() -> None:
    assert asterisks(r"a\"b\\c\41d") == r"*\"*\\*\2A*"


def test_what_was_taken_back_is_hidden_too() -> None:
    assert redactor().add(typed(b"ATPIN=99\b\b47X\b11\r")) == [typed(b"ATPIN=**\b\b00*\b00\r")]
    assert redactor().add(typed(b"ATPIN=47" + b"\b" * 6 + b"I\r")) == [typed(b"AT******" + b"\b" * 6 + b"I\r")]


@pytest.mark.parametrize("setting", [b"ATS5=35\r", b"ats005 = 35;I\r", b"ATS5=9\b35\r", b"ATS5=36;S5=35\r"])
def test_a_printable_character_that_was_made_the_editing_one_is_seen_through(setting: bytes) -> None:
    line = b"ATQX##PIX#N=4711\r"
    assert redactor().add(typed(line)) == [typed(line)]  # PIX#N is nothing here
    one = redactor()
    for piece in (setting[:6], setting[6:]):
        one.add(typed(piece))
    assert one.add(typed(line, UartTx(line))) == [typed(b"AT**##PI*#N=0000\r", UartTx(b"AT**##PI*#N=0000\r"))]
    assert one.add(typed(b"ATPIN=12\b34\r")) == [typed(b"ATPIN=0*\b00\r")]


def test_the_prefix_cannot_be_taken_back() -> None:
    assert redactor().add(typed(b"AT\b\bPIN=4711\r")) == [typed(b"AT\b\bPIN=0000\r")]


def test_a_line_after_a_repetition_is_found() -> None:
    assert redactor().add(typed(b"A/xATPIN=4711\r")) == [typed(b"A/xATPIN=0000\r")]


def test_a_line_that_never_ends_is_told_in_the_end_without_its_secret() -> None:
    one = redactor()
    told = [entry for _ in range(3000) for entry in one.add(typed(b"ATPIN=" if not _ else b"4"))]
    assert len(told) >= 2000
    said = b"".join(entry.stimulus.data for entry in told if isinstance(entry.stimulus, UartRx))
    assert b"4" not in said
    assert one.add(typed(b"\r"))[-1] == typed(b"\r")
    assert one.add(typed(b"ATI\r")) == [typed(b"ATI\r")]


def test_a_line_that_is_too_long_is_hidden_whole_to_its_end() -> None:
    one = redactor()
    assert one.add(typed(b"AT" + b"x" * 5000)) != []
    assert one.add(typed(b"PIN=4711;y\r")) == [typed(b"**********\r")]
    assert one.add(typed(b"ATI\r")) == [typed(b"ATI\r")]


def test_an_entry_that_begins_in_the_middle_of_a_line_is_hidden_to_its_end() -> None:
    assert redactor(cut=True).add(typed(b"=4711\rATI\r", UartTx(b"4711\r\r\nOK\r\n"))) == [
        typed(b"*****\rATI\r", UartTx(b"****\r\r\nOK\r\n"))
    ]


@pytest.mark.parametrize("secret", [Secret("4711"), "4711"])
def test_passwords_in_effects_and_saved_values_are_hidden(secret: str) -> None:
    entry = typed(b"", BearerOpen(0, "ctnb", "cdma", Secret(secret)), Save({"a": [{"password": secret}], "b": 1}))
    assert redactor().add(entry) == [
        typed(b"", BearerOpen(0, "ctnb", "cdma", Secret("0000")), Save({"a": [{"password": "0000"}], "b": 1}))
    ]


def test_a_card_keeps_what_is_printed_on_it() -> None:
    card = Card(pin=Secret("4711"), puk=Secret("87654321"))
    assert redactor().card(card) == Card(pin=Secret("0000"), puk=Secret("00000000"))
    assert redactor().card(None) is None


def test_no_entry_is_lost_and_none_is_told_twice() -> None:
    entries = [Entry(at, UartRx(data), ()) for at, data in enumerate([b"A", b"T", b"I", b"\r", b"AT", b"\r\n", b"AT"])]
    assert list(redacted(entries, redactor())) == entries


def test_an_echo_that_a_urc_parts_is_hidden_as_the_line_is() -> None:
    entries = [
        typed(b"ATPIN=4", UartTx(b"ATPIN=4")),
        Entry(1, Tick(), (UartTx(b"\r\n+CREG: 2\r\n"),)),
        typed(b"711\r\n", UartTx(b"711\r\r\nOK\r\n")),
    ]
    assert list(redacted(entries, redactor())) == [
        typed(b"ATPIN=0", UartTx(b"ATPIN=0")),
        Entry(1, Tick(), (UartTx(b"\r\n+CREG: 2\r\n"),)),
        typed(b"000\r\n", UartTx(b"000\r\r\nOK\r\n")),
    ]
