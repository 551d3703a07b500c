"""Unsolicited result codes: how an event is spelled to the TE. The spelling may be a quirk."""

from __future__ import annotations

from typing import assert_never

from modemtwin.modem.commands.low_power import PSM_REPORT, cycle_report
from modemtwin.modem.commands.registration import report, timers_report
from modemtwin.modem.commands.spelling import quoted
from modemtwin.modem.parts.bearer import SAPBR_CHANNEL
from modemtwin.modem.parts.events import (
    BearerDown,
    BearerUp,
    Booted,
    CardChanged,
    CardStatus,
    CycleGranted,
    Event,
    NameFound,
    PacketReceived,
    PingReturned,
    PsmEntered,
    PsmLeft,
    QueueFull,
    RegistrationShown,
    SocketBroken,
    TimedOut,
    TimersGranted,
)
from modemtwin.modem.parts.parts import Parts
from modemtwin.modem.parts.radio import Domain


def spell(event: Event, parts: Parts) -> list[str]:
    """The lines that announce an event; none, when nobody needs to hear of it."""
    match event:
        case PacketReceived():
            name = "+CCOAPRECV" if parts.profile["Q-RECV-NAME"] == "recv" else "+CCOAPRCV"
            return [f"{name}: {event.mid},{event.size},{event.payload}"]
        case QueueFull(mid):
            return [f"+CCOAPACTION: 1,{mid}"]
        case TimedOut(mid):
            return [f"+CCOAPACTION: 2,{mid}"]
        case SocketBroken():
            return ["+CCOAPACTION: 3"]
        case BearerUp(channel):
            return _bearer(channel, "ACTIVE", parts)
        case BearerDown(channel, _, asked):
            slip = asked and parts.profile["Q-CNACT-OFF-URC"] == "literal"
            return _bearer(channel, "ACTIVE" if slip else "DEACTIVE", parts)
        case CardChanged(status):
            return [f"+CPIN: {status.value}"]
        case RegistrationShown(_, moved):
            return [line for domain in Domain for line in report(parts, domain, moved=moved)]
        case Booted(level):
            return _boot(level, parts)
        case NameFound(name, addresses):
            return _looked_up(name, addresses, parts)
        case PingReturned():
            return []
        case TimersGranted():
            return timers_report(parts)
        case CycleGranted():
            return cycle_report(parts)
        case PsmEntered():
            return _psm("ENTER", parts)
        case PsmLeft():
            return _psm("EXIT", parts) if parts.uart.rate else []  # as the boot: see below
        case unreachable:
            assert_never(unreachable)


def _psm(what: str, parts: Parts) -> list[str]:
    return [f'+CPSMSTATUS: "{what} PSM"'] if parts.device.kept(*PSM_REPORT)[0] else []


def _bearer(channel: int, state: str, parts: Parts) -> list[str]:
    if channel >= SAPBR_CHANNEL:
        return []
    return [f"+APP PDP: {state}" if parts.profile.dialect == "sim7000" else f"+APP PDP: {channel},{state}"]


def _boot(level: int, parts: Parts) -> list[str]:
    """With a fixed rate the modem says that it is there; at ``AT+IPR=0`` it does not know how to (field)."""
    if parts.uart.rate == 0:
        return []
    status = parts.card.status
    ready = ["SMS Ready"] if status is CardStatus.READY else []
    return ["RDY", f"+CFUN: {level}", f"+CPIN: {status.value}", *ready]


def _looked_up(name: str, addresses: tuple[str, ...], parts: Parts) -> list[str]:
    if not parts.device.settings.pop(f"+CDNSGIP {name}", None):
        return []
    if not addresses:
        return ["+CDNSGIP: 0,8"]
    return [f"+CDNSGIP: 1,{quoted(name)}," + ",".join(quoted(address) for address in addresses[:2])]
