"""Who waits for what: packets find their procedure by token, else by mid; troubles find all whom they concern.

Received ──┬── a request ──► whoever serves           Unanswered(mid) ──► whoever sent that mid
           ├── its token ──► exchange, observation     SocketError    ──► every exchange
           └── its mid   ──► exchange (an RST has no   BearerDown     ──► everybody
                             token, RFC 7252 §4.2)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from modemtwin.clockwork import Micros
from modemtwin.coap import numbers
from modemtwin.host.errors import InvalidArgument, ModemError
from modemtwin.host.response import Received
from modemtwin.host.steps import Box
from modemtwin.host.urcs import BearerDown, BearerUp, Overflow, SocketError, Unanswered
from modemtwin.value import value

__all__ = ["Arrival", "Item", "Line", "Switchboard"]

_RETIRED = 64
"""Tokens whose late answers are known to be late, and dropped."""


@value
class Arrival:
    """A packet, and when the module told of it."""

    received: Received
    at: Micros


Item: TypeAlias = Arrival | Unanswered | SocketError | BearerDown | Overflow | ModemError


class Line(Box[Item]):
    """What one exchange, observation or server hears. ``token`` is None where none is waited for."""

    __slots__ = ("mids", "token")

    def __init__(self, wake: Callable[[Any], None], token: bytes | None) -> None:
        super().__init__(wake)
        self.token = token
        self.mids: list[int] = []


class Switchboard:
    """``serving`` is the line of whoever takes requests; ``bearer`` are the boxes that hear of the bearer only."""

    def __init__(self, wake: Callable[[Any], None]) -> None:
        self._wake = wake
        self._lines: list[Line] = []
        self._tokens: dict[bytes, Line] = {}
        self._mids: dict[int, Line] = {}
        self._retired: deque[bytes] = deque(maxlen=_RETIRED)
        self.serving: Line | None = None
        self.bearer: list[Box[BearerUp | BearerDown]] = []

    def open(self, token: bytes | None) -> Line:
        """Open a line for what bears this token, or for what comes to the mids bound to it."""
        line = Line(self._wake, token)
        if token:
            if token in self._tokens:
                raise InvalidArgument(f"the token {token.hex()} is in use: another request waits for its answer")
            self._tokens[token] = line
        self._lines.append(line)
        return line

    def bind(self, line: Line, mid: int) -> None:
        """What concerns this mid concerns the line."""
        line.mids.append(mid)
        self._mids[mid] = line

    def close(self, line: Line) -> None:
        """Nobody listens any more."""
        self._lines.remove(line)
        for mid in line.mids:
            if self._mids.get(mid) is line:
                del self._mids[mid]
        if line.token:
            del self._tokens[line.token]
            self._retired.append(line.token)
        if self.serving is line:
            self.serving = None

    @property
    def in_flight(self) -> int:
        """How many lines are open."""
        return len(self._lines)

    def knows(self, token: bytes) -> bool:
        """Whether a token is in use, or was a short while ago."""
        return token in self._tokens or token in self._retired

    def expect(self, token: bytes | None) -> None:
        """A packet with this token is sent by hand: what answers it is not late, whoever had the token before."""
        if token and token in self._retired:
            self._retired.remove(token)

    def deliver(self, arrival: Arrival) -> bool:
        """Put a packet through; False when it is nobody's."""
        received = arrival.received
        line = self._line_of(received)
        if line is None:
            return received.token in self._retired and not numbers.is_request(received.number)
        line.put(arrival)
        return True

    def _line_of(self, received: Received) -> Line | None:
        if numbers.is_request(received.number):
            return self.serving
        if received.token:
            return self._tokens.get(received.token)
        # Without a token it answers by its mid, as an RST does, and a response to a request without one.
        line = self._mids.get(received.mid)
        return line if line is not None and (received.number == numbers.EMPTY or not line.token) else None

    def unanswered(self, urc: Unanswered) -> None:
        """The module gave a mid up."""
        line = self._mids.get(urc.mid)
        if line is not None:
            line.put(urc)

    def announce(self, item: Item) -> None:
        """Tell everybody."""
        for line in tuple(self._lines):
            line.put(item)

    def bearer_changed(self, urc: BearerUp | BearerDown) -> None:
        """The data connection came or went."""
        for box in self.bearer:
            box.put(urc)
        if isinstance(urc, BearerDown):
            self.announce(urc)

    def watch_bearer(self) -> Box[BearerUp | BearerDown]:
        """A box that hears of the bearer until it is taken out of ``bearer``."""
        box: Box[BearerUp | BearerDown] = Box(self._wake)
        self.bearer.append(box)
        return box

    def waiting(self) -> Iterable[Line]:
        """The lines that are open."""
        return tuple(self._lines)
