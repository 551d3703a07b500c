"""A peer that says exactly what a script says, in lockstep with whoever talks to it.

    datagrams, time ──► ScriptedPeer ──► Sent is to be sent; Heard and Differed are for a log
                          │
                          ├── the place in the script, and since when it stands there
                          ├── what has come and no line has taken yet, oldest first
                          └── Scope: datagrams by name, counters

A datagram that no line wanted is a difference, and the play goes on; where one that a line wants does not come in
time, the play ends, for nothing behind that line makes sense without it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.coap.summary import described_datagram
from modemtwin.modem.doors import Address
from modemtwin.world.script.datagram import Datagram, compose, faults
from modemtwin.world.script.script import After, Door, Drop, End, Expect, ExpectNothing, Ignore, Repeat, Script, Send
from modemtwin.world.script.value import Captured, Scope
from modemtwin.world.transcripts.transcript import Difference

__all__ = ["PATIENCE", "Differed", "Event", "Heard", "ScriptedPeer", "Sent"]

PATIENCE = seconds(100)
"""How long a line waits for its datagram: a little longer than a CON is retransmitted, 93 s (RFC 7252 §4.8.2)."""

MOST_WAITING = 4096
"""Datagrams that may wait for a line to take them; more are lost, as in any socket's buffer."""

MOST_DIFFERENCES = 20
"""So many differences end the play: it is another conversation."""

_STEPS_AT_ONCE = 256
_SHOWN = 48


@dataclass(slots=True)
class Sent:
    """Send this datagram, from this door; ``line`` is the line of the script that says so."""

    line: int
    door: Door
    destination: Address
    data: bytes


@dataclass(slots=True)
class Heard:
    """This datagram came to this door, and the line took it; for line 0, it was ignored."""

    line: int
    door: Door
    source: Address
    data: bytes


@dataclass(slots=True)
class Differed:
    """Script and conversation part here."""

    difference: Difference


Event: TypeAlias = Sent | Heard | Differed


