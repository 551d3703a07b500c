"""A scenario with fewer faults can be used from another folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from modemtwin.io.profile_file import scenario_beside
from modemtwin.io.scenario_file import ScenarioFile
from modemtwin.world.scenario.scenario import Scenario, parse_scenario

TEXT = '[modem]\nprofile = \'mine.toml\' # "ours"\n\n[[fault]]\ndo = "busy"\n\n[[fault]]\ndo = "restart"\n'


def _read(file: Path) -> Scenario:
    return parse_scenario(file.read_text("utf-8"), partial(scenario_beside, file.parent))


def test_a_profile_that_is_a_file_is_found_from_there(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("queue-length = 3\n")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "bad.toml").write_text(TEXT)
    written = tmp_path / "elsewhere" / "bad.toml"
    ScenarioFile(tmp_path / "bad.toml", TEXT).write_shortened([2], written, "of a bad\nday")
    assert written.read_text("utf-8") == (
        '# of a bad day\n[modem]\nprofile = "../mine.toml" # "ours"\n\n[[fault]]\ndo = "restart"\n'
    )
    whole, part = _read(tmp_path / "bad.toml"), _read(written)
    assert (part.overrides, part.faults) == (whole.overrides, whole.faults[1:])


def test_the_line_of_a_fault_is_that_of_its_table() -> None:
    file = ScenarioFile(Path("bad.toml"), TEXT)
    assert [file.place(number) for number in (1, 2)] == ["bad.toml:4", "bad.toml:7"]


def test_where_nothing_can_be_written_that_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        ScenarioFile(tmp_path / "bad.toml", TEXT).write_shortened([1], tmp_path / "nowhere" / "bad.toml", "")
