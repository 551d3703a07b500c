"""``--urc-sweep``: a test runs once undisturbed, then once for each position, until one breaks it.

run, counting ──► gap:0 … gap:N ──► cut:0 … cut:N ──► the report of the last, when nothing broke it
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from modemtwin.amount import amount
from modemtwin.pytest_plugin.disturbance import Disturbance, Position
from modemtwin.pytest_plugin.keys import PAST, POSITION
from modemtwin.pytest_plugin.rerun import close, run

__all__ = ["Swept", "positions", "run_swept"]


class Swept(NamedTuple):
    """What was done to one test; ``left_out`` positions were too many."""

    gaps: int
    cuts: int
    left_out: int

    def __str__(self) -> str:
        left = f", {amount(self.left_out, 'position')} left out" if self.left_out else ""
        return f"{amount(self.gaps, 'gap')}, {amount(self.cuts, 'cut')}{left}"


def run_swept(item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
    """Run a test and its disturbed repetitions; give the reports of the first run that failed, else of the last."""
    reports = run(item)
    past = item.stash.get(PAST, None)
    if any(report.failed for report in reports):
        _note(reports, "not swept, for it fails undisturbed")
    elif past is not None and all(report.passed for report in reports):
        reports = _swept(item, reports, *positions(past.disturbance, item.config.getoption("urc_sweep_most")))
    return reports + close(item, nextitem)


def _swept(
    item: pytest.Item, reports: list[pytest.TestReport], chosen: list[Position], swept: Swept
) -> list[pytest.TestReport]:
    for position in chosen:
        item.stash[POSITION] = position
        try:
            reports = run(item)
        finally:
            del item.stash[POSITION]
        if any(report.failed for report in reports):
            _note(reports, f"breaks at {position}")
            return reports
    _note(reports, str(swept))
    return reports


def _note(reports: list[pytest.TestReport], told: str) -> None:
    """Note what is said of a test at the end of the run."""
    reports[-1].user_properties.append(("urc-sweep", told))


def positions(counted: Disturbance, most: int) -> tuple[list[Position], Swept]:
    """List where a run is to be disturbed, spread evenly when there are more than so many."""
    every = [Position("gap", number) for number in range(counted.gaps)]
    every += [Position("cut", number) for number in range(counted.cuts)]
    chosen = every if len(every) <= most else [every[number * len(every) // most] for number in range(most)]
    gaps = sum(position.kind == "gap" for position in chosen)
    return chosen, Swept(gaps, len(chosen) - gaps, len(every) - len(chosen))
