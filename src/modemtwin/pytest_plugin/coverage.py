"""``--at-coverage``: which forms of which commands, and which URCs, the tests have exercised.

journals ──► {"AT+CCOAPREAD=<mid>", …} and {"+CCOAPRECV", …}   of what the command table and the modem's URCs hold
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from modemtwin.at.syntax import parse_line
from modemtwin.modem.commands import rows, table
from modemtwin.modem.doors import UartRx, UartTx
from modemtwin.modem.profile import tailor
from modemtwin.world.journal.journal import Entry
from modemtwin.world.journal.uart_lines import UartLines
from modemtwin.world.scenario.scenario import Scenario

__all__ = ["URCS", "Coverage", "Covered"]

_ENDED = re.compile(rb"\r\n(?:OK|ERROR|SHUT OK|CONNECT|\+CM[ES] ERROR: [^\r\n]*)\r\n\Z")

URCS: dict[str, str] = {
    "+CCOAPRECV": r"\+CCOAPRE?C?V: ",
    "+CCOAPACTION: 1": r"\+CCOAPACTION: 1,",
    "+CCOAPACTION: 2": r"\+CCOAPACTION: 2,",
    "+CCOAPACTION: 3": r"\+CCOAPACTION: 3",
    "+APP PDP: ACTIVE": r"\+APP PDP: (?:\d,)?ACTIVE",
    "+APP PDP: DEACTIVE": r"\+APP PDP: (?:\d,)?DEACTIVE",
    "+CPIN": r"\+CPIN: ",
    "+CREG": r"\+CREG: ",
    "+CGREG": r"\+CGREG: ",
    "+CEREG": r"\+CEREG: ",
    "RDY": "RDY",
    "+CFUN": r"\+CFUN: ",
    "SMS Ready": "SMS Ready",
    "+CDNSGIP": r"\+CDNSGIP: ",
    "+CPSMSTATUS": r"\+CPSMSTATUS: ",
    "+CEDRXP": r"\+CEDRXP: ",
}
"""What the modem says unasked, by a name for it, and how such a line begins."""


class Covered(NamedTuple):
    """Something that can be exercised: a form of a command, or a URC (``is_urc``)."""

    name: str
    spelling: str
    exercised: bool
    is_urc: bool = False


class Coverage:
    """Collects what a run exercised; ``seen`` holds it as text, which can be carried between processes."""

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self.seen: set[str] = set()
        self._patterns = [pattern.upper() for pattern in patterns]

    def watch(self, scenario: Scenario) -> Callable[[Entry], None]:
        """Give a function that takes the entries of one modem's journal."""
        return _Reader(tailor(scenario.profile, scenario.overrides).dialect, self.seen).read

    def listed(self) -> list[Covered]:
        """List all that counts, commands in the manuals' order and then URCs."""
        dialects = sorted({each.split(" ")[1] for each in self.seen if each.startswith("dialect ")}) or ["sim7000"]
        forms = {
            f"{row.name} {form}": Covered(row.name, row.spelling(form), f"form {row.name} {form}" in self.seen)
            for dialect in dialects
            for row in rows(dialect)
            for form in row.forms
        }
        urcs = [Covered(name, name, f"urc {name}" in self.seen, True) for name in URCS]
        return [each for each in (*forms.values(), *urcs) if self._counts(each.name or "AT")]

    def misnamed(self) -> list[str]:
        """List the patterns that fit no name at all."""
        names = [(each.name or "AT").upper() for each in self.listed()]
        return [pattern for pattern in self._patterns if not any(fnmatchcase(name, pattern) for name in names)]

    def _counts(self, name: str) -> bool:
        return not self._patterns or any(fnmatchcase(name.upper(), pattern) for pattern in self._patterns)


class _Reader:
    """Reads the journal of one modem."""

    def __init__(self, dialect: str, seen: set[str]) -> None:
        self._table = table(dialect)
        self._seen = seen
        self._typed, self._written = UartLines(), UartLines()
        seen.add(f"dialect {dialect}")

    def read(self, entry: Entry) -> None:
        if isinstance(entry.stimulus, UartRx):
            for line in self._typed.add(entry.stimulus.data):
                self._seen.update(self._forms(line.decode("latin-1").strip()))
        for effect in entry.effects:
            if isinstance(effect, UartTx):
                for piece in self._written.add(effect.data):
                    self._seen.update(_urcs(piece))

    def _forms(self, line: str) -> Iterator[str]:
        found = re.search("[Aa][Tt]", line)
        if found is None:
            return
        body = line[found.end() :]
        if not body:
            yield "form  execute"
        for call in parse_line(body):
            row = self._table.find(call.name)
            if row is not None and not call.fault:
                yield f"form {row.name} {_form(call.form, row.forms)}"


def _form(typed: str, known: tuple[str, ...]) -> str:
    """``ATE`` is ``ATE0``, and ``ATZ0`` is ``ATZ`` (V.250 §5.3.1)."""
    other = {"execute": "write", "write": "execute"}.get(typed, typed)
    return typed if typed in known or other not in known else other


def _urcs(piece: bytes) -> Iterator[str]:
    """What is no echo, and does not end in a final result, nobody asked for."""
    if not piece.startswith(b"\r\n") or _ENDED.search(piece):
        return
    for line in piece.decode("latin-1").split("\r\n"):
        yield from (f"urc {name}" for name, pattern in URCS.items() if re.match(pattern, line))
