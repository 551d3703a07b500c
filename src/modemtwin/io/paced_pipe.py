"""Another pipe on which bytes take the time that they take on a UART, in both directions.

    TE ══ pipe ──► UartLine ──► modem
    TE ══ pipe ◄── UartLine ◄── modem        a clock lets the pieces arrive

The rate is that of ``AT+IPR``, or ``baud`` while the modem finds it by itself. A TE that drops its RTS, or writes XOFF,
holds the modem back as ``AT+IFC`` says; what the modem's CTS says is shown where the pipe has lines, and up to the TE.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from modemtwin.clockwork import Micros
from modemtwin.io.alarm import Alarm, now
from modemtwin.io.byte_pipe import BytePipe, Ended, LinedPipe, Received, WiresSet
from modemtwin.modem.doors import BaudRate, FlowControl, Note, Tick
from modemtwin.world.te.uart_keys import UartSettings
from modemtwin.world.te.uart_line import FromModem, FromTe, Happening, RtsSet, ToModem, ToTe, UartLine

__all__ = ["PacedPipe", "pace"]

_log = logging.getLogger("modemtwin.modem")


def pace(pipe: BytePipe, settings: UartSettings, rate: int) -> BytePipe:
    """Give a pipe the pace of a UART; ``rate`` is what ``AT+IPR`` says at the start, 0 finds it by itself.

    A serial port has a pace of its own, and stays as it is.
    """
    if pipe.kind == "serial":
        return pipe
    return _PacedLinedPipe(pipe, settings, rate) if isinstance(pipe, LinedPipe) else PacedPipe(pipe, settings, rate)


class PacedPipe:
    """A pipe behind a line. The TE reads all that comes: what it can keep is its own affair."""

    def __init__(self, pipe: BytePipe, settings: UartSettings, rate: int) -> None:
        self._pipe = pipe
        self._line = UartLine(replace(settings, flow="none"), rate, follows=True)
        self._alarm: Alarm | None = None

    @property
    def kind(self) -> str:
        """That of the pipe."""
        return self._pipe.kind

    @property
    def address(self) -> str:
        """That of the pipe."""
        return self._pipe.address

    def open(self, received: Received, ended: Ended) -> None:
        """Open the pipe."""
        self._received = received
        self._alarm = Alarm(self._line.next_timer, self._ring)
        self._pipe.open(lambda data: self._happen(FromTe(data)), ended)

    def write(self, data: bytes) -> None:
        """Let the modem write."""
        self._happen(FromModem(data))

    def set_baud(self, rate: int) -> None:
        """Go on at another rate, once what is on its way has arrived; the TE is taken to follow."""
        self._pipe.set_baud(rate)
        self._happen(BaudRate(rate))

    def set_flow(self, flow: FlowControl) -> None:
        """Hold the modem back in another way."""
        self._happen(flow)

    def close(self) -> None:
        """Close the pipe; what is on its way is lost, as on a wire that is cut."""
        if self._alarm is not None:
            self._alarm.stop()
        self._pipe.close()

    def _ring(self) -> None:
        moment: Micros = now()
        while (due := self._line.next_timer()) is not None and due <= moment:
            self._happen(Tick())

    def _happen(self, happening: Happening) -> None:
        outcomes = self._line.handle(happening, now())
        if self._alarm is not None:
            self._alarm.arm(self._line.next_timer())
        for outcome in outcomes:
            match outcome:
                case ToModem(data):
                    self._received(data)
                case ToTe(data):
                    self._pipe.write(data)
                case Note(text):
                    _log.info("%s", text)


class _PacedLinedPipe(PacedPipe):
    """The same with the lines of V.24, which take no time."""

    def watch_lines(self, wires_set: WiresSet) -> None:
        """Let the TE's lines concern the modem, and its RTS the line."""

        def heard(dtr: bool, rts: bool) -> None:
            self._happen(RtsSet(rts))
            wires_set(dtr, rts)

        self._lined.watch_lines(heard)

    def set_lines(self, *, cts: bool, dsr: bool, dcd: bool, ri: bool) -> None:
        """Show the TE the modem's lines."""
        self._lined.set_lines(cts=cts, dsr=dsr, dcd=dcd, ri=ri)

    @property
    def _lined(self) -> LinedPipe:
        assert isinstance(self._pipe, LinedPipe), "pace() asks before it chooses"
        return self._pipe
