"""The head of a packet as ``AT+CCOAPHEAD`` prints it: parsed into fields, or raw (COAP-AN §3.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from modemtwin.coap import numbers
from modemtwin.coap.message import number
from modemtwin.modem.commands.spelling import bare_or_quoted
from modemtwin.modem.parts.receive_queue import Packet
from modemtwin.modem.profile import Profile

_VERSION = 1


def raw(packet: Packet, profile: Profile) -> str:
    """``<length>,<data>``: header, token and options as they came; the length is in bytes."""
    head = packet.head
    data = head.hex().upper() if profile["Q-HEAD-RAW"] == "hex" else head.decode("latin-1")
    return f"{len(head)},{data}"


def parsed(packet: Packet, profile: Profile) -> str:
    """The fields behind ``<convert>``, in the order of the grammar of COAP-AN §3.5; absent options are empty."""
    kind, code, mid, token, options, _ = packet.message
    columns: Iterable[str] = _columns(options, profile["Q-STRING-ESCAPES"]).values()
    if profile["Q-HEAD-FIELDS"] == "21":
        columns = list(columns)[:-3]
    return f"{_VERSION},{kind},{len(token)},{numbers.dotted(code)},{mid},{token.hex().upper()},{','.join(columns)}"


def _columns(options: tuple[tuple[int, bytes], ...], escapes: str) -> dict[int, str]:
    given: dict[int, list[bytes]] = {}
    for option, value in options:
        given.setdefault(_SHARED.get(option, option), []).append(value)
    columns = _ABSENT.copy()
    for option, values in given.items():
        if option in columns:
            columns[option] = _SPELLED[option](values, escapes)
    return columns


def _uint(values: list[bytes], escapes: str) -> str:
    return str(int.from_bytes(values[0], "big"))


def _opaque(values: list[bytes], escapes: str) -> str:
    return "&".join(value.hex().upper() for value in values)


def _empty(values: list[bytes], escapes: str) -> str:
    return "1"


def _text(joint: str) -> _Spell:
    return lambda values, escapes: bare_or_quoted(joint.join(value.decode("latin-1") for value in values), escapes)


def _block(values: list[bytes], escapes: str) -> str:
    """``num/more/size`` of RFC 7959 §2.2, the size in bytes."""
    block = number(values[0])
    return f"{block >> 4}/{block >> 3 & 1}/{16 << (block & 7)}"


_Spell: TypeAlias = Callable[[list[bytes], str], str]

_SPELLED: dict[int, _Spell] = {
    numbers.CONTENT_FORMAT: _uint,
    numbers.MAX_AGE: _uint,
    numbers.ETAG: _opaque,
    numbers.ACCEPT: _uint,
    numbers.IF_MATCH: _opaque,
    numbers.IF_NONE_MATCH: _empty,
    numbers.URI_HOST: _text(""),
    numbers.URI_PORT: _uint,
    numbers.URI_PATH: _text("/"),
    numbers.URI_QUERY: _text("&"),
    numbers.LOCATION_PATH: _text("/"),
    numbers.LOCATION_QUERY: _text("&"),
    numbers.PROXY_URI: _text(""),
    numbers.OBSERVE: _uint,
    numbers.BLOCK2: _block,
    numbers.BLOCK1: _block,
    numbers.SIZE2: _uint,
}
"""The options that have a column, in the order of the columns, and how their values are spelled there."""

_SHARED = {numbers.SIZE1: numbers.SIZE2}
"""Options that have the column of another."""

_ABSENT = dict.fromkeys(_SPELLED, "") | {numbers.IF_NONE_MATCH: "0"}
"""The columns of a packet without options."""
