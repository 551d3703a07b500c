"""The serial line as the modem sees it: its rate, its flow control, and data mode.

command mode ──ATD*99#──► data mode ──"+++" with a second of silence before and after──► command mode (V.250 §6.3)
"""

from __future__ import annotations

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.modem.doors import BaudRate, FlowControl
from modemtwin.modem.parts.device import Device
from modemtwin.modem.parts.events import Emit

RATES = (
    0,
    300,
    600,
    1200,
    2400,
    4800,
    9600,
    19200,
    38400,
    57600,
    115200,
    230400,
    921600,
    2000000,
    2900000,
    3000000,
    3200000,
    3684000,
    4000000,
)
"""Bits per second that ``AT+IPR`` takes; 0 finds the rate by itself."""

GUARD: Micros = MICROSECONDS
"""Silence around ``+++``: S12 of V.250 is 50 fiftieths of a second."""

_ESCAPE = b"+++"
_NO_FLOW = FlowControl(0, 0)


class Uart:
    """Rate and mode of the serial line. ``in_data_mode``: bytes are data and not commands."""

    __slots__ = ("_device", "_emit", "_escapes", "_heard", "_tail", "flow", "in_data_mode")

    def __init__(self, device: Device, emit: Emit) -> None:
        self._device = device
        self._emit = emit
        self.in_data_mode = False
        self.flow = _NO_FLOW
        self._tail = b""
        self._heard: Micros = 0
        self._escapes: Micros | None = None

    @property
    def rate(self) -> int:
        """Bits per second; 0 finds the rate by itself."""
        return int(self._device.kept("ipr", 0))

    def set_rate(self, rate: int) -> None:
        """Change the rate, now and for every boot to come."""
        self._device.keep("ipr", rate)
        self._emit(BaudRate(rate))

    def set_flow(self, flow: FlowControl) -> None:
        """Hold back, and be held back, in another way."""
        if flow != self.flow:
            self.flow = flow
            self._emit(flow)

    def boot(self) -> None:
        """Forget what was only in memory; the rate is not."""
        self.leave_data_mode()
        self.set_flow(_NO_FLOW)

    def enter_data_mode(self, now: Micros) -> None:
        """From now on bytes are data. There is no PPP peer: they are swallowed."""
        self.in_data_mode = True
        self._tail, self._heard, self._escapes = b"", now, None

    def leave_data_mode(self) -> None:
        """From now on bytes are commands."""
        self.in_data_mode = False
        self._escapes = None

    def swallow(self, data: bytes, now: Micros) -> None:
        """Take data; watch for the escape sequence."""
        tail = b"" if now - self._heard >= GUARD else self._tail
        self._tail = (tail + data)[: len(_ESCAPE) + 1]
        self._heard = now
        self._escapes = now + GUARD if self._tail == _ESCAPE else None

    def escaped(self, now: Micros) -> bool:
        """Whether the escape sequence is complete, its second of silence too."""
        return self._escapes is not None and now >= self._escapes

    def next_timer(self) -> Micros | None:
        """When the silence after ``+++`` is long enough."""
        return self._escapes
