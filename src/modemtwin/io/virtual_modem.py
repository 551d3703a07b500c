"""The paved path: a virtual modem on a port, as an asynchronous context manager.

async with VirtualModem(port="tcp://127.0.0.1:0") as twin:
    ... a TE opens twin.address ...
    twin.change(signal=5)
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType

from modemtwin.io.alarm import now
from modemtwin.io.byte_pipe import BytePipe, NamedPipe, PortError
from modemtwin.io.journal_file import JournalFile
from modemtwin.io.port import parse_port
from modemtwin.io.profile_file import find_profile
from modemtwin.io.resolver import Resolver
from modemtwin.io.runtime import Runtime
from modemtwin.io.scenario_file import read_scenario
from modemtwin.io.state_file import StateFile
from modemtwin.io.udp import UdpSocket
from modemtwin.modem.doors import Card, Tick
from modemtwin.modem.profile import Profile, tailor
from modemtwin.world.chance import chance
from modemtwin.world.fault.fault import Fault
from modemtwin.world.fault.rule import Rule
from modemtwin.world.journal.journal import Entry, Journal
from modemtwin.world.net.path import Path as PathMachine
from modemtwin.world.net.path import PathSettings
from modemtwin.world.net.path_keys import preset
from modemtwin.world.net.route import Route, Routes, parse_route
from modemtwin.world.scenario.scenario import Scenario, ScenarioError, apply_settings
from modemtwin.world.station import Station, build_station

__all__ = ["VirtualModem", "check_apart"]

_Path = str | os.PathLike[str]


class VirtualModem:
    """A SIM7000 that answers AT commands on ``port`` and sends real datagrams.

    ``port``
        ``"pty"`` (a fresh pty, whose path is ``address``), ``"pty:LINK"``, ``"tcp://HOST:PORT"`` (port 0 takes any),
        ``"rfc2217://HOST:PORT"``, ``"serial:DEVICE[@BAUD]"``, ``"stdio"``, or a pipe of one's own.
    ``profile``
        Which firmware, by name or as a TOML file; None leaves it to the scenario, whose default is ``sim7000``.
    ``scenario``
        A TOML file, or a ``Scenario``; None is a good cell with a good card.
    ``settings``
        ``"cell.signal=5"`` and the like, applied to the scenario in order.
    ``routes``
        ``"198.181.39.174=127.0.0.1:5683"``: datagrams for the first are carried to the second. They win over the
        scenario's.
    ``path``
        What lies between the modem and its peers: the name of a preset, such as ``"nb-iot-deep"``, or settings. It
        takes the place of the scenario's; ``settings`` may change it (``"path.loss=0.3"``). None leaves it to the
        scenario.
    ``coap_port``
        The local UDP port of the CoAP object; 0 takes a fresh one for each object.
    ``journal``, ``state``
        Files; without them the journal is in memory only, and every modem is fresh from the factory.
    ``watch``
        Gets every entry of the journal, secrets replaced, as soon as the line that it belongs to is whole.

    ValueError, with sentences, when one of these is wrong; OSError when the scenario cannot be read. Nothing is opened
    before ``async with``, which raises ``PortError``, ``StateError`` or OSError. When the modem itself failed, leaving
    the block raises what it failed of.
    """

    def __init__(
        self,
        profile: str | None = None,
        port: str | BytePipe = "pty",
        *,
        scenario: _Path | Scenario | None = None,
        settings: Iterable[str] = (),
        routes: Iterable[str] = (),
        path: str | PathSettings | None = None,
        coap_port: int = 0,
        journal: _Path | None = None,
        state: _Path | None = None,
        seed: int = 0,
        watch: Callable[[Entry], None] | None = None,
    ) -> None:
        check_apart({"the scenario": scenario, "the journal": journal, "the state file": state})
        self._pipe = parse_port(port) if isinstance(port, str) else port
        self._scenario = _scenario(scenario, profile, path, settings, [parse_route(text) for text in routes])
        Routes(self._scenario.routes, dict.fromkeys(Routes.names(self._scenario.routes), "192.0.2.1"))  # any fault now
        self._coap_port = coap_port
        self._journal = None if journal is None else JournalFile(journal)
        self._state = None if state is None else StateFile(state)
        self._seed = seed
        self._watch = watch
        self._runtime: Runtime | None = None
        self._station: Station | None = None

    async def __aenter__(self) -> VirtualModem:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        failure = self.stop()
        if failure and error is None:
            raise failure

    async def start(self) -> None:
        """Open the port and pull PWRKEY; ``async with`` does it, and ``stop`` in the end."""
        saved = self._state.load() if self._state else {}
        if self._coap_port:
            _check_free(self._coap_port)
        if isinstance(self._pipe, NamedPipe):
            await self._pipe.look_up()
        resolved = await _look_up(Routes.names(self._scenario.routes))
        write = self._journal.write if self._journal else None
        self._station = build_station(
            self._scenario, seed=self._seed, saved=saved, resolved=resolved, write=write, watch=self._watch
        )
        path = self._build_path()
        runtime = Runtime(
            self._station, self._build_pipe(saved), coap_port=self._coap_port, state=self._state, path=path
        )
        runtime.start()
        if self._journal:
            try:
                self._journal.open()  # not before the port is ours: the journal of another modem may stand there
            except OSError:
                runtime.stop()
                raise
        self._runtime = runtime

    def stop(self) -> BaseException | None:
        """Give everything back; return what the modem itself failed of, if it did."""
        runtime, self._runtime = self._running, None
        runtime.stop()
        self.journal.close()
        if self._journal:
            self._journal.close()
        return runtime.ended.exception()

    @property
    def address(self) -> str:
        """What a TE opens: the path of a pty or serial port, or ``host:port``."""
        return self._pipe.address

    @property
    def ready(self) -> str:
        """Kind and address of the port: ``pty /path``, ``tcp 127.0.0.1:45311``, ``stdio``."""
        return f"{self._pipe.kind} {self.address}".rstrip()

    @property
    def firmware(self) -> Profile:
        """The profile, with what the scenario has changed in it."""
        return tailor(self._scenario.profile, self._scenario.overrides)

    @property
    def journal(self) -> Journal:
        """What happened so far: the last entries, and ``text()``."""
        journal = self._up.journal
        assert journal is not None, "build_station gives every station one"
        return journal

    async def ended(self) -> None:
        """Wait for the end of the port: standard input is over. PortError when it has gone."""
        await asyncio.shield(self._running.ended)

    def when_ended(self, act: Callable[[BaseException | None], None]) -> None:
        """Do something when the port is over, or the modem itself fails, or is stopped."""
        self._running.ended.add_done_callback(lambda ended: act(ended.exception()))

    def power_on(self) -> None:
        """Pull PWRKEY: a modem that has switched itself off boots."""
        self._running.power_on()

    def change(self, **settings: object) -> None:
        """Change the cell while it serves: ``signal=5``, ``coverage=False``; ValueError lists every mistake."""
        self._running.perform(self._up.change(now(), **settings))

    def drop_bearer(self) -> None:
        """Let the network take every bearer away."""
        self._running.perform(self._up.drop_bearer(now()))

    def insert_card(self, card: Card | None = None) -> None:
        """Slide a card in: None is the one that was there last, at first that of ``[card]``."""
        self._running.perform(self._up.insert_card(card, now()))

    def remove_card(self) -> None:
        """Pull the card."""
        self._running.perform(self._up.remove_card(now()))

    @property
    def faults(self) -> list[Rule]:
        """The faults that are armed, each with its number and how often it has struck; spent ones too."""
        layer = self._up.faults
        return [] if layer is None else list(layer.rules)

    def goes_on(self, rule: Rule) -> bool:
        """Say whether what a fault does for a while is not over yet."""
        layer = self._up.faults
        return layer is not None and layer.goes_on(rule)

    def arm(self, *faults: Fault) -> None:
        """Let faults strike from now on; see ``modemtwin.faults``."""
        for fault in faults:
            self._up.arm(fault, now())
        self._running.feed(Tick())

    def disarm(self, fault: Fault | None = None) -> None:
        """Take a fault away, or all of them; what it does for a while ends."""
        self._running.perform(self._up.disarm(now(), fault))

    @property
    def is_on(self) -> bool:
        """Whether the modem has not switched itself off."""
        return self._running.is_on

    @property
    def station(self) -> Station:
        """The modem with its cell."""
        return self._up

    def _build_pipe(self, saved: Mapping[str, object]) -> BytePipe:
        uart, rate = self._scenario.uart, saved.get("ipr", 0)
        if not uart.pace:
            return self._pipe
        from modemtwin.io.paced_pipe import pace

        return pace(self._pipe, uart, rate if isinstance(rate, int) else 0)

    def _build_path(self) -> PathMachine | None:
        settings, seed = self._scenario.path, self._seed
        if settings is None:
            return None
        return PathMachine(settings, chance(seed, "path", "modem", "up"), chance(seed, "path", "modem", "down"))

    @property
    def _running(self) -> Runtime:
        if self._runtime is None:
            raise RuntimeError("the modem is not running: use it inside `async with`")
        return self._runtime

    @property
    def _up(self) -> Station:
        if self._station is None:
            raise RuntimeError("the modem is not running: use it inside `async with`")
        return self._station


def _scenario(
    given: _Path | Scenario | None,
    profile: str | None,
    path: str | PathSettings | None,
    settings: Iterable[str],
    routes: list[Route],
) -> Scenario:
    match given:
        case None:
            scenario = Scenario()
        case Scenario():
            scenario = given
        case _:
            scenario = _read(Path(given))
    if profile is not None:
        name, changes = find_profile(profile)
        scenario = dataclasses.replace(scenario, profile=name, overrides={**changes, **scenario.overrides})
    if path is not None:
        scenario = dataclasses.replace(scenario, path=preset(path) if isinstance(path, str) else path)
    scenario = apply_settings(scenario, settings)
    ours = {(route.host, route.port) for route in routes}
    kept = [route for route in scenario.routes if (route.host, route.port) not in ours]
    return dataclasses.replace(scenario, routes=(*routes, *kept))


def _read(path: Path) -> Scenario:
    try:
        return read_scenario(path)[1]
    except ScenarioError as error:
        raise ScenarioError([f"{path}: {mistake}" for mistake in error.mistakes]) from None
    except ValueError as error:
        raise ScenarioError([f"{path}: {error}"]) from None


def _check_free(port: int) -> None:
    """Find out now that a fixed port is taken: later the TE would only hear of a send that failed."""
    probe = UdpSocket(lambda source, data: None, lambda reason, peer: None)
    try:
        probe.open(port)
    except OSError as error:
        raise PortError(f"UDP port {port} cannot be had: {error.strerror}") from None
    finally:
        probe.close()


def check_apart(files: Mapping[str, _Path | Scenario | None]) -> None:
    """Refuse one file in two roles: the journal would be written over what it is to keep."""
    roles: dict[str, str] = {}
    for role, file in files.items():
        if isinstance(file, str | os.PathLike):
            other = roles.setdefault(os.path.realpath(file), role)
            if other != role:
                raise ValueError(f"{os.fspath(file)} cannot be {other} and {role} at once: name another file for one")


async def _look_up(names: Iterable[str]) -> Mapping[str, str]:
    """Find the targets of the routes; ValueError names the first that is not there."""
    waiting: dict[str, asyncio.Future[str]] = {name: asyncio.get_running_loop().create_future() for name in names}

    def answered(name: str, addresses: tuple[str, ...], reason: str) -> None:
        if addresses:
            waiting[name].set_result(addresses[0])
        else:
            waiting[name].set_exception(ValueError(f"the target {name!r} of a route was not found: {reason}"))

    resolver = Resolver(answered)
    try:
        for name in waiting:
            resolver.resolve(name)
        if waiting:
            await asyncio.wait(waiting.values())
        return {name: found.result() for name, found in waiting.items()}
    finally:
        resolver.close()
