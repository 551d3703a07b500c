"""The TE of a modem in a world: a program that types, waits and sleeps, as firmware does, and reads like a play.

    def report(te):                                        def what_happens():
        yield Type("AT+CNACT=1")                               the line and CR; goes on at its final result
        yield Await("+APP PDP: ACTIVE", within=60)             goes on at a line that begins so, or None when time is up
        reply = yield Type("AT+CCOAPACTION")                   reply.ok, reply.lines
        yield Sleep(3600)
        yield b"AT+C"                                          bytes as they are; nothing is waited for

Whatever the modem writes is kept until a ``Type`` or an ``Await`` takes it: a URC that comes early is there later. It
is a simple reader, which a payload with a line ``OK`` in it can lead astray; the driver for real modules is
``modemtwin.host``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from typing import Any, TypeAlias

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.value import value
from modemtwin.world.timers import Timer, Timers

__all__ = ["Await", "Program", "Reply", "Sleep", "Te", "Type"]

_FINAL = re.compile(rb"\r\n(?:OK|ERROR|\+CM[ES] ERROR: [^\r\n]*)\r\n")
_MOST_UNREAD = 16_384
_LONGEST = 1e10


class Reply(str):
    """What a TE read, without the echo: a character for each byte, which ``encode("latin-1")`` gives back."""

    __slots__ = ()

    @property
    def ok(self) -> bool:
        """Whether the final result is ``OK``."""
        return self.endswith("\r\nOK\r\n")

    @property
    def lines(self) -> list[str]:
        """The lines that are not empty, the final result last."""
        return [line for line in self.split("\r\n") if line]


@value
class Type:
    """Type a line, in UTF-8, and CR, and wait for its final result: the ``Reply``, or None when time is up."""

    line: str
    within: float = 60.0


class Await:
    """Wait for a line that begins with one of these texts: that line as a ``Reply``, or None when time is up."""

    __slots__ = ("texts", "within")

    def __init__(self, *texts: str, within: float = 120.0) -> None:
        self.texts = tuple([text.encode() for text in texts])
        self.within = within


@value
class Sleep:
    """Do nothing for some seconds."""

    span: float


Step: TypeAlias = Type | Await | Sleep | bytes
Program: TypeAlias = Generator[Step, Any, Any]
"""A program of a TE: it yields steps, and what it returns is ``Te.result``."""


class Te:
    """The host's side of a UART, with at most one program at work.

    ``unread`` is what the modem wrote and no step took; ``result`` is what the last program returned. A program that
    does more than ``most_at_once`` steps while no time passes is stopped. ``on_reading`` is told that a program sleeps,
    and so does not read, and that it reads again.
    """

    __slots__ = (
        "_mark",
        "_moment",
        "_program",
        "_running",
        "_step",
        "_steps",
        "_timer",
        "_timers",
        "_write",
        "most_at_once",
        "name",
        "on_reading",
        "result",
        "unread",
    )

    def __init__(self, name: str, timers: Timers, write: Callable[[bytes], None]) -> None:
        self.name = name
        self.unread = bytearray()
        self.result: Any = None
        self.most_at_once = 100_000
        self.on_reading: Callable[[bool], None] | None = None
        self._write = write
        self._timers = timers
        self._timer = Timer(timers, Te._time_is_up, self)
        self._program: Program | None = None
        self._step: Step | None = None
        self._mark = 0
        self._running = False
        self._steps = 0
        self._moment: Micros = 0

    @property
    def is_done(self) -> bool:
        """Whether no program is at work."""
        return self._program is None

    def play(self, program: Callable[[Te], Program] | Program) -> None:
        """Begin a program; RuntimeError while another one is at work."""
        if self._program is not None:
            raise RuntimeError(f"the TE of {self.name} has a program already: wait for is_done")
        begun = program(self) if callable(program) else program
        if not isinstance(begun, Generator):
            raise TypeError(f"the TE of {self.name} needs a generator: a function that yields Type and the like")
        self._program, self.result = begun, None
        self._go_on(None)

    def stop(self) -> None:
        """End the program where it stands; RuntimeError inside the program, which returns instead."""
        program = self._program
        if program is not None:
            if getattr(program, "gi_running", False):
                raise RuntimeError(f"the TE of {self.name} cannot stop its program from inside: let it return")
            self._program = self._step = None
            self._timer.set(None)
            self._tell(reading=True)
            program.close()

    def hear(self, data: bytes) -> None:
        """Take what the modem writes."""
        self.unread += data
        if len(self.unread) > _MOST_UNREAD:
            gone = len(self.unread) - _MOST_UNREAD
            del self.unread[:gone]
            self._mark = max(0, self._mark - gone)
        if not self._running and (found := self._found()) is not None:
            self._go_on(found)

    # ── a program at work ─────────────────────────────────────────────────────────────────────────────────────────

    def _go_on(self, answer: Reply | None) -> None:
        """Run the program until a step has to wait, or somebody who hears of the step stops the program."""
        program = self._program
        assert program is not None
        self._running = True
        try:
            while True:
                self._step = step = program.send(answer)
                answer = self._begin(step)
                if self._step is not step or (answer is None and not isinstance(step, bytes)):
                    return
        except StopIteration as end:
            self._program = self._step = None
            self._timer.set(None)
            self.result = end.value
        except BaseException:
            self._program = self._step = None
            self._timer.set(None)
            raise
        finally:
            self._running = False

    def _begin(self, step: Step) -> Reply | None:
        """Do a step; give its answer when that is there already, and no timer is needed."""
        self._count()
        answer: Reply | None = None
        if isinstance(step, Type):
            due = self._moment_in(step.within)
            self._mark = len(self.unread)
            self._write(step.line.encode() + b"\r")
            if len(self.unread) > self._mark and self._step is step:
                answer = self._reply(step.line)
        elif isinstance(step, Await):
            due = self._moment_in(step.within)
            answer = self._line(step.texts)
        elif isinstance(step, Sleep):
            due = self._moment_in(step.span)
            self._tell(reading=False)
        elif isinstance(step, bytes):
            self._write(step)
            return None
        else:
            raise TypeError(f"the TE of {self.name} cannot do {step!r}: yield Type, Await, Sleep or bytes")
        if answer is None and self._step is step:
            self._timer.set(due)
        return answer

    def _count(self) -> None:
        if self._moment != self._timers.now:
            self._moment, self._steps = self._timers.now, 0
        self._steps += 1
        if self._steps > self.most_at_once:
            raise RuntimeError(f"the TE of {self.name} never comes to rest: it types on and on, and no time passes")

    def _moment_in(self, span: float) -> Micros:
        if not 0 <= span < _LONGEST:
            raise ValueError(f"the TE of {self.name} cannot wait {span} s: time goes forward, and it ends")
        return self._timers.now + int(span * MICROSECONDS)

    def _time_is_up(self) -> None:
        if self._program is not None:
            if isinstance(self._step, Sleep):
                self._step = None
                self._tell(reading=True)
            self._go_on(None)

    def _tell(self, *, reading: bool) -> None:
        if self.on_reading is not None:
            self.on_reading(reading)

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _found(self) -> Reply | None:
        """Take out of what is unread what the step waits for; None when it is not there."""
        step = self._step
        if isinstance(step, Type):
            return self._reply(step.line)
        if isinstance(step, Await):
            return self._line(step.texts)
        return None

    def _reply(self, line: str) -> Reply | None:
        final = _FINAL.search(self.unread, self._mark)
        if final is None:
            return None
        echo = line.encode() + b"\r"
        cut = self.unread.find(echo, self._mark, final.start())
        if cut < 0:
            cut, echo = self._mark, b""
        reply = self.unread[cut + len(echo) : final.end()]
        del self.unread[cut : final.end()]
        return Reply(reply, "latin-1")

    def _line(self, texts: tuple[bytes, ...]) -> Reply | None:
        unread = self.unread
        for text in texts:
            begun = unread.find(text)
            while begun > 0 and unread[begun - 1] != 10:  # not where a line begins
                begun = unread.find(text, begun + 1)
            if begun >= 0 and (ended := unread.find(b"\r\n", begun)) >= 0:
                line = Reply(unread[begun:ended], "latin-1")
                del unread[begun - 2 if unread[max(0, begun - 2) : begun] == b"\r\n" else begun : ended + 2]
                return line
        return None
