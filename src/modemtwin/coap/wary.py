"""A conversation with strangers: nobody gets more than three times what came from his address before it is verified.

    datagrams ──► Strangers.hear ──► Conversation ──► Strangers.admitted ──► what may go, Remarks on what may not

A datagram that may not go counts as lost on the way: a CON comes again at its time, when there may be room for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from random import Random

from modemtwin.clockwork import Micros
from modemtwin.coap.conversation import BOUNDS, RFC_7252, Conversation
from modemtwin.coap.events import Address, Event
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import Bounds, Transmission
from modemtwin.coap.strangers import Strangers

__all__ = ["WaryConversation"]


class WaryConversation(Conversation):
    """A conversation that keeps accounts of ``strangers``; all else is ``Conversation``'s."""

    __slots__ = ("_strangers",)

    def __init__(
        self,
        random: Random,
        transmission: Transmission = RFC_7252,
        bounds: Bounds = BOUNDS,
        *,
        first_mid: int | None = None,
        strangers: Strangers,
    ) -> None:
        super().__init__(random, transmission, bounds, first_mid=first_mid, strangers=strangers)
        self._strangers = strangers

    def send(self, message: Message, destination: Address, now: Micros) -> list[Event]:
        """Send a message of any type, if its receiver may have it."""
        return self._strangers.admitted(super().send(message, destination, now))

    def respond(
        self,
        request: Message,
        source: Address,
        response: Message,
        now: Micros,
        *,
        resource: Hashable | None = None,
    ) -> list[Event]:
        """Answer a peer's request, small if need be."""
        if self._strangers.trusts(source):
            return super().respond(request, source, response, now, resource=resource)
        if self._strangers.affords(response, source):
            events = super().respond(request, source, response, now, resource=resource)
        else:
            events = self._noted(self._server.respond(request, source, response, now, resource))
        return self._strangers.admitted(events)

    def notify(self, resource: Hashable, state: Callable[[Message], Message], now: Micros) -> list[Event]:
        """Tell every observer of a resource its new state; strangers always by CON (RFC 7641 §7)."""
        return self._strangers.admitted(super().notify(resource, state, now))

    def receive(
        self, data: bytes, source: Address, now: Micros, *, room: bool = True, multicast: bool = False
    ) -> list[Event]:
        """Take a datagram, and note what it was worth."""
        if self._strangers.trusts(source):
            return super().receive(data, source, now, room=room, multicast=multicast)
        self._strangers.hear(data, source)
        return self._strangers.admitted(super().receive(data, source, now, room=room, multicast=multicast))

    def fire(self, now: Micros) -> list[Event]:
        """Do everything that is due."""
        return self._strangers.admitted(super().fire(now))

    def sizes(self) -> dict[str, int]:
        """Return how many entries, or bytes, each table holds; every one of them is bounded."""
        return super().sizes() | self._strangers.sizes()
