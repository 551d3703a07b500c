"""Staying awake for an answer that is nearly here: a socket is looked at a while longer before the loop goes to sleep.

    something was sent, nothing is here ──► look again, 400 times     ──► it came: the next time again
                                                   │ in vain
                                                   ▼
                                            go to sleep, and leave it the next 1, 3, 7 … 1023 times

A peer on this machine answers within some 20 µs, or 100 if it has to be woken itself. To go to sleep and to be woken
takes us as long again. For a peer that is further away it comes to one vain look in a thousand datagrams.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable

__all__ = ["LONGEST_REST", "Vigil"]

LONGEST_REST = 1023
"""How many times in a row it is left at most."""

_LOOKS = 400
"""Some 160 µs."""


class Vigil:
    """Says whether it pays to stay awake; one for each port."""

    __slots__ = ("_bound", "_poll", "_rest", "_rested")

    def __init__(self) -> None:
        self._rest = self._rested = 0
        self._bound: socket.socket | None = None
        self._poll: Callable[[int], object] | None = None

    def sees(self, bound: socket.socket) -> bool:
        """Look for something to receive; False when there is nothing, or when it is time to rest."""
        if self._rested < self._rest:
            self._rested += 1
            return False
        self._rested = 0
        if self._comes(bound):
            self._rest = 0
            return True
        self._rest = min(2 * self._rest + 1, LONGEST_REST)
        return False

    def _comes(self, bound: socket.socket) -> bool:
        if bound is not self._bound:
            self._bound, self._poll = bound, _poll(bound)
        poll = self._poll
        if poll is not None:
            for _ in range(_LOOKS):  # any() and a generator would see it a little later
                if poll(0):
                    return True
        return False


def _poll(bound: socket.socket) -> Callable[[int], object] | None:
    """Give what looks at a socket for so many milliseconds; None where the system has no such thing."""
    if not hasattr(select, "poll"):
        return None
    poll = select.poll()
    poll.register(bound, select.POLLIN)
    return poll.poll
