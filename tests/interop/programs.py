"""Programs of others, found or asked for; and our own endpoint as a client of whatever listens."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from random import Random
from typing import NamedTuple

import pytest
from bench.peers import free_port

from modemtwin.clockwork import seconds
from modemtwin.coap import numbers
from modemtwin.coap.endpoint import Endpoint, Event, GivenUp, Reset, Response
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import CON, EMPTY, Transmission
from modemtwin.modem.doors import Address
from tests.interop.on_a_socket import OnASocket

QUICK = Transmission(ack_timeout=seconds(0.1), ack_random_factor=1.0, max_retransmit=6)
"""On loopback nothing is far; the last retransmission is 6.3 s after the first transmission."""


_PACKAGES = {
    "gammu": "gammu",
    "expect": "expect",
    "chat": "ppp",
    "picocom": "picocom",
    "tshark": "tshark",
    "capinfos": "tshark",
}
"""Which package of Debian brings a program; all others are libcoap's."""


def program(name: str) -> str:
    """Find a program of others. Without it the test is skipped, and fails in CI."""
    # A user's PATH has no /usr/sbin, where Debian puts chat.
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is not None:
        return found
    reason = f"{name} is missing: apt-get install {_PACKAGES.get(name, 'libcoap3-bin')}"
    if os.environ.get("CI", "") not in ("", "0", "false"):
        pytest.fail(reason)
    pytest.skip(reason)


class Printed(NamedTuple):
    """What a program wrote; libcoap's client writes payloads to ``out`` and error codes to ``err``."""

    out: str
    err: str


async def libcoap_client(*words: str) -> Printed:
    """Run ``coap-client-notls`` to its end."""
    process = await asyncio.create_subprocess_exec(
        program("coap-client-notls"), "-B", "20", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err
    return Printed(out.decode(), err.decode())


@asynccontextmanager
async def libcoap_server(*words: str) -> AsyncIterator[Address]:
    """Run ``coap-server-notls`` and say where it listens, once it does."""
    where = ("127.0.0.1", free_port())
    command = [program("coap-server-notls"), "-A", where[0], "-p", str(where[1]), *words]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with our_client() as client:
            await client.ping(where)
        yield where
    finally:
        process.terminate()
        await process.wait()


class OurClient:
    """Our endpoint behind a UDP port, asking."""

    def __init__(self) -> None:
        self.seen: list[Event] = []
        self._tokens = iter(range(1, 1 << 16))
        self._answers: dict[int, asyncio.Future[Event]] = {}
        self._carrier = OnASocket(Endpoint(Random(7252), QUICK), self._hear)
        self.close = self._carrier.close

    async def ask(
        self,
        where: Address,
        code: int,
        path: str = "",
        options: Iterable[tuple[int, bytes]] = (),
        payload: bytes = b"",
        *,
        type: int = CON,
    ) -> Message:
        """Send a request and wait for its response."""
        token = next(self._tokens).to_bytes(2, "big")
        segments = tuple((numbers.URI_PATH, each.encode()) for each in path.split("/") if path)
        event = await self._send(where, Message(type, code, 0, token, (*segments, *options), payload))
        assert isinstance(event, Response), event
        return event.message

    async def ping(self, where: Address) -> None:
        """Send a CoAP ping and wait for the pong (RFC 7252 §4.3)."""
        event = await self._send(where, Message(CON, EMPTY))
        assert isinstance(event, Reset), event

    async def _send(self, where: Address, message: Message) -> Event:
        message = message._replace(mid=self._carrier.next_mid())
        answer: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._answers[message.mid] = answer
        self._carrier.send(message, where)
        return await answer

    def _hear(self, event: Event) -> None:
        self.seen.append(event)
        match event:
            case Response(request=asked) | Reset(sent=asked) | GivenUp(message=asked):
                self._answers.pop(asked.mid).set_result(event)


@asynccontextmanager
async def our_client() -> AsyncIterator[OurClient]:
    """Open a client and close it in the end."""
    client = OurClient()
    try:
        yield client
    finally:
        client.close()
