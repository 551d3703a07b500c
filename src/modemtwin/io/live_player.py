"""Plays a transcript on a port, in real time, as a TE would: what the wire shows is compared, nothing else can be.

> typed ──► port        < expected ◄── port, within the patience plus what ``...`` allows
=>, <=, * and ! are about the network, the journal and the set-up: they cannot be seen or done from here
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import TypeAlias

from modemtwin.clockwork import MICROSECONDS
from modemtwin.host.errors import PortClosed
from modemtwin.host.transport import Transport
from modemtwin.modem.doors import DatagramTx
from modemtwin.world.play.output import Output, is_final
from modemtwin.world.transcripts.transcript import Difference, Expect, ExpectRaw, Step, Transcript, TypeIn, Wait

__all__ = ["LivePlayer"]

Heard: TypeAlias = Callable[[Step, bytes, bool], None]
"""Told of each typed or expected step: the step, the line that came (or was typed), and whether it agrees."""

_LONGEST_ALLOWANCE = 30.0
"""Seconds that ``...`` may add to the patience: nobody waits for an EXCHANGE_LIFETIME at a terminal."""

_SILENCE = 0.1
"""Seconds without a byte after which a line that does not fit will not become one that does."""


class LivePlayer:
    """One TE at one open port. ``patience`` is how long an expected line may take, in seconds."""

    def __init__(self, port: Transport, *, patience: float = 5.0, heard: Heard = lambda *_: None) -> None:
        self._port = port
        self._patience = patience
        self._heard = heard
        self._output = Output()
        self._news = asyncio.Event()
        self._over: str | None = None
        self._allowance = 0.0
        self._refused = False
        self.differences: list[Difference] = []
        self.unseen: list[Step] = []

    async def play(self, transcript: Transcript) -> list[Difference]:
        """Play it, list where port and transcript part, close the port; ``unseen``: steps that could not be played.

        :raises PortClosed: the port has gone away.
        """
        self._port.listen(self._receive, self._ended)
        try:
            for place, step in enumerate(transcript.steps):
                await self._take(step, _expected_behind(transcript.steps[place + 1 :]))
            await self._until(lambda: self._output.next() is not None, _SILENCE)
            self._nothing_left(transcript.steps[-1].line if transcript.steps else 1)
        finally:
            self._port.close()
        return self.differences

    async def _take(self, step: Step, later: list[bytes]) -> None:
        match step:
            case TypeIn(line, data):
                self._nothing_left(line)
                self._allowance = 0.0
                self._refused = False
                self._output.type(data)
                self._port.write(data)
                self._heard(step, data.rstrip(b"\r"), True)
            case Expect(_, data):
                await self._expect(step, data, later)
            case ExpectRaw(line, data):
                await self._until(lambda: self._length() >= len(data), self._patience + self._allowance)
                got = self._output.take_raw(len(data))
                self._compare(step, line, data, got)
            case Wait(_, span):
                more = _LONGEST_ALLOWANCE if span is None else span / MICROSECONDS
                self._allowance = min(self._allowance + more, _LONGEST_ALLOWANCE)
            case _:
                self.unseen.append(step)

    async def _expect(self, step: Expect, wanted: bytes, later: list[bytes]) -> None:
        """Wait for a line. One of its kind in its place is a difference; after one of another kind the wait goes on."""
        loop = asyncio.get_running_loop()
        in_vain = self._refused and is_final(wanted)
        end = loop.time() + (_SILENCE if in_vain else self._patience + self._allowance)
        while True:
            await self._until(lambda: self._output.next(wanted) is not None, end - loop.time())
            if self._output.next(wanted) == wanted:
                break
            await self._until(lambda: self._output.next(wanted) == wanted, _SILENCE)  # it may have come half
            item = self._output.next(wanted)
            if item == wanted or item is None or item in later:
                break
            got = _bytes(self._output.take())
            self._compare(step, step.line, wanted, got)
            if is_final(got) or _kind(got) == _kind(wanted):
                self._refused = is_final(got)
                return
        come = self._output.next(wanted) == wanted
        self._compare(step, step.line, wanted, _bytes(self._output.take(wanted)) if come else b"")

    def _compare(self, step: Step, line: int, wanted: bytes, got: bytes) -> None:
        self._heard(step, got, got == wanted)
        if got != wanted:
            self.differences.append(Difference(line, _shown(wanted), _shown(got) if got else "nothing"))

    def _nothing_left(self, line: int) -> None:
        while (item := self._output.take()) is not None:
            self.differences.append(Difference(line, "nothing more before this line", _shown(_bytes(item))))

    async def _until(self, come: Callable[[], bool], longest: float) -> None:
        """Wait until something has come, or for so many seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + longest
        while not come() and (left := end - loop.time()) > 0:
            if self._over is not None:
                raise PortClosed(self._port.name, self._over + self._last_words())
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                return

    def _last_words(self) -> str:
        """Quote what came unasked before the end: a port that turns a TE away says why."""
        said = self._output.next()
        return f", saying: {_shown(said)}" if isinstance(said, bytes) else ""

    def _length(self) -> int:
        return len(_bytes(self._output.items[0])) if self._output.items else 0

    def _receive(self, data: bytes) -> None:
        self._output.add(data)
        self._news.set()

    def _ended(self, reason: str | None) -> None:
        self._over = reason or "the port was closed at the other end"
        self._news.set()


def _expected_behind(steps: Sequence[Step]) -> list[bytes]:
    """The lines that are expected until something is typed again."""
    behind = takewhile(lambda step: not isinstance(step, TypeIn), steps)
    return [step.data for step in behind if isinstance(step, Expect)]


def _kind(line: bytes) -> bytes:
    """What a line is about: ``+CSQ``; a line without a name is of its own kind."""
    name, colon, _ = line.partition(b":")
    return name if colon else line


def _bytes(item: bytes | DatagramTx | None) -> bytes:
    """What a port gives is bytes, though an output could hold datagrams too."""
    assert not isinstance(item, DatagramTx), "no datagram comes out of a port"
    return item or b""


def _shown(data: bytes) -> str:
    return repr(data.decode("latin-1"))
