"""What a sweep does to the bytes that a modem writes: nothing but count, or one thing at one position.

    gap:N   a URC behind the N-th final result or URC, or before the echo of the next command
    cut:N   the N-th boundary between two bytes that the modem writes: the rest comes 20 ms later

A URC may come between two command lines, and not between a line's first byte and its final result. In each such gap
it is tried twice: by itself behind what was said last, and in one piece with what is said next, for a program that has
typed its command by then must not take it for the answer. Boundaries are counted over the whole of a test: what is
written at once, behind a pty, is not the same in every run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from modemtwin.at.redaction import masked
from modemtwin.modem.commands import table

__all__ = ["Disturbance", "Position", "parse_position"]

_SHOWN = 24


class Position(NamedTuple):
    """Where a sweep disturbs."""

    kind: Literal["gap", "cut"]
    number: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.number}"


def parse_position(text: str) -> Position:
    """Read what ``str(position)`` wrote; ValueError when it is none."""
    kind, _, number = text.partition(":")
    if kind not in ("gap", "cut") or not number.isdecimal():
        raise ValueError(f"{text!r} is no position; write gap:12 or cut:17, as the report of a failure does")
    return Position("gap" if kind == "gap" else "cut", int(number))


@dataclass(slots=True)
class Disturbance:
    """Counts the positions of a run, and disturbs at one of them. ``told`` says what it did, empty for nothing."""

    position: Position | None = None
    urc: str = "UNDER-VOLTAGE WARNNING"
    gaps: int = 0
    cuts: int = 0
    told: str = ""
    _ahead: bool = False
    _written: int = 0

    def begin(self, data: bytes) -> None:
        """A command line begins."""
        if self._is_here("gap", self.gaps):
            self._ahead = True
            self.told = f"the URC {self.urc!r} came before the echo of {_shown(data)}"
        self.gaps += 1

    def end(self, line: bytes, data: bytes) -> bytes:
        """The modem has said its final result, or a URC: give the URC that comes behind it."""
        here = self._is_here("gap", self.gaps)
        self.gaps += 1
        if not here:
            return b""
        last = data.strip().rpartition(b"\n")[2]
        behind = f"the reply to {_shown(line)}" if line.strip() else _shown(last)
        self.told = f"the URC {self.urc!r} came behind {behind}, which ended in {_shown(last)}"
        return self._framed()

    def split(self, data: bytes) -> tuple[bytes, bytes]:
        """What the modem writes, in two pieces; the second is empty where nothing is cut."""
        if self._ahead:
            self._ahead = False
            data = self._framed() + data
        begun, self._written = self._written, self._written + len(data)
        self.cuts = max(0, self._written - 1)
        if self.position is None or self.position.kind != "cut":
            return data, b""
        place = self.position.number - begun + 1
        if not 0 <= place < len(data):
            return data, b""
        shown = masked(data.decode("latin-1"), table("sim7000"))
        left, right = shown[max(0, place - _SHOWN) : place], shown[place : place + _SHOWN]
        how = "in two pieces, cut at |" if place else "a little after what came before it"
        self.told = f"what the modem wrote came {how} : {_escaped(left)}|{_escaped(right)}"
        return data[:place], data[place:]

    def _is_here(self, kind: str, number: int) -> bool:
        return self.position is not None and self.position == (kind, number)

    def _framed(self) -> bytes:
        return f"\r\n{self.urc}\r\n".encode()


def _shown(data: bytes) -> str:
    """The name of a command or a result, without what it was given: that might be a secret."""
    text = data.strip().decode("latin-1")
    return text.partition("=")[0] + "=…" if "=" in text else text


def _escaped(text: str) -> str:
    return text.encode("unicode_escape").decode()
