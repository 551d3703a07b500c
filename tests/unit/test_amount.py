"""How many of a thing there are, and a figure with all of its digits."""

from __future__ import annotations

import pytest

from modemtwin.amount import amount, figure


@pytest.mark.parametrize(("count", "said"), [(0, "0 bytes"), (1, "1 byte"), (2, "2 bytes"), (65_536, "65536 bytes")])
def test_one_of_a_thing_is_told_apart_from_none_and_from_many(count: int, said: str) -> None:
    assert amount(count, "byte") == said


@pytest.mark.parametrize(("count", "said"), [(0, "0 entries are"), (1, "1 entry is"), (2, "2 entries are")])
def test_a_word_that_takes_more_than_an_s_is_given_both_ways(count: int, said: str) -> None:
    assert amount(count, "entry is", "entries are") == said


@pytest.mark.parametrize(("count", "said"), [(1, "1 byte"), (999, "999 bytes"), (1_048_576, "1,048,576 bytes")])
def test_thousands_are_parted_where_they_are_asked_to_be(count: int, said: str) -> None:
    assert amount(count, "byte", grouped=True) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(40, "40"), (40.0, "40"), (0.5, "0.5"), (1_000_000.5, "1000000.5"), (31_536_000.0, "31536000"), (-1, "-1")],
)
def test_a_figure_has_all_of_its_digits_and_no_exponent(number: float, said: str) -> None:
    assert figure(number) == said
