"""What faults do to the modem and round it: the card, the cell, the module itself, and what goes on for a while.

strike ──► done at once
       └─► a spell begins ──► ends ──► what was there before comes back, unless another such spell goes on
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from modemtwin.amount import figure
from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.message import Message, encode
from modemtwin.coap.numbers import NON, POST, URI_PATH
from modemtwin.modem.doors import Address, DatagramRx, Effect, Hindered, Restarted, Struck
from modemtwin.modem.profile import tailor
from modemtwin.world.fault.fault import (
    Busy,
    ChangePin,
    Deafen,
    Deed,
    Deny,
    DropBearers,
    FillQueue,
    LoseCoverage,
    Mute,
    PullCard,
    RejectApn,
    Restart,
    Slow,
    Spell,
)
from modemtwin.world.fault.rule import Rule
from modemtwin.world.fault.target import Target

__all__ = ["NOBODY", "Deeds"]

NOBODY: Address = ("192.0.2.254", 5683)
"""Who sends what nobody asked for, while the modem has not sent anything (RFC 5737 §3: an address for examples)."""

_CELL: dict[type, dict[str, object]] = {
    LoseCoverage: {"coverage": False},
    Deny: {"denied": True},
    RejectApn: {"apn_policy": "reject", "apns": ()},
}
"""What a spell changes in the cell."""

_BEGUN: dict[type, str] = {
    PullCard: "the card is pulled",
    LoseCoverage: "the cell is not heard any more",
    Deny: "the network turns the modem away",
    RejectApn: "the network accepts no APN",
    Mute: "what the modem writes is lost",
    Deafen: "what the TE types is lost",
}


class Deeds:
    """Disturbs one station. ``peer`` is whom the modem sent something last; ``silent`` and ``baud`` are of the UART."""

    def __init__(self, station: Target) -> None:
        self.peer = NOBODY
        self._station = station
        self._pulled = False
        self._spells: dict[Rule, Micros | None] = {}
        self._before: dict[type, dict[str, object]] = {}

    def is_silent(self, direction: str) -> bool:
        """Say whether what goes in this direction of the UART is lost."""
        return self._goes_on(Mute if direction == "out" else Deafen)

    @property
    def baud(self) -> int:
        """The rate of the UART in bit/s; 0 when nothing slows it."""
        rates = [rule.fault.act.baud for rule in self._spells if isinstance(rule.fault.act, Slow)]
        return min(rates, default=0)

    def tell(self, rule: Rule, text: str, now: Micros, mid: int | None = None, *, sent: bytes = b"") -> list[Effect]:
        """Write down in the journal that a rule strikes; the story of message ``mid`` tells it too.

        ``sent`` is the datagram of the modem that it strikes.
        """
        which = "" if mid is None else f"mid {mid}: "
        return self._station.handle(Struck(f'{which}fault "{rule.fault}": {text}', sent), now)

    def strike(self, rule: Rule, act: Deed, now: Micros) -> list[Effect]:
        """Tell what happens, and do it."""
        station = self._station
        match act:
            case DropBearers():
                told = self.tell(rule, "the network drops every bearer", now)
                return told + station.drop_bearer(now)
            case ChangePin(pin):
                told = self.tell(rule, "there is another card, with another PIN", now)
                return told + station.insert_card(replace(station.card, pin=pin), now)
            case Restart():
                return station.handle(Restarted(f'fault "{rule.fault}": the module is reset'), now)
            case Busy(commands, error):
                lines = "command line is" if commands == 1 else f"{commands} command lines are"
                told = self.tell(rule, f"the next {lines} refused", now)
                return told + station.handle(Hindered(commands, error, f'fault "{rule.fault}"'), now)
            case FillQueue(packets):
                return self._fill(rule, packets, now)
            case _:
                return self._begin(rule, act, now)

    # ── spells ────────────────────────────────────────────────────────────────────────────────────────────────────

    def goes_on(self, rule: Rule) -> bool:
        """Say whether a rule has a spell."""
        return rule in self._spells

    def ends(self, rule: Rule) -> Micros | None:
        """Say when the spell of a rule is over; None when it has none, or none that ends."""
        return self._spells.get(rule)

    def _begin(self, rule: Rule, act: Spell, now: Micros) -> list[Effect]:
        goes_on = self._goes_on(type(act))
        self._spells[rule] = None if act.lasting is None else now + seconds(act.lasting)
        span = "" if act.lasting is None else f", for {figure(act.lasting)} s"
        text = f"the UART carries {act.baud} bit/s" if isinstance(act, Slow) else _BEGUN[type(act)]
        told = self.tell(rule, text + span, now)
        return told if goes_on else told + self._disturb(act, now)

    def _disturb(self, act: Spell, now: Micros) -> list[Effect]:
        match act:
            case PullCard():
                self._pulled = self._station.has_card
                return self._station.remove_card(now)
            case LoseCoverage() | Deny() | RejectApn():
                settings = _CELL[type(act)]
                before = {key: getattr(self._station.cell.settings, key) for key in settings}
                effects = self._station.change(now, **settings)
                self._before[type(act)] = before  # only now: what we change ourselves overrules nothing
                return effects
            case Mute() | Deafen() | Slow():
                return []
            case unreachable:
                assert_never(unreachable)

    def end(self, rule: Rule, now: Micros) -> list[Effect]:
        """End the spell of a rule; nothing happens when it has none. A modem that it has made busy is free again."""
        act = rule.fault.act
        if isinstance(act, Busy) and rule.struck:
            return self._station.handle(Hindered(0, act.error, ""), now)
        if rule not in self._spells:
            return []
        del self._spells[rule]
        if self._goes_on(type(act)):
            return []
        told = self.tell(rule, "it is over", now)
        if isinstance(act, PullCard):
            if not self._pulled or self._station.has_card:  # there was none, or another hand has put one in meanwhile
                return told
            return told + self._station.insert_card(None, now)
        before = self._before.pop(type(act), None)
        return told + self._station.change(now, **before) if before else told

    def overrule(self, settings: Iterable[str]) -> None:
        """Another hand has changed these of the cell: no spell that goes on puts back what was there before it."""
        for before in self._before.values():
            for key in settings:
                before.pop(key, None)

    def _goes_on(self, kind: type) -> bool:
        return any(isinstance(rule.fault.act, kind) for rule in self._spells)

    # ── the queue ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _fill(self, rule: Rule, packets: int | None, now: Micros) -> list[Effect]:
        if not self._station.cell.has_bearer:
            return self.tell(rule, "nothing arrives, for there is no bearer", now)
        count = self._queue_length() if packets is None else packets
        effects = self.tell(rule, f"{count} NON requests arrive", now)
        first = rule.random.getrandbits(16)
        for number in range(count):
            mid = (first + number) & 0xFFFF
            asked = Message(NON, POST, mid, options=((URI_PATH, b"fault"),), payload=b"%d" % number)
            effects += self._station.handle(DatagramRx(self.peer, encode(asked)), now)
        return effects

    def _queue_length(self) -> int:
        journal = self._station.journal
        assert journal is not None, "build_station gives every station one"
        return tailor(journal.header.profile, journal.header.overrides).queue_length
