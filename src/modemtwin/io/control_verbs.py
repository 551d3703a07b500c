"""What can be told to a running modem: one row for each verb, with what it does to a ``VirtualModem``.

["fault", "add", "do=drop", "type=ACK"] ──► perform ──► Answer, or ValueError with a line for each mistake
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from modemtwin.modem.doors import Secret
from modemtwin.world.cell.keys import CELL_KEYS
from modemtwin.world.fault import faults
from modemtwin.world.fault.state import held
from modemtwin.world.fault.table import ACTS, check_fault
from modemtwin.world.schema import Digits, Key, Number, Whole, nearest, nearest_key, underscored

if TYPE_CHECKING:
    from modemtwin.io.virtual_modem import VirtualModem
    from modemtwin.world.fault.rule import Rule

__all__ = ["VERBS", "Answer", "ControlVerb", "perform"]

_CELL = {key.name.removeprefix("cell."): key for key in CELL_KEYS}
_PIN = Key("pin", Digits((0, 4, 5, 6, 7, 8), Secret), "", "PIN of the card")
_LASTING = Key("lasting", Number(0, 31_536_000), None, "how long it goes on", "s")
_ENTRIES = Key("journal", Whole(1, 1_000), 10, "how many entries")
_NUMBER = Key("fault clear", Whole(1, 1_000_000), None, "its number in the list")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verb says: lines for a person, and the same as data for a program."""

    lines: list[str] = field(default_factory=list)
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ControlVerb:
    """One verb: ``usage`` with its words, ``about`` in a few more."""

    name: str
    usage: str
    about: str
    act: Callable[[VirtualModem, Sequence[str]], Answer]


def perform(modem: VirtualModem, words: Sequence[str]) -> Answer:
    """Do what the words say; ValueError when they are no verb, or not such a one."""
    if not words:
        raise ValueError(f"there is no verb; there are: {', '.join(VERBS)}")
    name, *rest = words
    if name not in VERBS:
        as_fault = f"; it is a fault: fault add {name} …" if name in ACTS else ""
        meant = as_fault or nearest(name, VERBS) or f"; there are: {', '.join(VERBS)}"
        raise ValueError(f'there is no verb "{name}"{meant}')
    return VERBS[name].act(modem, rest)


def _wrong(name: str, said: str = "") -> ValueError:
    return ValueError(f"{said or 'these words do not fit'}; write: {VERBS[name].usage}")


def _none(name: str, words: Sequence[str]) -> None:
    if words:
        raise _wrong(name, f'"{words[0]}" is too much')


# ── what there is to see ──────────────────────────────────────────────────────────────────────────────────────────


def _status(modem: VirtualModem, words: Sequence[str]) -> Answer:
    _none("status", words)
    station = modem.station
    cell = station.cell.settings
    data: dict[str, object] = {
        "profile": modem.firmware.name,
        "port": modem.ready,
        "power": modem.is_on,
        "registration": station.cell.standing.name.lower(),
        "bearer": station.cell.has_bearer,
        "coverage": cell.coverage,
        "signal": cell.signal,
        "apn-policy": cell.apn_policy,
        "states": held(station),
        "faults": len(modem.faults),
        "entries": len(modem.journal),
    }
    return Answer([f"{name:<13}{_told(value)}" for name, value in data.items()], data)


