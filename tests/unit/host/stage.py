"""A driver and a virtual modem on one desk, with a server in the network, and a clock that jumps.

    Session ──bytes──► Station ──datagrams──► Peer
       ▲ ◄──bytes, through ``mangle``──┘ ◄────┘

Everything is pure and in memory, so a dialogue can be played a thousand times in a second or two.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from itertools import count
from random import Random
from typing import Any

from modemtwin.clockwork import Micros, earliest, seconds
from modemtwin.coap import events as coap
from modemtwin.host import contacting
from modemtwin.host.assembling import parse_url
from modemtwin.host.exchange import Question
from modemtwin.host.knowledge import Knowledge
from modemtwin.host.packet import Packet
from modemtwin.host.session import Done, Effect, Failed, Produced, Said, Session, Settings, Stray, Told, Write
from modemtwin.host.steps import Procedure
from modemtwin.host.urcs import Urc
from modemtwin.modem.doors import (
    DatagramRx,
    DatagramTx,
    PowerOn,
    Resolve,
    Resolved,
    SocketOpen,
    SocketOpened,
    Stimulus,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.modem.doors import Effect as ModemEffect
from modemtwin.world.peer import Peer
from modemtwin.world.scenario import Scenario, apply_settings
from modemtwin.world.station import build_station

Mangle = Callable[[bytes], Iterable[bytes]]

SERVER = ("192.0.2.1", 5683)
URL = "coap://192.0.2.1"
ADDRESS = "10.94.36.44"
_WAY = seconds(0.02)
_QUICK = ("cell.registration_delay=0", "cell.bearer_delay=0")
_LONGEST = seconds(1000)


class Stage:
    """``typed`` is what the driver wrote, ``heard`` what it read, ``connected`` how much of that until it was."""

    def __init__(
        self,
        *settings: str,
        profile: str = "sim7000",
        wanted: Settings | None = None,
        mangle: Mangle | None = None,
        silent: bool = False,
    ) -> None:
        self.now: Micros = 0
        self.typed = bytearray()
        self.heard = bytearray()
        self.connected = 0
        self.urcs: list[Urc] = []
        self.told: list[str] = []
        self.strays: list[Any] = []
        self.produced: dict[int, list[Any]] = {}
        self.ended: dict[int, Any] = {}
        self.session = Session(wanted or Settings())
        scenario = apply_settings(Scenario(profile=profile), [*_QUICK, *settings])
        self.station = build_station(scenario, seed=1)
        self.peer = Peer(Random(1))
        self.silent = silent
        self.mangle: Mangle = mangle or (lambda data: [data])
        self._coming: list[tuple[Micros, int, Stimulus | bytes | coap.Event]] = []
        self._order = count()
        self._port = 49152
        self._modem(self.station.handle(PowerOn(), 0))

    @property
    def known(self) -> Knowledge:
        return self.session.known

    # ── the caller ────────────────────────────────────────────────────────────────────────────────────────────────

    def start(self, procedure: Procedure[Any]) -> int:
        number, effects = self.session.start(procedure, self.now)
        self._driver(effects)
        return number

    def run(self, procedure: Procedure[Any]) -> Any:
        """Run a procedure to its end: its result, or the error that it failed with is raised."""
        return self.result(self.start(procedure))

    def result(self, number: int) -> Any:
        end = self.now + _LONGEST
        while number not in self.ended:
            assert self.step(end), "nothing ever happens any more"
        ended = self.ended[number]
        if isinstance(ended, Failed):
            raise ended.error
        return ended.result

    def cancel(self, number: int) -> None:
        self._driver(self.session.cancel(number, self.now))

    def connect(self) -> Stage:
        self.run(contacting.connect(self.known))
        self.connected = len(self.heard)
        return self

    def leave(self) -> None:
        self.run(contacting.leave(self.known))

    # ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def wait(self, span: float) -> None:
        end = self.now + seconds(span)
        while self.step(end):
            pass
        self.now = end

    def step(self, end: Micros) -> bool:
        """Let the next thing happen; False when there is none before the end."""
        coming = self._coming[0][0] if self._coming else None
        due = earliest(coming, self.session.next_timer(), self.station.next_timer(), self.peer.next_timer())
        if due is None or due > end:
            return False
        self.now = max(self.now, due)
        if coming is not None and coming <= self.now:
            self._happen(heapq.heappop(self._coming)[2])
        elif (timer := self.session.next_timer()) is not None and timer <= self.now:
            self._driver(self.session.fire(self.now))
        elif (timer := self.station.next_timer()) is not None and timer <= self.now:
            self._modem(self.station.handle(Tick(), self.now))
        else:
            self._server(self.peer.fire(self.now))
        return True

    # ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────

    def arrive(self, data: bytes) -> None:
        """A datagram of the server reaches the modem."""
        self._modem(self.station.handle(DatagramRx(SERVER, data), self.now))

    def modem(self, effects: list[ModemEffect]) -> None:
        """Take what the station did of itself."""
        self._modem(effects)

    def _later(self, span: Micros, what: Stimulus | bytes) -> None:
        heapq.heappush(self._coming, (self.now + span, next(self._order), what))

    def _happen(self, what: Any) -> None:
        match what:
            case bytes():
                self._driver(self.session.receive(what, self.now))
            case ("to the server", data):
                self._server(self.peer.receive(data, (ADDRESS, self._port), self.now))
            case _:
                self._modem(self.station.handle(what, self.now))

    def _driver(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Write(data):
                    self.typed += data
                    self._later(0, UartRx(data))
                case Done(number) | Failed(number):
                    self.ended[number] = effect
                case Produced(number, item):
                    self.produced.setdefault(number, []).append(item)
                case Told(_, text):
                    self.told.append(text)
                case Said(urc):
                    self.urcs.append(urc)
                case Stray(received):
                    self.strays.append(received)

    def _modem(self, effects: list[ModemEffect]) -> None:
        for effect in effects:
            match effect:
                case UartTx(data):
                    for piece in self.mangle(data):
                        self.heard += piece
                        self._later(0, piece)
                case DatagramTx(_, data):
                    if not self.silent:
                        self._later(_WAY, ("to the server", data))  # type: ignore[arg-type]
                case SocketOpen():
                    self._port += 1  # a server would take the mids of a new object for those of the old one
                    self._later(0, SocketOpened(self._port))
                case Resolve(name):
                    self._later(0, Resolved(name, () if name == "nowhere.invalid" else ("192.0.2.1",), "unknown"))
                case _:
                    pass

    def _server(self, events: list[coap.Event]) -> None:
        for event in events:
            if isinstance(event, coap.Transmit):
                self._later(_WAY, DatagramRx(SERVER, event.data))


def question(stage: Stage, url: str, code: int = 1, **fields: Any) -> Question:
    """What ``Module`` makes of a call."""
    place = parse_url(url)
    deadline = fields.pop("deadline", None)
    given = {"token": stage.known.token(), "uri_path": place.path, "uri_query": place.query} | fields
    return Question(Packet(code, **given), url, place, deadline)
