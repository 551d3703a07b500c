"""How far a transfer between the TE and its module is, seen from the bytes on the serial line.

AT+CCOAPPARA=payload,1,"…"      more of the request's payload is through, in hex or as text
+CCOAPREAD: 2000,…              the answer's payload begins: so many bytes, and what follows are they
"""

from __future__ import annotations

import re

__all__ = ["Transfer"]

_PIECE = re.compile(rb"payload,([01]),\"([^\"]*)", re.IGNORECASE)
_ANSWER = re.compile(rb"\+CCOAPREAD: ?(\d{1,9}),")
_LONGEST_PREFIX = 32


class Transfer:
    """Watches both directions; ``sending`` is the length of the payload that goes out."""

    def __init__(self, sending: int = 0) -> None:
        self._sending = sending
        self._sent = 0
        self._typed = b""
        self._heard = b""
        self._reading: int | None = None
        self._read = 0

    def saw(self, direction: str, data: bytes) -> tuple[int, int] | None:
        """Take bytes that went by, ``tx`` or ``rx``; give how many of how many are through, None when none moved."""
        return self._saw_typed(data) if direction == "tx" else self._saw_heard(data)

    def _saw_typed(self, data: bytes) -> tuple[int, int] | None:
        *lines, self._typed = (self._typed + data).split(b"\r")
        before = self._sent
        for line in lines:
            for code, text in _PIECE.findall(line):
                self._sent += len(text) // 2 if code == b"1" else len(text)
        self._sent = min(self._sent, self._sending)
        return (self._sent, self._sending) if self._sent > before else None

    def _saw_heard(self, data: bytes) -> tuple[int, int] | None:
        if self._reading is None:
            heard = self._heard + data
            begun = _ANSWER.search(heard)
            if begun is None:
                self._heard = heard[-_LONGEST_PREFIX:]
                return None
            self._heard, self._reading, self._read = b"", int(begun[1]), 0
            data = heard[begun.end() :]
        self._read = min(self._read + len(data), self._reading)
        seen = self._read, self._reading
        if self._read == self._reading:
            self._reading = None
        return seen
