"""A transcript that parts under a scenario, and the fewest of its faults with which it does."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from modemtwin.cli.main import main
from modemtwin.world.play.player import play
from modemtwin.world.scenario.scenario import parse_scenario
from modemtwin.world.transcripts.transcript import Difference

SESSION = """\
! ready
! fault do=duplicate direction=in nth=9
! fault do=drop text=CCOAPRECV direction=out nth=1
> AT+CCOAPACTION
< +CCOAPACTION: 0,1
< OK
=> 40010001
... 0.6 s
<= 60450001 ff "x"
< +CCOAPRECV: 1,6,1
"""

VILLAGE = """\
[cell]
signal = 12

[[fault]]
do = "restart"
at = 9999

# nobody hears it
[[fault]]
do = "drop"
direction = "out"
type = "CON"
times = 3

[[fault]]
do = "busy"
at = 5000
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a session and a scenario, in which the test stands."""
    (tmp_path / "session.at").write_text(SESSION)
    (tmp_path / "village.toml").write_text(VILLAGE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _play(*words: str) -> int:
    return main(["play", "session.at", *words])


def test_a_session_is_played_under_a_scenario(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "session.at").write_text("> AT+CSQ\n< +CSQ: 12,99\n< OK\n> AT+CSQ\n< ERROR\n")
    (folder / "village.toml").write_text('[cell]\nsignal = 12\n[[fault]]\ndo = "busy"\ntext = "CSQ"\nnth = 2\n')
    assert _play("--scenario", "village.toml") == 0
    assert capsys.readouterr().out == "session.at: as written\n"


def test_the_fault_that_it_takes_is_named_and_the_scenario_is_written_with_only_that(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _play("--scenario", "village.toml", "--fewest-faults", "--out", "small.toml") == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown[shown.index("session.at: parts in 3 places") + 1 :] == [
        "session.at: parts first at line 7 with 1 of its 5 faults, found in 5 more runs",
        "    fault 2  village.toml:9  do=drop direction=out type=CON times=3",
        "without it, it is as written",
    ]
    text = (folder / "small.toml").read_text()
    assert text.startswith("# village.toml with those of its faults that session.at takes to part\n[cell]\n")
    assert text.endswith('\n# nobody hears it\n[[fault]]\ndo = "drop"\ndirection = "out"\ntype = "CON"\ntimes = 3\n\n')
    assert list(map(str, parse_scenario(text).faults)) == ["do=drop direction=out type=CON times=3"]


@pytest.mark.usefixtures("folder")
def test_faults_of_the_transcript_itself_are_named_by_their_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert _play("--fewest-faults") == 1
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "session.at: parts first at line 10 with 1 of its 2 faults, found in 4 more runs",
        "    fault 2  session.at:3  do=drop direction=out text=CCOAPRECV nth=1",
        "without it, it is as written",
    ]


def test_a_line_that_arms_nothing_is_no_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "session.at").write_text("! ready\n! fault do=nonsense\n! fault do=restart at=99\n> AT\n< NO\n")
    assert _play("--fewest-faults") == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "session.at: parts first at line 2 without any fault, found in 2 more runs"
    )
    (folder / "session.at").write_text("> AT\n< NO\n")
    assert _play("--fewest-faults") == 1
    assert capsys.readouterr().out.splitlines()[-1] == "session.at: parts at line 2, and has no faults"


@pytest.mark.usefixtures("folder")
def test_a_ctrl_c_takes_what_was_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    plays = iter(range(9))

    def interrupted(*given: object) -> list[Difference]:
        if next(plays) == 3:
            signal.raise_signal(signal.SIGINT)
        return play(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("modemtwin.cli.fewest.play", interrupted)
    assert _play("--scenario", "village.toml", "--fewest-faults", "--out", "small.toml") == 130
    assert capsys.readouterr().out.splitlines()[-1] == "fewer may do, but you stopped it"
    assert "lost" not in (folder / "small.toml").read_text()


@pytest.mark.parametrize(
    ("scenario", "words", "says"),
    [
        ("[path]\nloss = 0.5\n", (), "village.toml: a transcript has no path: what it says is all that"),
        ("[uart]\npace = true\n", (), "village.toml: a transcript has no rate: only what it says lets time pass"),
        ("[cell]\nsignl = 1\n", (), "village.toml: line 2: cell.signl: there is no such key; did you mean"),
        ("cell\n", (), "village.toml: line 1: this is not TOML"),
        ("", ("--out", "x.toml"), "--out writes the scenario that --fewest-faults has cut down: say"),
        ("", ("--fewest-faults", "--out", "./village.toml"), "--out would write over ./village.toml, which is read"),
        ("", ("--port", "x"), "--scenario and --fewest-faults need the virtual modem, and --port names another"),
    ],
)
def test_what_does_not_go_together_is_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], scenario: str, words: tuple[str, ...], says: str
) -> None:
    (folder / "village.toml").write_text(scenario)
    assert _play("--scenario", "village.toml", *words) == 2
    out, err = capsys.readouterr()
    assert (out, err.startswith(f"modemtwin play: {says}")) == ("", True), err


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_written_is_said_behind_what_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert _play("--scenario", "village.toml", "--fewest-faults", "--out", "nowhere/small.toml") == 1
    assert (
        capsys.readouterr().err == "modemtwin play: nowhere/small.toml cannot be written: No such file or directory\n"
    )


@pytest.mark.usefixtures("folder")
def test_a_route_to_a_name_is_no_hindrance(folder: Path) -> None:
    (folder / "village.toml").write_text('[[route]]\nfrom = "192.0.2.1"\nto = "coap.example:5683"\n')
    (folder / "session.at").write_text("> AT\n< OK\n")
    assert _play("--scenario", "village.toml") == 0
