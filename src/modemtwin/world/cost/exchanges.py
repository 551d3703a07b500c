"""To which exchange a datagram belongs: a request, its retransmissions, blocks, ACKs, and what answers it are one.

    CON GET, again, ACK empty, CON 2.05, ACK empty    one exchange
    a notification and its ACK                        one (RFC 7641); the first answers the request
    Block1 0, 1, 2 … of one body                      one (RFC 7959)

A mid and a token mean something between two endpoints and for a while only: EXCHANGE_LIFETIME (RFC 7252 §4.8.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from modemtwin.clockwork import Micros
from modemtwin.coap import numbers
from modemtwin.coap.group import is_group
from modemtwin.coap.message import Message, number
from modemtwin.coap.summary import described
from modemtwin.modem.doors import Address
from modemtwin.world.cost.air import Radio
from modemtwin.world.cost.usage import Traffic, Usage

__all__ = ["Exchange", "Exchanges"]


@dataclass(slots=True, eq=False)
class Exchange:
    """A message that asked or told something, and all that went to and fro because of it."""

    mid: int
    what: str
    first: Micros
    last: Micros
    usage: Usage

    @property
    def up(self) -> Traffic:
        """What left the modem."""
        return self.usage.up

    @property
    def down(self) -> Traffic:
        """What came to it."""
        return self.usage.down


class _Known(NamedTuple):
    """A message that was seen before: its bytes, when it was first seen, and of which exchange it is."""

    data: bytes
    now: Micros
    exchange: Exchange


class Exchanges:
    """Finds the exchange of each datagram. ``lifetime`` is EXCHANGE_LIFETIME; ``all`` has them as they began."""

    def __init__(self, radio: Radio, lifetime: Micros) -> None:
        self.all: list[Exchange] = []
        self._radio = radio
        self._lifetime = lifetime
        self._by_mid: dict[tuple[Address, int, bool], _Known] = {}
        self._by_token: dict[tuple[Address, bytes, bool], list[Exchange]] = {}
        self._to_groups: dict[tuple[bytes, bool], Exchange] = {}
        self._bodies: dict[tuple[Address, tuple[bytes, ...], bool], Exchange] = {}

    def find(self, peer: Address, message: Message, data: bytes, now: Micros, *, up: bool) -> Exchange | None:
        """Find it, or begin it; None for an ACK or RST that answers nothing. ``up``: the modem sent it."""
        if message.type in (numbers.ACK, numbers.RST):
            known = self._by_mid.get((peer, message.mid, not up))
            if known is not None and numbers.is_response(message.code):
                self._answered(known.exchange, peer, message, up=up)
            return known.exchange if known else None
        known = self._by_mid.get((peer, message.mid, up))
        if known is not None and known.data == data and now - known.now <= self._lifetime:
            return known.exchange
        exchange = self._of(peer, message, now, up=up)
        self._by_mid[peer, message.mid, up] = _Known(data, now, exchange)
        return exchange

    def _of(self, peer: Address, message: Message, now: Micros, *, up: bool) -> Exchange:
        """Say of which exchange a message is that was not seen before."""
        if numbers.is_response(message.code) and (asked := self._asked(peer, message, now, up=up)):
            self._answered(asked, peer, message, up=up)
            return asked
        exchange = self._carried_on(peer, message, now, up=up) or self._begin(message, now)
        if numbers.is_request(message.code) and is_group(peer[0]):
            self._to_groups[message.token, up] = exchange
        elif numbers.is_request(message.code):
            waiting = self._by_token.setdefault((peer, message.token, up), [])
            waiting[:] = [each for each in waiting if now - each.last <= self._lifetime and each is not exchange]
            waiting.append(exchange)
            self._bodies[peer, _path(message), up] = exchange
        return exchange

    def _asked(self, peer: Address, message: Message, now: Micros, *, up: bool) -> Exchange | None:
        """Find the oldest request that waits for a response with this token, from this peer or of a group."""
        if waiting := self._by_token.get((peer, message.token, not up)):
            return waiting[0]
        group = self._to_groups.get((message.token, not up))
        return group if group is not None and now - group.first <= self._lifetime else None

    def _answered(self, exchange: Exchange, peer: Address, message: Message, *, up: bool) -> None:
        """Note that a request waits no more: the next notification is an exchange of its own."""
        waiting = self._by_token.get((peer, message.token, not up), [])
        if exchange in waiting:
            waiting.remove(exchange)

    def _carried_on(self, peer: Address, message: Message, now: Micros, *, up: bool) -> Exchange | None:
        """Find the request whose body a later block carries on (RFC 7959 §2.4, §2.5)."""
        later = any(number(message.first(option) or b"") >> 4 for option in (numbers.BLOCK1, numbers.BLOCK2))
        before = self._bodies.get((peer, _path(message), up)) if later and numbers.is_request(message.code) else None
        return before if before is not None and now - before.last <= self._lifetime else None

    def _begin(self, message: Message, now: Micros) -> Exchange:
        self.all.append(Exchange(message.mid, described(message), now, now, Usage(self._radio)))
        return self.all[-1]


def _path(message: Message) -> tuple[bytes, ...]:
    return tuple(message.values(numbers.URI_PATH))
