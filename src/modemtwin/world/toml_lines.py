"""Finds the line of every key of a TOML text, which ``tomllib`` does not tell: errors are to name it.

    [cell]               cell            1
    signal = 99          cell.signal     2
    [[fault]]            fault[1]        3
    do = "drop"          fault[1].do     4

The text is one that ``tomllib`` has read, so nothing is checked here. Hyphens count as underscores.
"""

from __future__ import annotations

import re

from modemtwin.world.schema import underscored

__all__ = ["TomlLines"]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SEGMENT = re.compile(r"""[ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))[ \t]*(\.?)""")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\]|\\.)*"|\'[^\']*\'', re.DOTALL)
_BARE = re.compile(r"[^,\]}#\n]*")


class TomlLines:
    """The lines of the keys of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: dict[str, int] = {}
        self._lists: dict[str, int] = {}
        self._place = 0
        self._scan()

    def line_of(self, path: str) -> int | None:
        """Say where a key stands, or what it would stand in: the line, from 1; None when not even that is there."""
        name = underscored(path)
        while name:
            if name in self._lines:
                return self._lines[name]
            name = name.rpartition(".")[0]
        return None

    def _scan(self) -> None:
        table = ""
        while self._skip_blank() < len(self._text):
            start = self._place
            if self._text.startswith("[", start):
                brackets = 2 if self._text.startswith("[[", start) else 1
                self._place += brackets
                table = self._nth(self._key()) if brackets == 2 else self._key()
                self._place += brackets
                self._note(table, start)
            else:
                self._pair(table)

    def _skip_blank(self) -> int:
        found = _BLANK.match(self._text, self._place)
        assert found is not None, "it matches nothing too"
        self._place = found.end()
        return self._place

    def _nth(self, name: str) -> str:
        """Number the tables of a list."""
        self._lists[name] = self._lists.get(name, 0) + 1
        self._note(name, self._place)
        return f"{name}[{self._lists[name]}]"

    def _note(self, path: str, place: int) -> None:
        self._lines.setdefault(path, self._text.count("\n", 0, place) + 1)

    def _key(self) -> str:
        """Read a key with its dots."""
        segments = []
        while (found := _SEGMENT.match(self._text, self._place)) is not None:
            self._place = found.end()
            segments.append(underscored(found[1] or found[2] or found[3] or ""))
            if not found[4]:
                break
        return ".".join(segments)

    def _pair(self, table: str) -> None:
        """Read a key, the equals sign and the value."""
        start = self._place
        key = self._key()
        path = f"{table}.{key}" if table else key
        self._note(path, start)
        self._place += 1
        self._value(path)

    def _value(self, path: str) -> None:
        self._skip_blank()
        if (string := _STRING.match(self._text, self._place)) is not None:
            self._place = string.end()
        elif self._text.startswith("[", self._place):
            self._items("]", path)
        elif self._text.startswith("{", self._place):
            self._items("}", path)
        else:
            bare = _BARE.match(self._text, self._place)
            assert bare is not None, "it matches nothing too"
            self._place = bare.end()

    def _items(self, end: str, path: str) -> None:
        """Read what is in brackets or braces."""
        self._place += 1
        number = 0
        while self._skip_blank() < len(self._text) and not self._text.startswith(end, self._place):
            number += 1
            if end == "}":
                self._pair(path)
            else:
                self._note(f"{path}[{number}]", self._place)
                self._value(f"{path}[{number}]")
            if self._text.startswith(",", self._skip_blank()):
                self._place += 1
        self._place += 1
