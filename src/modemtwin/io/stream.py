"""One nonblocking descriptor under the event loop: read in batches, write at once, keep what does not fit.

write ──► descriptor            while it takes everything
      └─► backlog ──► descriptor when it takes more ──► dropped, with one log line, beyond 64 KiB
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from os import read, write
from typing import TypeAlias

from modemtwin.io.byte_pipe import Received

__all__ = ["BACKLOG", "Stream"]

BACKLOG = 64 * 1024
"""Bytes that wait at most for a TE that does not read."""

_BATCH = 64 * 1024
_log = logging.getLogger(__name__)

Over: TypeAlias = Callable[[OSError | None], None]
"""Called once when the descriptor is at its end: with the error, or None at the end of file, when writing goes on."""


class Stream:
    """Bytes in and out of a descriptor that somebody else opened, set nonblocking and will close.

    ``recv`` and ``send`` replace ``os.read`` and ``os.write`` where the descriptor is a socket.
    """

    __slots__ = (
        "_backlog", "_drained", "_dropping", "_loop", "_more", "_name", "_over", "_read", "_reading", "_received",
        "_running", "_write", "_writing",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        reading: int,
        writing: int,
        received: Received,
        over: Over,
        *,
        recv: Callable[[int], bytes] | None = None,
        send: Callable[[bytes], int] | None = None,
    ) -> None:
        self._name = name
        self._reading, self._writing = reading, writing
        self._received, self._over = received, over
        self._read = recv or partial(read, reading)
        self._write = send or partial(write, writing)
        self._backlog = bytearray()
        self._drained: Callable[[], None] | None = None
        self._dropping = False
        self._running = self._more = True
        self._loop = asyncio.get_running_loop()
        try:
            self._loop.add_reader(reading, self._readable)
        except PermissionError:  # epoll does not take a regular file, which is always ready
            self._loop.call_soon(self._read_on)

    @property
    def backlog(self) -> int:
        """Bytes that wait to be written."""
        return len(self._backlog)

    def write(self, data: bytes) -> None:
        """Send ``data``, now or as soon as there is room for it."""
        if not self._running:
            return
        if self._backlog:
            self._keep(data)
            return
        try:
            count = self._write(data)
        except (BlockingIOError, InterruptedError):
            count = 0
        except OSError as error:
            self._end(error)
            return
        if count < len(data):
            self._keep(data[count:])

    def when_drained(self, act: Callable[[], None]) -> None:
        """Do something once nothing waits any more: at once when nothing does now."""
        if self._backlog:
            self._drained = act
        else:
            act()

    def forget(self) -> None:
        """Lose what waits."""
        if self._backlog:
            self._loop.remove_writer(self._writing)
            self._rest()

    def stop(self) -> None:
        """Watch the descriptor no longer; what waits is lost."""
        if self._running:
            self._running = False
            self._loop.remove_reader(self._reading)
            self._loop.remove_writer(self._writing)
            self._backlog.clear()

    def _readable(self) -> None:
        try:
            data = self._read(_BATCH)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        if data:
            self._received(data)
            return
        self._more = False
        self._loop.remove_reader(self._reading)
        self._over(None)

    def _read_on(self) -> None:
        if self._running and self._more:
            self._readable()
            self._loop.call_soon(self._read_on)

    def _keep(self, data: bytes) -> None:
        if len(self._backlog) + len(data) > BACKLOG:
            if not self._dropping:
                _log.warning("%s: nobody reads; %d KiB wait, the rest is dropped", self._name, BACKLOG // 1024)
            self._dropping = True
            return
        if not self._backlog:
            self._loop.add_writer(self._writing, self._writable)
        self._backlog += data

    def _writable(self) -> None:
        try:
            count = self._write(bytes(self._backlog))
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        del self._backlog[:count]
        if not self._backlog:
            self._loop.remove_writer(self._writing)
            self._rest()

    def _rest(self) -> None:
        """Nothing waits any more."""
        self._backlog.clear()
        self._dropping = False
        act, self._drained = self._drained, None
        if act:
            act()

    def _end(self, error: OSError) -> None:
        if self._running:
            self.stop()
            self._over(error)
