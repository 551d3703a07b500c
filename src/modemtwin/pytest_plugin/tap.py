"""Listens on the wire to a real module, so that a failing test can show what was said.

driver ──write──► tap ──► port        driver ◄──received── tap ◄── port
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping

from modemtwin.at.redaction import masked
from modemtwin.clockwork import Micros
from modemtwin.host.transport import Lost, Received, Transport
from modemtwin.modem.commands import table
from modemtwin.world.journal.uart_lines import UartLines

__all__ = ["Tap"]


class Tap:
    """What was said on a wire since the test began, the last ``most`` lines; secrets are asterisks."""

    def __init__(self, most: int = 1000) -> None:
        self.lines: deque[tuple[Micros, str]] = deque(maxlen=most)
        self._began = time.monotonic_ns()
        self._typed, self._written = UartLines(), UartLines()

    def on(self, port: Transport) -> Transport:
        """Tap a port: give one that is used in its place."""
        return _Tapped(port, self)

    def typed(self, data: bytes) -> None:
        """Take what goes to the module."""
        for line in self._typed.add(data):
            if line.strip():
                self._note(f"> {_shown(line.strip())}")

    def said(self, data: bytes) -> None:
        """Take what comes from it. An echo ends in CR, and has been told as typed."""
        for piece in self._written.add(data):
            if piece.endswith(b"\n"):
                for line in piece.split(b"\r\n"):
                    if line:
                        self._note(f"< {_shown(line)}")

    def ended(self, reason: str | None) -> None:
        """The port is gone."""
        self._note(f"*   the port is gone{f': {reason}' if reason else ''}")

    def _note(self, text: str) -> None:
        self.lines.append(((time.monotonic_ns() - self._began) // 1000, text))


class _Tapped:
    """A port, and somebody who listens there."""

    def __init__(self, port: Transport, tap: Tap) -> None:
        self._port = port
        self._tap = tap

    @property
    def name(self) -> str:
        return self._port.name

    @property
    def hints(self) -> Mapping[str, object]:
        return self._port.hints

    def listen(self, received: Received, lost: Lost) -> None:
        def hear(data: bytes) -> None:
            self._tap.said(data)
            received(data)

        def end(reason: str | None) -> None:
            self._tap.ended(reason)
            lost(reason)

        self._port.listen(hear, end)

    def write(self, data: bytes) -> None:
        self._tap.typed(data)
        self._port.write(data)

    def close(self) -> None:
        self._port.close()


def _shown(line: bytes) -> str:
    return masked(line.decode("latin-1"), table("sim7000")).encode("unicode_escape").decode("ascii")
