"""The clients of the matrix, each with the same few verbs: the modem, our endpoint, libcoap's program, aiocoap."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote

import aiocoap
from aiocoap.numbers.codes import Code

from modemtwin.clockwork import seconds
from modemtwin.coap import numbers
from modemtwin.coap.conversation import Broken, Conversation, Event, GivenUp, Notification, Reset, Response
from modemtwin.coap.message import Message, uint
from modemtwin.coap.numbers import CON, NON, Bounds, Transmission, dotted
from modemtwin.modem.doors import Address
from tests.interop.on_a_socket import OnASocket
from tests.interop.programs import program
from tests.interop.te import Online, online

DEADLINE = 10.0
METHODS = {"GET": numbers.GET, "POST": numbers.POST, "PUT": numbers.PUT, "DELETE": numbers.DELETE}


class Ask(NamedTuple):
    """A request as a user states it. ``exponent``: SZX of the blocks that are wanted."""

    method: str = "GET"
    path: str = ""
    query: tuple[str, ...] = ()
    confirmable: bool = True
    token: bytes | None = None
    format: int | None = None
    payload: bytes = b""
    accept: int | None = None
    etag: bytes | None = None
    if_match: bytes | None = None
    if_none_match: bool = False
    exponent: int | None = None

    def options(self) -> Iterator[tuple[int, bytes]]:
        """Give the options that are no part of the URL."""
        for number, value in ((numbers.CONTENT_FORMAT, self.format), (numbers.ACCEPT, self.accept)):
            if value is not None:
                yield number, uint(value)
        for number, tag in ((numbers.ETAG, self.etag), (numbers.IF_MATCH, self.if_match)):
            if tag is not None:
                yield number, tag
        if self.if_none_match:
            yield numbers.IF_NONE_MATCH, b""


class Shown(NamedTuple):
    """What a client shows its user. libcoap's program shows the codes of errors only."""

    code: str | None
    payload: bytes


class Watching(ABC):
    """An observation, as its client sees it."""

    @abstractmethod
    async def state(self) -> bytes:
        """Give the next state that the client shows."""

    @abstractmethod
    async def cancel(self) -> None:
        """Tell the server that it is over."""

    async def forget(self) -> None:
        """Know nothing of it any more, as after a restart."""
        raise NotImplementedError


class Client(ABC):
    """A client that asks one server."""

    @abstractmethod
    async def ask(self, ask: Ask) -> Shown:
        """Send a request and give what the client shows in the end."""

    @abstractmethod
    async def watch(self, ask: Ask) -> Watching:
        """Observe a resource."""

    async def ping(self) -> str:
        """Send a CoAP ping, and give the type of what comes if the client shows it."""
        raise NotImplementedError


# ── the modem ─────────────────────────────────────────────────────────────────────────────────────────────────────


class ModemClient(Client):
    """A TE types at the virtual modem."""

    settings = ("profile.ack-timeout=0.4", "profile.ack-random-factor=1", "quirks.Q-PAYLOAD-APPEND=append")

    def __init__(self, modem: Online, server: Address) -> None:
        self._te = modem.te
        self._url = f'AT+CCOAPURL="coap://{server[0]}:{server[1]}"'
        self._one_at_a_time = asyncio.Lock()
        self._restarts = 0
        self._sent = 0

    async def restart(self) -> None:
        """Give the CoAP object up and make a new one, whose mids the server has not seen yet."""
        await self._te.ask("AT+CCOAPTERM", "AT+CCOAPINIT", self._url)
        self._restarts += 1

    async def ask(self, ask: Ask) -> Shown:
        """PARA, ACTION, RECV, HEAD, READ."""
        async with self._one_at_a_time:
            await self._send(ask)
            return await self._received()

    async def watch(self, ask: Ask) -> Watching:
        """PARA with observe."""
        await self._send(ask._replace(token=b"watch"), "observe,0")
        return _ModemWatching(self, ask)

    async def ping(self) -> str:
        """Send an empty CON and give the type of what comes."""
        await self._te.send('type,"CON",code,0')
        return (await self._te.head(await self._te.received()))["type"]

    async def _send(self, ask: Ask, *more: str) -> None:
        words = [f'type,"{"CON" if ask.confirmable else "NON"}",code,{METHODS[ask.method]}', *more]
        words.append(f'uri-path,0,"{ask.path}"')
        self._sent += 1
        words += [f"mid,{1000 * self._restarts + self._sent}"] if self._restarts > 1 else []  # the port is the same
        words += [f'uri-query,0,"{"&".join(ask.query)}"'] if ask.query else []
        for name, value in (("content-format", ask.format), ("accept", ask.accept)):
            words += [f"{name},{value}"] if value is not None else []
        for name, data in (("token", ask.token), ("etag", ask.etag)):
            words += [f"{name},1,{data.hex()}"] if data else []
        assert ask.if_match is None
        assert not ask.if_none_match
        pieces = [ask.payload[start : start + 200] for start in range(0, len(ask.payload), 200)]
        await self._te.ask(f"AT+CCOAPPARA={','.join(words)}")
        for piece in pieces:
            await self._te.ask(f"AT+CCOAPPARA=payload,1,{piece.hex()}")
        await self._te.send()

    async def _received(self) -> Shown:
        mid = await self._te.received()
        head, payload = await self._te.head(mid), await self._te.payload(mid)
        return Shown(head["code"], payload.encode("latin-1"))


