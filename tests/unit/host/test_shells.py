"""One contract for both shells: what asyncio's module does, the blocking one does, name for name."""

from __future__ import annotations

import asyncio
import inspect
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from modemtwin.coap import numbers
from modemtwin.coap.message import Message, encode
from modemtwin.host import aio, blocking
from modemtwin.host.aio import drive
from modemtwin.host.errors import (
    ErrorResponse,
    InvalidArgument,
    ModemError,
    PortClosed,
    Rejected,
    TimedOut,
)
from modemtwin.host.knowledge import Settings
from modemtwin.host.packet import Packet
from modemtwin.host.shell import Trace
from tests.unit.host.memory_port import MemoryPort

URL = "coap://192.0.2.1"


class Desk:
    """Opens a port when it is entered; ``port`` is the last one. ``call`` runs a function where the port lives."""

    def __init__(self, *, attach: bool = True, trace: Trace | None = None) -> None:
        self.settings = Settings(attach=attach)
        self.trace = trace
        self.ports: list[MemoryPort] = []

    @property
    def port(self) -> MemoryPort:
        return self.ports[-1]

    def connect(self) -> Any:
        self.ports.append(MemoryPort())
        return drive(self.port, self.settings, trace=self.trace)


class Awaited:
    """Something asynchronous that is used without ``await``: a loop runs for as long as a call takes."""

    def __init__(self, loop: asyncio.AbstractEventLoop, thing: Any) -> None:
        self._loop = loop
        self._thing = thing

    def _run(self, awaitable: Any) -> Any:
        return _wrapped(self._loop, self._loop.run_until_complete(awaitable))

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._thing, name)
        if not callable(value):
            return value

        def call(*arguments: Any, **named: Any) -> Any:
            result = value(*arguments, **named)
            return self._run(result) if inspect.isawaitable(result) else _wrapped(self._loop, result)

        return call

    def __enter__(self) -> Any:
        return self._run(self._thing.__aenter__())

    def __exit__(self, *error: Any) -> None:
        self._run(self._thing.__aexit__(*error))

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            return self._run(anext(self._thing))
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        self._run(self._thing.aclose())


def _wrapped(loop: asyncio.AbstractEventLoop, thing: Any) -> Any:
    special = isinstance(thing, aio.Module | aio.Observation | aio.Request | aio.Requests) or inspect.isasyncgen(thing)
    return Awaited(loop, thing) if special else thing


Connected = Callable[..., AbstractContextManager[tuple[Any, Desk]]]


@contextmanager
def with_asyncio(**wanted: Any) -> Iterator[tuple[Any, Desk]]:
    desk = Desk(**wanted)
    loop = asyncio.new_event_loop()
    try:

        async def made() -> Any:
            return desk.connect()

        with Awaited(loop, loop.run_until_complete(made())) as module:
            yield module, desk
    finally:
        loop.close()


@contextmanager
def with_threads(**wanted: Any) -> Iterator[tuple[Any, Desk]]:
    desk = Desk(**wanted)
    with blocking.blocking(desk.connect) as module:
        yield module, desk


@pytest.fixture(params=[with_asyncio, with_threads], ids=["asyncio", "blocking"])
def connected(request: pytest.FixtureRequest) -> Connected:
    found: Connected = request.param
    return found


def test_a_resource_is_made_read_changed_and_deleted(connected: Connected) -> None:
    with connected() as (module, desk):
        assert module.identity.model == "SIMCOM_SIM7000G"
        assert module.put(f"{URL}/thing", "eins", content_format=0).code == "2.01"
        response = module.get(f"{URL}/thing", accept=0)
        assert (response.code, response.number, response.text, response.ok) == ("2.05", 0x45, "eins", True)
        assert 0 <= response.timing.typed <= response.timing.sent <= response.timing.answered <= response.elapsed
        assert module.post(f"{URL}/thing", b"zwei").ok
        assert module.delete(f"{URL}/thing").code == "2.02"
        assert module.get(f"{URL}/thing").code == "4.04"
    assert desk.port.closed
    assert desk.port.typed.endswith(b"AT+CCOAPTERM\rAT+CNACT=0\rAT+CNACT?\rAT+CMEE=0\rATE1\r")


