"""An event loop of asyncio that lives in a world's time: whoever waits there waits no time at all.

    loop: nothing is ready, its next timer in 3600 s ──► world: on to its next timer … until the loop is wanted,
                                                                or 3600 s have passed

``asyncio.sleep``, timeouts and whatever else asks ``loop.time()`` run as they do anywhere. While a thread of an
executor works, time stands still, for nobody knows how long it would take. Sockets, pipes and processes are refused:
each timeout would be over before they could answer. Who asks the loop again and again whether something has happened,
as in ``while not done: await asyncio.sleep(0)``, pays for that with time, or it would never happen.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import Context
from typing import Any, NoReturn, TypeVar, TypeVarTuple

from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.io.whereabouts import whereabouts
from modemtwin.world.world import World

__all__ = ["RealThing", "Stuck", "VirtualLoop"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_LONGEST_WAIT = seconds(7 * 86_400)
"""So long the world may go on by itself while nothing in the loop waits for a moment."""


_LONGEST_RUN = seconds(100 * 365 * 86_400)
"""So long a test may go on: who sleeps in a loop without an end would do so for ever."""

_TURNS = 10_000
"""So many turns of the loop may go by in which no time passes and no modem hears anything, before each one …"""

_TURN: Micros = 1000
"""… takes so long."""

_REAL = (
    *("create_connection", "create_server", "create_datagram_endpoint", "connect_accepted_socket", "start_tls"),
    *("create_unix_connection", "create_unix_server", "connect_read_pipe", "connect_write_pipe"),
    *("subprocess_exec", "subprocess_shell", "sendfile", "add_reader", "add_writer"),
    *("sock_accept", "sock_connect", "sock_recv", "sock_recv_into", "sock_recvfrom", "sock_recvfrom_into"),
    *("sock_sendall", "sock_sendfile", "sock_sendto"),
)
"""What asyncio does with the real world."""


class Stuck(RuntimeError):
    """Everything in the loop waits, and what it waits for never comes; ``places`` says where."""

    def __init__(self, what: str, places: str) -> None:
        super().__init__(f"{what}: {places}")
        self.places = places


class RealThing(RuntimeError):
    """A socket, a pipe or a process was wanted where time is virtual; the text says what to do instead."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs coroutines in the time of ``world``; its ``time()`` is the world's, in seconds since its beginning.

    :raises Stuck: out of ``run_until_complete``, when nothing is going to happen any more.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._woken = False
        self._threads = 0
        self._turns = 0
        self._stimuli = -1
        self._outcome: BaseException | None = None
        super().__init__(_Selector(self._pass_time, self._turn))
        # A timer is due within half a microsecond: asyncio's own nanosecond is lost in a float after some months.
        self._clock_resolution = 0.5 / MICROSECONDS

    def time(self) -> float:
        return self._world.now / MICROSECONDS

    def run_forever(self) -> None:
        """Whatever breaks in from outside, such as Ctrl-C or the time limit of a test, gets a note of where it came."""
        try:
            super().run_forever()
            if self._outcome is not None:
                raise self._outcome
        except BaseException as error:
            if not isinstance(error, Stuck):
                error.add_note(self.whereabouts())
            raise
        finally:
            self._outcome = None

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is None or isinstance(error, (Exception, asyncio.CancelledError)):
            super().call_exception_handler(context)
        else:  # the outcome of a test, which broke into a callback: it is no fault, and ends the run
            self._outcome = error
            self.stop()

    def whereabouts(self) -> str:
        """Say what time it is in the world, and where each task is."""
        return f"at {self.time():.3f} s of virtual time" + "".join(f"\n  {place}" for place in whereabouts(self))

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

    def _pass_time(self, timeout: float | None) -> bool:
        """Let the world run, and say whether that was all: False when the loop has to wait for a thread."""
        if self._threads:
            return False
        self._woken = False
        self._turns, self._stimuli = 0, -1
        now = self._world.now
        if now > _LONGEST_RUN:
            raise Stuck(f"{now // seconds(365 * 86_400)} years have passed, and it has not ended", self._places())
        if timeout is not None:
            self._world.run_to(now + max(1, round(timeout * MICROSECONDS)), lambda: self._woken)
            return True
        while (moment := self._world.next_timer()) is not None and moment <= now + _LONGEST_WAIT:
            if self._world.run_to(moment, lambda: self._woken):
                return True
        raise Stuck(self._quiet(), self._places())

    def _turn(self) -> None:
        """Something in the loop goes on at once: let it pay with time when that leads to nothing."""
        self._turns += 1
        if self._turns < _TURNS:
            return
        if self._turns % _TURNS == 0:
            heard = sum(modem.journal.total for modem in self._world.modems.values())
            if heard != self._stimuli:
                self._turns, self._stimuli = 0, heard
                return
        if not self._threads:
            self._world.run_to(self._world.now + _TURN, lambda: False)

    def _places(self) -> str:
        return "; ".join(f"{place} waits for what never comes" for place in whereabouts(self)) or "nobody waits"

    def _quiet(self) -> str:
        if self._world.next_timer() is None:
            return f"at {self.time():.3f} s nothing more is going to happen"
        return f"nothing came in the {_LONGEST_WAIT // MICROSECONDS} s up to {self.time():.3f} s"


def _refused(name: str) -> Callable[..., NoReturn]:
    def refuse(*_: object, **__: object) -> NoReturn:
        __tracebackhide__ = True
        raise RealThing(
            f"{name}: no real socket, pipe or process in virtual time, where each timeout would be over before it "
            "could answer; use it in a thread, for which time stands still (await asyncio.to_thread(…)), or run the "
            "test in real time, with the fixture modem_port"
        )

    return refuse


for _name in _REAL:
    setattr(VirtualLoop, _name, _refused(_name))


class _Selector(selectors.SelectSelector):
    """Lets time pass instead of waiting; the loop's own pipe, which threads and signals wake it by, is all it has."""

    def __init__(self, pass_time: Callable[[float | None], bool], turn: Callable[[], None]) -> None:
        super().__init__()
        self._pass_time = pass_time
        self._turn = turn

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is not None and timeout <= 0:
            self._turn()
            return ready
        return [] if self._pass_time(timeout) else super().select(None)
