"""The TE's end of a modem's UART in a test: whoever is under test listens here, and a sweep may disturb what it hears.

    program under test ──type_──► modem ──hear──► disturbance ──► listener, or the TE's own program

What is typed by hand (``modem.type_``) is not disturbed: that is the test itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from modemtwin.clockwork import Micros
from modemtwin.pytest_plugin.disturbance import Disturbance
from modemtwin.world.mobile import Mobile
from modemtwin.world.te.te import Te
from modemtwin.world.timers import Timers

__all__ = ["Wire"]

_MOST_SAID = 4096

_PAUSE: Micros = 20_000
"""Between the halves of what was cut: a little more than the latency of a usual USB adapter, 16 ms."""

_ENDED = re.compile(rb"(?:(?:^|\r\n)(?:OK|ERROR|SHUT OK|CONNECT|\+CM[ES] ERROR: [^\r\n]*)\r\n|(?:^|[\r\n])[0-9]\r)\Z")
"""A final result (V.250 §5.7.1), in words or as a number."""

_URC = re.compile(rb"[^\r\n]\r\n\Z")
"""A URC that has ended."""


class Wire(Te):
    """In the place of a modem's TE. ``listener`` gets what the modem writes; without one the TE's program does."""

    def __init__(self, modem: Mobile, timers: Timers, disturbance: Disturbance) -> None:
        super().__init__(modem.name, timers, self.type_)
        self.listener: Callable[[bytes], None] | None = None
        self._modem = modem
        self._clock = timers
        self._disturbance = disturbance
        self._busy = False
        self._typed = b""
        self._said = b""
        self._held: list[bytes] = []

    @property
    def is_done(self) -> bool:
        """Whether neither a listener nor a program is at work, so that one may type by hand."""
        return self.listener is None and super().is_done

    def let_go(self, listener: Callable[[bytes], None]) -> None:
        """Forget a listener that has closed its port."""
        if self.listener == listener:
            self.listener = None

    def type_(self, data: bytes) -> None:
        """Write to the modem."""
        if data.strip():
            if not self._busy:
                self._typed = self._said = b""
                self._disturbance.begin(data)
            self._busy = True
        self._typed += data
        self._modem.to_modem(data)

    def hear(self, data: bytes) -> None:
        if self.is_done:
            super().hear(data)
            return
        first, second = self._disturbance.split(data)
        if self._held:
            self._held += [first, second]
        else:
            self._deliver(first)
            if second:
                self._held.append(second)
                self._clock.at(self._clock.now + _PAUSE, self._release, None)
        self._said = (self._said + data)[-_MOST_SAID:]  # on a line with a rate it comes in pieces
        if _ENDED.search(self._said) if self._busy else _URC.search(self._said):
            self._busy = False
            if urc := self._disturbance.end(self._typed, self._said):
                self._deliver(urc)
            self._said = b""

    def _deliver(self, data: bytes) -> None:
        if self._held:
            self._held.append(data)
        elif data and self.listener is not None:
            self.listener(data)
        elif data:
            super().hear(data)

    def _release(self, _: object) -> None:
        held, self._held = self._held, []
        self._deliver(b"".join(held))
