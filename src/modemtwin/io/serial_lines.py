"""The lines of V.24 on a real serial port, at the far end of a null-modem cable: what is ours crosses to the TE.

    our RTS ──► CTS of the TE      the modem's CTS        TE's RTS ──► our CTS         the TE holds the modem back
    our DTR ──► DSR of the TE      the modem's DSR        TE's DTR ──► our DSR, DCD    AT+CSCLK, AT&D

A port of a computer cannot drive DCD and RI. A cable of three wires shows no line that is ever on: until one is, the
modem hears of none, as on a pty.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import struct
import termios
from collections.abc import Callable

from modemtwin.io.byte_pipe import WiresSet

__all__ = ["LOOK", "SerialLines", "of_port"]

LOOK = 0.025
"""Seconds between two looks at the lines (silent; a TE that pulses DTR does so for 50 ms and more)."""

_INT = struct.Struct("i")
_DTR_IN = termios.TIOCM_DSR | termios.TIOCM_CD

_log = logging.getLogger(__name__)


class SerialLines:
    """Looks at the TE's lines now and then, and sets ours. ``read`` and ``write`` have the bits of TIOCMGET.

    OSError when the port has no lines.
    """

    def __init__(self, read: Callable[[], int], write: Callable[[int], None], wires_set: WiresSet) -> None:
        self._read, self._write, self._wires_set = read, write, wires_set
        self._told = (False, False)
        self._handle: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        read()
        self._handle = self._loop.call_later(0, self._look)  # not before the port is open for whoever hears of it

    def show(self, *, cts: bool, dsr: bool) -> None:
        """Set our lines; a port that is gone is found out elsewhere."""
        ours = (termios.TIOCM_RTS if cts else 0) | (termios.TIOCM_DTR if dsr else 0)
        try:
            self._write(self._read() & ~(termios.TIOCM_RTS | termios.TIOCM_DTR) | ours)
        except OSError as error:
            _log.debug("the lines of the serial port cannot be set: %s", error.strerror)

    def stop(self) -> None:
        """Look no more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _look(self) -> None:
        try:
            bits = self._read()
        except OSError:
            self._handle = None
            return
        self._handle = self._loop.call_later(LOOK, self._look)
        self._tell(bits)

    def _tell(self, bits: int) -> None:
        wires = bool(bits & _DTR_IN), bool(bits & termios.TIOCM_CTS)
        if wires != self._told:
            self._told = wires
            self._wires_set(*wires)


def of_port(port: int, wires_set: WiresSet) -> SerialLines | None:
    """Watch the lines of an open port; None, with a line in the log, where it has none."""

    def read() -> int:
        (bits,) = _INT.unpack(fcntl.ioctl(port, termios.TIOCMGET, bytes(_INT.size)))
        return int(bits)

    def write(bits: int) -> None:
        fcntl.ioctl(port, termios.TIOCMSET, _INT.pack(bits))

    try:
        return SerialLines(read, write, wires_set)
    except OSError as error:
        _log.debug("the port has no modem lines (%s): AT+CSCLK=1 and AT&D go by profile.dtr-open", error.strerror)
        return None
