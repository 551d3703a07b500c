"""The driver without ``await``: the same names, and a thread in which the event loop hears what the module says.

    with connect_blocking("/dev/ttyUSB2") as module:
        print(module.get("coap://198.181.39.174/test").text)

    caller ──coroutine──► loop thread: asyncio.Module ──result──► caller

Ctrl-C in a call cancels it there and waits until it has cleaned up on the module. Callbacks are called in the thread,
and so cannot call the module themselves.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager, suppress
from dataclasses import field
from types import TracebackType
from typing import Any, TypeVar, Unpack

from modemtwin.host import aio
from modemtwin.host.aio import Options
from modemtwin.host.errors import InvalidArgument, PortClosed
from modemtwin.host.packet import Packet
from modemtwin.host.response import Answer, Identity, Info, Link, Received, Response
from modemtwin.host.response import Request as PlainRequest
from modemtwin.host.urcs import Urc
from modemtwin.value import value

__all__ = ["Module", "Observation", "Request", "blocking"]

T = TypeVar("T")

_BREATH = 0.5
"""Seconds between looks whether a signal has come, where waiting itself does not notice (Windows)."""


@contextmanager
def blocking(connect: Callable[[], AbstractAsyncContextManager[aio.Module]]) -> Iterator[Module]:
    """Run what ``connect`` makes in a thread of its own."""
    thread = _LoopThread()
    visit = AsyncExitStack()  # it knows whether the module was entered, also when nobody has heard of it any more
    try:
        yield Module(thread, thread.call(_entered(visit, connect)))
    finally:
        try:
            # Not the caller's exception: a KeyboardInterrupt within a task would end the loop before the clean-up.
            thread.finish(visit.aclose())
        finally:
            thread.stop()


async def _entered(visit: AsyncExitStack, connect: Callable[[], AbstractAsyncContextManager[T]]) -> T:
    return await visit.enter_async_context(connect())


async def _done(act: Callable[[], T]) -> T:
    return act()


class _LoopThread:
    """An event loop in a daemon thread."""

    def __init__(self) -> None:
        self._over = False
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="modemtwin", daemon=True)
        self._thread.start()

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the loop and wait for its result; interrupted, cancel it and wait for its end."""
        self._check(coroutine)
        ended: Future[T] = Future()
        tasks: list[asyncio.Task[T]] = []
        try:
            self.loop.call_soon_threadsafe(self._start, coroutine, tasks, ended)
            while not wait([ended], _BREATH).done:
                pass
        except BaseException:
            _insist(lambda: self.loop.call_soon_threadsafe(_give_up, coroutine, tasks, ended))
            _outlast(ended)
            raise
        return ended.result()

    def finish(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine that cleans up: an interruption waits for its end."""
        self._check(coroutine)
        ended: Future[T] = Future()
        tasks: list[asyncio.Task[T]] = []
        interrupted = _insist(lambda: self.loop.call_soon_threadsafe(self._start, coroutine, tasks, ended))
        interrupted = _outlast(ended) or interrupted
        if interrupted is not None:
            raise interrupted
        return ended.result()

    def do(self, act: Callable[[], T]) -> T:
        """Call a function in the loop, from a callback too, and after all is over."""
        return act() if self._over or self._is_here() else self.finish(_done(act))

    def _is_here(self) -> bool:
        return threading.current_thread() is self._thread

    def _check(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        if self._over:
            coroutine.close()
            raise PortClosed("the module", "the connection is closed, for its block was left")
        if self._is_here():
            coroutine.close()
            raise InvalidArgument(
                "a callback cannot call the module: the answer would come in the thread where it waits",
                "put what it was told into a queue.Queue, and call from another thread",
            )

    def _start(self, coroutine: Coroutine[Any, Any, T], tasks: list[asyncio.Task[T]], ended: Future[T]) -> None:
        if tasks:
            return  # who was interrupted while he asked has asked twice
        task = self.loop.create_task(coroutine)
        tasks.append(task)
        task.add_done_callback(lambda done: _copy(done, ended))

    def stop(self) -> None:
        """End the loop and its thread."""
        self._over = True
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()


def _insist(ask: Callable[[], object]) -> BaseException | None:
    """Ask the loop for something until that was not interrupted; the last interruption."""
    interrupted: BaseException | None = None
    while True:
        try:
            ask()
            return interrupted
        except KeyboardInterrupt as error:
            interrupted = error


def _give_up(coroutine: Coroutine[Any, Any, T], tasks: list[asyncio.Task[T]], ended: Future[T]) -> None:
    """Cancel what was started, once; what an interruption kept from starting has ended."""
    if tasks:
        if not tasks[0].cancelling():
            tasks[0].cancel()
    elif not ended.done():
        coroutine.close()
        ended.set_exception(asyncio.CancelledError())


def _outlast(ended: Future[Any]) -> BaseException | None:
    """Wait until something has ended, however often that is interrupted; the last interruption.

    Whoever presses Ctrl-C twice is no less in the debt of the module; every end has a time limit of its own.
    """
    interrupted: BaseException | None = None
    while not ended.done():
        try:
            wait([ended], _BREATH)
        except BaseException as error:
            interrupted = error
    return interrupted


def _copy(task: asyncio.Task[T], ended: Future[T]) -> None:
    if task.cancelled():
        ended.set_exception(asyncio.CancelledError())
    elif (error := task.exception()) is not None:
        ended.set_exception(error)
    else:
        ended.set_result(task.result())


class Module:
    """A module that is connected: ``modemtwin.host.aio.Module`` without ``await``; see there for what each does.

    Calls from several threads are shared out on the one UART.
    """

    def __init__(self, thread: _LoopThread, module: aio.Module) -> None:
        self._thread = thread
        self._module = module
        self._call = thread.call

    @property
    def identity(self) -> Identity:
        """Which module it is."""
        return self._module.identity

    def request(self, method: str, url: str, payload: bytes | str = b"", **options: Unpack[Options]) -> Response:
        """Send a request and wait for its response."""
        return self._call(self._module.request(method, url, payload, **options))

    def get(self, url: str, **options: Unpack[Options]) -> Response:
        """GET a resource."""
        return self._call(self._module.get(url, **options))

    def delete(self, url: str, **options: Unpack[Options]) -> Response:
        """DELETE a resource."""
        return self._call(self._module.delete(url, **options))

    def put(self, url: str, payload: bytes | str = b"", **options: Unpack[Options]) -> Response:
        """PUT a payload to a resource."""
        return self._call(self._module.put(url, payload, **options))

    def post(self, url: str, payload: bytes | str = b"", **options: Unpack[Options]) -> Response:
        """POST a payload to a resource."""
        return self._call(self._module.post(url, payload, **options))

    def fetch(self, url: str, payload: bytes | str = b"", **options: Unpack[Options]) -> Response:
        """FETCH with a payload that says what."""
        return self._call(self._module.fetch(url, payload, **options))

    def patch(self, url: str, payload: bytes | str = b"", **options: Unpack[Options]) -> Response:
        """PATCH a resource."""
        return self._call(self._module.patch(url, payload, **options))

    def ipatch(self, url: str, payload: bytes | str = b"", **options: Unpack[Options]) -> Response:
        """PATCH a resource such that twice does no more than once."""
        return self._call(self._module.ipatch(url, payload, **options))

    def observe(self, url: str, **options: Unpack[Options]) -> Observation:
        """Observe a resource: a context manager and iterator of ``Response``."""
        return Observation(self._thread, self._module.observe(url, **options))

    def discover(self, url: str, *, query: Sequence[str] | str = (), deadline: float | None = None) -> list[Link]:
        """Ask a server, or a group, what it has."""
        return self._call(self._module.discover(url, query=query, deadline=deadline))

    def ping(self, url: str, *, deadline: float | None = None) -> float:
        """Send an empty CON and give the seconds until its RST."""
        return self._call(self._module.ping(url, deadline=deadline))

    def send(self, packet: Packet, url: str | None = None) -> int:
        """Send a packet as it is and give its mid."""
        return self._call(self._module.send(packet, url))

    def receive(self, *, deadline: float | None = None) -> Received:
        """Wait for a packet that belongs to no request, no observation and no server."""
        return self._call(self._module.receive(deadline=deadline))

    def serve(self) -> Iterator[Request]:
        """Give the requests of peers as they come; each wants ``request.respond(...)``."""
        for request in self._each(self._module.serve()):
            yield Request(request.head, request.payload, request.size, self._thread, request)

    def urcs(self) -> Iterator[Urc]:
        """Give every URC as it comes."""
        return self._each(self._module.urcs())

    def subscribe(
        self, heard: Callable[[Urc], None], lost: Callable[[PortClosed], None] | None = None
    ) -> Callable[[], None]:
        """Call ``heard`` with every URC, and ``lost`` when the port ends, both in the thread of the loop."""
        unsubscribe = self._thread.do(lambda: self._module.subscribe(heard, lost))
        return lambda: self._thread.do(unsubscribe)

    def at(self, line: str, *, timeout: float | None = None, check: bool = False) -> Answer:
        """Type a command line and give its answer."""
        return self._call(self._module.at(line, timeout=timeout, check=check))

    def info(self) -> Info:
        """Ask for module, SIM, signal, registration and bearer."""
        return self._call(self._module.info())

    def attach(
        self,
        *,
        apn: str | None = None,
        user: str | None = None,
        password: str | None = None,
        auth: int | None = None,
        pin: str | None = None,
        deadline: float = 180.0,
    ) -> str:
        """Bring the data connection up and give its IP address."""
        return self._call(
            self._module.attach(apn=apn, user=user, password=password, auth=auth, pin=pin, deadline=deadline)
        )

    def detach(self) -> None:
        """Take the data connection down."""
        self._call(self._module.detach())

    def _each(self, items: AsyncIterator[T]) -> Iterator[T]:
        try:
            while (item := self._call(_next(items))) is not None:
                yield item
        finally:
            with suppress(PortClosed):  # the block of the module was left before
                self._thread.finish(items.aclose())  # type: ignore[attr-defined]


async def _next(items: AsyncIterator[T]) -> T | None:
    return await anext(items, None)


class Observation:
    """``with module.observe(url) as observation: for response in observation: ...``"""

    def __init__(self, thread: _LoopThread, observation: aio.Observation) -> None:
        self._thread = thread
        self._observation = observation

    def __enter__(self) -> Observation:
        self._thread.call(self._observation.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.finish(self._observation.__aexit__(None, None, None))

    def __iter__(self) -> Observation:
        return self

    def __next__(self) -> Response:
        """The next response. The iteration ends when the server ends the observation."""
        response = self._thread.call(_next(self._observation))
        if response is None:
            raise StopIteration
        return response


@value
class Request(PlainRequest):
    """What a peer asks, and the way to answer it."""

    thread: _LoopThread = field(repr=False, compare=False)
    request: aio.Request = field(repr=False, compare=False)

    def respond(
        self,
        code: str = "2.05",
        payload: bytes | str = b"",
        *,
        content_format: int | None = None,
        max_age: int | None = None,
    ) -> None:
        """Answer it, at once or later."""
        self.thread.call(self.request.respond(code, payload, content_format=content_format, max_age=max_age))
