"""Sleep: what it costs little to do, and when (TS 27.007 §7.38 to §7.41, SIM7000 AT manual)."""

from __future__ import annotations

from typing import Any

from modemtwin.at.arguments import Choice, Int, Text
from modemtwin.at.reply import Ok, Refusal
from modemtwin.at.table import Command
from modemtwin.clockwork import Micros
from modemtwin.modem.commands.kept import kept
from modemtwin.modem.parts.parts import Parts
from modemtwin.modem.parts.slow_clock import BY_ITSELF

_OK = Ok()
_MANUAL = "SIM7000 AT manual"


def _csclk_test(parts: Parts) -> Ok:
    return Ok(("+CSCLK: (0-2)" if parts.profile["Q-CSCLK-AUTO"] == "sleep" else "+CSCLK: (0,1)",))


def _csclk_read(parts: Parts, now: Micros) -> Ok:
    return Ok((f"+CSCLK: {parts.slow_clock.mode}",))


def _csclk(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    if values[0] == BY_ITSELF and parts.profile["Q-CSCLK-AUTO"] == "error":
        raise Refusal(793, "<n> is 0 or 1 here: this firmware does not sleep by itself (Q-CSCLK-AUTO)")
    parts.slow_clock.choose(values[0])
    return _OK


ROWS: tuple[Command[Parts], ...] = (
    Command(
        name="+CSCLK",
        section=_MANUAL,
        title="Configure slow clock",
        example="AT+CSCLK=1",
        test=_csclk_test,
        read=_csclk_read,
        write=_csclk,
        arguments=(Int("n", 0, 2),),
    ),
    kept(
        "+CPSMS",
        "TS 27.007 §7.38",
        "Power saving mode setting",
        '+CPSMS: {0},,,"{3}","{4}"',
        (0, "", "", "01100000", "00000000"),
        (
            Int("mode", 0, 2),
            *(
                Text(name, 8, optional=True)
                for name in ("periodic RAU", "GPRS ready timer", "periodic TAU", "active time")
            ),
        ),
        why="the module never sleeps",
        test='+CPSMS: (0,1),,,("00000000"-"11111111"),("00000000"-"11111111")',
        in_flash=True,
    ),
    kept(
        "+CEDRXS",
        "TS 27.007 §7.40",
        "eDRX setting",
        '+CEDRXS: {1},"{2}"',
        (0, 5, "0000"),
        (Int("mode", 0, 3), Choice("AcT-type", 0, 4, 5, optional=True), Text("eDRX value", 4, optional=True)),
        why="the module never sleeps",
        test='+CEDRXS: (0-3),(4,5),("0000"-"1111")',
        in_flash=True,
    ),
)
