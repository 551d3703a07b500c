"""How long a datagram is on the air, and what the module draws meanwhile: presets made of published figures.

    bytes ──► transport blocks, each repeated ──► time on the air ──► current × voltage × time

``docs/explanation/energy.md`` has the source of every number, and says which of them are assumptions of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from modemtwin.clockwork import MICROSECONDS, Micros, seconds

__all__ = ["NOTHING", "PRESETS", "SLEEPS", "Carrier", "Energy", "Radio"]

_MS = seconds(0.001)
_HOUR = 3600.0

SLEEPS: Mapping[str, float] = {"psm": 0.009, "sleep": 1.0, "idle": 11.0}
"""What the module draws between two reports, in mA: in PSM, asleep by ``AT+CSCLK``, awake."""


class Energy(NamedTuple):
    """How much was drawn."""

    mah: float
    joules: float

    def __add__(self, other: object) -> Energy:
        return Energy(self.mah + other.mah, self.joules + other.joules) if isinstance(other, Energy) else NotImplemented

    def times(self, factor: float) -> Energy:
        """Give so many times as much."""
        return Energy(self.mah * factor, self.joules * factor)


NOTHING = Energy(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Carrier:
    """One direction: the transport blocks there are, as (bits, time on the air), and how often each is sent."""

    blocks: tuple[tuple[int, Micros], ...]
    repetitions: int = 1

    def airtime(self, size: int) -> Micros:
        """Say how long so many bytes take: largest blocks first, and the smallest one that holds the rest."""
        bits, largest = size * 8, self.blocks[-1]
        full, rest = divmod(bits, largest[0])
        last = next((span for held, span in self.blocks if held >= rest), largest[1]) if rest else 0
        return (full * largest[1] + last) * self.repetitions


@dataclass(frozen=True, slots=True)
class Radio:
    """A module in one kind of coverage. Currents are in mA at ``volts``, spans of time in microseconds.

    ``up`` and ``down`` are the sizes of the messages that set a connection up and release it; ``headers`` is what NAS
    or PDCP, RLC and MAC add to each datagram, in bytes. ``listening`` is the share of its connected time in which a
    module that waits has its receiver on. ``sleep`` is the current between two reports, where ``SLEEPS`` is not right.
    """

    about: str
    uplink: Carrier
    downlink: Carrier
    preamble: Micros
    up: tuple[int, ...]
    down: tuple[int, ...]
    headers: int
    listening: float
    inactivity: Micros = 10 * MICROSECONDS
    active: Micros = 10 * MICROSECONDS
    volts: float = 3.8
    transmit: float = 167.0
    receive: float = 40.0
    idle: float = 11.0
    sleep: float | None = None

    @property
    def waiting(self) -> float:
        """What it draws while it is connected and nothing is on the air, in mA."""
        return self.idle + self.listening * (self.receive - self.idle)

    def asleep(self, how: str) -> float:
        """Say what it draws between two reports, in mA, when it sleeps so: a key of ``SLEEPS``."""
        return SLEEPS[how] if self.sleep is None else self.sleep

    def drawn(self, milliamperes: float, span: float) -> Energy:
        """Say what a current draws in so many microseconds."""
        charge = milliamperes * span / MICROSECONDS  # in mAs
        return Energy(charge / _HOUR, charge * self.volts / 1000)

    def setting_up(self) -> tuple[Micros, Micros]:
        """Say how long it transmits and receives to set a connection up and to release it."""
        sent = self.preamble + sum(self.uplink.airtime(size) for size in self.up)
        return sent, sum(self.downlink.airtime(size) for size in self.down)

    def airtime(self, size: int, *, up: bool) -> Micros:
        """Say how long an IP packet of so many bytes is on the air."""
        return (self.uplink if up else self.downlink).airtime(size + self.headers)


def _blocks(unit: Micros, *bits: int) -> tuple[tuple[int, Micros], ...]:
    """Transport blocks of 1, 2, 3, 4, 5, 6, 8 and 10 resource units or subframes (TS 36.213 §16.5.1)."""
    return tuple((size, count * unit) for size, count in zip(bits, (1, 2, 3, 4, 5, 6, 8, 10), strict=False))


_ROW_3 = (40, 104, 176, 208, 256, 328, 440, 568)
_ROW_4 = (56, 120, 208, 256, 328, 408, 552, 680)
_ROW_5 = (72, 144, 224, 328, 424, 504, 680, 872)
_ROW_5_DOWN = _ROW_5[:-1]  # 680 bits are the most that fit in release 13

PRESETS: Mapping[str, Radio] = {
    "nb-iot-good": Radio(
        "NB-IoT near the cell, coverage level 0",
        uplink=Carrier(_blocks(1 * _MS, *_ROW_5)),
        downlink=Carrier(_blocks(1 * _MS, *_ROW_5_DOWN)),
        preamble=2 * seconds(0.0064),
        up=(7, 20),
        down=(7, 30, 10),
        headers=12,
        listening=0.1,
    ),
    "nb-iot-deep": Radio(
        "NB-IoT in a cellar, coverage level 2",
        uplink=Carrier(_blocks(8 * _MS, *_ROW_3), repetitions=32),
        downlink=Carrier(_blocks(1 * _MS, *_ROW_4), repetitions=128),
        preamble=32 * seconds(0.0064),
        up=(7, 20),
        down=(7, 30, 10),
        headers=12,
        listening=0.3,
    ),
    "cat-m1": Radio(
        "LTE Cat-M1, coverage mode A",
        uplink=Carrier(((1000, 1 * _MS),)),
        downlink=Carrier(((1000, 1 * _MS),)),
        preamble=seconds(0.0009),
        up=(7, 20, 13, 10),
        down=(7, 30, 30, 30, 10),
        headers=8,
        listening=0.1,
    ),
}
"""Kinds of coverage by name; the same names as those of the paths."""
