"""What a UART port is to the modem: bytes in, bytes out, and never a wait.

open(received, ended) ──► received(bytes)* ──► ended(reason) | close()
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias, runtime_checkable

from modemtwin.modem.doors import FlowControl

__all__ = ["BytePipe", "Ended", "FlowedPipe", "LinedPipe", "NamedPipe", "PortError", "Received", "WiresSet"]

Received: TypeAlias = Callable[[bytes], None]
"""Called with what the TE wrote, never with nothing."""

Ended: TypeAlias = Callable[[str | None], None]
"""Called once when the port is over: a sentence when it failed, None when the TE was done with it."""

WiresSet: TypeAlias = Callable[[bool, bool], None]
"""Called with the TE's lines, DTR and RTS, when it has set one of them."""


class PortError(Exception):
    """A port cannot be had, or has gone; the text is one sentence for a person."""


class BytePipe(Protocol):
    """One end of a serial line, whatever carries it.

    Nothing is opened before ``open()``, which needs a running event loop and raises ``PortError``. ``write()`` takes
    everything and returns at once; what the other side does not read in time is dropped beyond a bound.
    """

    @property
    def kind(self) -> str:
        """``pty``, ``tcp``, ``rfc2217``, ``serial`` or ``stdio``."""

    @property
    def address(self) -> str:
        """What a TE opens: a path, or ``host:port``. Known once the port is open."""

    def open(self, received: Received, ended: Ended) -> None:
        """Take the port and watch it."""

    def write(self, data: bytes) -> None:
        """Send bytes to the TE."""

    def set_baud(self, rate: int) -> None:
        """Run at this many bits per second, where the port has a rate at all."""

    def close(self) -> None:
        """Give the port back. Closing twice is harmless."""


@runtime_checkable
class NamedPipe(Protocol):
    """What a pipe has besides when its host may be a name, which may take long to look up."""

    async def look_up(self) -> None:
        """Find the host's address, to be waited for before ``open()``; PortError when there is none."""


@runtime_checkable
class FlowedPipe(Protocol):
    """What a pipe has besides when the modem's ``AT+IFC`` concerns it."""

    def set_flow(self, flow: FlowControl) -> None:
        """Let the TE hold the modem back in this way."""


@runtime_checkable
class LinedPipe(Protocol):
    """What a pipe has besides when it carries the lines of V.24; a pty and a bare TCP connection have none."""

    def watch_lines(self, wires_set: WiresSet) -> None:
        """Say whom the TE's lines concern; to be called before ``open()``."""

    def set_lines(self, *, cts: bool, dsr: bool, dcd: bool, ri: bool) -> None:
        """Show the TE the modem's lines."""
