"""Colour for a terminal, and none for a pipe, a file, or whoever says NO_COLOR."""

from __future__ import annotations

import os
from typing import TextIO

__all__ = ["Style", "can_rewrite"]

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def can_rewrite(stream: TextIO) -> bool:
    """Whether a line of it can be written over: a terminal, and one that knows how to erase (not TERM=dumb)."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


class Style:
    """Marks text for the stream that it goes to; ``style("OK", "green")`` gives the text back plain where need be."""

    def __init__(self, stream: TextIO) -> None:
        self._colour = can_rewrite(stream) and not os.environ.get("NO_COLOR")

    def __call__(self, text: str, *kinds: str) -> str:
        """Give the text in this style: bold, dim, red, green, yellow or cyan."""
        if not (self._colour and text):
            return text
        return f"\033[{';'.join(_CODES[kind] for kind in kinds)}m{text}\033[0m"
