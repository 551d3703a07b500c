"""What a conversation costs: bytes, time on the air and energy, counted from a journal.

    ──┬─ set up ─┬─ request ─ wait ─ response ─┬─ inactivity ─┬─ active time ─┬───── asleep ─────
      │ tx, rx   │ tx                  rx      │ waiting      │ idle          │ PSM

Every datagram is counted with its IP and UDP headers, every retransmission again. What the journal cannot know, how
the network schedules and when it lets go, comes from ``world.air``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.coap import numbers
from modemtwin.coap.message import Malformed, Message, decode
from modemtwin.coap.summary import described
from modemtwin.modem.doors import Address, DatagramRx, DatagramTx
from modemtwin.world.air import SLEEPS, Radio
from modemtwin.world.journal import Entry

__all__ = ["Cost", "Energy", "Exchange", "Traffic", "count"]

_DAY = seconds(24 * 3600)
_HOUR = 3600.0


class Energy(NamedTuple):
    """How much was drawn."""

    mah: float
    joules: float

    def __add__(self, other: object) -> Energy:
        return Energy(self.mah + other.mah, self.joules + other.joules) if isinstance(other, Energy) else NotImplemented

    def times(self, factor: float) -> Energy:
        """Give so many times as much."""
        return Energy(self.mah * factor, self.joules * factor)


@dataclass(slots=True)
class Traffic:
    """Datagrams one way: how many, their CoAP bytes, the same with IP and UDP headers, and time on the air."""

    datagrams: int = 0
    coap: int = 0
    ip: int = 0
    airtime: Micros = 0

    def add(self, data: bytes, peer: Address, airtime: Micros) -> None:
        """Count one more."""
        self.datagrams += 1
        self.coap += len(data)
        self.ip += _packet_size(data, peer)
        self.airtime += airtime


@dataclass(slots=True)
class Exchange:
    """A message that asked or told something, and all that went to and fro because of it."""

    mid: int
    what: str
    first: Micros
    last: Micros
    up: Traffic = field(default_factory=Traffic)
    down: Traffic = field(default_factory=Traffic)


@dataclass(slots=True)
class Cost:
    """What a journal costs over one kind of radio."""

    radio: Radio
    up: Traffic = field(default_factory=Traffic)
    down: Traffic = field(default_factory=Traffic)
    exchanges: list[Exchange] = field(default_factory=list)
    connections: int = 0
    connected: Micros = 0
    idle: Micros = 0

    def energy(self) -> Energy:
        """All that was drawn while the radio was in use: without the sleep between."""
        sent, received = self.radio.setting_up()
        sent = sent * self.connections + self.up.airtime
        received = received * self.connections + self.down.airtime
        return self._drawn(sent, received, self.connected - self.up.airtime - self.down.airtime, self.idle)

    def report(self, interval: Micros = _DAY) -> tuple[Energy, Micros]:
        """Say what one exchange of this journal costs that comes once in ``interval``, and how long it sleeps then.

        The mean of the journal's exchanges; the radio connects for it, waits, and is let go.
        """
        count = max(len(self.exchanges), 1)
        sent, received = self.up.airtime / count, self.down.airtime / count
        span = sum(exchange.last - exchange.first for exchange in self.exchanges) / count
        busy = max(span, sent + received)
        tail = max(0.0, min(self.radio.inactivity, interval - busy))
        idle = max(0.0, min(self.radio.active, interval - busy - tail))
        setup = self.radio.setting_up() if tail == self.radio.inactivity else (0, 0)
        drawn = self._drawn(sent + setup[0], received + setup[1], busy - sent - received + tail, idle)
        return drawn, max(0, round(interval - busy - tail - idle))

    def day(self, reports: int, sleep: str = "psm") -> Energy:
        """Say what a day with so many reports costs, sleep between them included."""
        if not self.exchanges or not reports:
            return self._at(SLEEPS[sleep], _DAY)
        drawn, asleep = self.report(_DAY // reports)
        return (drawn + self._at(SLEEPS[sleep], asleep)).times(reports)

    def _drawn(self, sent: float, received: float, waited: float, idle: float) -> Energy:
        radio = self.radio
        return (
            self._at(radio.transmit, sent)
            + self._at(radio.receive, received)
            + self._at(radio.waiting, max(0.0, waited))
            + self._at(radio.idle, idle)
        )

    def _at(self, milliamperes: float, span: float) -> Energy:
        charge = milliamperes * span / MICROSECONDS  # in mAs
        return Energy(charge / _HOUR, charge * self.radio.volts / 1000)


def count(entries: Iterable[Entry], radio: Radio) -> Cost:
    """Count what the datagrams of a journal cost."""
    counter = _Counter(radio)
    for now, stimulus, effects in entries:
        if isinstance(stimulus, DatagramRx):
            counter.add(stimulus.source, stimulus.data, now, up=False)
        for effect in effects:
            if isinstance(effect, DatagramTx):
                counter.add(effect.destination, effect.data, now, up=True)
    return counter.total()


class _Counter:
    """Goes through the datagrams and knows to which exchange each belongs."""

    def __init__(self, radio: Radio) -> None:
        self._cost = Cost(radio)
        self._first: Micros | None = None
        self._last: Micros = 0
        self._by_mid: dict[tuple[Address, int, bool], tuple[Exchange, bytes]] = {}
        self._by_token: dict[tuple[Address, bytes], Exchange] = {}

    def add(self, peer: Address, data: bytes, now: Micros, *, up: bool) -> None:
        cost = self._cost
        self._connect(now)
        airtime = cost.radio.airtime(_packet_size(data, peer), up=up)
        (cost.up if up else cost.down).add(data, peer, airtime)
        message = decode(data)
        if isinstance(message, Malformed):
            return
        exchange = self._exchange(peer, message, data, now, up=up)
        if exchange is not None:
            exchange.last = now
            (exchange.up if up else exchange.down).add(data, peer, airtime)

    def total(self) -> Cost:
        self._release(None)
        return self._cost

    def _exchange(self, peer: Address, message: Message, data: bytes, now: Micros, *, up: bool) -> Exchange | None:
        asked = self._by_token.get((peer, message.token)) if numbers.is_response(message.code) else None
        if asked is not None and message.first(numbers.OBSERVE) is not None:
            del self._by_token[peer, message.token]  # the next notification is an exchange of its own
        if message.type in (numbers.ACK, numbers.RST):
            known = self._by_mid.get((peer, message.mid, not up))
            return known[0] if known else None
        known = self._by_mid.get((peer, message.mid, up))
        if known is not None and known[1] == data:
            return known[0]
        exchange = asked or self._begin(message, now)
        if numbers.is_request(message.code):
            self._by_token[peer, message.token] = exchange
        self._by_mid[peer, message.mid, up] = exchange, data
        return exchange

    def _begin(self, message: Message, now: Micros) -> Exchange:
        self._cost.exchanges.append(Exchange(message.mid, described(message), now, now))
        return self._cost.exchanges[-1]

    def _connect(self, now: Micros) -> None:
        if self._first is None or now - self._last > self._cost.radio.inactivity:
            self._release(now)
            self._first = now
            self._cost.connections += 1
        self._last = now

    def _release(self, following: Micros | None) -> None:
        """End a connection, which the network releases after a time of silence."""
        if self._first is None:
            return
        radio = self._cost.radio
        released = self._last + radio.inactivity
        self._cost.connected += released - self._first
        self._cost.idle += radio.active if following is None else min(radio.active, following - released)


def _packet_size(data: bytes, peer: Address) -> int:
    """Say how large the IP packet is: header of IPv4 or IPv6, and 8 bytes of UDP."""
    return len(data) + (48 if ":" in peer[0] else 28)
