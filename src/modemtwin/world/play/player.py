"""Plays a transcript against a station, in virtual time: the clock stands still but where the transcript lets it run.

step ──► scene ──► output: bytes, datagrams, bytes … in the order they came ──► compared with the next step
"""

from __future__ import annotations

from itertools import zip_longest
from typing import assert_never

from modemtwin.clockwork import Micros, seconds
from modemtwin.modem.doors import Address, DatagramTx
from modemtwin.world.net.route import Routes
from modemtwin.world.play.scene import Build, Scene
from modemtwin.world.scenario.scenario import Scenario
from modemtwin.world.station import Station, build_station
from modemtwin.world.transcripts.transcript import (
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

__all__ = ["fresh", "play"]

_USUAL = Scenario()
_LONGEST_WAIT = seconds(600)
_READY_URL = "coap://192.0.2.1"
_BEARER = {
    "sim7000": (b"AT+CNACT=1\r", b"+APP PDP: ACTIVE"),
    "sim7080": (b"AT+CNACT=0,1\r", b"+APP PDP: 0,ACTIVE"),
}
"""How each dialect opens a bearer, and how it says that it has."""


def fresh(scenario: Scenario, seed: int) -> Station:
    """Build a station to play against: nothing is carried, so a name that something is routed to may be anywhere."""
    return build_station(scenario, seed=seed, resolved=dict.fromkeys(Routes.names(scenario.routes), "127.0.0.1"))


def play(transcript: Transcript, build: Build = fresh, scenario: Scenario = _USUAL) -> list[Difference]:
    """Play a transcript against a fresh station; say where they part, in order. An empty list: nowhere.

    The set-up of the transcript changes ``scenario``. ValueError when that has a path, or a UART with a rate.
    """
    player = _Player(build, scenario)
    for step, following in zip_longest(transcript.steps, transcript.steps[1:]):
        player.take(step, following)
    player.end(transcript.steps[-1].line if transcript.steps else 1)
    return player.differences


class _Player:
    """The TE's half: it does what the steps say, and compares what the modem says with them."""

    def __init__(self, build: Build, scenario: Scenario) -> None:
        self.differences: list[Difference] = []
        self._scene = Scene(build, scenario)

    def take(self, step: Step, following: Step | None) -> None:
        """Take one step; ``following`` helps to tell a missing line from a wrong one."""
        if not isinstance(step, Direct):
            self._scene.begin()
        match step:
            case TypeIn(line, data):
                self._nothing_left(line)
                self._scene.reasons.clear()
                self._scene.type_(data)
            case Expect(line, data):
                self._expect(line, data, following)
            case ExpectRaw(line, data):
                got = self._scene.output.take_raw(len(data))
                if got != data:
                    self._differ(line, _shown(data), _shown(got) if got else self._what_is_next())
            case Leave(line):
                self._expect(line, step, following)
            case Arrive(line, source, data):
                self._nothing_left(line)
                self._arrive(line, source or self._scene.peer, data)
            case Wait(line, span):
                self._nothing_left(line)
                self._wait(line, span)
            case Reason(line, text):
                if not any(text in reason for reason in self._scene.reasons):
                    self._differ(line, f"a reason with {text!r} in it", " and ".join(self._scene.reasons) or "none")
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
        shown = _shown_wanted(wanted, self._scene.output.next())
        ahead = self._scene.output.copy()
        skipped: list[str] = []
        while (item := ahead.take(_text(wanted))) is not None:
            if _fits(wanted, item):
                if skipped:
                    self._differ(line, shown, f"{', '.join(skipped)} before it")
                self._scene.output = ahead
                return
            skipped.append(_shown(item))
        self._differ(line, shown, self._what_is_next())
        if not (isinstance(following, Expect | Leave) and self._is_next(following)):
            self._scene.output.take()

    def _is_next(self, step: Expect | Leave) -> bool:
        wanted = step.data if isinstance(step, Expect) else step
        item = self._scene.output.next(_text(wanted))
        return item is not None and _fits(wanted, item)

    def _nothing_left(self, line: int) -> None:
        left: list[str] = []
        while (item := self._scene.output.take()) is not None:
            left.append(_shown(item))
        if left:
            self._differ(line, "nothing more before this line", ", ".join(left))

    def _what_is_next(self) -> str:
        item = self._scene.output.next()
        return "nothing" if item is None else _shown(item)

    def _differ(self, line: int, expected: str, got: str) -> None:
        self.differences.append(Difference(line, expected, got))

    def _arrive(self, line: int, source: Address | None, data: bytes) -> None:
        if source is None:
            self._differ(line, "a peer to come from", "none: nothing was sent yet; write <= from HOST:PORT")
        else:
            self._scene.arrive(source, data)

    def _wait(self, line: int, span: Micros | None) -> None:
        if span is not None:
            self._scene.pass_(span)
        elif not self._scene.wait(_LONGEST_WAIT):
            self._differ(line, "the modem to say something", "nothing within 600 s")

    # ── directives ────────────────────────────────────────────────────────────────────────────────────────────────

    def _direct(self, line: int, words: tuple[str, ...]) -> None:
        first, *rest = words
        match first:
            case "profile" | "quirk" | "set" | "card" | "route" | "seed" | "cold":
                self._scene.set_up(first, rest)
            case "cell" if not self._scene.has_begun:
                self._scene.set_up(first, rest)
            case "name":
                for name, _, address in (word.partition("=") for word in rest):
                    self._scene.names[name.lower()] = address
            case "ping":
                self._scene.ping = int(rest[0]) if rest and rest[0].isdigit() else None
            case "ready":
                self._make_ready(line, rest[0] if rest else _READY_URL)
            case "afresh":
                self._nothing_left(line)
                self._scene.begin_afresh()
            case _:
                self._nothing_left(line)
                self._scene.reasons.clear()
                self._scene.change(words)

    def _make_ready(self, line: int, url: str) -> None:
        scene = self._scene
        scene.begin()
        self._nothing_left(line)
        open_bearer, active = _BEARER[scene.dialect]
        scene.type_(open_bearer)
        scene.settle()
        scene.type_(b"AT+CCOAPINIT\r")
        scene.type_(f'AT+CCOAPURL="{url}"\r'.encode())
        said: list[bytes | DatagramTx] = []
        while (item := scene.output.take()) is not None:
            said.append(item)
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
