"""Every key of a scenario has a line, however it is written."""

from __future__ import annotations

import pytest

from modemtwin.world.scenario import ScenarioError, parse_scenario
from modemtwin.world.toml_lines import TomlLines

TEXT = '''# a scenario
[cell]   # with a comment
signal = 99
apns = [
  "a = b",  # ] no end
  'c # d',
]
operator = """
[[fault]]
x = 3
"""

[[fault]]
do = "drop"
[[fault]]
"on" = "line"  # quoted
text = 'a"b'
[path.up]
loss = 0.5
[ path . down ]
reorder-by = 1.5

[[event]]
at = 3
change = { signal = 5, coverage = false }
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("cell", 2),
        ("cell.signal", 3),
        ("cell.apns", 4),
        ("cell.operator", 8),
        ("fault", 13),
        ("fault[1]", 13),
        ("fault[1].do", 14),
        ("fault[2]", 15),
        ("fault[2].on", 16),
        ("fault[2].text", 17),
        ("path.up.loss", 19),
        ("path.down.reorder-by", 21),
        ("path.down.reorder_by", 21),
        ("event[1].change.coverage", 25),
        ("event[1].nonsense", 23),
        ("nonsense", None),
    ],
)
def test_a_key_stands_in_its_line(path: str, line: int | None) -> None:
    assert TomlLines(TEXT).line_of(path) == line


def test_tables_within_a_list_in_brackets_are_counted() -> None:
    lines = TomlLines('fault = [\n  {do = "drop"},\n  {do = "dorp", nth = 2},\n]\n')
    assert [lines.line_of(path) for path in ("fault", "fault[1].do", "fault[2].do", "fault[2].nth")] == [1, 2, 3, 3]


def test_every_mistake_of_a_scenario_is_told_with_its_line() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(
            '[cell]\nsignal = 45\n\n[[fault]]\ndo = "dorp"\n[[fault]]\ndo = "delay"\ntipe = "ACK"\n'
            "nth = 0\n[[event]]\nat = -1\n[cels]\n"
        )
    assert [mistake.partition(";")[0] for mistake in caught.value.mistakes] == [
        "line 2: cell.signal: 45 is out of range",
        "line 12: cels: there is no such table",
        "line 11: event[1].at: -1 is out of range",
        'line 5: fault[1].do: "dorp" is unknown',
        "line 8: fault[2].tipe: there is no such key",
        "line 9: fault[2].nth: 0 is out of range",
        "line 6: fault[2].by: it is missing",
    ]
