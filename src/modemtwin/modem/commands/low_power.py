"""Sleep: what it costs little to do, and when (TS 27.007 §7.38 to §7.41, SIM7000 AT manual)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from modemtwin.at.arguments import Choice, Int, Text
from modemtwin.at.reply import Ok, Refusal
from modemtwin.at.table import Command
from modemtwin.clockwork import Micros
from modemtwin.modem.commands.kept import kept
from modemtwin.modem.parts.parts import Parts
from modemtwin.modem.parts.power_saving import EDRX_FACTORY, PSM_FACTORY
from modemtwin.modem.parts.slow_clock import BY_ITSELF

_OK = Ok()
_MANUAL = "SIM7000 AT manual"

_TIMER_NAMES = ("periodic RAU", "GPRS ready timer", "periodic TAU", "active time")
_FORGET = 2
"""``<mode>`` of ``AT+CPSMS``: off, and the timers as from the factory."""

_REPORT, _FORGET_CYCLE = 2, 3
"""``<mode>`` of ``AT+CEDRXS``: on, with a URC; off, and the cycle as from the factory."""


def _csclk_test(parts: Parts, now: Micros) -> Ok:
    return Ok(("+CSCLK: (0-2)" if parts.profile["Q-CSCLK-AUTO"] == "sleep" else "+CSCLK: (0,1)",))


def _csclk_read(parts: Parts, now: Micros) -> Ok:
    return Ok((f"+CSCLK: {parts.slow_clock.mode}",))


def _csclk(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    if values[0] == BY_ITSELF and parts.profile["Q-CSCLK-AUTO"] == "error":
        raise Refusal(793, "<n> is 0 or 1 here: this firmware does not sleep by itself (Q-CSCLK-AUTO)")
    parts.slow_clock.choose(values[0])
    return _OK


PSM_REPORT = ("+CPSMSTATUS", (0,))
"""Where flash keeps whether the TE hears of PSM, and what it holds from the factory: off.

Silent; the setting outlives PSM, or there could be no ``"EXIT PSM"``.
"""


def _cpsms(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    mode, *timers = values
    full = (mode, *(_bits(each, 8, name) for each, name in zip(timers, _TIMER_NAMES, strict=True)))
    if mode == _FORGET:
        full = PSM_FACTORY
    parts.device.keep(
        "+CPSMS", [factory if each is None else each for each, factory in zip(full, PSM_FACTORY, strict=True)]
    )
    parts.power_saving.ask()
    return _OK


def _cedrxs(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    mode, act_type, code = values[0], values[1], _bits(values[2], 4, "eDRX value")
    full = EDRX_FACTORY if mode == _FORGET_CYCLE else (mode, act_type, code)
    parts.device.keep("+CEDRXS", _filled(full, EDRX_FACTORY))
    parts.power_saving.ask()
    return _OK


def _filled(given: tuple[Any, ...], factory: tuple[Any, ...]) -> list[Any]:
    return [other if each is None else each for each, other in zip(given, factory, strict=True)]


def _bits(text: str | None, width: int, name: str) -> str | None:
    if not text:
        return None
    if len(text) != width or text.strip("01"):
        raise Refusal(795, f'<{name}> is {width} bits such as "{"0" * (width - 2)}10"; found "{text}"')
    return text


def _cedrxrdp(parts: Parts, now: Micros) -> Ok:
    granted = parts.power_saving.granted
    return Ok((f"+CEDRXRDP: {_cycle(parts) if granted.cycle is not None else 0}",))


def cycle_report(parts: Parts) -> list[str]:
    """The URC about another eDRX cycle, if the TE wants to hear of that (TS 27.007 §7.40)."""
    mode = parts.device.kept("+CEDRXS", EDRX_FACTORY)[0]
    return [f"+CEDRXP: {_cycle(parts)}"] if mode == _REPORT and parts.power_saving.granted.cycle is not None else []


def _cycle(parts: Parts) -> str:
    asked = parts.device.kept("+CEDRXS", EDRX_FACTORY)[2]
    granted = parts.power_saving.granted
    return f'{parts.power_saving.act_type},"{asked}","{granted.cycle:04b}","{granted.window:04b}"'


def _psm_report_read(parts: Parts, now: Micros) -> Ok:
    return Ok((f"+CPSMSTATUS: {parts.device.kept(*PSM_REPORT)[0]}",))


def _psm_report(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    parts.device.keep(PSM_REPORT[0], list(values))
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
    replace(
        kept(
            "+CPSMS",
            "TS 27.007 §7.38",
            "Power saving mode setting",
            '+CPSMS: {0},,,"{3}","{4}"',
            PSM_FACTORY,
            (Int("mode", 0, 2), *(Text(name, 8, optional=True) for name in _TIMER_NAMES)),
            test='+CPSMS: (0,1),,,("00000000"-"11111111"),("00000000"-"11111111")',
            in_flash=True,
        ),
        example='AT+CPSMS=1,,,"00100001","00000101"',
        write=_cpsms,
    ),
    Command(
        name="+CPSMSTATUS",
        section=_MANUAL,
        title="Report of PSM: ENTER PSM and EXIT PSM",
        example="AT+CPSMSTATUS=1",
        test="+CPSMSTATUS: (0,1)",
        read=_psm_report_read,
        write=_psm_report,
        arguments=(Int("enable", 0, 1),),
    ),
    replace(
        kept(
            "+CEDRXS",
            "TS 27.007 §7.40",
            "eDRX setting",
            '+CEDRXS: {1},"{2}"',
            EDRX_FACTORY,
            (Int("mode", 0, 3), Choice("AcT-type", 0, 4, 5, optional=True), Text("eDRX value", 4, optional=True)),
            test='+CEDRXS: (0-3),(4,5),("0000"-"1111")',
            in_flash=True,
        ),
        example='AT+CEDRXS=1,5,"0010"',
        write=_cedrxs,
    ),
    Command(
        name="+CEDRXRDP",
        section="TS 27.007 §7.41",
        title="eDRX read dynamic parameters",
        example="AT+CEDRXRDP",
        test="",
        execute=_cedrxrdp,
    ),
)
