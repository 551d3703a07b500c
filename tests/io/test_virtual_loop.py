"""An event loop in a world's time: everything happens in order, and nothing takes any."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from modemtwin.io.virtual_loop import RealThing, Stuck, VirtualLoop
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


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda: asyncio.open_connection("127.0.0.1", 9), "create_connection"),
        (lambda: asyncio.start_server(lambda *_: None, "127.0.0.1", 0), "create_server"),
        (lambda: asyncio.create_subprocess_exec("true"), "subprocess_exec"),
        (lambda: asyncio.get_running_loop().add_reader(0, print), "add_reader"),
    ],
)
def test_what_is_real_is_refused_before_anything_is_opened(ask: Callable[[], Any], name: str) -> None:
    async def main() -> None:
        await ask()

    with pytest.raises(RealThing, match=f"^{name}: no real socket, pipe or process in virtual time, .*to_thread"):
        run(World(), main())


def test_who_only_asks_again_and_again_pays_for_it_with_time() -> None:
    world = World()
    done: list[int] = []
    world.at(2, lambda: done.append(1))

    async def main() -> float:
        while not done:
            await asyncio.sleep(0)
        return asyncio.get_running_loop().time()

    assert 2 <= run(world, main()) <= 2.001


def test_a_long_conversation_at_one_moment_takes_no_time() -> None:
    world = World()
    modem = world.add_modem()

    async def main() -> None:
        for _ in range(2500):
            modem.type_("AT")
            for _ in range(10):
                await asyncio.sleep(0)

    run(world, main())
    assert world.now == 0


def test_who_goes_on_for_ever_is_left_after_a_century() -> None:
    async def main() -> None:
        while True:
            await asyncio.sleep(86_400 * 365)

    with pytest.raises(Stuck, match=r"^100 years have passed, and it has not ended: .* in test_virtual_loop\.py:\d+ "):
        run(World(), main())


def test_what_breaks_in_from_outside_ends_the_run_and_says_where_it_was() -> None:
    world = World()

    def limit() -> None:
        pytest.fail("the time is up")

    async def main() -> None:
        asyncio.get_running_loop().call_later(30, limit)
        while True:
            await asyncio.sleep(7)

    with pytest.raises(pytest.fail.Exception, match="the time is up") as caught:
        run(world, main())
    (note,) = caught.value.__notes__
    assert note.splitlines()[0] == "at 30.000 s of virtual time"
    assert note.endswith("(main)")


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
