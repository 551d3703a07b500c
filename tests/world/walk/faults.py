"""Faults of every kind that the table of faults knows, drawn from the table itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from random import Random
from typing import TypeAlias

from modemtwin.world.fault.state import STATES
from modemtwin.world.fault.table import ACTS, OCCASIONS, keys_of

__all__ = ["Keys", "draw"]

Keys: TypeAlias = Mapping[str, object]
"""What stands in ``[[fault]]``."""

_Value: TypeAlias = Callable[[Random], object]


def _one_of(*values: object) -> _Value:
    return lambda chance: chance.choice(values)


_VALUES: Mapping[str, _Value] = {
    "at": _one_of(0, 0.001, 1, 30, 600),
    "period": _one_of(5, 60, 900),
    "direction": _one_of("in", "out"),
    "type": _one_of("CON", "NON", "ACK", "RST"),
    "code": _one_of("2.05", "GET", "4.xx", "request", "response", "empty"),
    "mid": _one_of(0, 1, 2, 65_535),
    "token": _one_of("", "74", "0102"),
    "option": _one_of("Observe", "Uri-Path", "#23", "Block1"),
    "path": _one_of("/time", "/"),
    "payload": _one_of("hello", "^$", "."),
    "text": _one_of("CCOAP", "^AT", "OK", "RECV", "."),
    "nth": _one_of(1, 2, 5),
    "every": _one_of(1, 2, 10),
    "times": _one_of(1, 2, 20),
    "chance": _one_of(0.0, 0.1, 0.5, 1.0),
    "after": _one_of(0, 1, 60),
    "before": _one_of(61, 3_600),  # later than any of "after": else it could never strike, and is refused
    "by": _one_of(0, 0.001, 0.5, 5, 300),
    "copies": _one_of(1, 3),
    "field": _one_of("any", "version", "type", "code", "mid", "token", "options", "payload"),
    "length": _one_of(0, 3, 4, 6, 60),
    "reply": _one_of("RST", "ACK", "5.03", "2.05", "4.13"),
    "pin": _one_of("9999", "1234"),
    "lasting": _one_of(0, 0.5, 5, 60, 2_000, None),
    "baud": _one_of(50, 300, 9_600, 115_200),
    "commands": _one_of(1, 2, 5),
    "error": _one_of(14, 3, 100, 999),
    "packets": _one_of(1, 3, 12),
    "during": _one_of(*STATES, *(f"not-{name}" for name in STATES)),
}
_ALWAYS = ("by", "length", "reply", "pin", "baud", "lasting")


def draw(chance: Random) -> Keys:
    """Draw an act, an occasion that it may have, and some of the keys of both."""
    act = ACTS[chance.choice(list(ACTS))]
    occasion = OCCASIONS[chance.choice(act.on)]
    keys: dict[str, object] = {"do": act.name, "on": occasion.name}
    for name, default in keys_of(act.build).items():
        if default is MISSING or name in _ALWAYS or chance.random() < 0.3:
            keys[name] = _VALUES[name](chance)
    for name in (*keys_of(occasion.build), *occasion.counts):
        if chance.random() < 0.25:
            keys[name] = _VALUES[name](chance)
    return keys
