"""The table of faults: which occasions and acts there are, which keys each has, and an example of each.

    [[fault]]  on, do, keys ──► check_fault ──► Fault        Python (``faults``), TOML and ``modemtwin control`` alike
                                                             the schema and the reference are written from it too

What is said with ``on`` may be left out where the other keys say it: only a datagram has a ``type``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from modemtwin.amount import figure
from modemtwin.coap.numbers import TYPES
from modemtwin.modem.doors import Secret
from modemtwin.world.fault import fault
from modemtwin.world.fault.kinds import Code, Codes, Hex, OneOf, OneOfOrNot, OptionName, Pattern
from modemtwin.world.fault.state import STATES
from modemtwin.world.schema import Digits, Key, Number, Text, Whole, nearest

__all__ = ["ACTS", "FAULT_KEYS", "OCCASIONS", "ActRow", "OccasionRow", "check_fault", "keys_of", "parse_fault"]

_YEAR = 31_536_000
_SPAN = Number(0, _YEAR)
_LASTING = Number(0, _YEAR, optional=True)
_READ = "read as UTF-8 where it is that, else as latin-1"


@dataclass(frozen=True, slots=True)
class OccasionRow:
    """A kind of occasion: its name in ``on``, what it is, the class with its keys, and the keys of ``Count`` it has."""

    name: str
    doc: str
    build: Callable[..., fault.Occasion]
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActRow:
    """An act: its name in ``do``, what it does, its class, the occasions it may have, and an example in TOML."""

    name: str
    doc: str
    build: Callable[..., fault.Act]
    on: tuple[str, ...]
    example: str


_COUNTS = ("nth", "every", "times", "chance", "after", "before", "during")
_PASSING = ("datagram", "line")
_DEED = ("time", "datagram", "line")

OCCASIONS: dict[str, OccasionRow] = {
    row.name: row
    for row in (
        OccasionRow("time", "a moment", fault.OnTime, ("times", "chance", "during")),
        OccasionRow("datagram", "a datagram between modem and path", fault.OnDatagram, _COUNTS),
        OccasionRow(
            "line",
            "a whole line that the TE types or the modem writes; an echo is one of the modem's",
            fault.OnLine,
            _COUNTS,
        ),
        OccasionRow("byte", "any byte of the UART", fault.OnByte, _COUNTS),
    )
}

ACTS: dict[str, ActRow] = {
    row.name: row
    for row in (
        ActRow("drop", "it does not arrive", fault.Drop, (*_PASSING, "byte"), 'do = "drop"\ntype = "ACK"\nnth = 2'),
        ActRow(
            "delay",
            "it arrives later; others may overtake it",
            fault.Delay,
            _PASSING,
            'do = "delay"\ncode = "2.05"\nby = 5.0',
        ),
        ActRow(
            "duplicate",
            "it arrives more than once",
            fault.Duplicate,
            _PASSING,
            'do = "duplicate"\ndirection = "in"\noption = "Observe"\nnth = 3',
        ),
        ActRow(
            "corrupt",
            "one bit of it is turned over",
            fault.Corrupt,
            ("datagram",),
            'do = "corrupt"\nfield = "token"\ntype = "CON"\nchance = 0.5',
        ),
        ActRow(
            "truncate",
            "only its first bytes arrive",
            fault.Truncate,
            ("datagram",),
            'do = "truncate"\nlength = 6\ndirection = "in"\nevery = 4',
        ),
        ActRow(
            "answer",
            "it does not arrive: the path answers in the name of whom it was for",
            fault.Answer,
            ("datagram",),
            'do = "answer"\nreply = "RST"\ntype = "CON"\ndirection = "out"\nnth = 1',
        ),
        ActRow(
            "garble",
            "one bit of a byte of the UART is turned over",
            fault.Garble,
            ("byte", "line"),
            'do = "garble"\non = "byte"\ndirection = "in"\nevery = 100',
        ),
        ActRow(
            "pull-card",
            "the card is pulled, and put back after a while",
            fault.PullCard,
            _DEED,
            'do = "pull-card"\nat = 60\nlasting = 10',
        ),
        ActRow(
            "change-pin",
            "the card is another one, which asks for this PIN",
            fault.ChangePin,
            _DEED,
            'do = "change-pin"\npin = "9999"',
        ),
        ActRow(
            "lose-coverage",
            "the cell is not heard for a while, and the registration is lost",
            fault.LoseCoverage,
            _DEED,
            'do = "lose-coverage"\nat = 30\nlasting = 40',
        ),
        ActRow(
            "deny",
            "the network turns the modem away for a while",
            fault.Deny,
            _DEED,
            'do = "deny"\nat = 30\nlasting = 40',
        ),
        ActRow(
            "reject-apn",
            "the network accepts no APN for a while; bearers that are up stay",
            fault.RejectApn,
            _DEED,
            'do = "reject-apn"\nlasting = 60',
        ),
        ActRow(
            "drop-bearer",
            "the network takes every bearer away",
            fault.DropBearers,
            _DEED,
            'do = "drop-bearer"\ndirection = "out"\ntype = "CON"\nnth = 2',
        ),
        ActRow("restart", "the module is reset and boots again", fault.Restart, _DEED, 'do = "restart"\nat = 45'),
        ActRow(
            "mute",
            "what the modem writes is lost for a while",
            fault.Mute,
            _DEED,
            'do = "mute"\nat = 20\nlasting = 5',
        ),
        ActRow(
            "deafen",
            "what the TE types is lost for a while",
            fault.Deafen,
            _DEED,
            'do = "deafen"\nat = 20\nlasting = 5',
        ),
        ActRow(
            "slow",
            "the UART is slow for a while: ten bits for each byte, in each direction",
            fault.Slow,
            _DEED,
            'do = "slow"\nbaud = 300\nlasting = 30',
        ),
        ActRow(
            "busy",
            "the next command lines are refused with this CME error",
            fault.Busy,
            _DEED,
            'do = "busy"\ncommands = 3\ndirection = "in"\ntext = "CCOAPINIT"\nnth = 1',
        ),
        ActRow(
            "fill-queue",
            "NON requests arrive that nobody asked for",
            fault.FillQueue,
            _DEED,
            'do = "fill-queue"\ncode = "2.05"\nnth = 1',
        ),
    )
}

FAULT_KEYS: tuple[Key, ...] = tuple(
    Key(f"fault.{name}", kind, None, doc, unit)
    for name, kind, unit, doc in (
        ("do", OneOf(tuple(ACTS)), "", "what happens"),
        ("on", OneOf(tuple(OCCASIONS)), "", "on what occasion; where other keys say it, it may be left out"),
        ("at", _SPAN, "s", "the moment, counted from when the fault is armed: in a scenario, the start"),
        ("period", Number(0.001, _YEAR), "s", "it happens again after so long, and so on"),
        ("direction", OneOf(("in", "out")), "", '"in" is to the modem, "out" from it; without it, both'),
        ("type", OneOf(TYPES), "", "type of the message (RFC 7252 §3)"),
        ("code", Codes(), "", "code of the message"),
        ("mid", Whole(0, 65_535), "", "message ID"),
        ("token", Hex(8), "", "token of the message"),
        ("option", OptionName(), "", "an option that the message has"),
        ("path", Text(255), "", "Uri-Path of a request, such as /time"),
        ("payload", Pattern(), "", f"what is found in the payload, {_READ}"),
        ("text", Pattern(), "", f"what is found in the line, {_READ}"),
        ("nth", Whole(1, 10**9), "", "which of them is the first; alone it is the only one"),
        ("every", Whole(1, 10**9), "", "from the first on, every one so far behind the last"),
        ("times", Whole(1, 10**9), "", "how often at most"),
        ("chance", Number(0, 1), "", "how likely it is each time"),
        ("after", _SPAN, "s", "none counts that comes earlier, from when the fault is armed"),
        ("before", _SPAN, "s", "none counts that comes later"),
        ("during", OneOfOrNot(tuple(STATES)), "", "a state: none counts without it, and a moment waits for it"),
        ("by", Number(0, 86_400), "s", "how much later"),
        ("copies", Whole(1, 100), "", "how many more of it arrive"),
        (
            "field",
            OneOf(("any", "version", "type", "code", "mid", "token", "options", "payload")),
            "",
            "where the bit is; a message without such a field passes unharmed",
        ),
        ("length", Whole(0, 65_535), "bytes", "how much of it arrives"),
        ("reply", Code(), "", "what the answer is; a code answers requests only, RST and ACK answer CON and NON"),
        ("pin", Digits((4, 5, 6, 7, 8), Secret), "", "PIN of the other card"),
        ("lasting", _LASTING, "s", "how long it goes on; never: it does not end"),
        ("baud", Whole(50, 4_000_000), "bit/s", "rate of the UART"),
        ("commands", Whole(1, 100_000), "", "how many command lines"),
        ("error", Whole(0, 999), "", "CME error (TS 27.007 §9.2): 14 is SIM busy"),
        ("packets", Whole(1, 1_000), "", "how many arrive; without it, as many as the queue holds"),
    )
)
"""Every key of [[fault]]."""

_LIKE_DURING = ("while", "when", "if", "state")  # Python could not have the first three as keywords

_KEYS = {key.name.removeprefix("fault."): key for key in FAULT_KEYS}


def keys_of(build: Callable[..., object]) -> dict[str, object]:
    """Give the keys of an occasion, an act or ``Count`` with their defaults, MISSING for those that must be given."""
    return {each.name: each.default for each in fields(build)}  # type: ignore[arg-type]  # all of them are data classes


def parse_fault(words: Iterable[str]) -> fault.Fault:
    """Make a fault of words: ``do=drop``, ``type=ACK``. ValueError as of ``check_fault``."""
    return check_fault(dict(word.partition("=")[::2] for word in words), typed=True)


def check_fault(table: Mapping[str, object], path: str = "fault", *, typed: bool = False) -> fault.Fault:
    """Make a fault of a table of keys; ``typed``: the values are text that stands for what they should be.

    The ValueError has a line for each mistake, which begins with the path of the key.
    """
    mistakes: list[str] = []
    values = _checked(table, path, mistakes, typed=typed)
    act = ACTS.get(str(values.get("do", "")))
    if act is None:
        if "do" not in table:
            mistakes.insert(0, f"{path}.do: it is missing; allowed: {_KEYS['do'].allowed}")
        raise ValueError("\n".join(mistakes))
    occasion = _occasion(act, values)
    mistakes += _misplaced(act, occasion, values, path)
    mistakes += [
        f"{path}.{name}: it is missing; allowed: {_KEYS[name].allowed}"
        for name, default in keys_of(act.build).items()
        if default is MISSING and name not in table
    ]
    if "before" in values and values["before"] < values.get("after", 0):
        after = f"{figure(values['after'])} s, from when on it counts"
        mistakes.append(f"{path}.before: {figure(values['before'])} s is before {after}: it could never strike")
    if mistakes:
        raise ValueError("\n".join(mistakes))
    occurs, counts, does = (_part(build, values) for build in (occasion.build, fault.Count, act.build))
    return fault.Fault(occurs, counts, does, _words(values))


def _checked(table: Mapping[str, object], path: str, mistakes: list[str], *, typed: bool) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in _KEYS:
            meant = '; did you mean "during"?' if name in _LIKE_DURING else nearest(name, _KEYS)
            mistakes.append(f"{path}.{name}: there is no such key{meant}")
            continue
        key = _KEYS[name]
        try:
            values[name] = key.kind.read(str(value)) if typed else key.kind.check(value)
        except ValueError as error:
            mistakes.append(f"{path}.{name}: {error}; allowed: {key.allowed}")
    return values


def _occasion(act: ActRow, values: Mapping[str, object]) -> OccasionRow:
    """Find the occasion that is said, or else the first that has all the keys."""
    if values.get("on") in OCCASIONS:
        return OCCASIONS[str(values["on"])]
    own = set(values) - set(keys_of(act.build)) - {"do", "on"}
    rows = [OCCASIONS[name] for name in act.on]
    return next((row for row in rows if own <= _named(row)), rows[0])


def _misplaced(act: ActRow, occasion: OccasionRow, values: Mapping[str, object], path: str) -> Iterable[str]:
    if occasion.name not in act.on:
        allowed = ", ".join(f'"{name}"' for name in act.on)
        yield f'{path}.on: "{act.name}" does not go with "{occasion.name}"; allowed: {allowed}'
        return
    known = _named(occasion) | set(keys_of(act.build)) | {"do", "on"}
    for name in values:
        if name not in known:
            owners = [row.name for row in OCCASIONS.values() if name in _named(row)]
            owners += [row.name for row in ACTS.values() if name in keys_of(row.build)]
            belongs = " and ".join(f'"{owner}"' for owner in owners)
            yield f'{path}.{name}: it belongs to {belongs}, not to "{act.name}" on "{occasion.name}"'


def _named(row: OccasionRow) -> set[str]:
    return {*keys_of(row.build), *row.counts}


def _part(build: Callable[..., Any], values: Mapping[str, object]) -> Any:
    return build(**{name: values[name] for name in keys_of(build) if name in values})


def _words(values: Mapping[str, object]) -> str:
    return " ".join(f"{name}={_word(values[name])}" for name in _KEYS if name in values)


def _word(value: object) -> str:
    if isinstance(value, Secret):
        return "*" * len(value)
    text = "never" if value is None else figure(value) if isinstance(value, float) else str(value)
    return text if text and text.isprintable() and " " not in text else repr(text)
