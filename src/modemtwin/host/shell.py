"""The session on an event loop: bytes, time and callers meet it here, and nothing is decided.

callers ──run, stream──► Session ──Write──► Transport
                            ▲ ◄──── received, lost
                            └────── one timer
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.host.errors import PortClosed
from modemtwin.host.knowledge import Knowledge, Settings
from modemtwin.host.response import Received
from modemtwin.host.session import Done, Effect, Failed, Produced, Said, Session, Stray, Told, Write
from modemtwin.host.steps import Cancelled, Procedure
from modemtwin.host.transport import Transport
from modemtwin.host.urcs import Urc

__all__ = ["Call", "Shell", "Trace", "settled"]

T = TypeVar("T")
Trace = Callable[[str, bytes], None]

_STRAYS_KEPT = 256
_LEFT = "the connection is closed, for its block was left"


@dataclass(slots=True, eq=False)
class Call:
    """A procedure that somebody waits for; ``ended`` gets its result, or what the caller's own ``told`` raised."""

    number: int
    ended: asyncio.Future[Any]
    told: Callable[[str], None] | None
    produced: Callable[[Any], None] | None


async def settled(ends: Sequence[asyncio.Future[Any]]) -> None:
    """Wait until all of them are done, however often it is interrupted; then let the interruption pass.

    Whoever presses Ctrl-C twice is no less in the debt of the module; every end has a time limit of its own.
    """
    interrupted: asyncio.CancelledError | None = None
    while waiting := [end for end in ends if not end.done()]:
        try:
            await asyncio.wait(waiting)
        except asyncio.CancelledError as error:
            interrupted = error
    for end in ends:
        _forget_error(end)
    if interrupted is not None:
        raise interrupted


def _forget_error(end: asyncio.Future[Any]) -> None:
    """Whoever ended it does not care what of; asyncio would complain that nobody asked."""
    if end.done() and not end.cancelled():
        end.exception()


@dataclass(slots=True)
class _Lost:
    reason: str | None


