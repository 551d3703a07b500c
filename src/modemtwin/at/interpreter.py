"""Runs command lines against a table; replies come in order, and URCs wait their turn.

    feed ──► type-ahead ──► line ──► errand, errand, errand ──► echo and replies
                              ▲                  │ Hold
                              └─── offer, fire ──┘
    announce ──► URCs ──► announcements: never between the first byte of a line and its final result

While a command is held nothing more is eaten, so whatever the TE types ahead is echoed and run in its turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from modemtwin.at.line import LineReader
from modemtwin.at.redaction import ends_in_secret, masked, masked_with
from modemtwin.at.reply import CME_ERRORS, RESULT_CODES, Hold, Ok, Refusal, Refused, Reply
from modemtwin.at.syntax import Call, Escapes
from modemtwin.at.table import Errand, Table
from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.value import value

__all__ = ["Interpreter", "LineSettings", "Remarks"]

D = TypeVar("D")


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
class Remarks:
    """What a person may want to know of some input.

    ``refused``: commands that were refused, secrets masked. ``stubs``: names of commands that were accepted without
    effect. ``lost``: bytes of type-ahead that found no room.
    """

    refused: tuple[Refused, ...] = ()
    stubs: tuple[str, ...] = ()
    lost: int = 0


class Interpreter(Generic[D]):
    """The modem's half of the dialogue on one UART.

    Whoever owns it feeds bytes and then calls ``step`` until it says None; gives every event to ``offer``; calls
    ``fire`` when ``next_timer`` has come; writes the bytes that these give, and after each of them ``announcements``.

    ``longest_line``: bytes behind ``AT``; ``most_commands``: commands on a line; over either none of the line runs.
    ``escapes``: what a backslash means within quotes. ``refuse_stubs``: commands without effect are refused.
    ``holdoff``: how long a URC waits for a half-typed line after its last byte. ``announced``: the URCs that wait.
    ``remarked``: whether there are ``remarks``.
    """

    __slots__ = (
        "_before",
        "_device",
        "_errands",
        "_escapes",
        "_final",
        "_hindered",
        "_hindrance",
        "_hold",
        "_holdoff",
        "_longest_line",
        "_lost",
        "_most_announcements",
        "_most_commands",
        "_reader",
        "_refuse_stubs",
        "_refused",
        "_settings",
        "_source",
        "_stubs",
        "_table",
        "_typed",
        "_typed_ahead",
        "announced",
        "remarked",
    )

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
        self._hindered = 0
        self._hindrance = (0, "")
        self.reset()

    def reset(self) -> None:
        """Restart: forget what was typed, the command that is held, and the URCs that wait."""
        self._reader.reset()
        self._hold: Hold | None = None
        self._typed_ahead = 0  # bytes that came too early to abort the command that is held
        self._before = self._source = ""
        self._errands: Iterator[Errand[D]] = iter(())
        self._final: str | None = "OK"
        self._typed: Micros = 0
        self.announced: list[str] = []
        self.remarked = False
        self._refused: list[Refused] = []
        self._stubs: list[str] = []
        self._lost = 0

    def hinder(self, lines: int, error: int, reason: str) -> None:
        """Refuse the next command lines, so many of them, with this CME error, whatever they say, through boots too."""
        self._hindered, self._hindrance = lines, (error, reason)

    @property
    def held(self) -> bool:
        """Whether a command waits for something."""
        return self._hold is not None

    @property
    def half_typed(self) -> bool:
        """Whether a line has begun and has not ended."""
        return self._reader.half_typed

    def feed(self, data: bytes) -> None:
        """Keep what the TE typed. Beyond 64 KiB it is dropped, and ``remarks`` say how much."""
        if lost := self._reader.feed(data):
            self._lost += lost
            self.remarked = True

    def step(self, now: Micros) -> bytes | None:
        """Eat up to the end of one command line and run it, or eat all there is; give the bytes for the TE.

        None when there is nothing to eat, or a command is held: what was typed then waits (silent; programs in
        service type ahead), unless it aborts that command: then the line ends, and what was typed is run behind it.
        """
        if not self._reader.typed:
            return None
        if self._hold is not None:
            return self._abort(self._hold, now)
        settings = self._settings
        echo, line = self._reader.take(settings.s3, settings.s5)
        if not settings.echo:
            echo = b""
        if line is None:
            self._typed = now
            return echo
        self._begin(line)
        return echo + self._run(now)

    def _abort(self, hold: Hold, now: Micros) -> bytes | None:
        """V.250 §5.6.1: one byte aborts, but for those right behind the line's end: a line feed, or type-ahead."""
        if hold.abort is None:
            return None
        if now < hold.listens:
            self._typed_ahead = len(self._reader.typed)
            return None
        return self._release(hold.abort, now) if len(self._reader.typed) > self._typed_ahead else None

    def remarks(self) -> Remarks:
        """Hand out what there is to remark."""
        remarks = Remarks(tuple(self._refused), tuple(self._stubs), self._lost)
        self.remarked = False
        self._refused.clear()
        self._stubs.clear()
        self._lost = 0
        return remarks

    def offer(self, event: object, now: Micros) -> bytes | None:
        """Give an event to the command that is held; bytes when that answers it, and the rest of its line has run."""
        hold = self._hold
        return None if hold is None else self._release(lambda: hold.until(event), now)

    def fire(self, now: Micros) -> bytes | None:
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
        return b"" if self._settings.quiet else self._framed(texts).encode("latin-1")

    # The line: from its errands to its final result.

    def _begin(self, line: str) -> None:
        self._before = self._source = ""
        errands = self._table.errands(line, self._escapes)
        self._final = "OK"
        if self._reader.overlong:
            self._refuse(Refusal(765, f"the line has more than {self._longest_line} bytes behind AT"), line)
        elif len(errands) > self._most_commands:
            reason = f"the line has {len(errands)} commands; {self._most_commands} may be on one line"
            self._refuse(Refusal(608, reason), line)
        elif self._hindered:
            self._hindered -= 1
            self._refuse(Refusal(*self._hindrance), line)
        else:
            self._errands = iter(errands)

    def _run(self, now: Micros) -> bytes:
        """Do what is left of the line, up to its end or a command that is held."""
        text = ""
        for source, deed in self._errands:
            self._before, self._source = self._source, source
            try:
                reply = self._ask(deed, now) if isinstance(deed, Call) else deed(self._device, now)
            except Refusal as refusal:
                self._refuse(refusal, self._source)
                break
            if isinstance(reply, Hold):
                self._hold = reply
                self._typed_ahead = len(self._reader.typed)
                return text.encode("latin-1")
            self._final = reply.final  # silent; we write the result of the last command on the line
            if reply.lines:  # ATQ1 leaves them alone (V.250 §6.2.5)
                text += self._framed(reply.lines)
        if self._final is not None and not self._settings.quiet:
            text += self._result(self._final)
        return text.encode("latin-1")

    def _release(self, answer: Callable[[], Ok | None], now: Micros) -> bytes | None:
        text = ""
        try:
            reply = answer()
            if reply is None:
                return None
            self._final = reply.final
            text = self._framed(reply.lines)
        except Refusal as refusal:
            self._refuse(refusal, self._source)
        self._hold = None
        return text.encode("latin-1") + self._run(now)

    def _refuse(self, refusal: Refusal, source: str) -> None:
        """The first command that fails ends the line (V.250 §5.2)."""
        self._errands = iter(())
        self.remarked = True
        command, reason = masked_with("AT" + source, refusal.reason, self._table)
        self._refused.append(Refused(command, refusal.error, reason))
        match self._settings.cmee:  # TS 27.007 §9.1
            case 0:
                self._final = "ERROR"
            case 1:
                self._final = f"+CME ERROR: {refusal.error}"
            case _:
                self._final = f"+CME ERROR: {CME_ERRORS.get(refusal.error, CME_ERRORS[100])}"

    def _ask(self, call: Call, now: Micros) -> Reply:
        """Have a command refused with the reason, or without effect."""
        row = self._table.find(call.name)
        if row is None or call.fault:
            raise self._misunderstood(call)
        if row.stub and self._refuse_stubs:
            raise Refusal(4, f"{call.name} would be accepted without effect, which is refused here: {row.stub}")
        reply = row.action(call.form, call.arguments)(self._device, now)
        if row.stub:
            self._stubs.append(row.name)
            self.remarked = True
        return reply

    def _misunderstood(self, call: Call) -> Refusal:
        if ends_in_secret(self._before, self._table):
            self._source = "*" * len(self._source)
            return Refusal(601, "what stands behind the ; is no command; text that has a semicolon in it needs quotes")
        if call.fault:
            return Refusal(603, call.fault)
        if call.name in self._table.elsewhere:
            return Refusal(601, f"there is no command {call.name}: {self._table.elsewhere[call.name]}")
        near = self._table.nearest(call.name)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        return Refusal(601, f"there is no command {masked(call.name, self._table)}{hint}")

    # What goes out (V.250 §5.7.1).

    def _framed(self, texts: Iterable[str]) -> str:
        settings, framed = self._settings, ""
        end = chr(settings.s3) + chr(settings.s4)
        begin = end if settings.verbose else ""
        for text in texts:
            framed += f"{begin}{text}{end}"
        return framed

    def _result(self, text: str) -> str:
        settings = self._settings
        end = chr(settings.s3)
        if not settings.verbose:
            # A result without a number stays text, and ends as a number does (V.250 §5.5).
            return f"{RESULT_CODES.get(text, text)}{end}"
        end += chr(settings.s4)
        return f"{end}{text}{end}"
