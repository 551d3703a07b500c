"""What a person is told on standard error while a verb works: why it waits, how far it is, what the module says.

> AT+CCOAPACTION                      -v: the dialogue, secrets masked
< +CCOAPACTION: 0,1
searching for the network …           on a terminal: one line that is written over; -v: a line each
2.05 Content · 12 bytes · text/plain · 0.21 s
"""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING, TextIO

from modemtwin.cli.style import Style, can_rewrite

if TYPE_CHECKING:
    from modemtwin.cli.progress import Bar
    from modemtwin.cli.transfer import Transfer

__all__ = ["Notices", "printable"]

_LONG_TRANSFER = 1024
"""Bytes from which a transfer is worth a bar: one datagram holds as much (RFC 7252 §4.6)."""


class Notices:
    """Writes to standard error; ``verbosity`` counts the ``-v``."""

    def __init__(self, verbosity: int = 0, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._verbosity = verbosity
        self._terminal = can_rewrite(self._stream)
        self._style = Style(self._stream)
        self._transient = False
        self._bar: Bar | None = None
        self._begun = time.monotonic()
        self._halves = {"tx": bytearray(), "rx": bytearray()}
        self._transfer: Transfer | None = None

    def say(self, text: str, *kinds: str) -> None:
        """Write a line that stays."""
        self.wipe()
        print(self._style(text, *kinds), file=self._stream, flush=True)

    def waiting(self, why: str) -> None:
        """Say why nothing happens: on a terminal for the time being, with ``-v`` for good, else not at all."""
        if self._verbosity:
            self.say(f"{self._clock()}{why}", "dim")
        elif self._terminal and self._bar is None:
            self.wipe()
            self._stream.write(f"{why} …"[: shutil.get_terminal_size().columns - 1])
            self._stream.flush()
            self._transient = True

    def expect_transfer(self, sending: int) -> None:
        """From now on show how far a payload is, on a terminal; ``sending`` is the length of the one that goes out."""
        if self._terminal and not self._verbosity:
            from modemtwin.cli.transfer import Transfer

            self._transfer = Transfer(sending)

    def trace(self, direction: str, data: bytes) -> None:
        """Show what crosses the port, line by line: ``tx`` to the module, ``rx`` from it.

        A line waits for its end, however it is cut: half a line may end within a password.
        """
        if self._transfer is not None and (seen := self._transfer.saw(direction, data)):
            self._progress(*seen)
        if self._verbosity:
            half = self._halves[direction]
            half += data
            *lines, rest = half.replace(b"\r", b"\n").split(b"\n")
            half[:] = rest
            for line in filter(None, lines):
                self._traced(direction, bytes(line))

    def wipe(self) -> None:
        """Take away what was for the time being, before something is printed on the same screen."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        if self._transient:
            self._stream.write("\r\033[K")
            self._stream.flush()
            self._transient = False

    def close(self) -> None:
        """Take away what was for the time being; show the half line that is left."""
        for direction, half in self._halves.items():
            if half:
                self._traced(direction, bytes(half))
            half.clear()
        self.wipe()

    def _progress(self, done: int, total: int) -> None:
        if total <= _LONG_TRANSFER:
            return
        if self._bar is None:
            from modemtwin.cli.progress import bar_for

            self.wipe()
            self._bar = bar_for(self._stream)
        self._bar.update(done, total)
        if done == total:
            self.wipe()

    def _traced(self, direction: str, line: bytes) -> None:
        from modemtwin.at.redaction import masked
        from modemtwin.cli.vocabulary import known_commands

        shown = printable(masked(line.decode("latin-1"), known_commands()))
        mark, colour = (">", "bold") if direction == "tx" else ("<", "cyan")
        self.say(f"{self._clock()}{self._style(f'{mark} {shown}', colour)}")

    def _clock(self) -> str:
        return f"{time.monotonic() - self._begun:8.3f} " if self._verbosity > 1 else ""


def printable(text: str) -> str:
    """The text with an escape for each character that a terminal might take for a command."""
    return "".join(each if " " <= each <= "~" else f"\\x{ord(each):02x}" for each in text)