class _ModemWatching(Watching):
    def __init__(self, client: ModemClient, ask: Ask) -> None:
        self._client, self._ask = client, ask

    async def state(self) -> bytes:
        return (await self._client._received()).payload

    async def cancel(self) -> None:
        await self._client._send(self._ask._replace(token=b"watch"), "observe,1")
        await self._client._received()

    async def forget(self) -> None:
        await self._client.restart()


# ── our endpoint ──────────────────────────────────────────────────────────────────────────────────────────────────


class EndpointClient(Client):
    """Our endpoint behind a UDP port."""

    def __init__(self, server: Address, exponent: int) -> None:
        transmission = Transmission(ack_timeout=seconds(0.4), ack_random_factor=1.0, nstart=4)
        self._server = server
        self._conversation = Conversation(Random(7252), transmission, Bounds(exponent=exponent))
        self._tokens = count(1)
        self._told: dict[int, asyncio.Queue[Event]] = {}
        self._carrier = OnASocket(self._conversation, self._hear)

    async def ask(self, ask: Ask) -> Shown:
        """Send it and wait."""
        event = await _soon(self._told[self._send(ask)].get())
        assert isinstance(event, Response), event
        return Shown(dotted(event.message.code), event.message.payload)

    async def watch(self, ask: Ask) -> Watching:
        """Send it with Observe 0."""
        ask = ask._replace(token=b"watch")
        return _EndpointWatching(self, ask, self._send(ask, (numbers.OBSERVE, b"")))

    async def ping(self) -> str:
        """Send an empty CON and give the type of what comes."""
        event = await _soon(self._told[self._launch(Message(CON, numbers.EMPTY))].get())
        assert isinstance(event, Reset), event
        return str(event.message.type)

    def close(self) -> None:
        """Give the port back."""
        self._carrier.close()

    def _send(self, ask: Ask, *more: tuple[int, bytes]) -> int:
        path = [(numbers.URI_PATH, each.encode()) for each in ask.path.split("/")]
        query = [(numbers.URI_QUERY, each.encode()) for each in ask.query]
        block = [(numbers.BLOCK2, uint(ask.exponent))] if ask.exponent is not None else []
        token = next(self._tokens).to_bytes(2, "big") if ask.token is None else ask.token
        options = tuple(sorted([*path, *query, *ask.options(), *block, *more], key=lambda option: option[0]))
        kind = CON if ask.confirmable else NON
        return self._launch(Message(kind, METHODS[ask.method], 0, token, options, ask.payload))

    def _launch(self, message: Message) -> int:
        message = message._replace(mid=self._carrier.next_mid())
        self._told[message.mid] = asyncio.Queue()
        self._carrier.send(message, self._server)
        return message.mid

    def _hear(self, event: Event) -> None:
        match event:
            case (
                Response(request=asked)
                | Notification(request=asked)
                | Reset(sent=asked)
                | GivenUp(message=asked)
                | Broken(request=asked)
            ):
                self._told[asked.mid].put_nowait(event)


class _EndpointWatching(Watching):
    def __init__(self, client: EndpointClient, ask: Ask, mid: int) -> None:
        self._client, self._ask, self._mid = client, ask, mid

    async def state(self) -> bytes:
        event = await _soon(self._client._told[self._mid].get())
        assert isinstance(event, Response | Notification), event
        return event.message.payload

    async def cancel(self) -> None:
        mid = self._client._send(self._ask, (numbers.OBSERVE, b"\x01"))
        await _soon(self._client._told[mid].get())

    async def forget(self) -> None:
        self._client._conversation.abandon()


# ── libcoap's program ─────────────────────────────────────────────────────────────────────────────────────────────


