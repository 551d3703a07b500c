"""The page about faults: every program in it runs, the scenario is one, and the lines of control are understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from modemtwin.io.control_verbs import VERBS
from modemtwin.world.fault.table import check_fault
from modemtwin.world.scenario.scenario import parse_scenario

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "faults.md").read_text("utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_a_program_of_the_page_runs_to_its_end(number: int) -> None:
    exec(compile(PROGRAMS[number], f"faults.md, program {number + 1}", "exec"), {"__name__": "__main__"})


def test_the_scenario_of_the_page_is_right() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert len(parse_scenario(text).faults) == 4


def test_the_lines_for_a_running_modem_are_understood() -> None:
    lines = [shlex.split(line)[3:] for line in re.findall(r"^    (modemtwin control .*)$", PAGE, re.MULTILINE)]
    assert {words[0] for words in lines} <= set(VERBS)
    added = [words[2:] for words in lines if words[:2] == ["fault", "add"]]
    assert [str(check_fault(dict(word.split("=") for word in words), typed=True)) for words in added] == [
        "do=restart during=exchange",
        "do=drop type=ACK nth=2",
    ]
