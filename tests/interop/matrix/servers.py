"""The servers of the matrix: libcoap's example server, ETSI's resources in aiocoap, and the same on our endpoint."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any, ClassVar

import aiocoap
import aiocoap.resource
from aiocoap.numbers.codes import Code
from bench.peers import free_port

from modemtwin.clockwork import seconds
from modemtwin.coap import linkformat, numbers
from modemtwin.coap.conversation import Conversation, Event, Request
from modemtwin.coap.linkformat import Link
from modemtwin.coap.message import Message, number, uint
from modemtwin.coap.numbers import Transmission
from modemtwin.io.alarm import now
from modemtwin.modem.doors import Address
from tests.interop.matrix.clients import Ask, EndpointClient, asking
from tests.interop.matrix.site import ATTRIBUTES, HELLO, LARGE, LINKS, TEXT, Asked, Site, Told
from tests.interop.on_a_socket import OnASocket
from tests.interop.programs import libcoap_server

PROMPT = Transmission(ack_timeout=seconds(0.3), ack_random_factor=1.0, max_retransmit=2, ack_delay=seconds(0.05))
"""A server that acknowledges soon and repeats soon."""


class Prompt(aiocoap.TransportTuning):
    """The same for aiocoap."""

    ACK_TIMEOUT = 0.3
    ACK_RANDOM_FACTOR = 1.0
    MAX_RETRANSMIT = 2


def code_of(dotted: str) -> int:
    """Read ``2.05``."""
    kind, detail = dotted.split(".")
    return int(kind) << 5 | int(detail)


class Server(ABC):
    """A server with ETSI's resources, or what comes near them."""

    separate: ClassVar[tuple[str, tuple[str, ...]]] = ("separate", ())

    def __init__(self, address: Address) -> None:
        self.address = address

    @abstractmethod
    async def prepare(self) -> None:
        """Be as at first."""

    @abstractmethod
    async def stored(self, path: str = "store") -> bytes:
        """Say what was PUT there."""

    @abstractmethod
    async def change(self, payload: bytes) -> None:
        """Give /obs a new state."""

    @abstractmethod
    async def remove(self) -> None:
        """Take /obs away, observers or not."""

    @abstractmethod
    def release(self) -> None:
        """Let the separate response go out, if it waits for that."""


class LibcoapServer(Server):
    """libcoap's example server, with things PUT into it that it has not by itself."""

    separate = ("async", ("1",))

    def __init__(self, address: Address, aside: EndpointClient) -> None:
        super().__init__(address)
        self._aside = aside

    async def prepare(self) -> None:
        """Put the resources there."""
        things = {"test": HELLO, "seg1/seg2/seg3": b"deep down", "query": b"whatever you ask", "store": b"nothing yet"}
        for path, payload in (things | {"large": LARGE, "obs": b"state 0"}).items():
            await self._put(path, payload)

    async def stored(self, path: str = "store") -> bytes:
        """GET it, beside the client that is tested."""
        return (await self._aside.ask(Ask("GET", path))).payload

    async def change(self, payload: bytes) -> None:
        """PUT it, beside the client that is tested."""
        await self._put("obs", payload)

    async def remove(self) -> None:
        """DELETE it, beside the client that is tested."""
        assert (await self._aside.ask(Ask("DELETE", "obs"))).code == "2.02"

    def release(self) -> None:
        """It waits for a second, and for nothing else."""

    async def _put(self, path: str, payload: bytes) -> None:
        code = (await self._aside.ask(Ask("PUT", path, format=TEXT, payload=payload))).code
        assert code in ("2.01", "2.04"), code


