"""A world in virtual time: modems, servers and the paths between them. Its clock jumps to the next thing that happens.

    world = World(seed=7)
    world.add_server("192.0.2.1", name="coap.example")
    modem = world.add_modem(path="nb-iot-deep")
    modem.play(report)                              a program of the TE, see te.py
    world.run_for(30 * 3600)                        thirty hours, in milliseconds

Everything is plain calls on a heap of timers. Whatever is left to chance comes from ``seed`` by name (chance.py): the
same seed gives the same bytes, on any machine and any Python. Moments and spans are in seconds where people give
them, ``now`` is in microseconds since the beginning.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import count
from math import isfinite
from random import Random

from modemtwin.amount import figure
from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.modem import profile as profiles
from modemtwin.modem.doors import Address
from modemtwin.world.chance import Late, chance, derived
from modemtwin.world.fault.fault import Fault, check_faults
from modemtwin.world.journal.journal import ENTRIES_KEPT, Entry
from modemtwin.world.mobile import Mobile
from modemtwin.world.net.fate import Fate, told
from modemtwin.world.net.nat import Nat
from modemtwin.world.net.net import Net
from modemtwin.world.net.path import PERFECT, Path, PathSettings
from modemtwin.world.net.path_keys import check_path, preset
from modemtwin.world.peer.peer import Peer
from modemtwin.world.scenario.action import ChangeCell
from modemtwin.world.scenario.scenario import Scenario, apply_settings, parse_scenario
from modemtwin.world.server import CoapMachine, Server
from modemtwin.world.station import build_station
from modemtwin.world.te.te import Program, Te
from modemtwin.world.te.uart_keys import UartSettings
from modemtwin.world.te.uart_line import UartLine
from modemtwin.world.timers import Timers
from modemtwin.world.tower import Tower

__all__ = ["World"]

_INSIDE = IPv4Address("10.0.0.0")
_INSIDE_STEP = 16  # a modem has up to four bearers, whose addresses count upward
_OUTSIDE = IPv4Address("198.18.0.0")  # RFC 2544 appendix C.2.2: addresses that are nobody's
_DEFAULT = Scenario()
_FATES_KEPT = 10_000

PathLike = str | PathSettings | Mapping[str, object] | None
"""A preset's name, settings, a table with the keys of ``[path]``, or nothing."""


