"""The TE that asks one question after the other: a line, its reply, and the URC that belongs to it.

    ask ──► replying ──OK, ERROR──► following ──the URC, or its time is over──► settling ──► Answer
               └── nothing in time, or the module has started again ──────────────────────────▲

Same contract as every machine: bytes and moments in, an ``Answer`` out, ``next_timer()`` for what is held back. Unlike
``world.te`` it needs no world, for the module may be a real one; unlike ``host`` it keeps every line as it came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from modemtwin.clockwork import Micros, seconds
from modemtwin.world.conformance.hearing import Hearing
from modemtwin.world.play.output import is_final

__all__ = ["Answer", "Ask", "Questioner"]

SETTLING = seconds(0.1)
"""How long a module is listened to behind the URC that was waited for."""

_RESTARTED = re.compile(rb"RDY|NORMAL POWER DOWN")
_STRAY = re.compile(
    rb"RDY|\+CFUN: \d|SMS Ready|Call Ready|\*PSUTTZ: |\*PSNWID: |\+CTZV: |\+CTZE: |DST: |\+CPSMSTATUS: "
    rb"|\+C(?:E|G)?REG: [0-9,]*$|\+CIEV: |UNDER-VOLTAGE|OVER-VOLTAGE|\+CMTI: "
)
"""URCs that any module may write at any time (of booting, of the clock, of the network): they belong to no line."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Type ``line``, and wait ``patience`` for its reply; after OK wait ``follows`` for a URC like ``urc``.

    An empty line types nothing: it only listens for ``follows``.
    """

    line: bytes
    patience: Micros
    urc: re.Pattern[bytes] | None = None
    follows: Micros = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The lines of the reply, its result last, and those behind it.

    ``whole``: a final result came. ``took``: from the result to the URC. ``echoed``: the line came back first.
    """

    reply: tuple[bytes, ...]
    after: tuple[bytes, ...] = ()
    took: Micros | None = None
    whole: bool = True
    echoed: bool = False
    restarted: bool = False

    @property
    def ok(self) -> bool:
        """Whether the result is OK."""
        return self.whole and self.reply[-1:] == (b"OK",)


@dataclass(slots=True)
class _Course:
    """One question under way."""

    ask: Ask
    deadline: Micros
    reply: list[bytes] = field(default_factory=list)
    after: list[bytes] = field(default_factory=list)
    ended: Micros | None = None
    took: Micros | None = None
    echoed: bool = False
    restarted: bool = False


class Questioner:
    """One question at a time; ``strays`` collects what belonged to none."""

    def __init__(self) -> None:
        self.strays: list[bytes] = []
        self._hearing = Hearing()
        self._course: _Course | None = None

    def ask(self, ask: Ask, now: Micros) -> bytes:
        """Begin with a question; give the bytes that go to the module."""
        while (line := self._hearing.line()) is not None:
            self.strays.append(line)
        self._course = _Course(ask, now + ask.patience)
        if ask.line:
            return ask.line + b"\r"
        self._course.ended, self._course.deadline = now, now + ask.follows
        return b""

    def hear(self, data: bytes, now: Micros) -> Answer | None:
        """Take bytes of the module; give the answer once it is whole."""
        self._hearing.feed(data)
        while self._course is not None and (line := self._hearing.line()) is not None:
            self._sort(self._course, line, now)
            if self._course.restarted or (self._course.ended is not None and now >= self._course.deadline):
                return self._finish()  # what is behind it belongs to nothing, in whatever pieces it comes
        return self.fire(now)

    def fire(self, now: Micros) -> Answer | None:
        """Give the answer when its time is over."""
        if self._course is None or now < self._course.deadline:
            return None
        while self._course.ended is None and (line := self._hearing.line(counted=False)) is not None:
            self._sort(self._course, line, now)  # a payload shorter than it says still ends in OK
        return self._finish() if now >= self._course.deadline else None

    def next_timer(self) -> Micros | None:
        """Say when ``fire`` is to be called."""
        return None if self._course is None else self._course.deadline

    def _sort(self, course: _Course, line: bytes, now: Micros) -> None:
        if _RESTARTED.fullmatch(line):
            course.restarted = True
        elif _STRAY.match(line) and not _is_reply_to(course, line):
            self.strays.append(line)
        elif course.ended is not None:
            course.after.append(line)
            if course.took is None and (course.ask.urc is None or course.ask.urc.match(line)):
                course.took, course.deadline = now - course.ended, now + SETTLING
        elif line == course.ask.line and not course.reply:
            course.echoed = True
        else:
            course.reply.append(line)
            if is_final(line):
                course.ended = now
                course.deadline = now + (course.ask.follows if line == b"OK" else 0)

    def _finish(self) -> Answer:
        course, self._course = self._course, None
        assert course is not None, "only a question under way is finished"
        return Answer(
            tuple(course.reply),
            tuple(course.after),
            course.took,
            whole=course.ended is not None,
            echoed=course.echoed,
            restarted=course.restarted,
        )


def _is_reply_to(course: _Course, line: bytes) -> bool:
    """Say whether a line bears the name of the command: ``+CREG: 0,1`` after ``AT+CREG?`` is no URC."""
    name = line.partition(b":")[0]
    return course.ended is None and name.startswith(b"+") and name.lower() in course.ask.line.lower()
