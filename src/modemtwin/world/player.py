"""Plays a transcript against a station, in virtual time: the clock stands still but where the transcript lets it run.

step ──► station ──► output: bytes, datagrams, bytes … in the order they came ──► compared with the next step
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import zip_longest
from typing import TypeAlias, assert_never

from modemtwin.clockwork import Micros, earliest, seconds
from modemtwin.modem.doors import (
    Address,
    BaudRate,
    DatagramRx,
    DatagramTx,
    Effect,
    LinesSet,
    Note,
    Ping,
    Pinged,
    PowerOff,
    PowerOn,
    Refused,
    Resolve,
    Resolved,
    SocketFailed,
    SocketOpen,
    SocketOpened,
    Stimulus,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.world.fault_table import check_fault
from modemtwin.world.output import Output
from modemtwin.world.route import parse_route
from modemtwin.world.scenario import Scenario, apply_settings, tailor
from modemtwin.world.schema import underscored
from modemtwin.world.station import Station, build_station
from modemtwin.world.transcript import (
    Arrive,
    Difference,
    Direct,
    Expect,
    ExpectRaw,
    Leave,
    Reason,
    Step,
    Transcript,
    TypeIn,
    Wait,
)

__all__ = ["Build", "play"]

Build: TypeAlias = Callable[[Scenario, int], Station]
"""Builds a station out of a scenario and a seed."""

_LONGEST_WAIT = seconds(600)
_SETTLING = seconds(5)
_READY_URL = "coap://192.0.2.1"


def _fresh(scenario: Scenario, seed: int) -> Station:
    return build_station(scenario, seed=seed)


def play(transcript: Transcript, build: Build = _fresh) -> list[Difference]:
    """Play a transcript against a fresh station; say where they part, in order. An empty list: nowhere."""
    player = _Player(build)
    for step, following in zip_longest(transcript.steps, transcript.steps[1:]):
        player.take(step, following)
    player.end(transcript.steps[-1].line if transcript.steps else 1)
    return player.differences


class _Player:
    """A TE, a network and a clock, all of them as the transcript says."""

    def __init__(self, build: Build) -> None:
        self.differences: list[Difference] = []
        self._build = build
        self._scenario = Scenario()
        self._seed = 0
        self._cold = False
        self._station: Station | None = None
        self._now: Micros = 0
        self._output = Output()
        self._reasons: list[str] = []
        self._peer: Address | None = None
        self._port = 40000
        self._names: dict[str, str] = {}
        self._ping: int | None = None
        self._coming: list[tuple[Micros, Stimulus]] = []

    @property
    def station(self) -> Station:
        """The station, switched on when it was not."""
        return self._station or self._start()

    def _start(self) -> Station:
        if self._station is None:
            self._station = self._build(self._scenario, self._seed)
            self._handle(PowerOn())
            if not self._cold:
                self._pass(_SETTLING + seconds(self._scenario.cell.registration_delay))
                self._output.clear()
        return self._station

    # ── steps

    def take(self, step: Step, following: Step | None) -> None:
        """Take one step; ``following`` helps to tell a missing line from a wrong one."""
        if not isinstance(step, Direct):
            self._start()
        match step:
            case TypeIn(line, data):
                self._nothing_left(line)
                self._reasons.clear()
                self._type(data)
            case Expect(line, data):
                self._expect(line, data, following)
            case ExpectRaw(line, data):
                got = self._output.take_raw(len(data))
                if got != data:
                    self._differ(line, _shown(data), _shown(got) if got else self._what_is_next())
            case Leave(line):
                self._expect(line, step, following)
            case Arrive(line, source, data):
                self._nothing_left(line)
                self._arrive(line, source or self._peer, data)
            case Wait(line, span):
                self._nothing_left(line)
                self._wait(line, span)
            case Reason(line, text):
                if not any(text in reason for reason in self._reasons):
                    self._differ(line, f"a reason with {text!r} in it", " and ".join(self._reasons) or "none")
            case Direct(line, words):
                try:
                    self._direct(line, words)
                except ValueError as error:
                    self._differ(line, " ".join(words), str(error))
            case unreachable:
                assert_never(unreachable)

    def end(self, line: int) -> None:
        """Nothing may be left unsaid."""
        self._nothing_left(line + 1)

    def _expect(self, line: int, wanted: bytes | Leave, following: Step | None) -> None:
        """Compare with what comes next; what was skipped, or is missing, is a difference."""
        shown = _shown_wanted(wanted, self._output.next())
        ahead = self._output.copy()
        skipped: list[str] = []
        while (item := ahead.take(_text(wanted))) is not None:
            if _fits(wanted, item):
                if skipped:
                    self._differ(line, shown, f"{', '.join(skipped)} before it")
                self._output = ahead
                return
            skipped.append(_shown(item))
        self._differ(line, shown, self._what_is_next())
        if not (isinstance(following, Expect | Leave) and self._is_next(following)):
            self._output.take()

    def _is_next(self, step: Expect | Leave) -> bool:
        wanted = step.data if isinstance(step, Expect) else step
        item = self._output.next(_text(wanted))
        return item is not None and _fits(wanted, item)

    def _nothing_left(self, line: int) -> None:
        left: list[str] = []
        while (item := self._output.take()) is not None:
            left.append(_shown(item))
        if left:
            self._differ(line, "nothing more before this line", ", ".join(left))

    def _what_is_next(self) -> str:
        item = self._output.next()
        return "nothing" if item is None else _shown(item)

    def _differ(self, line: int, expected: str, got: str) -> None:
        self.differences.append(Difference(line, expected, got))

    # ── what happens

    def _type(self, data: bytes) -> None:
        self._output.type(data)
        self._handle(UartRx(data))

    def _arrive(self, line: int, source: Address | None, data: bytes) -> None:
        if source is None:
            self._differ(line, "a peer to come from", "none: nothing was sent yet; write <= from HOST:PORT")
        else:
            self._handle(DatagramRx(source, data))

    def _wait(self, line: int, span: Micros | None) -> None:
        if span is not None:
            self._pass(span)
            return
        end = self._now + _LONGEST_WAIT
        while self._output.next() is None:
            due = self._next_timer()
            if due is None or due > end:
                self._differ(line, "the modem to say something", "nothing within 600 s")
                return
            self._now = max(self._now, due)
            self._run_due()

    def _pass(self, span: Micros) -> None:
        end = self._now + span
        while (due := self._next_timer()) is not None and due <= end:
            self._now = max(self._now, due)
            self._run_due()
        self._now = end

    def _next_timer(self) -> Micros | None:
        return earliest(self.station.next_timer(), *(when for when, _ in self._coming))

    def _run_due(self) -> None:
        for coming in [each for each in self._coming if each[0] <= self._now]:
            self._coming.remove(coming)
            self._meet(self.station.handle(coming[1], self._now))
        for _ in range(1000):
            due = self.station.next_timer()
            if due is None or due > self._now:
                return
            self._meet(self.station.handle(Tick(), self._now))
        raise AssertionError(f"the station's timer at {self._now} µs never comes to rest")

    def _handle(self, stimulus: Stimulus) -> None:
        self._meet(self.station.handle(stimulus, self._now))
        self._run_due()

    def _meet(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case UartTx(data):
                    self._output.add(data)
                case DatagramTx(destination):
                    self._peer = destination
                    self._output.add(effect)
                case Refused(_, _, reason) | Note(reason):
                    self._reasons.append(reason)
                case PowerOff():
                    self._reasons.append("the modem has switched itself off")
                case BaudRate(rate):
                    self._reasons.append(f"the UART runs at {rate} baud")
                case _:
                    self._answer(effect)

    def _answer(self, effect: Effect) -> None:
        """Do what the outer ring does: sockets, names, pings."""
        match effect:
            case SocketOpen(avoid):
                self._port += 1
                while self._port in avoid:
                    self._port += 1
                self._meet(self.station.handle(SocketOpened(self._port), self._now))
            case Resolve(name):
                address = self._names.get(name.lower(), "")
                reason = "" if address else "no such name"
                addresses = (address,) if address else ()
                self._meet(self.station.handle(Resolved(name, addresses, reason), self._now))
            case Ping(address, sequence, _, timeout):
                wait = timeout if self._ping is None else self._ping * 1000
                self._coming.append((self._now + wait, Pinged(sequence, address, self._ping)))
            case _:
                pass

    # ── directives

    def _direct(self, line: int, words: tuple[str, ...]) -> None:
        first, *rest = words
        match first:
            case "profile" | "quirk" | "set" | "card" | "route" | "seed" | "cold":
                self._set_up(first, rest)
            case "cell" if self._station is None:
                self._set_up(first, rest)
            case "name":
                for name, _, address in (word.partition("=") for word in rest):
                    self._names[name.lower()] = address
            case "ping":
                self._ping = int(rest[0]) if rest and rest[0].isdigit() else None
            case "ready":
                self._make_ready(line, rest[0] if rest else _READY_URL)
            case "afresh":
                self._nothing_left(line)
                self._station, self._output, self._peer = None, Output(), None
                self._coming.clear()
            case _:
                self._nothing_left(line)
                self._reasons.clear()
                self._change(words)

    def _set_up(self, first: str, rest: list[str]) -> None:
        if self._station is not None:
            raise ValueError("this stands before the first line of the dialogue")
        match first:
            case "profile" | "quirk":
                prefix = {"profile": "modem.profile=", "quirk": "quirks."}[first]
                self._scenario = apply_settings(self._scenario, [prefix + word for word in rest])
            case "set":
                self._scenario = apply_settings(self._scenario, rest)
                if self._scenario.path is not None:
                    raise ValueError("a transcript has no path: what it says is all that the network does")
                if self._scenario.uart.pace:
                    raise ValueError("a transcript has no rate: only what it says lets time pass")
            case "card" | "cell":
                self._scenario = apply_settings(self._scenario, [f"{first}.{word}" for word in rest])
            case "route":
                routes = (*self._scenario.routes, *map(parse_route, rest))
                self._scenario = replace(self._scenario, routes=routes)
            case "seed":
                self._seed = int("".join(rest))
            case _:
                self._cold = True

    def _change(self, words: tuple[str, ...]) -> None:
        station, now = self.station, self._now
        match words:
            case ("cell", *settings):
                # Only the keys that are named change: a scenario reads them as it would from --set.
                changed = apply_settings(Scenario(), [f"cell.{word}" for word in settings]).cell
                keys = [underscored(word.partition("=")[0]) for word in settings]
                self._meet(station.change(now, **{key: getattr(changed, key) for key in keys}))
            case ("drop", "bearer", *reason):
                self._meet(station.drop_bearer(now, " ".join(reason) or "the network dropped the bearer"))
            case ("insert", "card", *settings):
                card = apply_settings(self._scenario, [f"card.{word}" for word in settings]).card
                self._meet(station.insert_card(card, now))
            case ("remove", "card"):
                self._meet(station.remove_card(now))
            case ("socket", "fails", *reason):
                self._meet(station.handle(SocketFailed(" ".join(reason) or "the socket failed"), now))
            case ("dtr", "on" | "off" as dtr):
                self._meet(station.handle(LinesSet(dtr=dtr == "on", rts=True), now))
            case ("fault", *keys):
                station.arm(check_fault(dict(key.partition("=")[::2] for key in keys), typed=True), now)
            case ("power", "on"):
                self._meet(station.handle(PowerOn(), now))
            case _:
                raise ValueError(f'"{" ".join(words)}" is no directive as the format has it')
        self._run_due()

    def _make_ready(self, line: int, url: str) -> None:
        self._start()
        self._nothing_left(line)
        dialect = tailor(self._scenario.profile, self._scenario.overrides).dialect
        self._type(b"AT+CNACT=0,1\r" if dialect == "sim7080" else b"AT+CNACT=1\r")
        self._pass(_SETTLING + seconds(self._scenario.cell.bearer_delay))
        self._type(b"AT+CCOAPINIT\r")
        self._type(f'AT+CCOAPURL="{url}"\r'.encode())
        said: list[bytes | DatagramTx] = []
        while (item := self._output.take()) is not None:
            said.append(item)
        active = b"+APP PDP: 0,ACTIVE" if dialect == "sim7080" else b"+APP PDP: ACTIVE"
        if said != [b"OK", active, b"OK", b"OK"]:
            self._differ(line, "a modem that gets ready", ", ".join(map(_shown, said)))


def _text(wanted: bytes | Leave) -> bytes | None:
    return wanted if isinstance(wanted, bytes) else None


def _fits(wanted: bytes | Leave, item: bytes | DatagramTx) -> bool:
    if isinstance(wanted, bytes) or isinstance(item, bytes):
        return wanted == item
    if wanted.destination is not None and wanted.destination != item.destination:
        return False
    pairs = zip(wanted.pattern, item.data, strict=False)
    return len(wanted.pattern) == len(item.data) and all(one is None or one == other for one, other in pairs)


def _shown(item: bytes | DatagramTx) -> str:
    if isinstance(item, bytes):
        return repr(item.decode("latin-1"))
    return f"=> to {item.destination[0]}:{item.destination[1]} {item.data.hex()}"


def _shown_wanted(wanted: bytes | Leave, came: bytes | DatagramTx | None) -> str:
    """Show what a step expects beside what came: where any address will do, with that of the datagram that came."""
    if isinstance(wanted, bytes):
        return _shown(wanted)
    address = wanted.destination or (came.destination if isinstance(came, DatagramTx) else None)
    to = f"to {address[0]}:{address[1]} " if address else ""
    return f"=> {to}" + "".join(".." if byte is None else f"{byte:02x}" for byte in wanted.pattern)
