"""Looks for the fewest faults with which a run still fails; whoever runs it says which failures are the same.

    all again ──► none ──► part after part (minimise.py) ──► those of which none can be left out

Faults have numbers: those of the scenario are the tables of its file, from 1; behind them come those that are armed
while it runs, as they come. A number means the same in every run, and so a run with some of them can be had again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from modemtwin.amount import amount
from modemtwin.world.fault.fault import Fault
from modemtwin.world.journal.minimise import minimise

__all__ = ["Arming", "Fewest", "Outcome", "find_fewest"]


class Arming:
    """Numbers the faults of one run, and lets only those of ``chosen`` be armed; None: all of them.

    ``admits`` is what stations and worlds ask. ``armed`` has those that were to be armed, let or not.
    """

    def __init__(self, scenario: Sequence[Fault] = (), chosen: Collection[int] | None = None) -> None:
        self.armed: dict[int, Fault] = {}
        self.chosen = chosen
        self._scenario = scenario
        self._last = len(scenario)

    def admits(self, fault: Fault) -> bool:
        """Say whether a fault that is to be armed shall be."""
        number = next((at for at, each in enumerate(self._scenario, 1) if each is fault), 0)
        if not number:
            self._last += 1
            number = self._last
        self.note(number, fault)
        return self.chosen is None or number in self.chosen

    def note(self, number: int, fault: Fault) -> None:
        """Note that a fault was to be armed."""
        self.armed.setdefault(number, fault)

    def place(self, number: int) -> str:
        """Say where a fault is written: ``village.toml:14``; empty where nobody knows."""
        return ""

    def listed(self, numbers: Iterable[int]) -> list[str]:
        """Say of each of these faults where it is and what it does, in a line."""
        places = {number: self.place(number) for number in numbers}
        width = max(map(len, places.values()), default=0)
        return [f"    fault {number}  {place:{width}}  {self.armed[number]}" for number, place in places.items()]


class Outcome(NamedTuple):
    """How a run ended: whether it ``fails`` as the first one did, and how it ended in words: ``it passes``."""

    fails: bool
    told: str


@dataclass(frozen=True, slots=True)
class Fewest:
    """What was found: ``kept`` of so many faults are enough; it took so many runs.

    ``least``: none of them can be left out, and ``without`` says of each how the run without it ended; else there was
    no time to find out. ``unsteady`` says how it ended when all of them were tried again, if not as before.
    """

    kept: tuple[int, ...]
    of: int
    runs: int
    least: bool = False
    without: Mapping[int, str] = field(default_factory=dict)
    unsteady: str = ""

    def heading(self, fails: str) -> str:
        """Say how many it takes: ``fails with 2 of its 8 faults``."""
        whole = "with " + {1: "its one fault", 2: "both of its faults"}.get(self.of, f"all of its {self.of} faults")
        part = f"with {len(self.kept)} of its {self.of} faults" if self.kept else "without any fault"
        share = whole if len(self.kept) == self.of else part
        if self.unsteady:
            return f"{fails} {share}, but then with the same {self.unsteady}: not faults and seed alone decide"
        return f"{fails} {share}"

    @property
    def effort(self) -> str:
        """Say what it took: ``found in 11 more runs``."""
        return f"found in {amount(self.runs, 'more run')}"

    def ending(self, stopped: str) -> list[str]:
        """Say why it does not take fewer, or what ``stopped`` the search before that was known."""
        if self.unsteady or not self.kept:
            return []
        if not self.least:
            return [f"fewer may do, but {stopped}"]
        ends: dict[str, list[int]] = {}
        for number, told in self.without.items():
            ends.setdefault(told, []).append(number)
        if len(ends) == 1:
            return [f"without {_any_of(self.kept)}, {told}" for told in ends]
        return [f"without fault {' or '.join(map(str, numbers))}, {told}" for told, numbers in ends.items()]


def _any_of(kept: Collection[int]) -> str:
    return {1: "it", 2: "either"}.get(len(kept), "any one of them")


def find_fewest(
    faults: Sequence[int], run: Callable[[tuple[int, ...]], Outcome], enough: Callable[[], bool] = lambda: False
) -> Fewest:
    """Run with some of the faults, by their numbers, again and again.

    ``enough`` is that of ``minimise``; a run during which it becomes true need not have come to its end.
    """
    tried: dict[tuple[int, ...], Outcome] = {}
    stopped = False

    def outcome(some: Sequence[int]) -> Outcome:
        key = tuple(some)
        if key not in tried:
            tried[key] = run(key)
        return tried[key]

    def ends() -> bool:
        nonlocal stopped
        stopped = stopped or enough()
        return stopped

    if not (first := outcome(faults)).fails and not ends():
        return Fewest(tuple(faults), len(faults), len(tried), unsteady=first.told)
    kept: Sequence[int] = faults
    if not ends() and first.fails:
        kept = [] if outcome(()).fails else minimise(faults, lambda some: outcome(some).fails, enough=ends)
    if stopped:
        return Fewest(tuple(kept), len(faults), len(tried))
    without = {number: outcome([each for each in kept if each != number]).told for number in kept}
    return Fewest(tuple(kept), len(faults), len(tried), least=True, without=without)
