"""A station, a CoAP server and a path of 0.3 s between them, in virtual time; the datagrams that are named are lost."""

from __future__ import annotations

import heapq
from collections.abc import Collection
from random import Random

from modemtwin.clockwork import earliest, seconds
from modemtwin.coap.conversation import Event, Transmit
from modemtwin.modem.doors import DatagramRx, DatagramTx, Effect, Stimulus, Tick
from modemtwin.world.journal.journal import Entry, parse_journal
from modemtwin.world.peer.peer import Peer
from tests.unit.world.dialogue import Dialogue

SERVER = ("198.51.100.9", 5683)
MODEM = ("10.94.36.44", 40001)


class FarEnd(Dialogue):
    """A ``Dialogue`` with somebody who answers. ``lost`` counts the datagrams of both directions from 1."""

    def __init__(self, *settings: str, lost: Collection[int] = ()) -> None:
        self._lost = lost
        self._count = 0
        self._on_the_way: list[tuple[int, int, bool, bytes]] = []
        self._peer = Peer(Random(5))
        super().__init__(*settings)
        self.make_ready(f"coap://{SERVER[0]}")

    @property
    def entries(self) -> list[Entry]:
        """The journal so far."""
        return parse_journal(self.written)[1]

    def ask(self, parameters: str, *, wait: float = 60.0) -> None:
        """Send a packet with these parameters and let time pass."""
        self.type(f"AT+CCOAPPARA={parameters}\r")
        self.type("AT+CCOAPACTION\r")
        self.pass_time(wait)

    def handle(self, stimulus: Stimulus) -> list[Effect]:
        effects = super().handle(stimulus)
        for effect in effects:
            if isinstance(effect, DatagramTx):
                self._send(effect.data, to_peer=True)
        return effects

    def pass_time(self, span: float) -> list[Effect]:
        end, effects = self.now + seconds(span), list[Effect]()
        while (due := self._next()) is not None and due <= end:
            self.now = max(self.now, due)
            effects += self._do()
        self.now = end
        return effects

    def _next(self) -> int | None:
        arrival = self._on_the_way[0][0] if self._on_the_way else None
        return earliest(self.station.next_timer(), arrival, self._peer.next_timer())

    def _do(self) -> list[Effect]:
        due = self.station.next_timer()
        if due is not None and due <= self.now:
            return self.handle(Tick())
        if self._on_the_way and self._on_the_way[0][0] <= self.now:
            _, _, to_peer, data = heapq.heappop(self._on_the_way)
            if not to_peer:
                return self.handle(DatagramRx(SERVER, data))
            self._answer(self._peer.receive(data, MODEM, self.now))
            return []
        self._answer(self._peer.fire(self.now))
        return []

    def _answer(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Transmit):
                self._send(event.data, to_peer=False)

    def _send(self, data: bytes, *, to_peer: bool) -> None:
        self._count += 1
        if self._count not in self._lost:
            heapq.heappush(self._on_the_way, (self.now + seconds(0.3), self._count, to_peer, data))
