"""A state that changes by itself: something for observers to watch (RFC 7641).

    "state 1" ──5 s──► "state 2" ──5 s──► "state 3"
        └── put ──► what was put ──5 s──► "state 2"
        └── removed ──► nothing ──5 s──► "state 1"

Nothing runs: what the state is follows from the moment at which somebody asks.
"""

from __future__ import annotations

from modemtwin.clockwork import Micros, seconds
from modemtwin.world.peer.shelf import Thing

__all__ = ["PERIOD", "Restless"]

PERIOD = seconds(5)
"""How long a state lasts if nobody changes it."""

_TEXT = 0


class Restless:
    """The state, its content-format with it. Its clock begins when it is first asked."""

    def __init__(self) -> None:
        self._since: Micros | None = None
        self._count = 1
        self._other: Thing | None = None
        self._is_counting = True

    def at(self, now: Micros) -> Thing | None:
        """Return the state; None while it is removed."""
        self._advance(now)
        return Thing(b"state %d" % self._count, _TEXT) if self._is_counting else self._other

    def change(self, state: Thing | None, now: Micros) -> None:
        """Put another state in its place, or remove it: then it starts over."""
        self._advance(now)
        if state is None:
            self._count = 0
        self._since, self._other, self._is_counting = now, state, False

    def next_change(self, now: Micros) -> Micros:
        """Say when it changes by itself."""
        return self._advance(now) + PERIOD

    def _advance(self, now: Micros) -> Micros:
        """Take the changes that have been due; return the moment of the last one."""
        since = now if self._since is None else self._since
        changes = (now - since) // PERIOD
        if changes > 0:
            self._count += changes
            self._is_counting, self._other = True, None
        self._since = since + max(0, changes) * PERIOD
        return self._since
