"""The far end: a CoAP server made of the same conversation that the modem is made of.

datagrams, time ──► Peer ──► events: Transmit is to be sent, the others are for a log
                     │
                     ├── coap.Conversation   duplicates, acknowledgements, blocks, observers, leisure
                     ├── Site                what is served
                     └── moments             requests that think, states that change by themselves
"""

from __future__ import annotations

import heapq
from functools import partial
from itertools import count
from random import Random
from typing import NamedTuple

from modemtwin.clockwork import Micros, earliest, seconds
from modemtwin.coap import numbers
from modemtwin.coap.conversation import BOUNDS, Address, Conversation, Event, Request
from modemtwin.coap.message import Message, number
from modemtwin.coap.numbers import CON, NON, Bounds, Transmission
from modemtwin.coap.strangers import Strangers
from modemtwin.coap.wary import WaryConversation
from modemtwin.world.peer.answers import Answer, diagnosis, not_found
from modemtwin.world.peer.contents import Contents, path_of
from modemtwin.world.peer.shelf import Path, Shelf
from modemtwin.world.peer.site import Site, Watched
from modemtwin.world.peer.stored import age

__all__ = ["MOST_PENDING", "PROMPT", "Peer"]

MOST_PENDING = 64
"""Requests that may wait for a resource that thinks; one more is told to come again later."""

PROMPT = Transmission(ack_delay=seconds(0.1))
"""A server knows at once whether it needs time to think, so its empty ACK need not wait (RFC 7252 §5.2.2)."""

_KEY_LENGTH = 16


class _Pending(NamedTuple):
    due: Micros
    order: int
    event: Request


class Peer:
    """A CoAP server without a socket and without a clock.

    ``epoch``: seconds since 1970 at the moment that the caller's clock calls 0; ``/time`` counts from there. What is
    put on it may be as large as ``bounds.body``. With ``strangers``, an address that is not verified gets no more than
    three times what came from it.
    """

    def __init__(
        self,
        random: Random,
        *,
        epoch: float = 0.0,
        transmission: Transmission = PROMPT,
        bounds: Bounds = BOUNDS,
        strangers: Strangers | None = None,
    ) -> None:
        if strangers is None:
            self._conversation = Conversation(random, transmission, bounds)
        else:
            self._conversation = WaryConversation(random, transmission, bounds, strangers=strangers)
        self.site = Site(Contents(epoch, Shelf(largest_thing=bounds.body), random.randbytes(_KEY_LENGTH)))
        self._pending: list[_Pending] = []
        self._order = count()
        self._changes: dict[Watched, Micros | None] = {}

    def receive(self, data: bytes, source: Address, now: Micros, *, multicast: bool = False) -> list[Event]:
        """Take a datagram, ``multicast`` if it was sent to a group; whatever its bytes are, no exception."""
        events: list[Event] = []
        for event in self._conversation.receive(data, source, now, multicast=multicast):
            events.append(event)
            if isinstance(event, Request):
                events += self._serve(event, now)
        return events

    def fire(self, now: Micros) -> list[Event]:
        """Do what is due."""
        events = self._conversation.fire(now)
        while self._pending and self._pending[0].due <= now:
            event = heapq.heappop(self._pending).event
            events += self._respond(event, self.site.answer(event.message, now), now)
        for watched in [watched for watched, due in self._changes.items() if due is not None and due <= now]:
            events += self._notify(watched, now)
        return events

    def next_timer(self) -> Micros | None:
        """Say when ``fire`` is to be called, at the latest."""
        moment = self._conversation.next_timer()
        if not self._pending and not self._changes:
            return moment
        thought = self._pending[0].due if self._pending else None
        return earliest(moment, thought, *self._changes.values())

    def observers(self, path: Path) -> int:
        """Return how many observe what is there."""
        return sum(self._conversation.observers(watched) for watched in self._changes if watched.path == path)

    def sizes(self) -> dict[str, int]:
        """Return how many entries, or bytes, each table holds; every one of them is bounded."""
        return self._conversation.sizes() | {"pending": len(self._pending), "watched": len(self._changes)}

    def _serve(self, event: Request, now: Micros) -> list[Event]:
        known = self.site.known(event.message)
        if known is not None and not event.multicast:
            return self._conversation.respond(event.message, event.source, known, now)
        delay = self.site.delay(event.message, now)
        if not delay:
            return self._respond(event, self.site.answer(event.message, now), now)
        if len(self._pending) >= MOST_PENDING:
            later = (numbers.MAX_AGE, age(delay))
            return self._respond(event, diagnosis(numbers.SERVICE_UNAVAILABLE, "busy", later), now)
        heapq.heappush(self._pending, _Pending(now + delay, next(self._order), event))
        return []

    def _respond(self, event: Request, answer: Answer, now: Micros) -> list[Event]:
        request, source = event.message, event.source
        if event.multicast and not answer.payload:
            answer = not_found()  # to say nothing useful is an error in a group, and no error is sent (RFC 7252 §8.2)
        watched = self.site.watched(request, now) if _registers(request) and answer.is_success else None
        events = self._conversation.respond(request, source, answer.message, now, resource=watched)
        if watched is not None:
            self._enter(watched, now)
        if answer.is_success and request.code not in (numbers.GET, numbers.FETCH):
            events += self._tell_of(path_of(request), now)
        return events

    # ── observers ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _enter(self, watched: Watched, now: Micros) -> None:
        """Note when to tell of the next change; forget those whose observers have gone."""
        for each in [each for each in self._changes if not self._conversation.observers(each)]:
            del self._changes[each]
        if self._conversation.observers(watched):
            self._changes[watched] = self.site.next_change(watched.path, now)

    def _tell_of(self, path: Path, now: Micros) -> list[Event]:
        """Tell every observer of a path that a client has changed it."""
        return [
            event
            for watched in [each for each in self._changes if each.path == path]
            for event in self._notify(watched, now)
        ]

    def _notify(self, watched: Watched, now: Micros) -> list[Event]:
        events = self._conversation.notify(watched, partial(self._state, watched, now), now)
        if self._conversation.observers(watched):
            self._changes[watched] = self.site.next_change(watched.path, now)
        else:
            del self._changes[watched]
        return events

    def _state(self, watched: Watched, now: Micros, request: Message) -> Message:
        answer = self.site.state(request, watched, now)
        # What ends an observation has no successor that would make up for its loss, so it is worth a CON.
        return answer.message._replace(type=NON if answer.is_success else CON)


def _registers(request: Message) -> bool:
    """Say whether a client asks to be told of changes (RFC 7641 §2)."""
    wish = request.first(numbers.OBSERVE)
    return wish is not None and number(wish) == 0
