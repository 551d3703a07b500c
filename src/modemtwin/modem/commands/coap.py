"""The seven commands of COAP-AN §3, and the one that the SIM7080 adds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from modemtwin.at.arguments import Choice, Int, Pair, Pairs, Rest
from modemtwin.at.reply import Ok, Refusal
from modemtwin.at.table import Command
from modemtwin.clockwork import Micros
from modemtwin.coap import numbers, uri
from modemtwin.modem.commands import head
from modemtwin.modem.parts.parts import Parts
from modemtwin.modem.parts.receive_queue import Packet

_OK = Ok()


# ── AT+CCOAPINIT, AT+CCOAPURL ─────────────────────────────────────────────────────────────────────────────────────


def _init(parts: Parts, now: Micros) -> Ok:
    if parts.coap is None:
        parts.create_object(now)
    elif parts.profile["Q-INIT-TWICE"] == "error":
        raise Refusal(3, "there is a CoAP object already: send AT+CCOAPTERM first")
    return _OK


def _url(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    (pieces,) = values
    if len(pieces) > 1 and any(piece.quoted for piece in pieces):
        raise Refusal(792, f"AT+CCOAPURL takes one URL; found {len(pieces)} arguments")
    # A bare URL may hold commas, which the command line took for separators (COAP-AN §3.2; silent).
    text = ",".join(piece.text for piece in pieces)
    coap = parts.demand_object()
    try:
        coap.point_at(uri.parse(text))
    except ValueError as fault:
        raise Refusal(765, str(fault)) from None
    return _OK


# ── AT+CCOAPPARA ──────────────────────────────────────────────────────────────────────────────────────────────────

_UINT32 = 4294967295
_HEX = re.compile("[0-9A-Fa-f]*")


def _code(pair: Pair) -> int:
    text = pair.text
    if not 1 <= len(text) <= 2 or not _HEX.fullmatch(text):
        raise Refusal(795, f"code is one byte in hex, such as 1 for GET or 45 for 2.05; found {text!r}")
    return int(text, 16)


def _type(pair: Pair) -> int:
    try:
        return numbers.TYPES.index(pair.text.upper())
    except ValueError:
        raise Refusal(793, f"type is CON, NON, ACK or RST; found {pair.text!r}") from None


def _number(high: int) -> Callable[[Pair], int]:
    def value(pair: Pair) -> int:
        if not (pair.text.isascii() and pair.text.isdecimal()):
            raise Refusal(794, f"{pair.name} is a decimal number; found {pair.text!r}")
        if len(pair.text) > 12 or int(pair.text) > high:
            raise Refusal(793, f"{pair.name} is 0–{high}; found {pair.text}")
        return int(pair.text)

    return value


def _bytes(shortest: int, longest: int | None) -> Callable[[Pair], bytes]:
    def value(pair: Pair) -> bytes:
        data = pair.text.encode("latin-1") if pair.code == 0 else _unhex(pair)
        if len(data) < shortest or (longest is not None and len(data) > longest):
            raise Refusal(793, f"{pair.name} is {shortest}–{longest} bytes; found {len(data)}")
        return data

    return value


def _unhex(pair: Pair) -> bytes:
    if len(pair.text) % 2:
        raise Refusal(795, f"{pair.name} has {len(pair.text)} hex digits; two make a byte, so their number is even")
    if not _HEX.fullmatch(pair.text):
        raise Refusal(795, f"{pair.name} with code 1 is hex digits 0–9 and A–F only")
    return bytes.fromhex(pair.text)


_FIELDS: dict[str, Callable[[Pair], Any]] = {
    "code": _code,
    "type": _type,
    "mid": _number(65535),
    "token": _bytes(0, 8),
    "content-format": _number(65535),
    "accept": _number(65535),
    "uri-path": _bytes(0, None),
    "uri-query": _bytes(0, None),
    "etag": _bytes(1, 8),
    "observe": _number(16777215),
    "max-age": _number(_UINT32),
    "size": _number(_UINT32),
    "payload": _bytes(0, None),
}
"""The fields of COAP-AN §3.3, and how the value of each is read."""

_SPELLED = {name: name.replace("-", "_") for name in _FIELDS}
"""How an assembly calls them."""

_CODED = {name: name in ("token", "uri-path", "uri-query", "etag", "payload") for name in _FIELDS}
"""Which of them take the code that says text or hex."""

_PARA_TEST = """\
+CCOAPPARA: code,<hex_value>
+CCOAPPARA: type,(("CON"),("NON"),("ACK"),("RST"))
+CCOAPPARA: mid,<dec_value>
+CCOAPPARA: token, ((0-ascii code),(1-hex code)),<value>
+CCOAPPARA: content-format,<dec_value>
+CCOAPPARA: accept,<dec_value>
+CCOAPPARA: uri-path,((0-ascii code),(1-hex code)),<value>
+CCOAPPARA: uri-query, ((0-ascii code),(1-hex code)),<value>
+CCOAPPARA: etag, ((0-ascii code),(1-hex code)),<value>
+CCOAPPARA: observe,<dec_value>
+CCOAPPARA: max-age,<dec_value>
+CCOAPPARA: size,<dec_value>
+CCOAPPARA: payload, ((0-ascii code),(1-hex code)),<value>"""


def _para(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    coap = parts.demand_object()
    pairs: Sequence[Pair] = values[0]
    coap.assemble([(_SPELLED[pair.name], _FIELDS[pair.name](pair)) for pair in pairs])
    return _OK


# ── AT+CCOAPACTION ────────────────────────────────────────────────────────────────────────────────────────────────


def _action_test(parts: Parts, now: Micros) -> Ok:
    return Ok(("+CCOAPACTION: (4,5)" if parts.profile.dialect == "sim7080" else "+CCOAPACTION: <type>[,<value>]",))


def _action(parts: Parts, now: Micros) -> Ok:
    coap = parts.demand_object()
    parts.demand_bearer()
    return Ok((f"+CCOAPACTION: 0,{coap.act(now)}",))


def _action_on_queue(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    queue = parts.demand_object().queue
    if values[0] == 4:
        count, mid = queue.unprocessed()
        return Ok((f"+CCOAPACTION: 4,{count},{mid}",))
    queue.clear()
    return _OK


# ── AT+CCOAPHEAD, AT+CCOAPREAD, AT+CCOAPTERM ──────────────────────────────────────────────────────────────────────


def _packet(parts: Parts, mid: int) -> Packet:
    packet = parts.demand_object().queue.find(mid)
    if packet is None:
        raise Refusal(
            765, f"there is no packet with mid {mid} in the receive queue: AT+CCOAPACTION=4 tells what is there"
        )
    return packet


def _head_test(parts: Parts, now: Micros) -> Ok:
    profile = parts.profile
    if profile["Q-TEST-NAMES"] == "literal":
        return Ok(("+CCOAPREAD: <mid>,((0-printconvert),(1-print raw))",))
    if profile.dialect == "sim7080":
        return Ok(("+CCOAPHEAD: (1-65535),(0,1)",))
    if profile["Q-CONVERT"] == "one-parses":
        return Ok(("+CCOAPHEAD: <mid>,((0-print raw),(1-print convert))",))
    return Ok(("+CCOAPHEAD: <mid>,((0-print convert),(1-print raw))",))


def _head(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    mid, convert = values
    packet = _packet(parts, mid)
    parsed = convert == (1 if parts.profile["Q-CONVERT"] == "one-parses" else 0)
    fields = head.parsed(packet, parts.profile) if parsed else head.raw(packet, parts.profile)
    return Ok((f"+CCOAPHEAD: {convert},{fields}",))


def _read_test(parts: Parts, now: Micros) -> Ok:
    if parts.profile["Q-TEST-NAMES"] == "literal":
        return Ok(("+CCOAPHEAD: <mid>",))
    return Ok(("+CCOAPREAD: (1-65535)" if parts.profile.dialect == "sim7080" else "+CCOAPREAD: <mid>",))


def _read(parts: Parts, values: tuple[Any, ...], now: Micros) -> Ok:
    packet = _packet(parts, values[0])
    parts.demand_object().queue.read(packet)
    payload = packet.message.payload
    return Ok((f"+CCOAPREAD: {len(payload)},{payload.decode('latin-1')}",))


def _term(parts: Parts, now: Micros) -> Ok:
    parts.delete_object(now)
    return _OK


ROWS: tuple[Command[Parts], ...] = (
    Command(
        name="+CCOAPINIT",
        section="COAP-AN §3.1",
        title="Create CoAP object",
        example="AT+CCOAPINIT",
        test="",
        execute=_init,
    ),
    Command(
        name="+CCOAPURL",
        section="COAP-AN §3.2",
        title="Configure CoAP URL",
        example='AT+CCOAPURL="coap://198.181.39.174"',
        test="+CCOAPURL: <scheme>://<host>:<port>/<uri>",
        write=_url,
        arguments=(Rest("url", what="a URL such as coap://192.0.2.1:5683/path?query"),),
    ),
    Command(
        name="+CCOAPPARA",
        section="COAP-AN §3.3",
        title="Assembling CoAP data packet",
        example='AT+CCOAPPARA=code,1,uri-path,0,"home/query",uri-query,0,"address=1",payload,0,"hello world"',
        test=_PARA_TEST,
        write=_para,
        arguments=(Pairs("name", _CODED),),
    ),
    Command(
        name="+CCOAPACTION",
        section="COAP-AN §3.4",
        title="Operate CoAP object",
        example="AT+CCOAPACTION",
        test=_action_test,
        write=_action_on_queue,
        execute=_action,
        arguments=(Choice("type", 4, 5),),
    ),
    Command(
        name="+CCOAPHEAD",
        section="COAP-AN §3.5",
        title="Read head of CoAP packet",
        example="AT+CCOAPHEAD=1,1",
        test=_head_test,
        write=_head,
        arguments=(Int("mid", 0, 65535), Choice("convert", 0, 1)),
    ),
    Command(
        name="+CCOAPREAD",
        section="COAP-AN §3.6",
        title="Read data of CoAP packet",
        example="AT+CCOAPREAD=1",
        test=_read_test,
        write=_read,
        arguments=(Int("mid", 0, 65535),),
    ),
    Command(
        name="+CCOAPTERM",
        section="COAP-AN §3.7",
        title="Delete CoAP object",
        example="AT+CCOAPTERM",
        test="",
        execute=_term,
    ),
)
