"""A packet as a caller spells it, and the ``AT+CCOAPPARA`` lines that assemble it (COAP-AN §3.3).

Text that a firmware could misread goes as hex: nobody says what a quote, a comma or a backslash within quotes does.
A command line ends at 559 characters, so fields are spread over several lines; a payload only on a module that adds
up what several lines give.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from modemtwin.coap import numbers
from modemtwin.host.errors import InvalidArgument, TooLong
from modemtwin.value import value

__all__ = ["LONGEST_LINE", "Packet", "para_lines"]

LONGEST_LINE = 559
"""Characters that a command line may have behind ``AT``."""

_NAME = "AT+CCOAPPARA="
_ROOM = LONGEST_LINE + 2 - len(_NAME)
_PAYLOAD_ROOM = _ROOM - len('payload,0,""')
_PLAIN = re.compile(rb"[!#-+\-./0-9:<-\[\]-~](?:[ !#-+\-./0-9:<-\[\]-~]*[!#-+\-./0-9:<-\[\]-~])?")
"""Printable ASCII without quote, comma, semicolon and backslash, and without a blank at either end."""


@value
class Packet:
    """The fields of COAP-AN §3.3; None leaves one out, and the module then takes its default.

    ``code`` is the byte: 1 GET, 2 POST, 0x45 for 2.05. ``type`` is CON, NON, ACK or RST. ``uri_path`` and
    ``uri_query`` are segments and arguments, not yet joined.
    """

    code: int = numbers.GET
    type: str = "CON"
    mid: int | None = None
    token: bytes | None = None
    content_format: int | None = None
    accept: int | None = None
    uri_path: tuple[bytes, ...] = ()
    uri_query: tuple[bytes, ...] = ()
    etag: bytes | None = None
    observe: int | None = None
    max_age: int | None = None
    size: int | None = None
    payload: bytes = b""

    def replace(self, **changes: Any) -> Packet:
        """A packet with some fields changed."""
        return dataclasses.replace(self, **changes)

    @property
    def splits_in_para(self) -> bool:
        """Whether ``uri-path`` and ``uri-query`` can say path and query: the module splits them at ``/`` and ``&``."""
        return not any(b"/" in segment for segment in self.uri_path) and not any(
            b"&" in each for each in self.uri_query
        )

    @property
    def names(self) -> set[str]:
        """The names of the fields that it gives."""
        given = {name for name in _OPTIONAL if getattr(self, name) not in (None, b"", ())}
        return given | {"code", "type"}

    def check(self) -> None:
        """Check every field against its range.

        :raises InvalidArgument: for the first that is out of it.
        """
        for name, low, high in _RANGES:
            number = getattr(self, name)
            if number is not None and not (isinstance(number, int) and low <= number <= high):
                raise InvalidArgument(f"{name.replace('_', '-')} is {low}–{high}, not {number!r}")
        for name in ("token", "etag", "payload"):
            data = getattr(self, name)
            if data and not isinstance(data, bytes):
                raise InvalidArgument(f"{name} is bytes, such as b'\\x01', not {data!r}")
        if self.type not in numbers.TYPES:
            raise InvalidArgument(f"type is {', '.join(numbers.TYPES)}, not {self.type!r}")
        if self.token is not None and len(self.token) > 8:
            raise InvalidArgument(f"a token has at most 8 bytes, not {len(self.token)} (RFC 7252 §3)")
        if self.etag is not None and not 1 <= len(self.etag) <= 8:
            raise InvalidArgument(f"an ETag has 1–8 bytes, not {len(self.etag)} (RFC 7252 §5.10)")
        if any(len(piece) > 255 for piece in (*self.uri_path, *self.uri_query)):
            raise InvalidArgument("a path segment or query argument has at most 255 bytes (RFC 7252 §5.10)")


_OPTIONAL = (
    *("token", "content_format", "accept", "uri_path", "uri_query", "etag"),
    *("observe", "max_age", "size", "payload"),
)
"""The fields that outlive a packet where the module keeps it; a mid never does."""

_RANGES = (
    ("code", 0, 255),
    ("mid", 0, 65535),
    ("content_format", 0, 65535),
    ("accept", 0, 65535),
    ("observe", 0, 0xFFFFFF),
    ("max_age", 0, 0xFFFFFFFF),
    ("size", 0, 0xFFFFFFFF),
)


def para_lines(packet: Packet, *, append: bool, path: bool = True) -> list[str]:
    """The command lines that assemble a packet; ``path``: path and query are among them, and not in the URL.

    :raises TooLong: when a field does not fit on a line; ``append`` is whether several lines may carry a payload.
    """
    lines: list[str] = []
    line = ""
    for name, field in _fields(packet, path):
        if len(field) > _ROOM:
            raise TooLong(f"{name} is too long for a command line of {LONGEST_LINE} characters")
        if line and len(line) + 1 + len(field) > _ROOM:
            lines.append(_NAME + line)
            line = ""
        line += f",{field}" if line else field
    for number, field in enumerate(_payload(packet.payload, append)):
        if number or len(line) + 1 + len(field) > _ROOM:  # a second payload within one command is nobody's habit
            lines.append(_NAME + line)
            line = field
        else:
            line += f",{field}"
    lines.append(_NAME + line)
    return lines


def _fields(packet: Packet, path: bool) -> Iterator[tuple[str, str]]:
    """The fields but the payload, in the order of COAP-AN §3.3."""
    yield "code", f"code,{packet.code:X}"
    yield "type", f'type,"{packet.type}"'
    if packet.mid is not None:
        yield "mid", f"mid,{packet.mid}"
    if packet.token:
        yield "token", f'token,1,"{packet.token.hex().upper()}"'
    if packet.content_format is not None:
        yield "content-format", f"content-format,{packet.content_format}"
    if packet.accept is not None:
        yield "accept", f"accept,{packet.accept}"
    if path and packet.uri_path:
        # A leading slash is ignored, so one more keeps an empty first segment.
        yield "uri-path", f"uri-path,{_coded((b'' if packet.uri_path[0] else b'/') + b'/'.join(packet.uri_path))}"
    if path and packet.uri_query:
        yield "uri-query", f"uri-query,{_coded(b'&'.join(packet.uri_query))}"
    if packet.etag is not None:
        yield "etag", f'etag,1,"{packet.etag.hex().upper()}"'
    for name in ("observe", "max_age", "size"):
        number = getattr(packet, name)
        if number is not None:
            yield name, f"{name.replace('_', '-')},{number}"


def _coded(data: bytes) -> str:
    """Text with code 0 where nobody can misread it, else hex with code 1."""
    return f'0,"{data.decode("ascii")}"' if _PLAIN.fullmatch(data) else f'1,"{data.hex().upper()}"'


def _payload(data: bytes, append: bool) -> list[str]:
    if not data:
        return []
    pieces = [data[start : start + _PAYLOAD_ROOM] for start in range(0, len(data), _PAYLOAD_ROOM)]
    if not all(map(_PLAIN.fullmatch, pieces)):
        size = _PAYLOAD_ROOM // 2
        pieces = [data[start : start + size] for start in range(0, len(data), size)]
    if len(pieces) > 1 and not append:
        raise TooLong(
            f"the payload has {len(data)} bytes; one command line of {LONGEST_LINE} characters holds "
            f"{_PAYLOAD_ROOM // 2}, or {_PAYLOAD_ROOM} of plain text",
            "payload_append=True sends it in pieces, where the module's firmware adds them together",
        )
    return [f"payload,{_coded(piece)}" for piece in pieces]