class Shell:
    """``hear`` are called with every URC, ``mourn`` when the port has ended.
    ``strays`` are packets that nobody waited for, the oldest dropped first."""

    def __init__(self, transport: Transport, settings: Settings, trace: Trace | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._session = Session(settings)
        self._trace = trace
        self._calls: dict[int, Call] = {}
        self._inbox: deque[bytes | _Lost] = deque()
        self._busy = False
        self._leaving = self._over = False
        self._alarm: asyncio.TimerHandle | None = None
        self._armed: Micros = 0
        self.hear: list[Callable[[Urc], None]] = []
        self.mourn: list[Callable[[PortClosed], None]] = []
        self.strays: asyncio.Queue[Received | PortClosed] = asyncio.Queue(_STRAYS_KEPT)

    @property
    def known(self) -> Knowledge:
        """What is known of the module."""
        return self._session.known

    def open(self) -> None:
        """Begin to listen to the port."""
        self._transport.listen(self._received, self._lost)

    def close(self) -> None:
        """Close the port; whoever still waits, or calls from now on, is told so."""
        self._transport.close()
        self._lost(_LEFT)
        if self._alarm is not None:
            self._alarm.cancel()

    async def run(self, procedure: Procedure[T], told: Callable[[str], None] | None = None) -> T:
        """Run a procedure to its end. Cancelled, it cleans up on the module first."""
        call = self.start(procedure, told)
        try:
            result: T = await call.ended
        except BaseException:
            await self.stop(call)
            raise
        return result

    def start(
        self,
        procedure: Procedure[Any],
        told: Callable[[str], None] | None = None,
        produced: Callable[[Any], None] | None = None,
        *,
        last: bool = False,
    ) -> Call:
        """Start a procedure; ``produced`` is given its many results, and ``ended`` of what is returned its one.

        :raises PortClosed: the module is being left, and this is not the ``last`` that is to be done.
        """
        if self._leaving and not last:
            procedure.close()
            raise self._closed(_LEFT)
        number, effects = self._session.start(procedure, self._now())
        call = self._calls[number] = Call(number, self._loop.create_future(), told, produced)
        self._perform(effects)
        return call

    async def stop(self, call: Call) -> None:
        """Tell a procedure to end, and wait until it has cleaned up."""
        if call.number in self._calls:
            await settled([self._cancelled(call)])
        _forget_error(call.ended)

    async def stop_all(self) -> None:
        """Tell every procedure to end, and wait until all of them have: for those who wait, the port is closed."""
        self._leaving = True
        await settled([self._cancelled(call) for call in tuple(self._calls.values()) if call.number in self._calls])

    def drop(self, call: Call) -> None:
        """Tell a procedure to end that nobody waits for."""
        if call.number in self._calls:
            self._perform(self._session.cancel(call.number, self._now()))

    def _cancelled(self, call: Call) -> asyncio.Future[Any]:
        if call.ended.done():  # for the caller, not for the procedure, whose own end is waited for now
            call.ended = self._loop.create_future()
        ended = call.ended
        self._perform(self._session.cancel(call.number, self._now()))
        return ended

    def _now(self) -> Micros:
        return int(self._loop.time() * MICROSECONDS)

    def _received(self, data: bytes) -> None:
        self._inbox.append(data)
        if not self._busy:
            self._perform([])

    def _lost(self, reason: str | None) -> None:
        self._inbox.append(_Lost(reason))
        if not self._busy:
            self._perform([])

    def _perform(self, effects: list[Effect]) -> None:
        """Do what the session wants. A port that answers while it is written to waits in the inbox: no recursion."""
        if self._busy:
            self._late(effects)
            return
        self._busy = True
        try:
            while True:
                for effect in effects:
                    self._do(effect)
                if not self._inbox:
                    break
                effects = self._take(self._inbox.popleft())
        finally:
            self._busy = False
        self._arm()

    def _late(self, effects: list[Effect]) -> None:
        """Somebody who was called called back."""
        for effect in effects:
            self._do(effect)

    def _take(self, item: bytes | _Lost) -> list[Effect]:
        if isinstance(item, _Lost):
            return self._mourned(item)
        self._traced("rx", item)
        return self._session.receive(item, self._now())

    def _mourned(self, lost: _Lost) -> list[Effect]:
        if self._over:
            return []
        self._over = True
        error = self._closed(lost.reason)
        self._stray(error)
        for mourns in tuple(self.mourn):
            self._guarded(mourns, error)
        return self._session.lost(error, self._now())

    def _closed(self, reason: str | None) -> PortClosed:
        return PortClosed(self._transport.name, reason or "the port was closed at the other end")

    def _traced(self, direction: str, data: bytes) -> None:
        if self._trace is not None:
            self._guarded(self._trace, direction, data)

    def _guarded(self, callback: Callable[..., None], *arguments: object) -> None:
        """Call somebody back. What goes wrong there goes to the loop, and the dialogue with the module goes on."""
        try:
            callback(*arguments)
        except Exception as error:
            name = getattr(callback, "__qualname__", repr(callback))
            self._loop.call_exception_handler({"message": f"{name}, called by modemtwin, failed", "exception": error})

    def _do(self, effect: Effect) -> None:
        match effect:
            case Write(data):
                self._traced("tx", data)
                self._transport.write(data)
            case Done(number, result):
                call = self._calls.pop(number)
                if not call.ended.done():
                    call.ended.set_result(result)
            case Failed(number, error):
                self._fail(self._calls.pop(number), error)
            case Produced(number, item):
                call = self._calls[number]
                if call.produced is not None:
                    call.produced(item)
            case Told(number, text):
                self._told(self._calls[number], text)
            case Said(urc):
                for heard in tuple(self.hear):
                    self._guarded(heard, urc)
            case Stray(received):
                self._stray(received)

    def _told(self, call: Call, text: str) -> None:
        """Tell a caller; what goes wrong there ends the call."""
        if call.told is None or call.ended.done():
            return
        try:
            call.told(text)
        except Exception as error:
            call.ended.set_exception(error)

    def _stray(self, item: Received | PortClosed) -> None:
        if self.strays.full():
            self.strays.get_nowait()
        self.strays.put_nowait(item)

    def _fail(self, call: Call, error: Exception) -> None:
        if call.ended.done():
            return
        if isinstance(error, Cancelled) and self._leaving:
            call.ended.set_exception(self._closed(_LEFT))
        elif isinstance(error, Cancelled):
            call.ended.set_result(None)
        else:
            call.ended.set_exception(error)

    # ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _arm(self) -> None:
        """A timer that is set too early is left alone: most are for answers, which come long before."""
        moment = self._session.next_timer()
        if moment is None or (self._alarm is not None and self._armed <= moment):
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._armed = moment
        self._alarm = self._loop.call_at((moment + 1) / MICROSECONDS, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._perform(self._session.fire(self._now()))
