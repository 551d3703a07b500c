"""Contexts and bearers (TS 27.007 §10.1, COAP-AN §4). ``AT+CNCFG`` and ``AT+CNACT`` as the SIM7000 spells them."""

from __future__ import annotations

from typing import Any

from modemtwin.at.arguments import Choice, Int, Text
from modemtwin.at.reply import Ok, Refusal, Reply
from modemtwin.at.table import Command
from modemtwin.clockwork import Micros, seconds
from modemtwin.modem.commands import bringing_up
from modemtwin.modem.commands.spelling import quoted
from modemtwin.modem.doors import Secret
from modemtwin.modem.parts.bearer import FURTHER_CONTEXTS, Active, Closing, Configuration, Context, Lost, Opening
from modemtwin.modem.parts.events import BearerDown, BearerUp
from modemtwin.modem.parts.parts import Parts

_OK = Ok()

_TYPES = ("IP", "PPP", "IPV6", "IPV4V6")

_LONGEST_ACTIVATION = seconds(150)
"""What the SIM7000 AT manual documents for ``AT+CGACT``."""


# ── AT+CGDCONT ────────────────────────────────────────────────────────────────────────────────────────────────────


def _cgdcont_test(parts: Parts, now: Micros) -> Ok:
    cids = f"(1-{parts.profile.contexts})"
    return Ok(tuple(f'+CGDCONT: {cids},"{each}",,,(0-2),(0-4),(0-1),(0-1)' for each in _TYPES))


def _cgdcont_read(parts: Parts, now: Micros) -> Ok:
    return Ok(tuple(_context_line(cid, context) for cid, context in parts.bearer.contexts.items()))


def _context_line(cid: int, context: Context) -> str:
    numbers = (
        context.data_compression,
        context.header_compression,
        context.address_allocation,
        context.emergency,
    )
    listed = ",".join(map(str, numbers))
    return f'+CGDCONT: {cid},"{context.type}",{quoted(context.apn)},"{context.address}",{listed}'


