"""CoAP on one address, both roles: datagrams and wishes go in, events come out (RFC 7252 §4, §5).

    receive(data) ──► decode ──┬─ ACK, RST ──────────► outgoing: whose is it?
                               ├─ empty ─────────────► RST (a ping)
                               └─ CON, NON ──► seen before? ──┬─ request ───► incoming: Request
                                                              └─ response ─┬► outgoing: Response
                                                                           └► standing: Notification
    send, respond ──► outgoing: Transmit now, or Waiting
    fire ──► retransmissions, empty ACKs, GivenUp

Events come in the order in which they are to be acted upon. No datagram raises anything. An ACK or an RST is never
answered (RFC 7252 §4.2).
"""

from __future__ import annotations

from random import Random

from modemtwin.clockwork import Micros, earliest
from modemtwin.coap.events import (
    Acknowledged,
    Address,
    Event,
    GivenUp,
    Ignored,
    Notification,
    Request,
    Reset,
    Response,
    Transmit,
    Waiting,
    Withheld,
)
from modemtwin.coap.exchange import Exchange
from modemtwin.coap.incoming import Incoming, OpenRequest
from modemtwin.coap.message import Malformed, Message, decode, encode, fault
from modemtwin.coap.numbers import ACK, BAD_OPTION, CON, EMPTY, NON, RST, Transmission, dotted, is_request, is_response
from modemtwin.coap.options import sift
from modemtwin.coap.outgoing import Outgoing
from modemtwin.coap.standing import Standing

__all__ = [
    "RFC_7252",
    "Acknowledged",
    "Address",
    "Endpoint",
    "Event",
    "GivenUp",
    "Ignored",
    "Notification",
    "OpenRequest",
    "Request",
    "Reset",
    "Response",
    "Transmit",
    "Waiting",
    "Withheld",
]

RFC_7252 = Transmission()
"""The default transmission parameters (RFC 7252 §4.8)."""

LENGTH_OF_TOKENS = 4
"""Bytes of the tokens that we make ourselves."""


