"""The states that a fault may ask for with ``during``: of the module, of its registration, of its bearer and traffic.

Several of them may hold at once; ``not-`` before the name of one stands for all the time that it does not hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modemtwin.modem.doors import Registration
from modemtwin.world.fault.target import Target

__all__ = ["STATES", "StateRow", "held", "state"]

_NOT = "not-"
_REGISTERED = (Registration.HOME, Registration.ROAMING)


@dataclass(frozen=True, slots=True)
class StateRow:
    """A state: its name in ``during``, what it is, and whether it holds."""

    name: str
    doc: str
    holds: Callable[[Target], bool]


STATES: dict[str, StateRow] = {
    row.name: row
    for row in (
        StateRow("on", "the module has booted; it does not rest in PSM", lambda at: at.modem.condition.is_on),
        StateRow("searching", "it looks for a network", lambda at: at.cell.standing is Registration.SEARCHING),
        StateRow("denied", "the network has turned it away", lambda at: at.cell.standing is Registration.DENIED),
        StateRow("registered", "at home or roaming", lambda at: at.cell.standing in _REGISTERED),
        StateRow("bearer-up", "there is a bearer", lambda at: at.cell.has_bearer),
        StateRow(
            "exchange",
            "a CON of the modem waits for its ACK, or a request for its answer",
            lambda at: at.modem.condition.in_flight,
        ),
        StateRow(
            "idle", "the radio connection is released, with PSM or eDRX granted", lambda at: at.cell.connection.is_idle
        ),
        StateRow("psm", "the module rests in PSM (`AT+CPSMS`)", lambda at: at.modem.condition.in_psm),
        StateRow("asleep", "its UART sleeps (`AT+CSCLK`)", lambda at: at.modem.condition.asleep),
    )
}


def state(name: str, station: Target) -> Callable[[], bool]:
    """Make the question whether a state holds; ``name`` may have a ``not-`` before it."""
    holds, negated = STATES[name.removeprefix(_NOT)].holds, name.startswith(_NOT)
    return lambda: holds(station) is not negated


def held(station: Target) -> list[str]:
    """List the states that hold."""
    return [row.name for row in STATES.values() if row.holds(station)]
