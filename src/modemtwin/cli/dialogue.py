"""A dialogue between TE and modem as a person wants to read it, with the datagrams beside it.

AT+CCOAPACTION                          # send the packet
  +CCOAPACTION: 0,1
  OK
                                        ──► CON GET /home/query?address=1, mid 1, 11 bytes "hello world"
                                        ◄── ACK 4.04 Not Found, mid 1, 9 bytes "Not Found"
  +CCOAPRECV: 1,14,9
"""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from itertools import zip_longest
from typing import Protocol, TextIO

from modemtwin.cli.json_lines import line as json_line
from modemtwin.cli.style import Style
from modemtwin.coap.summary import described_datagram
from modemtwin.io import host_port
from modemtwin.modem.doors import Address

__all__ = ["Dialogue", "JsonDialogue", "TextDialogue"]

_LEFT = 46
"""Columns of the TE's side, where the screen is wide enough for two."""

_NARROW = 100
"""Columns below which datagrams stand under the dialogue instead of beside it."""

_SLIP = """\
The last one is a slip of the note that the profile sim7000-literal repeats: a module says DEACTIVE there,
and so does the default profile (Q-CNACT-OFF-URC)."""


class Dialogue(Protocol):
    """What is told of a dialogue, in its order. Times are in seconds since its start."""

    def typed(self, at: float, line: str, remark: str) -> None:
        """The TE typed a line; ``remark`` says in words what it does."""

    def answered(self, at: float, line: str, expected: str) -> None:
        """The modem said a line, nothing at all where it is empty; ``expected`` is what it should have said."""

    def datagram(self, at: float, *, out: bool, peer: Address, data: bytes) -> None:
        """A datagram left the modem, or came."""

    def ended(self, lines: int, differences: list[str]) -> None:
        """It is over: so many lines were compared, and these are not as they should be, in words."""


class TextDialogue:
    """In columns, in colour where the stream takes it."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._style = Style(out)
        self._width = shutil.get_terminal_size((120, 24)).columns

    def typed(self, at: float, line: str, remark: str) -> None:
        style = self._style
        beside = self._width >= _NARROW
        commands = _pieces(line, min(_LEFT, self._width) - 2)
        width = max(self._width - (_LEFT if beside else 0), 20)
        remarks = textwrap.wrap(remark, width, initial_indent="# ", subsequent_indent="  ")
        self._say("")
        if beside:
            for command, words in zip_longest(commands, remarks, fillvalue=""):
                margin = " " * (_LEFT - len(command)) if words else ""
                self._say(style(command, "bold") + margin + style(words, "dim"))
            return
        for words in remarks:
            self._say(style(words, "dim"))
        for command in commands:
            self._say(style(command, "bold"))

    def answered(self, at: float, line: str, expected: str) -> None:
        if line == expected:
            self._say("  " + self._style(line, "green"))
            return
        self._say("  " + self._style(line or "(nothing)", "red") + self._style(f"   ✗ expected {expected}", "red"))

    def datagram(self, at: float, *, out: bool, peer: Address, data: bytes) -> None:
        indent = _LEFT if self._width >= _NARROW else 4
        arrow = "──► " if out else "◄── "
        lines = textwrap.wrap(described_datagram(data), max(self._width - indent - 5, 30))
        for number, line in enumerate(lines):
            self._say(" " * indent + self._style((arrow if number == 0 else "    ") + line, "cyan"))

    def ended(self, lines: int, differences: list[str]) -> None:
        if differences:
            self._say(f"\n{len(differences)} lines are not as the note prints them:")
        for each in differences:
            self._say(each)
        if not differences:
            self._say(f"\nAll {lines} lines are as the note prints them.\n{_SLIP}")

    def _say(self, line: str) -> None:
        print(line, file=self._out, flush=True)


def _pieces(line: str, width: int) -> list[str]:
    """Break a command behind its commas, and indent what goes on below its first line."""
    pieces = [""]
    for part in re.split("(?<=,)", line):
        if pieces[-1].strip() and len(pieces[-1] + part) > width:
            pieces.append("  ")
        pieces[-1] += part
    return pieces


class JsonDialogue:
    """One JSON object per line."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out

    def typed(self, at: float, line: str, remark: str) -> None:
        self._say("typed", {"at": round(at, 3), "text": line, "remark": remark})

    def answered(self, at: float, line: str, expected: str) -> None:
        agrees = line == expected
        self._say("answer", {"at": round(at, 3), "text": line, "expected": expected, "agrees": agrees})

    def datagram(self, at: float, *, out: bool, peer: Address, data: bytes) -> None:
        where = {"direction": "out" if out else "in", "peer": host_port.join(*peer), "door": ""}
        what = {"hex": data.hex(), "text": described_datagram(data)}
        self._say("datagram", {"at": round(at, 3), "line": None, **where, **what})

    def ended(self, lines: int, differences: list[str]) -> None:
        self._say("demo", {"agrees": not differences, "lines": lines, "differences": differences})

    def _say(self, kind: str, told: dict[str, object]) -> None:
        print(json_line(kind, told), file=self._out, flush=True)
