"""The pages say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modemtwin.at.table import Command
from modemtwin.cli.pages import PAGES
from modemtwin.modem.commands import rows
from modemtwin.modem.parts.parts import Parts
from modemtwin.world.play.player import play
from modemtwin.world.scenario.scenario import parse_scenario
from modemtwin.world.script.parser import parse_script
from modemtwin.world.transcripts.transcript import parse_transcript

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_not_stale(name: str) -> None:
    assert (DOCS / "reference" / name).read_text("utf-8") == PAGES[name](), "run: python3 run.py docs"


def test_every_row_of_both_dialects_is_in_the_reference() -> None:
    page = PAGES["commands.md"]()
    missing = [
        row.name for dialect in ("sim7000", "sim7080") for row in rows(dialect) if f"### `AT{row.name}`" not in page
    ]
    assert missing == []


_BEFORE = {
    "+CCOAPINIT": "> AT+CCOAPTERM\n< OK\n",
    "+CCOAPHEAD": "> AT+CCOAPACTION\n< +CCOAPACTION: 0,1\n< OK\n=> 40010001\n<= 60450001ff41\n< +CCOAPRECV: 1,6,1\n",
    "+CNACT": "> AT+CCOAPTERM;+CNACT=0\n< OK\n< +APP PDP: DEACTIVE\n",
    "+CIFSR": '> AT+CSTT="ctnb";+CIICR\n... 1 s\n< OK\n',
    "H": "",
}
_BEFORE["+CCOAPREAD"] = _BEFORE["+CCOAPHEAD"]
_BEFORE["+CIFSREX"] = _BEFORE["+CIFSR"]


def _every_row() -> list[tuple[str, Command[Parts]]]:
    return [(dialect, row) for dialect in ("sim7000", "sim7080") for row in rows(dialect)]


@pytest.mark.parametrize(("dialect", "row"), _every_row(), ids=lambda each: getattr(each, "name", each) or "AT")
def test_the_example_of_a_row_runs(dialect: str, row: Command[Parts]) -> None:
    before = _BEFORE.get(row.name, "")
    if dialect == "sim7080" and row.name == "+CNACT":
        before = "> AT+CCOAPTERM;+CNACT=0,0\n< OK\n< +APP PDP: 0,DEACTIVE\n"
    head = f"! profile {dialect}\n! ready\n! ping 20\n"
    assert play(parse_transcript(head + before)) == []
    # What an example answers is the business of the transcripts; here it only must not be refused.
    refused = play(
        parse_transcript(f"{head}{before}> {row.example}\n...  2 s\n< ERROR\n".replace("...  2 s", "... 2 s"))
    )
    assert any("expected 'ERROR'" in str(difference) for difference in refused)


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def test_the_scenario_of_the_how_to_is_right() -> None:
    (text,) = _blocks(DOCS / "howto" / "README.md", "toml")
    scenario = parse_scenario(text)
    assert (scenario.cell.operator, len(scenario.events), len(scenario.routes)) == ("1NCE", 2, 1)


def test_the_sessions_of_the_tutorial_play() -> None:
    sessions = _blocks(DOCS / "tutorial" / "first-hour.md", "text")
    assert ["! ready" in session for session in sessions] == [True, False], "one for the clock, one for a port too"
    assert [play(parse_transcript(session)) for session in sessions] == [[], []]


def test_the_dialogues_of_the_how_to_play() -> None:
    dialogues = _blocks(DOCS / "howto" / "README.md", "text")
    assert [play(parse_transcript(dialogue)) for dialogue in dialogues] == [[], [], []]


@pytest.mark.parametrize("page", ["README.md", "docs/howto/README.md"])
def test_the_python_of_a_page_runs_up_to_its_end(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "village.toml").write_text(*_blocks(DOCS / "howto" / "README.md", "toml"))
    monkeypatch.chdir(tmp_path)
    programs = _blocks(DOCS.parent / page, "python")
    assert programs
    for program in programs:
        exec(compile(program, page, "exec"), {"__name__": "__main__"})


def test_every_link_between_the_pages_leads_somewhere() -> None:
    pages = [DOCS.parent / "README.md", *DOCS.rglob("*.md"), DOCS.parent / "bench" / "README.md"]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))]
    broken = [f"{page.name}: {link}" for page, link in links if "://" not in link and not (page.parent / link).exists()]
    assert len(links) > 10
    assert broken == []


def test_the_script_of_the_how_to_is_right() -> None:
    page = (DOCS / "howto" / "README.md").read_text("utf-8")
    text = page[page.index("    expect CON GET /time as first") : page.index("    modemtwin serve --script")]
    assert len(parse_script(text).steps) == 5
