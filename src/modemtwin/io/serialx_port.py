"""Ports of the driver through serialx: a serial device, ``socket://`` and ``rfc2217://``.

device           serialx opens it, locks it and sets it up; our own Stream moves the bytes and closes it at once
COM, network     serialx's asyncio transport does everything
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from modemtwin.host.errors import PortBusy, PortDenied, PortError, PortMissing
from modemtwin.host.transport import Lost, Received, Transport
from modemtwin.io.inbox import Inbox
from modemtwin.io.serial_ports import group, why_not
from modemtwin.io.stream import Stream
from modemtwin.io.tcp import TURNED_AWAY

if TYPE_CHECKING:
    from serialx import BaseSerial, BaseSerialTransport

__all__ = ["NO_HINTS", "fault", "network_fault", "open_serialx"]

NO_HINTS: Mapping[str, object] = MappingProxyType({})
"""A port that knows nothing of what is behind it."""

_PATIENCE = 5.0
"""Seconds until a host that does not answer is given up."""


async def open_serialx(port: str, baud: int, scheme: str) -> Transport:
    """Open a device, or ``socket://`` or ``rfc2217://``; PortError when it cannot be had."""
    try:
        import serialx
    except ImportError:
        raise PortError(port, "serialx is not installed, which opens it", "pip install serialx") from None
    try:
        if not scheme and os.name == "posix":
            serial = serialx.serial_for_url(port, baudrate=baud)
            serial.open()
            return DevicePort(port, serial)
        session = _Session(port)
        wire, _ = await serialx.create_serial_connection(asyncio.get_running_loop(), lambda: session, port, baud)
    except (OSError, serialx.SerialException, ValueError) as error:
        raise (network_fault(port, error) if scheme else fault(port, error)) from None
    return NetworkPort(port, wire, session)


class DevicePort:
    """A serial device of this machine, for this process alone."""

    hints = NO_HINTS

    def __init__(self, name: str, serial: BaseSerial) -> None:
        self.name = name
        self._serial = serial
        self._inbox = Inbox()
        self._loop = asyncio.get_running_loop()
        number: int = serial.fileno()
        _exclude_others(number, exclude=True)
        self._stream = Stream(name, number, number, self._inbox.arrived, self._over)

    def listen(self, received: Received, lost: Lost) -> None:
        self._inbox.listen(received, lost)

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def close(self) -> None:
        if self._serial.is_open:
            self._inbox.close()
            self._give_back()

    def _over(self, error: OSError | None) -> None:
        self._give_back()
        why = f"it is gone ({error.strerror if error else 'it was hung up'}); was it unplugged?"
        self._loop.call_soon(self._inbox.ended, why)  # a write may have found it out, and its caller is not done yet

    def _give_back(self) -> None:
        self._stream.stop()
        _exclude_others(self._serial.fileno(), exclude=False)
        self._serial.close()


class NetworkPort:
    """A port whose bytes serialx moves."""

    hints = NO_HINTS

    def __init__(self, name: str, wire: BaseSerialTransport, session: _Session) -> None:
        self.name = name
        self._wire = wire
        self._inbox = session.inbox

    def listen(self, received: Received, lost: Lost) -> None:
        self._inbox.listen(received, lost)

    def write(self, data: bytes) -> None:
        if not self._inbox.over:
            with contextlib.suppress(OSError):  # of a port that is gone the session hears by itself
                self._wire.write(data)

    def close(self) -> None:
        if not self._inbox.over:
            self._inbox.close()
            # Not close(), which for RFC 2217 goes on talking: a loop that ends now would leave the socket open.
            self._wire.abort()


class _Session(asyncio.Protocol):
    """What serialx tells."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._first = b""
        self.inbox = Inbox()

    def data_received(self, data: bytes) -> None:
        self._first = self._first or data[:200]
        self.inbox.arrived(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self._first.startswith(TURNED_AWAY):
            self.inbox.ended(self._first[len(TURNED_AWAY) :].decode(errors="replace").strip())
        elif error is None:
            self.inbox.ended(None)
        else:
            self.inbox.ended(f"it is gone: {getattr(error, 'strerror', None) or error}")


def fault(port: str, error: Exception) -> PortError:
    """Say why a device cannot be opened."""
    if not isinstance(error, OSError):
        return PortError(port, str(error))
    reason = why_not(port, error)
    if isinstance(error, FileNotFoundError):
        return PortMissing(port, reason)
    if isinstance(error, PermissionError):
        name = group(port)
        return PortDenied(port, reason, None if name else "run it as root, or let an udev rule give it to a group")
    if isinstance(error, BlockingIOError) or "in use" in reason:
        return PortBusy(port, reason)
    return PortError(port, reason)


def network_fault(port: str, error: Exception) -> PortError:
    """Say why a host cannot be reached."""
    match error:
        case socket.gaierror() | UnicodeError():
            return PortMissing(port, "there is no such host", "is its name right, and the network up?")
        case ConnectionRefusedError():
            return PortMissing(port, "nobody listens there", "is the port number right, and the program running?")
        case TimeoutError() if port.startswith("rfc2217:"):
            return PortMissing(port, f"no answer within {_PATIENCE:g} s", "a port without telnet is socket://HOST:PORT")
        case TimeoutError():
            return PortMissing(port, f"no answer within {_PATIENCE:g} s", "is the host up?")
        case OSError() if port.startswith("rfc2217:") and error.errno == 5:
            return PortBusy(port, "it hung up at once", "does another program use it? is it an RFC 2217 port at all?")
        case OSError():
            return PortMissing(port, f"it cannot be reached: {error.strerror or error}", "is the network up?")
        case _:
            return PortError(port, str(error))


def _exclude_others(number: int, *, exclude: bool) -> None:
    """Keep programs that take no lock from opening the device too; a driver that has no such thing goes without."""
    import fcntl
    import termios

    with contextlib.suppress(OSError):
        fcntl.ioctl(number, termios.TIOCEXCL if exclude else termios.TIOCNXCL)
