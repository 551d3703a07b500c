"""The world's clock and what is to happen: time jumps from one to the next.

    at(moment, act, argument) ──► [ pages of later seconds ] ──► [ heap of this one ] ──► act(argument), now = moment
    Timer.set(moment)         ──► at most one live entry for each timer; it calls act(argument) too

On the heap entries stand by moment and then by the order of asking. What comes later than the second that is at hand
lies on the page of its own, in no order, until that page is turned to: a crowd of modems asks for much that is far
away, and to keep all of it in order is to fetch it into the cache again and again.

A timer that is put off keeps its early entry, which finds nothing due and asks again: most timers are retransmissions
that an answer puts off, so this is cheaper than to take entries out of a heap. The clock never stops at such a
moment.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Any, TypeAlias, TypeVar

from modemtwin.clockwork import Micros

__all__ = ["Timer", "Timers"]

T = TypeVar("T")
Act = Callable[[Any], object]
Entry: TypeAlias = tuple[Micros, int, Act | None, Any]

_PAGE = 20
"""Bits of a moment that tell apart what stands on one page: a page is of 1.05 s."""


class Timers:
    """The clock of a world. ``now`` is in microseconds and begins at 0."""

    __slots__ = ("_heap", "_later", "_order", "_page", "_pages", "now")

    def __init__(self) -> None:
        self.now: Micros = 0
        self._heap: list[Entry] = []
        self._page = 0
        self._pages: dict[int, list[Entry]] = {}
        self._later: list[int] = []
        self._order = 0

    def at(self, moment: Micros, act: Act | None, argument: Any) -> None:
        """Call ``act(argument)`` at this moment; what is asked for first comes first."""
        self._order += 1
        entry = moment, self._order, act, argument
        page = moment >> _PAGE
        if page <= self._page:
            heappush(self._heap, entry)
        elif page in self._pages:
            self._pages[page].append(entry)
        else:
            self._pages[page] = [entry]
            heappush(self._later, page)

    def step(self, end: Micros | None = None) -> bool:
        """Go to the next moment at which there is something to do, and do it.

        False when there is nothing to do any more, or not until after ``end``.
        """
        while self._heap or self._turn():
            if end is not None and self._heap[0][0] > end:
                return False
            if self._do_next():
                return True
        return False

    def run(self, end: Micros) -> None:
        """Do everything that there is to do up to a moment: many steps, without asking anybody between them."""
        while (self._heap or self._turn()) and self._heap[0][0] <= end:
            self._do_next()

    def next(self) -> Micros | None:
        """Say when there is something to do; None for never."""
        while self._heap or self._turn():
            moment, _, act, argument = self._heap[0]
            if act is not None or argument.is_due(moment):
                return moment
            argument.taken(heappop(self._heap)[0])
        return None

    def _turn(self) -> bool:
        """Turn to the next page; False when there is none."""
        if not self._later:
            return False
        self._page = heappop(self._later)
        self._heap = self._pages.pop(self._page)
        heapify(self._heap)
        return True

    def _do_next(self) -> bool:
        """Take the first entry out and do what it stands for, unless that was put off."""
        moment, _, act, argument = heappop(self._heap)
        if act is None:
            if not argument.taken(moment):
                return False
            act, argument = argument.act, argument.argument
        self.now = moment
        act(argument)
        return True


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
            self._timers.at(due, None, self)

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
