"""The driver for asyncio: a thin shell round the pure session, which holds all of the reasoning.

async with connect("/dev/ttyUSB2", apn="ctnb") as module:
    response = await module.get("coap://198.181.39.174/test")
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import field, replace
from typing import TypedDict, Unpack

from modemtwin.coap import linkformat, numbers
from modemtwin.host import contacting, exchange, information, serving
from modemtwin.host.assembling import is_group, parse_url, transmit
from modemtwin.host.errors import ErrorResponse, InvalidArgument, PortClosed, TimedOut, Unreadable
from modemtwin.host.exchange import Question
from modemtwin.host.knowledge import Settings
from modemtwin.host.packet import Packet
from modemtwin.host.response import Answer, Identity, Info, Link, Received, Response
from modemtwin.host.response import Request as PlainRequest
from modemtwin.host.shell import Shell, Trace, settled
from modemtwin.host.streams import Observation, Stream
from modemtwin.host.transport import Transport
from modemtwin.host.urcs import Urc
from modemtwin.value import value

__all__ = ["Module", "Observation", "Options", "Request", "Requests", "drive"]

_METHODS = {numbers.CODES[code].upper(): code for code in range(numbers.GET, numbers.IPATCH + 1)}
_RESPONSE_CODE = re.compile("[245]\\.(?:[0-2][0-9]|3[01])")
_WELL_KNOWN = (b".well-known", b"core")


class Options(TypedDict, total=False):
    """What a request may have besides its URL and payload.

    ``type`` is CON or NON; ``token`` up to 8 bytes, else one is made; ``query`` arguments besides those of the URL, a
    list or text with ``&``. ``deadline`` in seconds, for all of it; without one the module decides: 93 s for a CON that
    nobody acknowledges, 247 s for one that is acknowledged and not answered. ``progress`` is told, in words, what is
    being done.
    """

    type: str
    token: bytes | None
    content_format: int | None
    accept: int | None
    query: Sequence[str] | str
    etag: bytes | None
    observe: int | None
    max_age: int | None
    size: int | None
    deadline: float | None
    progress: Callable[[str], None] | None


@asynccontextmanager
async def drive(
    transport: Transport,
    settings: Settings,
    *,
    waiting: Callable[[str], None] | None = None,
    trace: Trace | None = None,
) -> AsyncIterator[Module]:
    """Find the module behind an open port and bring it online; at the end leave it as it was, and close the port."""
    shell = Shell(transport, settings, trace)
    shell.open()
    try:
        _span(settings.deadline)
        try:
            await shell.run(contacting.connect(shell.known), waiting)
            yield Module(shell, waiting)
        finally:
            await _left(shell)
    finally:
        shell.close()


async def _left(shell: Shell) -> None:
    """Leave the module as it was found, however often that is interrupted; a port that is gone is left already."""
    try:
        await shell.stop_all()
    finally:
        if shell.known.settings.leave_as_found and shell.known.met:
            await settled([shell.start(contacting.leave(shell.known), last=True).ended])


class Module:
    """A module that is connected. Several calls may be under way at once; its one UART is shared between them.

    ``identity``: which module it is. Every method may raise ``ModemError``.
    """

    def __init__(self, shell: Shell, waiting: Callable[[str], None] | None = None) -> None:
        self._shell = shell
        self._waiting = waiting

    @property
    def identity(self) -> Identity:
        """Which module it is."""
        identity = self._shell.known.identity
        assert identity is not None, "it was asked when the module was connected"
        return identity

    # ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def request(self, method: str, url: str, payload: bytes | str = b"", **options: Unpack[Options]) -> Response:
        """Send a request and wait for its response; a 4.xx or 5.xx is a response too.

        ``method``: GET, POST, PUT, DELETE, FETCH, PATCH or iPATCH, in any case. A request to a multicast group goes as
        NON (RFC 7252 §8.1), and the first answer is given.

        :raises NoAnswer, ResetByPeer, SocketFailed, BearerLost, TooLong, InvalidArgument, NotSupported: see there.
        """
        question = self._question(_method(method), url, payload, options)
        return await self._shell.run(
            exchange.request(self._shell.known, question), options.get("progress") or self._waiting
        )

    async def get(self, url: str, **options: Unpack[Options]) -> Response:
        """GET a resource."""
        return await self.request("GET", url, **options)

    async def delete(self, url: str, **options: Unpack[Options]) -> Response:
        """DELETE a resource."""
        return await self.request("DELETE", url, **options)

    async def put(self, url: str, payload: bytes | str = b"", **options: Unpack[Options]) -> Response:
        """PUT a payload to a resource."""
        return await self.request("PUT", url, payload, **options)

    async def post(self, url: str, payload: bytes | str = b"", **options: Unpack[Options]) -> Response:
        """POST a payload to a resource."""
        return await self.request("POST", url, payload, **options)

    async def fetch(self, url: str, payload: bytes | str = b"", **options: Unpack[Options]) -> Response:
        """FETCH with a payload that says what (RFC 8132 §2)."""
        return await self.request("FETCH", url, payload, **options)

    async def patch(self, url: str, payload: bytes | str = b"", **options: Unpack[Options]) -> Response:
        """PATCH a resource (RFC 8132 §3)."""
        return await self.request("PATCH", url, payload, **options)

    async def ipatch(self, url: str, payload: bytes | str = b"", **options: Unpack[Options]) -> Response:
        """PATCH a resource such that twice does no more than once (RFC 8132 §3)."""
        return await self.request("iPATCH", url, payload, **options)

    def observe(self, url: str, **options: Unpack[Options]) -> Observation:
        """Observe a resource (RFC 7641): an async context manager and iterator of ``Response``."""
        return Observation(self._shell, self._question(numbers.GET, url, b"", options), options.get("progress"))

    async def discover(self, url: str, *, query: Sequence[str] | str = (), deadline: float | None = None) -> list[Link]:
        """Ask a server what it has (RFC 6690); ``url`` may be a host alone, or a multicast group, where all answer.

        :raises ErrorResponse: the server has no such list.
        """
        question = self._question(numbers.GET, url, b"", {"query": query, "accept": 40, "deadline": deadline})
        if not question.packet.uri_path:
            question = replace(question, packet=question.packet.replace(uri_path=_WELL_KNOWN))
        if question.packet.type == "NON":
            answers = await self._shell.run(exchange.gather(self._shell.known, question), self._waiting)
            return [link for each in answers if each.code == "2.05" for link in _links(url, each)]
        response = await self._shell.run(exchange.request(self._shell.known, question), self._waiting)
        if not response.ok:
            raise ErrorResponse(f"{url}: the server answered {response.code} {response.name}".rstrip(), response.number)
        return _links(url, response)

    async def ping(self, url: str, *, deadline: float | None = None) -> float:
        """Send an empty CON (RFC 7252 §4.3) and give the seconds until its RST."""
        question = Question(Packet(numbers.EMPTY), url, parse_url(url), _span(deadline))
        return await self._shell.run(exchange.ping(self._shell.known, question), self._waiting)

    # ── packets ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, packet: Packet, url: str | None = None) -> int:
        """Send a packet as it is and give its mid; what answers it comes to ``receive``.

        Path and query are those of the packet, or of the URL where the packet has none. Without a URL it goes to the
        place of the last one, or, as ACK or RST, to whoever sent the packet with its mid.
        """
        place = None if url is None else parse_url(url)
        if place is not None and numbers.is_request(packet.code):
            packet = packet.replace(uri_path=packet.uri_path or place.path, uri_query=packet.uri_query or place.query)
        sent = await self._shell.run(transmit(self._shell.known, packet, place), self._waiting)
        return sent.mid

    async def receive(self, *, deadline: float | None = None) -> Received:
        """Wait for a packet that belongs to no request, no observation and no server; the last 256 are kept.

        :raises TimedOut: none came within the deadline.
        """
        try:
            async with asyncio.timeout(deadline):
                stray = await self._shell.strays.get()
        except TimeoutError:
            raise TimedOut("receiving a packet", deadline or 0) from None
        if isinstance(stray, PortClosed):
            self._shell.strays.put_nowait(stray)  # and again, for whoever asks again
            raise stray
        return stray

    def serve(self) -> Requests:
        """Give the requests of peers as they come; each wants ``await request.respond(...)``."""
        return Requests(self._shell, self._waiting)

    # ── the module ────────────────────────────────────────────────────────────────────────────────────────────────

    async def urcs(self) -> AsyncIterator[Urc]:
        """Give every URC as it comes.

        :raises PortClosed: the port has ended meanwhile.
        """
        queue: asyncio.Queue[Urc | PortClosed] = asyncio.Queue()
        unsubscribe = self.subscribe(queue.put_nowait, queue.put_nowait)
        try:
            while not isinstance(urc := await queue.get(), PortClosed):
                yield urc
            raise urc
        finally:
            unsubscribe()

    def subscribe(
        self, heard: Callable[[Urc], None], lost: Callable[[PortClosed], None] | None = None
    ) -> Callable[[], None]:
        """Call ``heard`` with every URC, and ``lost`` when the port ends; what is returned ends that."""
        shell = self._shell
        shell.hear.append(heard)
        if lost is not None:
            shell.mourn.append(lost)

        def unsubscribe() -> None:
            if heard in shell.hear:
                shell.hear.remove(heard)
            if lost is not None and lost in shell.mourn:
                shell.mourn.remove(lost)

        return unsubscribe

    async def at(self, line: str, *, timeout: float | None = None, check: bool = False) -> Answer:
        """Type a command line and give its answer; with ``check`` an ERROR raises ``Rejected``."""
        return await self._shell.run(information.by_hand(self._shell.known, line, timeout, check=check))

    async def info(self) -> Info:
        """Ask for module, SIM, signal, registration and bearer."""
        return await self._shell.run(information.inform(self._shell.known))

    async def attach(
        self,
        *,
        apn: str | None = None,
        user: str | None = None,
        password: str | None = None,
        auth: int | None = None,
        pin: str | None = None,
        deadline: float = 180.0,
    ) -> str:
        """Bring the data connection up (COAP-AN §4) and give its IP address; at once when it is up."""
        known = self._shell.known
        _span(deadline)
        settings = replace(
            known.settings,
            apn=apn or known.settings.apn,
            user=user or known.settings.user,
            password=password or known.settings.password,
            auth=known.settings.auth if auth is None else auth,
            pin=pin or known.settings.pin,
            deadline=deadline,
        )
        return await self._shell.run(contacting.go_online(known, settings), self._waiting)

    async def detach(self) -> None:
        """Take the data connection down."""
        await self._shell.run(contacting.go_offline(self._shell.known), self._waiting)

    def _question(self, code: int, url: str, payload: bytes | str, options: Options) -> Question:
        place = parse_url(url)
        token = options.get("token")
        packet = Packet(
            code,
            options.get("type", "NON" if is_group(place.host) else "CON"),
            token=self._shell.known.token() if token is None else token,
            content_format=options.get("content_format"),
            accept=options.get("accept"),
            uri_path=place.path,
            uri_query=(*place.query, *(each.encode() for each in _arguments(options.get("query", ())))),
            etag=options.get("etag"),
            observe=options.get("observe"),
            max_age=options.get("max_age"),
            size=options.get("size"),
            payload=payload.encode() if isinstance(payload, str) else payload,
        )
        return Question(packet, url, place, _span(options.get("deadline")), options.get("progress") is not None)


@value
class Request(PlainRequest):
    """What a peer asks, and the way to answer it."""

    shell: Shell = field(repr=False, compare=False)

    async def respond(
        self,
        code: str = "2.05",
        payload: bytes | str = b"",
        *,
        content_format: int | None = None,
        max_age: int | None = None,
    ) -> None:
        """Answer it, at once or later: the module sees to an answer that comes after the acknowledgement."""
        data = payload.encode() if isinstance(payload, str) else payload
        packet = serving.answer(self, _code(code), data, content_format, max_age)
        await self.shell.run(exchange.respond(self.shell.known, packet))


class Requests:
    """``async for request in module.serve(): ...``; whoever leaves the loop serves no longer."""

    def __init__(self, shell: Shell, waiting: Callable[[str], None] | None) -> None:
        self._shell = shell
        self._waiting = waiting
        self._stream: Stream | None = None

    def __aiter__(self) -> Requests:
        return self

    async def __anext__(self) -> Request:
        """The next request."""
        if self._stream is None:
            self._stream = Stream(self._shell)
            self._stream.begin(serving.serve(self._shell.known), self._waiting)
        received = await self._stream.next()
        if received is None:
            raise StopAsyncIteration
        return Request(received.head, received.payload, received.size, self._shell)

    async def aclose(self) -> None:
        """Serve no longer."""
        if self._stream is not None:
            await self._stream.end()

    def __del__(self) -> None:
        # An asynchronous generator would be closed some time after the loop round it was left: serve() again is Busy.
        if self._stream is not None:
            self._stream.drop()


def _arguments(query: Sequence[str] | str) -> Sequence[str]:
    """The arguments of a query; text is one too, though its characters would make a list as well."""
    return query.split("&") if isinstance(query, str) else query


def _span(deadline: float | None) -> float | None:
    if deadline is not None and not 0 < deadline < float("inf"):
        raise InvalidArgument(f"a deadline is a number of seconds above 0, not {deadline}", "None leaves it out")
    return deadline


def _method(name: str) -> int:
    code = _METHODS.get(name.upper())
    if code is None:
        raise InvalidArgument(f"there is no method {name!r}", f"choose {', '.join(_METHODS)}")
    return code


def _code(text: str) -> int:
    """The byte of a dotted code of class 2, 4 or 5."""
    if _RESPONSE_CODE.fullmatch(text):
        return int(text[0]) << 5 | int(text[2:])
    raise InvalidArgument(f"{text!r} is no code of a response", "write 2.05, 4.04 or the like")


def _links(url: str, received: Received) -> list[Link]:
    try:
        return linkformat.parse(received.text)
    except ValueError as error:
        raise Unreadable(f"{url}: a list of links", str(error)) from None
