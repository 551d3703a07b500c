"""A ``Transport`` with a virtual modem behind it, and a server behind that, on the running event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Any

from modemtwin.clockwork import MICROSECONDS, Micros, earliest
from modemtwin.coap import events as coap
from modemtwin.host.transport import Lost, Received
from modemtwin.modem.doors import (
    DatagramRx,
    DatagramTx,
    Effect,
    PowerOn,
    SocketOpen,
    SocketOpened,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.world.peer.peer import Peer
from modemtwin.world.scenario.scenario import Scenario, apply_settings
from modemtwin.world.station import build_station

SERVER = ("192.0.2.1", 5683)
TE = ("10.94.36.44", 49152)
QUICK = ("cell.registration_delay=0", "cell.bearer_delay=0")


class MemoryPort:
    """``typed`` is what the driver wrote. ``pull`` unplugs it."""

    name = "memory"

    def __init__(self, *settings: str, hints: Mapping[str, object] | None = None) -> None:
        self.hints: Mapping[str, object] = hints or {}
        self.typed = bytearray()
        self.closed = False
        self.station = build_station(apply_settings(Scenario(), [*QUICK, *settings]), seed=1)
        self.peer = Peer(Random(1))
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._perform(self.station.handle(PowerOn(), self._now()))

    def listen(self, received: Received, lost: Lost) -> None:
        self._received, self._lost = received, lost

    def write(self, data: bytes) -> None:
        self.typed += data
        self._loop.call_soon(self._hear, UartRx(data))

    def close(self) -> None:
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()

    def pull(self) -> None:
        self._lost("unplugged")

    def ask(self, data: bytes) -> None:
        """A datagram of the server reaches the modem."""
        self._hear(DatagramRx(SERVER, data))

    def _now(self) -> Micros:
        return int(self._loop.time() * MICROSECONDS)

    def _hear(self, stimulus: Any) -> None:
        if not self.closed:
            self._perform(self.station.handle(stimulus, self._now()))

    def _serve(self, events: list[coap.Event]) -> None:
        for event in events:
            if isinstance(event, coap.Transmit):
                self._loop.call_soon(self._hear, DatagramRx(SERVER, event.data))

    def _perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case UartTx(data):
                    self._loop.call_soon(self._say, data)
                case DatagramTx(_, data):
                    self._serve(self.peer.receive(data, TE, self._now()))
                case SocketOpen():
                    self._loop.call_soon(self._hear, SocketOpened(TE[1]))
        self._arm()

    def _say(self, data: bytes) -> None:
        if not self.closed:
            self._received(data)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = earliest(self.station.next_timer(), self.peer.next_timer())
        if due is not None:
            self._timer = self._loop.call_at((due + 1) / MICROSECONDS, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self.closed:
            return
        now = self._now()
        self._serve(self.peer.fire(now))
        due = self.station.next_timer()
        self._perform(self.station.handle(Tick(), now) if due is not None and due <= now else [])
