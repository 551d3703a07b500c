"""The TE's half of the conversation on one UART: a question is out or none is, and whatever comes finds its meaning.

    ask ──► b"AT+CSQ\\r"      line ──┬── matches the answer of what is out ──► kept
                                    ├── OK, ERROR, +CME ERROR: 3          ──► Replied
                                    ├── the echo of what was sent          ──► dropped
                                    └── anything else                      ──► Heard

The next question waits for the result of the last: nothing is typed ahead. A reply and a URC of the same name are told
apart by what is out and by the form of the line: ``+CCOAPACTION: 0,1`` answers, ``2,1`` does not (COAP-AN §3.4).
"""

from __future__ import annotations

from collections import deque
from typing import Any, TypeAlias

from modemtwin.clockwork import Micros
from modemtwin.host.commands import RESULTS, Command
from modemtwin.host.reading import LineReader, Shape
from modemtwin.host.urcs import Urc, is_known, read_urc
from modemtwin.value import value

__all__ = ["Dialogue", "Event", "Heard", "Replied"]

_ERRORS = ("+CME ERROR:", "+CMS ERROR:")
_ECHOES_KEPT = 8
_SHORT = 5


@value
class Replied:
    """The command is answered: its information lines, and the final result."""

    lines: list[str]
    result: str


@value
class Heard:
    """A line came unasked."""

    urc: Urc


Event: TypeAlias = Replied | Heard


class Dialogue:
    """``out`` is the command that waits for its answer, until ``deadline`` at most; ``echoes``: one has come back."""

    __slots__ = ("_lines", "_reader", "_sent", "deadline", "echoes", "out")

    def __init__(self) -> None:
        self._reader = LineReader()
        self._lines: list[str] = []
        self._sent: deque[str] = deque(maxlen=_ECHOES_KEPT)
        self.out: Command[Any] | None = None
        self.deadline: Micros | None = None
        self.echoes = False

    def ask(self, command: Command[Any], now: Micros) -> bytes:
        """Begin to wait for the answer of a command; give the bytes to send."""
        assert self.out is None, "nothing is typed ahead"
        data = command.line.encode()
        self._sent.append(data.decode("latin-1"))
        self._lines = []
        self.out = command
        self.deadline = now + command.timeout
        return data + b"\r"

    def go_on(self, command: Command[Any], deadline: Micros) -> None:
        """Wait on for the answer of a command: the result that came was not its own."""
        self.out = command
        self.deadline = deadline

    def unfinished(self) -> tuple[list[str], bytes]:
        """What came of the answer that is waited for: its lines, and what is no line yet."""
        return self._lines, self._reader.rest()

    def give_up(self) -> None:
        """Wait for no answer any longer; one that comes late is nobody's."""
        self.out = self.deadline = None
        self._lines = []

    def receive(self, data: bytes) -> list[Event]:
        """Take in what came, cut anywhere; what it means, in order."""
        events: list[Event] = []
        reader = self._reader
        reader.feed(data)
        while (line := reader.take(self.out.shape if self.out else Shape.PLAIN)) is not None:
            event = self._told(line.decode("latin-1"))
            if event is not None:
                events.append(event)
        return events

    def _told(self, line: str) -> Event | None:
        out = self.out
        if out is not None:
            if out.reply.match(line):
                self._lines.append(line)
                return None
            if line in out.finals or line == "ERROR" or line.startswith(_ERRORS):
                replied = Replied(self._lines, line)
                self.give_up()
                return replied
        elif line in RESULTS or line == "ERROR" or line.startswith(_ERRORS):
            return None  # it ends what nobody waits for any more
        if ("AT" in line or "at" in line) and self._is_echo(line):
            self.echoes = True
            return None
        if out is not None and out.open and not is_known(line):
            self._lines.append(line)
            return None
        return Heard(read_urc(line))

    def _is_echo(self, line: str) -> bool:
        """Whether a line is what was sent lately, perhaps behind what somebody else left half typed."""
        return any(line == sent or (len(sent) > _SHORT and line.endswith(sent)) for sent in self._sent)
