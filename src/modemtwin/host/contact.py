"""Finding the module at the other end, and finding it again: until a fresh answer comes, nothing else is asked.

    AT+CGMM  ── 1 s ──►  ATQ0V1+CGSN  ── 1 s ──►  ATQ0V1+CGMR  ── …  until it counts as mute
       └ answered, but without OK ─► AT+CGSN ─► ATQ0+CGMR ─► …       so what is undone is known: ATQ1, ATV0, or both

A command that timed out may still be answered, and so may a question of ours that came in its wake. The answers of
these four questions look unlike each other: that to the last one sent tells that nothing older is to come; an OK to
something else is of a run before, and waited past. On the way they set the rate of a module with autobaud, end a line
that somebody left half typed, and undo ``ATQ1`` and ``ATV0``.
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
_OTHERS: tuple[Command[str], ...] = (commands.IMEI, commands.REVISION, commands.MANUFACTURER, commands.MODEL)
_UNDO = "ATQ0V1"


class Contact:
    """One search, since ``began``, until ``until``; ``asked`` is the last question, whose answer is ``due``.

    ``model``: what answered ``AT+CGMM``, empty as long as it did not. ``refused``: a result that came in place of an
    answer, to the question ``last``. ``quiet`` and ``terse``: the module was found with ``ATQ1``, with ``ATV0``
    (V.250 §6.2.5, §6.2.6).
    """

    __slots__ = (
        *("_begin", "_count", "_refusals", "_until", "asked", "began", "due", "last", "model", "quiet", "refused"),
        "terse",
    )

    def __init__(self, began: Micros, until: Micros) -> None:
        self._count = 0
        self.asked: Command[Any] | None = None
        self.due = began
        self._begin = _UNDO
        self.quiet = self.terse = False
        self._refusals = 0
        self._until = until
        self.began = began
        self.last = ""
        self.model = ""
        self.refused = ""

    def question(self, now: Micros) -> Command[Any]:
        """The next thing to ask."""
        question: Command[Any] = _FIRST
        if self._count:
            other = _OTHERS[(self._count - 1) % len(_OTHERS)]
            question = replace(other, line=self._begin + other.line.removeprefix("AT"), timeout=_INTERVAL)
        self._count += 1
        self.asked, self.due = question, now + question.timeout
        self.last = question.line
        return question

    def answered(self, replied: Replied) -> bool:
        """Whether the module is found: this answers the last question, and not an older one."""
        if replied.result == "OK" and replied.lines:
            if self.last.endswith("+CGMM"):
                self.model = replied.lines[-1].strip()
            return True
        self._begin = _UNDO
        self._refusals += 1
        self.refused = replied.result
        return False

    def unfinished(self, lines: list[str], rest: bytes) -> None:
        """The last question has no result: nothing at all came, or lines and ``rest``.

        A result may have been lost, so ``ATQ1`` is believed the second time only: nobody shall be left with it who
        did not have it.
        """
        terse = bool(lines) and rest == b"0"
        silent = bool(lines) and not rest and not self.quiet
        self.terse |= terse
        self.quiet = self.quiet or (silent and self._begin == "AT")
        self._begin = _UNDO if not silent else "ATQ0" if self.quiet else "AT"

    def hopeless(self, now: Micros) -> bool:
        """Whether to give up."""
        return now >= self._until or self._refusals >= _MOST_REFUSALS
