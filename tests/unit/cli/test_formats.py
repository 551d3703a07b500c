"""Content formats by number and by name."""

from __future__ import annotations

import pytest

from modemtwin.cli.formats import format_name, parse_format
from modemtwin.coap.numbers import FORMATS


@pytest.mark.parametrize(
    ("text", "number"),
    [("50", 50), ("json", 50), ("JSON", 50), ("application/json", 50), ("text", 0), ("text/plain;charset=utf-8", 0)],
)
def test_a_format_is_known_by_number_and_by_name(text: str, number: int) -> None:
    assert parse_format(text) == number


def test_each_name_that_is_shown_can_be_typed() -> None:
    assert [number for number in FORMATS if parse_format(format_name(number)) != number] == []


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"'jsn' is no content format \(did you mean json\?\)"):
        parse_format("jsn")


@pytest.mark.parametrize("text", ["", "65536", "-1", "\u0665\u0660"])
def test_what_is_no_format_is_answered_with_all_names(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"is no content format; a number from 0 to 65535, or one of text, link-format"
    ):
        parse_format(text)


def test_a_format_that_nobody_knows_is_shown_by_its_number() -> None:
    assert format_name(4711) == "content-format 4711"
