"""What becomes of a datagram: it arrives, perhaps more than once, or it is lost and a sentence says why.

    sent at now ──► path ──► Arrival at, data          one for each copy, in the order they were made
                        └──► Lost, and the reason

A ``Fate`` is one such passage with its addresses as they were on that stretch: a log, a capture and an explanation
can all be made of it. What reaches a host that does not take it gets a second one, at the moment it came.
"""

from __future__ import annotations

from typing import TypeAlias

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.modem.doors import Address
from modemtwin.value import value

__all__ = ["Arrival", "Fate", "Lost", "Outcome", "passage", "told"]


@value
class Arrival:
    """It arrives at this moment, with these bytes."""

    at: Micros
    data: bytes


@value
class Lost:
    """It does not arrive; ``reason`` says why, in words."""

    reason: str


Outcome: TypeAlias = tuple[Arrival, ...] | Lost


@value
class Fate:
    """What became of one datagram on one stretch of its way.

    ``path`` is the name of the host whose path it is; ``direction`` is "up" from that host, "down" to it.
    """

    now: Micros
    path: str
    direction: str
    source: Address
    destination: Address
    data: bytes
    outcome: Outcome


def told(fate: Fate) -> str:
    """Write a fate as one line with its moments; a copy that was changed on its way shows its bytes."""
    return f"{_moment(fate.now)} {_where(fate)} {_lost(fate) or 'arrives ' + _copies(fate, 0)}"


def passage(fate: Fate) -> str:
    """Write a fate as one line for a log that has a clock of its own: how long it takes, and no moments."""
    return f"{_where(fate)} {_lost(fate) or 'arrives after ' + _copies(fate, fate.now, ' s')}"


def _where(fate: Fate) -> str:
    ends = f"{_shown(fate.source)} > {_shown(fate.destination)}"
    return f"{fate.path} {fate.direction} {ends} {fate.data.hex() or '-'}"


def _lost(fate: Fate) -> str:
    return f"lost: {fate.outcome.reason}" if isinstance(fate.outcome, Lost) else ""


def _copies(fate: Fate, since: Micros, unit: str = "") -> str:
    assert not isinstance(fate.outcome, Lost), "asked by both who call this"
    return " and ".join(
        _moment(copy.at - since) + unit + (f" as {copy.data.hex()}" if copy.data != fate.data else "")
        for copy in fate.outcome
    )


def _moment(now: Micros) -> str:
    return f"{now // MICROSECONDS}.{now % MICROSECONDS:06d}"


def _shown(address: Address) -> str:
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"{host}:{address[1]}"
