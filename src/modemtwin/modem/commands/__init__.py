"""The commands: AT text and no state, one file for each chapter of the manual.

    basic · identity · mobile · registration · bearer · coap · internet · start_up     rows, in the manuals' words
    low_power                                                                          rows about sleep
    urc                                                                                how events are spelled

A row's functions are given the :class:`~modemtwin.modem.parts.parts.Parts` of one module.
"""

from __future__ import annotations

from functools import cache

from modemtwin.at.table import Command, Table
from modemtwin.modem.commands import (
    basic,
    bearer,
    bearer_sim7080,
    coap,
    identity,
    internet,
    low_power,
    mobile,
    registration,
    start_up,
)
from modemtwin.modem.parts.parts import Parts

__all__ = ["rows", "table"]


def rows(dialect: str) -> tuple[Command[Parts], ...]:
    """Every row of a dialect, ``sim7000`` or ``sim7080``."""
    own = bearer_sim7080.ROWS if dialect == "sim7080" else bearer.ROWS_SIM7000
    return (
        basic.ROWS
        + identity.ROWS
        + mobile.ROWS
        + registration.ROWS
        + bearer.ROWS
        + own
        + coap.ROWS
        + internet.ROWS
        + start_up.ROWS
        + low_power.ROWS
    )


_ELSEWHERE = dict.fromkeys(
    ("+CCOAPNEW", "+CCOAPSEND", "+CCOAPCSEND", "+CCOAPDEL"),
    "it is the SIM7020's; this module has AT+CCOAPINIT, AT+CCOAPURL, AT+CCOAPPARA and AT+CCOAPACTION",
)
"""Commands of other modules that programs send to this one."""


@cache
def table(dialect: str) -> Table[Parts]:
    """The command table of a dialect, made once."""
    return Table(rows(dialect), _ELSEWHERE)
