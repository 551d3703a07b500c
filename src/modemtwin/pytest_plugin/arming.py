"""The faults of a test, by number and place: those of its scenario by their tables, the others by the line that arms.

fault 1  village.toml:14     do=drop type=ACK nth=2
fault 2  test_gateway.py:21  do=restart at=60
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from traceback import walk_stack

from modemtwin.io.scenario_file import ScenarioFile
from modemtwin.pytest_plugin.own_code import last_place
from modemtwin.world.fault.fault import Fault
from modemtwin.world.fault.fewest import Arming

__all__ = ["PlacedArming", "parse_numbers", "written"]


_MOST_NAMED = 4


class PlacedArming(Arming):
    """The faults of one run of a test; ``file`` is its scenario, whose faults are ``faults``."""

    def __init__(
        self, root: Path, file: ScenarioFile | None, faults: tuple[Fault, ...], chosen: Collection[int] | None
    ) -> None:
        super().__init__(faults, chosen)
        self.file = file
        self._of_file = len(faults)
        self._root = root
        self._places: dict[int, str] = {}

    def note(self, number: int, fault: Fault) -> None:
        """Note that a fault was to be armed, and where, if it is none of the scenario."""
        super().note(number, fault)
        if number > self._of_file and number not in self._places:
            stack = reversed(list(walk_stack(sys._getframe())))
            self._places[number] = last_place(stack, self._root) or "the test"

    def named(self, numbers: Collection[int]) -> str:
        """Name some faults, the first of them, in few words: ``3 (village.toml:14), 7 (test_it.py:21)``."""
        some = [f"{number} ({self.place(number)})" for number in sorted(numbers)[:_MOST_NAMED]]
        more = len(numbers) - len(some)
        return ", ".join(some) + (f" and {more} more" if more else "")

    def place(self, number: int) -> str:
        """Say in which line a fault is written, or armed."""
        if number in self._places:
            return self._places[number]
        assert self.file is not None, "a fault without a place is one of the scenario"
        return self.file.place(number)


def parse_numbers(text: str) -> frozenset[int]:
    """Read what ``written`` wrote; ValueError when it is no such thing."""
    words = [] if text == "none" else text.split(",")
    if not all(word.isdecimal() and 0 < int(word) < 10**9 for word in words):
        raise ValueError(f"{text!r} names no faults; write 3,7 or none, as the report of --fewest-faults does")
    return frozenset(map(int, words))


def written(numbers: Iterable[int]) -> str:
    """Write numbers of faults for ``--only-faults``."""
    return ",".join(map(str, sorted(numbers))) or "none"
