"""A world that runs by itself in real time, in a thread of its own, with one modem behind a real port.

    program under test ◄──► pty ◄──► thread: event loop ──► world, as far as the clock on the wall has come
    test ──handed(thing).method(…)──► thread, and waits for the result

Nothing of a world may be touched by two threads: ``handed`` gives a stand-in whose every use takes place in this one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from modemtwin.clockwork import MICROSECONDS
from modemtwin.io.byte_pipe import BytePipe
from modemtwin.world.world import World

__all__ = ["PacedWorld"]

T = TypeVar("T")

_LETS_TIME_PASS = ("run_for", "run_until", "run_until_idle", "run_to")


class PacedWorld:
    """Runs ``world``; ``type_`` gets what the TE writes to ``pipe``. What it fails of, ``stop`` raises."""

    def __init__(self, world: World, pipe: BytePipe, type_: Callable[[bytes], None]) -> None:
        self._world = world
        self._pipe = pipe
        self._type = type_
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="modemtwin world", daemon=True)
        self._began = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._failure: BaseException | None = None

    @property
    def address(self) -> str:
        """What a TE opens."""
        return self._pipe.address

    def start(self) -> None:
        """Open the port and let time pass; PortError when it cannot be had."""
        self._began = self._loop.time() - self._world.now / MICROSECONDS
        self._thread.start()
        try:
            self.call(self._open)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Let the world stand still for good, and give the port back."""
        if not self._thread.is_alive():
            return
        self.call(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if self._failure is not None:
            raise self._failure

    def write(self, data: bytes) -> None:
        """Write to the TE; to be called by the world."""
        self._pipe.write(data)

    def call(self, act: Callable[[], T]) -> T:
        """Do something in the world's thread, at what is now the time there, and give its result."""
        if threading.current_thread() is self._thread:
            return act()
        if not self._thread.is_alive():
            return act()  # nobody else is there any more
        done: Future[T] = Future()
        self._loop.call_soon_threadsafe(self._act, act, done)
        return done.result()

    def handed(self, thing: Any) -> Any:
        """Give a stand-in for something of the world: its methods and attributes, used in the world's thread."""
        return _Handed(thing, self.call)

    # ── in the thread ─────────────────────────────────────────────────────────────────────────────────────────────

    def _open(self) -> None:
        self._pipe.open(self._received, lambda _: None)
        self._go_on()

    def _close(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._failure = self._failure or _failed(self._catch_up)
        self._pipe.close()

    def _act(self, act: Callable[[], T], done: Future[T]) -> None:
        try:
            self._catch_up()
            done.set_result(act())
        except BaseException as error:
            done.set_exception(error)
        self._go_on()

    def _received(self, data: bytes) -> None:
        self._failure = self._failure or _failed(self._catch_up) or _failed(lambda: self._type(data))
        self._go_on()

    def _ring(self) -> None:
        self._failure = self._failure or _failed(self._catch_up)
        self._go_on()

    def _catch_up(self) -> None:
        """Let the world come to where the clock on the wall is."""
        now = int((self._loop.time() - self._began) * MICROSECONDS)
        if now > self._world.now:
            self._world.run_to(now, lambda: False)

    def _go_on(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        moment = self._world.next_timer()
        if moment is not None and self._failure is None:
            self._alarm = self._loop.call_at(self._began + (moment + 1) / MICROSECONDS, self._ring)


def _failed(act: Callable[[], object]) -> BaseException | None:
    try:
        act()
    except Exception as error:
        return error
    return None


class _Handed:
    """Stands for something that lives in another thread."""

    __slots__ = ("_call", "_thing")

    def __init__(self, thing: Any, call: Callable[[Callable[[], Any]], Any]) -> None:
        object.__setattr__(self, "_thing", thing)
        object.__setattr__(self, "_call", call)

    def __getattr__(self, name: str) -> Any:
        if name in _LETS_TIME_PASS and isinstance(self._thing, World):
            raise RuntimeError(f"world.{name}: behind a port the world runs by itself, in real time")
        value = self._call(lambda: getattr(self._thing, name))
        if not callable(value):
            return value
        return lambda *arguments, **named: self._call(lambda: value(*arguments, **named))

    def __setattr__(self, name: str, value: Any) -> None:
        self._call(lambda: setattr(self._thing, name, value))

    def __repr__(self) -> str:
        return f"{self._thing!r}"
