"""Writes pcapng (draft-ietf-opsawg-pcapng): a section header, interfaces, packets with comments.

    ┌──────┬────────┬──────────────────────────┬─────────┬────────┐
    │ type │ length │ body, padded to 32 bits  │ options │ length │   every block
    └──────┴────────┴──────────────────────────┴─────────┴────────┘

Nothing in the format needs an end, so a file is whole after any block: each one goes to ``write`` in one piece.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable

from modemtwin.clockwork import Micros

__all__ = ["INBOUND", "LINKTYPE_RAW", "LINKTYPE_UPPER_PDU", "OUTBOUND", "PcapngWriter"]

LINKTYPE_RAW = 101
"""An IPv4 or IPv6 packet, told apart by its first four bits."""

LINKTYPE_UPPER_PDU = 252
"""Tags that name a dissector, and what it is to dissect: Wireshark's exported PDU."""

INBOUND, OUTBOUND = 1, 2
"""The direction of a packet, as epb_flags has it."""

_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_COMMENT, _NAME, _DESCRIPTION, _FLAGS, _APPLICATION, _RESOLUTION = 1, 2, 3, 2, 4, 9
_MICROSECONDS = b"\x06"
_LONGEST_TEXT = 0xFFFC
_LATEST: Micros = 1 << 64
_pack_pair = struct.Struct("<HH").pack
_pack_ends = struct.Struct("<II").pack
_pack_word = struct.Struct("<I").pack
_pack_packet = struct.Struct("<IIIIIII").pack
_END = _pack_pair(0, 0)
_PADDING = (b"", b"\0\0\0", b"\0\0", b"\0")


class PcapngWriter:
    """One section. ``write`` gets whole blocks; ``application`` and ``about`` say who made it and of what."""

    def __init__(self, write: Callable[[bytes], object], *, application: str = "modemtwin", about: str = "") -> None:
        self._write = write
        self._interfaces = 0
        options = (_text(_COMMENT, about) if about else b"") + _text(_APPLICATION, application) + _END
        self._block(_SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + options)

    def interface(self, linktype: int, name: str, description: str) -> int:
        """Describe one more interface and give its number."""
        options = _text(_NAME, name) + _text(_DESCRIPTION, description) + _option(_RESOLUTION, _MICROSECONDS) + _END
        self._block(_INTERFACE, struct.pack("<HHI", linktype, 0, 0) + options)
        self._interfaces += 1
        return self._interfaces - 1

    def packet(
        self, interface: int, now: Micros, data: bytes, *, direction: int = 0, comments: Iterable[str] = ()
    ) -> None:
        """Write one packet; ``now`` counts from 1970 for whoever reads it; ValueError when it is before that."""
        if not 0 <= now < _LATEST:
            raise ValueError(f"{now} microseconds since 1970 is no time that a capture can have")
        size = len(data)
        options = b"".join([_text(_COMMENT, comment) for comment in comments])
        if direction:
            options += _option(_FLAGS, _pack_word(direction))
        if options:
            options += _END
        body = data + _PADDING[size & 3] + options
        length = len(body) + 32
        head = _pack_packet(_PACKET, length, interface, now >> 32, now & 0xFFFFFFFF, size, size)
        self._write(head + body + _pack_word(length))

    def _block(self, kind: int, body: bytes) -> None:
        length = len(body) + 12
        self._write(_pack_ends(kind, length) + body + _pack_word(length))


def _option(code: int, value: bytes) -> bytes:
    return _pack_pair(code, len(value)) + value + _PADDING[len(value) & 3]


def _text(code: int, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if len(data) > _LONGEST_TEXT:
        data = data[:_LONGEST_TEXT].decode("utf-8", "ignore").encode()  # not in the middle of a character
    return _option(code, data)
