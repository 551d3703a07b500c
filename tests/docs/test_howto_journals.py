"""What the pages about journals show is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modemtwin.cli.main import main
from modemtwin.clockwork import seconds
from modemtwin.modem.doors import DatagramRx, DatagramTx, Tick
from modemtwin.world.cost.air import PRESETS
from modemtwin.world.cost.cost import count
from modemtwin.world.cost.radio_keys import KEYS
from modemtwin.world.journal.journal import Entry
from tests.unit.world.far_end import SERVER, FarEnd

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the journal of the pages: the first datagram of the third message is lost."""
    far_end = FarEnd(lost=[5])
    far_end.ask('code,1,uri-path,0,"hello"', wait=5)
    far_end.ask('code,1,uri-path,0,"hello"', wait=5)
    far_end.ask('code,1,uri-path,0,"time"', wait=10)
    far_end.type("AT+CCOAPREAD=3\r")
    (tmp_path / "day.journal").write_text(far_end.written)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


def _blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / "howto" / page).read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", ["capture.md", "replay.md", "cost.md"])
def test_the_python_of_the_page_runs(page: str, folder: Path) -> None:
    for program in _blocks(page, "python"):
        exec(compile(program, page, "exec"), {"__name__": "__main__"})
    assert page != "capture.md" or (folder / "day.pcapng").stat().st_size > 1000


def test_the_costs_of_the_page_are_what_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = _blocks("cost.md", "python")
    exec(compile(program, "cost.md", "exec"), {"__name__": "__main__"})
    commands = re.findall(r"^    modemtwin (cost .*)$", (DOCS / "howto" / "cost.md").read_text("utf-8"), re.MULTILINE)
    for command, shown in zip(commands, _blocks("cost.md", "text"), strict=True):
        assert main(command.split()) == 0
        assert capsys.readouterr().out == shown


def test_the_figures_of_the_model_are_those_of_its_page() -> None:
    page = (DOCS / "explanation" / "energy.md").read_text("utf-8")
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in page.splitlines() if row.startswith("| `")]
    told = {row[0].strip("`"): row[1:] for row in rows if row[0].strip("`") in KEYS}
    assert list(told) == list(KEYS)
    for name, key in KEYS.items():
        values = [key.read(PRESETS[preset]) for preset in ("nb-iot-good", "nb-iot-deep", "cat-m1")]
        assert told[name] == [key.about, key.unit, *("by `--sleep`" if v is None else f"{v:g}" for v in values)]


@pytest.mark.parametrize(("size", "place"), [(50, "cellar"), (200, "cellar"), (50, "good")])
def test_the_years_of_a_battery_are_those_of_the_page(size: int, place: str) -> None:
    page = (DOCS / "explanation" / "energy.md").read_text("utf-8")
    found = re.search(rf"^\| {size} bytes, {place} +\| ([\d.]+) ", page, re.MULTILINE)
    assert found is not None
    report = DatagramTx(SERVER, bytes.fromhex("40020001ff") + bytes(size - 5))
    preset, later = ("nb-iot-deep", seconds(6)) if place == "cellar" else ("nb-iot-good", seconds(0.6))
    entries = [Entry(0, Tick(), (report,)), Entry(later, DatagramRx(SERVER, bytes.fromhex("60440001")), ())]
    day = count(entries, PRESETS[preset]).day(1)
    assert day is not None
    assert f"{5 * 3600 / day.joules / 365:.1f}" == found[1]


def test_the_story_of_the_page_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "day.journal", "3"]) == 0
    assert _blocks("replay.md", "text") == [capsys.readouterr().out]
