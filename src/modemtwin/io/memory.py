"""A serial line that is nothing but memory: the modem's end is a ``BytePipe``, the driver's a ``Transport``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from modemtwin.host.transport import Lost, Received
from modemtwin.io import byte_pipe
from modemtwin.io.inbox import Inbox

__all__ = ["MemoryPipe", "MemoryPort"]


class MemoryPipe:
    """The modem's end. Each side hears the other in a later turn of the loop, as it would on a real line."""

    kind = "memory"
    address = ""

    def __init__(self) -> None:
        self.inbox = Inbox()
        self._received: byte_pipe.Received | None = None

    def open(self, received: byte_pipe.Received, ended: byte_pipe.Ended) -> None:
        self._received = received
        self._loop = asyncio.get_running_loop()

    def write(self, data: bytes) -> None:
        if self._received is not None:
            self._loop.call_soon(self.inbox.arrived, data)

    def type(self, data: bytes) -> None:
        """Take what the TE writes."""
        if self._received is not None:
            self._loop.call_soon(self._hear, data)

    def set_baud(self, rate: int) -> None:
        """Memory has no rate."""

    def close(self) -> None:
        if self._received is not None:
            self._received = None
            self._loop.call_soon(self.inbox.ended, None)

    def _hear(self, data: bytes) -> None:
        if self._received is not None:
            self._received(data)


class MemoryPort:
    """The driver's end of an open pipe."""

    def __init__(self, name: str, pipe: MemoryPipe, hints: Mapping[str, object]) -> None:
        self.name = name
        self.hints = hints
        self._pipe = pipe
        self._open = True

    def listen(self, received: Received, lost: Lost) -> None:
        self._pipe.inbox.listen(received, lost)

    def write(self, data: bytes) -> None:
        if self._open and data:
            self._pipe.type(data)

    def close(self) -> None:
        self._open = False
        self._pipe.inbox.close()
