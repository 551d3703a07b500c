"""The path of a datagram: what lies between a modem and the far end, each direction a machine of its own.

    data, now ──► MTU ──► queue, rate ──► lost? ──► delay, jitter ──► corrupted? ──► twice? ──► [Arrival …]
                   │         │              │
                   └─────────┴──────────────┴──► Lost, and the reason

What is lost was on the air all the same: it takes its time at the given rate. Datagrams keep their order unless
reordering holds one back. Chance and time are arguments; nothing else decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.world.chance import Chance
from modemtwin.world.net.bursts import Bursts
from modemtwin.world.net.fate import Arrival, Lost, Outcome

__all__ = ["PERFECT", "Lane", "Path", "PathSettings", "Way", "WaySettings"]

OVERHEAD = 28
"""Bytes of IPv4 and UDP header that a datagram has round it on its way; they count for rate and MTU."""

_CHANCE = Lost("chance")


@dataclass(frozen=True, slots=True)
class WaySettings:
    """One direction of a path. Spans are in seconds, rates in bit/s, sizes in bytes, chances from 0 to 1.

    ``path_keys.PATH_KEYS`` says what each may be and what it does. The default is a wire without faults.
    """

    delay: float = 0.0
    jitter: float = 0.0
    rate: float = 0.0
    backlog: float | None = None
    mtu: int = 0
    loss: float = 0.0
    burst_every: float = 0.0
    burst_length: float = 1.0
    burst_loss: float = 1.0
    duplicate: float = 0.0
    reorder: float = 0.0
    reorder_by: float = 1.0
    corrupt: float = 0.0


@dataclass(frozen=True, slots=True)
class PathSettings:
    """Both directions of a path: ``up`` from the modem, ``down`` to it.

    ``half_duplex``: only one of them sends at a time. ``nat_timeout``: seconds after which a NAT forgets a silent
    modem; None for no NAT.
    """

    up: WaySettings = field(default_factory=WaySettings)
    down: WaySettings = field(default_factory=WaySettings)
    half_duplex: bool = False
    nat_timeout: float | None = None


PERFECT = PathSettings()
"""Everything arrives at once."""


class Lane(Protocol):
    """What carries datagrams in one direction: a ``Way``, or something around one that knows better what to lose."""

    def handle(self, data: bytes, now: Micros) -> Outcome:
        """Take a datagram; say when it arrives, as often as it does, or why it does not."""


class Path:
    """Two ways, which take turns on one medium when the path is half duplex. Either may be replaced at any time."""

    __slots__ = ("down", "settings", "up")

    def __init__(self, settings: PathSettings, up: Chance, down: Chance) -> None:
        self.settings = settings
        medium = _Medium()
        self.up: Lane = Way(settings.up, up, medium)
        self.down: Lane = Way(settings.down, down, medium if settings.half_duplex else _Medium())


class _Medium:
    """What can carry one datagram at a time."""

    __slots__ = ("free",)

    def __init__(self) -> None:
        self.free: Micros = 0


class Way:
    """One direction of a path, with its queue and its own chance."""

    __slots__ = (
        "_backlog",
        "_bursts",
        "_delay",
        "_jitter",
        "_last",
        "_medium",
        "_random",
        "_reorder_by",
        "settings",
    )

    def __init__(self, settings: WaySettings, random: Chance, medium: _Medium | None = None) -> None:
        self.settings = settings
        self._random = random
        self._medium = medium or _Medium()
        self._delay, self._jitter = seconds(settings.delay), seconds(settings.jitter)
        self._reorder_by = seconds(settings.reorder_by)
        self._backlog = None if settings.backlog is None else seconds(settings.backlog)
        every, length = settings.burst_every, settings.burst_length
        self._bursts = Bursts(every, length, random) if every else None
        self._last: Micros = 0

    def handle(self, data: bytes, now: Micros) -> Outcome:
        """Take a datagram; say when it arrives, as often as it does, or why it does not."""
        settings, random = self.settings, self._random.random
        if settings.mtu and len(data) + OVERHEAD > settings.mtu:
            return Lost(f"{len(data) + OVERHEAD} bytes do not fit the MTU of {settings.mtu}")
        if settings.rate:
            sent = self._transmit(len(data), now)
            if sent is None:
                return Lost(f"the queue is full: more than {settings.backlog:g} s wait to be sent")
        else:
            sent = now
        if settings.loss and (settings.loss >= 1 or random() < settings.loss):  # what is certain needs no chance
            return _CHANCE
        if self._bursts is not None and self._bursts.are_on(now) and random() < settings.burst_loss:
            return Lost("a burst of losses")
        return self._arrivals(data, sent)

    def _transmit(self, length: int, now: Micros) -> Micros | None:
        """Say when the last bit is sent; None when the queue has no room."""
        medium = self._medium
        begun = max(now, medium.free)
        if self._backlog is not None and begun - now > self._backlog:
            return None
        medium.free = begun + round((length + OVERHEAD) * 8 * MICROSECONDS / self.settings.rate)
        return medium.free

    def _arrivals(self, data: bytes, sent: Micros) -> Outcome:
        settings, random = self.settings, self._random.random
        arrives = sent + self._delay
        if self._jitter:
            arrives += int(random() * self._jitter)
        if settings.reorder and random() < settings.reorder:
            arrives += self._reorder_by  # and those behind it need not wait for it
        else:
            self._last = arrives = max(arrives, self._last)
        if settings.corrupt and random() < settings.corrupt:
            data = self._corrupted(data)
        if settings.duplicate and random() < settings.duplicate:
            return Arrival(arrives, data), Arrival(arrives + int(random() * (self._delay + self._jitter)), data)
        return (Arrival(arrives, data),)

    def _corrupted(self, data: bytes) -> bytes:
        """Turn one bit over."""
        if not data:
            return data
        place = int(self._random.random() * len(data) * 8)
        changed = bytearray(data)
        changed[place >> 3] ^= 1 << (place & 7)
        return bytes(changed)
