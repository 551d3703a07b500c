"""The server's side of a conversation: bodies in and out in blocks, observers, the manners of a group.

    Request ──► Block1: Assembly ──the last block──► the owner ──respond──► No-Response? observed? cut ──► Endpoint
            ──► Block2, not the first: Portions ──────────────────────────────────────────────────────────────┘
            ──► Observe 1: struck out
    notify ──► each observer: cut ──► NON, CON, or in place of the CON on its way

A request to a group is a NON; its answer waits a while by chance, an error is none (RFC 7252 §8.2). With ``strangers``,
what goes to an address that is not verified is cut to what may go there.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable
from random import Random

from modemtwin.clockwork import Micros
from modemtwin.coap.assembly import Assembly
from modemtwin.coap.block import RESERVED, bears, read, rejoined, with_option
from modemtwin.coap.dedup import Recent
from modemtwin.coap.endpoint import Endpoint
from modemtwin.coap.events import Address, Event, GivenUp, Ignored, Request
from modemtwin.coap.message import Message, encode, number, uint
from modemtwin.coap.numbers import (
    BAD_REQUEST,
    BLOCK1,
    BLOCK2,
    CON,
    ECHO,
    FETCH,
    GET,
    NO_RESPONSE,
    NON,
    OBSERVE,
    UNAUTHORIZED,
    Bounds,
    Transmission,
    is_request,
)
from modemtwin.coap.observe import DEREGISTER, REGISTER, wish
from modemtwin.coap.observers import Observer, Observers
from modemtwin.coap.portion import Portions
from modemtwin.coap.strangers import Strangers

_CONCERNING = frozenset({OBSERVE, BLOCK1, BLOCK2})
_CALLING = frozenset({OBSERVE, BLOCK1, BLOCK2, NO_RESPONSE})

State = Callable[[Message], Message]
"""Gives the state of a resource in the form that a request asks for: code, options, payload, CON or NON."""


class Server:
    """Everything about peers' requests that goes beyond one exchange."""

    __slots__ = (
        "_asked",
        "_assembly",
        "_block",
        "_bounds",
        "_called",
        "_endpoint",
        "_grouped",
        "_leisure",
        "_lifetime",
        "_observers",
        "_order",
        "_portions",
        "_random",
        "_slow",
        "_strangers",
    )

    def __init__(
        self,
        endpoint: Endpoint,
        random: Random,
        transmission: Transmission,
        bounds: Bounds,
        strangers: Strangers | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._random = random
        self._bounds = bounds
        self._block = 16 << bounds.exponent
        self._leisure = transmission.leisure
        self._lifetime = transmission.exchange_lifetime
        self._assembly = Assembly(bounds, self._lifetime)
        self._portions = Portions(bounds, self._lifetime)
        self._observers = Observers(bounds.observers)
        self._asked: Recent[tuple[Address, bytes], Message] = Recent(bounds.observers)
        self._called = False
        self._grouped: Recent[tuple[Address, int], None] = Recent(transmission.open_limit)
        self._slow: list[tuple[Micros, int, Address, Message, Message]] = []
        self._order = 0
        self._strangers = strangers

    # ── what came ─────────────────────────────────────────────────────────────────────────────────────────────────

    def is_whole(self, event: Request) -> bool:
        """Say whether a request is a matter of one exchange."""
        return not bears(event.message, _CONCERNING)

    def asked(self, event: Request, now: Micros, *, multicast: bool = False) -> list[Event]:
        """A peer asks something: return its Request once it is whole, or what it is answered without the owner."""
        message, source = event.message, event.source
        if multicast:
            self._called = True
            self._grouped.put((source, message.mid), None, self._lifetime, now)
            event = Request(message, event.datagram, source, multicast=True)
        sent, asked = read(message, BLOCK1), read(message, BLOCK2)
        if asked is not None and asked.exponent == RESERVED:
            return self._answer(message, source, Message(code=BAD_REQUEST, payload=b"SZX 7 is reserved"), now)
        if sent is not None:
            body = self._assembly.take(message, sent, source, now)
            if isinstance(body, Message):
                return self._answer(message, source, body, now)
            whole = rejoined(message, event.datagram, body, message.mid, message.token)
            event = Request(*whole, source, event.multicast)
        elif (piece := self._further(message, source, now)) is not None:
            return self._answer(message, source, piece, now)
        self._note_wish(message, source, now)
        return [event]

    def completes(self, message: Message, source: Address, now: Micros) -> bool:
        """Say whether this request, should it be taken, is one for the owner."""
        sent, asked = read(message, BLOCK1), read(message, BLOCK2)
        if asked is not None and asked.exponent == RESERVED:
            return False
        if sent is not None:
            return self._assembly.completes(message, sent, source, now)
        return self._portions.further(message, source, now) is None

    def lost(self, message: Message, source: Address) -> None:
        """A response of ours was rejected or given up: whoever observes with its token does so no more."""
        if not is_request(message.code):
            self._observers.remove((source, message.token))

    # ── what the owner answers ────────────────────────────────────────────────────────────────────────────────────

    def is_plain(self, request: Message, response: Message) -> bool:
        """Say whether an answer may go out as it is."""
        if len(response.payload) > self._block or self._called:
            return False
        return not bears(request, _CALLING)

    def respond(
        self, request: Message, source: Address, response: Message, now: Micros, resource: Hashable | None
    ) -> list[Event]:
        """Answer a request; with a ``resource``, whoever asks to observe it is entered."""
        grouped = self._grouped.holds((source, request.mid), now)
        if grouped and response.code >> 5 != 2:
            return [*self._endpoint.dismiss(request, source), Ignored("a request to a group gets no error", source)]
        if _unwanted(request, response):
            return self._endpoint.dismiss(request, source)
        if wish(request) == REGISTER and not grouped:
            response = self._enter(request, source, response, resource, now)
        response = self._shaped(request, source, response, now)
        if not grouped:
            return self._endpoint.respond(request, source, response, now)
        return self._take_leisure(request, source, response, now)

    def shaped(self, response: Message, destination: Address, now: Micros) -> Message | None:
        """Return a response that the owner has addressed himself as it is to go out, None if nobody wants it."""
        request = self._endpoint.answered_by(response, destination)
        if request is None:
            request = self._asked.find((destination, response.token), now)
            return response if request is None else self._portions.cut(response, request, destination, now)
        if _unwanted(request, response):
            return None
        return self._shaped(request, destination, response, now)

    def dismiss(self, response: Message, destination: Address) -> list[Event]:
        """Close the request that a response would have answered."""
        request = self._endpoint.answered_by(response, destination)
        note = Ignored("nobody wants this answer (No-Response, RFC 7967)", destination)
        return [*(self._endpoint.dismiss(request, destination) if request is not None else []), note]

    # ── observers ─────────────────────────────────────────────────────────────────────────────────────────────────

    def observers(self, resource: Hashable) -> int:
        """Return how many observe a resource."""
        return len(self._observers.of(resource))

    def notify(self, resource: Hashable, state: State, now: Micros) -> list[Event]:
        """Tell the observers of a resource its new state."""
        watching = self._observers.of(resource)
        events: list[Event] = []
        number = self._observers.next_number() if watching else 0
        for observer in watching:
            message = state(observer.request)
            if message.code >> 5 == 2:
                message = message._replace(options=with_option(message.options, (OBSERVE, uint(number))))
            else:
                self._observers.remove((observer.source, observer.request.token))
            message = self._noticed(message, observer, now)
            events += self._tell(observer, message._replace(token=observer.request.token), now)
        return events

    def _tell(self, observer: Observer, message: Message, now: Micros) -> list[Event]:
        try:
            if self._supersede(observer, message, now):
                return []
            mid = self._endpoint.next_mid(now)
        except LookupError as error:
            return [GivenUp(message, observer.source, str(error))]
        confirmable = message.type != NON or observer.must_confirm(self._bounds.confirm_every, now)
        if self._strangers is not None and not self._strangers.trusts(observer.source):
            confirmable = True  # RFC 7641 §7: its ACK pays for the next one
        observer.note(mid, now, confirmable=confirmable)
        message = message._replace(type=CON if confirmable else NON, mid=mid)
        return self._endpoint.send(message, observer.source, now, insist=True)

    def _supersede(self, observer: Observer, message: Message, now: Micros) -> bool:
        """Give the CON that is on its way an heir, if there is one (RFC 7641 §4.5.2)."""
        message = message._replace(type=CON)
        if observer.heir is not None:
            heir = self._endpoint.supersede(observer.heir, message, observer.source, now)
            if heir is not None:
                observer.mid, observer.heir = observer.heir, heir
                return True
        if observer.mid is not None:
            observer.heir = self._endpoint.supersede(observer.mid, message, observer.source, now)
        return observer.mid is not None and observer.heir is not None

    def _note_wish(self, request: Message, source: Address, now: Micros) -> None:
        key = source, request.token
        match wish(request):
            case int(value) if value == REGISTER:
                self._asked.put(key, request, self._lifetime, now)
            case int(value) if value == DEREGISTER:
                self._asked.drop(key)
                self._observers.remove(key)

    def _enter(
        self, request: Message, source: Address, response: Message, resource: Hashable | None, now: Micros
    ) -> Message:
        """Enter an observer if the answer is one to observe, else strike him out (RFC 7641 §4.1, §4.2)."""
        if resource is None or response.code >> 5 != 2 or request.code not in (GET, FETCH):
            self._observers.remove((source, request.token))
            return response
        if not self._observers.register(request, source, resource, now):
            return response
        number = self._observers.next_number()
        return response._replace(options=with_option(response.options, (OBSERVE, uint(number))))

    # ── shape, manners, time ──────────────────────────────────────────────────────────────────────────────────────

    def _shaped(self, request: Message, source: Address, response: Message, now: Micros) -> Message:
        """Return an answer with the receipt for the request's last block, and cut to the block that is asked for."""
        sent = read(request, BLOCK1)
        if sent is not None and response.first(BLOCK1) is None:
            response = response._replace(options=with_option(response.options, (BLOCK1, sent.encoded())))
        room = None
        if self._strangers is not None:
            room = self._strangers.room_for_answer(request, source, registers=wish(request) == REGISTER)
        if room is None:
            return self._portions.cut(response, request, source, now)
        return self._small(response, request, source, room, now)

    def _small(self, response: Message, request: Message, source: Address, room: int, now: Micros) -> Message:
        """Return what goes to a stranger: whole, or a small block with an Echo to come back with, or the Echo alone."""
        assert self._strangers is not None
        response = response._replace(token=request.token)
        if response.code >> 5 != 2:
            return _shortened(response, room)
        small = self._portions.cut(response, request, source, now, room)
        echo = self._strangers.echo(source)
        if len(small.payload) < len(response.payload) and small.first(ECHO) is None:
            # RFC 9175 §2.3: a value that nobody has asked for yet. Who brings it back gets large blocks.
            small = small._replace(options=with_option(small.options, echo))
        if len(encode(small)) <= room:
            return small
        if request.code in (GET, FETCH):
            return response._replace(code=UNAUTHORIZED, options=(echo,), payload=b"")
        return response._replace(options=(), payload=b"")  # it is done, so it must not be asked for again

    def _noticed(self, message: Message, observer: Observer, now: Micros) -> Message:
        """Return a notification as it goes to this observer."""
        request, source = observer.request, observer.source
        room = None if self._strangers is None else self._strangers.room_for_notification(request, source)
        if room is not None and message.code >> 5 != 2:
            return _shortened(message._replace(token=request.token), room)
        return self._portions.cut(message, request, source, now, room)

    def _further(self, message: Message, source: Address, now: Micros) -> Message | None:
        room = None if self._strangers is None else self._strangers.room(source)
        return self._portions.further(message, source, now, room)

    def _answer(self, request: Message, source: Address, response: Message, now: Micros) -> list[Event]:
        """Answer a request without the owner; what came by multicast in blocks is not answered at all."""
        if self._grouped.holds((source, request.mid), now):
            return self._endpoint.dismiss(request, source)
        return self._endpoint.respond(request, source, response, now)

    def _take_leisure(self, request: Message, source: Address, response: Message, now: Micros) -> list[Event]:
        if len(self._slow) >= self._bounds.observers:
            return [*self._endpoint.dismiss(request, source), Ignored("too many requests to the group", source)]
        due = now + int(self._leisure * self._random.random())
        self._order += 1
        heapq.heappush(self._slow, (due, self._order, source, request, response))
        return []

    def fire(self, now: Micros) -> list[Event]:
        """Send the answers to groups' requests that have waited long enough."""
        events: list[Event] = []
        while self._slow and self._slow[0][0] <= now:
            _, _, source, request, response = heapq.heappop(self._slow)
            events += self._endpoint.respond(request, source, response, now)
        return events

    def next_timer(self) -> Micros | None:
        """Return when ``fire`` has something to do."""
        return self._slow[0][0] if self._slow else None

    def sizes(self) -> dict[str, int]:
        """Return how many entries, or bytes, each table holds."""
        counts = {"observers": len(self._observers), "leisurely": len(self._slow), "asked": len(self._asked)}
        return counts | self._assembly.sizes() | self._portions.sizes()

    def abandon(self, source: Address | None = None) -> None:
        """Forget all, or what concerns one peer."""
        self._assembly.forget(source)
        self._portions.forget(source)
        self._observers.forget(source)
        self._slow = [each for each in self._slow if source not in (None, each[2])]
        heapq.heapify(self._slow)


def _shortened(response: Message, room: int) -> Message:
    """Return an error with as much of its diagnostic payload as there is room for (RFC 7252 §5.5.2)."""
    left = max(0, room - 1 - len(encode(response._replace(payload=b""))))
    if len(response.payload) <= left:
        return response
    return response._replace(payload=response.payload[:left].decode("utf-8", "ignore").encode())


def _unwanted(request: Message, response: Message) -> bool:
    """Say whether the client does not want answers of this class (RFC 7967 §2.1)."""
    classes = request.first(NO_RESPONSE)
    return classes is not None and number(classes) >> (response.code >> 5) - 1 & 1 == 1
