"""The driver for asyncio: a thin shell round the pure session, which holds all of the reasoning.

async with connect("/dev/ttyUSB2", apn="ctnb") as module:
    response = await module.get("coap://198.181.39.174/test")
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from types import TracebackType

from modemtwin.host.packet import Packet
from modemtwin.host.response import Answer, Identity, Info, Link, Received, Response
from modemtwin.host.response import Request as PlainRequest
from modemtwin.host.transport import Transport
from modemtwin.host.urcs import Urc

__all__ = ["Module", "Observation", "Request", "connect"]

Trace = Callable[[str, bytes], None]


@asynccontextmanager
async def connect(
    port: str | Transport,
    *,
    baud: int = 115200,
    apn: str | None = None,
    user: str | None = None,
    password: str | None = None,
    auth: int | None = None,
    pin: str | None = None,
    attach: bool = True,
    deadline: float = 180.0,
    waiting: Callable[[str], None] | None = None,
    trace: Trace | None = None,
    payload_append: bool | None = None,
    leave_as_found: bool = True,
) -> AsyncIterator[Module]:
    """Open a port, find the module behind it, bring it online, and leave it as it was found.

    ``port``
        ``/dev/ttyUSB2``, ``COM5``, a glob, ``socket://host:port``, ``rfc2217://host:port``, ``twin://sim7000`` for a
        virtual modem in this process; or a ``Transport`` that is open.
    ``apn``, ``user``, ``password``, ``auth``
        What the data connection needs (COAP-AN §4); without them the network decides. ``auth``: 0 none, 1 PAP, 2 CHAP.
    ``pin``
        For a SIM card that asks for it. It is tried once and never again.
    ``attach``
        Whether to bring the data connection up; without it ``attach()`` does so later.
    ``deadline``
        Seconds that all of this may take.
    ``waiting``
        Is told, in words, what is being waited for.
    ``trace``
        Is given every piece of bytes: ``trace("tx", data)`` and ``trace("rx", data)``.
    ``payload_append``
        Whether this module adds the payloads of several ``AT+CCOAPPARA`` together. None asks the port; False when in
        doubt.
    ``leave_as_found``
        At the end, delete the CoAP object, take the data connection down if we brought it up, and put echo and
        ``AT+CMEE`` back.

    :raises PortError: the port cannot be had. Mute, CardError, TimedOut, Rejected: the module does not come along.
    """
    raise NotImplementedError
    yield


class Module:
    """A module that is connected. Several calls may be under way at once; its one UART is shared between them.

    ``identity``: which module it is. Every method may raise ``ModemError``.
    """

    identity: Identity

    async def request(
        self,
        method: str,
        url: str,
        payload: bytes | str = b"",
        *,
        type: str = "CON",
        token: bytes | None = None,
        content_format: int | None = None,
        accept: int | None = None,
        query: Sequence[str] = (),
        etag: bytes | None = None,
        observe: int | None = None,
        max_age: int | None = None,
        size: int | None = None,
        deadline: float | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> Response:
        """Send a request and wait for its response; a 4.xx or 5.xx is a response too.

        ``method``: GET, POST, PUT, DELETE, FETCH, PATCH or iPATCH, in any case. ``query``: arguments besides those of
        the URL. ``deadline``: seconds; None leaves it to the module (93 s for a CON that nobody acknowledges, 247 s
        for one that is acknowledged and not answered). ``progress`` is told, in words, what is being done.

        :raises NoAnswer, ResetByPeer, SocketFailed, BearerLost, TooLong, InvalidArgument, NotSupported: see there.
        """
        raise NotImplementedError

    # get(url, **the same), delete(url, **the same), put, post, fetch, patch, ipatch(url, payload=b"", **the same)

    def observe(
        self,
        url: str,
        *,
        token: bytes | None = None,
        accept: int | None = None,
        query: Sequence[str] = (),
        deadline: float | None = None,
    ) -> Observation:
        """Observe a resource (RFC 7641): an async context manager and iterator of ``Response``."""
        raise NotImplementedError

    async def discover(self, url: str, *, query: Sequence[str] = (), deadline: float | None = None) -> list[Link]:
        """Ask a server what it has (RFC 6690); ``url`` may be a host alone, or a multicast group."""
        raise NotImplementedError

    async def ping(self, url: str, *, deadline: float | None = None) -> float:
        """Send an empty CON (RFC 7252 §4.3) and give the seconds until its RST."""
        raise NotImplementedError

    async def send(self, packet: Packet, url: str | None = None) -> int:
        """Send a packet as it is and give its mid; what answers it comes to ``receive``."""
        raise NotImplementedError

    async def receive(self, *, deadline: float | None = None) -> Received:
        """Wait for a packet that belongs to no request, no observation and no server."""
        raise NotImplementedError

    def serve(self) -> AsyncIterator[Request]:
        """Give the requests of peers as they come; each wants ``await request.respond(...)``."""
        raise NotImplementedError

    def urcs(self) -> AsyncIterator[Urc]:
        """Give every URC as it comes."""
        raise NotImplementedError

    def subscribe(self, heard: Callable[[Urc], None]) -> Callable[[], None]:
        """Call ``heard`` with every URC; what is returned ends that."""
        raise NotImplementedError

    async def at(self, line: str, *, timeout: float | None = None, check: bool = False) -> Answer:
        """Type a command line and give its answer; with ``check`` an ERROR raises ``Rejected``."""
        raise NotImplementedError

    async def info(self) -> Info:
        """Ask for module, SIM, signal, registration and bearer."""
        raise NotImplementedError

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
        raise NotImplementedError

    async def detach(self) -> None:
        """Take the data connection down."""
        raise NotImplementedError


class Observation:
    """``async with module.observe(url) as observation: async for response in observation: ...``

    Leaving the block cancels it, on the module and at the server (RFC 7641 §3.6).
    """

    async def __aenter__(self) -> Observation:
        raise NotImplementedError

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    def __aiter__(self) -> Observation:
        return self

    async def __anext__(self) -> Response:
        """The next notification. It ends when the server ends it (a response without Observe, or an error code)."""
        raise NotImplementedError


class Request(PlainRequest):
    """What a peer asks, and the way to answer it."""

    async def respond(
        self, code: str = "2.05", payload: bytes | str = b"", *, content_format: int | None = None
    ) -> None:
        """Answer it, at once or later: the module sees to an answer that comes after the acknowledgement."""
        raise NotImplementedError
