"""Chance by name: everything in a world that is left to chance has a source of its own, made of one seed.

    seed, "modem m1"     ──► Random     what the modem leaves to chance: time-outs, tokens
    seed, "path m1 up"   ──► Random     what happens to its datagrams, whatever else the world does

So one more modem, or one more datagram elsewhere, changes nothing for the others. The seed is made by ``blake2b``,
not by ``hash()``, which is another one in every process. Of a ``Random`` the world uses ``random()`` and
``getrandbits()`` alone: Python promises that the first goes on giving the same numbers, and a test holds it to both.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from random import Random
from typing import Protocol

__all__ = ["Chance", "Late", "chance", "derived"]


class Chance(Protocol):
    """What a thing that only asks for numbers from 0 to 1 leaves to chance."""

    def random(self) -> float:
        """Give the next number, 0 or more and less than 1."""


class Late:
    """A source that is made when it is first asked: it weighs 2.5 KiB, and most cells and paths never ask.

    ``random()`` gives the next number, 0 or more and less than 1.
    """

    __slots__ = ("_seed", "random")

    def __init__(self, seed: int | str) -> None:
        self._seed = seed
        self.random: Callable[[], float] = self._first

    def _first(self) -> float:
        self.random = Random(self._seed).random
        return self.random()


def derived(seed: int, *names: str) -> int:
    """Make a seed of 64 bits out of one seed and some names."""
    text = "\0".join((str(seed), *names))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def chance(seed: int, *names: str) -> Random:
    """Make the source of chance that bears these names under this seed."""
    return Random(derived(seed, *names))