class ScriptedPeer:
    """A peer without a socket and without a clock, on several doors.

    ``patience`` is how long a line waits for its datagram, ``first_patience`` how long for the first datagram of all;
    None is for ever. It says nothing before ``start``.
    """

    def __init__(self, script: Script, *, patience: Micros = PATIENCE, first_patience: Micros | None = None) -> None:
        self.differences: list[Difference] = []
        self.ended = False
        self._script = script
        self._patience: Micros | None = patience
        self._first_patience = first_patience
        self._scope = Scope()
        self._inbox: deque[tuple[Door, Captured]] = deque()
        self._ignored: list[Datagram] = []
        self._repeats: list[int] = []
        self._last: Address | None = None
        self._place = 0
        self._left = 0
        self._since: Micros = 0
        self._again: Micros | None = None

    @property
    def line(self) -> int:
        """The line of the script that is played now, 0 when it has ended."""
        return 0 if self.ended or not self._script.steps else self._script.steps[self._place].line

    def start(self, now: Micros) -> list[Event]:
        """Play the first line, and what follows from it."""
        self._since = now
        return self._play(now)

    def receive(self, data: bytes, source: Address, now: Micros, *, door: Door = "") -> list[Event]:
        """Take a datagram that came to a door; whatever its bytes are, no exception."""
        if self.ended:
            return []
        if len(self._inbox) >= MOST_WAITING:
            return []
        self._inbox.append((door, Captured.of(data, source)))
        return self._play(now)

    def fire(self, now: Micros) -> list[Event]:
        """Do what is due."""
        return [] if self.ended else self._play(now)

    def next_timer(self) -> Micros | None:
        """Say when ``fire`` is to be called, at the latest."""
        if self.ended:
            return None
        return self._again if self._again is not None else self._deadline()

    def stop(self) -> None:
        """End the play here, because nobody wants to wait any longer."""
        if not self.ended:
            self._differ(self.line, "nothing before the play was stopped")
            self.ended = True

    # ── the play

    def _play(self, now: Micros) -> list[Event]:
        events: list[Event] = []
        self._again = None
        for _ in range(_STEPS_AT_ONCE):
            if self._place >= len(self._script.steps):
                return [*events, *self._end()]
            before = self._place
            if not self._take(events, now) or self.ended:
                return events
            if self._place != before:
                self._since = now
        self._again = now  # let those who wait for what was sent have their turn
        return events

    def _take(self, events: list[Event], now: Micros) -> bool:
        """Play the step that we stand at; False when it waits."""
        step = self._script.steps[self._place]
        match step:
            case Expect():
                return self._expect(step, events, now)
            case Drop():
                return self._drop(step, events, now)
            case ExpectNothing(line, span):
                while (came := self._next(events)) is not None:
                    events.append(self._differ(line, _shown(came[1].data)))
                return self._wait(span, now)
            case After(_, span):
                return self._wait(span, now)
            case Send():
                events.append(self._send(step))
            case Ignore(_, pattern):
                self._ignored.append(pattern)
            case Repeat(_, _, name):
                self._repeats.append(0)
                self._count(name)
            case End(_, start):
                self._repeat(start)
        self._place += 1
        return True

    def _wait(self, span: Micros, now: Micros) -> bool:
        if now < self._since + span:
            return False
        self._place += 1
        return True

    def _expect(self, step: Expect, events: list[Event], now: Micros) -> bool:
        while (came := self._next(events)) is not None:
            door, captured = came
            wrong = self._faults(step.pattern, captured)
            if step.door not in (None, door):
                wrong.append(f"it came to {door or 'where the peer listens'}")
            if not wrong:
                if step.name is not None:
                    self._scope.datagrams[step.name] = captured
                events.append(self._heard(step.line, door, captured))
                self._place += 1
                return True
            events.append(self._differ(step.line, _shown(captured.data, wrong)))
        return self._patient(step.line, events, now)

    def _drop(self, step: Drop, events: list[Event], now: Micros) -> bool:
        self._left = self._left or step.count
        while (came := self._next(events)) is not None:
            door, captured = came
            if wrong := self._faults(step.pattern, captured):
                events.append(self._differ(step.line, _shown(captured.data, wrong)))
                continue
            events.append(self._heard(step.line, door, captured))
            self._left -= 1
            self._since = now
            if not self._left:
                self._place += 1
                return True
        return self._patient(step.line, events, now)

    def _patient(self, line: int, events: list[Event], now: Micros) -> bool:
        """Wait on; but where the time is over, end the play."""
        deadline = self._deadline()
        if deadline is not None and deadline <= now:
            allowed = (deadline - self._since) / MICROSECONDS
            events.append(self._differ(line, f"nothing within {allowed:g} s"))
            self.ended = True
        return False

    def _send(self, step: Send) -> Event:
        destination = self._destination(step)
        assert destination is not None, "the parser has seen to it"
        try:
            return Sent(step.line, step.door, destination, compose(step.draft, self._scope))
        except ValueError as error:
            self.ended = True
            return self._differ(step.line, f"no datagram, for {error}")

    def _destination(self, step: Send) -> Address | None:
        if isinstance(step.to, str):
            return self._scope.datagrams[step.to].source
        return step.to or self._last

    def _repeat(self, start: int) -> None:
        repeat = self._script.steps[start]
        assert isinstance(repeat, Repeat)
        self._repeats[-1] += 1
        if self._repeats[-1] < repeat.count:
            self._count(repeat.name)
            self._place = start
        else:
            self._repeats.pop()

    def _count(self, name: str | None) -> None:
        if name is not None:
            self._scope.counters[name] = self._repeats[-1]

    def _end(self) -> list[Event]:
        events: list[Event] = []
        while (came := self._next(events)) is not None:
            last = self._script.steps[-1].line if self._script.steps else 0
            events.append(self._differ(last + 1, _shown(came[1].data), "nothing more"))
        self.ended = True
        return events

    # ── what has come

    def _next(self, events: list[Event]) -> tuple[Door, Captured] | None:
        """The oldest datagram that no line has taken and that is not to be ignored."""
        while self._inbox and not self.ended:
            door, captured = self._inbox.popleft()
            if all(self._faults(pattern, captured) for pattern in self._ignored):
                return door, captured
            events.append(Heard(0, door, captured.source, captured.data))
        return None

    def _heard(self, line: int, door: Door, captured: Captured) -> Event:
        self._last = captured.source
        return Heard(line, door, captured.source, captured.data)

    def _faults(self, pattern: Datagram, captured: Captured) -> list[str]:
        try:
            return faults(pattern, captured.data, self._scope)
        except ValueError as error:  # the line takes something from a datagram that has it not
            return [str(error)]

    def _differ(self, line: int, got: str, expected: str = "") -> Differed:
        difference = Difference(line, expected or self._script.line(line).removeprefix("expect "), got)
        self.differences.append(difference)
        self.ended = self.ended or len(self.differences) >= MOST_DIFFERENCES
        return Differed(difference)

    def _deadline(self) -> Micros | None:
        if self._place >= len(self._script.steps):
            return self._since
        match self._script.steps[self._place]:
            case After(_, span) | ExpectNothing(_, span):
                return self._since + span
            case Expect(within=int(span)):
                return self._since + span
            case Expect() | Drop():
                patience = self._first_patience if self._last is None else self._patience
                return None if patience is None else self._since + patience
            case _:
                return self._since


def _shown(data: bytes, wrong: list[str] | None = None) -> str:
    more = "…" if len(data) > _SHOWN else ""
    because = f": {', '.join(wrong)}" if wrong else ""
    return f"{described_datagram(data)} ({data[:_SHOWN].hex()}{more}){because}"
