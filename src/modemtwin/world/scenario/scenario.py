"""A scenario: modem, card, cell, routes and a timeline, out of TOML; refused with all of its mistakes at once.

    [modem] profile            [card] present pin …      [[route]] from to
    [profile] [quirks]         [cell] signal apn …       [[event]] at change drop_bearer insert_card remove_card
    [path] preset delay …      [path.up] [path.down]     [[fault]] do on type nth …, see fault/table.py
    [uart] pace baud …

``SCHEMA`` in keys.py says what there is: the checker, ``--set key=value`` and the reference page all work from
its rows. What stands under ``[profile]`` and ``[quirks]`` overrides single facts and choices of the profile, which
checks them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from modemtwin.amount import figure
from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.modem import profile as profiles
from modemtwin.modem.doors import Card
from modemtwin.modem.quirks import LEDGER
from modemtwin.world.cell.keys import CellSettings, check_cell
from modemtwin.world.fault.fault import Fault
from modemtwin.world.fault.table import check_fault
from modemtwin.world.net.path import PERFECT, PathSettings
from modemtwin.world.net.path_keys import path_of_keys
from modemtwin.world.net.route import Route, Routes, make_route
from modemtwin.world.scenario.action import Action, ChangeCell, DropBearer, Event, InsertCard, RemoveCard
from modemtwin.world.scenario.keys import KEYS, LISTS, TABLES, WAYS, fact, meant
from modemtwin.world.scenario.toml_lines import TomlLines, read_toml
from modemtwin.world.schema import Flag, Kind, Number, Whole, hyphened, nearest, underscored
from modemtwin.world.te.uart_keys import UartSettings

__all__ = ["Scenario", "ScenarioError", "apply_settings", "parse_scenario"]


class ScenarioError(ValueError):
    """The scenario has mistakes: ``mistakes`` are sentences, each of which begins with a key path.

    In front of the path stands the line, ``line 12: cell.signal: …``, when the scenario was a text.
    """

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a station is built of. ``overrides`` holds profile keys and quirk ids that the profile accepts.

    ``path`` is for whoever carries the station's datagrams; None: nobody said anything about it.
    """

    profile: str = "sim7000"
    overrides: Mapping[str, object] = field(default_factory=dict)
    card: Card = field(default_factory=Card)
    card_present: bool = True
    cell: CellSettings = field(default_factory=CellSettings)
    routes: tuple[Route, ...] = ()
    events: tuple[Event, ...] = ()
    path: PathSettings | None = None
    faults: tuple[Fault, ...] = ()
    uart: UartSettings = field(default_factory=UartSettings)

    @property
    def inserted_card(self) -> Card | None:
        """The card that is in the holder at the start."""
        return self.card if self.card_present else None


def parse_scenario(text: str, begin: Callable[[dict[str, Any]], Scenario] = lambda _: Scenario()) -> Scenario:
    """Read a scenario out of TOML text; ScenarioError lists every mistake.

    ``begin`` gives the scenario that the text adds to; it may take out of the document what it has dealt with.
    """
    try:
        document = read_toml(text)
    except ValueError as error:
        raise ScenarioError([str(error)]) from None
    try:
        return _drafted(document, begin(document))
    except ScenarioError as error:
        lines = TomlLines(text)
        raise ScenarioError([lines.placed(mistake) for mistake in error.mistakes]) from None


def _drafted(document: Mapping[str, object], before: Scenario) -> Scenario:
    draft = _Draft(before)
    for name, value in document.items():
        if name in TABLES and isinstance(value, dict):
            draft.put_table(name, value)
        elif name in LISTS and isinstance(value, list) and all(isinstance(item, dict) for item in value):
            continue
        elif name in TABLES + LISTS:
            shape = f"[{name}]" if name in TABLES else f"[[{name}]]"
            draft.mistakes.append(f"{name}: this is a table; write {shape} with its keys below it")
        else:
            draft.mistakes.append(f"{name}: there is no such table{nearest(name, TABLES + LISTS)}")
    for name, add in (("route", draft.add_route), ("event", draft.add_event), ("fault", draft.add_fault)):
        tables = document.get(name)
        for place, table in enumerate(tables if isinstance(tables, list) else (), 1):
            if isinstance(table, dict):
                add(f"{name}[{place}]", table)
    return draft.finish()


