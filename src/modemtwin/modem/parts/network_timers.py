"""Timers as the network codes them: T3412 and T3324 of PSM, cycle and paging window of eDRX.

T3412   three bits of unit, five of count: 10 min, 1 h, 10 h, 2 s, 30 s, 1 min, 320 h, off    TS 24.008 §10.5.7.4a
T3324   the same with other units: 2 s, 1 min, 6 min, off                                     TS 24.008 §10.5.7.3
eDRX    four bits for the cycle, four for the window                                          TS 24.008 §10.5.5.32
"""

from __future__ import annotations

from collections.abc import Mapping

from modemtwin.clockwork import MICROSECONDS, Micros, seconds

OFF = 0b111_00000
"""The octet of a timer that is deactivated."""

_COUNT = 0b11111
_PERIODIC: Mapping[int, int] = {3: 2, 4: 30, 5: 60, 0: 600, 1: 3600, 2: 36_000, 6: 1_152_000}
_ACTIVE: Mapping[int, int] = {0: 2, 1: 60, 2: 360}
"""Seconds by unit, the shortest first."""

_CYCLES = (4, 8, 16, 32, 48, 64, 80, 96, 112, 128, 256, 512, 1024, 2048, 4096, 8192)
"""Cycles by code, in units of 1.28 s."""

_UNIT = seconds(1.28)
_NARROW = frozenset((2, 3, 5, 9, 10, 11, 12, 13, 14, 15))
_SHORTEST_NARROW = 2


def periodic(octet: int) -> Micros | None:
    """T3412 extended; None when it is deactivated."""
    return _span(octet, _PERIODIC)


def active(octet: int) -> Micros | None:
    """T3324; None when it is deactivated. A unit that there is not counts minutes."""
    return _span(octet, _ACTIVE)


def periodic_octet(span: float) -> int:
    """Code so many seconds of T3412, rounded up to what can be coded."""
    return _octet(span, _PERIODIC)


def active_octet(span: float) -> int:
    """Code so many seconds of T3324, rounded up to what can be coded."""
    return _octet(span, _ACTIVE)


def _span(octet: int, units: Mapping[int, int]) -> Micros | None:
    unit = octet >> 5
    if unit == OFF >> 5:
        return None
    return (octet & _COUNT) * units.get(unit, 60) * MICROSECONDS


def _octet(span: float, units: Mapping[int, int]) -> int:
    for unit, length in units.items():
        count = -(-span // length)
        if count <= _COUNT:
            return unit << 5 | int(count)
    return unit << 5 | _COUNT


def known_code(code: int, *, narrow: bool) -> int:
    """What a code of a cycle is taken for: NB-IoT has fewer, and takes any other for that of 20.48 s."""
    return _SHORTEST_NARROW if narrow and code not in _NARROW else code


def cycle(code: int, *, narrow: bool) -> Micros:
    """The eDRX cycle."""
    return _CYCLES[known_code(code, narrow=narrow)] * _UNIT


def window(code: int, *, narrow: bool) -> Micros:
    """The paging window: multiples of 2.56 s for NB-IoT, of 1.28 s for CAT-M."""
    return (code + 1) * _UNIT * (2 if narrow else 1)


def cycle_code(span: float, *, narrow: bool) -> int:
    """Code so many seconds of a cycle, rounded up to what there is."""
    codes = sorted(_NARROW) if narrow else range(len(_CYCLES))
    return next((code for code in codes if _CYCLES[code] * _UNIT >= seconds(span)), 15)


def window_code(span: float, *, narrow: bool) -> int:
    """Code so many seconds of a paging window, rounded up to what there is."""
    unit = _UNIT * (2 if narrow else 1)
    return min(15, max(0, -(-seconds(span) // unit) - 1))
