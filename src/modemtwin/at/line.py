"""Bytes to command lines: hunting for ``AT`` or ``A/``, the line up to S3, editing with S5 (V.250 §5.2).

    hunting ──A──► prefix ──T──► body ──S3──► line        (a line that is there as a whole takes one step)
       ▲             │  └──/──► line again
       └─ any other ─┘

Everything that is eaten is echoed as it came, but for a line feed outside a line: it is dropped, because many a TE
ends its lines with CR LF.
"""

from __future__ import annotations

import re

__all__ = ["LineReader"]

_AT = (b"AT", b"at")
_PREFIX = re.compile(rb"[Aa]\n*(?:[Tt]|/|\Z)")
_LF = b"\n"


class LineReader:
    """Keeps what was typed, and hands out one command line after the other: what stands behind ``AT``, without its end.

    ``longest_line``: bytes of a body; more are counted but not kept. ``room``: bytes of type-ahead. ``typed``: what has
    not been eaten yet. ``half_typed``: whether a line has begun and has not ended.
    ``overlong``: whether the last line was cut short.
    """

    __slots__ = ("_body", "_excess", "_last", "_longest_line", "_room", "_within", "half_typed", "overlong", "typed")

    def __init__(self, *, longest_line: int = 559, room: int = 65536) -> None:
        self._longest_line = longest_line
        self._room = room
        self.reset()

    def reset(self) -> None:
        """Forget what was typed, and the last line too."""
        self.typed = b""
        self.half_typed = False
        self._within = False
        self._body = bytearray()
        self._excess = 0
        self._last = ""
        self.overlong = False

    def feed(self, data: bytes) -> int:
        """Keep what was typed; say how many bytes found no room."""
        self.typed += data
        lost = len(self.typed) - self._room
        if lost <= 0:
            return 0
        self.typed = self.typed[: self._room]
        return lost

    def drain(self) -> bytes:
        """Hand out what was typed and not eaten yet, as it came."""
        typed, self.typed = self.typed, b""
        return typed

    def take(self, s3: int = 13, s5: int = 8) -> tuple[bytes, str | None]:
        """Eat up to the end of one line, or all there is: the bytes to echo, and the line when it ended.

        ``s3`` ends a line and ``s5`` takes a character back (V.250 §6.2.1, §6.2.3).
        """
        if not self.half_typed:
            # Nearly every line is there from its AT to its end, and has nothing to edit.
            typed = self.typed
            end = typed.find(s3, 2)
            if 0 < end <= self._longest_line + 2 and typed.startswith(_AT) and typed.find(s5, 2, end) < 0:
                self.typed = typed[end + 1 :]
                self._last = line = typed[2:end].decode("latin-1")
                self.overlong = False
                return typed[: end + 1], line
        return self._take_body(b"", s3, s5) if self._within else self._hunt(s3, s5)

    def _hunt(self, s3: int, s5: int) -> tuple[bytes, str | None]:
        """Eat up to the beginning of a line, and the line behind it."""
        begun = b"A" if self.half_typed else b""
        typed = begun + self.typed
        found = _PREFIX.search(typed)
        end = found.end() if found else len(typed)
        eaten, self.typed = typed[:end], typed[end:]
        echo = eaten.replace(_LF, b"").removeprefix(begun)
        self.half_typed = False
        if found is None:
            return echo, None
        if eaten[-1] in b"Tt":
            self.half_typed = self._within = True
            return self._take_body(echo, s3, s5)
        if eaten[-1:] == b"/":  # V.250 §5.2.4
            return echo, self._last
        self.half_typed = True
        return echo, None

    def _take_body(self, echo: bytes, s3: int, s5: int) -> tuple[bytes, str | None]:
        end = self.typed.find(s3)
        piece = self.typed if end < 0 else self.typed[:end]
        if s5 in piece:
            self._edit(piece, s5)
        else:
            self._append(piece)
        if end < 0:
            self.typed = b""
            return echo + piece, None
        echo += self.typed[: end + 1]
        self.typed = self.typed[end + 1 :]
        self._last = line = self._body.decode("latin-1")
        self.overlong = self._excess > 0
        self._body.clear()
        self._excess = 0
        self.half_typed = self._within = False
        return echo, line

    def _append(self, piece: bytes) -> None:
        free = self._longest_line - len(self._body)
        if len(piece) <= free:
            self._body += piece
        else:
            self._body += piece[:free]
            self._excess += len(piece) - free

    def _edit(self, piece: bytes, s5: int) -> None:
        first, *others = piece.split(bytes((s5,)))
        self._append(first)
        for part in others:
            if self._excess:
                self._excess -= 1
            else:
                del self._body[-1:]
            self._append(part)
