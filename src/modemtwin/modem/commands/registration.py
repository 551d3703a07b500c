"""Operator and registration (TS 27.007 §7, COAP-AN §4.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modemtwin.at.arguments import Choice, Int, Text
from modemtwin.at.reply import Hold, Ok, Refusal, Reply
from modemtwin.at.table import Command
from modemtwin.clockwork import Micros, seconds
from modemtwin.modem.commands.mobile import until_registered
from modemtwin.modem.commands.spelling import quoted
from modemtwin.modem.doors import Technology
from modemtwin.modem.parts.network_timers import OFF
from modemtwin.modem.parts.parts import Parts
from modemtwin.modem.parts.radio import MINIMUM, NO_RF, Domain

_OK = Ok()

_LONGEST_SELECTION = seconds(120)
"""What the SIM7000 AT manual documents for ``AT+COPS=``."""

_DEAF = seconds(0.125)
"""How long after the end of its line nothing that is typed aborts a command (V.250 §5.6.1)."""

_AUTOMATIC, _MANUAL, _DEREGISTER, _SET_FORMAT, _MANUAL_AUTOMATIC = 0, 1, 2, 3, 4

_SYSTEM_MODES = {
    Technology.GSM: "GSM",
    Technology.EGPRS: "GSM",
    Technology.CAT_M: "LTE CAT-M1",
    Technology.NB_IOT: "LTE NB-IOT",
}


# ── AT+CREG, AT+CGREG, AT+CEREG ───────────────────────────────────────────────────────────────────────────────────


_PLACE, _TIMERS = 2, 4
"""Levels of a report: the place too; place and timers of PSM too, which ``+CEREG`` alone has."""


def _whereabouts(parts: Parts, level: int) -> str:
    network = parts.radio.network
    if level < _PLACE or not parts.radio.registered:
        return str(int(network.registration))
    place = f'{int(network.registration)},"{network.area:04X}","{network.cell_id:08X}",{int(network.technology)}'
    return f"{place},,,{_timers(parts)}" if level == _TIMERS else place


def _timers(parts: Parts) -> str:
    granted = parts.power_saving.granted
    return ",".join(f'"{OFF if octet is None else octet:08b}"' for octet in (granted.active, granted.periodic))


def report(parts: Parts, domain: Domain, *, moved: bool) -> list[str]:
    """The URC about a change of registration, or of place alone, if the TE wants to hear of that in this domain."""
    level = parts.radio.reports[domain]
    return [f"{domain.value}: {_whereabouts(parts, level)}"] if level > moved else []


def timers_report(parts: Parts) -> list[str]:
    """The URC about other timers of PSM, if the TE wants to hear of that (TS 27.007 §10.1.22)."""
    if parts.radio.reports[Domain.EVOLVED] != _TIMERS:
        return []
    return [f"{Domain.EVOLVED.value}: {_whereabouts(parts, _TIMERS)}"]


def _report_read(domain: Domain) -> Callable[[Parts, Micros], Ok]:
    def read(parts: Parts, now: Micros) -> Ok:
        level = parts.radio.reports[domain]
        return Ok((f"{domain.value}: {level},{_whereabouts(parts, level)}",))

    return read


def _report_write(domain: Domain) -> Callable[[Parts, tuple[Any, ...], Micros], Ok]:
    def write(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
        parts.radio.reports[domain] = values[0]
        return _OK

    return write


def _registration(domain: Domain, section: str, title: str, *, timers: bool = False) -> Command[Parts]:
    return Command(
        name=domain.value,
        section=section,
        title=title,
        example=f"AT{domain.value}?",
        test=f"{domain.value}: ({'0-2,4' if timers else '0-2'})",
        read=_report_read(domain),
        write=_report_write(domain),
        arguments=(Choice("n", 0, 1, _PLACE, _TIMERS) if timers else Int("n", 0, _PLACE),),
    )


# ── AT+COPS ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _operator(parts: Parts, layout: int) -> str:
    near = parts.radio.near
    return near.plmn if layout == 2 else near.operator


def _cops_test(parts: Parts, now: Micros) -> Hold:
    """Search every band, which takes its time and may be broken off (`Q-COPS-ABORT`)."""
    parts.radio.demand()

    def abort() -> Ok:
        raise Refusal(767, "the TE broke the search off: it typed on before the answer (V.250 §5.6.1)")

    return Hold(
        until=lambda event: None,
        deadline=now + seconds(parts.profile.search_time),
        late=lambda: Ok((f"+COPS: {_found(parts)},,(0-4),(0-2)",)),
        abort=abort,
        listens=now + _DEAF,
    )


def _found(parts: Parts) -> str:
    """What the search found: 2 is the operator that has the modem, 1 one that would take it (TS 27.007 §7.3)."""
    near = parts.radio.near
    name = quoted(near.operator)
    return f'({1 + parts.radio.registered},{name},{name},"{near.plmn}",{int(near.technology)})' if near.plmn else ""


def _cops_read(parts: Parts, now: Micros) -> Ok:
    mode = _DEREGISTER if parts.radio.deregistered else parts.device.kept("cops", _AUTOMATIC)
    if not parts.radio.registered:
        return Ok((f"+COPS: {mode}",))
    layout = parts.radio.operator_format
    technology = int(parts.radio.network.technology)
    return Ok((f"+COPS: {mode},{layout},{quoted(_operator(parts, layout))},{technology}",))


def _cops(parts: Parts, values: tuple[Any, ...], now: Micros) -> Reply:
    mode, layout, operator, _ = values
    if mode == _SET_FORMAT:
        parts.radio.operator_format = _required(layout, "format")
        return _OK
    parts.radio.demand()
    if mode == _DEREGISTER:
        parts.radio.deregistered = True
        parts.refresh("the TE deregistered the modem (AT+COPS=2)")
        return _OK
    if mode == _MANUAL:
        _refuse_other_operator(parts, _required(layout, "format"), _required(operator, "oper"))
    if layout is not None:
        parts.radio.operator_format = layout
    parts.card.demand()
    parts.device.keep("cops", mode)
    parts.radio.deregistered = False
    parts.refresh("")
    return until_registered(parts, now, _LONGEST_SELECTION)


def _required(value: Any, name: str) -> Any:
    if value is None:
        raise Refusal(791, f"<{name}> is missing: this mode needs it")
    return value


def _refuse_other_operator(parts: Parts, layout: int, operator: str) -> None:
    if parts.radio.near.plmn and operator != _operator(parts, layout):
        here = _operator(parts, layout)
        raise Refusal(30, f'there is no operator "{operator}" here; the cell is of "{here}"')


# ── AT+CPSI ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _cpsi(parts: Parts, now: Micros) -> Ok:
    network = parts.radio.network
    mode = "Low Power Mode" if parts.radio.level == MINIMUM else "Offline" if parts.radio.level == NO_RF else "Online"
    if not parts.radio.registered:
        return Ok((f"+CPSI: NO SERVICE,{mode}",))
    system = _SYSTEM_MODES[network.technology]
    rssi = parts.radio.signal[0]
    power = -113 + 2 * rssi if rssi <= 31 else -113
    place = f"{network.plmn[:3]}-{network.plmn[3:]},0x{network.area:04X},{network.cell_id}"
    if system == "GSM":
        return Ok((f"+CPSI: GSM,{mode},{place},27 EGSM 900,{power},0,57-57",))
    return Ok((f"+CPSI: {system},{mode},{place},257,EUTRAN-BAND5,2506,0,0,-10,{power - 27},{power},16",))


ROWS: tuple[Command[Parts], ...] = (
    Command(
        name="+COPS",
        section="TS 27.007 §7.3",
        title="Operator selection",
        example="AT+COPS?",
        test=_cops_test,
        read=_cops_read,
        write=_cops,
        arguments=(
            Int("mode", 0, 4),
            Int("format", 0, 2, optional=True),
            Text("oper", 32, optional=True),
            Choice("netact", 0, 1, 3, 7, 9, optional=True),
        ),
    ),
    _registration(Domain.CIRCUIT, "TS 27.007 §7.2", "Network registration"),
    _registration(Domain.PACKET, "TS 27.007 §10.1.20", "Network registration status"),
    _registration(Domain.EVOLVED, "TS 27.007 §10.1.22", "EPS network registration status", timers=True),
    Command(
        name="+CPSI",
        section="SIM7000 AT manual",
        title="Inquiring UE system information",
        example="AT+CPSI?",
        test="",
        read=_cpsi,
    ),
)
