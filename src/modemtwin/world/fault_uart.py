"""The UART under faults: bytes and lines on their way, each direction a lane of its own.

    data ──► silent? ──► bytes struck ──► lines found, and struck ──► rate ──► [(moment, bytes) …]

A line that may be changed is held until its end has come; all else passes as it comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.world.fault import Change, Delay, Drop, Duplicate, Garble, OnByte, OnLine
from modemtwin.world.fault_datagram import Flights, changed
from modemtwin.world.fault_rule import Rule

__all__ = ["Lane", "Passed"]

_TYPED = re.compile(rb"[^\r]*\r|[^\r]+\Z")
_WRITTEN = re.compile(rb"(?:\r\n)?[^\r\n]+\r?\n?|[\r\n]+")
_LONGEST_HELD = 4096
_BITS = 10  # a start bit, eight of data, a stop bit


class Passed(NamedTuple):
    """What became of some bytes: when which of them arrive, and which rules struck, with what they did."""

    flights: Flights
    struck: list[tuple[Rule, str]]


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

    def handle(self, data: bytes, rules: list[Rule], now: Micros) -> Passed:
        """Take bytes; give what arrives of them, and when, counted from now on."""
        struck: list[tuple[Rule, str]] = []
        if self.silent:
            return Passed([], struck)
        data = self._bitten(data, [rule for rule in rules if isinstance(rule.fault.occasion, OnByte)], struck, now)
        lined = [rule for rule in rules if isinstance(rule.fault.occasion, OnLine)]
        flights = self._read(data, lined, struck, now)
        return Passed(list(self._paced(flights, now)), struck)

    def _bitten(self, data: bytes, rules: list[Rule], struck: list[tuple[Rule, str]], now: Micros) -> bytes:
        for rule in rules:
            kept, hits = bytearray(), 0
            for byte in data:
                hit = rule.bites(self._direction, now)
                hits += hit
                if not hit:
                    kept.append(byte)
                elif isinstance(rule.fault.act, Garble):
                    kept.append(byte ^ 1 << int(rule.random.random() * 8))
            if hits:
                deed = "garbled" if isinstance(rule.fault.act, Garble) else "lost"
                struck.append((rule, f"{hits} of {len(data)} bytes {self._way} {'is' if hits == 1 else 'are'} {deed}"))
            data = bytes(kept)
        return data

    def _read(self, data: bytes, rules: list[Rule], struck: list[tuple[Rule, str]], now: Micros) -> Flights:
        """Find the lines, and let the rules have them."""
        if not rules:
            held, self._held, self._half = self._held, b"", b""
            return [(0, held + data)] if held or data else []
        holds = self._direction == "in" and any(isinstance(rule.fault.act, Change) for rule in rules)
        flights: Flights = []
        for piece in self._lines.findall(data):
            self._half, whole = (self._half + piece)[-_LONGEST_HELD:], piece.endswith((b"\r", b"\n"))
            passing, self._held = self._held + piece, b""
            if not whole and self._direction == "in":
                if holds and len(passing) < _LONGEST_HELD:
                    self._held, passing = passing, b""
                flights += [(0, passing)] if passing else []
                continue
            line, self._half = self._half.strip(b"\r\n"), b""
            flights += self._struck(line, passing, rules, struck, now)
        return flights

    def _struck(
        self, line: bytes, passing: bytes, rules: list[Rule], struck: list[tuple[Rule, str]], now: Micros
    ) -> Flights:
        flights: Flights = [(0, passing)]
        for rule in rules:
            if line and flights and rule.reads(line, self._direction, now):
                act = rule.fault.act
                struck.append((rule, f"a line {self._way} {_DONE.get(type(act), '')}".rstrip()))
                if isinstance(act, Change):
                    flights = changed(act, flights, rule.random)
        return flights

    def _paced(self, flights: Flights, now: Micros) -> Iterator[tuple[Micros, bytes]]:
        """Let the bytes take their time, and stay behind those that are still on their way."""
        for later, data in flights:
            if not self.baud and self._free <= now + later:
                yield later, data
                continue
            for byte in data:
                self._free = max(self._free, now + later) + (_BITS * MICROSECONDS // self.baud if self.baud else 0)
                yield self._free - now, bytes((byte,))

    @property
    def _way(self) -> str:
        return "to the modem" if self._direction == "in" else "from the modem"


_DONE: dict[type, str] = {
    Drop: "is lost",
    Delay: "comes later",
    Duplicate: "comes more than once",
    Garble: "is garbled",
}
