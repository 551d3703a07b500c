"""A real serial port as the modem's UART: raw, eight bits, no parity, one stop bit; flow control as ``AT+IFC`` says.

AT+IPR ┐
AT+IFC ┴─► all that was written is on the line ──► tcsetattr       lines: ``serial_lines``
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import struct
import termios

from modemtwin.io.byte_pipe import Ended, PortError, Received, WiresSet
from modemtwin.io.serial_lines import SerialLines, of_port
from modemtwin.io.serial_ports import why_not
from modemtwin.io.stream import Stream
from modemtwin.modem.doors import FlowControl

__all__ = ["RATES", "SerialPipe", "split"]

RATES = {int(name[1:]): int(getattr(termios, name)) for name in dir(termios) if name[:1] == "B" and name[1:].isdigit()}
"""What this system can do, in bits per second, with the constant of termios."""

_DEFAULT = 115_200
_LOOK = 0.005  # seconds between two looks whether all is on the line
_SOFTWARE, _HARDWARE = 1, 2  # values of AT+IFC
_COUNT = struct.Struct("i")

_log = logging.getLogger(__name__)


def split(text: str) -> tuple[str, int]:
    """Read ``DEVICE[@BAUD]``; ValueError with a sentence for a rate that this system does not have."""
    device, at, rate = text.rpartition("@")
    if not at:
        device, rate = text, str(_DEFAULT)
    if not device:
        raise ValueError(f"{text!r} names no device; write DEVICE[@BAUD], such as /dev/ttyUSB0@115200")
    if not (rate.isascii() and rate.isdigit()) or int(rate) not in RATES or int(rate) == 0:
        raise ValueError(f"{rate!r} is no rate of a serial port here; {_nearest(rate)}")
    return device, int(rate)


class SerialPipe:
    """The device at ``device``, for this process alone, at ``rate`` bits per second until the modem changes it."""

    kind = "serial"

    def __init__(self, device: str, rate: int = _DEFAULT) -> None:
        self._device, self._rate = device, rate
        self._flow = FlowControl(0, 0)
        self._rate_set = rate
        self._waiting: asyncio.TimerHandle | None = None
        self._wires_set: WiresSet | None = None
        self._lines: SerialLines | None = None
        self._port = -1
        self._stream: Stream | None = None
        self._before: list[int | list[bytes | int]] | None = None

    @property
    def address(self) -> str:
        return self._device

    def open(self, received: Received, ended: Ended) -> None:
        self._ended = ended
        try:
            self._port = os.open(self._device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise PortError(f"{self._device}: {why_not(self._device, error)}") from None
        try:
            self._take()
        except BaseException:
            self.close()
            raise
        self._stream = Stream(self._device, self._port, self._port, received, self._over)
        if self._wires_set is not None:
            self._lines = of_port(self._port, self._wires_set)

    def write(self, data: bytes) -> None:
        if self._stream:
            self._stream.write(data)

    def set_baud(self, rate: int) -> None:
        """Change the rate once all that was written is on the line; 0, the modem's autobaud, keeps it as it is."""
        if rate == 0 or rate == self._rate or self._stream is None:
            return
        if rate not in RATES:
            _log.warning("%s cannot run at %d bits per second; %s", self._device, rate, _nearest(str(rate)))
            return
        self._rate = rate
        self._stream.when_drained(self._change)

    def set_flow(self, flow: FlowControl) -> None:
        """Let TE and modem hold each other back as ``AT+IFC`` says, once all that was written is on the line."""
        if flow == self._flow or self._stream is None:
            return
        if _HARDWARE in (flow.dce_by_dte, flow.dte_by_dce) and flow.dce_by_dte != flow.dte_by_dce:
            _log.debug("%s uses RTS and CTS both or not at all: now both", self._device)
        self._flow = flow
        self._stream.when_drained(self._change)

    def watch_lines(self, wires_set: WiresSet) -> None:
        """Say whom the TE's lines concern; to be called before ``open()``."""
        self._wires_set = wires_set

    def set_lines(self, *, cts: bool, dsr: bool, dcd: bool, ri: bool) -> None:
        """Show the TE the modem's CTS and DSR; this end of a cable cannot drive DCD and RI."""
        if self._lines is not None:
            self._lines.show(cts=cts, dsr=dsr)

    def close(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        if self._lines is not None:
            self._lines.stop()
            self._lines = None
        if self._stream:
            self._stream.stop()
            self._stream = None
        if self._port >= 0:
            with contextlib.suppress(OSError, termios.error):
                if self._before is not None:
                    termios.tcsetattr(self._port, termios.TCSANOW, self._before)
                fcntl.ioctl(self._port, termios.TIOCNXCL)
            os.close(self._port)
            self._port = -1

    def _take(self) -> None:
        if not os.isatty(self._port):
            raise PortError(f"{self._device} is no serial port")
        try:
            fcntl.flock(self._port, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.ioctl(self._port, termios.TIOCEXCL)
        except OSError as error:
            raise PortError(f"{self._device}: {why_not(self._device, error)}") from None
        try:
            self._before = termios.tcgetattr(self._port)
            self._set_up(termios.TCSAFLUSH)
        except termios.error as error:
            raise PortError(f"{self._device} cannot be set up as a serial port: {error.args[-1]}") from None

    def _set_up(self, when: int) -> None:
        *_, characters = termios.tcgetattr(self._port)
        characters[termios.VMIN], characters[termios.VTIME] = 1, 0  # a read of nothing then means a hang-up
        speed = RATES[self._rate]
        flow, control = self._flow, termios.CS8 | termios.CREAD | termios.CLOCAL
        if _HARDWARE in (flow.dce_by_dte, flow.dte_by_dce):
            control |= termios.CRTSCTS
        inputs = termios.IXON if flow.dce_by_dte == _SOFTWARE else 0
        inputs |= termios.IXOFF if flow.dte_by_dce == _SOFTWARE else 0
        termios.tcsetattr(self._port, when, [inputs, 0, control, 0, speed, speed, characters])

    def _change(self) -> None:
        """Set rate and flow control anew. A TE that holds the line keeps that waiting, and nothing else."""
        if self._waiting is not None:
            self._waiting.cancel()
        if self._unsent():
            self._waiting = asyncio.get_running_loop().call_later(_LOOK, self._change)
            return
        self._waiting = None
        rate, self._rate_set = self._rate_set, self._rate
        try:
            self._set_up(termios.TCSADRAIN)
        except termios.error as error:
            _log.warning("%s cannot be set to %s: %s", self._device, self._setting(), error.args[-1])
        else:
            (_log.debug if rate == self._rate else _log.info)("%s runs at %s", self._device, self._setting())

    def _unsent(self) -> int:
        """Count the bytes that the system still has to send."""
        try:
            (count,) = _COUNT.unpack(fcntl.ioctl(self._port, termios.TIOCOUTQ, bytes(_COUNT.size)))
        except OSError:
            return 0  # nobody knows: tcsetattr waits for them
        return int(count)

    def _setting(self) -> str:
        flow = self._flow
        return f"{self._rate} bits per second, flow control {flow.dce_by_dte},{flow.dte_by_dce} (AT+IFC)"

    def _over(self, error: OSError | None) -> None:
        if self._stream:
            self._stream.stop()
        self._ended(f"{self._device} is gone ({error.strerror if error else 'it was hung up'}); was it unplugged?")


def _nearest(rate: str) -> str:
    if rate.isascii() and rate.isdigit():
        return f"the nearest is {min((each for each in RATES if each), key=lambda each: abs(each - int(rate)))}"
    return "write a number, such as 115200"
