"""The same simulation on asyncio with a virtual clock, which is how most would write it: a peer for ``bench.world``.

    loop.time() ──► virtual seconds; select(timeout) does not wait, it moves the clock by the timeout

Station, server and path are those of the world, so what differs is only what carries them: a loop with handles,
futures and a coroutine for the TE, instead of a heap of timers with plain calls.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Mapping
from typing import Any

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.coap.events import Transmit
from modemtwin.modem.doors import (
    DatagramRx,
    DatagramTx,
    PowerOn,
    SocketOpen,
    SocketOpened,
    Stimulus,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.world.chance import chance
from modemtwin.world.net.fate import Lost
from modemtwin.world.net.path import Lane, Path
from modemtwin.world.net.path_keys import check_path
from modemtwin.world.peer.peer import Peer
from modemtwin.world.scenario.scenario import Scenario
from modemtwin.world.station import build_station

__all__ = ["VirtualLoop", "exchanges_on_asyncio", "rings_on_asyncio"]

_SERVER = ("192.0.2.1", 5683)
_MODEM = ("10.0.0.16", 49152)


class _NoWaiting(selectors.SelectSelector):
    """A selector that moves the clock instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        """Let the time pass at once."""
        self.now += timeout or 0.0
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next handle."""

    def __init__(self) -> None:
        self._virtual = _NoWaiting()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Virtual seconds."""
        return self._virtual.now


class _Simulation:
    """One modem, one server, one path."""

    def __init__(self, loop: VirtualLoop, path: Mapping[str, object]) -> None:
        self._loop = loop
        self._station = build_station(Scenario())
        self._peer = Peer(chance(0, "server"))
        self._path = Path(check_path(path), chance(0, "up"), chance(0, "down"))
        self._timers: dict[Any, asyncio.TimerHandle | None] = {}
        self._heard = bytearray()
        self._wanted: tuple[bytes, ...] = ()
        self._future: asyncio.Future[None] = loop.create_future()
        self.feed(PowerOn())

    @property
    def now(self) -> Micros:
        """Virtual microseconds."""
        return round(self._loop.time() * MICROSECONDS)

    def feed(self, stimulus: Stimulus) -> None:
        """Give the station a stimulus and do what it wants."""
        for effect in self._station.handle(stimulus, self.now):
            match effect:
                case UartTx(data):
                    self._hear(data)
                case DatagramTx(_, data):
                    self._carry(self._path.up, data, self._serve)
                case SocketOpen():
                    self._loop.call_soon(self.feed, SocketOpened(_MODEM[1]))
        self._arm(self._station, lambda: self.feed(Tick()))

    def _serve(self, data: bytes) -> None:
        self._answer(self._peer.receive(data, _MODEM, self.now))

    def _answer(self, events: list[Any]) -> None:
        for event in events:
            if isinstance(event, Transmit):
                self._carry(self._path.down, event.data, lambda data: self.feed(DatagramRx(_SERVER, data)))
        self._arm(self._peer, lambda: self._answer(self._peer.fire(self.now)))

    def _carry(self, way: Lane, data: bytes, arrive: Callable[[bytes], None]) -> None:
        outcome = way.handle(data, self.now)
        if not isinstance(outcome, Lost):
            for copy in outcome:
                self._loop.call_at(copy.at / MICROSECONDS, arrive, copy.data)

    def _arm(self, machine: Any, ring: Callable[[], None]) -> None:
        if (armed := self._timers.get(machine)) is not None:
            armed.cancel()
        due = machine.next_timer()
        self._timers[machine] = None if due is None else self._loop.call_at(due / MICROSECONDS, ring)

    # ── the TE ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _hear(self, data: bytes) -> None:
        self._heard += data
        if self._wanted and any(text in self._heard for text in self._wanted) and not self._future.done():
            self._future.set_result(None)

    async def ask(self, line: str) -> bytes:
        """Type a line; give the reply."""
        self._heard.clear()
        self._wanted = (b"\r\nOK\r\n", b"\r\nERROR\r\n")
        self._future = self._loop.create_future()
        self.feed(UartRx(line.encode() + b"\r"))
        await self._future
        return bytes(self._heard)

    async def wait(self, *texts: bytes) -> bytes:
        """Wait for one of these texts, two minutes at most."""
        self._wanted = texts
        if not any(text in self._heard for text in texts):
            self._future = self._loop.create_future()
            await asyncio.wait_for(self._future, 120)
        return bytes(self._heard)


def exchanges_on_asyncio(count: int, path: Mapping[str, object]) -> int:
    """Simulate so many exchanges; say how many were answered."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(_program(_Simulation(loop, path), count))
    finally:
        loop.close()


def rings_on_asyncio(rings: int) -> None:
    """Ring so many timers, each of which asks for the next."""
    loop = VirtualLoop()

    def ring(left: int) -> None:
        if left:
            loop.call_at(loop.time() + 0.15, ring, left - 1)
        else:
            loop.stop()

    loop.call_soon(ring, rings)
    loop.run_forever()
    loop.close()


async def _program(simulation: _Simulation, count: int) -> int:
    await simulation.ask("AT+CNACT=1")
    await simulation.wait(b"+APP PDP: ACTIVE")
    await simulation.ask("AT+CCOAPINIT")
    await simulation.ask('AT+CCOAPURL="coap://192.0.2.1"')
    answered = 0
    for _ in range(count):
        await simulation.ask('AT+CCOAPPARA=code,1,uri-path,0,"time"')
        begun = await simulation.ask("AT+CCOAPACTION")
        mid = int(begun.partition(b"+CCOAPACTION: 0,")[2].partition(b"\r")[0])
        if b"+CCOAPRECV: " in await simulation.wait(b"+CCOAPRECV: ", b"+CCOAPACTION: 2,"):
            await simulation.ask(f"AT+CCOAPHEAD={mid},1")
            await simulation.ask(f"AT+CCOAPREAD={mid}")
            answered += 1
    return answered
