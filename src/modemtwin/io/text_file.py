"""Text files that a person names: UTF-8, with a byte order mark or without, and not without end."""

from __future__ import annotations

import os

__all__ = ["read_text"]

_LONGEST = 1 << 20
"""Bytes; /dev/zero has more."""


def read_text(file: str | os.PathLike[str] | int, *, longest: int = _LONGEST) -> str:
    """Read a file, or an open descriptor, to its end; OSError, or ValueError with the end of a sentence about it."""
    with open(file, "rb", closefd=not isinstance(file, int)) as opened:
        data = opened.read(longest + 1)
    if len(data) > longest:
        raise ValueError(f"it is longer than {longest >> 10} KiB, so it is taken for something else")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 text: {error.reason} at byte {error.start}") from None
