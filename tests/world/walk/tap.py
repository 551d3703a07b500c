"""What passes between a board and its interpreter, held to the rules of the line (V.250 §5.2, behaviour of the module).

    board ──feed──► [typed] ──step──► echo, reply │ fire, offer ──► the rest of a reply │ announcements ──► URCs

A line reader of our own eats what was typed beside the interpreter's, so the tap knows which line a reply belongs to,
and what its echo must be. Everything else is read from the text and from the settings that hold when it is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from modemtwin.at.interpreter import LineSettings
from modemtwin.clockwork import Micros
from modemtwin.modem.board import Modem

__all__ = ["ROOM", "Broken", "Tap", "Typed", "require"]

ROOM = 65_536
"""Bytes of type-ahead that the interpreter keeps."""

_MOST_ANNOUNCED = 256
_SEARCH = b"+COPS=?"
_DEAF: Micros = 125_000
_RESULT = r"OK|ERROR|\+CME ERROR: [^\r\n]+|SHUT OK|CONNECT|NORMAL POWER DOWN"
_WORDS = re.compile(rf"\r\n({_RESULT})\r\n\Z".encode())
_NUMBER = re.compile(rb"(?:\r\n|\A|(?<=\r\n))(0|1|4|\+CME ERROR: [^\r\n]+|SHUT OK|NORMAL POWER DOWN)\r\Z")
_FINAL = re.compile(_RESULT)
_URC = re.compile(
    r"RDY|SMS Ready|\+CFUN: \d|\+CPIN: [A-Z ]+|\+APP PDP: (?:\d,)?(?:DE)?ACTIVE|\+CCOAPRE?CV: \d+,\d+,\d+"
    r"|\+CCOAPACTION: (?:1,\d+|2,\d+|3)|\+C(?:E|G)?REG: .+|\+CDNSGIP: .+|\+CPSMSTATUS: .+|\+CEDRXP: .+"
)
_NEVER_REPLIED = re.compile(r"RDY|SMS Ready|\+APP PDP: .+|\+CCOAPRE?CV: \d.*|\+CCOAPACTION: (?:1,\d+|2,\d+|3)")
_WITHOUT_RESULT = re.compile(r"\+CIFSR|\+CPOWD", re.IGNORECASE)


class Broken(AssertionError):
    """The modem broke a rule."""


def require(holds: object, what: str, *shown: object) -> None:
    """Say which rule is broken, and by what."""
    if not holds:
        raise Broken(what + "".join(f"\n    {each!r}" for each in shown))


class Typed:
    """Bytes to lines, in the plainest way: one byte after the other. ``pending`` is what has not been eaten."""

    def __init__(self) -> None:
        self.pending = b""
        self.half = False
        self._last = b""
        self._reset()

    def forget(self) -> None:
        """The module boots."""
        self.pending, self._last = b"", b""
        self._reset()

    def _reset(self) -> None:
        self.half = self._within = False
        self._body = bytearray()

    def take(self, settings: LineSettings) -> tuple[bytes, bytes | None]:
        """Eat up to the end of one line, or all there is: its echo, and the body of the line when it ended."""
        echo = bytearray()
        for place, byte in enumerate(self.pending):
            if self._within or byte != 0x0A:
                echo.append(byte)
            if (line := self._eat(byte, settings)) is not None:
                self.pending, self._last = self.pending[place + 1 :], line
                self._reset()
                return bytes(echo), line
        self.pending = b""
        return bytes(echo), None

    def _eat(self, byte: int, settings: LineSettings) -> bytes | None:
        if self._within:
            if byte == settings.s3:
                return bytes(self._body)
            if byte == settings.s5:
                del self._body[-1:]
            else:
                self._body.append(byte)
        elif self.half and byte in b"Tt":
            self._within = True
        elif self.half and byte == ord("/"):
            return self._last
        elif byte != 0x0A:
            self.half = byte in b"Aa"
        return None


class Tap:
    """Stands in the place of a modem's interpreter. ``written``: all its text since ``written`` was cleared.

    ``urc``, ``reply``: called with what is announced, and with a line and its information lines. ``counts``: of lines,
    results, URCs and what cut a line short.
    """

    def __init__(self, modem: Modem, urc: Callable[[str], None], reply: Callable[[str, list[str]], None]) -> None:
        self._real: Any = modem._interpreter
        modem._interpreter = self  # type: ignore[assignment]  # it has the same contract
        self._urc, self._reply = urc, reply
        self.holdoff = round(modem.profile.urc_holdoff * 1_000_000)
        self._typed_at = self._held_at = 0
        self.typed = Typed()
        self.open: bytes | None = None
        self.written = b""
        self.counts: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)  # announced, remarked, held, half_typed, remarks, hinder, next_timer

    @property
    def settings(self) -> LineSettings:
        """What holds now."""
        settings: LineSettings = self._real._settings
        return settings

    # ── the interpreter's contract ────────────────────────────────────────────────────────────────────────────────

    def feed(self, data: bytes) -> None:
        """Hear what the TE typed."""
        self.typed.pending = (self.typed.pending + data)[:ROOM]
        self._real.feed(data)

    def drain(self) -> bytes:
        """Let what was typed go another way."""
        drained: bytes = self._real.drain()
        require(drained == self.typed.pending, "type-ahead is not what was typed", drained, self.typed.pending)
        self.typed.pending = b""
        return drained

    def reset(self) -> None:
        """The module boots."""
        self.typed.forget()
        self._cut_short("boots")
        self._real.reset()

    def announce(self, text: str) -> bool:
        """Keep a URC."""
        require(_URC.fullmatch(text), "this is no URC that we know", text)
        self._urc(text)
        kept: bool = self._real.announce(text)
        require(len(self._real.announced) <= _MOST_ANNOUNCED, "URCs pile up", len(self._real.announced))
        return kept

    def step(self, now: Micros) -> bytes | None:
        """Run a line."""
        before = replace(self.settings)
        pending = self.typed.pending
        text: bytes | None = self._real.step(now)
        if text is None:
            require(self.open is not None or not pending, "what was typed lies about, and no command is held", pending)
            return None
        if self.open is not None:
            self._broken_off(self.open, text, now)
            return self._released(text, now)
        echo, line = self.typed.take(before)
        if not before.echo:
            echo = b""
        require(text.startswith(echo), "the echo is not what was typed", text, echo)
        rest = text[len(echo) :]
        if line is None:
            self._typed_at = now
            require(not rest, "something is written though no line has ended", rest)
        else:
            self.counts["lines"] += 1
            self.open = line
            self._read(rest, now)
        self.written += text
        return text

    def fire(self, now: Micros) -> bytes | None:
        """End a wait by time."""
        return self._released(self._real.fire(now), now)

    def offer(self, event: object, now: Micros) -> bytes | None:
        """End a wait by an event."""
        return self._released(self._real.offer(event, now), now)

    def announcements(self, now: Micros) -> bytes:
        """Let URCs out."""
        waited = len(self._real.announced)
        text: bytes = self._real.announcements(now)
        if text:
            require(self.open is None, "a URC inside the reply to a line", text, self.open)
            early = self.typed.half and now < self._typed_at + self.holdoff
            require(not early, "a URC inside a half-typed line", text, now - self._typed_at)
            require(not self.settings.quiet, "a URC in spite of ATQ1", text)
            told = _lines(text)
            require(len(told) == waited, "some URCs are lost or said twice", text, waited)
            for each in told:
                require(_URC.fullmatch(each), "this is no URC that we know", each)
            self.counts["URCs"] += waited
        self.written += text
        return text

    # ── what it says ──────────────────────────────────────────────────────────────────────────────────────────────

    def _broken_off(self, line: bytes, text: bytes, now: Micros) -> None:
        """V.250 §5.6.1: typing on ends a search for operators, later than 125 ms behind its line, and nothing else."""
        require(_SEARCH in line.upper(), "a line runs while another one is held", line, text)
        require(self.typed.pending, "a line is broken off, and nobody types", line, text)
        require(now >= self._held_at + _DEAF, "a line is broken off too early", line, now - self._held_at)
        require(_lines(text)[-1:] != ["OK"], "a line that is broken off ends well", line, text)
        self.counts["lines broken off"] += 1

    def _released(self, text: bytes | None, now: Micros) -> bytes | None:
        if text is not None:
            require(self.open is not None, "a reply to no line", text)
            self._read(text, now)
            self.written += text
        return text

    def _read(self, text: bytes, now: Micros) -> None:
        """Read what stands behind the echo: information lines, and one result unless the line is held."""
        body = (self.open or b"").decode("latin-1")
        words, number = _WORDS.search(text), _NUMBER.search(text)
        found = words if self.settings.verbose else number
        if self._real.held:
            self._held_at = now
            require(found is None, "a line that is held has a result", body, text)
        elif self.settings.quiet:
            require(not words or not self.settings.verbose, "a result in spite of ATQ1", body, text)
            found = None
        else:
            ends = found is not None or _WITHOUT_RESULT.search(body) is not None
            require(ends, "a line has no result", body, text)
        info = _lines(text[: found.start()] if found else text)
        if "+CCOAPREAD" not in body.upper():  # which hands out what a peer has said
            for each in info:
                require(not _FINAL.fullmatch(each), "a line has more than one result", body, text)
                require(not _NEVER_REPLIED.fullmatch(each), "a URC inside the reply to a line", body, text)
        self._reply(body, info)
        if not self._real.held:
            self.counts["results" if found else "lines without a result"] += 1
            self.open = None

    def _cut_short(self, how: str) -> None:
        if self.open is not None:
            self.counts[f"lines cut short: it {how}"] += 1
            self.open = None


def _lines(text: bytes) -> list[str]:
    return [each for each in text.decode("latin-1").split("\r\n") if each]
