"""Whatever a scenario says, it is read or refused in sentences."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from modemtwin.world.scenario.keys import SCHEMA
from modemtwin.world.scenario.scenario import Scenario, ScenarioError, apply_settings, parse_scenario
from modemtwin.world.transcripts.transcript import parse_transcript

VALUES = st.sampled_from(["1", "-1", "1.5", "true", '"x"', '""', '"1234"', "[]", '["a"]', "{}", "{ signal = 3 }"])
TABLES = st.sampled_from(["[modem]", "[card]", "[cell]", "[[route]]", "[[event]]", "[profile]", "[quirks]", "[x]"])
NAMES = st.sampled_from([*(key.name.partition(".")[2] for key in SCHEMA), "nstart", "Q-CONVERT", "x"])
SECTIONS = st.lists(st.tuples(TABLES, st.dictionaries(NAMES, VALUES | st.just("nan"), max_size=5)), max_size=5)
SETTINGS = st.builds("{}={}".format, st.sampled_from([key.name for key in SCHEMA]), st.text())


def mistakes_of(read: Callable[[], Scenario]) -> list[str] | None:
    """None when a scenario is read."""
    try:
        read()
    except ScenarioError as error:
        return error.mistakes
    return None


@given(SECTIONS)
def test_any_tables_are_read_or_refused(sections: list[tuple[str, dict[str, str]]]) -> None:
    lines = [line for table, keys in sections for line in (table, *(f"{name} = {keys[name]}" for name in keys))]
    mistakes = mistakes_of(lambda: parse_scenario("\n".join(lines)))
    assert mistakes is None or all(": " in mistake and "\n" not in mistake for mistake in mistakes)
    assert mistakes != []


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    assert mistakes_of(lambda: parse_scenario(text)) != []


@given(st.lists(st.text(max_size=20) | SETTINGS))
def test_any_settings_are_applied_or_refused(settings: list[str]) -> None:
    assert mistakes_of(lambda: apply_settings(Scenario(), settings)) != []


@given(st.text('ATx0149af .<>=|*!#"\\\n'))
def test_any_text_is_a_transcript_or_refused_line_by_line(text: str) -> None:
    try:
        told = [step.line for step in parse_transcript(text).steps]
    except ValueError as error:
        told = [int(line.removeprefix("line ").partition(":")[0]) for line in str(error).splitlines()]
    assert told == sorted(set(told))
