"""Where the plugin keeps what belongs to a test, or to the whole run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modemtwin.pytest_plugin.arming import PlacedArming
    from modemtwin.pytest_plugin.coverage import Coverage
    from modemtwin.pytest_plugin.disturbance import Disturbance, Position
    from modemtwin.pytest_plugin.origin import Origin
    from modemtwin.pytest_plugin.real import RealStand
    from modemtwin.pytest_plugin.stand import Stand
    from modemtwin.world.journal.journal import Entry

__all__ = [
    "COVERAGE",
    "ORIGIN",
    "PAST",
    "POSITION",
    "SEED",
    "STAND",
    "STAND_FIXTURE",
    "TRIAL",
    "Past",
    "Trial",
    "is_ours",
]


class Trial(NamedTuple):
    """A run of ``--fewest-faults``: with which faults. ``watch`` gets every entry of every journal.

    ``folder`` is where it leaves its files, None for nowhere.
    """

    chosen: frozenset[int]
    watch: Callable[[Entry], None]
    folder: Path | None


class Past(NamedTuple):
    """What is left of the stand of a run: what was counted, which faults there were, where its files are."""

    disturbance: Disturbance
    arming: PlacedArming
    folder: Path | None


SEED: pytest.StashKey[int] = pytest.StashKey()
"""Of the run: the seed of tests without their own."""

COVERAGE: pytest.StashKey[Coverage] = pytest.StashKey()
"""Of the run: what was exercised; there with ``--at-coverage``."""

STAND: pytest.StashKey[Stand | RealStand] = pytest.StashKey()
"""Of a test: its stand, once a fixture has asked for it."""

POSITION: pytest.StashKey[Position] = pytest.StashKey()
"""Of a test: where this run of it is disturbed."""

TRIAL: pytest.StashKey[Trial] = pytest.StashKey()
"""Of a test: which faults this run of it has."""

ORIGIN: pytest.StashKey[Origin | None] = pytest.StashKey()
"""Of a test: where the first failure of its last run comes from."""

PAST: pytest.StashKey[Past] = pytest.StashKey()
"""Of a test: what is left of its last run."""

STAND_FIXTURE = "_modemtwin_stand"


def is_ours(item: pytest.Item) -> bool:
    """Say whether a test uses any of our fixtures."""
    return STAND_FIXTURE in getattr(item, "fixturenames", ())
