"""The world's clock and the heap of what is to happen: time jumps from one to the next.

    at(moment, act, argument) ──► [ heap, by moment and then by the order of asking ] ──► act(argument), now = moment
    Timer.set(moment)         ──► at most one live entry for each timer; it calls act(argument) too

A timer that is put off keeps its early entry, which finds nothing due and asks again: most timers are retransmissions
that an answer puts off, so this is cheaper than to take entries out of a heap. The clock never stops at such a
moment.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, TypeVar

from modemtwin.clockwork import Micros

__all__ = ["Timer", "Timers"]

T = TypeVar("T")
Act = Callable[[Any], object]


class Timers:
    """The clock of a world. ``now`` is in microseconds and begins at 0."""

    __slots__ = ("_heap", "_order", "now")

    def __init__(self) -> None:
        self.now: Micros = 0
        self._heap: list[tuple[Micros, int, Act | None, Any]] = []
        self._order = 0

    def at(self, moment: Micros, act: Act | None, argument: Any) -> None:
        """Call ``act(argument)`` at this moment; what is asked for first comes first."""
        self._order += 1
        heappush(self._heap, (moment, self._order, act, argument))

    def step(self, end: Micros | None = None) -> bool:
        """Go to the next moment at which there is something to do, and do it.

        False when there is nothing to do any more, or not until after ``end``.
        """
        heap = self._heap
        while heap:
            moment = heap[0][0]
            if end is not None and moment > end:
                return False
            _, _, act, argument = heappop(heap)
            if act is not None:
                self.now = moment
                act(argument)
                return True
            if argument.taken(moment):
                self.now = moment
                argument.act(argument.argument)
                return True
        return False

    def run(self, end: Micros) -> None:
        """Do everything that there is to do up to a moment: many steps, without asking anybody between them."""
        heap = self._heap
        while heap and heap[0][0] <= end:
            moment, _, act, argument = heappop(heap)
            if act is not None:
                self.now = moment
                act(argument)
            elif argument.taken(moment):
                self.now = moment
                argument.act(argument.argument)

    def next(self) -> Micros | None:
        """Say when there is something to do; None for never."""
        heap = self._heap
        while heap:
            moment, _, act, argument = heap[0]
            if act is not None or argument.is_due(moment):
                return moment
            argument.taken(heappop(heap)[0])
        return None


class Timer:
    """One moment that may be moved: ``act(argument)`` is called when it has come."""

    __slots__ = ("_armed", "_due", "_timers", "act", "argument")

    def __init__(self, timers: Timers, act: Callable[[T], object], argument: T) -> None:
        self._timers = timers
        self.act: Act = act
        self.argument = argument
        self._armed: Micros | None = None
        self._due: Micros | None = None

    def set(self, due: Micros | None) -> None:
        """Ring at this moment and at no other; None for never."""
        self._due = due
        if due is not None and (self._armed is None or due < self._armed):
            self._armed = due
            timers = self._timers
            timers._order += 1  # at(), here because every step of everything passes
            heappush(timers._heap, (due, timers._order, None, self))

    def is_due(self, moment: Micros) -> bool:
        """Say whether the entry of this moment in the heap is a live one."""
        return moment == self._armed and self._due is not None and self._due <= moment

    def taken(self, moment: Micros) -> bool:
        """Take the entry of this moment out of the heap; say whether it is due still."""
        if moment != self._armed:
            return False
        self._armed = None
        if self._due is None or self._due > moment:
            self.set(self._due)
            return False
        self._due = None
        return True
