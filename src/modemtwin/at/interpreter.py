"""Runs command lines against a table; replies come in order, and URCs wait their turn.

    feed ──► type-ahead ──► line ──► call, call, call ──► Step(echo and replies)
                              ▲                │ Hold
                              └── offer, fire ─┘
    announce ──► URCs ──► announcements: never between the first byte of a line and its final result

While a command is held nothing more is eaten, so whatever the TE types ahead is echoed and run in its turn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from modemtwin.at.arguments import RawArgument, parse_arguments
from modemtwin.at.line import Line, LineReader
from modemtwin.at.redaction import masked
from modemtwin.at.reply import CME_ERRORS, RESULT_CODES, Hold, Ok, Refusal, Refused, Reply
from modemtwin.at.syntax import Call, Escapes
from modemtwin.at.table import Command, Table
from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.value import value

__all__ = ["Interpreter", "LineSettings", "Step"]

D = TypeVar("D")

_BARE = Call("", "execute", (), "")
"""What ``AT`` alone calls."""


@dataclass(slots=True)
class LineSettings:
    """What the basic commands change: E, V, Q, &C, &D, ``+CMEE`` and the S-registers (V.250 §6)."""

    echo: bool = True
    verbose: bool = True
    quiet: bool = False
    carrier_detect: int = 1
    data_terminal_ready: int = 0
    cmee: int = 0
    s0: int = 0
    s3: int = 13
    s4: int = 10
    s5: int = 8
    s7: int = 60


@value
class Step:
    """What came of some input: bytes for the TE, in order, and what a person may want to know.

    ``refused``: commands that were refused, secrets masked. ``stubs``: names of commands that were accepted without
    effect. ``lost``: bytes of type-ahead that found no room.
    """

    text: bytes = b""
    refused: tuple[Refused, ...] = ()
    stubs: tuple[str, ...] = ()
    lost: int = 0


class Interpreter(Generic[D]):
    """The modem's half of the dialogue on one UART.

    Whoever owns it feeds bytes and then calls ``step`` until it says None; gives every event to ``offer``; calls
    ``fire`` when ``next_timer`` has come; and after each of these writes ``announcements``.

    ``longest_line``: bytes behind ``AT``; ``most_commands``: commands on a line; over either none of the line runs.
    ``escapes``: what a backslash means within quotes. ``refuse_stubs``: commands without effect are refused.
    ``holdoff``: how long a URC waits for a half-typed line after its last byte. ``announced``: the URCs that wait.
    """

    def __init__(
        self,
        table: Table[D],
        device: D,
        settings: LineSettings,
        *,
        longest_line: int = 559,
        most_commands: int = 39,
        escapes: Escapes = "backslash",
        refuse_stubs: bool = False,
        holdoff: Micros = MICROSECONDS,
        most_announcements: int = 256,
    ) -> None:
        self._table = table
        self._device = device
        self._settings = settings
        self._longest_line = longest_line
        self._most_commands = most_commands
        self._escapes: Escapes = escapes
        self._refuse_stubs = refuse_stubs
        self._holdoff = holdoff
        self._most_announcements = most_announcements
        self._reader = LineReader(longest_line=longest_line)
        self.reset()

    def reset(self) -> None:
        """Restart: forget what was typed, the command that is held, and the URCs that wait."""
        self._reader.reset()
        self._hold: Hold | None = None
        self._call = _BARE
        self._calls: deque[Call] = deque()
        self._final: str | None = "OK"
        self._typed: Micros = 0
        self.announced: list[str] = []
        self._lost = 0
        self._refused: list[Refused] = []
        self._stubs: list[str] = []
        self._hindrance = (0, 0, "")

    def hinder(self, lines: int, error: int, reason: str) -> None:
        """Refuse the next command lines, so many of them, with this CME error, whatever they say."""
        self._hindrance = (lines, error, reason)

    @property
    def held(self) -> bool:
        """Whether a command waits for something."""
        return self._hold is not None

    def feed(self, data: bytes) -> None:
        """Keep what the TE typed. Beyond 64 KiB it is dropped, and the next ``Step`` says how much."""
        self._lost += self._reader.feed(data)

    def step(self, now: Micros) -> Step | None:
        """Eat up to the end of one command line and run it, or eat all there is.

        None when there is nothing to eat, or a command is held: what was typed then waits (silent; programs in
        service type ahead).
        """
        if self._hold is not None or not self._reader.typed:
            return None
        settings = self._settings
        echo, line = self._reader.take(settings.s3, settings.s5)
        if not settings.echo:
            echo = b""
        if line is None:
            self._typed = now
            return self._step(echo)
        self._begin(line)
        out: list[str] = []
        self._run(now, out)
        return self._step(echo + "".join(out).encode("latin-1"))

    def offer(self, event: object, now: Micros) -> Step | None:
        """Give an event to the command that is held; a ``Step`` when that answers it, and runs the rest of its line."""
        hold = self._hold
        return None if hold is None else self._release(lambda: hold.until(event), now)

    def fire(self, now: Micros) -> Step | None:
        """End the wait of the command that is held when its deadline has come."""
        hold = self._hold
        return None if hold is None or now < hold.deadline else self._release(hold.late, now)

    def drain(self) -> bytes:
        """Hand out the type-ahead uneaten: what stands behind ``ATD`` is data and no command (V.250 §6.3.1)."""
        return self._reader.drain()

    def next_timer(self) -> Micros | None:
        """Say when ``fire``, or ``announcements``, has something to do next without any input."""
        if self._hold is not None:
            return self._hold.deadline
        return self._typed + self._holdoff if self.announced and self._reader.half_typed else None

    def announce(self, text: str) -> bool:
        """Keep a URC until it may be written; False when so many wait that this one is dropped."""
        if len(self.announced) >= self._most_announcements:
            return False
        self.announced.append(text)
        return True

    def announcements(self, now: Micros) -> bytes:
        """Give the URCs that may be written now, framed.

        None falls between the first byte of a command line and its final result; but a TE that leaves a line half
        typed is waited for no longer than the hold-off (silent; we write them then, and the line goes on behind them).
        ``ATQ1`` suppresses them, for V.250 §6.2.5 names unsolicited result codes too.
        """
        if not self.announced or self._hold is not None:
            return b""
        if self._reader.half_typed and now < self._typed + self._holdoff:
            return b""
        texts, self.announced = self.announced, []
        return b"" if self._settings.quiet else "".join(map(self._framed, texts)).encode("latin-1")

    # The line: from its calls to its final result.

    def _begin(self, line: Line) -> None:
        calls = self._table.calls(line.body, self._escapes)
        self._final = "OK"
        if self._hindrance[0]:
            lines, error, reason = self._hindrance
            self._hindrance = (lines - 1, error, reason)
            self._refuse(Refusal(error, reason), line.body)
        elif line.overlong:
            self._refuse(Refusal(765, f"the line has more than {self._longest_line} bytes behind AT"), line.body)
        elif len(calls) > self._most_commands:
            reason = f"the line has {len(calls)} commands; {self._most_commands} may be on one line"
            self._refuse(Refusal(608, reason), line.body)
        elif calls:
            self._calls.extend(calls)
        elif self._table.find("") is not None:
            self._calls.append(_BARE)

    def _run(self, now: Micros, out: list[str]) -> None:
        """Run what is left of the line, up to its end or a command that is held."""
        while self._calls:
            self._call = self._calls.popleft()
            try:
                reply = self._answer(self._call, now)
            except Refusal as refusal:
                self._refuse(refusal, self._call.source)
                break
            if isinstance(reply, Hold):
                self._hold = reply
                return
            self._take(reply, out)
        if self._final is not None and not self._settings.quiet:
            out.append(self._result(self._final))

    def _release(self, answer: Callable[[], Ok | None], now: Micros) -> Step | None:
        out: list[str] = []
        try:
            reply = answer()
            if reply is None:
                return None
            self._take(reply, out)
        except Refusal as refusal:
            self._refuse(refusal, self._call.source)
        self._hold = None
        self._run(now, out)
        return self._step("".join(out).encode("latin-1"))

    def _take(self, reply: Ok, out: list[str]) -> None:
        # ATQ1 leaves information text alone (V.250 §6.2.5).
        out.extend(map(self._framed, reply.lines))
        self._final = reply.final  # silent; we write the result of the last command on the line

    def _refuse(self, refusal: Refusal, source: str) -> None:
        """The first command that fails ends the line (V.250 §5.2)."""
        self._calls.clear()
        self._refused.append(Refused(masked("AT" + source, self._table), refusal.error, refusal.reason))
        match self._settings.cmee:  # TS 27.007 §9.1
            case 0:
                self._final = "ERROR"
            case 1:
                self._final = f"+CME ERROR: {refusal.error}"
            case _:
                self._final = f"+CME ERROR: {CME_ERRORS.get(refusal.error, CME_ERRORS[100])}"

    def _step(self, text: bytes) -> Step:
        if not (self._refused or self._stubs or self._lost):
            return Step(text)
        step = Step(text, tuple(self._refused), tuple(self._stubs), self._lost)
        self._refused.clear()
        self._stubs.clear()
        self._lost = 0
        return step

    # One command: its row, its form, its arguments.

    def _answer(self, call: Call, now: Micros) -> Reply:
        row = self._table.find(call.name)
        if call.fault:
            raise Refusal(603, call.fault)
        if row is None:
            raise self._unknown(call)
        if row.stub and self._refuse_stubs:
            raise Refusal(4, f"{call.name} would be accepted without effect, which is refused here: {row.stub}")
        reply = self._formed(row, call, now)
        if row.stub:
            self._stubs.append(row.name)
        return reply

    def _formed(self, row: Command[D], call: Call, now: Micros) -> Reply:
        match call.form:
            case "write" if row.write is not None:
                return row.write(self._device, parse_arguments(row.arguments, call.arguments), now)
            case "execute" if row.execute is not None:
                return row.execute(self._device, now)
            case "read" if row.read is not None:
                return row.read(self._device, now)
            case "test" if row.test is not None:
                return _tested(row.test, self._device)
            case _:
                return self._numbered(row, call, now)

    def _numbered(self, row: Command[D], call: Call, now: Micros) -> Reply:
        """Take a basic command without a number for one with 0, and the other way round (V.250 §5.3.1)."""
        if not row.extended and len(row.name) - row.name.startswith(("&", "\\")) == 1:
            if call.form == "execute" and row.write is not None:
                number = () if row.name == "D" else (RawArgument("0"),)
                return row.write(self._device, parse_arguments(row.arguments, number), now)
            if call.form == "write" and row.execute is not None:
                if all(given.text.strip("0") == "" for given in call.arguments):
                    return row.execute(self._device, now)
                raise Refusal(793, f"{row.name} takes no number but 0; found {call.arguments[0].text}")
        has = ", ".join(row.spelling(form) for form in row.forms)
        raise Refusal(4, f"{row.name or 'AT'} has no {call.form} form; it has {has}")

    def _unknown(self, call: Call) -> Refusal:
        if call.name in self._table.elsewhere:
            return Refusal(601, f"there is no command {call.name}: {self._table.elsewhere[call.name]}")
        near = self._table.nearest(call.name)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        return Refusal(601, f"there is no command {masked(call.name, self._table)}{hint}")

    # What goes out (V.250 §5.7.1).

    def _framed(self, text: str) -> str:
        end = chr(self._settings.s3) + chr(self._settings.s4)
        return f"{end}{text}{end}" if self._settings.verbose else text + end

    def _result(self, text: str) -> str:
        if self._settings.verbose:
            return self._framed(text)
        # A result without a number stays text, and ends as a number does (V.250 §5.5).
        return f"{RESULT_CODES.get(text, text)}{chr(self._settings.s3)}"


def _tested(test: str | Callable[[D], Ok], device: D) -> Ok:
    if not isinstance(test, str):
        return test(device)
    return Ok(tuple(test.split("\n"))) if test else Ok()
