"""What comes out of a module, cut into lines; a payload is counted, for it may hold line ends and ``OK``.

\\r\\n+CCOAPREAD: 6,a\\r\\nOK!\\r\\n\\r\\nOK\\r\\n  ──►  ``+CCOAPREAD: 6,a\\r\\nOK!``  ``OK``
"""

from __future__ import annotations

import re

__all__ = ["Hearing"]

_FRAMING = b"\r\n"
_PAYLOAD = re.compile(rb"\+CCOAPREAD: ?([0-9]{1,6}),")
_RAW_HEAD = re.compile(rb"\+CCOAPHEAD: ?[01],([0-9]{1,4}),")
_MOST = 1 << 20
"""Bytes of one line; a module that says more without a line end is no module."""


class Hearing:
    """Bytes in any pieces go in, whole lines without their framing come out."""

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> None:
        """Take what came."""
        self._data = (self._data + data)[-_MOST:]

    def line(self, *, counted: bool = True) -> bytes | None:
        """Take the next whole line, or None; ``counted`` False gives a payload that never gets whole as it is."""
        data = self._data = self._data.lstrip(_FRAMING)
        end = self._counted(data) if counted else None
        if end is None:
            end = min((place for mark in _FRAMING if (place := data.find(mark)) >= 0), default=-1)
        if end < 0 or end >= len(data):
            return None
        self._data = data[end:]
        return data[:end]

    def clear(self) -> None:
        """Forget what is no whole line yet."""
        self._data = b""

    def _counted(self, data: bytes) -> int | None:
        """Say where counted data end, -1 while they are not whole; None where nothing is counted."""
        if found := _PAYLOAD.match(data):
            end = found.end() + int(found[1])
            return end if len(data) >= end + len(_FRAMING) else -1
        if found := _RAW_HEAD.match(data):
            end = found.end() + int(found[1])
            if len(data) < end + len(_FRAMING):
                return None if _FRAMING in data[found.end() :] and b"OK\r\n" in data[found.end() :] else -1
            return end if data[end : end + len(_FRAMING)] == _FRAMING else None
        return None
