"""The head of a packet as ``AT+CCOAPHEAD`` prints it: parsed into fields, or raw (COAP-AN §3.5)."""

from __future__ import annotations

from collections.abc import Callable
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
    columns = _columns(options, profile)
    if profile["Q-HEAD-FIELDS"] == "21":
        del columns[-3:]
    return f"{_VERSION},{kind},{len(token)},{numbers.dotted(code)},{mid},{token.hex().upper()},{','.join(columns)}"


def _columns(options: tuple[tuple[int, bytes], ...], profile: Profile) -> list[str]:
    given: dict[int, list[bytes]] = {}
    for option, value in options:
        place = _PLACES.get(option)
        if place is not None:
            given.setdefault(place, []).append(value)
    columns = _ABSENT.copy()
    for place, values in given.items():
        columns[place] = _SPELLING[place](values, profile)
    return columns


def _uint(values: list[bytes], profile: Profile) -> str:
    return str(int.from_bytes(values[0], "big"))


def _opaque(values: list[bytes], profile: Profile) -> str:
    return "&".join(value.hex().upper() for value in values)


def _empty(values: list[bytes], profile: Profile) -> str:
    return "1"


def _text(joint: str) -> _Spell:
    def spell(values: list[bytes], profile: Profile) -> str:
        text = joint.join(value.decode("latin-1") for value in values)
        return bare_or_quoted(text, profile["Q-STRING-ESCAPES"])

    return spell


def _block(values: list[bytes], profile: Profile) -> str:
    """``num/more/size`` of RFC 7959 §2.2, the size in bytes."""
    block = number(values[0])
    return f"{block >> 4}/{block >> 3 & 1}/{16 << (block & 7)}"


_Spell: TypeAlias = Callable[[list[bytes], Profile], str]

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

_SPELLING = list(_SPELLED.values())
_PLACES = {option: place for place, option in enumerate(_SPELLED)}
_PLACES[numbers.SIZE1] = _PLACES[numbers.SIZE2]
"""Where the column of an option is; Size1 and Size2 have one between them."""

_ABSENT = ["0" if option == numbers.IF_NONE_MATCH else "" for option in _SPELLED]
"""The columns of a packet without options."""
