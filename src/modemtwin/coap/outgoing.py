"""The messages we send: their mids, their exchanges, and which response belongs to which request.

    CON ──► Lanes (NSTART) ──► on its way ─────► by mid: its ACK, its RST
    NON ──────────────────────► on its way        by source and token: its response (RFC 7252 §5.3.2)

All that is on its way stands in the order of first transmission, and every lifetime counts from there, so the oldest
is always the first to be given up: it needs no timer of its own. Only retransmissions stand in a heap.

Where ``response_to`` finds nothing, ``Standing`` may: a notification bears the token of a request that was answered
before. A notification of ours gives way to a newer one: ``supersede`` (RFC 7641 §4.5.2).
"""

from __future__ import annotations

from collections import OrderedDict
from random import Random

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.coap.congestion import Lanes
from modemtwin.coap.dedup import Recent
from modemtwin.coap.events import Address, Event, GivenUp, Transmit, Waiting
from modemtwin.coap.exchange import Exchange, Schedule, State
from modemtwin.coap.message import Message, decode, encode, fault
from modemtwin.coap.numbers import CON, EMPTY, Transmission

MIDS = 0x10000
"""How many message IDs there are."""

_FOREVER: Micros = 1 << 62
"""Later than any moment."""
_UNACKNOWLEDGED = State.UNACKNOWLEDGED


