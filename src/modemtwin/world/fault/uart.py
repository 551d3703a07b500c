"""The UART under faults: bytes and lines on their way, each direction a lane of its own.

    data ──► silent? ──► bytes struck ──► lines found, and struck ──► rate ──► [Hit, Flight …]

A line that may be changed is held until its end has come; all else passes as it comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.world.fault.datagram import Flights, changed
from modemtwin.world.fault.fault import Change, Delay, Drop, Duplicate, Garble, OnByte, OnLine
from modemtwin.world.fault.rule import Rule

__all__ = ["Flight", "Hit", "Lane", "Passage"]

_TYPED = re.compile(rb"[^\r]*\r|[^\r]+\Z")
_WRITTEN = re.compile(rb"(?:\r\n)?[^\r\n]+\r?\n?|[\r\n]+")
_LONGEST_HELD = 4096
_BITS = 10  # a start bit, eight of data, a stop bit


class Hit(NamedTuple):
    """A rule strikes, and what it does, in words."""

    rule: Rule
    text: str


class Flight(NamedTuple):
    """These bytes arrive, so much later than they would have."""

    later: Micros
    data: bytes


Passage: TypeAlias = list[Hit | Flight]
"""What becomes of some bytes, in order: a hit stands before the bytes that it strikes."""


class Lane:
    """One direction. ``silent``: nothing arrives; ``baud``: so fast at most, 0 for at once."""

    def __init__(self, direction: str) -> None:
        self.silent = False
        self.baud = 0
        self._direction = direction
        self._lines = _TYPED if direction == "in" else _WRITTEN
        self._half = b""
        self._held = b""
        self._free: Micros = 0

    def handle(self, data: bytes, rules: list[Rule], now: Micros) -> Passage:
        """Take bytes; say what becomes of them."""
        if self.silent:
            return []
        passage: Passage = []
        for rule in rules:
            if isinstance(rule.fault.occasion, OnByte):
                data = self._bitten(data, rule, passage, now)
        self._read(data, [rule for rule in rules if isinstance(rule.fault.occasion, OnLine)], passage, now)
        return list(self._paced(passage, now))

    def _bitten(self, data: bytes, rule: Rule, passage: Passage, now: Micros) -> bytes:
        kept, hits = bytearray(), 0
        garbles = isinstance(rule.fault.act, Garble)
        for byte in data:
            hit = rule.bites(self._direction, now)
            hits += hit
            if not hit:
                kept.append(byte)
            elif garbles:
                kept.append(byte ^ 1 << int(rule.random.random() * 8))
        if hits:
            done = f"{'is' if hits == 1 else 'are'} {'garbled' if garbles else 'lost'}"
            passage.append(Hit(rule, f"{hits} of {len(data)} bytes {self._way} {done}"))
        return bytes(kept)

    def _read(self, data: bytes, rules: list[Rule], passage: Passage, now: Micros) -> None:
        """Find the lines, and let the rules have them."""
        if not rules:
            data, self._held, self._half = self._held + data, b"", b""
            passage += [Flight(0, data)] if data else []
            return
        holds = self._direction == "in" and any(isinstance(rule.fault.act, Change) for rule in rules)
        for piece in self._lines.findall(data):
            self._half = (self._half + piece)[-_LONGEST_HELD:]
            passing, self._held = self._held + piece, b""
            if self._direction == "out" or piece.endswith(b"\r"):
                line, self._half = self._half.strip(b"\r\n"), b""
                passage += self._struck(line, passing, rules, now)
            elif holds and len(passing) < _LONGEST_HELD:
                self._held = passing
            else:
                passage.append(Flight(0, passing))

    def _struck(self, line: bytes, passing: bytes, rules: list[Rule], now: Micros) -> Passage:
        hits: Passage = []
        flights: Flights = [(0, passing)]
        for rule in rules:
            if line and flights and rule.reads(line, self._direction, now):
                act = rule.fault.act
                hits.append(Hit(rule, f"a line {self._way} {_DONE.get(type(act), '')}".rstrip()))
                if isinstance(act, Change):
                    flights = changed(act, flights, rule.random)
        return [*hits, *(Flight(later, data) for later, data in flights)]

    def _paced(self, passage: Passage, now: Micros) -> Iterator[Hit | Flight]:
        """Let the bytes take their time, and stay behind those that are still on their way."""
        for each in passage:
            if isinstance(each, Hit) or (not self.baud and self._free <= now + each.later):
                yield each
                continue
            for byte in each.data:
                self._free = max(self._free, now + each.later)
                self._free += _BITS * MICROSECONDS // self.baud if self.baud else 0
                yield Flight(self._free - now, bytes((byte,)))

    @property
    def _way(self) -> str:
        return "to the modem" if self._direction == "in" else "from the modem"


_DONE: dict[type, str] = {
    Drop: "is lost",
    Delay: "comes later",
    Duplicate: "comes more than once",
    Garble: "is garbled",
}