class SiteServer(Server):
    """A server whose resources are those of ``Site``."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self.site = Site()

    async def prepare(self) -> None:
        """Forget what the case before has left."""
        self.site.reset()

    async def stored(self, path: str = "store") -> bytes:
        """Look at it."""
        return self.site.stored

    async def change(self, payload: bytes) -> None:
        """Change it from within."""
        self.tell(Told("2.05", payload, TEXT))

    async def remove(self) -> None:
        """Say that it is gone."""
        self.tell(Told("4.04"))

    @abstractmethod
    def observers(self) -> int:
        """Say how many watch /obs."""

    def release(self) -> None:
        """Let it go."""
        self.site.released.set()

    @abstractmethod
    def tell(self, state: Told) -> None:
        """Tell the observers a new state."""


class OurServer(SiteServer):
    """The resources on our endpoint."""

    def __init__(self) -> None:
        self._conversation = Conversation(Random(1), PROMPT)
        self._carrier = OnASocket(self._conversation, self._hear)
        self._late: set[asyncio.Task[None]] = set()
        super().__init__(self._carrier.address)
        self.close = self._carrier.close

    def tell(self, state: Told) -> None:
        """Tell the observers."""
        self.site.state = state
        self._carrier.do(
            self._conversation.notify("obs", lambda request: _message(state)._replace(type=request.type), now())
        )

    def observers(self) -> int:
        """Say how many there are."""
        return self._conversation.observers("obs")

    def _hear(self, event: Event) -> None:
        match event:
            case Request(message, _, source):
                self._serve(message, source)

    def _serve(self, request: Message, source: Address) -> None:
        path = b"/".join(request.values(numbers.URI_PATH)).decode()
        if path == "separate" and not self.site.released.is_set():
            late = asyncio.get_running_loop().create_task(self._serve_late(request, source))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
            return
        told = self._core(request) if path == ".well-known/core" else self._tell(path, request)
        watched = path if path == "obs" else None
        self._carrier.do(self._conversation.respond(request, source, _message(told), now(), resource=watched))

    async def _serve_late(self, request: Message, source: Address) -> None:
        await self.site.released.wait()
        self._serve(request, source)

    def _tell(self, path: str, request: Message) -> Told:
        behaviour = self.site.routes.get(path)
        accept, content_format = request.first(numbers.ACCEPT), request.first(numbers.CONTENT_FORMAT)
        asked = Asked(
            numbers.CODES[request.code],
            tuple(value.decode() for value in request.values(numbers.URI_QUERY)),
            None if accept is None else number(accept),
            tuple(request.values(numbers.ETAG)),
            tuple(request.values(numbers.IF_MATCH)),
            request.first(numbers.IF_NONE_MATCH) is not None,
            None if content_format is None else number(content_format),
            request.payload,
        )
        return Told("4.04") if behaviour is None else behaviour(asked)

    def _core(self, request: Message) -> Told:
        links = [Link(f"/{path}", ATTRIBUTES.get(path, ())) for path in self.site.routes]
        chosen = linkformat.select(links, [value.decode() for value in request.values(numbers.URI_QUERY)])
        return Told("2.05", linkformat.compose(chosen).encode(), LINKS)


def _message(told: Told) -> Message:
    options: list[tuple[int, bytes]] = [(numbers.LOCATION_PATH, each.encode()) for each in told.location]
    options += [(numbers.LOCATION_QUERY, each.encode()) for each in told.location_query]
    if told.format is not None:
        options.append((numbers.CONTENT_FORMAT, uint(told.format)))
    if told.etag is not None:
        options.append((numbers.ETAG, told.etag))
    if told.max_age is not None:
        options.append((numbers.MAX_AGE, uint(told.max_age)))
    return Message(code=code_of(told.code), options=tuple(options), payload=told.payload)


class AiocoapServer(SiteServer):
    """The resources in aiocoap."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self.observable = _Observable(self.site, "obs")

    def tell(self, state: Told) -> None:
        """Tell the observers."""
        self.site.state = state
        self.observable.updated_state()

    def observers(self) -> int:
        """Say how many there are."""
        return len(self.observable._observations)

    def tree(self) -> aiocoap.resource.Site:
        """Build the site."""
        tree = aiocoap.resource.Site()
        core = aiocoap.resource.WKCResource(tree.get_resources_as_linkheader, impl_info=None)
        tree.add_resource([".well-known", "core"], core)
        for path in self.site.routes:
            resource = self.observable if path == "obs" else _Resource(self.site, path)
            tree.add_resource(path.split("/"), resource)
        return tree


class _Rendered:
    """What answers by the site."""

    def __init__(self, site: Site, path: str) -> None:
        super().__init__()
        self._site, self._path = site, path

    def get_link_description(self) -> dict[str, str]:
        """Give the attributes."""
        return dict(ATTRIBUTES.get(self._path, ()))

    async def render(self, request: Any) -> Any:
        """Answer."""
        if self._path == "separate":
            await self._site.released.wait()
        options = request.opt
        told = self._site.routes[self._path](
            Asked(
                str(request.code),
                tuple(options.uri_query),
                None if options.accept is None else int(options.accept),
                tuple(options.etags),
                tuple(options.if_match),
                bool(options.if_none_match),
                None if options.content_format is None else int(options.content_format),
                request.payload,
            )
        )
        return _aiocoap_message(told)


def _aiocoap_message(told: Told) -> Any:
    message = aiocoap.Message(code=Code(code_of(told.code)), payload=told.payload, transport_tuning=Prompt())
    if told.format is not None:
        message.opt.content_format = told.format
    if told.etag is not None:
        message.opt.etag = told.etag
    if told.max_age is not None:
        message.opt.max_age = told.max_age
    message.opt.location_path = told.location
    message.opt.location_query = told.location_query
    return message


class _Resource(_Rendered, aiocoap.resource.Resource):
    pass


class _Observable(_Rendered, aiocoap.resource.ObservableResource):
    pass


@asynccontextmanager
async def running(name: str) -> AsyncIterator[Server]:
    """Run the server of that name: ``libcoap``, ``aiocoap`` or ``ours``."""
    if name.startswith("libcoap"):
        words = ("-N",) if name == "libcoap that notifies in NONs" else ()
        async with libcoap_server("-d", "20", *words) as where, asking("endpoint", where, 6) as aside:
            assert isinstance(aside, EndpointClient)
            yield LibcoapServer(where, aside)
    elif name == "aiocoap":
        server = AiocoapServer(("127.0.0.1", free_port()))
        context = await aiocoap.Context.create_server_context(server.tree(), bind=server.address)
        try:
            yield server
        finally:
            await context.shutdown()
    else:
        ours = OurServer()
        try:
            yield ours
        finally:
            ours.close()
