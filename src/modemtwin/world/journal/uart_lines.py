"""One direction of a UART: bytes in, whole lines out, as a person would break them.

    AT+CSQ CR │ CR LF +CSQ: 27,99 CR LF CR LF OK CR LF │ CR LF +CCOAPRECV: 1,14,9 CR LF

An echo and a line typed end in CR; a reply begins and ends with CR LF (V.250 §5.7.1), and goes up to its result.
"""

from __future__ import annotations

import re

__all__ = ["UartLines"]

_BOUNDARY = re.compile(
    rb"(?<=\r)(?!\n)"  # behind an echo
    rb"|(?<![^\r\n][Aa]/)(?<=[Aa]/)(?=\r\n)"  # behind that of A/
    rb"|(?<![Aa]/\r\n)(?<=[^\r\n]\r\n)(?!\r)"  # between a reply and an echo
    rb"|(?<=\r\nOK\r\n)|(?<=\r\nERROR\r\n)"  # between two replies
)

_REPEAT = re.compile(rb"\n*[Aa]/")
"""A command line that no CR ends (V.250 §5.2.4)."""

_MOST_HELD = 4096
"""Bytes without a line's end that make a line of their own."""


class UartLines:
    """Takes bytes in pieces of any size; ``half`` is what has not ended yet."""

    def __init__(self) -> None:
        self.half = b""

    def add(self, data: bytes) -> list[bytes]:
        """Take some bytes; give the lines and replies that are whole now, ends included."""
        *pieces, half = _BOUNDARY.split(self.half + data)
        whole = [piece for piece in pieces if piece]
        ended = half.endswith((b"\r", b"\n")) and half.strip(b"\r\n")  # a bare end belongs to the next line
        if ended or len(half) > _MOST_HELD or _REPEAT.fullmatch(half):
            whole.append(half)
            half = b""
        self.half = half
        return whole
