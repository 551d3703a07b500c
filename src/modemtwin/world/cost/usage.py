"""How a radio is used: datagrams on the air, the waits between them, and the connections around it all.

    ──┬─ on the air ─ wait ─ on the air ─┬─ inactivity ─┬─ active time ─┬─ asleep ─┬─ on the air … a new connection
      │ sent at its moment      arrived at its moment   └ released                 └ set up again

A datagram out begins at its moment, one in ends at its own; the rest between two moments is silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from modemtwin.clockwork import Micros
from modemtwin.modem.doors import Address
from modemtwin.world.cost.air import NOTHING, Energy, Radio

__all__ = ["Silence", "Spans", "Traffic", "Usage", "packet_size"]


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
        self.ip += packet_size(data, peer)
        self.airtime += airtime


class Silence(NamedTuple):
    """What becomes of a silence: connected until the network lets go, then listening, then asleep."""

    waited: float
    idle: float
    asleep: float

    @classmethod
    def of(cls, span: float, radio: Radio) -> Silence:
        """Divide a silence."""
        waited = min(span, radio.inactivity)
        idle = min(span - waited, radio.active)
        return cls(waited, idle, span - waited - idle)


class Spans(NamedTuple):
    """How long a radio did what, in microseconds, and how often it connected; means of several may be broken."""

    up: float
    down: float
    connections: float
    waited: float
    idle: float
    asleep: float

    def drawn(self, radio: Radio) -> Energy:
        """Say what all this draws, without the sleep."""
        sent, received = radio.setting_up()
        return (
            radio.drawn(radio.transmit, self.up + sent * self.connections)
            + radio.drawn(radio.receive, self.down + received * self.connections)
            + radio.drawn(radio.waiting, self.waited)
            + radio.drawn(radio.idle, self.idle)
        )


@dataclass(slots=True)
class Usage:
    """What datagrams make of a radio, up to the last of them; the silence behind that one is not in it."""

    radio: Radio
    up: Traffic = field(default_factory=Traffic)
    down: Traffic = field(default_factory=Traffic)
    connections: int = 0
    waited: float = 0
    idle: float = 0
    asleep: float = 0
    _quiet_from: Micros | None = None

    def add(self, data: bytes, peer: Address, now: Micros, *, up: bool) -> None:
        """Count a datagram."""
        airtime = self.radio.airtime(packet_size(data, peer), up=up)
        (self.up if up else self.down).add(data, peer, airtime)
        begun = now if up else now - airtime
        if self._quiet_from is None:
            self.connections = 1
        else:
            self._rest(max(0, begun - self._quiet_from))
        self._quiet_from = max(self._quiet_from or 0, begun + airtime if up else now)

    def spans(self) -> Spans:
        """Say how long it did what."""
        return Spans(self.up.airtime, self.down.airtime, self.connections, self.waited, self.idle, self.asleep)

    def energy(self) -> Energy:
        """Say what it draws, with the silence behind the last datagram, up to where the module goes to sleep."""
        if not self.connections:
            return NOTHING
        spans, radio = self.spans(), self.radio
        return spans._replace(waited=spans.waited + radio.inactivity, idle=spans.idle + radio.active).drawn(radio)

    def _rest(self, span: Micros) -> None:
        silence = Silence.of(span, self.radio)
        self.waited += silence.waited
        self.idle += silence.idle
        self.asleep += silence.asleep
        if span > self.radio.inactivity:
            self.connections += 1


def packet_size(data: bytes, peer: Address) -> int:
    """Say how large the IP packet is: the header of IPv4 (20 bytes) or IPv6 (40), and 8 bytes of UDP."""
    return len(data) + (48 if ":" in peer[0] else 28)