def apply_settings(scenario: Scenario, settings: Iterable[str]) -> Scenario:
    """Apply texts such as ``cell.signal=12``, ``card.pin=1234``, ``modem.profile=sim7080``, ``profile.queue-length=3``

    and ``quirks.Q-RECV-NAME=rcv``; a later one wins. ScenarioError lists every mistake.
    """
    draft = _Draft(scenario)
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            draft.mistakes.append(f'{name}: there is no "="; write KEY=VALUE')
        elif not name.strip():
            draft.mistakes.append('there is no key before the "="; write KEY=VALUE')
        else:
            draft.put(name.strip(), value.strip(), typed=True)
    return draft.finish()


class _Draft:
    """A scenario under construction, with the mistakes found so far."""

    def __init__(self, scenario: Scenario) -> None:
        self.mistakes: list[str] = []
        self._scenario = scenario
        self._values: dict[str, Any] = {}
        self._overrides: dict[str, tuple[object, bool]] = {}
        self._routes: list[Route] = []
        self._events: list[tuple[Micros, str, Any]] = []
        self._faults: list[Fault] = []

    def put_table(self, name: str, table: Mapping[str, object]) -> None:
        """Set the keys of a table, and of the tables in it."""
        for key, value in table.items():
            if f"{name}.{key}" in WAYS and isinstance(value, dict):
                self.put_table(f"{name}.{key}", value)
            else:
                self.put(f"{name}.{key}", value)

    def put(self, name: str, value: object, *, typed: bool = False) -> None:
        """Set one key; ``typed``: the value is text that stands for what it should be."""
        section, _, rest = name.partition(".")
        if section in ("profile", "quirks") and rest:
            self._overrides[name] = (value, typed)
        elif section in LISTS:
            self.mistakes.append(f"{name}: a [[{section}]] can only be written in the scenario itself")
        elif name in WAYS:
            self.mistakes.append(f"{name}: this is a table; write [{name}] with its keys below it")
        elif underscored(name) not in KEYS:
            self.mistakes.append(f"{name}: there is no such key{meant(name)}")
        else:
            self._collect(underscored(name), value, typed=typed)

    def _collect(self, name: str, value: object, *, typed: bool) -> None:
        try:
            self._values[name] = KEYS[name].read(str(value)) if typed else KEYS[name].check(value)
        except ValueError as error:
            self.mistakes.append(str(error))

    def add_route(self, path: str, table: Mapping[str, object]) -> None:
        """Read one [[route]]."""
        values = self._row(path, table, "route", ("from", "to"))
        if values is None:
            return
        try:
            self._routes.append(make_route(str(values["from"]), str(values["to"])))
        except ValueError as error:
            self.mistakes.append(f"{path}: {error}")

    def add_event(self, path: str, table: Mapping[str, object]) -> None:
        """Read one [[event]]; they stand in the order of time, and what one does is done in the order of the text."""
        table = {underscored(key): value for key, value in table.items()}
        change = table.get("change")
        rest = {key: value for key, value in table.items() if key != "change"}
        found = len(self.mistakes)
        values = self._row(path, rest, "event", ("at",))
        found = len(self.mistakes)
        if change is not None:
            change = self._cell_change(f"{path}.change", change)
        if values is None or len(self.mistakes) > found:
            return
        actions = [key for key in table if key != "at" and (change if key == "change" else values[key])]
        if not actions and len(self.mistakes) == found:  # else what it does is not right, and that was said
            what = "change, drop-bearer, insert-card or remove-card"
            self.mistakes.append(f"{path}: nothing happens in it; allowed: {what}")
        at, latest = seconds(float(values["at"])), self._events[-1][0] if self._events else 0
        if at < latest:
            said, above = figure(values["at"]), figure(latest / MICROSECONDS)
            why = f"{said} s is before {above} s, the moment of the event above"
            self.mistakes.append(f"{path}.at: {why}; write them in the order of time")
        self._events += [(at, key, change) for key in actions]

    def add_fault(self, path: str, table: Mapping[str, object]) -> None:
        """Read one [[fault]]."""
        try:
            self._faults.append(check_fault(table, path))
        except ValueError as error:
            self.mistakes += str(error).splitlines()

    def _cell_change(self, path: str, table: object) -> dict[str, object]:
        if not isinstance(table, dict):
            self.mistakes.append(f"{path}: this is a table; write {{signal = 12}}")
            return {}
        try:
            return check_cell(table, path)
        except ValueError as error:
            self.mistakes += str(error).splitlines()
            return {}

    def _row(
        self, path: str, table: Mapping[str, object], section: str, needed: tuple[str, ...]
    ) -> dict[str, Any] | None:
        """Check one table of a list by the schema; None when something is wrong with it."""
        found = len(self.mistakes)
        keys = [name.partition(".")[2] for name in KEYS if name.startswith(f"{section}.")]
        known = [hyphened(key) for key in keys]
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in keys:
                self.mistakes.append(f"{path}.{hyphened(key)}: there is no such key{nearest(hyphened(key), known)}")
                continue
            try:
                values[key] = KEYS[f"{section}.{key}"].check(value, f"{path}.{hyphened(key)}")
            except ValueError as error:
                self.mistakes.append(str(error))
        for key in needed:
            if key not in table:
                self.mistakes.append(f"{path}.{key}: it is missing; allowed: {KEYS[f'{section}.{key}'].allowed}")
        return values if len(self.mistakes) == found else None

    def finish(self) -> Scenario:
        """Build the scenario, or raise ScenarioError."""
        old = self._scenario
        name = self._values.get("modem.profile", old.profile)
        overrides = self._accepted(name)
        card = replace(old.card, **{key: value for key, value in self._section("card").items() if key != "present"})
        routes = (*old.routes, *self._routes)
        try:
            Routes(routes, dict.fromkeys(Routes.names(routes), "127.0.0.1"))
        except ValueError as error:
            self.mistakes.append(f"route: {error}")
        if self.mistakes:
            raise ScenarioError(self.mistakes)
        return Scenario(
            profile=name,
            overrides=overrides,
            card=card,
            card_present=self._values.get("card.present", old.card_present),
            cell=replace(old.cell, **self._section("cell")),
            routes=routes,
            faults=(*old.faults, *self._faults),
            path=path_of_keys(path, old.path or PERFECT) if (path := self._section("path")) else old.path,
            uart=replace(old.uart, **self._section("uart")),
            events=(*old.events, *(Event(at, _action(key, change, card)) for at, key, change in self._events)),
        )

    def _section(self, section: str) -> dict[str, Any]:
        return {name.partition(".")[2]: value for name, value in self._values.items() if name.startswith(f"{section}.")}

    def _accepted(self, name: str) -> dict[str, object]:
        """Let the profile judge every override by itself, so that all that is wrong comes out."""
        overrides = dict(self._scenario.overrides)
        if "modem.imei" in self._values:
            overrides["imei"] = self._values["modem.imei"]
        for path, (value, typed) in self._overrides.items():
            section, _, key = path.partition(".")
            try:
                if section == "quirks":
                    if key not in LEDGER and (meant := nearest(key.upper(), LEDGER)):
                        raise ValueError(f"there is no such quirk{meant}")
                    tailored = profiles.load(name).replace(quirks={key: value})
                    overrides[key] = tailored.quirks[key]
                else:
                    key = fact(key)
                    value = _typed(str(value), getattr(profiles.load(name), key, None)) if typed else value
                    overrides[key] = getattr(profiles.load(name).replace(**{key: value}), key)
            except ValueError as error:
                self.mistakes.append(f"{path}: {error}")
        return overrides


def _action(key: str, change: Mapping[str, object], card: Card) -> Action:
    match key:
        case "change":
            return ChangeCell(change)
        case "drop_bearer":
            return DropBearer()
        case "insert_card":
            return InsertCard(card)
        case _:
            return RemoveCard()


def _typed(text: str, like: object) -> object:
    """Turn text into the type that a profile's value has; what does not fit stays text, for the profile to refuse."""
    kinds: dict[type, Kind] = {bool: Flag(), int: Whole(-(10**9), 10**9), float: Number(-1e9, 1e9)}
    try:
        return kinds[type(like)].read(text) if type(like) in kinds else text
    except ValueError:
        return text