class World:
    """Modems and servers under one clock.

    ``modems`` and ``servers`` are there by name. ``fates`` keeps the last 10,000; ``on_fate`` gets every one as it is
    known. ``admits`` says of a fault whether it shall be armed, on modems that are added later; None: each shall.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.modems: dict[str, Mobile] = {}
        self.servers: dict[str, Server] = {}
        self.towers: dict[str, Tower] = {}
        self.fates: deque[Fate] = deque(maxlen=_FATES_KEPT)
        self.on_fate: Callable[[Fate], None] | None = None
        self.admits: Callable[[Fault], bool] | None = None
        self._running = False
        self._paths: dict[PathSettings, PathSettings] = {}
        self._timers = Timers()
        self._net = Net(self._timers, self._note)

    # ── what is in it ─────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def now(self) -> Micros:
        """Microseconds since the beginning."""
        return self._timers.now

    @property
    def names(self) -> dict[str, str]:
        """What the modems' resolver knows: host names in lower case, and their IP addresses."""
        return self._net.names

    def chance(self, *names: str) -> Random:
        """Make a source of chance of one's own, which disturbs no other."""
        return chance(self.seed, *names)

    def add_modem(
        self,
        name: str | None = None,
        *,
        profile: str | None = None,
        scenario: Scenario | str | None = None,
        settings: Iterable[str] = (),
        path: PathLike = None,
        faults: Iterable[Fault] | Fault = (),
        uart: str | int | None = None,
        tower: Tower | None = None,
        program: Callable[[Te], Program] | None = None,
        saved: Mapping[str, object] | None = None,
        write: Callable[[str], None] | None = None,
        watch: Callable[[Entry], None] | None = None,
        keep: int = ENTRIES_KEPT,
    ) -> Mobile:
        """Add a modem and switch it on.

        :param scenario: a scenario, or its TOML text; ``profile`` and ``settings`` (``"cell.signal=5"``) change it.
        :param path: what lies between it and the rest; None leaves it to the scenario, whose default is a perfect path.
        :param faults: what goes wrong, besides the scenario's faults.
        :param uart: the rate of its TE, such as 115200, at which bytes then take their time; "instant": they take none;
            None leaves it to the scenario, whose default is ``"instant"``.
        :param tower: the cell that it shares with others.
        :param program: what its TE does from the start.
        :param saved: what another modem kept over a power cycle, its ``saved``.
        :param write: gets the journal as text, line by line, also when it is longer than what is kept.
        :param watch: gets its entries, secrets replaced: ``CaptureFile.watch(name)`` makes a capture of them.
        :param keep: so many entries of the journal are kept, the last ones.
        :raises ValueError: with a line for each mistake; nothing has been added then.
        :raises TypeError: when one of the faults is none; nothing has been added then either.
        """
        name = _free_name(name, "m", self.modems, self.servers)
        if tower is not None and self.towers.get(tower.name) is not tower:
            raise ValueError(f"the tower {tower.name} stands in another world")
        made = _scenario(scenario, profile, settings, tower)
        if uart is not None:
            made = apply_settings(made, _uart(uart))
        chosen = _path(path, made.path)
        if any(isinstance(event.action, ChangeCell) and "address" in event.action.settings for event in made.events):
            raise ValueError("event.change.address: a modem of a world keeps the one that it was made with")
        cell = made.cell
        if cell.address == _DEFAULT.cell.address:
            cell = replace(cell, address=self._free_address())
        more = check_faults([faults] if isinstance(faults, Fault) else faults)
        made = replace(made, cell=cell, faults=(*made.faults, *more))
        nat = None if chosen.nat_timeout is None else self._nat(chosen.nat_timeout)
        seed = derived(self.seed, "modem", name)
        station = build_station(
            made, seed=seed, saved=saved, resolved=self._net.names, write=write, watch=watch, keep=keep
        )
        station.admits = self.admits
        line, own = _line(made.uart, saved), self._build_path(name, chosen)
        modem = Mobile(name, station, own, nat, timers=self._timers, net=self._net, line=line)
        self._net.enter(modem, nat.host if nat else cell.address)
        self.modems[name] = modem
        if tower is not None:
            tower.modems.append(modem)
        modem.power_on()
        if program is not None:
            modem.play(program)
        return modem

    def add_server(
        self,
        host: str = "192.0.2.1",
        port: int = 5683,
        *,
        name: str | None = None,
        build: Callable[[Random], CoapMachine] = Peer,
        path: PathLike = None,
        groups: Iterable[str] = (),
    ) -> Server:
        """Add a CoAP server.

        :param name: what it is called here, and the host name that modems find it by.
        :param build: makes its machine, anew after each crash; the default serves what ``modemtwin serve`` does.
        :param path: what lies between it and the rest, ``up`` being away from the server; None: nothing.
        :param groups: multicast addresses that it listens to.
        :raises ValueError: when the address is none, or taken, or one of the groups is none.
        """
        name = _free_name(name, "s", self.servers, self.modems)
        address: Address = (str(ip_address(host)), port)
        if not 0 < port < 65_536:
            raise ValueError(f"{port} is not a port from 1 to 65535")
        joined = [str(_group(group)) for group in ([groups] if isinstance(groups, str) else groups)]
        own = None if path is None else self._build_path(name, _without_nat(_path(path, None)))
        random = chance(self.seed, "server", name)
        server = Server(name, address, own, lambda: build(random), timers=self._timers, net=self._net)
        self._net.enter(server, address)
        for group in joined:
            self._net.join(server, group)
        self._net.names[name.lower()] = address[0]
        self.servers[name] = server
        return server

    def add_tower(self, name: str | None = None, **settings: object) -> Tower:
        """Add a cell for several modems; ``settings`` are keys of ``[cell]``, ValueError lists every mistake."""
        name = _free_name(name, "t", self.towers)
        self.towers[name] = Tower(name, settings)
        return self.towers[name]

    # ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def at(self, moment: float, act: Callable[[], object]) -> None:
        """Call ``act()`` so many seconds after the beginning; ValueError when that is over."""
        due = _span(moment, "at")
        if due < self.now:
            raise ValueError(f"at: {figure(moment)} s is over, it is {figure(self.now / MICROSECONDS)} s now")
        self._timers.at(due, _call, act)

    def after(self, span: float, act: Callable[[], object]) -> None:
        """Call ``act()`` in so many seconds."""
        self._timers.at(self.now + _span(span, "after"), _call, act)

    def run_for(self, span: float) -> None:
        """Let so many seconds pass."""
        end = self.now + _span(span, "run_for")
        self._run(end)
        self._timers.now = end

    def run_until(self, condition: Callable[[], object], within: float) -> None:
        """Let time pass until a condition holds, which is asked after each thing that happens.

        :raises TimeoutError: when it does not within so many seconds.
        """
        end = self.now + _span(within, "run_until")
        if not self._run(end, condition):
            quiet = " and nothing more is going to happen" if self._timers.next() is None else ""
            self._timers.now = end
            raise TimeoutError(f"run_until: the condition does not hold after {figure(within)} s{quiet}")

    def run_until_idle(self, limit: float = 86_400.0) -> None:
        """Let time pass until nothing is left to happen.

        :raises TimeoutError: when that is not so within ``limit`` seconds, such as while something is observed.
        """
        self._run(self.now + _span(limit, "run_until_idle"))
        if self._timers.next() is not None:
            raise TimeoutError(f"run_until_idle: the world still has things to do after {figure(limit)} s")

    def run_to(self, moment: Micros | None, condition: Callable[[], object]) -> bool:
        """Let time pass up to a moment, or until a condition holds, and say whether it does: for who has timers too.

        Without a moment False means that nothing more is going to happen.
        """
        held = self._run(moment, condition)
        if not held and moment is not None:
            self._timers.now = moment
        return held

    def next_timer(self) -> Micros | None:
        """Say when something happens next; None for never."""
        return self._timers.next()

    def _run(self, end: Micros | None, condition: Callable[[], object] | None = None) -> bool:
        """Let things happen up to a moment, or until a condition holds; say whether it does."""
        if self._running:
            raise RuntimeError("the world runs already: what it calls cannot let time pass; after() asks for later")
        self._running = True
        try:
            if condition is None:
                assert end is not None, "without a condition there is a moment"
                self._timers.run(end)
                return False
            while not condition():
                if not self._timers.step(end):
                    return False
            return True
        finally:
            self._running = False

    def log(self) -> str:
        """Write what became of the datagrams, as far as ``fates`` goes back, one line each."""
        return "".join(f"{told(fate)}\n" for fate in self.fates)

    # ── making ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _note(self, fate: Fate) -> None:
        self.fates.append(fate)
        if self.on_fate is not None:
            self.on_fate(fate)

    def _build_path(self, name: str, settings: PathSettings) -> Path:
        settings = self._paths.setdefault(settings, settings)  # equal ones are one: there may be thousands of modems
        up, down = (Late(derived(self.seed, "path", name, way)) for way in ("up", "down"))
        return Path(settings, up, down)

    def _free_address(self) -> str:
        """Give the first of the addresses inside that nobody has, from the modem's own number on."""
        numbers = count(len(self.modems) + 1)
        return next(free for at in numbers if not self._net.is_there(free := str(_INSIDE + _INSIDE_STEP * at)))

    def _nat(self, timeout: float) -> Nat:
        return Nat(str(_OUTSIDE + len(self.modems) + 1), seconds(timeout))


