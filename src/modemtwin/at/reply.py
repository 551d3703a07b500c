"""What a command answers: ``Ok`` at once, ``Hold`` until something happens, or a ``Refusal`` with its reason.

All text in the AT layer is ``str`` decoded as latin-1: one character is one byte on the UART.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from modemtwin.clockwork import Micros
from modemtwin.value import value

__all__ = ["CME_ERRORS", "OK", "RESULT_CODES", "Hold", "Ok", "Refusal", "Refused", "Reply"]


@value
class Ok:
    """The command was done.

    ``lines`` are its information lines, without framing; they may hold any bytes. ``final`` is the result that ends
    the command line when this command is the last on it: ``"OK"``, another result such as ``"SHUT OK"`` or
    ``"CONNECT"``, or None when nothing follows.
    """

    lines: tuple[str, ...] = ()
    final: str | None = "OK"


OK = Ok()
"""The plain answer."""


@value
class Hold:
    """The command is not done yet: its line waits, and whatever the TE types meanwhile is kept.

    ``until`` is asked about each event of the device and returns None while the wait goes on. At ``deadline`` the
    wait ends with what ``late`` returns. Where there is an ``abort``, any byte that the TE types from ``listens`` on
    ends it with what that returns (V.250 §5.6.1). Each of the three may raise ``Refusal``.
    """

    until: Callable[[object], Ok | None]
    deadline: Micros
    late: Callable[[], Ok]
    abort: Callable[[], Ok] | None = None
    listens: Micros = 0


Reply: TypeAlias = Ok | Hold


class Refusal(Exception):
    """The device does not do what it was told.

    ``error`` is a number of ``CME_ERRORS``; ``reason`` is one sentence for a person. The wire tells the number or its
    text at most; the reason goes to the journal and must not hold a password or a PIN.
    """

    def __init__(self, error: int, reason: str) -> None:
        super().__init__(error, reason)
        self.error = error
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.reason} ({self.error} {CME_ERRORS.get(self.error, CME_ERRORS[100])})"


class Refused(NamedTuple):
    """One refusal as it is told to a person: the command as it was typed with its secrets masked, and why."""

    command: str
    error: int
    reason: str


CME_ERRORS: dict[int, str] = {
    3: "operation not allowed",
    4: "operation not supported",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    14: "SIM busy",
    16: "incorrect password",
    30: "no network service",
    100: "unknown",
    148: "unspecified GPRS error",
    149: "PDP authentication failure",
    160: "DNS resolve failed",
    161: "socket open failed",
    601: "unrecognised command",
    603: "syntax error",
    604: "unspecified",
    608: "too many commands on the line",
    765: "invalid input",
    767: "operation failed",
    791: "too few parameters",
    792: "too many parameters",
    793: "value out of range",
    794: "wrong type",
    795: "invalid format",
    796: "null value",
    797: "CFUN is 0 or 4",
}
"""``+CME ERROR`` numbers and their texts (TS 27.007 §9.2; from 601 on those of SIMCom's modules)."""

RESULT_CODES: dict[str, int] = {
    "OK": 0,
    "CONNECT": 1,
    "RING": 2,
    "NO CARRIER": 3,
    "ERROR": 4,
    "NO DIALTONE": 6,
    "BUSY": 7,
    "NO ANSWER": 8,
    "PROCEEDING": 9,
}
"""What ``ATV0`` writes in place of a result (V.250 §5.7.1). Other results have no number and stay text."""
