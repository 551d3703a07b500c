"""CoAP on one address, beyond one exchange: bodies in blocks, observation, groups, freshness.

    the owner ──send, respond, notify──► Conversation ──► Endpoint ──► datagrams
              ◄───────── events ─────────┘    │
                                              ├── Client   transfers, observations, groups asked, Echo
                                              └── Server   bodies put together and cut up, observers, leisure

It has the shape of ``Endpoint`` and can stand in its place: one request in, one Response out, however many exchanges
(RFC 7959) that takes. What needs none of this passes straight through.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from random import Random
from typing import TypeVar

from modemtwin.clockwork import Micros, earliest
from modemtwin.coap.client import Client
from modemtwin.coap.endpoint import RFC_7252, Endpoint
from modemtwin.coap.events import (
    Acknowledged,
    Address,
    Broken,
    Event,
    GivenUp,
    Ignored,
    Notification,
    Remark,
    Request,
    Reset,
    Response,
    Transmit,
    Waiting,
    Withheld,
)
from modemtwin.coap.incoming import OpenRequest
from modemtwin.coap.message import Malformed, Message, decode
from modemtwin.coap.numbers import NON, RST, Bounds, Transmission, is_request, is_response
from modemtwin.coap.options import sift
from modemtwin.coap.outgoing import Outgoing
from modemtwin.coap.server import Server
from modemtwin.coap.strangers import Strangers

__all__ = [
    "BOUNDS",
    "RFC_7252",
    "Acknowledged",
    "Address",
    "Broken",
    "Conversation",
    "Event",
    "GivenUp",
    "Ignored",
    "Notification",
    "OpenRequest",
    "Remark",
    "Request",
    "Reset",
    "Response",
    "Transmit",
    "Waiting",
    "Withheld",
]

T = TypeVar("T")

FIRST_RESPONSE = 0x40
"""The lowest code that answers a request."""

BOUNDS = Bounds()
"""Bodies up to 64 KiB, in blocks of 1024 bytes."""


class Conversation:
    """Client and server on one address, without a socket and without a clock.

    ``random`` and ``first_mid`` are ``Endpoint``'s; ``random`` also gives tokens, leisure and moments of renewal.
    With ``strangers``, answers are cut to what an address may get before it is verified; see ``WaryConversation``.
    """

    __slots__ = ("_client", "_due", "_endpoint", "_server")

    def __init__(
        self,
        random: Random,
        transmission: Transmission = RFC_7252,
        bounds: Bounds = BOUNDS,
        *,
        first_mid: int | None = None,
        strangers: Strangers | None = None,
    ) -> None:
        self._endpoint = Endpoint(random, transmission, first_mid=first_mid)
        self._client = Client(self._endpoint, random, transmission, bounds)
        self._server = Server(self._endpoint, random, transmission, bounds, strangers)
        self._due: Micros | None = None  # when client or server have something to do

    def next_mid(self, now: Micros) -> int:
        """Return a message ID that is free; see ``Endpoint.next_mid``. LookupError when there is none."""
        return self._endpoint.next_mid(now)

    def mid_in_use(self, mid: int, now: Micros) -> bool:
        """Say whether a message ID must not be used for a new message of ours yet (RFC 7252 §4.4)."""
        return self._endpoint.mid_in_use(mid, now)

    def waiting(self) -> int:
        """Return how many CONs wait for NSTART."""
        return self._endpoint.waiting()

    def in_flight(self) -> bool:
        """Say whether a CON of ours waits for its ACK, or a request for its answer."""
        return self._endpoint.in_flight()

    def send(self, message: Message, destination: Address, now: Micros) -> list[Event]:
        """Send a message of any type, as ``Endpoint.send`` does; ValueError for what RFC 7252 forbids.

        A payload longer than a block goes out in blocks: a request's in Block1, that of an answer to an open request
        in Block2, the rest of which is handed out as it is fetched. A request to a group is a NON and gets a Response
        from each source. A request with Observe 0 gets a Response and then Notifications, until one with Observe 1 and
        the same token is sent, or an RST with the mid of a notification. Whoever puts a Block1 or a Block2 other than
        of number 0 into a request deals with blocks by hand.
        """
        kind, code = message.type, message.code
        if kind <= NON and 0 < code < FIRST_RESPONSE and not self._client.is_plain(message, destination):
            return self._noted(self._client.send(message, destination, now))
        if code >= FIRST_RESPONSE:
            return self._send_response(message, destination, now)
        if kind == RST:
            self._client.reject(message.mid, destination, now)
            return self._noted(self._endpoint.send(message, destination, now))
        return self._endpoint.send(message, destination, now)

    def respond(
        self,
        request: Message,
        source: Address,
        response: Message,
        now: Micros,
        *,
        resource: Hashable | None = None,
    ) -> list[Event]:
        """Answer a peer's request with the code, the options and the whole payload of ``response``.

        A payload longer than a block, or than the client asked for, is cut up (Block2, ETag, Size2 if asked for). What
        No-Response forbids is not sent, nor an error to a multicast; any other answer to a multicast waits a while
        (leisure). With a ``resource``, a client that wants to observe is entered as its observer, if the answer is a
        success and there is room.
        """
        if resource is None and self._server.is_plain(request, response):
            return self._endpoint.respond(request, source, response, now)
        return self._noted(self._server.respond(request, source, response, now, resource))

    def notify(self, resource: Hashable, state: Callable[[Message], Message], now: Micros) -> list[Event]:
        """Tell every observer of a resource its new state: ``state(request)`` for the request that observes it.

        Code, options, payload and type (CON, NON) of that message count. While a CON notification is on its way to an
        observer, the newest state waits for it and what lies between is skipped (RFC 7641 §4.5.2). Anything but a
        success ends the observation.
        """
        return self._noted(self._server.notify(resource, state, now))

    def observers(self, resource: Hashable) -> int:
        """Return how many observe a resource."""
        return self._server.observers(resource)

    def open_request(self, mid: int, *, token: bytes | None = None) -> OpenRequest | None:
        """Return the oldest request of a peer that has this mid, and this token if one is given, and no answer yet."""
        return self._endpoint.open_request(mid, token=token)

    def receive(
        self, data: bytes, source: Address, now: Micros, *, room: bool = True, multicast: bool = False
    ) -> list[Event]:
        """Take a datagram; ``multicast`` if it was sent to a group that we are in.

        Of a body that came in blocks there is one Response, Notification or Request with the whole payload. Its mid is
        that of the first answer; a Request has that of its last block, which is the one to be answered. ``datagram``
        is the head as it came and that payload. Only the last block needs ``room``: without, it counts as lost.
        """
        if multicast:
            if not _is_for_a_group(decode(data)):
                # RFC 7252 §8.1: no RST, whatever it is.
                return [Ignored("only a request in a NON may come by multicast", source)]
        elif self._client.going and (events := self._client.stride(data, source, now)) is not None:
            return events
        elif not room and self._needs_no_room(data, source, now):
            room = True
        events = self._endpoint.receive(data, source, now, room=room)
        for event in events:
            if type(event) is not Transmit and (multicast or not self._is_final(event)):
                return self._noted(self._follow_up(events, now, multicast=multicast))
        return events

    @property
    def ticking(self) -> Outgoing | None:
        """The only part that is ever due as things are, see ``Endpoint.ticking``; ``follow`` wants what it tells."""
        return None if self._due is not None else self._endpoint.ticking

    def follow(self, events: list[Event], now: Micros) -> list[Event]:
        """Give what follows from what ``ticking`` tells."""
        for event in events:
            if type(event) is not Transmit:
                return self._noted(self._follow_up(events, now))
        return events

    def fire(self, now: Micros) -> list[Event]:
        """Do everything that is due."""
        events = self.follow(self._endpoint.fire(now), now)
        if self._due is None or self._due > now:
            return events
        return self._noted([*events, *self._client.fire(now), *self._server.fire(now)])

    def next_timer(self) -> Micros | None:
        """Return when ``fire`` has something to do, None for never."""
        moment = self._endpoint.next_timer()
        return moment if self._due is None else earliest(moment, self._due)

    def sizes(self) -> dict[str, int]:
        """Return how many entries, or bytes, each table holds; every one of them is bounded."""
        return self._endpoint.sizes() | self._client.sizes() | self._server.sizes()

    def abandon(self) -> list[Message]:
        """Forget everything that is going on without a word: exchanges, transfers, observations, observers.

        Return the requests and other messages of the owner that were on their way, waited or were observing, once
        each and as the owner sent them, in sending order.
        """
        self._server.abandon()
        return self._noted(self._client.abandon(self._endpoint.abandon(), None))

    def abandon_towards(self, destination: Address) -> list[Message]:
        """Do the same for one peer."""
        self._server.abandon(destination)
        return self._noted(self._client.abandon(self._endpoint.abandon_towards(destination), destination))

    def _noted(self, done: list[T]) -> list[T]:
        """Note when client or server, who have done this, are due; give what they have done."""
        self._due = earliest(self._client.next_timer(), self._server.next_timer())
        return done

    def _send_response(self, response: Message, destination: Address, now: Micros) -> list[Event]:
        """Send an answer that the owner has addressed himself."""
        shaped = self._server.shaped(response, destination, now)
        if shaped is None:
            return self._server.dismiss(response, destination)
        return self._endpoint.send(shaped, destination, now)

    def _is_final(self, event: Event) -> bool:
        """Say whether nothing follows from what the endpoint tells."""
        if isinstance(event, Response):
            return self._client.is_whole(event)
        if isinstance(event, Request):
            return self._server.is_whole(event)
        return isinstance(event, Ignored | Withheld | Waiting)

    def _follow_up(self, events: list[Event], now: Micros, *, multicast: bool = False) -> list[Event]:
        """Put in place of each event what follows from it."""
        told: list[Event] = []
        for event in events:
            match event:
                case Response():
                    told += self._client.answered(event, now)
                case Request():
                    told += self._server.asked(event, now, multicast=multicast)
                case Notification():
                    told += self._client.notified(event, now)
                case GivenUp(message, destination):
                    self._server.lost(message, destination)
                    told += self._client.given_up(event, now)
                case Reset(_, _, source, sent):
                    self._server.lost(sent, source)
                    told += self._client.reset(event, now)
                case Acknowledged(mid):
                    self._client.acknowledged(mid)
                    told.append(event)
                case _:
                    told.append(event)
        return told

    def _needs_no_room(self, data: bytes, source: Address, now: Micros) -> bool:
        """Say whether a datagram, should it be taken, leaves nothing to read for the owner yet."""
        decoded = decode(data)
        message = decoded if isinstance(decoded, Malformed) else sift(decoded)
        if isinstance(message, Malformed | str):
            return False
        if message.type <= NON and is_request(message.code):
            return not self._server.completes(message, source, now)
        return is_response(message.code) and self._client.is_passing(message, data, source, now)


def _is_for_a_group(message: Message | Malformed) -> bool:
    return isinstance(message, Message) and message.type == NON and is_request(message.code)
