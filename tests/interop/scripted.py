"""A virtual modem and a scripted peer in virtual time: the TE's side is a transcript, the peer's side a script.

    transcript ──► player ──► StationAndPeer ──► station
                                  ▲  │ datagrams, 10 ms each way
                                  └──┴──► scripted peer, on its doors

The player knows nothing of the peer: datagrams are not its business here. The modem's socket has one port, as with
``--coap-port``, whatever objects come and go.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from modemtwin.clockwork import Micros, earliest, seconds
from modemtwin.modem.doors import (
    Address,
    DatagramRx,
    DatagramTx,
    Effect,
    SocketClose,
    SocketOpened,
    Stimulus,
    Tick,
    UartTx,
)
from modemtwin.world.play.player import play
from modemtwin.world.scenario.scenario import Scenario
from modemtwin.world.script.parser import parse_script
from modemtwin.world.script.peer import Event, ScriptedPeer, Sent
from modemtwin.world.script.script import ANOTHER_ADDRESS, ANOTHER_PORT, Door
from modemtwin.world.station import Station, build_station
from modemtwin.world.transcripts.transcript import Difference, parse_transcript

SCRIPTS = Path(__file__).with_name("scripts")
DOORS: dict[Door, Address] = {
    "": ("192.0.2.1", 5683),
    ANOTHER_PORT: ("192.0.2.1", 5684),
    ANOTHER_ADDRESS: ("192.0.2.2", 5683),
}
MODEM: Address = ("10.94.36.44", 40001)
LATENCY = seconds(0.01)
LONGEST = seconds(1000)

_DOOR_AT = {address: door for door, address in DOORS.items()}


@dataclass
class Outcome:
    """How a play went: differences of either side, bytes to and from each door, the largest each table ever was."""

    te: list[Difference] = field(default_factory=list)
    peer: list[Difference] = field(default_factory=list)
    ended: bool = False
    to_door: Counter[Door] = field(default_factory=Counter)
    from_door: Counter[Door] = field(default_factory=Counter)
    largest: Counter[str] = field(default_factory=Counter)


class StationAndPeer(Station):
    """A station with its peer at the other end of the air."""

    def __init__(self, inner: Station, peer: ScriptedPeer, outcome: Outcome) -> None:
        super().__init__(inner.modem, inner.cell, routes=inner.routes, journal=inner.journal)
        self.peer = peer
        self.outcome = outcome
        self.now: Micros = 0
        self._in_the_air: list[tuple[Micros, int, Door, DatagramRx | DatagramTx]] = []
        self._order = count()
        self._open = self._started = False

    def handle(self, stimulus: Stimulus, now: Micros) -> list[Effect]:
        """As the station does; datagrams stay inside."""
        self.now = now
        if isinstance(stimulus, Tick):
            return self._tick_both(now)
        if isinstance(stimulus, SocketOpened):
            self._open = True
            stimulus = SocketOpened(MODEM[1])
        effects = self._kept(super().handle(stimulus, now), now)
        if self._open and not self._started:
            self._started = True
            self._say(self.peer.start(now), now)
        return effects

    def tick(self, now: Micros) -> list[Effect]:
        """Do what is due of either."""
        return self.handle(Tick(), now)

    def next_timer(self) -> Micros | None:
        """Say when either of the two, or the air between them, is due."""
        peer = self.peer.next_timer() if self._started else None
        return earliest(super().next_timer(), peer, self._in_the_air[0][0] if self._in_the_air else None)

    def run_on(self, now: Micros) -> None:
        """Let time pass until the script has ended. The TE must have heard everything by now."""
        end = now + LONGEST
        while not self.peer.ended and (due := self.next_timer()) is not None and due <= end:
            now = max(now, due)
            for effect in self._tick_both(now):
                assert not isinstance(effect, UartTx), f"the transcript says nothing of {effect}"

    def _tick_both(self, now: Micros) -> list[Effect]:
        effects: list[Effect] = []
        while self._in_the_air and self._in_the_air[0][0] <= now:
            _, _, door, datagram = heapq.heappop(self._in_the_air)
            if isinstance(datagram, DatagramRx):
                effects += self._kept(super().handle(datagram, now), now) if self._open else []
            else:
                self._say(self.peer.receive(datagram.data, MODEM, now, door=door), now)
        if (due_station := super().next_timer()) is not None and due_station <= now:
            effects += self._kept(super().handle(Tick(), now), now)
        if self._started and (due_peer := self.peer.next_timer()) is not None and due_peer <= now:
            self._say(self.peer.fire(now), now)
        return effects

    def _kept(self, effects: list[Effect], now: Micros) -> list[Effect]:
        outside: list[Effect] = []
        for effect in effects:
            match effect:
                case DatagramTx(destination, data):
                    door = _DOOR_AT[destination]
                    self.outcome.to_door[door] += len(data)
                    heapq.heappush(self._in_the_air, (now + LATENCY, next(self._order), door, effect))
                case SocketClose():
                    self._open = False
                    outside.append(effect)
                case _:
                    outside.append(effect)
        self._measure()
        return outside

    def _say(self, events: list[Event], now: Micros) -> None:
        for event in events:
            if isinstance(event, Sent) and event.destination == MODEM:
                self.outcome.from_door[event.door] += len(event.data)
                datagram = DatagramRx(DOORS[event.door], event.data)
                heapq.heappush(self._in_the_air, (now + LATENCY, next(self._order), event.door, datagram))

    def _measure(self) -> None:
        # The tables have no public way through the modem's skin, so a test of their bounds has to reach in.
        coap = self.modem._parts.coap  # type: ignore[attr-defined]
        if coap is not None:
            for what, size in coap._conversation.sizes().items():
                self.outcome.largest[what] = max(self.outcome.largest[what], size)


def converse(name: str) -> Outcome:
    """Play ``name.at`` against a fresh modem whose peer plays ``name.script``."""
    script = parse_script((SCRIPTS / f"{name}.script").read_text("utf-8"))
    transcript = parse_transcript((SCRIPTS / f"{name}.at").read_text("utf-8"))
    outcome = Outcome()
    built: list[StationAndPeer] = []

    def build(scenario: Scenario, seed: int) -> Station:
        built.append(StationAndPeer(build_station(scenario, seed=seed), ScriptedPeer(script), outcome))
        return built[-1]

    outcome.te = play(transcript, build)
    station = built[-1]
    station.run_on(station.now)
    outcome.peer, outcome.ended = station.peer.differences, station.peer.ended
    return outcome
