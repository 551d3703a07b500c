"""An event loop in a world's time: everything happens in order, and nothing takes any."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from modemtwin.io.virtual_loop import Stuck, VirtualLoop
from modemtwin.io.world_port import WorldPort
from modemtwin.modem import profile
from modemtwin.world.world import World

T = TypeVar("T")


def run(world: World, main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(world)) as runner:
        return runner.run(main)


def test_a_year_passes_at_once_and_to_the_microsecond() -> None:
    world = World()

    async def main() -> float:
        await asyncio.sleep(31_536_000.000001)
        return asyncio.get_running_loop().time()

    assert run(world, main()) == 31_536_000.000001
    assert world.now == 31_536_000_000_001


def test_coroutines_and_the_world_take_turns_in_the_order_of_time() -> None:
    world = World()
    told: list[tuple[str, float]] = []

    async def tick(name: str, span: float) -> None:
        for _ in range(3):
            await asyncio.sleep(span)
            told.append((name, asyncio.get_running_loop().time()))

    async def main() -> None:
        for moment in (0.5, 2, 3.5):
            world.at(moment, lambda: told.append(("world", world.now / 1e6)))
        await asyncio.gather(tick("a", 1), tick("b", 1.25))

    run(world, main())
    assert told == [
        ("world", 0.5),
        ("a", 1.0),
        ("b", 1.25),
        ("world", 2.0),
        ("a", 2.0),
        ("b", 2.5),
        ("a", 3.0),
        ("world", 3.5),
        ("b", 3.75),
    ]


def test_the_loop_wakes_at_the_moment_at_which_the_world_wakes_it() -> None:
    world = World()

    async def main() -> float:
        woken = asyncio.Event()
        world.at(12.5, woken.set)
        world.at(13, lambda: pytest.fail("nobody waits so long"))
        async with asyncio.timeout(3600):
            await woken.wait()
        return asyncio.get_running_loop().time()

    assert run(world, main()) == 12.5


def test_a_timeout_comes_when_it_is_due() -> None:
    world = World()

    async def main() -> None:
        async with asyncio.timeout(3600):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        run(world, main())
    assert world.now == 3600 * 10**6


async def _wait() -> None:
    await asyncio.Event().wait()


def test_who_waits_for_what_never_comes_is_named() -> None:
    world = World()
    world.at(7, lambda: None)
    with pytest.raises(Stuck, match=r"at 7\.000 s nothing more is going .* in test_virtual_loop\.py:\d+ \(_wait\)"):
        run(world, _wait())


def test_a_world_that_goes_on_for_ever_is_left_after_a_week() -> None:
    world = World()

    def again() -> None:
        world.after(600, again)

    again()
    with pytest.raises(Stuck, match=r"nothing came in the 604800 s up to 604800\.000 s"):
        run(world, _wait())


def test_time_stands_still_while_a_thread_works() -> None:
    world = World()
    go_on = threading.Event()

    async def main() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(3600, pytest.fail, "an hour has passed")
        working = loop.run_in_executor(None, go_on.wait, 20)
        await asyncio.sleep(0)
        go_on.set()
        assert await working
        return loop.time()

    assert run(world, main()) == 0


def test_another_thread_may_wake_the_loop() -> None:
    async def main() -> bool:
        loop = asyncio.get_running_loop()
        woken = loop.create_future()
        thread = threading.Thread(target=loop.call_soon_threadsafe, args=(woken.set_result, True))
        await asyncio.gather(asyncio.to_thread(thread.start))
        thread.join()
        return await asyncio.wait_for(woken, 3600)

    world = World()
    assert run(world, main())
    assert world.now == 0


def test_real_sockets_are_heard_before_time_jumps() -> None:
    async def main() -> tuple[bytes, float]:
        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"hello")
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        async with server:
            heard = await reader.readexactly(5)  # without a timeout: for a real socket the loop really waits
            writer.close()
            await writer.wait_closed()
        return heard, asyncio.get_running_loop().time()

    assert run(World(), main()) == (b"hello", 0)


def test_the_port_to_a_modem_hands_over_in_a_later_turn_and_nothing_after_its_end() -> None:
    typed: list[bytes] = []
    heard: list[bytes | str | None] = []

    async def main() -> None:
        port = WorldPort("world://m1", profile.load("sim7080"), typed.append, first_token=7)
        port.hear(b"early")
        port.listen(heard.append, heard.append)
        assert heard == []
        await asyncio.sleep(0)
        port.write(b"AT\r")
        port.write(b"")
        port.end("the cable is out")
        port.end("twice")
        port.write(b"late")
        port.hear(b"late")
        await asyncio.sleep(0)
        port.close()
        assert dict(port.hints) == {"payload_append": False, "para_keep": False, "first_token": 7}

    run(World(), main())
    assert (typed, heard) == ([b"AT\r"], [b"early", "the cable is out"])
