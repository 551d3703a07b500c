"""One message of ours until nothing more is expected of it (RFC 7252 §4.2, §4.3, §5.2).

                          CON, NSTART is used up
              send() ──────────────────────────────► QUEUED
                │  │                                   │ a place is free
     NON request│  │ CON                               ▼
                │  └────────────────────────► UNACKNOWLEDGED ──┐ time-out: send again, twice the time-out,
                │                              │   │   ▲       │ at most MAX_RETRANSMIT times
                │         empty ACK, a request │   │   └───────┘
                ▼                              │   │
            AWAITING ◄─────────────────────────┘   │ ACK with the response, separate response, RST,
                │                                  │ empty ACK of what is no request, the last time-out
                │ response, RST, lifetime over     ▼
                └──────────────────────────────► ENDED

A NON that is no request has no exchange: nothing is expected of it but perhaps an RST.
"""

from __future__ import annotations

from enum import Enum, auto
from heapq import heapify, heappop, heappush, heapreplace
from typing import assert_never

from modemtwin.clockwork import Micros
from modemtwin.coap.events import Address
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import CON, is_request

NEVER: Micros = -1
"""In ``Exchange.due``: no retransmission is to come."""


class State(Enum):
    """Where an exchange stands; the drawing above says how it moves."""

    QUEUED = auto()
    UNACKNOWLEDGED = auto()
    AWAITING = auto()
    ENDED = auto()


class Exchange:
    """A CON, or a NON request, and what is known about its fate.

    ``begun`` is the moment of the first transmission, ``due`` that of the next one or the end of waiting for the ACK.
    ``heir`` takes the message's place once the present transmission is through (RFC 7641 §4.5.2).
    """

    __slots__ = (
        "asks",
        "begun",
        "data",
        "destination",
        "due",
        "heir",
        "message",
        "retransmissions",
        "serial",
        "state",
        "timeout",
    )

    def __init__(self, message: Message, destination: Address, data: bytes, serial: int) -> None:
        self.message = message
        self.destination = destination
        self.data = data
        self.serial = serial
        self.asks = is_request(message.code)
        self.state = State.QUEUED
        self.begun: Micros = NEVER
        self.due: Micros = NEVER
        self.timeout: Micros = 0
        self.retransmissions = 0
        self.heir: Message | None = None

    def begin(self, timeout: Micros, now: Micros) -> None:
        """Note the first transmission; ``timeout`` is the first one, drawn by chance (RFC 7252 §4.2)."""
        self.begun = now
        if self.message.type == CON:
            self.state = State.UNACKNOWLEDGED
            self.timeout = timeout
            self.due = now + timeout
        else:
            self.state = State.AWAITING

    def renew(self, message: Message, data: bytes, serial: int, now: Micros) -> None:
        """Become the exchange of another CON to the same peer, which goes out now; when it is due is not said."""
        self.message, self.data, self.serial = message, data, serial
        self.begun, self.retransmissions = now, 0

    def back_off(self, max_retransmit: int) -> bool:
        """Count a retransmission and wait twice as long for an answer; False when the last time-out is over."""
        if self.retransmissions >= max_retransmit:
            return False
        self.retransmissions += 1
        self.timeout *= 2
        return True

    def inherit(self, other: Exchange, now: Micros) -> None:
        """Begin with the back-off that another exchange has reached."""
        self.begin(other.timeout, now)
        self.retransmissions = other.retransmissions

    def acknowledge(self) -> bool:
        """Take an empty ACK; False if it is not the first."""
        match self.state:
            case State.UNACKNOWLEDGED:
                self.state = State.AWAITING if self.asks else State.ENDED
                return True
            case State.QUEUED | State.AWAITING | State.ENDED:
                return False
            case _:
                assert_never(self.state)


class Schedule:
    """The moments at which exchanges are due: a heap whose entries may be stale.

    An entry counts only as long as its exchange is still due at that moment. Stale ones are thrown away at the top, and
    all at once when they are the larger part. An exchange that is alone, as with NSTART and one peer, needs no heap.
    """

    __slots__ = ("_alone", "_due", "_heap")

    def __init__(self) -> None:
        self._alone: Exchange | None = None
        self._heap: list[tuple[Micros, int, Exchange]] = []
        self._due = 0

    def __len__(self) -> int:
        return len(self._heap) + (self._alone is not None)

    def put(self, exchange: Exchange) -> None:
        """Enter an exchange at its ``due``."""
        self._due += 1
        if self._alone is not None:
            self._push(self._alone)
            self._alone = None
        elif not self._heap:
            self._alone = exchange
            return
        self._push(exchange)

    def _push(self, exchange: Exchange) -> None:
        heap = self._heap
        if len(heap) > 2 * self._due + 64:
            heap[:] = [entry for entry in heap if entry[2].due == entry[0]]
            heapify(heap)
        heappush(heap, (exchange.due, exchange.serial, exchange))

    def postpone(self, exchange: Exchange, due: Micros) -> None:
        """Let an exchange that is in be due at another moment; most often it is alone, or on top and stays there."""
        if self._alone is exchange:
            exchange.due = due
        elif self._heap[0][2] is exchange:
            exchange.due = due
            heapreplace(self._heap, (due, exchange.serial, exchange))
        else:
            self.drop(exchange)
            exchange.due = due
            self.put(exchange)

    def drop(self, exchange: Exchange) -> None:
        """Take an exchange out, if it is in."""
        if exchange.due != NEVER:
            exchange.due = NEVER
            self._due -= 1
            if self._alone is exchange:
                self._alone = None

    def next(self) -> Micros | None:
        """Return the earliest moment at which an exchange is due."""
        if self._alone is not None:
            return self._alone.due
        heap = self._heap
        while heap:
            moment, _, exchange = heap[0]
            if exchange.due == moment:
                return moment
            heappop(heap)
        return None

    def due(self, now: Micros) -> Exchange | None:
        """Return the exchange that is due first, by ``now``; it stays in until it is postponed or dropped."""
        if self._alone is not None:
            return self._alone if self._alone.due <= now else None
        heap = self._heap
        while heap and heap[0][0] <= now:
            moment, _, exchange = heap[0]
            if exchange.due == moment:
                return exchange
            heappop(heap)
        return None

    def clear(self) -> None:
        """Forget all."""
        self._alone = None
        self._heap.clear()
        self._due = 0
