"""How large every table of a modem and its surroundings is, found by walking over the objects themselves.

mobile ──► its slots, their slots, … ──► path of each container ──► its length      a new table needs no new test
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from tests.world.walk.tap import require

__all__ = ["look_at"]

_MOST = 600
"""Entries that a table may have of which nobody said that it may have more."""

_LARGER = {
    "_mids.entries": 0x10000,
    "_seen.entries": 4_096,
    "_free_again": 1_024,
    "journal._entries": 200_000,
    "fates": 10_000,
    "unread": 16_384,
    "_heap": 4_000,
    "_inside": 25_000,
    "_ports": 25_000,
}
"""Tables that may have more, by the end of their path: some say so themselves, others are bounded by time."""

_MOST_BYTES = 300_000
_ATOMS = (str, int, float, bool, type(None), type, ModuleType)
_TABLES = (list, dict, set, frozenset, deque)


def look_at(root: object, name: str) -> int:
    """Look at every table that can be reached from an object; give how many there are."""
    seen: set[int] = set()
    found = 0
    waiting: list[tuple[str, Any]] = [(name, root)]
    while waiting:
        path, each = waiting.pop()
        if id(each) in seen or isinstance(each, _ATOMS) or (callable(each) and not hasattr(each, "__self__")):
            continue
        seen.add(id(each))
        if isinstance(each, bytes | bytearray):
            most = next((size for end, size in _LARGER.items() if path.endswith(end)), _MOST_BYTES)
            require(len(each) <= most, f"{path} has {len(each)} bytes")
        elif isinstance(each, _TABLES):
            found += 1
            most = next((size for end, size in _LARGER.items() if path.endswith(end)), _MOST)
            require(len(each) <= most, f"{path} has {len(each)} entries")
        waiting += _parts(path, each)
    return found


def _parts(path: str, each: Any) -> Iterator[tuple[str, Any]]:
    """Give what hangs on an object, a thing or a table; of a long table its first entries only."""
    if isinstance(each, Mapping):
        for _, (key, value) in zip(range(20), each.items(), strict=False):
            yield f"{path}[]", value
            yield f"{path}<>", key
    elif isinstance(each, (*_TABLES, tuple)):
        for _, value in zip(range(20), each, strict=False):
            yield f"{path}[]", value
    elif type(each).__module__.startswith("modemtwin"):
        kind: Any = type(each)
        for name in _slots(kind):
            if hasattr(each, name):
                yield f"{path}.{name}", getattr(each, name)
        for name, value in getattr(each, "__dict__", {}).items():
            yield f"{path}.{name}", value


@cache
def _slots(kind: Any) -> tuple[str, ...]:
    return tuple(name for base in kind.__mro__ for name in getattr(base, "__slots__", ()) if name != "__weakref__")