def _cgdcont(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    cid, kind, apn, address, *numbers = values
    refuse_unknown_context(parts, cid)
    if kind is None:
        parts.bearer.define(cid, None)
    else:
        parts.bearer.define(cid, Context(kind, apn or "", address or "0.0.0.0", *(number or 0 for number in numbers)))
    return _OK


def refuse_unknown_context(parts: Parts, cid: int) -> None:
    """Refuse a cid beyond those that the firmware has."""
    if not 1 <= cid <= parts.profile.contexts:
        raise Refusal(793, f"<cid> is 1–{parts.profile.contexts}; found {cid}")


# ── AT+CGACT, AT+CGPADDR, AT+CGNAPN ───────────────────────────────────────────────────────────────────────────────


def _is_active(parts: Parts, cid: int) -> bool:
    """Under LTE the first context is active from registration on; the others are when the TE activates them."""
    if cid == 1 and parts.radio.registered:
        return cid not in parts.bearer.deactivated_contexts
    return parts.bearer.address(FURTHER_CONTEXTS + cid) is not None


def _cgact_read(parts: Parts, now: Micros) -> Ok:
    return Ok(tuple(f"+CGACT: {cid},{int(_is_active(parts, cid))}" for cid in parts.bearer.contexts))


def _cgact(parts: Parts, values: tuple[Any, ...], now: Micros) -> Reply:
    state, cid = values
    contexts = parts.bearer.contexts
    if cid not in contexts:
        raise Refusal(3, f"context {cid} is not defined: send AT+CGDCONT={cid},... first")
    if bool(state) == _is_active(parts, cid):
        return _OK  # TS 27.007 §10.1.10: what is as requested stays as it is, with the radio off too
    parts.demand_service()
    if cid == 1:
        change = parts.bearer.deactivated_contexts.discard if state else parts.bearer.deactivated_contexts.add
        change(cid)
        return _OK
    channel = FURTHER_CONTEXTS + cid
    if state:
        return bringing_up.bring_up(parts, channel, contexts[cid].apn, now, _LONGEST_ACTIVATION)
    parts.bearer.close(channel)
    return _OK


def _cgpaddr_line(parts: Parts, cid: int) -> str:
    """Context 1 has its address from the attachment to LTE; a bearer of ``AT+CNACT`` shares it."""
    own = parts.bearer.address(FURTHER_CONTEXTS + cid) if cid != 1 else parts.radio.address or parts.bearer.any_address
    return f"+CGPADDR: {cid},{(own if _is_active(parts, cid) else None) or '0.0.0.0'}"


def _cgpaddr_all(parts: Parts, now: Micros) -> Ok:
    return Ok(tuple(_cgpaddr_line(parts, cid) for cid in parts.bearer.contexts))


def _cgpaddr(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    (cid,) = values
    if cid not in parts.bearer.contexts:
        raise Refusal(3, f"context {cid} is not defined: send AT+CGDCONT={cid},... first")
    return Ok((_cgpaddr_line(parts, cid),))


def _cgnapn(parts: Parts, now: Micros) -> Ok:
    apn = parts.radio.delivered_apn
    return Ok((f"+CGNAPN: {int(bool(apn))},{quoted(apn)}",))


def _cgnapn_test(parts: Parts, now: Micros) -> Ok:
    return Ok((f"+CGNAPN: (0,1),{50 if parts.profile.dialect == 'sim7000' else 120}",))


# ── AT+CNCFG, AT+CNACT ────────────────────────────────────────────────────────────────────────────────────────────


def configuration_fields(configuration: Configuration) -> str:
    """``<ip_type>,<apn>,<user>,<password>,<auth>``; a TE may read its password back, nobody else may."""
    texts = (configuration.apn, configuration.user, str(configuration.password))
    return f"{configuration.ip_type},{','.join(quoted(text) for text in texts)},{configuration.authentication}"


def configure(parts: Parts, index: int, values: tuple[Any, ...]) -> Ok:
    """Set what ``AT+CNCFG`` says of an application bearer."""
    ip_type, apn, user, password, authentication = values
    parts.bearer.configurations[index] = Configuration(
        ip_type, apn or "", user or "", Secret(password or ""), authentication or 0
    )
    return _OK


def activate(parts: Parts, index: int, mode: int, apn: str | None) -> Ok:
    """Open or close an application bearer, or say why not (COAP-AN §4.1; `Q-CNACT-REPEAT`)."""
    link = parts.bearer.link(index)
    up = isinstance(link, Active | Opening | Closing)
    lenient = parts.profile["Q-CNACT-REPEAT"] == "ok"
    if mode == 0:
        if lenient and link is None:
            parts.emit(BearerDown(index, "it was down already", asked=True))
        else:
            parts.bearer.close(index)
        return _OK
    parts.radio.demand()
    parts.card.demand()
    if lenient and isinstance(link, Active):
        parts.emit(BearerUp(index, link.address))
    elif lenient and up:
        pass
    else:
        wanted = parts.bearer.configurations[index].apn or parts.radio.delivered_apn
        parts.bearer.open(index, wanted if apn is None else apn, mode)
    return _OK


def state(parts: Parts, index: int) -> tuple[int, str]:
    """``<status>`` (0 off, 1 on, 2 in operation) and ``<ip>`` of an application bearer."""
    link = parts.bearer.link(index)
    match link:
        case Active(_, _, address):
            return 1, address
        case Opening() | Closing():
            return 2, "0.0.0.0"
        case Lost() | None:
            return 0, "0.0.0.0"


def _cncfg_read(parts: Parts, now: Micros) -> Ok:
    return Ok((f"+CNCFG: {configuration_fields(parts.bearer.configurations[0])}",))


def _cncfg(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    return configure(parts, 0, values)


def _cnact_test(parts: Parts, now: Micros) -> Ok:
    if parts.profile["Q-CNACT-TEST"] == "error":
        raise Refusal(4, "+CNACT has no test form here (Q-CNACT-TEST)")
    return Ok(("+CNACT: (0-2)",))


def _cnact_read(parts: Parts, now: Micros) -> Ok:
    status, address = state(parts, 0)
    index = "" if parts.profile["Q-CNACT-READ"] == "two" else "0,"
    return Ok((f'+CNACT: {index}{status},"{address}"',))


def _cnact(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    mode, apn = values
    return activate(parts, 0, mode, apn)


ROWS: tuple[Command[Parts], ...] = (
    Command(
        name="+CGDCONT",
        section="TS 27.007 §10.1.1",
        title="Define PDP context",
        example='AT+CGDCONT=1,"IP","ctnb"',
        test=_cgdcont_test,
        read=_cgdcont_read,
        write=_cgdcont,
        arguments=(
            Int("cid", 0, 99),
            Choice("PDP_type", *_TYPES, optional=True),
            Text("APN", 100, optional=True),
            Text("PDP_addr", 64, optional=True),
            Int("d_comp", 0, 2, optional=True),
            Int("h_comp", 0, 4, optional=True),
            Int("ipv4_ctrl", 0, 1, optional=True),
            Int("emergency_flag", 0, 1, optional=True),
        ),
    ),
    Command(
        name="+CGACT",
        section="TS 27.007 §10.1.10",
        title="PDP context activate or deactivate",
        example="AT+CGACT?",
        test="+CGACT: (0,1)",
        read=_cgact_read,
        write=_cgact,
        arguments=(Int("state", 0, 1), Int("cid", 1, 24)),
    ),
    Command(
        name="+CGPADDR",
        section="TS 27.007 §10.1.14",
        title="Show PDP address",
        example="AT+CGPADDR=1",
        test="+CGPADDR: (1-24)",
        write=_cgpaddr,
        execute=_cgpaddr_all,
        arguments=(Int("cid", 1, 24),),
    ),
    Command(
        name="+CGNAPN",
        section="COAP-AN §4.1",
        title="Get network APN in CAT-M or NB-IoT",
        example="AT+CGNAPN",
        test=_cgnapn_test,
        execute=_cgnapn,
    ),
)

CONFIGURATION = (
    Text("apn", 150, optional=True),
    Text("user", 127, optional=True),
    Text("password", 127, optional=True, secret=True),
    Int("auth", 0, 3, optional=True),
)
"""What stands behind ``<ip_type>`` in ``AT+CNCFG``."""

ROWS_SIM7000: tuple[Command[Parts], ...] = (
    Command(
        name="+CNCFG",
        section="COAP-AN §4.1",
        title="PDP configure",
        example='AT+CNCFG=1,"ctnb","cdma","1234"',
        test="+CNCFG: (0-2),150,127,127,(0-3)",
        read=_cncfg_read,
        write=_cncfg,
        arguments=(Int("ip_type", 0, 2), *CONFIGURATION),
    ),
    Command(
        name="+CNACT",
        section="COAP-AN §4.1",
        title="PDP context activate",
        example="AT+CNACT=1",
        test=_cnact_test,
        read=_cnact_read,
        write=_cnact,
        arguments=(Int("mode", 0, 2), Text("apn", 150, optional=True)),
    ),
)
