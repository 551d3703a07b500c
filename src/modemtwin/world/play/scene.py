"""What a transcript is played against: a modem whose clock stands, and a network that does only what it is told.

    set_up ──► scenario ──► station ─┐
    type_, arrive, change, pass_ ──► modem ──► output: bytes, datagrams, bytes … in the order they came
                                          └──► reasons: why something was refused, and notes

Nothing carries a datagram here: what leaves is compared, and what arrives stands in the transcript.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from modemtwin.clockwork import Micros, seconds
from modemtwin.modem.doors import (
    Address,
    BaudRate,
    DatagramRx,
    DatagramTx,
    Effect,
    Note,
    PowerOff,
    Refused,
    SocketFailed,
    UartTx,
)
from modemtwin.modem.profile import tailor
from modemtwin.world.chance import Late
from modemtwin.world.fault.table import parse_fault
from modemtwin.world.mobile import Mobile
from modemtwin.world.net.net import Host, Net
from modemtwin.world.net.path import PERFECT, Path
from modemtwin.world.net.route import parse_route
from modemtwin.world.play.output import Output
from modemtwin.world.scenario.scenario import Scenario, apply_settings
from modemtwin.world.schema import underscored
from modemtwin.world.station import Station
from modemtwin.world.timers import Timers

__all__ = ["Build", "Scene"]

Build: TypeAlias = Callable[[Scenario, int], Station]
"""Builds a station out of a scenario and a seed."""

_USUAL = Scenario()

_SETTLING = seconds(5)
"""How long a modem is left alone, besides the delays of its cell, until what it does by itself is done."""


class Scene:
    """One modem at a time, of one set-up. ``output`` is what it said, ``reasons`` why, ``peer`` where it sent to last.

    ``names`` gives an IP address for each host name, in lower case; ``ping`` is how many milliseconds one takes, None
    for ever. ``scenario`` is what the set-up changes; ValueError when time would pass in it by itself.
    """

    def __init__(self, build: Build, scenario: Scenario = _USUAL) -> None:
        self.output = Output()
        self.reasons: list[str] = []
        self.peer: Address | None = None
        self.names: dict[str, str] = {}
        self.ping: int | None = None
        self._build = build
        self._scenario = _without_time(scenario)
        self._seed = 0
        self._cold = False
        self._timers = Timers()
        self._modem: Mobile | None = None

    @property
    def has_begun(self) -> bool:
        """Whether there is a modem: from then on nothing can be set up."""
        return self._modem is not None

    @property
    def dialect(self) -> str:
        """The dialect of the modem: ``sim7000``, ``sim7080``."""
        return tailor(self._scenario.profile, self._scenario.overrides).dialect

    def begin(self) -> Mobile:
        """Switch the modem on, when it was not; but for a cold start it has registered then, and was heard out."""
        if self._modem is None:
            station = self._build(self._scenario, self._seed)
            self._timers = Timers()
            net, path = _Network(self._timers, self), Path(PERFECT, Late(0), Late(0))
            self._modem = Mobile("modem", station, path, None, timers=self._timers, net=net)
            self._modem.on_effect = self._heard
            self._modem.power_on()
            self._run_due()
            if not self._cold:
                self.settle(self._scenario.cell.registration_delay)
                self.output.clear()
        return self._modem

    def begin_afresh(self) -> None:
        """Put the modem away; the next one is of the same set-up."""
        self._modem, self.output, self.peer = None, Output(), None

    # ── before it begins ──────────────────────────────────────────────────────────────────────────────────────────

    def set_up(self, first: str, rest: list[str]) -> None:
        """Follow a directive about what is played against; ValueError when it cannot be followed."""
        if self.has_begun:
            raise ValueError("this stands before the first line of the dialogue")
        match first:
            case "profile" | "quirk":
                prefix = {"profile": "modem.profile=", "quirk": "quirks."}[first]
                self._scenario = apply_settings(self._scenario, [prefix + word for word in rest])
            case "set":
                self._scenario = _without_time(apply_settings(self._scenario, rest))
            case "card" | "cell":
                self._scenario = apply_settings(self._scenario, [f"{first}.{word}" for word in rest])
            case "route":
                routes = (*self._scenario.routes, *map(parse_route, rest))
                self._scenario = replace(self._scenario, routes=routes)
            case "seed":
                self._seed = int("".join(rest))
            case _:
                self._cold = True

    # ── what happens to it ────────────────────────────────────────────────────────────────────────────────────────

    def type_(self, data: bytes) -> None:
        """Let the TE write."""
        self.output.type(data)
        self.begin().to_modem(data)
        self._run_due()

    def arrive(self, source: Address, data: bytes) -> None:
        """Let a datagram arrive."""
        self.begin().feed(DatagramRx(source, data))
        self._run_due()

    def change(self, words: tuple[str, ...]) -> None:
        """Follow a directive about what happens now; ValueError when it cannot be followed."""
        modem = self.begin()
        match words:
            case ("cell", *settings):
                # Only the keys that are named change: a scenario reads them as it would from --set.
                changed = apply_settings(Scenario(), [f"cell.{word}" for word in settings]).cell
                keys = [underscored(word.partition("=")[0]) for word in settings]
                wanted = {key: getattr(changed, key) for key in keys}  # its address too: nobody finds it by that here
                modem.perform(modem.station.change(self._timers.now, **wanted))
            case ("drop", "bearer", *reason):
                modem.drop_bearer(" ".join(reason) or "the network dropped the bearer")
            case ("insert", "card", *settings):
                modem.insert_card(apply_settings(self._scenario, [f"card.{word}" for word in settings]).card)
            case ("remove", "card"):
                modem.remove_card()
            case ("socket", "fails", *reason):
                modem.feed(SocketFailed(" ".join(reason) or "the socket failed"))
            case ("dtr", "on" | "off" as dtr):
                modem.set_lines(dtr=dtr == "on")
            case ("fault", *keys):
                modem.arm(parse_fault(keys))
            case ("power", "on"):
                modem.power_on()
            case _:
                raise ValueError(f'"{" ".join(words)}" is no directive as the format has it')
        self._run_due()

    # ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def pass_(self, span: Micros) -> None:
        """Let so much time pass."""
        self.begin()
        end = self._timers.now + span
        self._timers.run(end)
        self._timers.now = end

    def settle(self, delay: float | None = None) -> None:
        """Let the modem do what it does by itself, its bearer first of all."""
        self.pass_(_SETTLING + seconds(self._scenario.cell.bearer_delay if delay is None else delay))

    def wait(self, longest: Micros) -> bool:
        """Let time pass until the modem says something; False when it does not for so long."""
        end = self._timers.now + longest
        while self.output.next() is None:
            if not self._timers.step(end):
                return False
            self._run_due()
        return True

    def _run_due(self) -> None:
        self._timers.run(self._timers.now)

    def _heard(self, _: Micros, effect: Effect) -> None:
        match effect:
            case UartTx(data):
                self.output.add(data)
            case DatagramTx(destination):
                self.peer = destination
                self.output.add(effect)
            case Refused(_, _, reason) | Note(reason):
                self.reasons.append(reason)
            case PowerOff():
                self.reasons.append("the modem has switched itself off")
            case BaudRate(rate):
                self.reasons.append(f"the UART runs at {rate} baud")
            case _:
                pass


class _Network(Net):
    """What is not heard of any more once it has left."""

    def __init__(self, timers: Timers, scene: Scene) -> None:
        super().__init__(timers, lambda fate: None)
        self.names = scene.names
        self._scene = scene

    def send(self, sender: Host, source: Address, destination: Address, data: bytes) -> None:
        """Let a datagram go."""

    def echo(self, sender: Host, host: str, size: int, back: Callable[[], object]) -> None:
        """Let an echo come back when it is time."""
        if self._scene.ping is not None:
            self._timers.at(self._timers.now + self._scene.ping * 1000, lambda _: back(), None)


def _without_time(scenario: Scenario) -> Scenario:
    if scenario.path is not None:
        raise ValueError("a transcript has no path: what it says is all that the network does")
    if scenario.uart.pace:
        raise ValueError("a transcript has no rate: only what it says lets time pass")
    return scenario
