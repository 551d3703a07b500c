"""Losses that come in bursts: the model of Gilbert and Elliott, in continuous time.

            after `every` seconds, on average
    good ────────────────────────────────────► bad
         ◄────────────────────────────────────
            after `length` seconds, on average

The classical chain makes a step with each packet. A modem may send one in an hour, so this one makes its steps in
time: how likely it is bad now follows from what it was when it was last looked at, and one number drawn decides. Only
sums, products and quotients are used: they come out the same, to the last bit, on every machine; ``math.exp`` need
not.
"""

from __future__ import annotations

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.world.chance import Chance

__all__ = ["Bursts", "faded"]

_HALVINGS = 20
_GONE = 40.0


class Bursts:
    """Whether it is bad just now; spans in seconds."""

    __slots__ = ("_on", "_random", "_rate", "_seen", "_share")

    def __init__(self, every: float, length: float, random: Chance) -> None:
        self._random = random
        self._share = length / (every + length)
        self._rate = (1 / every + 1 / length) / MICROSECONDS
        self._on = False
        self._seen: Micros | None = None

    def are_on(self, now: Micros) -> bool:
        """Say whether a burst goes on at this moment, which is not before the last one that was asked for."""
        likely = self._share
        if self._seen is not None:
            likely += (self._on - self._share) * faded((now - self._seen) * self._rate)
        self._seen = now
        self._on = self._random.random() < likely
        return self._on


def faded(span: float) -> float:
    """Give e to the power of minus ``span``, to nine digits or so: (1 + x/n) to the n, n being two to the twentieth."""
    if span > _GONE:
        return 0.0
    factor = 1 + span / (1 << _HALVINGS)
    for _ in range(_HALVINGS):
        factor *= factor
    return 1 / factor
