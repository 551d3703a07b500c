"""Reads TOML, and finds the line of every key of it, which ``tomllib`` does not tell: errors are to name it.

    [cell]               cell            1
    signal = 99          cell.signal     2
    [[fault]]            fault[1]        3
    do = "drop"          fault[1].do     4

``TomlLines`` takes a text that ``tomllib`` has read, so it checks nothing. Hyphens count as underscores.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from modemtwin.world.schema import underscored

__all__ = ["TomlLines", "read_toml"]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SEGMENT = re.compile(r"""[ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))[ \t]*(\.?)""")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\]|\\.)*"|\'[^\']*\'', re.DOTALL)
_BARE = re.compile(r"[^,\]}#\n]*")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_AT_END = " (at end of document)"


def read_toml(text: str) -> dict[str, Any]:
    """Read a TOML text. ValueError names the line and its key; never the value, which may be a secret."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
    lines = text.splitlines()
    if (found := _AT_LINE.search(said)) is not None:
        number, said = int(found[1]), said[: found.start()]
    else:
        number, said = (
            max((at for at, line in enumerate(lines, 1) if line.strip()), default=1),
            said.removesuffix(_AT_END),
        )
    key = lines[number - 1].partition("=")[0].strip() if number <= len(lines) and "=" in lines[number - 1] else ""
    where = f"line {number}: {key}" if key.isprintable() and 0 < len(key) <= 64 else f"line {number}"
    raise ValueError(f"{where}: this is not TOML: {said[:1].lower()}{said[1:]}")


class TomlLines:
    """The lines of the keys of one text; ``tables`` has its headers in their order, each with its line."""

    def __init__(self, text: str) -> None:
        self.tables: list[tuple[str, int]] = []
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

    def placed(self, mistake: str) -> str:
        """Put the line in front of a sentence that begins with a key."""
        line = self.line_of(mistake.partition(": ")[0])
        return mistake if line is None else f"line {line}: {mistake}"

    def _scan(self) -> None:
        table = ""
        while self._skip_blank() < len(self._text):
            start = self._place
            if self._text.startswith("[", start):
                brackets = 2 if self._text.startswith("[[", start) else 1
                self._place += brackets
                key = self._within_lists(self._key())
                table = self._nth(key) if brackets == 2 else key
                self._place += brackets
                self._note(table, start)
                self.tables.append((table, self._text.count("\n", 0, start) + 1))
            else:
                self._pair(table)

    def _skip_blank(self) -> int:
        found = _BLANK.match(self._text, self._place)
        assert found is not None, "it matches nothing too"
        self._place = found.end()
        return self._place

    def _within_lists(self, name: str) -> str:
        """Spell ``[fault.x]`` as the last ``[[fault]]`` that it belongs to: ``fault[2].x``."""
        *outer, last = name.split(".")
        path = ""
        for segment in outer:
            path = f"{path}.{segment}" if path else segment
            path += f"[{self._lists[path]}]" if path in self._lists else ""
        return f"{path}.{last}" if path else last

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
            self._place = max(bare.end(), self._place + 1)

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
