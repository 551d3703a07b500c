"""``--fewest-faults``: a test that fails runs again with fewer and fewer of its faults, until none can be left out.

run ──failed──► with all of them ──► with none ──► with some … ──► with the fewest, which leaves its files ──► report
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from modemtwin.io.interruption import stoppable
from modemtwin.pytest_plugin.arming import PlacedArming
from modemtwin.pytest_plugin.keys import ORIGIN, PAST, TRIAL, Past, Trial
from modemtwin.pytest_plugin.origin import Origin
from modemtwin.pytest_plugin.report import again
from modemtwin.pytest_plugin.rerun import close, run
from modemtwin.world.fault.fewest import Fewest, Outcome, find_fewest

__all__ = ["run_with_fewer"]

NOTED = "fewest-faults"
"""Under this name a report says what was found, for the end of the run."""


def run_with_fewer(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[pytest.TestReport]:
    """Run a test, and again while it fails; give the reports of the first run, what was found with them.

    A Ctrl-C takes what was found so far, and ends the session after that.
    """
    item.stash[ORIGIN] = None
    reports = run(item)
    stopped = False
    if any(report.failed for report in reports):
        try:
            with stoppable() as asked:
                _look(item, reports, asked)
                stopped = asked()
        except KeyboardInterrupt:
            yield from reports
            raise
    yield from (*reports, *close(item, nextitem))
    if stopped:
        raise KeyboardInterrupt("--fewest-faults was stopped, and has told what was found so far")


def _look(item: pytest.Item, reports: list[pytest.TestReport], stopped: Callable[[], bool]) -> None:
    """Look for the fewest faults, and add what was found to the reports of the first run."""
    origin, past = item.stash[ORIGIN], item.stash.get(PAST, None)
    if origin is None or past is None or not past.arming.armed:
        has = "of no exception" if past and past.arming.armed else "and has no faults"
        reports[-1].user_properties.append((NOTED, f"fails, {has}"))
        return
    trials = _Trials(item, origin, stopped)
    found = find_fewest(sorted(past.arming.armed), trials.run, trials.enough)
    left: list[str] = []
    if not found.unsteady:
        found, left = _once_more(item, trials, found, past)
    arming = item.stash[PAST].arming
    lines = [found.heading("fails")]
    if not found.unsteady:
        lines[0] += f", {found.effort}"
        lines += [*arming.listed(found.kept), *found.ending(trials.why)]
        lines += [f"the same {'with only these' if found.kept else 'so'}:", f"    {again(item, found.kept)}", *left]
    failed = next(report for report in reports if report.failed)
    failed.sections.append(("modemtwin: the fewest faults", "\n".join(lines)))
    named = arming.named(() if found.unsteady else found.kept)
    reports[-1].user_properties.append((NOTED, f"{found.heading('fails')}{f': {named}' if named else ''}"))


class _Trials:
    """Runs a test with some of its faults. It fails again when the failure comes from where the first one did."""

    def __init__(self, item: pytest.Item, origin: Origin, stopped: Callable[[], bool]) -> None:
        self.why = ""
        self._item = item
        self._origin = origin
        self._stopped = stopped
        self._runs = 0
        self._most: int = item.config.getoption("fewest_faults_most")
        self._end = time.monotonic() + item.config.getoption("fewest_faults_within")

    def enough(self) -> bool:
        """Say whether the search is to end; ``why`` says for what reason."""
        if self._stopped():
            self.why = "you stopped it"
        elif self._runs >= self._most:
            self.why = "no run was left (--fewest-faults-most)"
        elif time.monotonic() > self._end:
            self.why = "no time was left (--fewest-faults-within)"
        return bool(self.why)

    def run(self, some: Iterable[int]) -> Outcome:
        """Run with these faults, until it is enough."""
        left_early = False

        def watch(_: object) -> None:
            nonlocal left_early
            if not left_early and self.enough():
                left_early = True
                raise pytest.fail.Exception(self.why, pytrace=False)

        return self._outcome(Trial(frozenset(some), watch, None))

    def run_for_files(self, some: Iterable[int], folder: Path | None) -> Outcome:
        """Run with these faults, and leave the files of the failure there."""
        return self._outcome(Trial(frozenset(some), lambda _: None, folder))

    def _outcome(self, trial: Trial) -> Outcome:
        self._item.stash[ORIGIN] = None
        self._item.stash[TRIAL] = trial
        try:
            reports = run(self._item)
        finally:
            del self._item.stash[TRIAL]
            self._runs += 1
        origin = self._item.stash[ORIGIN]
        if any(report.failed for report in reports):
            return Outcome(origin == self._origin, f"it fails otherwise{f': {origin}' if origin else ''}")
        return Outcome(False, "it passes" if all(report.passed for report in reports) else "it is skipped")


def _once_more(item: pytest.Item, trials: _Trials, found: Fewest, past: Past) -> tuple[Fewest, list[str]]:
    """Run with the fewest faults once more, for its files, and say where they are."""
    last = trials.run_for_files(found.kept, past.folder / "fewest" if past.folder else None)
    folder = item.stash[PAST].folder
    if not last.fails:
        return replace(found, unsteady=last.told), []
    if folder is None:
        return found, ["nothing could be left behind of that run"]
    told = [*_shorten(past.arming, found, folder, item.nodeid), "left behind, of that run:"]
    return found, told + [f"    {path}" for path in sorted(folder.iterdir())]


def _shorten(arming: PlacedArming, found: Fewest, folder: Path, nodeid: str) -> Iterator[str]:
    """Leave the scenario with only its faults of these, and say why if that cannot be."""
    if arming.file is None:
        return
    about = f"{arming.file.path.name} with those of its faults that {nodeid} takes to fail"
    try:
        arming.file.write_shortened(found.kept, folder / arming.file.path.name, about)
    except ValueError as error:
        yield f"{arming.file.path.name} was not shortened: {error}"
    except OSError as error:
        yield f"the shortened scenario could not be left behind: {error.strerror}"
