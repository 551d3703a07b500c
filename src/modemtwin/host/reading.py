"""Bytes from a module to lines, cut wherever they were cut; payloads by their length, whatever they hold.

    \\r\\n+CCOAPREAD: 9,Not Found\\r\\n\\r\\nOK\\r\\n  ──►  b"+CCOAPREAD: 9,Not Found"  b"OK"
                    └ counted ┘

A line ends at its line feed (V.250 §5.7.1); the echo of a command ends there too, for the reply begins with one.
Only while a command is out whose answer carries foreign bytes (``Shape``) does a line have other ends: a peer may
well send ``OK`` on a line of its own.
"""

from __future__ import annotations

import re
from enum import Enum

__all__ = ["LineReader", "Shape"]


class Shape(Enum):
    """What ends a line besides a line feed."""

    PLAIN = 0
    """Nothing."""

    COUNTED = 1
    """``+CCOAPREAD: <length>,`` and so many bytes (COAP-AN §3.6)."""

    HEAD = 2
    """``+CCOAPHEAD: <convert>,<length>,`` and so many bytes or pairs of hex digits; or quoted text with line feeds."""


_COUNTED = re.compile(rb"\+CCOAPREAD: ?([0-9]{1,7}),")
_RAW_HEAD = re.compile(rb"\+CCOAPHEAD: ?[01],([0-9]{1,5}),")
_QUOTE = re.compile(rb'\\.|"', re.DOTALL)
_SHORTEST_HEAD = 4  # RFC 7252 §3: so a second field of 1 is the version of a parsed head, not a length
_STARTS = {Shape.COUNTED: b"+CCOAPREAD:", Shape.HEAD: b"+CCOAPHEAD:"}
_LONGEST_START = 32
_LONGEST_LINE = 65536
_NOISE = b"\r\n\x00\xff"
"""What stands before a line and is no part of it: its framing, and what a UART reads while the module powers up."""


class LineReader:
    """Keeps what came and hands out line after line; the memory that it takes is bounded."""

    __slots__ = ("_buffer", "_scanned")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0

    def feed(self, data: bytes) -> None:
        """Take in what came."""
        self._buffer += data

    def clear(self) -> None:
        """Forget what came: the module has started anew, or another line has."""
        self._buffer.clear()
        self._scanned = 0

    def rest(self) -> bytes:
        """What has come of a line that has not ended; a result of ``ATV0`` never will, and is forgotten."""
        rest = bytes(self._buffer).strip(_NOISE)
        if rest.isdigit():
            self.clear()
        return rest

    def take(self, shape: Shape = Shape.PLAIN) -> bytes | None:
        """The next line that is not empty, without its framing; None until there is a whole one."""
        buffer = self._buffer
        while buffer:
            if shape is not Shape.PLAIN:
                special = self._special(shape)
                if special is None:
                    return None
                if special:
                    return special
            end = buffer.find(10, self._scanned)
            if end < 0:
                self._wait()
                return None
            line = bytes(buffer[:end]).strip(_NOISE)
            del buffer[: end + 1]
            self._scanned = 0
            if line:
                # Of an echo that no line feed parts from what follows (ATV0), only what follows is a line.
                return line.rpartition(b"\r")[2] if b"\r" in line else line
        return None

    def _special(self, shape: Shape) -> bytes | None:
        """A line with foreign bytes when one begins here: itself, None while it is not whole, nothing when none is."""
        buffer = self._buffer
        start = _STARTS[shape]
        if buffer[0] in _NOISE:
            self._drop(len(buffer) - len(buffer.lstrip(_NOISE)))
        if not buffer:
            return None
        if not buffer.startswith(start):
            return b""  # part of a start has no line feed yet, so nothing is taken for a line too early
        return self._counted() if shape is Shape.COUNTED else self._head()

    def _counted(self) -> bytes | None:
        found = _COUNTED.match(self._buffer)
        if found is None:
            return self._malformed()
        return self._cut(found.end() + int(found[1]))

    def _head(self) -> bytes | None:
        buffer = self._buffer
        found = _RAW_HEAD.match(buffer)
        if found is not None and int(found[1]) >= _SHORTEST_HEAD:
            start, length = found.end(), int(found[1])
            if len(buffer) <= start + length:
                return None
            # Q-HEAD-RAW: as bytes, or as hex, which is twice as long and has no line end in its middle.
            is_hex = re.fullmatch(rb"[0-9A-Fa-f]*", buffer[start : start + length + 1]) is not None
            return self._cut(start + length * (1 + is_hex))
        if found is None and len(buffer) < _LONGEST_START and b"\n" not in buffer:
            return None
        return self._quoted()

    def _quoted(self) -> bytes | None:
        """A parsed head: its line feeds within quotes do not end it."""
        buffer = self._buffer
        end = buffer.find(b"\n")
        while end >= 0 and _is_open(buffer[:end]):
            end = buffer.find(b"\n", end + 1)
        if end < 0:
            return self._malformed() if len(buffer) > _LONGEST_LINE else None
        line = self._cut(end)
        return line and line.rstrip(b"\r")

    def _malformed(self) -> bytes | None:
        """Not what it seemed: a line like any other, if it has ended."""
        return b"" if b"\n" in self._buffer or len(self._buffer) > _LONGEST_START else None

    def _cut(self, end: int) -> bytes | None:
        if len(self._buffer) < end:
            return None
        line = bytes(self._buffer[:end])
        self._drop(end)
        return line

    def _wait(self) -> None:
        self._scanned = len(self._buffer)
        if self._scanned > _LONGEST_LINE:  # noise without an end
            self.clear()

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._scanned = 0


def _is_open(text: bytes | bytearray) -> bool:
    """Whether a quote has been opened and not closed; one behind a backslash does neither."""
    return _QUOTE.findall(text).count(b'"') % 2 == 1
