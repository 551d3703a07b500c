"""An event loop of asyncio that lives in a world's time: whoever waits there waits no time at all.

    loop: nothing is ready, its next timer in 3600 s ──► world: on to its next timer … until the loop is wanted,
                                                                or 3600 s have passed

``asyncio.sleep``, timeouts and whatever else asks ``loop.time()`` run as they do anywhere. Real sockets are looked at
before each jump. While a thread of an executor works, time stands still, for nobody knows how long it would take.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import Context
from pathlib import Path
from types import CoroutineType, FrameType
from typing import Any, TypeVar, TypeVarTuple

from modemtwin.clockwork import MICROSECONDS, seconds
from modemtwin.world.world import World

__all__ = ["Stuck", "VirtualLoop"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_LONGEST_WAIT = seconds(7 * 86_400)
"""So long the world may go on by itself while nothing in the loop waits for a moment."""


class Stuck(RuntimeError):
    """Everything in the loop waits, and what it waits for never comes; the text says where."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs coroutines in the time of ``world``; its ``time()`` is the world's, in seconds since its beginning.

    :raises Stuck: out of ``run_until_complete``, when nothing is going to happen any more.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._woken = False
        self._threads = 0
        super().__init__(_Selector(self._pass_time))
        # A timer is due within half a microsecond: asyncio's own nanosecond is lost in a float after some months.
        self._clock_resolution = 0.5 / MICROSECONDS

    def time(self) -> float:
        return self._world.now / MICROSECONDS

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        self._woken = True
        return super().call_soon(callback, *args, context=context)

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self._threads += 1
        future.add_done_callback(self._thread_is_done)
        return future

    async def shutdown_default_executor(self, *timeout: Any) -> None:
        self._threads += 1  # one that waits for the others
        try:
            await super().shutdown_default_executor(*timeout)
        finally:
            self._threads -= 1

    def _thread_is_done(self, _: asyncio.Future[Any]) -> None:
        self._threads -= 1

    def _pass_time(self, timeout: float | None, *, alone: bool) -> bool:
        """Let the world run, and say whether that was all: False when the loop has to wait for something real."""
        if self._threads:
            return False
        self._woken = False
        now = self._world.now
        if timeout is not None:
            self._world.run_to(now + max(1, round(timeout * MICROSECONDS)), lambda: self._woken)
            return True
        while (moment := self._world.next_timer()) is not None and moment <= now + _LONGEST_WAIT:
            if self._world.run_to(moment, lambda: self._woken):
                return True
        if alone:
            raise Stuck(f"{self._quiet()}: {_waiting(self)}")
        return False

    def _quiet(self) -> str:
        if self._world.next_timer() is None:
            return f"at {self.time():.3f} s nothing more is going to happen"
        return f"nothing came in the {_LONGEST_WAIT // MICROSECONDS} s up to {self.time():.3f} s"


class _Selector(selectors.SelectSelector):
    """Looks at real files, and lets time pass instead of waiting for them.

    ``select(2)`` is everywhere; a loop of this kind has its own pipe to look at, and few files besides.
    """

    def __init__(self, pass_time: Callable[..., bool]) -> None:
        super().__init__()
        self._pass_time = pass_time

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if self._pass_time(timeout, alone=len(self.get_map()) <= 1):  # the loop's own pipe is one
            return []
        return super().select(None)


def _waiting(loop: asyncio.AbstractEventLoop) -> str:
    """Say where the tasks of a loop wait: the place in the test, and the innermost one."""
    places = [" in ".join(_places(task)) for task in asyncio.all_tasks(loop)]
    return "; ".join(f"{place} waits for what never comes" for place in sorted(filter(None, places))) or "nobody waits"


def _places(task: asyncio.Task[Any]) -> list[str]:
    frames: list[FrameType] = []
    coroutine: Any = task.get_coro()
    while isinstance(coroutine, CoroutineType) and coroutine.cr_frame is not None:
        frames.append(coroutine.cr_frame)
        coroutine = coroutine.cr_await
    ends = frames[:1] if len(frames) < 2 else [frames[-1], frames[0]]
    return [f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} ({frame.f_code.co_name})" for frame in ends]
