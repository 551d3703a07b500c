"""A TE at a virtual modem's real port, with the bearer up and a CoAP object, and an aiocoap server for it to ask."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager

import aiocoap
import aiocoap.resource
from bench.peers import free_port

from modemtwin import VirtualModem
from modemtwin.modem.doors import Address, DatagramTx

DEADLINE = 10.0

_FRAMED = re.compile(r"\r\n(.+?)\r\n", re.DOTALL)
_URC = re.compile(r"\+CCOAPRECV|\+CCOAPACTION: [123](,|\Z)|\+APP PDP")
_FIELDS = (
    "ver", "type", "tkl", "code", "mid", "token", "content-format", "max-age", "etag", "accept", "if-match",
    "if-none-match", "uri-host", "uri-port", "uri-path", "uri-query", "location-path", "location-query", "proxy-uri",
    "observe", "block2", "block1", "size",
)  # fmt: skip


class Te:
    """The host side of the UART: it types commands, reads replies, and keeps URCs apart. The echo must be off."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._text = ""
        self._reply: list[str] = []
        self._replies: asyncio.Queue[list[str]] = asyncio.Queue()
        self._urcs: asyncio.Queue[str] = asyncio.Queue()
        os.set_blocking(descriptor, False)
        asyncio.get_running_loop().add_reader(descriptor, self._readable)

    async def ask(self, *commands: str) -> list[str]:
        """Type commands, each when the one before is answered; give the lines of the last reply without its ``OK``."""
        reply = [""]
        for command in commands:
            os.write(self._descriptor, command.encode("latin-1") + b"\r")
            reply = await asyncio.wait_for(self._replies.get(), DEADLINE)
            assert reply[-1] == "OK", f"{command}: {reply}"
        return reply[:-1]

    async def send(self, packet: str = "") -> int:
        """Assemble a packet and send it; give its mid."""
        if packet:
            await self.ask(f"AT+CCOAPPARA={packet}")
        (line,) = await self.ask("AT+CCOAPACTION")
        return int(line.removeprefix("+CCOAPACTION: 0,"))

    async def urc(self) -> str:
        """Wait for the next URC."""
        return await asyncio.wait_for(self._urcs.get(), DEADLINE)

    async def received(self) -> int:
        """Wait for the URC of a packet; give its mid."""
        urc = await self.urc()
        assert urc.startswith("+CCOAPRECV: "), urc
        return int(urc.removeprefix("+CCOAPRECV: ").split(",")[0])

    async def head(self, mid: int) -> dict[str, str]:
        """Read the head of a packet: the fields that are there, by name."""
        (line,) = await self.ask(f"AT+CCOAPHEAD={mid},1")
        values = line.removeprefix("+CCOAPHEAD: 1,").split(",")
        return {name: value for name, value in zip(_FIELDS, values, strict=True) if value}

    async def payload(self, mid: int) -> str:
        """Read the payload of a packet."""
        (line,) = await self.ask(f"AT+CCOAPREAD={mid}")
        length, _, payload = line.removeprefix("+CCOAPREAD: ").partition(",")
        assert len(payload) == int(length)
        return payload

    async def exchange(self, packet: str = "") -> tuple[str, str]:
        """Send a request, wait for its answer, and give code and payload."""
        await self.send(packet)
        mid = await self.received()
        return (await self.head(mid))["code"], await self.payload(mid)

    def stop(self) -> None:
        """Read no more."""
        asyncio.get_running_loop().remove_reader(self._descriptor)

    def _readable(self) -> None:
        self._text += os.read(self._descriptor, 65_536).decode("latin-1")
        while (found := _FRAMED.search(self._text)) is not None:
            self._text = self._text[found.end() :]
            if _URC.match(found[1]):
                self._urcs.put_nowait(found[1])
                continue
            self._reply.append(found[1])
            if found[1] in ("OK", "ERROR"):
                self._replies.put_nowait(self._reply)
                self._reply = []


class Online:
    """A modem whose bearer is up and whose CoAP object is there, and the TE at its port."""

    def __init__(self, twin: VirtualModem, te: Te, coap_port: int) -> None:
        self.twin, self.te = twin, te
        self.url = f"coap://127.0.0.1:{coap_port}"

    def sent(self) -> list[bytes]:
        """List the datagrams that the modem has sent so far."""
        effects = (effect for entry in self.twin.journal.entries() for effect in entry.effects)
        return [effect.data for effect in effects if isinstance(effect, DatagramTx)]


@asynccontextmanager
async def online(*settings: str, port: str = "pty", routes: Sequence[str] = ()) -> AsyncIterator[Online]:
    """Run a modem on a real port and bring it up."""
    coap_port = free_port()
    settings = ("cell.registration_delay=0", "cell.bearer_delay=0", *settings)
    async with VirtualModem(port=port, settings=settings, routes=routes, coap_port=coap_port) as twin:
        with ExitStack() as stack:
            if port == "pty":
                descriptor = os.open(twin.address, os.O_RDWR | os.O_NOCTTY)
                stack.callback(os.close, descriptor)
            else:
                host, _, number = twin.address.partition(":")
                descriptor = stack.enter_context(socket.create_connection((host, int(number)))).fileno()
            te = Te(descriptor)
            stack.callback(te.stop)
            await te.ask("ATE0", "AT+CNACT=1")
            assert await te.urc() == "+APP PDP: ACTIVE"
            await te.ask("AT+CCOAPINIT")
            yield Online(twin, te, coap_port)


class _Echo(aiocoap.resource.Resource):
    """Gives back what it got: method, host, query, payload."""

    async def render(self, request: aiocoap.Message) -> aiocoap.Message:
        said = " ".join([str(request.code), request.opt.uri_host or "-", *request.opt.uri_query])
        return aiocoap.Message(code=aiocoap.CHANGED, payload=said.encode() + b" " + request.payload)


class Slow(aiocoap.resource.Resource):
    """Answers after aiocoap has sent its empty ACK."""

    async def render_get(self, _request: aiocoap.Message) -> aiocoap.Message:
        await asyncio.sleep(0.3)
        return aiocoap.Message(payload=b"slow")


class _Described(aiocoap.resource.Resource):
    """Answers with options."""

    async def render_get(self, _request: aiocoap.Message) -> aiocoap.Message:
        return aiocoap.Message(
            payload=b"{}", content_format=50, etag=b"\x0a\xff", max_age=30, location_path=("new", "one"), size2=2
        )


RESOURCES = {"echo": _Echo(), "slow": Slow(), "described": _Described()}


@asynccontextmanager
async def aiocoap_server(resources: Mapping[str, aiocoap.resource.Resource] = RESOURCES) -> AsyncIterator[Address]:
    """Run an aiocoap server with these resources, by their paths."""
    site = aiocoap.resource.Site()
    for path, resource in resources.items():
        site.add_resource(path.split("/"), resource)
    where = ("127.0.0.1", free_port())
    context = await aiocoap.Context.create_server_context(site, bind=where)
    try:
        yield where
    finally:
        await context.shutdown()
