"""The page about faults: every program in it runs, the scenario is one, and the lines of control are understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from modemtwin.cli.main import main
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


def test_the_fault_that_the_session_takes_is_the_one_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session, shown = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "session.at").write_text(session)
    (tmp_path / "village.toml").write_text(*re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
    (command,) = re.findall(r"^    modemtwin (play .*)$", PAGE, re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    assert main(command.split()) == 1
    assert capsys.readouterr().out.endswith(f"parts in 4 places\n{shown}")
    assert len(parse_scenario((tmp_path / "small.toml").read_text()).faults) == 1


def test_the_lines_for_a_running_modem_are_understood() -> None:
    lines = [shlex.split(line)[3:] for line in re.findall(r"^    (modemtwin control .*)$", PAGE, re.MULTILINE)]
    assert {words[0] for words in lines} <= set(VERBS)
    added = [words[2:] for words in lines if words[:2] == ["fault", "add"]]
    assert [str(check_fault(dict(word.split("=") for word in words), typed=True)) for words in added] == [
        "do=restart during=exchange",
        "do=drop type=ACK nth=2",
    ]
