"""Finding the module at the other end, and finding it again: until a fresh answer comes, nothing else is asked.

    AT+CGMM  ── 1 s ──►  ATQ0V1+CGSN  ── 1 s ──►  ATQ0V1+CGMR  ── …  until it counts as mute

A command that timed out may still be answered, and so may a question of ours that came in its wake. The answers of
these four questions look unlike each other: that to the last one sent tells that nothing older is to come. On the way
they set the rate of a module with autobaud, end a line that somebody left half typed, and undo ``ATQ1`` and ``ATV0``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from modemtwin.clockwork import Micros, seconds
from modemtwin.host import commands
from modemtwin.host.commands import Command
from modemtwin.host.dialogue import Replied

__all__ = ["Contact"]

_INTERVAL = seconds(1)
_MOST_REFUSALS = 12
"""Results in a row that answer something else: whoever is there, it is no module."""

_FIRST = replace(commands.MODEL, timeout=_INTERVAL)
_OTHERS: tuple[Command[str], ...] = tuple(
    replace(each, line=f"ATQ0V1{each.line.removeprefix('AT')}", timeout=_INTERVAL)
    for each in (commands.IMEI, commands.REVISION, commands.MANUFACTURER, commands.MODEL)
)


class Contact:
    """One search, since ``began``, until ``until``. ``model``: what answered ``AT+CGMM``, empty as long as it did not.

    ``refused``: a result that came in place of an answer, to the question ``last``.
    """

    __slots__ = ("_asked", "_refusals", "_until", "began", "last", "model", "refused")

    def __init__(self, began: Micros, until: Micros) -> None:
        self._asked = 0
        self._refusals = 0
        self._until = until
        self.began = began
        self.last = ""
        self.model = ""
        self.refused = ""

    def question(self) -> Command[Any]:
        """The next thing to ask."""
        question = _OTHERS[(self._asked - 1) % len(_OTHERS)] if self._asked else _FIRST
        self._asked += 1
        self.last = question.line
        return question

    def answered(self, replied: Replied) -> bool:
        """Whether the module is found: this answers the last question, and not an older one."""
        if replied.result == "OK" and replied.lines:
            if self.last.endswith("+CGMM"):
                self.model = replied.lines[-1].strip()
            return True
        self._refusals += 1
        self.refused = replied.result
        return False

    def hopeless(self, now: Micros) -> bool:
        """Whether to give up."""
        return now >= self._until or self._refusals >= _MOST_REFUSALS
