"""Every key of a scenario has a line, however it is written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from modemtwin.world.scenario.scenario import ScenarioError, parse_scenario
from modemtwin.world.scenario.toml_lines import TomlLines

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


def test_a_table_below_a_list_belongs_to_the_last_of_it() -> None:
    lines = TomlLines("[[event]]\nat = 1\n[[event]]\nat = 2\n[event.change]\nsignal = 5\n")
    assert [lines.line_of(path) for path in ("event[1].change", "event[2].change", "event[2].change.signal")] == [
        1,
        5,
        6,
    ]


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


def _inline(table: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"


def _listed(items: list[str]) -> str:
    return "[\n # x ]\n" + ",\n".join(items) + "]"


_QUOTES = "\"'"
_KEYS = st.sampled_from(["a", "b-c", '"d e"', "'f.g'", "h"])
_SCALARS = st.sampled_from(["1", '"x = # ]"', "'\\'", '"""\n[a]\n\\""""', "'''\n#'''", "true", "1979-05-27 07:32:00"])
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3).map(_listed) | st.dictionaries(_KEYS, inner, max_size=2).map(_inline),
    max_leaves=6,
)
_TABLES = st.tuples(st.sampled_from(["[{}]", "[[{}]]"]), st.dictionaries(_KEYS, _VALUES, max_size=4))


@given(st.lists(_TABLES, max_size=5))
def test_whatever_tomllib_reads_has_its_keys_in_their_lines(tables: list[tuple[str, dict[str, str]]]) -> None:
    text, expected = "", {}
    for number, (header, table) in enumerate(tables):
        text += f"{header.format(f't{number}')}  # x\n"
        path = f"t{number}" + ("[1]" if header.startswith("[[") else "")
        expected[path] = text.count("\n")
        for key, value in table.items():
            expected[f"{path}.{key.strip(_QUOTES)}"] = text.count("\n") + 1
            text += f"  {key} = {value} # y\n"
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)  # such as a line break in an inline table
    lines = TomlLines(text)
    assert {path: lines.line_of(path) for path in expected} == expected