def test_methods_without_a_home_are_passed_on(connected: Connected) -> None:
    with connected() as (module, _):
        for method in (module.fetch, module.patch, module.ipatch):
            assert method(f"{URL}/test", b"x", content_format=0).code.startswith("4.")
        assert module.request("get", f"{URL}/test").text == "hello world"


def test_an_observation_brings_every_change_and_is_cancelled_on_leaving(connected: Connected) -> None:
    with connected() as (module, desk):
        module.put(f"{URL}/seen", "0")
        with module.observe(f"{URL}/seen") as observation:
            assert next(observation).text == "0"
            module.put(f"{URL}/seen", "1")
            assert next(observation).text == "1"
            assert desk.port.peer.observers((b"seen",)) == 1
        assert desk.port.peer.observers((b"seen",)) == 0


def test_an_observation_ends_with_what_it_watched(connected: Connected) -> None:
    with connected() as (module, _):
        module.put(f"{URL}/seen", "0")
        with module.observe(f"{URL}/seen") as observation:
            next(observation)
            module.delete(f"{URL}/seen")
            assert [each.code for each in observation] == ["4.04"]
            assert list(observation) == []


def test_links_are_discovered_and_what_has_none_says_so(connected: Connected) -> None:
    with connected() as (module, _):
        assert "/test" in [link.target for link in module.discover(URL)]
        for query in (["href=/obs"], "href=/obs"):
            assert [link.target for link in module.discover(URL, query=query)] == ["/obs"]
        with pytest.raises(ErrorResponse, match=r"4\.04"):
            module.discover(f"{URL}/nowhere")


def test_a_ping_takes_no_time_here(connected: Connected) -> None:
    with connected() as (module, _):
        assert 0 <= module.ping(URL) < 1


def test_raw_packets_are_sent_and_received(connected: Connected) -> None:
    with connected() as (module, _):
        assert module.send(Packet(mid=99, token=b"\x01"), f"{URL}/test") == 99
        assert module.receive(deadline=5).text == "hello world"
        with pytest.raises(TimedOut):
            module.receive(deadline=0.01)


def test_requests_of_peers_are_answered(connected: Connected) -> None:
    with connected() as (module, desk):
        module.at("AT+CCOAPINIT", check=True)  # by hand, as somebody might: the driver makes its own
        for each in (0, 1):
            requests = module.serve()
            question = Message(numbers.CON, numbers.GET, 500 + each, b"\x07", ((numbers.URI_PATH, b"sensor"),))
            loop = desk.port._loop
            loop.call_soon_threadsafe(loop.call_later, 0.1, desk.port.ask, encode(question))
            request = next(requests)
            assert (request.method, request.path, request.query) == ("GET", "/sensor", ())
            request.respond("2.05", "21.5", content_format=0)
            requests.close()


def test_commands_by_hand_give_lines_and_result(connected: Connected) -> None:
    with connected(attach=False) as (module, desk):
        answer = module.at("AT+CSQ")
        assert (answer.lines, answer.result, answer.ok) == (["+CSQ: 27,99"], "OK", True)
        assert module.at("AT+NONSENSE").result == "+CME ERROR: 601"
        with pytest.raises(Rejected, match="601"):
            module.at("AT+NONSENSE", check=True)
        with pytest.raises(InvalidArgument):
            module.at("hello")
        assert b"AT+CNACT=" not in desk.port.typed


def test_information_bearer_and_urcs(connected: Connected) -> None:
    with connected(attach=False) as (module, _):
        heard: list[str] = []
        unsubscribe = module.subscribe(lambda urc: heard.append(urc.line))
        assert module.attach() == "10.94.36.44"
        info = module.info()
        assert (info.sim, info.signal.dbm, info.bearer.address) == ("READY", -59, "10.94.36.44")
        module.detach()
        assert not module.info().bearer.active
        assert heard == ["+APP PDP: ACTIVE", "+APP PDP: DEACTIVE"]
        unsubscribe()
        module.attach()
        assert len(heard) == 2