def _told(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _journal(modem: VirtualModem, words: Sequence[str]) -> Answer:
    if len(words) > 1:
        raise _wrong("journal")
    count = _ENTRIES.read(words[0]) if words else _ENTRIES.default
    assert isinstance(count, int)
    lines = modem.journal.tail(count)
    return Answer(lines, {"entries": lines})


def _help(_: VirtualModem, words: Sequence[str]) -> Answer:
    _none("help", words)
    width = max(len(verb.usage) for verb in VERBS.values())
    lines = [f"{verb.usage:<{width}}  {verb.about}" for verb in VERBS.values()]
    return Answer(lines, {verb.name: verb.usage for verb in VERBS.values()})


# ── what can be changed ───────────────────────────────────────────────────────────────────────────────────────────


def _set(modem: VirtualModem, words: Sequence[str]) -> Answer:
    if not words:
        raise _wrong("set", "there is no key")
    settings: dict[str, object] = {}
    mistakes: list[str] = []
    for word in words:
        spelled, equals, text = word.partition("=")
        name = underscored(spelled.removeprefix("cell."))
        if not equals:
            mistakes.append(f'{spelled}: there is no "="; write KEY=VALUE')
        elif name not in _CELL:
            meant = "" if "." in name else nearest_key(spelled.removeprefix("cell."), _CELL)
            meant = meant or "; only keys of [cell] change while it runs"
            mistakes.append(f"{spelled}: there is no such key{meant}")
        else:
            try:
                settings[name] = _CELL[name].read(text)
            except ValueError as error:
                mistakes.append(str(error))
    if mistakes:
        raise ValueError("\n".join(mistakes))
    modem.change(**settings)
    return Answer()


def _card(modem: VirtualModem, words: Sequence[str]) -> Answer:
    match words:
        case ["out"]:
            modem.remove_card()
        case ["in"]:
            modem.insert_card()
        case ["in", word] if word.startswith("pin="):
            pin = _PIN.read(word.removeprefix("pin="))
            assert isinstance(pin, Secret)
            modem.insert_card(replace(modem.station.card, pin=pin))
        case _:
            raise _wrong("card")
    return Answer()


def _coverage(modem: VirtualModem, words: Sequence[str]) -> Answer:
    match words:
        case ["on" | "off" as which]:
            modem.change(coverage=which == "on")
        case _:
            raise _wrong("coverage")
    return Answer()


def _drop_bearer(modem: VirtualModem, words: Sequence[str]) -> Answer:
    _none("drop-bearer", words)
    modem.drop_bearer()
    return Answer()


def _restart(modem: VirtualModem, words: Sequence[str]) -> Answer:
    _none("restart", words)
    fault = faults.restart()
    modem.arm(fault)
    modem.disarm(fault)
    return Answer()


def _power_on(modem: VirtualModem, words: Sequence[str]) -> Answer:
    _none("power-on", words)
    modem.power_on()
    return Answer()


def _mute(modem: VirtualModem, words: Sequence[str]) -> Answer:
    if len(words) != 1:
        raise _wrong("mute")
    modem.arm(faults.mute(lasting=_LASTING.read(words[0])))
    return Answer()


def _fault(modem: VirtualModem, words: Sequence[str]) -> Answer:
    match words:
        case ["add", *keys] if keys:
            return _add(modem, keys)
        case ["list"]:
            return _list(modem)
        case ["clear"]:
            modem.disarm()
        case ["clear", text]:
            number = _NUMBER.read(text)
            found = next((each.fault for each in modem.faults if each.number == number), None)
            if found is None:
                raise ValueError(f"there is no fault {number}; fault list shows those that there are")
            modem.disarm(found)
        case [word, *_] if word not in ("add", "list", "clear"):
            raise _wrong("fault", f'there is no "fault {word}"{nearest(word, ("add", "list", "clear"))}')
        case _:
            raise _wrong("fault")
    return Answer()


def _add(modem: VirtualModem, words: Sequence[str]) -> Answer:
    keys: dict[str, object] = {}
    for place, word in enumerate(words):
        name, equals, text = word.partition("=")
        if not equals and place == 0 and name in ACTS:  # "fault add mute lasting=5" is understood too
            name, text = "do", name
        elif not equals:
            raise ValueError(f'fault.{name}: there is no "="; write KEY=VALUE')
        if name in keys:
            raise ValueError(f"fault.{name}: it is said twice")
        keys[name] = text
    fault = check_fault(keys, typed=True)
    modem.arm(fault)
    number = next((each.number for each in modem.faults if each.fault is fault), 0)
    return Answer([f"{number}  {fault}"], {"number": number, "fault": str(fault)})


def _list(modem: VirtualModem) -> Answer:
    rows = [_row(modem, rule) for rule in modem.faults]
    return Answer([f"{row['number']:>3}  {row['fault']}  ({row['is']})" for row in rows], {"faults": rows})


def _row(modem: VirtualModem, rule: Rule) -> dict[str, object]:
    goes_on = modem.goes_on(rule)
    times = f"struck {rule.struck} times" if rule.struck > 1 else "struck once" if rule.struck else "has not struck"
    words = [times, "goes on" * goes_on, "waits for its state" * rule.waits, "spent" * rule.is_spent]
    return {
        "number": rule.number,
        "fault": str(rule.fault),
        "struck": rule.struck,
        "spent": rule.is_spent,
        "waits": rule.waits,
        "goes-on": goes_on,
        "is": ", ".join(filter(None, words)),
    }


VERBS: dict[str, ControlVerb] = {
    row.name: row
    for row in (
        ControlVerb("status", "status", "how the modem is", _status),
        ControlVerb("set", "set KEY=VALUE …", "change keys of [cell]: set signal=5 apn-policy=reject", _set),
        ControlVerb("fault", "fault add KEY=VALUE … | list | clear [N]", "let something go wrong", _fault),
        ControlVerb(
            "card", "card out | in [pin=DIGITS]", "pull the card, slide it in again, or one with another PIN", _card
        ),
        ControlVerb("coverage", "coverage off | on", "whether the cell is heard", _coverage),
        ControlVerb("drop-bearer", "drop-bearer", "the network takes every bearer away", _drop_bearer),
        ControlVerb("restart", "restart", "reset the module", _restart),
        ControlVerb("power-on", "power-on", "pull PWRKEY: a modem that is off boots", _power_on),
        ControlVerb("mute", "mute SECONDS", "what the modem writes is lost for so long", _mute),
        ControlVerb("journal", "journal [N]", "the last entries of the journal, 10 or N, as JSON", _journal),
        ControlVerb("help", "help", "this list", _help),
    )
}
