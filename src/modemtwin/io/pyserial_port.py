"""Ports of the driver through pyserial: ``pyserial+/dev/ttyUSB2``, ``pyserial+socket://…``, ``pyserial+rfc2217://…``.

    loop ──queue──► writer ──► serial.write        pyserial knows only calls that wait, so each direction
    loop ◄──────── reader ◄── serial.read          has a thread, and the loop never waits for either

The second way to a port: for a driver that serialx does not get along with, and to hold both to one contract.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import socket
from threading import Thread
from typing import TYPE_CHECKING, Any

from modemtwin.host.errors import PortError
from modemtwin.host.transport import Lost, Received
from modemtwin.io.inbox import Inbox
from modemtwin.io.serialx_port import NO_HINTS, fault, network_fault

if TYPE_CHECKING:
    import serial

__all__ = ["PyserialPort", "open_pyserial"]

_PAUSE = 0.05
"""Seconds that a read waits at most before it looks whether the port is to be closed."""

_closing: dict[str, Thread] = {}
"""Readers that close their port, by its name: whoever opens it again waits for them."""


async def open_pyserial(port: str, baud: int) -> PyserialPort:
    """Open any port that pyserial knows; PortError when it cannot be had."""
    try:
        import serial
    except ImportError:
        raise PortError(port, "pyserial is not installed, which opens it", "pip install pyserial") from None
    if closing := _closing.pop(f"pyserial+{port}", None):
        await asyncio.to_thread(closing.join)
    try:
        opened = await asyncio.to_thread(_open, port, baud)
    except (serial.SerialException, OSError, ValueError) as error:
        raise _translated(port, error) from None
    return PyserialPort(f"pyserial+{port}", opened)


class PyserialPort:
    """An open port of pyserial's. The reader closes it: pyserial takes a third of a second for a socket."""

    hints = NO_HINTS

    def __init__(self, name: str, port: serial.Serial) -> None:
        self.name = name
        self._serial = port
        self._inbox = Inbox()
        self._loop = asyncio.get_running_loop()
        self._typed: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._open = True
        self._threads = [
            Thread(target=each, name=f"{each.__name__} {name}", daemon=True) for each in (self._read, self._write)
        ]
        for thread in self._threads:
            thread.start()

    def listen(self, received: Received, lost: Lost) -> None:
        self._inbox.listen(received, lost)

    def write(self, data: bytes) -> None:
        if self._open and data:
            self._typed.put(data)

    def close(self) -> None:
        self._inbox.close()
        self._give_back()

    def _give_back(self) -> None:
        if not self._open:
            return
        self._open = False
        self._typed.put(b"")
        _closing[self.name] = self._threads[0]
        if hasattr(self._serial, "cancel_read"):  # a device, which can be given back at once
            with contextlib.suppress(OSError):  # the reader has closed it already
                self._serial.cancel_read()
                self._serial.cancel_write()
            for thread in self._threads:
                thread.join(1.0)

    def _read(self) -> None:
        try:
            while self._open:
                if data := self._serial.read(max(1, self._serial.in_waiting)):
                    self._post(self._inbox.arrived, data)
        except Exception as error:  # a port that is pulled raises whatever its driver likes
            self._post(self._over, error)
        finally:
            with contextlib.suppress(Exception):  # what is gone cannot be closed in order
                self._serial.close()

    def _write(self) -> None:
        try:
            while data := self._typed.get():
                self._serial.write(data)
        except Exception as error:
            self._post(self._over, error)

    def _post(self, act: Any, *arguments: Any) -> None:
        if self._open:
            with contextlib.suppress(RuntimeError):  # the loop is closed already
                self._loop.call_soon_threadsafe(act, *arguments)

    def _over(self, error: Exception) -> None:
        if not self._inbox.over:
            self._give_back()
            why = getattr(error, "strerror", None) or str(error)
            if "://" in self.name:  # nothing that could be unplugged, and pyserial says "reader thread died"
                self._inbox.ended(None)
            else:
                self._inbox.ended(f"the port is gone ({why})")


def _open(port: str, baud: int) -> serial.Serial:
    import serial

    exclusive = {} if "://" in port else {"exclusive": True}
    return serial.serial_for_url(port, baudrate=baud, timeout=_PAUSE, **exclusive)


def _translated(port: str, error: Exception) -> PortError:
    """Say why a port cannot be opened. Pyserial wraps what the system said: the first error with a number counts."""
    said = error
    cause: BaseException | None = error
    while isinstance(cause, Exception):
        number = cause.args[0] if cause.args else None
        if isinstance(cause, socket.gaierror | TimeoutError):
            said = cause
            break
        if isinstance(number, int):
            said = OSError(number, os.strerror(number))  # of the class that Python has for the number
            break
        cause = cause.__context__
    return network_fault(port, said) if "://" in port else fault(port, said)
