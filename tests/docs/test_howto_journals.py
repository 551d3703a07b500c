"""What the pages about journals show is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modemtwin.cli.main import main
from tests.unit.world.far_end import FarEnd

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


@pytest.mark.parametrize("page", ["capture.md", "replay.md"])
def test_the_python_of_the_page_runs(page: str, folder: Path) -> None:
    for program in _blocks(page, "python"):
        exec(compile(program, page, "exec"), {"__name__": "__main__"})
    assert page != "capture.md" or (folder / "day.pcapng").stat().st_size > 1000


def test_the_story_of_the_page_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "day.journal", "3"]) == 0
    assert _blocks("replay.md", "text") == [capsys.readouterr().out]
