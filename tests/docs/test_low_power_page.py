"""The page about saving power: its dialogues play, its programs run, and print what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modemtwin.world.play.player import play
from modemtwin.world.transcripts.transcript import parse_transcript

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "low-power.md").read_text("utf-8")
DIALOGUES = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
PROGRAMS = re.findall(r"```python\n(.*?)```\n\n((?:    [^\n]*\n)+)", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(DIALOGUES)))
def test_a_dialogue_of_the_page_plays(number: int) -> None:
    assert play(parse_transcript(DIALOGUES[number])) == []


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_a_program_of_the_page_prints_what_the_page_says(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    program, printed = PROGRAMS[number]
    exec(compile(program, "low-power.md", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out.splitlines() == [line.strip() for line in printed.splitlines()]


def test_the_page_has_what_is_tested() -> None:
    assert (len(DIALOGUES), len(PROGRAMS)) == (3, 2)