class Endpoint:
    """One CoAP endpoint: client and server on one address, without a socket and without a clock.

    ``random`` gives the first mid, unless ``first_mid`` does, the first time-out of each CON, and tokens to who asks.
    """

    __slots__ = ("_incoming", "_lifetime", "_outgoing", "_random", "_standing", "_unacknowledged")

    def __init__(self, random: Random, transmission: Transmission = RFC_7252, *, first_mid: int | None = None) -> None:
        self._random = random
        self._outgoing = Outgoing(random, transmission, first_mid)
        self._incoming = Incoming(transmission)
        # Asked at every step, and a dictionary says quicker than its owner that it is empty.
        self._unacknowledged = self._incoming.unacknowledged
        self._standing = Standing()
        self._lifetime = transmission.exchange_lifetime

    def next_mid(self, now: Micros) -> int:
        """Return a message ID that is free: the next, 65535 followed by 1, none twice within EXCHANGE_LIFETIME.

        Raises LookupError when there is none (RFC 7252 §4.4).
        """
        return self._outgoing.next_mid(now)

    def mid_in_use(self, mid: int, now: Micros) -> bool:
        """Say whether a message ID must not be used for a new message of ours yet (RFC 7252 §4.4)."""
        return self._outgoing.mid_in_use(mid, now)

    def waiting(self) -> int:
        """Return how many CONs wait for NSTART."""
        return self._outgoing.waiting()

    def in_flight(self) -> bool:
        """Say whether a CON of ours waits for its ACK, or a request for its answer."""
        return self._outgoing.in_flight()

    def send(self, message: Message, destination: Address, now: Micros, *, insist: bool = False) -> list[Event]:
        """Send a message of any type. A CON may have to wait for NSTART, a NON never does.

        An ACK or RST with the mid of a peer's open request, and a response with its token, answer that request. Where
        ``waiting_limit`` messages wait already, a CON that would have to wait is given up at once, unless its sender
        insists: whoever does must have a limit of its own. Raises ValueError, with a sentence, for a message that RFC
        7252 forbids and for a mid that is in use.
        """
        if message.type <= NON:
            events = self._outgoing.send(message, destination, now, insist=insist)
            if is_response(message.code):
                # RFC 7252 §4.2: the request needs its ACK, even if the response overtakes it.
                return [*self._incoming.close_by_token(message.token, destination), *events]
            return events
        if (reason := fault(message)) is not None:
            raise ValueError(reason)
        data = encode(message)
        if message.type == ACK and message.code == EMPTY:
            self._incoming.acknowledge(message.mid, destination, data)
        elif not self._incoming.piggyback(message.mid, destination, data):
            self._incoming.close(message.mid, destination)
        return [Transmit(destination, data)]

    def respond(self, request: Message, source: Address, response: Message, now: Micros) -> list[Event]:
        """Answer a peer's request with the code, the options and the payload of ``response``.

        Piggybacked while the request is unacknowledged; else separate, as CON to a CON and NON to a NON, with a fresh
        mid (RFC 7252 §5.2). Type, mid and token of ``response`` do not count.
        """
        if request.type == CON:
            # Not _replace(): it takes three times as long, and every answer passes here.
            data = encode(Message(ACK, response.code, request.mid, request.token, response.options, response.payload))
            if self._incoming.piggyback(request.mid, source, data):
                return [Transmit(source, data)]
        self._incoming.close(request.mid, source)
        separate = response._replace(type=request.type, mid=0, token=request.token)
        try:
            separate = separate._replace(mid=self._outgoing.next_mid(now))
        except LookupError as error:
            return [GivenUp(separate, source, str(error))]
        return self._outgoing.send(separate, source, now)

    def answered_by(self, response: Message, destination: Address) -> Message | None:
        """Return the open request of a peer that this response, should it be sent, would answer."""
        return self._incoming.answered_by(response, destination)

    def dismiss(self, request: Message, source: Address) -> list[Event]:
        """Close a peer's request without an answer; a CON gets its empty ACK."""
        events = self._incoming.acknowledge_now(request.mid, source)
        self._incoming.close(request.mid, source)
        return events

    def supersede(self, mid: int, message: Message, destination: Address, now: Micros) -> int | None:
        """Let a message take the place of a CON that is no request, and still waits or is unacknowledged.

        It goes once the present transmission is through (RFC 7641 §4.5.2). Return the mid it will have, None if there
        is no such CON. Raises LookupError when no mid is free.
        """
        return self._outgoing.supersede(mid, message, destination, now)

    def expect_more(self, request: Message, source: Address | None) -> None:
        """Let answers with the token of this request be its Notifications, from this source or, if None, from any."""
        self._standing.expect(request, source)

    def expect_no_more(self, token: bytes, source: Address | None, now: Micros, *, reject: bool = False) -> None:
        """End that; ``reject``: what still comes gets an RST, even if it comes in a NON (RFC 7641 §3.6)."""
        self._standing.expect_no_more(token, source, self._lifetime if reject else 0, now)

    def next_token(self, destination: Address) -> bytes:
        """Return a token that nothing waits for from this peer, drawn by chance (RFC 7252 §5.3.1)."""
        while True:
            token = self._random.getrandbits(8 * LENGTH_OF_TOKENS).to_bytes(LENGTH_OF_TOKENS, "big")
            standing = self._standing.in_use(token, destination)
            if not standing and self._outgoing.response_to(destination, token) is None:
                return token

    def asked(self, message: Message, source: Address) -> Message | None:
        """Return the request of ours that this response, should it arrive, would belong to."""
        if message.type == ACK:
            exchange = self._outgoing.confirmable(message.mid, source)
        else:
            exchange = self._outgoing.response_to(source, message.token)
            if exchange is None:
                return self._standing.find(message, source)
        return None if exchange is None else exchange.message

    def confirmable(self, mid: int, destination: Address) -> Exchange | None:
        """Return the exchange of a CON of ours that is on its way to this destination."""
        return self._outgoing.confirmable(mid, destination)

    def end(self, exchange: Exchange, now: Micros) -> list[Event]:
        """Expect nothing more of an exchange; return what that lets go."""
        return self._outgoing.end(exchange, now)

    def follow(self, exchange: Exchange, message: Message, datagram: bytes, now: Micros) -> list[Event]:
        """End the exchange of a CON that is answered and send another CON with a fresh mid after it, ready encoded."""
        return self._outgoing.follow(exchange, message, datagram, now)

    def open_request(self, mid: int, *, token: bytes | None = None) -> OpenRequest | None:
        """Return the oldest request of a peer that has this mid, and this token if one is given, and no answer yet."""
        return self._incoming.find(mid, token)

    def receive(self, data: bytes, source: Address, now: Micros, *, room: bool = True) -> list[Event]:
        """Take a datagram.

        Without ``room``, what would become a Request, Response or Reset counts as lost on the way and is Withheld: it
        is not acknowledged and may come again. A request of ours that it answers goes on being retransmitted, but
        holds no place of NSTART any more. Empty ACKs, duplicates and RSTs to a NON, which nobody repeats, need no room.
        """
        message = decode(data)
        if isinstance(message, Malformed):
            return self._refuse(message.type, message.mid, source, message.reason)
        kind, code = message.type, message.code
        if kind == ACK:
            return self._receive_ack(message, data, source, now, room=room)
        if kind == RST:
            return self._receive_rst(message, data, source, now, room=room)
        if code == EMPTY:
            return self._receive_empty(message, source)
        if (events := self._incoming.duplicate(message, source, now)) is not None:
            return events
        if is_request(code):
            return self._receive_request(message, data, source, now, room=room)
        return self._receive_response(message, data, source, now, room=room)

    @property
    def ticking(self) -> Outgoing | None:
        """The only part that is ever due as things are; None when there are more. Who ticks often may tick that."""
        return None if self._unacknowledged else self._outgoing

    def fire(self, now: Micros) -> list[Event]:
        """Do everything that is due."""
        events = self._outgoing.fire(now)
        return [*events, *self._incoming.fire(now)] if self._unacknowledged else events

    def next_timer(self) -> Micros | None:
        """Return when ``fire`` has something to do, None for never."""
        moment = self._outgoing.next_timer()
        return earliest(moment, self._incoming.next_timer()) if self._unacknowledged else moment

    def sizes(self) -> dict[str, int]:
        """Return how many entries each table holds, for whoever watches memory; every one of them is bounded."""
        return self._outgoing.sizes() | self._incoming.sizes() | {"standing": len(self._standing)}

    def abandon(self) -> list[Message]:
        """Forget every exchange and every open request without a word, as though all had been given up.

        Return the messages of ours that were on their way, wanted a response or waited, in sending order. What was
        seen stays seen, and mids stay used.
        """
        self._incoming.abandon()
        self._standing.forget()
        return self._outgoing.abandon()

    def abandon_towards(self, destination: Address) -> list[Message]:
        """Do the same for one peer."""
        self._incoming.abandon(destination)
        self._standing.forget(destination)
        return self._outgoing.abandon(destination)

    def _receive_ack(self, message: Message, data: bytes, source: Address, now: Micros, *, room: bool) -> list[Event]:
        exchange = self._outgoing.confirmable(message.mid, source)
        if exchange is None:
            return [Ignored(f"ACK with mid {message.mid} belongs to no CON of ours", source)]
        if message.code == EMPTY:
            successors = self._outgoing.acknowledge(exchange, now)
            if successors is None:
                return [Ignored(f"ACK with mid {message.mid} came again", source)]
            return [Acknowledged(message.mid, source), *successors]
        if is_request(message.code):
            return [Ignored(f"ACK with mid {message.mid} carries a request, {dotted(message.code)}", source)]
        if not exchange.asks:
            return [Ignored(f"ACK with mid {message.mid} carries a response to what was no request", source)]
        if message.token != exchange.message.token:
            # RFC 7252 §5.3.2: mid and token must both match.
            return [Ignored(f"ACK with mid {message.mid} carries a response with another token", source)]
        sifted = sift(message)
        if isinstance(sifted, str):
            return [Ignored(f"response rejected: {sifted}", source)]
        return self._deliver(sifted, data, exchange, now, room=room)

    def _receive_rst(self, message: Message, data: bytes, source: Address, now: Micros, *, room: bool) -> list[Event]:
        if message.code != EMPTY:
            return [Ignored(f"RST with mid {message.mid} is not empty", source)]
        rejected = self._outgoing.rejected(message.mid, source, now)
        if rejected is None:
            return [Ignored(f"RST with mid {message.mid} belongs to no message of ours", source)]
        if isinstance(rejected, Exchange):
            if not room and rejected.message.type == CON:
                return [Withheld(message, source), *self._outgoing.make_way(rejected, now)]
            return [Reset(message, data, source, rejected.message), *self._outgoing.end(rejected, now)]
        self._outgoing.forget_non(message.mid, now)
        return [Reset(message, data, source, rejected)]

    def _receive_empty(self, message: Message, source: Address) -> list[Event]:
        if message.type == CON:
            # RFC 7252 §4.3: a ping; the RST is the pong.
            return [Transmit(source, encode(Message(RST, EMPTY, message.mid)))]
        return [Ignored(f"NON with mid {message.mid} is empty", source)]

    def _receive_request(
        self, message: Message, data: bytes, source: Address, now: Micros, *, room: bool
    ) -> list[Event]:
        sifted = sift(message)
        if isinstance(sifted, str):
            # RFC 7252 §5.4.1.
            if message.type == NON:
                return [Ignored(f"request rejected: {sifted}", source)]
            reply = encode(Message(ACK, BAD_OPTION, message.mid, message.token, (), sifted.encode()))
            self._incoming.remember(message, source, now, reply)
            return [Transmit(source, reply), Ignored(f"request rejected: {sifted}", source)]
        if not room:
            return [Withheld(message, source)]
        self._incoming.open(sifted, source, now)
        return [Request(sifted, data, source)]

    def _receive_response(
        self, message: Message, data: bytes, source: Address, now: Micros, *, room: bool
    ) -> list[Event]:
        exchange = self._outgoing.response_to(source, message.token)
        if self._standing:
            if self._standing.unwanted(message, source, exchange, now):
                rst = encode(Message(RST, EMPTY, message.mid))
                return [Transmit(source, rst), Ignored("notification of what is observed no more", source)]
            request = self._standing.claims(message, exchange) if exchange else self._standing.find(message, source)
            if request is not None:
                return self._receive_notification(message, data, source, request, now, room=room)
        if exchange is None:
            return self._refuse(message.type, message.mid, source, "response belongs to no request of ours")
        sifted = sift(message)
        if isinstance(sifted, str):
            return self._refuse(message.type, message.mid, source, f"response rejected: {sifted}")
        events = self._deliver(sifted, data, exchange, now, room=room)
        if room:
            events[:0] = self._take_in(message, source, now)
        return events

    def _receive_notification(
        self, message: Message, data: bytes, source: Address, request: Message, now: Micros, *, room: bool
    ) -> list[Event]:
        sifted = sift(message)
        if isinstance(sifted, str):
            return self._refuse(message.type, message.mid, source, f"notification rejected: {sifted}")
        if not room:
            return [Withheld(sifted, source)]
        return [*self._take_in(message, source, now), Notification(sifted, data, source, request)]

    def _take_in(self, message: Message, source: Address, now: Micros) -> list[Event]:
        """Note that a response has arrived by itself, and acknowledge a CON."""
        ack = encode(Message(ACK, EMPTY, message.mid)) if message.type == CON else b""
        self._incoming.remember(message, source, now, ack)
        return [Transmit(source, ack)] if ack else []

    def _deliver(self, message: Message, data: bytes, exchange: Exchange, now: Micros, *, room: bool) -> list[Event]:
        source = exchange.destination
        if not room:
            return [Withheld(message, source), *self._outgoing.make_way(exchange, now)]
        return [Response(message, data, source, exchange.message), *self._outgoing.end(exchange, now)]

    def _refuse(self, kind: int | None, mid: int | None, source: Address, reason: str) -> list[Event]:
        """Reject a CON by an RST, ignore anything else (RFC 7252 §4.2, §4.3)."""
        if kind == CON and mid is not None:
            return [Transmit(source, encode(Message(RST, EMPTY, mid))), Ignored(reason, source)]
        return [Ignored(reason, source)]
