"""A mobile station (COAP-AN §1.3): one modem under one cell, with its routes, its timeline and its journal.

    outside ──stimulus──► routes ──► modem ──effects──► routes ──► outside      faults, if any, lie round all this
                                      ▲  │ RadioOn, RadioOff, BearerOpen, BearerClose, AreaUpdate, …
                                      └──┴──► cell

Every call of the modem goes to the journal as the modem saw it: before the routes on the way out, behind them on the
way in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from modemtwin.clockwork import Micros, earliest
from modemtwin.modem.condition import Condition
from modemtwin.modem.doors import (
    Address,
    AreaUpdate,
    BearerClose,
    BearerOpen,
    Card,
    CardInserted,
    CardRemoved,
    DatagramRx,
    DatagramTx,
    Effect,
    Note,
    Ping,
    Pinged,
    PowerOff,
    RadioOff,
    RadioOn,
    RadioRest,
    Resolve,
    Resolved,
    SocketFailed,
    Stimulus,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.world.cell.cell import Cell
from modemtwin.world.chance import Late
from modemtwin.world.fault.fault import Fault
from modemtwin.world.fault.layer import FaultLayer
from modemtwin.world.journal.journal import ENTRIES_KEPT, Entry, Header, Journal, Machine, build_modem
from modemtwin.world.net.route import Routes
from modemtwin.world.scenario.action import Action, ChangeCell, DropBearer, Event, InsertCard, RemoveCard
from modemtwin.world.scenario.scenario import Scenario

__all__ = ["Body", "Station", "build_station"]

_MOST_TURNS = 1000
_TICK = Tick()
_NO_ROUTES = Routes()
_NO_EVENTS: list[Event] = []
_LEAVES = (DatagramTx, UartTx, Note)


class Body(Machine, Protocol):
    """A modem that can be asked how it is."""

    @property
    def condition(self) -> Condition:
        """How it is just now."""


def build_station(
    scenario: Scenario,
    *,
    seed: int = 0,
    saved: Mapping[str, object] | None = None,
    resolved: Mapping[str, str] | None = None,
    write: Callable[[str], None] | None = None,
    watch: Callable[[Entry], None] | None = None,
    keep: int = ENTRIES_KEPT,
    build: Callable[[Header], Body] = build_modem,
) -> Station:
    """Build a station out of a scenario; it is dead until ``PowerOn``.

    ``saved`` is what the last ``Save`` effect held; ``resolved`` gives an IP address for each of
    ``Routes.names(scenario.routes)``; ``write`` gets the journal as text, line by line, ``watch`` its entries, and
    ``keep`` of them are kept; ``build`` makes the modem.
    """
    header = Header(scenario.profile, scenario.overrides, scenario.inserted_card, saved or {}, seed)
    return Station(
        build(header),
        Cell(scenario.cell, Late(f"cell {seed}")),
        routes=Routes(scenario.routes, resolved or {}) if scenario.routes else None,
        journal=Journal(header, keep, write=write, watch=watch),
        card=scenario.card,
        has_card=scenario.card_present,
        events=scenario.events,
        faults=scenario.faults,
    )


class Station:
    """Same contract as the modem's. Radio and bearer effects stay inside, and routed addresses are rewritten.

    ``card`` is the one that is in the holder, or that goes in next: the last one there, at first that of ``[card]``;
    ``has_card`` says which. ``on_lost`` hears of a datagram that a fault keeps from its way: "in" or "out", the peer,
    the bytes, and the reason. ``admits`` says of a fault whether it shall be armed; None: each shall.
    """

    __slots__ = (
        "_cell_due",
        "_is_plain",
        "_pings",
        "_script",
        "_start",
        "_to_arm",
        "admits",
        "card",
        "cell",
        "faults",
        "has_card",
        "journal",
        "modem",
        "on_lost",
        "routes",
    )

    cell: Cell
    modem: Body

    def __init__(
        self,
        modem: Body,
        cell: Cell,
        *,
        routes: Routes | None = None,
        journal: Journal | None = None,
        card: Card | None = None,
        has_card: bool = True,
        events: Sequence[Event] = (),
        faults: Sequence[Fault] = (),
    ) -> None:
        self.modem = modem
        self.cell = cell
        self.routes = routes or _NO_ROUTES
        self.journal = journal
        self.card = card or Card()
        self.has_card = has_card
        self._script = sorted(events, key=lambda event: event.at)[::-1] if events else _NO_EVENTS
        self._start: Micros | None = None
        self._heard([])
        self._pings: dict[int, str] = {}
        self.faults: FaultLayer | None = None
        self.on_lost: Callable[[str, Address, bytes, str], None] | None = None
        self.admits: Callable[[Fault], bool] | None = None
        self._to_arm = tuple(faults)

    def handle(self, stimulus: Stimulus, now: Micros) -> list[Effect]:
        """Take a stimulus; give the effects that leave the station, in order."""
        if self._start is None:
            self._begin(now)
        if self.faults is not None:
            return self.faults.handle(stimulus, now)
        if isinstance(stimulus, Tick):
            return self._tick(now)
        if not isinstance(stimulus, UartRx):
            stimulus = self._as_seen(stimulus)
        if not self._is_plain and isinstance(stimulus, DatagramRx) and self.cell.connection.saving:
            return self._feed(self._heard(self.cell.connection.downlink(stimulus, now)), now)
        return self._feed([stimulus], now)

    def tick(self, now: Micros) -> list[Effect]:
        """Do what is due, at the very moment that ``next_timer`` has said: what ``handle`` does with a ``Tick``.

        Nearly always that is a retransmission, and a world has thousands of modems: so it goes the short way.
        """
        cell_due = self._cell_due
        if not self._is_plain or self._script or self.faults is not None or (cell_due is not None and cell_due <= now):
            return self.handle(_TICK, now)
        effects = self.modem.handle(_TICK, now)
        if self.journal is not None:
            self.journal.record(now, _TICK, effects)
        for effect in effects:
            if not isinstance(effect, _LEAVES):
                return self._settle(effects, now)
        return effects

    def next_timer(self) -> Micros | None:
        """Say when ``Tick`` is due."""
        due, cell_due = self.modem.next_timer(), self._cell_due
        if cell_due is not None and (due is None or cell_due < due):
            due = cell_due
        if self._script:
            due = earliest(due, self._next_event())
        return due if self.faults is None else earliest(due, self.faults.next_timer())

    def arm(self, fault: Fault, now: Micros) -> None:
        """Let a fault strike from now on: one that strikes at once is due at the next ``Tick``."""
        if self.admits is not None and not self.admits(fault):
            return
        if self.faults is None:
            assert self.journal is not None, "build_station gives every station one"
            self.faults = FaultLayer(self, self.journal.header.seed)
        self.faults.arm(fault, now)

    def disarm(self, now: Micros, fault: Fault | None = None) -> list[Effect]:
        """Take a fault away, or all of them; what it does for a while ends now."""
        layer = self.faults
        if layer is None:
            return []
        effects = layer.disarm(fault, now)
        if layer.is_idle:
            self.faults = None
        return effects

    def change(self, now: Micros, **settings: object) -> list[Effect]:
        """Change the running cell; keys and values as in ``CellSettings``, ValueError when one is not right."""
        changed = self.cell.change(now, **settings)
        if self.faults is not None:
            self.faults.overrule(settings)
        return self._feed(self._heard(changed), now)

    def drop_bearer(self, now: Micros, reason: str = "the network dropped the bearer") -> list[Effect]:
        """Let the network take every bearer away."""
        return self._feed(self._heard(self.cell.drop_bearer(now, reason)), now)

    def insert_card(self, card: Card | None, now: Micros) -> list[Effect]:
        """Slide a card in: None is ``card``."""
        self.card, self.has_card = card or self.card, True
        return self._feed([CardInserted(self.card)], now)

    def remove_card(self, now: Micros) -> list[Effect]:
        """Pull the card."""
        self.has_card = False
        return self._feed([CardRemoved()], now)

    def _as_seen(self, stimulus: Stimulus) -> Stimulus:
        """Give the stimulus with the address that the modem knows in the place of the one that it is routed to."""
        match stimulus:
            case DatagramRx():
                seen = self.routes.inbound(stimulus.source)
                return stimulus if seen is stimulus.source else DatagramRx(seen, stimulus.data)
            case Pinged(sequence) if sequence in self._pings:
                return replace(stimulus, address=self._pings.pop(sequence))
            case SocketFailed(_, peer) if peer is not None:
                return replace(stimulus, peer=self.routes.inbound(peer))
            case _:
                return stimulus

    def _begin(self, now: Micros) -> None:
        self._start = now
        for fault in self._to_arm:
            self.arm(fault, now)

    def _tick(self, now: Micros) -> list[Effect]:
        effects: list[Effect] = []
        while self._script and (due := self._next_event()) is not None and due <= now:
            effects += self._act(self._script.pop().action, now)
        if self._cell_due is not None and self._cell_due <= now:
            effects += self._feed(self._heard(self.cell.fire(now)), now)
        if (due := self.modem.next_timer()) is None or due > now:
            return effects
        return effects + self._feed([_TICK], now) if effects else self._feed([_TICK], now)

    def _heard(self, stimuli: list[Stimulus]) -> list[Stimulus]:
        """Note how it stands with the cell, which has said this: it says little, and would be asked at every step.

        When it is due; and whether datagrams go out as they are, for nothing is routed and no traffic counts.
        """
        self._cell_due = self.cell.next_timer()
        self._is_plain = not self.routes and not self.cell.connection.saving
        return stimuli

    def _next_event(self) -> Micros | None:
        return self._start + self._script[-1].at if self._script and self._start is not None else None

    def _act(self, action: Action, now: Micros) -> list[Effect]:
        match action:
            case ChangeCell(settings):
                return self.change(now, **settings)
            case DropBearer():
                return self.drop_bearer(now)
            case InsertCard(card):
                return self.insert_card(card, now)
            case RemoveCard():
                return self.remove_card(now)

    def _feed(self, stimuli: list[Stimulus], now: Micros) -> list[Effect]:
        """Give the modem its stimuli, and the cell's answers to what it wants, until neither has anything to say."""
        outside: list[Effect] = []
        for stimulus in stimuli:  # which grow meanwhile
            assert len(stimuli) < _MOST_TURNS, "modem and cell never come to rest"
            effects = self.modem.handle(stimulus, now)
            if self.journal is not None:
                self.journal.record(now, stimulus, effects)
            for effect in effects:
                if isinstance(effect, UartTx) or (self._is_plain and isinstance(effect, DatagramTx)):  # nearly all are
                    outside.append(effect)
                else:
                    self._pass(effect, now, stimuli, outside)
        return outside if self.faults is None else self.faults.outgoing(outside, now)

    def _settle(self, effects: list[Effect], now: Micros) -> list[Effect]:
        """Let these effects, which are in the journal, have their consequences."""
        stimuli: list[Stimulus] = []
        outside: list[Effect] = []
        for effect in effects:
            self._pass(effect, now, stimuli, outside)
        return outside + self._feed(stimuli, now)

    def _pass(self, effect: Effect, now: Micros, stimuli: list[Stimulus], outside: list[Effect]) -> None:
        if self.cell.connection.saving and isinstance(effect, DatagramTx | Ping | Resolve):
            stimuli += self._heard(self.cell.connection.active(now))
        match effect:
            case DatagramTx():
                target = self.routes.outbound(effect.destination)
                outside.append(effect if target is effect.destination else DatagramTx(target, effect.data))
            case RadioOn() | RadioOff() | RadioRest() | AreaUpdate() | BearerOpen() | BearerClose():
                stimuli += self._heard(self.cell.handle(effect, now))
            case Resolve(name) if address := self.routes.resolve(name):
                stimuli.append(Resolved(name, (address,)))
            case Ping(address, sequence) if self.routes.host(address) != address:
                self._pings[sequence] = address
                outside.append(replace(effect, address=self.routes.host(address)))
            case PowerOff():
                self._heard(self.cell.handle(RadioOff(), now))
                outside.append(effect)
            case _:
                outside.append(effect)
