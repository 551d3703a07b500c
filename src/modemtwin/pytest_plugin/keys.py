"""Where the plugin keeps what belongs to a test, or to the whole run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from modemtwin.pytest_plugin.coverage import Coverage
    from modemtwin.pytest_plugin.disturbance import Disturbance, Position
    from modemtwin.pytest_plugin.real import RealStand
    from modemtwin.pytest_plugin.stand import Stand

__all__ = ["COUNTED", "COVERAGE", "POSITION", "SEED", "STAND", "STAND_FIXTURE", "is_ours"]

SEED: pytest.StashKey[int] = pytest.StashKey()
"""Of the run: the seed of tests without their own."""

COVERAGE: pytest.StashKey[Coverage] = pytest.StashKey()
"""Of the run: what was exercised; there with ``--at-coverage``."""

STAND: pytest.StashKey[Stand | RealStand] = pytest.StashKey()
"""Of a test: its stand, once a fixture has asked for it."""

POSITION: pytest.StashKey[Position] = pytest.StashKey()
"""Of a test: where this run of it is disturbed."""

COUNTED: pytest.StashKey[Disturbance] = pytest.StashKey()
"""Of a test: what its last run has counted for ``--urc-sweep``."""

STAND_FIXTURE = "_modemtwin_stand"


def is_ours(item: pytest.Item) -> bool:
    """Say whether a test uses any of our fixtures."""
    return STAND_FIXTURE in getattr(item, "fixturenames", ())
