"""What peers send us: duplicates, and requests until they have their answer (RFC 7252 §4.5, §5.2).

    CON request ──► open, unacknowledged ──answer──────────────────────► piggybacked: ACK with the response
                        │ ack_delay
                        ▼
                    open, acknowledged (empty ACK) ──answer──► separate: a CON of ours
    NON request ──► open ──────────────────────────answer──► a NON of ours

Whatever acknowledged a CON is kept with the memory of it, and goes out again for every duplicate.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple, TypeAlias

from modemtwin.clockwork import Micros
from modemtwin.coap.dedup import Recent, Seen
from modemtwin.coap.events import Address, Event, Ignored, Transmit
from modemtwin.coap.message import Message, encode
from modemtwin.coap.numbers import ACK, CON, EMPTY, TYPES, Transmission

Key: TypeAlias = tuple[Address, int]
"""Source and mid, which together name a message (RFC 7252 §4.4)."""


_NON = Seen()
"""What is known of a NON that was here: no more than that, for nothing acknowledges it."""


class OpenRequest(NamedTuple):
    """A peer's request that has no answer yet; ``acknowledged`` once its empty ACK is out (never for a NON)."""

    message: Message
    source: Address
    acknowledged: bool


class _Open:
    __slots__ = ("acknowledged", "came", "message", "seen")

    def __init__(self, message: Message, seen: Seen, came: Micros) -> None:
        self.message = message
        self.seen = seen
        self.came = came
        self.acknowledged = False


class Incoming:
    """Everything about the CONs and NONs of peers; only what is ``unacknowledged`` waits for anything."""

    __slots__ = ("_ack_delay", "_con_lifetime", "_limit", "_non_lifetime", "_open", "_seen", "unacknowledged")

    def __init__(self, transmission: Transmission) -> None:
        self._con_lifetime = transmission.exchange_lifetime
        self._non_lifetime = transmission.non_lifetime
        self._ack_delay = transmission.ack_delay
        self._limit = transmission.open_limit
        self._seen: Recent[Key, Seen] = Recent(transmission.seen_limit)
        self._open: OrderedDict[Key, _Open] = OrderedDict()
        self.unacknowledged: OrderedDict[Key, _Open] = OrderedDict()

    def duplicate(self, message: Message, source: Address, now: Micros) -> list[Event] | None:
        """Deal with a CON or NON that was here before; None if it was not."""
        seen = self._seen.find((source, message.mid), now)
        if seen is None:
            return None
        what = f"duplicate {TYPES[message.type]} with mid {message.mid}"
        if message.type != CON:
            return [Ignored(what, source)]
        if not seen.reply:
            return [Ignored(f"{what}: the first one is not answered yet", source)]
        return [Transmit(source, seen.reply), Ignored(f"{what}: answered again", source)]

    def remember(self, message: Message, source: Address, now: Micros, reply: bytes = b"") -> Seen:
        """Note that a CON or NON has arrived, and what acknowledged it."""
        if message.type == CON:
            seen, lifetime = Seen(reply), self._con_lifetime
        else:
            seen, lifetime = _NON, self._non_lifetime
        self._seen.put((source, message.mid), seen, lifetime, now)
        return seen

    def open(self, message: Message, source: Address, now: Micros) -> None:
        """Note a request that wants an answer."""
        key = source, message.mid
        self._forget_old(now)
        request = self._open[key] = _Open(message, self.remember(message, source, now), now)
        if message.type == CON:
            self.unacknowledged[key] = request

    def find(self, mid: int, token: bytes | None) -> OpenRequest | None:
        """Return the oldest open request with this mid, and with this token if one is given."""
        for (source, each), request in self._open.items():
            if each == mid and token in (None, request.message.token):
                return OpenRequest(request.message, source, request.acknowledged)
        return None

    def answered_by(self, message: Message, destination: Address) -> Message | None:
        """Return the open request that an ACK answers by its mid, or a CON or NON by its token."""
        if message.type == ACK:
            request = self._open.get((destination, message.mid))
            return None if request is None else request.message
        for (source, _), each in self._open.items():
            if source == destination and each.message.token == message.token:
                return each.message
        return None

    def piggyback(self, mid: int, source: Address, reply: bytes) -> bool:
        """Close the request by this ACK or RST if it is still unacknowledged, and keep the reply for duplicates."""
        key = source, mid
        request = self.unacknowledged.pop(key, None)
        if request is None:
            return False
        request.seen.reply = reply
        del self._open[key]
        return True

    def acknowledge(self, mid: int, source: Address, reply: bytes) -> None:
        """Note an empty ACK for an open request, which goes on wanting an answer."""
        if (request := self.unacknowledged.pop((source, mid), None)) is not None:
            request.seen.reply = reply
            request.acknowledged = True

    def acknowledge_now(self, mid: int, source: Address) -> list[Event]:
        """Return the empty ACK of a request if it is still to be sent."""
        if (source, mid) not in self.unacknowledged:
            return []
        ack = encode(Message(ACK, EMPTY, mid))
        self.acknowledge(mid, source, ack)
        return [Transmit(source, ack)]

    def close(self, mid: int, source: Address) -> None:
        """Close a request: its answer is on its way, separately."""
        self._open.pop((source, mid), None)
        self.unacknowledged.pop((source, mid), None)

    def close_by_token(self, token: bytes, source: Address) -> list[Event]:
        """Close the oldest open request with this token; return its empty ACK if that is still to be sent."""
        for (peer, mid), request in self._open.items():
            if peer == source and request.message.token == token:
                events = self.acknowledge_now(mid, source)
                self.close(mid, source)
                return events
        return []

    def fire(self, now: Micros) -> list[Event]:
        """Send the empty ACKs that are due."""
        events: list[Event] = []
        while self.unacknowledged:
            (source, mid), request = next(iter(self.unacknowledged.items()))
            if request.came + self._ack_delay > now:
                break
            events += self.acknowledge_now(mid, source)
        return events

    def next_timer(self) -> Micros | None:
        """Return when ``fire`` has something to do."""
        if not self.unacknowledged:
            return None
        return next(iter(self.unacknowledged.values())).came + self._ack_delay

    def sizes(self) -> dict[str, int]:
        """Return how many entries each table holds."""
        return {"seen": len(self._seen), "open": len(self._open), "unacknowledged": len(self.unacknowledged)}

    def abandon(self, source: Address | None = None) -> None:
        """Forget the open requests, of everybody or of one peer; what was seen stays seen."""
        for key in [key for key in self._open if source is None or key[0] == source]:
            self.close(key[1], key[0])

    def _forget_old(self, now: Micros) -> None:
        """Make room for one more open request."""
        while self._open:
            key, request = next(iter(self._open.items()))
            if len(self._open) < self._limit and request.came + self._con_lifetime > now:
                return
            if key in self.unacknowledged:
                # Nobody has promised an answer yet, so the request counts as lost, and may come again.
                self._seen.drop(key)
            self.close(key[1], key[0])
