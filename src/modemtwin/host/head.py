"""The head of a packet as ``+CCOAPHEAD:`` tells it, parsed into 24 fields or 21, or raw (COAP-AN §3.5).

    +CCOAPHEAD: 1,1,2,0,4.04,1,,,,,,,0,,,,,,,,,,,       what <convert> 1 should print
    +CCOAPHEAD: 1,4,60840001                            what a firmware prints that has it the other way round

Of the raw form the second field is a length and at least 4, of the parsed one it is the version and 1: so either is
read as what it is, whatever was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from modemtwin.coap import message as coap
from modemtwin.coap import numbers
from modemtwin.host.fields import split
from modemtwin.value import value

__all__ = ["Block", "Head", "read_head"]


@value
class Block:
    """A Block option (RFC 7959 §2.2): ``size`` in bytes."""

    number: int
    more: bool
    size: int


@value
class Head:
    """Header, token and options of a packet. What is absent is None, or empty where it is text.

    ``type`` is CON, NON, ACK or RST; ``code`` is dotted, ``number`` is its byte. Segments of a path are joined with
    ``/`` and arguments of a query with ``&``. ``etag`` and ``if_match`` hold the first of several.
    """

    type: str
    code: str
    mid: int
    token: bytes = b""
    content_format: int | None = None
    max_age: int | None = None
    etag: bytes = b""
    accept: int | None = None
    if_match: bytes | None = None
    if_none_match: bool = False
    uri_host: str = ""
    uri_port: int | None = None
    uri_path: str = ""
    uri_query: str = ""
    location_path: str = ""
    location_query: str = ""
    proxy_uri: str = ""
    observe: int | None = None
    block2: Block | None = None
    block1: Block | None = None
    size: int | None = None

    @property
    def number(self) -> int:
        """The code as its byte: 0x45 for 2.05."""
        major, _, minor = self.code.partition(".")
        return int(major) << 5 | int(minor)


def read_head(line: str) -> Head:
    """Read ``+CCOAPHEAD: …``.

    :raises ValueError: when it is none.
    """
    name, _, text = line.partition(":")
    _, _, behind = text.partition(",")
    if name != "+CCOAPHEAD" or not behind:
        raise ValueError("no +CCOAPHEAD")
    length, _, data = behind.partition(",")
    if int(length) >= _SHORTEST_HEAD:
        return _from_raw(data.encode("latin-1"), int(length))
    return _from_fields(split(behind))


_SHORTEST_HEAD = 4
_VERSION, _COLUMNS = 1, 23


def _from_fields(fields: list[str]) -> Head:
    """The parsed form; of a firmware that prints 21 fields the last three are absent (`Q-HEAD-FIELDS`)."""
    fields += [""] * (_COLUMNS - len(fields))
    version, kind, _, code, mid, token, *columns = fields
    if int(version) != _VERSION:
        raise ValueError(f"version {version}")
    major, dot, minor = code.partition(".")
    if not dot or not 0 <= int(major) <= 7 or not 0 <= int(minor) <= 31:
        raise ValueError(f"code {code}")
    given = {name: read(text) for (name, read), text in zip(_READERS, columns, strict=False) if text}
    return Head(_type(kind), code, int(mid), _hex(token), **given)


def _type(text: str) -> str:
    return text if text in numbers.TYPES else numbers.TYPES[int(text)]


def _text(text: str) -> str:
    """UTF-8 out of text that has a character for a byte, as lines from the UART have."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")


def _hex(text: str) -> bytes:
    """Bytes as hex; of several joined by ``&`` the first (`Q-HEAD-LISTS`)."""
    return bytes.fromhex(text.partition("&")[0])


def _block(text: str) -> Block:
    number, more, size = text.split("/")
    return Block(int(number), more == "1", int(size))


_READERS: tuple[tuple[str, Callable[[str], Any]], ...] = (
    ("content_format", int),
    ("max_age", int),
    ("etag", _hex),
    ("accept", int),
    ("if_match", _hex),
    ("if_none_match", lambda text: text == "1"),
    ("uri_host", _text),
    ("uri_port", int),
    ("uri_path", _text),
    ("uri_query", _text),
    ("location_path", _text),
    ("location_query", _text),
    ("proxy_uri", _text),
    ("observe", int),
    ("block2", _block),
    ("block1", _block),
    ("size", int),
)
"""The columns behind the token, in the order of COAP-AN §3.5."""


# ── the raw form ──────────────────────────────────────────────────────────────────────────────────────────────────


def _from_raw(data: bytes, length: int) -> Head:
    """Header, token and options as they came, in hex or as bytes (`Q-HEAD-RAW`)."""
    packet = coap.decode(bytes.fromhex(data.decode("ascii")) if len(data) == 2 * length else data)
    if not isinstance(packet, coap.Message):
        raise ValueError(packet.reason)
    given: dict[int, list[bytes]] = {}
    for number, text in packet.options:
        given.setdefault(number, []).append(text)
    columns = {name: read(given[number]) for number, (name, read) in _OPTIONS.items() if number in given}
    return Head(numbers.TYPES[packet.type], numbers.dotted(packet.code), packet.mid, packet.token, **columns)


_Values: TypeAlias = Iterable[bytes]


def _first(texts: _Values) -> bytes:
    return next(iter(texts))


def _uint(texts: _Values) -> int:
    return coap.number(_first(texts))


def _joined(joint: str) -> Callable[[_Values], str]:
    return lambda texts: joint.join(text.decode("utf-8", "replace") for text in texts)


def _raw_block(texts: _Values) -> Block:
    number = _uint(texts)
    return Block(number >> 4, bool(number >> 3 & 1), 16 << (number & 7))


_OPTIONS: dict[int, tuple[str, Callable[[_Values], Any]]] = {
    numbers.CONTENT_FORMAT: ("content_format", _uint),
    numbers.MAX_AGE: ("max_age", _uint),
    numbers.ETAG: ("etag", _first),
    numbers.ACCEPT: ("accept", _uint),
    numbers.IF_MATCH: ("if_match", _first),
    numbers.IF_NONE_MATCH: ("if_none_match", bool),
    numbers.URI_HOST: ("uri_host", _joined("")),
    numbers.URI_PORT: ("uri_port", _uint),
    numbers.URI_PATH: ("uri_path", _joined("/")),
    numbers.URI_QUERY: ("uri_query", _joined("&")),
    numbers.LOCATION_PATH: ("location_path", _joined("/")),
    numbers.LOCATION_QUERY: ("location_query", _joined("&")),
    numbers.PROXY_URI: ("proxy_uri", _joined("")),
    numbers.OBSERVE: ("observe", _uint),
    numbers.BLOCK2: ("block2", _raw_block),
    numbers.BLOCK1: ("block1", _raw_block),
    numbers.SIZE1: ("size", _uint),
    numbers.SIZE2: ("size", _uint),
}