class Outgoing:
    """Everything about the CONs and NONs of ours."""

    __slots__ = (
        "_ack_timeout",
        "_awaiting",
        "_confirmable",
        "_floor",
        "_lanes",
        "_lifetime",
        "_mids",
        "_next",
        "_non_lifetime",
        "_nons",
        "_random",
        "_reuse",
        "_schedule",
        "_serial",
        "_spread",
        "_transmission",
    )

    def __init__(self, random: Random, transmission: Transmission, first_mid: int | None) -> None:
        self._random = random.random
        self._transmission = transmission
        self._ack_timeout = transmission.ack_timeout
        timeout = transmission.response_timeout
        self._reuse = transmission.exchange_lifetime
        self._lifetime = self._reuse if timeout is None else timeout
        self._non_lifetime = transmission.non_lifetime if timeout is None else timeout
        self._spread = transmission.ack_timeout * (transmission.ack_random_factor - 1)
        self._next = random.randrange(1, MIDS) if first_mid is None else first_mid
        self._serial = 0
        # A NON that is no request, as it went out: half as large as the message, and an RST to it is rare.
        self._mids: Recent[int, tuple[Address, bytes] | None] = Recent(MIDS)
        self._confirmable: OrderedDict[int, Exchange] = OrderedDict()
        self._nons: OrderedDict[int, Exchange] = OrderedDict()
        self._awaiting: dict[tuple[Address, bytes], list[Exchange]] = {}
        self._lanes = Lanes(transmission.nstart)
        self._schedule = Schedule()
        self._floor = _FOREVER  # before this moment no lifetime is over

    def next_mid(self, now: Micros) -> int:
        """Return the next mid that is free (RFC 7252 §4.4); 0 is left to those who ask for it."""
        mid = self._next
        unknown = mid not in self._mids.entries and mid not in self._confirmable and mid not in self._nons
        if unknown and 0 < mid < MIDS - 1 and not self._lanes.waiting:  # nearly always
            self._next = mid + 1
            return mid
        if (free := MIDS - 1 - len(self._mids)) <= 0:
            self._mids.sweep(now)
            free = MIDS - 1 - len(self._mids)
        for _ in range(MIDS if free > 0 else 0):
            mid = self._next
            self._next = mid + 1 if mid < MIDS - 1 else 1
            if mid and not self.mid_in_use(mid, now):
                return mid
        raise LookupError(f"every message ID was used within the last {_in_seconds(self._reuse)}: send more slowly")

    def mid_in_use(self, mid: int, now: Micros) -> bool:
        """Say whether a mid belongs to a message that waits, is on its way, or was sent within EXCHANGE_LIFETIME."""
        return (
            (mid in self._mids.entries and self._mids.holds(mid, now))
            or mid in self._confirmable
            or mid in self._nons
            or (self._lanes.waiting > 0 and self._lanes.find_queued(mid) is not None)
        )

    def waiting(self) -> int:
        """Return how many messages wait for NSTART."""
        return self._lanes.waiting

    def in_flight(self) -> bool:
        """Say whether a CON of ours waits for its ACK, or a request for its answer."""
        return bool(self._confirmable or self._awaiting)

    def send(self, message: Message, destination: Address, now: Micros, *, insist: bool = False) -> list[Event]:
        """Send a CON or NON; who insists may wait for NSTART even where ``waiting_limit`` do.

        Raises ValueError for what may not be sent and for a mid that is in use.
        """
        kind, code, mid = message.type, message.code, message.mid
        data = encode(message)
        if code == EMPTY and (reason := fault(message)) is not None:
            raise ValueError(reason)
        if self.mid_in_use(mid, now):
            raise ValueError(f"message ID {mid} is still in use: RFC 7252 §4.4 keeps it for {_in_seconds(self._reuse)}")
        exchange = Exchange(message, destination, data, self._serial)
        self._serial += 1
        if kind == CON:
            return [self._start(exchange, now, insist=insist)]
        if exchange.asks:
            return [self._begin(exchange, now)]
        self._mids.put(mid, (destination, data), self._reuse, now)
        return [Transmit(destination, data)]

    def supersede(self, mid: int, message: Message, destination: Address, now: Micros) -> int | None:
        """Let a message take the place of a CON that is no request and still waits or is unacknowledged.

        It goes once the present transmission is through: anew after an ACK, with the back-off so far after a time-out,
        not at all after an RST or the last time-out (RFC 7641 §4.5.2). Return the mid it will have, None if there is no
        such CON. Raises LookupError when no mid is free.
        """
        exchange = self._lanes.find_queued(mid)
        if exchange is not None and exchange.destination == destination:
            exchange.message = message._replace(mid=mid)
            exchange.data = encode(exchange.message)
            return mid
        exchange = self.confirmable(mid, destination)
        if exchange is None or exchange.state is not State.UNACKNOWLEDGED:
            return None
        if exchange.heir is None:
            heir = self.next_mid(now)
            self._mids.put(heir, None, self._reuse, now)
        else:
            heir = exchange.heir.mid
        exchange.heir = message._replace(mid=heir)
        return heir

    def confirmable(self, mid: int, destination: Address) -> Exchange | None:
        """Return the exchange of a CON of ours that is on its way to this destination."""
        exchange = self._confirmable.get(mid)
        return exchange if exchange is not None and exchange.destination == destination else None

    def response_to(self, source: Address, token: bytes) -> Exchange | None:
        """Return the request that a separate response belongs to: the oldest that waits (RFC 7252 §5.3.2)."""
        waiting = self._awaiting.get((source, token))
        return waiting[0] if waiting is not None else None

    def rejected(self, mid: int, source: Address, now: Micros) -> Exchange | Message | None:
        """Return what an RST rejects: the exchange, or the NON that has none."""
        exchange = self._confirmable.get(mid) or self._nons.get(mid)
        if exchange is not None:
            return exchange if exchange.destination == source else None
        sent = self._mids.find(mid, now)
        if sent is None or sent[0] != source:
            return None
        message = decode(sent[1])
        assert isinstance(message, Message), "we have written it"
        return message

    def forget_non(self, mid: int, now: Micros) -> None:
        """An RST for this NON has come; a second one would be no news."""
        self._mids.put(mid, None, self._reuse, now)

    def acknowledge(self, exchange: Exchange, now: Micros) -> list[Event] | None:
        """Take an empty ACK; None if it is not the first, else whoever goes next."""
        if not exchange.acknowledge():
            return None
        if exchange.state is State.ENDED:
            events = self.end(exchange, now)
            if exchange.heir is not None:
                events.append(self._start(self._heir(exchange.heir, exchange), now, insist=True))
            return events
        self._schedule.drop(exchange)
        return self.make_way(exchange, now)

    def end(self, exchange: Exchange, now: Micros) -> list[Event]:
        """Expect nothing more of an exchange; return what that lets go."""
        mid = exchange.message.mid
        exchange.state = State.ENDED
        self._schedule.drop(exchange)
        if self._confirmable.pop(mid, None) is None:
            del self._nons[mid]
        if exchange.asks:
            self._stop_awaiting(exchange)
        return self.make_way(exchange, now)

    def follow(self, exchange: Exchange, message: Message, data: bytes, now: Micros) -> list[Event]:
        """End the exchange of a request and begin that of the next one in its place.

        It goes to the same peer as a CON, with a fresh token, and a mid that is free.
        """
        mid, destination, serial = message.mid, exchange.destination, self._serial
        self._serial = serial + 1
        if exchange.state is not _UNACKNOWLEDGED or not self._lanes.hand_on(exchange, mid):
            successor = Exchange(message, destination, data, serial)
            return [*self.end(exchange, now), self._start(successor, now, insist=True)]
        del self._confirmable[exchange.message.mid]
        self._stop_awaiting(exchange)
        self._mids.put(mid, None, self._reuse, now)
        exchange.renew(message, data, serial, now)
        exchange.timeout = timeout = self._ack_timeout + int(self._spread * self._random())
        self._schedule.postpone(exchange, now + timeout)
        self._confirmable[mid] = exchange
        self._awaiting[destination, message.token] = [exchange]
        return [Transmit(destination, data)]

    def make_way(self, exchange: Exchange, now: Micros) -> list[Event]:
        """Let go who waits behind an exchange."""
        successor = self._lanes.leave(exchange)
        if successor is None:
            return []
        self._lanes.enter(successor)
        return [self._begin(successor, now)]

    def fire(self, now: Micros) -> list[Event]:
        """Retransmit what is due, and give up what has waited long enough."""
        events: list[Event] = []
        while (exchange := self._schedule.due(now)) is not None:
            self._time_out(exchange, now, events)
        if self._floor <= now:
            for table, lifetime in ((self._confirmable, self._lifetime), (self._nons, self._non_lifetime)):
                while table and (oldest := next(iter(table.values()))).begun + lifetime <= now:
                    events += self._give_up(oldest, now)
        return events

    def next_timer(self) -> Micros | None:
        """Return when ``fire`` has something to do."""
        moment = self._schedule.next()
        if moment is not None and moment <= self._floor:
            return moment
        self._floor = _FOREVER
        if self._confirmable:
            self._floor = next(iter(self._confirmable.values())).begun + self._lifetime
        if self._nons:
            self._floor = min(self._floor, next(iter(self._nons.values())).begun + self._non_lifetime)
        if moment is None or self._floor < moment:
            moment = self._floor
        return None if moment == _FOREVER else moment

    def sizes(self) -> dict[str, int]:
        """Return how many entries each table holds."""
        return {
            "mids": len(self._mids),
            "in flight": len(self._confirmable) + len(self._nons),
            "awaiting": sum(len(waiting) for waiting in self._awaiting.values()),
            "waiting": self._lanes.waiting,
            "timers": len(self._schedule),
        }

    def abandon(self, destination: Address | None = None) -> list[Message]:
        """Forget what is on its way or waits, everywhere or to one destination, and return it in sending order."""
        exchanges = [*self._confirmable.values(), *self._nons.values(), *self._lanes.queued()]
        if destination is not None:
            exchanges = [exchange for exchange in exchanges if exchange.destination == destination]
        for exchange in exchanges:
            self._lanes.forget(exchange.destination)
            self._schedule.drop(exchange)
            self._confirmable.pop(exchange.message.mid, None)
            self._nons.pop(exchange.message.mid, None)
            if exchange.asks and exchange.state is not State.QUEUED:
                self._stop_awaiting(exchange)
            exchange.state = State.ENDED
        return [exchange.message for exchange in sorted(exchanges, key=lambda exchange: exchange.serial)]

    def _start(self, exchange: Exchange, now: Micros, *, insist: bool) -> Event:
        """Send a CON for the first time, or let it wait."""
        behind = self._lanes.behind(exchange.destination)
        if behind is None:
            self._lanes.enter(exchange)
            return self._begin(exchange, now)
        if (limit := self._lanes.waiting) >= self._transmission.waiting_limit and not insist:
            reason = f"{limit} messages already wait for NSTART"
            return GivenUp(exchange.message, exchange.destination, reason)
        self._lanes.queue(exchange)
        return Waiting(exchange.message.mid, exchange.destination, behind)

    def _begin(self, exchange: Exchange, now: Micros) -> Transmit:
        """Send an exchange's message for the first time."""
        message, destination = exchange.message, exchange.destination
        self._mids.put(message.mid, None, self._reuse, now)
        if message.type == CON:
            # RFC 7252 §4.2: the first time-out lies by chance between ACK_TIMEOUT and ACK_RANDOM_FACTOR times that.
            exchange.begin(self._ack_timeout + int(self._spread * self._random()), now)
            self._confirmable[message.mid] = exchange
            self._schedule.put(exchange)
            self._floor = min(self._floor, now + self._lifetime)
        else:
            exchange.begin(0, now)
            self._nons[message.mid] = exchange
            self._floor = min(self._floor, now + self._non_lifetime)
        if exchange.asks:
            key = destination, message.token
            if (waiting := self._awaiting.get(key)) is None:
                self._awaiting[key] = [exchange]
            else:
                waiting.append(exchange)
        return Transmit(destination, exchange.data)

    def _time_out(self, exchange: Exchange, now: Micros, events: list[Event]) -> None:
        """Take the next step when an exchange is due (RFC 7252 §4.2): transmit again, or give up."""
        if exchange.back_off(self._transmission.max_retransmit):
            if exchange.heir is None:
                self._schedule.postpone(exchange, now + exchange.timeout)
            else:
                exchange = self._pass_on(exchange, self._heir(exchange.heir, exchange), now)
            events.append(Transmit(exchange.destination, exchange.data))
            return
        self._schedule.drop(exchange)
        if self._transmission.response_timeout is None:
            events += self._give_up(exchange, now)
        else:
            # The profile says how long to wait: no more is sent, but a response may still come.
            events += self.make_way(exchange, now)

    def _heir(self, message: Message, exchange: Exchange) -> Exchange:
        self._serial += 1
        return Exchange(message, exchange.destination, encode(message), self._serial - 1)

    def _pass_on(self, exchange: Exchange, heir: Exchange, now: Micros) -> Exchange:
        """Leave place and back-off to the heir."""
        heir.inherit(exchange, now)
        self._lanes.replace(exchange, heir)
        exchange.state = State.ENDED
        self._schedule.drop(exchange)
        self._schedule.put(heir)
        del self._confirmable[exchange.message.mid]
        self._confirmable[heir.message.mid] = heir
        return heir

    def _give_up(self, exchange: Exchange, now: Micros) -> list[Event]:
        if exchange.state is _UNACKNOWLEDGED:
            reason = f"no ACK after {exchange.retransmissions + 1} transmissions"
        elif exchange.message.type == CON:
            reason = f"acknowledged, but no response within {_in_seconds(self._lifetime)}"
        else:
            reason = f"no response within {_in_seconds(self._non_lifetime)}"
        return [GivenUp(exchange.message, exchange.destination, reason), *self.end(exchange, now)]

    def _stop_awaiting(self, exchange: Exchange) -> None:
        key = exchange.destination, exchange.message.token
        waiting = self._awaiting[key]
        if len(waiting) == 1:
            del self._awaiting[key]
        else:
            waiting.remove(exchange)


def _in_seconds(span: Micros) -> str:
    return f"{span / MICROSECONDS:g} s"