class LibcoapClient(Client):
    """``coap-client-notls``, started for each request."""

    def __init__(self, server: Address) -> None:
        self._base = f"coap://{server[0]}:{server[1]}"
        self.processes: list[asyncio.subprocess.Process] = []

    async def ask(self, ask: Ask) -> Shown:
        """Run it to its end."""
        process = await self._start(ask, "-B", "8")
        out, err = await process.communicate(ask.payload)
        assert process.returncode == 0, err
        code = err.decode().split(" ")[0].strip() if err else None
        return Shown(code, out.removesuffix(b"\n"))

    async def watch(self, ask: Ask) -> Watching:
        """Run it with ``-s``: it observes until it is told to stop."""
        return _LibcoapWatching(await self._start(ask, "-w", "-s", "2"))

    async def ping(self) -> str:
        """Run it with ``-K 1``: while it observes it pings after a second in which nothing came."""
        await self._start(Ask("GET", "obs"), "-s", "3", "-K", "1")
        return ""

    async def _start(self, ask: Ask, *more: str) -> asyncio.subprocess.Process:
        words = [*more, "-m", ask.method.lower()]
        words += [] if ask.confirmable else ["-N"]
        words += ["-T", ask.token.decode()] if ask.token is not None else []
        words += ["-t", str(ask.format)] if ask.format is not None else []
        words += ["-A", str(ask.accept)] if ask.accept is not None else []
        words += ["-b", str(16 << ask.exponent)] if ask.exponent is not None else []
        words += ["-f", "-"] if ask.payload else []
        for number, value in ask.options():
            if number not in (numbers.CONTENT_FORMAT, numbers.ACCEPT):
                words += ["-O", f"{number},0x{value.hex()}" if value else f"{number},"]
        query = "?" + "&".join(map(quote, ask.query)) if ask.query else ""
        pipe = asyncio.subprocess.PIPE
        url = f"{self._base}/{ask.path}{query}"
        process = await asyncio.create_subprocess_exec(
            program("coap-client-notls"), *words, url, stdin=pipe, stdout=pipe, stderr=pipe
        )
        self.processes.append(process)
        return process

    async def close(self) -> None:
        """End what still runs."""
        for process in self.processes:
            if process.returncode is None:
                process.kill()
                await process.communicate()


class _LibcoapWatching(Watching):
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def state(self) -> bytes:
        assert self._process.stdout is not None
        line: bytes = await _soon(self._process.stdout.readline())
        return line.removesuffix(b"\n")

    async def cancel(self) -> None:
        await _soon(self._process.communicate())


# ── aiocoap ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Hasty(aiocoap.Reliable):
    """Repeats soon."""

    ACK_TIMEOUT = 0.4
    ACK_RANDOM_FACTOR = 1.0


class AiocoapClient(Client):
    """aiocoap in this process."""

    def __init__(self, context: Any, server: Address) -> None:
        self._context = context
        self._base = f"coap://{server[0]}:{server[1]}"

    async def ask(self, ask: Ask) -> Shown:
        """Send it and wait."""
        answer = await _soon(self._context.request(self._message(ask)).response)
        return Shown(dotted(int(answer.code)), answer.payload)

    async def watch(self, ask: Ask) -> Watching:
        """Send it with Observe 0."""
        message = self._message(ask)
        message.opt.observe = 0
        return _AiocoapWatching(self._context.request(message))

    def _message(self, ask: Ask) -> Any:
        query = "?" + "&".join(map(quote, ask.query)) if ask.query else ""
        tuning = Hasty() if ask.confirmable else aiocoap.Unreliable()
        message = aiocoap.Message(
            code=Code(METHODS[ask.method]),
            uri=f"{self._base}/{ask.path}{query}",
            payload=ask.payload,
            transport_tuning=tuning,
        )
        if ask.exponent is not None:
            message.opt.block2 = (0, False, ask.exponent)
        for number, value in ask.options():
            match number:
                case numbers.CONTENT_FORMAT:
                    message.opt.content_format = ask.format
                case numbers.ACCEPT:
                    message.opt.accept = ask.accept
                case numbers.ETAG:
                    message.opt.etags = [value]
                case numbers.IF_MATCH:
                    message.opt.if_match = [value]
                case numbers.IF_NONE_MATCH:
                    message.opt.if_none_match = True
        return message


class _AiocoapWatching(Watching):
    def __init__(self, request: Any) -> None:
        self._request = request
        self._states = _states(request)

    async def state(self) -> bytes:
        state: bytes = await _soon(anext(self._states))
        return state

    async def cancel(self) -> None:
        self._request.observation.cancel()

    async def forget(self) -> None:
        self._request.observation.cancel()


async def _states(request: Any) -> AsyncIterator[bytes]:
    yield (await request.response).payload
    async for message in request.observation:
        yield message.payload


async def _soon(awaitable: Any) -> Any:
    return await asyncio.wait_for(awaitable, DEADLINE)


@asynccontextmanager
async def asking(name: str, server: Address, exponent: int) -> AsyncIterator[Client]:
    """Open the client of that name: ``modem``, ``endpoint``, ``libcoap`` or ``aiocoap``."""
    if name == "modem":
        async with online(*ModemClient.settings, f"profile.block-exponent={exponent}") as modem:
            client = ModemClient(modem, server)
            await client.restart()
            yield client
    elif name == "endpoint":
        endpoint = EndpointClient(server, exponent)
        try:
            yield endpoint
        finally:
            endpoint.close()
    elif name == "libcoap":
        program_ = LibcoapClient(server)
        try:
            yield program_
        finally:
            await program_.close()
    else:
        context = await aiocoap.Context.create_client_context()
        try:
            yield AiocoapClient(context, server)
        finally:
            await context.shutdown()
