"""A scenario with fewer faults is the same text without their tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemtwin.world.scenario.scenario import parse_scenario
from modemtwin.world.scenario.shortened import shortened

TEXT = r'''# a bad day
# in the village

[cell]
operator = """\
[[fault]]\
"""

# the first request
[[fault]]
do = "drop"   # every one
type = "CON"
  # within it
times = 3

[[fault]]
do = "busy"
at = 100

# and the answer
[[fault]]
do = "drop"
code = "2.05"

[path]
loss = 0.5
'''


def test_a_fault_goes_with_the_comment_above_it_and_all_else_stays() -> None:
    assert (
        shortened(TEXT, [2])
        == r'''# a bad day
# in the village

[cell]
operator = """\
[[fault]]\
"""

[[fault]]
do = "busy"
at = 100

[path]
loss = 0.5
'''
    )


@given(st.sets(st.integers(1, 3)))
def test_what_is_left_are_the_faults_that_are_kept(kept: set[int]) -> None:
    whole, part = parse_scenario(TEXT), parse_scenario(shortened(TEXT, kept))
    assert part.faults == tuple(fault for number, fault in enumerate(whole.faults, 1) if number in kept)
    assert (part.cell, part.path) == (whole.cell, whole.path)


def test_what_only_some_call_the_end_of_a_line_is_none() -> None:
    head = '[cell]\noperator = "a\N{LINE SEPARATOR}b"\n'
    assert shortened(f'{head}[[fault]]\ndo = "busy"\n', []) == head


def test_all_of_them_leave_the_text_as_it_was() -> None:
    assert shortened(TEXT, [1, 2, 3]) == TEXT


@pytest.mark.parametrize("end", ["", "\n", "\n\n# the end", "\r\n"])
def test_a_fault_at_the_very_beginning_leaves_the_comment_of_the_file(end: str) -> None:
    assert shortened(f'#:schema s.json\n[[fault]]\ndo = "restart"{end}', []) == "#:schema s.json\n"


def test_headers_may_have_blanks() -> None:
    assert shortened('[[ fault ]]\ndo = "busy"\n[[fault]]\ndo = "mute"\n', [2]) == '[[fault]]\ndo = "mute"\n'


def test_a_list_in_brackets_is_refused() -> None:
    text = 'fault = [{do = "restart"}, {do = "busy"}]\n'
    with pytest.raises(ValueError, match="do not stand in"):
        shortened(text, [1])