def test_urcs_are_iterated(connected: Connected) -> None:
    with connected() as (module, desk):
        urcs = module.urcs()
        loop = desk.port._loop
        loop.call_soon_threadsafe(loop.call_later, 0.05, desk.port._say, b"\r\n+CTZV: 8\r\n")
        assert next(urcs).line == "+CTZV: 8"
        urcs.close()


def test_a_port_that_is_pulled_ends_calls_with_one_clear_error(connected: Connected) -> None:
    with connected() as (module, desk):
        loop = desk.port._loop
        loop.call_soon_threadsafe(loop.call_later, 0.05, desk.port.pull)
        with pytest.raises(PortClosed, match="memory: unplugged"):
            module.get("coap://192.0.2.9/nobody", deadline=30)
        with pytest.raises(PortClosed):
            module.at("AT")
        for _ in range(2):
            with pytest.raises(PortClosed):
                module.receive(deadline=5)


def test_what_the_caller_gives_wrong_is_refused_before_anything_is_typed(connected: Connected) -> None:
    with connected() as (module, desk):
        before = bytes(desk.port.typed)
        wrongs: tuple[Callable[[], Any], ...] = (
            lambda: module.get("coap://"),
            lambda: module.get("coaps://192.0.2.1/"),
            lambda: module.get(URL, token=b"123456789"),
            lambda: module.get(URL, type="CONFIRMABLE"),
            lambda: module.get(URL, accept=70000),
            lambda: module.get(URL, accept="0"),
            lambda: module.get(URL, token="abc"),
            lambda: module.get(URL, deadline=0),
            lambda: module.get(URL, deadline=float("nan")),
            lambda: module.ping(URL, deadline=float("inf")),
            lambda: module.attach(deadline=-1),
            lambda: module.request("BREW", URL),
            lambda: module.put(URL, bytes(600)),
            lambda: module.ping("coap:/x"),
        )
        for wrong in wrongs:
            with pytest.raises(ModemError) as caught:
                wrong()
            assert "\n" not in str(caught.value)
        assert bytes(desk.port.typed) == before


def test_an_error_in_the_block_leaves_the_module_as_it_was(connected: Connected) -> None:
    def use(module: Any) -> None:
        module.get(f"{URL}/test")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), connected() as (module, desk):
        use(module)
    assert desk.port.typed.endswith(b"AT+CMEE=0\rATE1\r")


def test_ctrl_c_in_a_blocking_call_cleans_up_on_the_module() -> None:
    main = threading.get_ident()

    def trace(direction: str, data: bytes) -> None:
        if direction == "tx" and b"observe,0" in data:
            signal.pthread_kill(main, signal.SIGINT)

    def use(module: Any) -> None:
        module.put(f"{URL}/seen", "0")
        with module.observe(f"{URL}/seen") as observation:
            list(observation)

    with pytest.raises(KeyboardInterrupt), with_threads(trace=trace) as (module, desk):
        use(module)
    assert desk.port.peer.observers((b"seen",)) == 0
    assert desk.port.typed.endswith(b"AT+CCOAPTERM\rAT+CNACT=0\rAT+CNACT?\rAT+CMEE=0\rATE1\r")


async def test_a_cancelled_task_leaves_the_module_to_the_others() -> None:
    port = MemoryPort()
    async with drive(port, Settings()) as module:
        asked = asyncio.create_task(module.get("coap://192.0.2.9/nobody"))
        await module.get(f"{URL}/test")
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert (await module.get(f"{URL}/test")).ok


async def test_many_calls_share_one_module() -> None:
    async with drive(MemoryPort(), Settings()) as module:
        responses = await asyncio.gather(*(module.get(f"{URL}/test") for _ in range(12)))
        assert {response.text for response in responses} == {"hello world"}
        assert len({response.token for response in responses}) == 12
