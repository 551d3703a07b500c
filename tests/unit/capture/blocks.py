"""Reads a capture back, as far as the tests need it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_TAGS = 20
"""Bytes of an exported PDU before its line."""


class Packet(NamedTuple):
    """A packet as a reader sees it; ``data`` of a UART is the line without its tags."""

    interface: str
    now: int
    data: bytes
    comments: tuple[str, ...]


def blocks(capture: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut a capture into blocks: type and body. Both lengths of a block must agree."""
    place = 0
    while place < len(capture):
        kind, length = struct.unpack_from("<II", capture, place)
        assert struct.unpack_from("<I", capture, place + length - 4) == (length,)
        yield kind, capture[place + 8 : place + length - 4]
        place += length


def options(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut options into code and value."""
    place = 0
    while place < len(data):
        code, length = struct.unpack_from("<HH", data, place)
        if code:
            yield code, data[place + 4 : place + 4 + length]
        place += 4 + length + -length % 4


def packets(capture: bytes) -> list[Packet]:
    """List the packets."""
    names: list[str] = []
    found: list[Packet] = []
    for kind, body in blocks(capture):
        if kind == 1:
            names.append(dict(options(body[8:]))[2].decode())
        elif kind == 6:
            interface, high, low, size, _ = struct.unpack_from("<IIIII", body)
            comments = tuple(v.decode() for code, v in options(body[20 + size + -size % 4 :]) if code == 1)
            data = body[20 : 20 + size]
            uart = names[interface].endswith("uart")
            found.append(Packet(names[interface], high << 32 | low, data[_TAGS:] if uart else data, comments))
    return found
