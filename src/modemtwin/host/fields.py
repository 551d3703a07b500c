"""Information lines to fields: ``0,0,"CHN-CT",9``; a quoted field may hold commas, and ``\\\\"`` for a quote."""

from __future__ import annotations

import re

__all__ = ["between_quotes", "quote", "split", "values"]

_FIELD = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"[^,]*|([^,]*))(?:,|\Z)', re.DOTALL)
_ESCAPED = re.compile(r"\\([\"\\])")


def split(text: str) -> list[str]:
    """The fields between commas, without their quotes; of an unclosed quote, the text as it is."""
    if '"' not in text:
        return text.split(",")
    found: list[str] = []
    place = 0
    while place <= len(text):
        field = _FIELD.match(text, place)
        assert field is not None  # its second branch matches the empty text
        quoted, bare = field.groups()
        found.append(bare.strip() if quoted is None else _ESCAPED.sub(r"\1", quoted))
        place = field.end()
        if place == len(text):
            if text.endswith(",") and field.end() > field.start():
                found.append("")
            break
    return found


def values(line: str) -> list[str]:
    """The fields behind the name of a line: of ``+CSQ: 27,99`` they are 27 and 99."""
    return split(line.partition(":")[2].strip())


def between_quotes(line: str) -> str:
    """What stands between the first quote and the last; empty without any."""
    return line.partition('"')[2].rpartition('"')[0]


def quote(text: str) -> str:
    """Text as a quoted argument. It must hold no quote, backslash or control character; see ``plain``."""
    return f'"{text}"'
