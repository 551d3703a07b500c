"""Plays of a transcript under a scenario, with all of its faults or with some: which of them it takes to part."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from modemtwin.io.interruption import stoppable
from modemtwin.io.scenario_file import ScenarioFile, read_scenario
from modemtwin.world.fault.fewest import Arming, Fewest, Outcome, find_fewest
from modemtwin.world.fault.table import parse_fault
from modemtwin.world.play.player import fresh, play
from modemtwin.world.scenario.scenario import Scenario
from modemtwin.world.transcripts.transcript import Direct

if TYPE_CHECKING:
    from modemtwin.world.station import Station
    from modemtwin.world.transcripts.transcript import Difference, Transcript

__all__ = ["Plays"]


class Plays:
    """A transcript, by its name, and the scenario that it is played under; None for none.

    OSError and ValueError, with a line for each mistake, when that cannot be had.
    """

    def __init__(self, transcript: Transcript, name: str, scenario: str | None) -> None:
        self._transcript = transcript
        self._name = name
        self._file: ScenarioFile | None = None
        self._scenario = Scenario()
        if scenario is not None:
            self._file, self._scenario = read_scenario(Path(scenario))
        self._whole: Arming = self._arming(None)

    def play(self) -> list[Difference]:
        """Play it with all of its faults. ValueError when nothing can be played under this scenario."""
        return self._play(self._whole)

    def look(self, differences: Sequence[Difference], out: str | None, within: int) -> int:
        """Look for the fewest faults, say which they are, and write the scenario with them; give the exit status."""
        line, end = differences[0].line, monotonic() + within
        if not self._whole.armed:
            print(f"{self._name}: parts at line {line}, and has no faults")
            return 1

        def run(some: Collection[int]) -> Outcome:
            parts = self._play(self._arming(some))
            first = parts[0].line if parts else 0
            return Outcome(first == line, f"it parts first at line {first}" if parts else "it is as written")

        with stoppable() as stopped:
            found = find_fewest(sorted(self._whole.armed), run, lambda: stopped() or monotonic() > end)
        print(f"{self._name}: {found.heading(f'parts first at line {line}')}, {found.effort}")
        why = "you stopped it" if stopped() else "no time was left (--within)"
        for told in (*self._whole.listed(found.kept), *found.ending(why)):
            print(told)
        self._write(found, out)
        return 130 if stopped() else 1

    def _play(self, arming: Arming) -> list[Difference]:
        def build(scenario: Scenario, seed: int) -> Station:
            station = fresh(scenario, seed)
            station.admits = arming.admits
            return station

        return play(self._transcript, build, self._scenario)

    def _arming(self, chosen: Collection[int] | None) -> Arming:
        steps = self._transcript.steps
        lines = [step.line for step in steps if isinstance(step, Direct) and _is_fault(step.words)]
        return _PlayArming(self._file, self._scenario, [f"{self._name}:{line}" for line in lines], chosen)

    def _write(self, found: Fewest, out: str | None) -> None:
        """Write the scenario with only these faults, and say what became of that."""
        if out is None or self._file is None:
            return
        about = f"{self._file.path.name} with those of its faults that {self._name} takes to part"
        try:
            self._file.write_shortened(found.kept, Path(out), about)
        except OSError as error:
            print(f"modemtwin play: {out} cannot be written: {error.strerror}", file=sys.stderr)
        except ValueError as error:
            print(f"modemtwin play: {self._file.path} was not shortened: {error}", file=sys.stderr)


class _PlayArming(Arming):
    """Knows where the faults of a play are written: in the scenario's file, or in lines of the transcript."""

    def __init__(
        self, file: ScenarioFile | None, scenario: Scenario, places: Sequence[str], chosen: Collection[int] | None
    ) -> None:
        super().__init__(scenario.faults, chosen)
        self._file = file
        self._of_file = len(scenario.faults)
        self._places = places

    def place(self, number: int) -> str:
        """Say in which line a fault is written."""
        if self._file is not None and number <= self._of_file:
            return self._file.place(number)
        return self._places[number - self._of_file - 1]


def _is_fault(words: tuple[str, ...]) -> bool:
    """Say whether a directive arms a fault, and no mistake."""
    try:
        return words[0] == "fault" and bool(parse_fault(words[1:]))
    except ValueError:
        return False
