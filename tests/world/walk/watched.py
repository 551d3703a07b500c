"""A modem under watch: stands between station and modem, and holds every single call of the modem to the rules.

station ──stimulus──► watched ──► modem ──► effects ──► watched ──► station
                         │           └── tap: its interpreter's text, which must be all that it writes
                         └── ledger: packets, datagrams
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise

from modemtwin.clockwork import Micros
from modemtwin.modem.board import Modem
from modemtwin.modem.condition import Condition
from modemtwin.modem.doors import DatagramRx, DatagramTx, Effect, Stimulus, UartTx
from modemtwin.world.mobile import Mobile
from tests.world.walk.ledger import Ledger
from tests.world.walk.tap import Tap, require

__all__ = ["Watched"]

_MOST_AT_ONCE = 5_000
_LEFT_DATA_MODE = (b"\r\nOK\r\n", b"\r\nNO CARRIER\r\n", b"0\r", b"3\r")
_NEVER: Micros = 1 << 62


class Watched:
    """The machine of a station. ``calls`` counts; ``sent`` are the last datagrams that left."""

    def __init__(self, mobile: Mobile) -> None:
        assert isinstance(mobile.station.modem, Modem)
        self.modem = mobile.station.modem
        self.mobile = mobile
        self.ledger = Ledger()
        self.tap = Tap(self.modem, self._urc, self._reply)
        self.calls = len(mobile.journal)
        self.sent: deque[DatagramTx] = deque(maxlen=4)
        self._now: Micros = 0
        self._at_once = 0
        mobile.station.modem = self

    def handle(self, stimulus: Stimulus, now: Micros) -> list[Effect]:
        """Let the modem have a stimulus, and look at what it makes of it."""
        self._count(now)
        self.calls += 1
        self.tap.written = b""
        in_data_mode = self.modem._parts.uart.in_data_mode
        if isinstance(stimulus, DatagramRx):
            self.ledger.heard(stimulus.data)
        effects = self.modem.handle(stimulus, now)
        self._compare(effects, in_data_mode=in_data_mode)
        for effect in effects:
            if isinstance(effect, DatagramTx):
                self.sent.append(effect)
                self.ledger.sent(effect.data)
        self.ledger.at(self.modem._parts.coap)
        self._look_at_urcs(now)
        return effects

    @property
    def condition(self) -> Condition:
        """How the modem is."""
        return self.modem.condition

    def next_timer(self) -> Micros | None:
        """Say when the modem wants a tick: never in the past."""
        due = self.modem.next_timer()
        require(due is None or due >= self._now, "a timer is in the past", due, self._now)
        return due

    def _count(self, now: Micros) -> None:
        require(now >= self._now, "time goes backwards", now, self._now)
        self._at_once = 0 if now > self._now else self._at_once + 1
        require(self._at_once < _MOST_AT_ONCE, "so much happens at one moment that time stands still", now)
        self._now = now

    def _compare(self, effects: list[Effect], *, in_data_mode: bool) -> None:
        """What the board writes is what its interpreter said, in that order, and the end of data mode."""
        written = b"".join(effect.data for effect in effects if isinstance(effect, UartTx))
        if in_data_mode and written != self.tap.written:
            end = next((end for end in _LEFT_DATA_MODE if written.startswith(end)), b"")
            written = written.removeprefix(end)
        require(written == self.tap.written, "the board writes what nobody said", written, self.tap.written)
        empty = [effect for effect in effects if isinstance(effect, UartTx) and not effect.data]
        twice = [both for both in pairwise(effects) if all(isinstance(each, UartTx) for each in both)]
        require(not empty and not twice, "text in more pieces than it needs", *twice)

    def _look_at_urcs(self, now: Micros) -> None:
        """A URC only waits for a line to end, or for the TE."""
        tap = self.tap
        due = self.next_timer()
        if tap.announced and self.modem._alive and not self.modem._parts.uart.in_data_mode and tap.open is None:
            require(tap.typed.half, "a URC waits, and nothing is in its way", *tap.announced)
            require((due or _NEVER) <= now + tap.holdoff, "a URC waits for ever behind a half-typed line", due, now)

    def _urc(self, text: str) -> None:
        self.ledger.urc(text, self.modem._parts.coap)

    def _reply(self, body: str, lines: list[str]) -> None:
        self.ledger.reply(body, lines, self.modem._parts.coap)
