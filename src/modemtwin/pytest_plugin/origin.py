"""Where a failure comes from, by which one run of a test is said to fail as another did.

    setup, call or teardown · the type of the exception · the last line of its traceback that is the team's own

What the message says is not compared: it may hold a moment, or a message ID. A failure that was made a sentence, such
as that of a driver which cannot connect, is known by the exception behind it; a test that waits for what never comes
by where it waits.
"""

from __future__ import annotations

from pathlib import Path
from traceback import walk_tb
from typing import NamedTuple

import pytest

from modemtwin.io.virtual_loop import Stuck
from modemtwin.pytest_plugin.own_code import last_place

__all__ = ["Origin", "origin_of"]


class Origin(NamedTuple):
    """Where a failure comes from; ``place`` is empty where no line of a traceback is the team's own."""

    when: str
    error: str
    place: str

    def __str__(self) -> str:
        where = f" at {self.place}" if self.place else ""
        return f"{self.error}{where}{'' if self.when == 'call' else f' in the {self.when}'}"


def origin_of(call: pytest.CallInfo[None], root: Path) -> Origin | None:
    """Say where the failure of a call comes from; None when there was no exception. Places are below ``root``."""
    error = call.excinfo.value if call.excinfo else None
    if error is None:
        return None
    if isinstance(error, pytest.fail.Exception) and not error.pytrace and error.__context__ is not None:
        error = error.__context__
    place = error.places if isinstance(error, Stuck) else last_place(walk_tb(error.__traceback__), root)
    return Origin(call.when, type(error).__name__, place)
