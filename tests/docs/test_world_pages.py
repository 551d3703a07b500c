"""The pages about the world: every program in them runs, and the scenario is one."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest

from modemtwin.world.scenario.scenario import parse_scenario

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "world.md"
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_a_program_of_the_page_runs_to_its_end(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    threshold = gc.get_threshold()
    try:
        exec(compile(PROGRAMS[number], f"{PAGE.name}, program {number + 1}", "exec"), {"__name__": "__main__"})
    finally:
        gc.set_threshold(*threshold)


def test_the_scenario_of_the_page_is_right() -> None:
    (text,) = re.findall(r"\n    \[path\]\n(.*?)\n\n[^ ]", PAGE.read_text("utf-8"), re.DOTALL)
    path = parse_scenario("[path]\n" + "\n".join(line.strip() for line in text.splitlines())).path
    assert path is not None
    assert (path.up.loss, path.down.loss, path.down.burst_every) == (0.1, 0.01, 300)
