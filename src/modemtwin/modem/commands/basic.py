"""Basic commands and S-parameters of V.250, and what governs the line itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modemtwin.at.arguments import Choice, Int, Rest
from modemtwin.at.reply import Ok, Refusal
from modemtwin.at.table import Command
from modemtwin.clockwork import Micros
from modemtwin.modem.commands.kept import kept
from modemtwin.modem.doors import FlowControl
from modemtwin.modem.parts.parts import Parts
from modemtwin.modem.parts.uart import RATES

_OK = Ok()

_STORED = ("echo", "verbose", "quiet", "carrier_detect", "data_terminal_ready", "s0", "s7")
"""Line settings that ``AT&W`` writes to flash. ``+CMEE`` is not among them (field: NO_SAVE), nor is S5: what a journal
has of it was typed within it, so that its secrets are found."""

_FACTORY: dict[str, Any] = {
    "echo": True,
    "verbose": True,
    "quiet": False,
    "carrier_detect": 1,
    "data_terminal_ready": 0,  # silent; a program that opens and closes the port toggles DTR, and means nothing by it
    "cmee": 0,
    "s0": 0,
    "s5": 8,
    "s7": 60,
}


def restore(parts: Parts) -> None:
    """Give the line the settings that ``AT&W`` stored: at boot and with ``ATZ``."""
    factory(parts)
    stored = parts.device.kept("line", {})
    for name in _STORED:
        if name in stored:
            setattr(parts.line, name, type(_FACTORY[name])(stored[name]))


def factory(parts: Parts) -> None:
    """Give the line the settings of the factory: ``AT&F``."""
    for name, value in _FACTORY.items():
        setattr(parts.line, name, value)


def _nothing(parts: Parts, now: Micros) -> Ok:
    return _OK


def _accept(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    return _OK


def _switch(name: str) -> Callable[[Parts, tuple[Any, ...], Micros], Ok]:
    def write(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
        setattr(parts.line, name, type(_FACTORY[name])(values[0]))
        return _OK

    return write


def _register(name: str, low: int, high: int, title: str, section: str) -> Command[Parts]:
    def read(parts: Parts, now: Micros) -> Ok:
        return Ok((f"{getattr(parts.line, name):03d}",))

    def write(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
        setattr(parts.line, name, values[0])
        return _OK

    return Command(
        name=name.upper(),
        section=section,
        title=title,
        example=f"AT{name.upper()}?",
        read=read,
        write=write,
        arguments=(Int("n", low, high),),
    )


def _and_w(parts: Parts, now: Micros) -> Ok:
    parts.device.keep("line", {name: getattr(parts.line, name) for name in _STORED})
    return _OK


def _and_f(parts: Parts, now: Micros) -> Ok:
    factory(parts)
    return _OK


def _z(parts: Parts, now: Micros) -> Ok:
    restore(parts)
    return _OK


def _d(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    number = ",".join(piece.text for piece in values[0])
    if not (number.startswith("*99") and number.endswith("#")):
        raise Refusal(3, f"there are no voice calls: ATD{number} cannot be dialled; ATD*99# opens data mode")
    parts.demand_service()
    parts.uart.enter_data_mode(now)
    return Ok((), "CONNECT")


def _cmee_read(parts: Parts, now: Micros) -> Ok:
    return Ok((f"+CMEE: {parts.line.cmee}",))


def _cmee(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    parts.line.cmee = values[0]
    return _OK


def _ipr_read(parts: Parts, now: Micros) -> Ok:
    return Ok((f"+IPR: {parts.uart.rate}",))


def _ipr(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    parts.uart.set_rate(values[0])
    return _OK


def _ifc_read(parts: Parts, now: Micros) -> Ok:
    flow = parts.uart.flow
    return Ok((f"+IFC: {flow.dce_by_dte},{flow.dte_by_dce}",))


def _ifc(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    parts.uart.set_flow(FlowControl(*values))
    return _OK


ROWS: tuple[Command[Parts], ...] = (
    Command(name="", section="V.250 §5.2.1", title="Attention", example="AT", execute=_nothing),
    Command(
        name="E",
        section="V.250 §6.2.4",
        title="Command echo",
        example="ATE0",
        write=_switch("echo"),
        arguments=(Int("value", 0, 1),),
    ),
    Command(
        name="Q",
        section="V.250 §6.2.5",
        title="Result code suppression",
        example="ATQ0",
        write=_switch("quiet"),
        arguments=(Int("value", 0, 1),),
    ),
    Command(
        name="V",
        section="V.250 §6.2.6",
        title="DCE response format",
        example="ATV1",
        write=_switch("verbose"),
        arguments=(Int("value", 0, 1),),
    ),
    Command(
        name="X",
        section="V.250 §6.2.7",
        title="Result code selection and call progress monitoring control",
        example="ATX4",
        write=_accept,
        arguments=(Int("value", 0, 4),),
        stub="there are no calls whose progress could be told",
    ),
    _register("s0", 0, 255, "Automatic answer", "V.250 §6.3.8"),
    _register("s3", 13, 13, "Command line termination character", "V.250 §6.2.1"),
    _register("s4", 10, 10, "Response formatting character", "V.250 §6.2.2"),
    _register("s5", 0, 127, "Command line editing character", "V.250 §6.2.3"),
    _register("s7", 1, 255, "Connection completion timeout", "V.250 §6.3.10"),
    Command(
        name="&C",
        section="V.250 §6.2.8",
        title="Circuit 109 (received line signal detector) behaviour",
        example="AT&C1",
        write=_switch("carrier_detect"),
        arguments=(Int("value", 0, 1),),
    ),
    Command(
        name="&D",
        section="V.250 §6.2.9",
        title="Circuit 108 (data terminal ready) behaviour",
        example="AT&D0",
        write=_switch("data_terminal_ready"),
        arguments=(Int("value", 0, 2),),
    ),
    Command(
        name="&F", section="V.250 §6.1.2", title="Set to factory-defined configuration", example="AT&F", execute=_and_f
    ),
    Command(name="&W", section="SIM7000 AT manual", title="Store active profile", example="AT&W", execute=_and_w),
    Command(name="Z", section="V.250 §6.1.1", title="Reset to default configuration", example="ATZ", execute=_z),
    Command(
        name="D",
        section="V.250 §6.3.1",
        title="Dial: open data mode",
        example="ATD*99#",
        write=_d,
        arguments=(Rest("number", what="*99# or *99***1#"),),
        stub="there is no PPP peer: data mode swallows what is sent until +++",
    ),
    Command(name="H", section="V.250 §6.3.6", title="Hook control: end data mode", example="ATH", execute=_nothing),
    Command(
        name="+CMEE",
        section="TS 27.007 §9.1",
        title="Report mobile equipment error",
        example="AT+CMEE=2",
        test="+CMEE: (0-2)",
        read=_cmee_read,
        write=_cmee,
        arguments=(Int("n", 0, 2),),
    ),
    Command(
        name="+IPR",
        section="V.250 §6.2.10",
        title="Fixed DTE rate",
        example="AT+IPR=115200",
        test=f"+IPR: (),({','.join(map(str, RATES))})",
        read=_ipr_read,
        write=_ipr,
        arguments=(Choice("rate", *RATES),),
    ),
    Command(
        name="+IFC",
        section="V.250 §6.2.12",
        title="DTE-DCE local flow control",
        example="AT+IFC=2,2",
        test="+IFC: (0-2),(0-2)",
        read=_ifc_read,
        write=_ifc,
        arguments=(Int("dce by dte", 0, 2), Int("dte by dce", 0, 2, optional=True, default=0)),
    ),
    Command(
        name="+CMUX",
        section="TS 27.007 §5.7",
        title="Multiplexing mode",
        example="AT+CMUX=0",
        test="+CMUX: (0),(0),(1-8),(1-1500),(1-255),(0-100),(2-255),(1-255),(1-7)",
        write=_accept,
        arguments=(Int("mode", 0, 0), *(Int(name, 0, 65535, optional=True) for name in ("subset", "speed", "n1"))),
        stub="the line is not multiplexed: it goes on as it is",
    ),
    kept(
        "+CSCS",
        "TS 27.007 §5.5",
        "Select TE character set",
        '+CSCS: "{0}"',
        ("IRA",),
        (Choice("chset", "GSM", "UCS2", "IRA", "HEX"),),
        why="text is passed on as the bytes it came in",
        test='+CSCS: ("GSM","UCS2","IRA","HEX")',
    ),
    kept(
        "+CFGRI",
        "SIM7000 AT manual",
        "Indicate RI when using URC",
        "+CFGRI: {0}",
        (0,),
        (Int("status", 0, 1),),
    ),
)
