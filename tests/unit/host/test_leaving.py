"""Leaving: whatever is under way, and however it is interrupted, the module is as it was, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import inspect
import signal
import threading
from typing import Any

import pytest

from modemtwin.coap import numbers
from modemtwin.coap.message import Message, encode
from modemtwin.host import aio, blocking, contacting, exchange
from modemtwin.host.aio import drive
from modemtwin.host.errors import InvalidArgument, ModemError, PortClosed
from modemtwin.host.knowledge import Settings
from tests.unit.host.memory_port import MemoryPort
from tests.unit.host.scripted import Answer, ScriptedDesk
from tests.unit.host.stage import URL as STAGE_URL
from tests.unit.host.stage import Stage, question
from tests.unit.host.test_shells import URL, Desk, with_threads

NOBODY = "coap://192.0.2.9/nobody"
AS_FOUND = b"AT+CCOAPTERM\rAT+CNACT=0\rAT+CNACT?\rAT+CMEE=0\rATE1\r"


# ── one set of names


def names(thing: type) -> dict[str, list[tuple[str, Any, Any]]]:
    """The public methods of a class, with the names, kinds and defaults of what they take."""
    members = inspect.getmembers(thing, lambda each: inspect.isfunction(each) or isinstance(each, property))
    return {name: taken(each) for name, each in members if not name.startswith("_")}


def taken(member: Any) -> list[tuple[str, Any, Any]]:
    if isinstance(member, property):
        return []
    return [(each.name, each.kind, each.default) for each in inspect.signature(member).parameters.values()]


@pytest.mark.parametrize("name", ["Module", "Request"])
def test_the_blocking_driver_has_the_names_and_arguments_of_the_other(name: str) -> None:
    assert names(getattr(blocking, name)) == names(getattr(aio, name))


def test_an_observation_is_entered_and_iterated_alike() -> None:
    assert {"__aenter__", "__aexit__", "__aiter__", "__anext__"} <= vars(aio.Observation).keys()
    assert {"__enter__", "__exit__", "__iter__", "__next__"} <= vars(blocking.Observation).keys()


# ── what is under way when the block is left


async def test_whoever_still_waits_when_the_block_is_left_is_told() -> None:
    port = MemoryPort()

    async def serve(module: aio.Module) -> None:
        async for _ in module.serve():
            raise AssertionError("nobody asks")

    async def hear(module: aio.Module) -> None:
        async for _ in module.urcs():
            pass

    async def observe(module: aio.Module) -> None:
        async with module.observe(f"{URL}/obs") as observation:
            async for _ in observation:
                pass

    async with drive(port, Settings()) as module:
        waiting: list[asyncio.Task[Any]] = [asyncio.create_task(each(module)) for each in (serve, hear, observe)]
        waiting += [asyncio.create_task(module.get(NOBODY)), asyncio.create_task(module.receive())]
        await module.get(f"{URL}/test")
        await asyncio.sleep(0.05)
    ends = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)
    assert [type(each) for each in ends] == [PortClosed] * 5
    assert str(ends[0]) == "memory: the connection is closed, for its block was left"
    assert port.peer.observers((b"obs",)) == 0
    assert port.typed.endswith(AS_FOUND)


async def test_whoever_calls_again_and_again_makes_nothing_on_a_module_that_is_being_left() -> None:
    port = MemoryPort()

    async def insist(module: aio.Module) -> None:
        while True:
            try:
                await module.get(f"{URL}/test")
            except PortClosed:
                if port.closed:
                    return
                await asyncio.sleep(0)

    async with drive(port, Settings()) as module:
        insisting = asyncio.create_task(insist(module))
        await module.get(f"{URL}/test")
    await asyncio.wait_for(insisting, 5)
    assert (port.typed.count(b"AT+CCOAPINIT\r"), port.typed.count(b"AT+CCOAPTERM\r")) == (1, 1)
    assert port.typed.endswith(b"AT+CMEE=0\rATE1\r")


async def test_a_call_behind_the_block_is_refused_at_once() -> None:
    async with drive(MemoryPort(), Settings()) as module:
        pass
    with pytest.raises(PortClosed, match="block was left"):
        await asyncio.wait_for(module.get(f"{URL}/test"), 5)


def test_a_blocking_call_behind_the_block_is_refused_at_once() -> None:
    with with_threads() as (module, _):
        unsubscribe = module.subscribe(lambda urc: None)
        urcs = module.urcs()
    with pytest.raises(PortClosed, match="block was left"):
        module.at("AT")
    with pytest.raises(PortClosed, match="block was left"):
        next(urcs)
    unsubscribe()


async def test_whoever_leaves_the_loop_of_requests_may_serve_again_at_once() -> None:
    port = MemoryPort()
    async with drive(port, Settings()) as module:
        for mid in (500, 501):
            asked = Message(numbers.CON, numbers.GET, mid, b"\x07", ((numbers.URI_PATH, b"sensor"),))
            port._loop.call_later(0.05, port.ask, encode(asked))
            async for request in module.serve():
                assert request.mid == mid
                break


# ── interruptions


@pytest.mark.parametrize("times", [1, 2, 5])
async def test_a_task_that_is_cancelled_again_and_again_leaves_the_module_as_it_was(times: int) -> None:
    port = MemoryPort()

    async def watch(module: aio.Module) -> None:
        async with module.observe(f"{URL}/obs") as observation:
            async for _ in observation:
                pass

    async def use() -> None:
        async with drive(port, Settings()) as module:
            watching.append(asyncio.create_task(watch(module)))
            await watch(module)

    watching: list[asyncio.Task[None]] = []
    using = asyncio.create_task(use())
    while port.peer.observers((b"obs",)) < 2:
        await asyncio.sleep(0)
    for _ in range(times):
        using.cancel()
        for _ in range(30):
            await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await using
    with pytest.raises(PortClosed):
        await watching[0]
    assert port.peer.observers((b"obs",)) == 0
    assert port.typed.endswith(AS_FOUND)


@pytest.mark.parametrize("at", [b"AT+CGMM", b"AT+CMEE=1", b"AT+CNACT=1", b"AT+CCOAPACTION", b"AT+CCOAPREAD", b"ATE1"])
def test_ctrl_c_twice_at_any_command_leaves_the_module_as_it_was(at: bytes) -> None:
    main = threading.get_ident()
    seen: list[bytes] = []

    def trace(direction: str, data: bytes) -> None:
        seen.append(data)
        started = [each for each in seen if each.startswith(at)]
        if direction == "tx" and started and len(started) + len(seen) - seen.index(started[0]) < 6:
            signal.pthread_kill(main, signal.SIGINT)

    desk = Desk(trace=trace)
    with pytest.raises(KeyboardInterrupt), blocking.blocking(desk.connect) as module:
        module.get(f"{URL}/test")
    port = desk.port
    assert port.closed
    typed = bytes(port.typed)
    assert typed.count(b"AT+CCOAPINIT\r") == typed.count(b"AT+CCOAPTERM\r")
    assert typed.count(b"AT+CNACT=1\r") == typed.count(b"AT+CNACT=0\r")
    assert typed.count(b"AT+CMEE=1\r") == typed.count(b"AT+CMEE=0\r")
    assert typed.count(b"ATE0\r") == typed.count(b"ATE1\r")


# ── callbacks that fail


async def test_a_subscriber_that_fails_disturbs_nobody_else() -> None:
    port = MemoryPort()
    loop = asyncio.get_running_loop()
    complaints: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    heard: list[str] = []

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    async with drive(port, Settings(), trace=fails) as module:
        module.subscribe(fails)
        module.subscribe(lambda urc: heard.append(urc.line))
        port._say(b"\r\n+CTZV: 8\r\n")
        assert (await module.get(f"{URL}/test")).ok
    loop.set_exception_handler(None)
    assert heard[0] == "+CTZV: 8"
    assert {type(each["exception"]) for each in complaints} == {ZeroDivisionError}
    assert port.typed.endswith(AS_FOUND)


async def test_whoever_is_told_of_the_progress_and_fails_ends_the_call_with_it() -> None:
    port = MemoryPort()

    def fails(text: str) -> None:
        raise ZeroDivisionError

    async with drive(port, Settings()) as module:
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(module.get(f"{URL}/test", progress=fails), 5)
        assert (await module.get(f"{URL}/test")).ok
    assert port.typed.endswith(AS_FOUND)


def test_a_callback_that_calls_the_module_is_told_why_it_cannot() -> None:
    told: list[ModemError] = []
    done = threading.Event()
    with with_threads() as (module, desk):

        def hear(urc: object) -> None:
            try:
                module.at("AT")
            except InvalidArgument as error:
                told.append(error)
            stop()
            done.set()

        stop = module.subscribe(hear)
        desk.port._loop.call_soon_threadsafe(desk.port._say, b"\r\n+CTZV: 8\r\n")
        assert done.wait(5)
        assert module.at("AT").ok
    assert "queue.Queue" in told[0].hint


# ── results that somebody had turned off


@pytest.mark.parametrize("found", ["ATQ1", "ATV0", "ATV0Q1", "ATE0V0", "ATE0Q1"])
def test_results_are_left_as_they_were_found(found: str) -> None:
    stage = Stage()
    stage.wait(6)
    stage.type_by_hand(found)
    stage.wait(0.1)
    stage.connect()
    assert stage.run(exchange.request(stage.known, question(stage, f"{STAGE_URL}/test"))).text == "hello world"
    stage.leave()
    stage.wait(0.1)
    said = len(stage.heard)
    stage.type_by_hand("AT")
    stage.wait(0.1)
    echo = b"" if "E0" in found else b"AT\r"
    assert stage.heard[said:] == echo + (b"" if "Q1" in found else b"0\r")


def test_a_result_that_was_lost_once_is_no_atq1() -> None:
    desk = ScriptedDesk({"AT+CGMM": [b"\r\nSIMCOM_SIM7000G\r\n", "SIMCOM_SIM7000G"]})
    desk.run(contacting.connect(desk.known))
    assert desk.lines[:2] == ["AT+CGMM", "AT+CGSN"]
    desk.run(contacting.leave(desk.known))
    assert desk.lines[-1] == "ATE1"


def test_a_result_that_comes_late_is_no_atq1() -> None:
    def late(desk: ScriptedDesk, line: str) -> Answer:
        desk.say(b"\r\nOK\r\n", after=1.5)
        return b"\r\nSIMCOM_SIM7000G\r\n"

    desk = ScriptedDesk({"AT+CGMM": [late, "SIMCOM_SIM7000G"], "AT+CGSN": [None, "869951031234568"]})
    desk.run(contacting.connect(desk.known))
    desk.run(contacting.leave(desk.known))
    assert desk.lines[-1] == "ATE1"
