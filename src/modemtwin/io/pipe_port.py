"""A pipe as the driver's end of a port, for what runs with nothing installed: the demo types into its own pty.

Transport.write ──► BytePipe.write        BytePipe ──received──► Inbox ──► whoever listens
"""

from __future__ import annotations

from modemtwin.host.transport import Lost, Received
from modemtwin.io.byte_pipe import BytePipe
from modemtwin.io.inbox import Inbox
from modemtwin.io.serialx_port import NO_HINTS

__all__ = ["PipePort"]


class PipePort:
    """A ``Transport`` that is open as soon as it is made; ``byte_pipe.PortError`` when the pipe cannot be had."""

    hints = NO_HINTS

    def __init__(self, pipe: BytePipe) -> None:
        self._pipe = pipe
        self._inbox = Inbox()
        pipe.open(self._inbox.arrived, self._inbox.ended)
        self.name = pipe.address

    def listen(self, received: Received, lost: Lost) -> None:
        self._inbox.listen(received, lost)

    def write(self, data: bytes) -> None:
        self._pipe.write(data)

    def close(self) -> None:
        self._inbox.close()
        self._pipe.close()
