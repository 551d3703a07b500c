"""``--urc-sweep``: a test runs once undisturbed, then once for each position, until one breaks it.

run, counting ──► gap:0 … gap:N ──► cut:0 … cut:N ──► run, for what the report says when nothing broke it
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import pytest
from _pytest.runner import runtestprotocol

from modemtwin.pytest_plugin.disturbance import Disturbance, Position
from modemtwin.pytest_plugin.keys import COUNTED, POSITION

__all__ = ["Swept", "positions", "run_swept"]


class Swept(NamedTuple):
    """What was done to one test; ``left_out`` positions were too many."""

    gaps: int
    cuts: int
    left_out: int

    def __str__(self) -> str:
        left = f", {self.left_out} positions left out" if self.left_out else ""
        return f"{self.gaps} gaps, {self.cuts} cuts{left}"


def run_swept(item: pytest.Item, nextitem: pytest.Item | None, most: int) -> list[pytest.TestReport]:
    """Run a test and its disturbed repetitions; give the reports of the first run that failed, else of the last."""
    reports = _run(item, item.parent)
    counted = item.stash.get(COUNTED, None)
    if counted is None or not all(report.passed for report in reports):
        if any(report.failed for report in reports):
            _note(reports, "not swept, for it fails undisturbed")
        return _closed(item, nextitem, reports)
    chosen, swept = positions(counted, most)
    for position in chosen:
        item.stash[POSITION] = position
        try:
            reports = _run(item, item.parent)
        finally:
            del item.stash[POSITION]
        if any(report.failed for report in reports):
            _note(reports, f"breaks at {position}")
            return _closed(item, nextitem, reports)
    reports = _run(item, nextitem)
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


def _closed(
    item: pytest.Item, nextitem: pytest.Item | None, reports: list[pytest.TestReport]
) -> list[pytest.TestReport]:
    """Run once more, so that fixtures that the next test does not need are torn down; what they fail of is told too."""
    last = _run(item, nextitem)
    return reports + [report for report in last if report.when == "teardown" and report.failed]


def _run(item: pytest.Item, nextitem: pytest.Item | pytest.Collector | None) -> list[pytest.TestReport]:
    """Run a test. With its parent as the next item, all fixtures stay but those of the test itself."""
    with _limited(item):
        return runtestprotocol(item, log=False, nextitem=cast(Any, nextitem))


@contextmanager
def _limited(item: pytest.Item) -> Iterator[None]:
    """Give each run the time that pytest-timeout would give the test, where it is there."""
    plugin = item.config.pluginmanager.getplugin("timeout")
    wrapper = getattr(plugin, "pytest_runtest_protocol", None)
    limit = wrapper(item) if wrapper else iter(())
    next(limit, None)
    try:
        yield
    finally:
        next(limit, None)
