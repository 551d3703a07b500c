"""A search that is interrupted."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from modemtwin.cli import minimise
from modemtwin.cli.main import main
from modemtwin.world.journal.journal import Entry
from tests.unit.world.far_end import FarEnd


def test_a_ctrl_c_takes_what_was_found_and_a_second_one_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    far_end = FarEnd()
    far_end.type("ATI\rATI\rATI\r")
    journal, small = tmp_path / "day.journal", tmp_path / "small.journal"
    journal.write_text(far_end.written)

    def interrupted(_entries: list[Entry]) -> bool:
        signal.raise_signal(signal.SIGINT)
        return True

    monkeypatch.setattr(minimise, "_predicate", lambda text, regex: interrupted)
    assert main(["minimise", str(journal), "--fails", "x", "--out", str(small)]) == 130, "the second one"
    assert not small.exists()

    interruptions = iter([True])

    def interrupted_once(_entries: list[Entry]) -> bool:
        if next(interruptions, False):
            signal.raise_signal(signal.SIGINT)
        return True

    monkeypatch.setattr(minimise, "_predicate", lambda text, regex: interrupted_once)
    assert main(["minimise", str(journal), "--fails", "x", "--out", str(small)]) == 130
    assert capsys.readouterr().out.endswith("; fewer may do, but you stopped it\n")
    assert small.read_text().startswith('{"modemtwin": "journal"')


def test_a_dash_is_standard_output_as_it_is_when_nothing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    far_end = FarEnd()
    far_end.type("ATI\r")
    (tmp_path / "day.journal").write_text(far_end.written)
    monkeypatch.chdir(tmp_path)
    assert main(["minimise", "day.journal", "--fails", "OK", "--out", "-"]) == 0
    assert capsys.readouterr().out.startswith('{"modemtwin": "journal"')
    assert [file.name for file in tmp_path.iterdir()] == ["day.journal"]
