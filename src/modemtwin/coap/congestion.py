"""NSTART: how many CONs of ours may be on their way to one destination at a time (RFC 7252 §4.7).

    send ──► room among NSTART? ──yes──► on its way ──ACK, response, RST, given up──► leaves its place
                    │no                                                                  │
                    └────► waits, first come first served ◄── the first one goes ────────┘

RFC 7252 §4.7 would count a NON request too; here a NON waits for nobody and nobody for it, as behaviour.md says.
"""

from __future__ import annotations

from collections import deque

from modemtwin.coap.events import Address
from modemtwin.coap.exchange import Exchange


class Lanes:
    """Who is on the way to each destination, and who waits."""

    __slots__ = ("_busy", "_nstart", "_queues", "waiting")

    def __init__(self, nstart: int) -> None:
        self._nstart = nstart
        self._busy: dict[Address, dict[int, Exchange]] = {}
        self._queues: dict[Address, deque[Exchange]] = {}
        self.waiting = 0

    def behind(self, destination: Address) -> int | None:
        """Return the mid that a CON to this destination would wait for, None if it may go at once."""
        if (queue := self._queues.get(destination)) is not None:
            return queue[-1].message.mid
        busy = self._busy.get(destination)
        if busy is None or len(busy) < self._nstart:
            return None
        return next(iter(busy))

    def enter(self, exchange: Exchange) -> None:
        """Take a place on the way."""
        busy = self._busy.get(exchange.destination)
        if busy is None:
            busy = self._busy[exchange.destination] = {}
        busy[exchange.message.mid] = exchange

    def queue(self, exchange: Exchange) -> None:
        """Wait for a place."""
        self._queues.setdefault(exchange.destination, deque()).append(exchange)
        self.waiting += 1

    def replace(self, exchange: Exchange, heir: Exchange) -> None:
        """Leave a place on the way to somebody else."""
        self._busy[exchange.destination].pop(exchange.message.mid, None)
        self.enter(heir)

    def hand_on(self, exchange: Exchange, mid: int) -> bool:
        """Keep a place for the next message, if the exchange has one and nobody waits."""
        busy = self._busy.get(exchange.destination)
        if self.waiting or busy is None or busy.pop(exchange.message.mid, None) is None:
            return False
        busy[mid] = exchange
        return True

    def leave(self, exchange: Exchange) -> Exchange | None:
        """Give a place back, if the exchange has one; return who goes next."""
        destination = exchange.destination
        busy = self._busy.get(destination)
        if busy is None or busy.pop(exchange.message.mid, None) is None:
            return None
        if not busy:
            del self._busy[destination]
        if not (queue := self._queues.get(destination)):
            return None
        successor = queue.popleft()
        if not queue:
            del self._queues[destination]
        self.waiting -= 1
        return successor

    def queued(self) -> list[Exchange]:
        """Return all who wait."""
        return [exchange for queue in self._queues.values() for exchange in queue]

    def find_queued(self, mid: int) -> Exchange | None:
        """Return the exchange with this mid that waits."""
        return next((each for each in self.queued() if each.message.mid == mid), None) if self.waiting else None

    def forget(self, destination: Address) -> None:
        """Let go everybody who is on the way to a destination or waits for it."""
        self._busy.pop(destination, None)
        self.waiting -= len(self._queues.pop(destination, ()))
