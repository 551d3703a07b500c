"""Kinds of values: what they take, and what they say to the rest."""

from __future__ import annotations

import re

import pytest

from modemtwin.modem.doors import Secret
from modemtwin.world.schema import Address4, Choice, Digits, Flag, Key, Kind, Number, Text, Texts, Whole, nearest


@pytest.mark.parametrize(
    ("kind", "value", "taken"),
    [
        (Whole(0, 31, (99,)), 99, 99),
        (Number(0, 5), 3, 3.0),
        (Number(0, 5, optional=True), None, None),
        (Number(0, 5, optional=True), "never", None),
        (Flag(), True, True),
        (Text(3), "abc", "abc"),
        (Texts(), ["a", "b"], ("a", "b")),
        (Digits((0, 4)), "", ""),
        (Address4(), "10.0.0.1", "10.0.0.1"),
        (Choice({"one": 1}), "one", 1),
        (Choice({"one": 1}), 1, 1),
    ],
)
def test_a_value_that_fits_is_taken(kind: Kind, value: object, taken: object) -> None:
    assert kind.check(value) == taken


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (Whole(0, 31, (99,)), 32, "32 is out of range"),
        (Whole(0, 31), True, "true is not a whole number"),
        (Whole(0, 31), 1.0, "1.0 is not a whole number"),
        (Number(0, 5), "x", '"x" is not a number'),
        (Number(0, 5), float("nan"), "nan is out of range"),
        (Number(0, 5), None, "None is not a number"),
        (Flag(), 1, "1 is neither true nor false"),
        (Text(3), 1, "1 is not text"),
        (Text(3), "abcd", "4 characters are too many"),
        (Text(3), "a\r", "a control character is in it"),
        (Text(3, printed=True), "a€", 'no modem prints "€"'),
        (Texts(), ["a", 1], "is not a list of text"),
        (Digits((4,)), 1234, "the value is not text in quotes"),
        (Digits((4,)), "12٣4", "there is more than digits in it"),
        (Digits((4,)), "123", "3 digits are not right"),
        (Address4(), 1, "1 is not an IPv4 address"),
        (Choice({"one": 1}), "on", '"on" is unknown; did you mean "one"?'),
        (Choice({"one": 1}), 2, "2 is unknown"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_the_reason(kind: Kind, value: object, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        kind.check(value)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Whole(0, 31), "12", 12),
        (Whole(0, 31), "0x1f", 31),
        (Number(0, 5), "2.5", 2.5),
        (Flag(), "True", True),
        (Texts(), "a, b,", ("a", "b")),
        (Texts(), "", ()),
        (Digits((4,)), "0815", "0815"),
        (Digits((0, 4)), '"0815"', "0815"),
        (Digits((0, 4)), '""', ""),
    ],
)
def test_text_is_read_by_the_kind(kind: Kind, text: str, value: object) -> None:
    assert kind.read(text) == value


def test_a_key_names_itself_and_what_is_allowed() -> None:
    key = Key("cell.signal", Whole(0, 31, (99,)), 27, "received strength")
    with pytest.raises(ValueError, match=r"^event.1..change.signal: 45 is out of range; allowed: a whole number"):
        key.check(45, "event[1].change.signal")
    with pytest.raises(ValueError, match=r'^cell.signal: "x" is not a whole number; allowed: a whole number from 0'):
        key.read("x")


@pytest.mark.parametrize(
    ("lengths", "allowed"),
    [
        ((15,), "15 digits in quotes"),
        ((14, 15), "14 or 15 digits in quotes"),
        ((0, 4, 5, 6, 7, 8), '4 to 8 digits in quotes, or ""'),
    ],
)
def test_how_many_digits_are_allowed_reads_well(lengths: tuple[int, ...], allowed: str) -> None:
    assert Digits(lengths).allowed == allowed


def test_a_secret_stays_one() -> None:
    assert type(Digits((4,), Secret).check("1234")) is Secret


def test_the_nearest_word_is_the_first_of_those_that_are_as_near() -> None:
    assert nearest("sim700", ["sim7000", "sim7080"]) == '; did you mean "sim7000"?'
    assert nearest("xyz", ["sim7000"]) == ""
    assert nearest("xyz", []) == ""
