"""What lies between a client and a server: it passes datagrams on, keeps them, and loses those it is told to lose.

client ──► Wire ──► server        one socket towards the server for each address a client sends from
       ◄──      ◄──
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from modemtwin.coap.message import Message, decode
from modemtwin.coap.numbers import ACK, CON, EMPTY, NON, RST, is_request, is_response
from modemtwin.io.udp import UdpSocket
from modemtwin.modem.doors import Address
from tests.interop.on_a_socket import refuse_failure

DEADLINE = 10.0


class Seen(NamedTuple):
    """A datagram on its way; ``lost`` if it did not get through."""

    asking: bool
    message: Message
    data: bytes
    lost: bool


class Wire:
    """A path to one server, with an address of its own."""

    def __init__(self, server: Address) -> None:
        self.seen: list[Seen] = []
        self._server = server
        self._towards: dict[Address, UdpSocket] = {}
        self._losses: list[Callable[[Seen], bool]] = []
        self._client_is_off = False
        self._changed = asyncio.Event()
        self._near = UdpSocket(self._asked, refuse_failure)
        self.address: Address = ("127.0.0.1", self._near.open(0, host="127.0.0.1"))

    def lose(self, first: Callable[[Seen], bool]) -> None:
        """Lose the first datagram that is like this."""
        self._losses.append(first)

    def switch_client_off(self) -> None:
        """Lose whatever the client sends from here on."""
        self._client_is_off = True

    def messages(self, *, asking: bool) -> list[Message]:
        """List what the client sent, or the server; lost or not."""
        return [each.message for each in self.seen if each.asking == asking]

    def requests(self) -> list[Message]:
        """List the requests, repetitions too."""
        return [message for message in self.messages(asking=True) if is_request(message.code)]

    def responses(self) -> list[Message]:
        """List the responses, repetitions too."""
        return [message for message in self.messages(asking=False) if is_response(message.code)]

    def exchange(self) -> tuple[Message, Message]:
        """Give the request and the response of the only exchange."""
        (request,), (response,) = self.requests(), self.responses()
        return request, response

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until the datagrams have made this true."""
        async with asyncio.timeout(DEADLINE):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def until_seen(self, like: Callable[[Seen], bool], times: int = 1) -> Message:
        """Wait until so many datagrams like this were seen; give the last of them."""
        await self.until(lambda: sum(map(like, self.seen)) >= times)
        return [each.message for each in self.seen if like(each)][times - 1]

    def close(self) -> None:
        """Give the ports back; before the server ends it might take a request from one of them for an old one."""
        self._near.close()
        for each in self._towards.values():
            each.close()

    def _asked(self, source: Address, data: bytes) -> None:
        if source not in self._towards:
            self._towards[source] = UdpSocket(lambda _, answer: self._answered(source, answer), refuse_failure)
            self._towards[source].open(0, host="127.0.0.1")
        if self._passes(data, asking=True):
            self._towards[source].send(self._server, data)

    def _answered(self, client: Address, data: bytes) -> None:
        if self._passes(data, asking=False):
            self._near.send(client, data)

    def _passes(self, data: bytes, *, asking: bool) -> bool:
        message = decode(data)
        assert isinstance(message, Message), message
        seen = Seen(asking, message, data, lost=False)
        loss = next((first for first in self._losses if first(seen)), None)
        if loss is not None:
            self._losses.remove(loss)
        lost = loss is not None or (asking and self._client_is_off)
        self.seen.append(seen._replace(lost=lost))
        self._changed.set()
        return not lost


def a_request(seen: Seen) -> bool:
    """Say whether this is a request."""
    return seen.asking and is_request(seen.message.code)


def a_response(seen: Seen) -> bool:
    """Say whether this is a response."""
    return not seen.asking and is_response(seen.message.code)


def a_piggybacked_response(seen: Seen) -> bool:
    """Say whether this is a response in an ACK."""
    return a_response(seen) and seen.message.type == ACK


def a_separate_response(seen: Seen) -> bool:
    """Say whether this is a response, or a notification, in a message of its own."""
    return a_response(seen) and seen.message.type in (CON, NON)


def an_empty_ack_of_the_server(seen: Seen) -> bool:
    """Say whether the server says that it will answer later."""
    return not seen.asking and seen.message.type == ACK and seen.message.code == EMPTY


def an_empty_ack_of_the_client(seen: Seen) -> bool:
    """Say whether the client says that it got something."""
    return seen.asking and seen.message.type == ACK and seen.message.code == EMPTY


def a_reset_of_the_client(seen: Seen) -> bool:
    """Say whether the client rejects something."""
    return seen.asking and seen.message.type == RST
