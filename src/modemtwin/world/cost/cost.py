"""What a conversation costs: bytes, time on the air and energy, counted from a journal.

    ──┬─ set up ─┬─ request ─ wait ─ response ─┬─ inactivity ─┬─ active time ─┬───── asleep ─────
      │ tx, rx   │ tx                  rx      │ waiting      │ idle          │ PSM

Every datagram is counted with its IP and UDP headers, every retransmission again. What the journal cannot know, how
the network schedules and when it lets go, comes from ``air``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.message import Malformed, decode
from modemtwin.coap.numbers import Transmission
from modemtwin.modem.doors import Address, DatagramRx, DatagramTx
from modemtwin.world.cost.air import NOTHING, Energy, Radio
from modemtwin.world.cost.exchanges import Exchange, Exchanges
from modemtwin.world.cost.usage import Silence, Spans, Usage
from modemtwin.world.journal.journal import Entry

__all__ = ["Cost", "Energy", "count"]

_DAY = seconds(24 * 3600)
_LIFETIME = Transmission().exchange_lifetime


@dataclass(slots=True)
class Cost:
    """What a journal costs over one kind of radio: all of it, and each exchange as if it were alone.

    ``others`` is the traffic that belongs to no exchange: with that of the exchanges it makes up ``total``.
    """

    radio: Radio
    total: Usage
    others: Usage
    exchanges: list[Exchange]

    def energy(self) -> Energy:
        """All that was drawn while the radio was in use: without the sleep between."""
        return self.total.energy()

    def exchange(self) -> Energy:
        """Say what an exchange draws in the mean, each alone on its connection: without sleep."""
        drawn = sum((each.usage.energy() for each in self.exchanges), NOTHING)
        return drawn.times(1 / max(len(self.exchanges), 1))

    def report(self, interval: Micros, sleep: str = "psm") -> Energy | None:
        """Say what a mean exchange costs that comes once in ``interval``, sleep until the next included.

        The radio connects for it, waits, and is let go when there is time. None: it is longer on the air than that.
        """
        mean = _mean([each.usage for each in self.exchanges])
        air = mean.up + mean.down
        if air > interval:
            return None
        waited = min(mean.waited, interval - air)
        rest = Silence.of(max(0.0, interval - air - waited - mean.idle - mean.asleep), self.radio)
        held = rest.waited < self.radio.inactivity  # the next one finds the connection as it is
        spans = mean._replace(
            connections=mean.connections - held, waited=waited + rest.waited, idle=mean.idle + rest.idle
        )
        return spans.drawn(self.radio) + self.radio.drawn(self.radio.asleep(sleep), mean.asleep + rest.asleep)

    def day(self, reports: int, sleep: str = "psm") -> Energy | None:
        """Say what a day with so many reports costs, sleep between them included; None: it has no room for them."""
        if not self.exchanges or not reports:
            return self.radio.drawn(self.radio.asleep(sleep), _DAY)
        drawn = self.report(_DAY // reports, sleep)
        return None if drawn is None else drawn.times(reports)


def count(entries: Iterable[Entry], radio: Radio, lifetime: Micros = _LIFETIME) -> Cost:
    """Count what the datagrams of a journal cost; ``lifetime`` is EXCHANGE_LIFETIME, for which a mid is one message."""
    total, others = Usage(radio), Usage(radio)
    exchanges = Exchanges(radio, lifetime)
    for now, peer, data, up in _datagrams(entries):
        total.add(data, peer, now, up=up)
        message = decode(data)
        exchange = None if isinstance(message, Malformed) else exchanges.find(peer, message, data, now, up=up)
        if exchange is not None:
            exchange.last = now
        (others if exchange is None else exchange.usage).add(data, peer, now, up=up)
    return Cost(radio, total, others, exchanges.all)


def _datagrams(entries: Iterable[Entry]) -> Iterator[tuple[Micros, Address, bytes, bool]]:
    for now, stimulus, effects in entries:
        if isinstance(stimulus, DatagramRx):
            yield now, stimulus.source, stimulus.data, False
        for effect in effects:
            if isinstance(effect, DatagramTx):
                yield now, effect.destination, effect.data, True


def _mean(usages: Sequence[Usage]) -> Spans:
    rows = [usage.spans() for usage in usages]
    return Spans(*(sum(column) / len(rows) for column in zip(*rows, strict=True)))