def _call(act: Callable[[], object]) -> None:
    act()


def _span(given: float, what: str) -> Micros:
    if not isfinite(given * MICROSECONDS) or given < 0:
        raise ValueError(f"{what}: {given} s is no time that can come: give seconds, 0 or more")
    return seconds(given)


def _group(given: str) -> IPv4Address | IPv6Address:
    group = ip_address(given)
    if not group.is_multicast:
        raise ValueError(f"{given} is no multicast address, so no group: 224.0.1.187 is that of CoAP")
    return group


def _free_name(name: str | None, letter: str, *taken: Mapping[str, object]) -> str:
    if name is None:
        names = (f"{letter}{number}" for number in count(len(taken[0]) + 1))
        return next(free for free in names if not any(free in each for each in taken))
    if any(name in each for each in taken):
        raise ValueError(f'there is a "{name}" already: name it otherwise')
    return name


def _scenario(
    given: Scenario | str | None, profile: str | None, settings: Iterable[str], tower: Tower | None
) -> Scenario:
    made = parse_scenario(given) if isinstance(given, str) else given or _DEFAULT
    if profile is not None:
        made = replace(made, profile=profiles.load(profile).name)
    if settings:
        made = apply_settings(made, [settings] if isinstance(settings, str) else settings)
    if tower is not None:
        made = replace(made, cell=replace(made.cell, **tower.settings))  # type: ignore[arg-type]  # checked by its row
    return made


def _uart(uart: str | int) -> tuple[str, ...]:
    return ("uart.pace=false",) if uart == "instant" else ("uart.pace=true", f"uart.baud={uart}")


def _line(settings: UartSettings, saved: Mapping[str, object] | None) -> UartLine | None:
    rate = (saved or {}).get("ipr", 0)
    return UartLine(settings, rate if isinstance(rate, int) else 0) if settings.pace else None


def _path(given: PathLike, otherwise: PathSettings | None) -> PathSettings:
    match given:
        case None:
            return otherwise or PERFECT
        case str():
            return preset(given)
        case PathSettings():
            return given
        case Mapping():
            return check_path(given)
        case _:
            raise TypeError(
                f"path: {given!r} is none; give a preset's name, a table with the keys of [path], or settings"
            )


def _without_nat(settings: PathSettings) -> PathSettings:
    if settings.nat_timeout is not None:
        raise ValueError("path.nat-timeout: a server is behind no NAT; give it to the path of a modem")
    return settings
