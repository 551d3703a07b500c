"""A virtual module with a CoAP server behind it, in virtual time: where dialogues are played to know what to expect.

steps ──Ask──► te ──► station ══ datagrams ══► 192.0.2.1  a server, as ``modemtwin serve`` is
  ▲  ◄──Answer──┘  ◄──┘          nothing  ◄══ 192.0.2.2  a mute one
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import count
from random import Random
from typing import TypeVar

from modemtwin.clockwork import Micros, earliest, seconds
from modemtwin.coap.events import Transmit
from modemtwin.modem.doors import (
    Address,
    DatagramRx,
    DatagramTx,
    Effect,
    PowerOn,
    SocketOpen,
    SocketOpened,
    Stimulus,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.world.conformance.exchange import Steps
from modemtwin.world.conformance.te import Answer, Ask, Te
from modemtwin.world.peer import Peer
from modemtwin.world.scenario import Scenario
from modemtwin.world.station import Station, build_station

__all__ = ["SERVER", "Stage"]

T = TypeVar("T")

SERVER: Address = ("192.0.2.1", 5683)
_HOME = "192.0.2.77"
_FIRST_PORT = 40000
_TRIP = seconds(0.02)
_SETTLING = seconds(5)


class Stage:
    """One module, switched on and registered; ``run`` runs the steps of a TE to their end at once."""

    def __init__(self, scenario: Scenario, *, seed: int = 0) -> None:
        self._station: Station = build_station(scenario, seed=seed)
        self._peer = Peer(Random(f"peer {seed}"))
        self._te = Te()
        self._now: Micros = 0
        self._answer: Answer | None = None
        self._coming: list[tuple[Micros, int, Address | None, bytes]] = []
        self._order = count()
        self._port = _FIRST_PORT
        self._handle(PowerOn())
        self._pass(_SETTLING + seconds(scenario.cell.registration_delay))

    def run(self, steps: Steps[T]) -> T:
        """Run steps to their end; whatever they raise is raised."""
        try:
            ask = next(steps)
            while True:
                ask = steps.send(self._put(ask))
        except StopIteration as end:
            result: T = end.value
            return result

    def _put(self, ask: Ask) -> Answer:
        if typed := self._te.ask(ask, self._now):
            self._handle(UartRx(typed))
        while (answer := self._taken()) is None:
            due = earliest(self._te.next_timer(), self._next_timer())
            assert due is not None, "a question under way has a deadline"
            self._pass(max(0, due - self._now))
        return answer

    def _taken(self) -> Answer | None:
        answer, self._answer = self._answer, None
        return answer

    def _next_timer(self) -> Micros | None:
        return earliest(
            self._station.next_timer(), self._peer.next_timer(), self._coming[0][0] if self._coming else None
        )

    def _pass(self, span: Micros) -> None:
        end = self._now + span
        while (due := self._next_timer()) is not None and due <= end and self._answer is None:
            self._now = max(self._now, due)
            self._run_due()
        if self._answer is None:
            self._now = end
            self._answer = self._te.fire(self._now)

    def _run_due(self) -> None:
        while self._coming and self._coming[0][0] <= self._now:
            _, _, source, data = heapq.heappop(self._coming)
            if source is None:
                self._handle(DatagramRx(SERVER, data))
            else:
                self._send_back(self._peer.receive(data, source, self._now))
        if _is_due(self._peer.next_timer(), self._now):
            self._send_back(self._peer.fire(self._now))
        if _is_due(self._station.next_timer(), self._now):
            self._handle(Tick())

    def _send_back(self, events: Sequence[object]) -> None:
        for event in events:
            if isinstance(event, Transmit) and event.destination == (_HOME, self._port):  # not an object of before
                self._carry(None, event.data)

    def _carry(self, source: Address | None, data: bytes) -> None:
        """Let a datagram travel: from this address to the server, or, with None, from the server to the module."""
        heapq.heappush(self._coming, (self._now + _TRIP, next(self._order), source, data))

    def _handle(self, stimulus: Stimulus) -> None:
        for effect in self._station.handle(stimulus, self._now):
            self._meet(effect)

    def _meet(self, effect: Effect) -> None:
        match effect:
            case UartTx(data):
                self._answer = self._te.hear(data, self._now) or self._answer
            case DatagramTx(destination, data) if destination == SERVER:
                self._carry((_HOME, self._port), data)
            case SocketOpen(avoid):
                self._port += 1
                while self._port in avoid:
                    self._port += 1
                self._handle(SocketOpened(self._port))
            case _:
                pass


def _is_due(moment: Micros | None, now: Micros) -> bool:
    return moment is not None and moment <= now
