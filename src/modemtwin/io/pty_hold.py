"""Our own hold on the TE's end of a pty: it keeps the line up, and finds out whether a TE has it open too.

    TE ──┐
         ├─► slave ══ master ──► modem        without us the master reads EIO as soon as the last TE closes
    us ──┘

Let go for a moment, and the master tells: a line that nobody else holds is hung up. (Where that is not known of a
system, somebody always seems to be there, and nothing is ever discarded.)
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import sys
import termios
import tty

__all__ = ["Hold"]


class Hold:
    """The slave end of ``master``, held open from now on."""

    __slots__ = ("_descriptor", "_master", "name")

    def __init__(self, master: int, slave: int) -> None:
        self._master, self._descriptor = master, slave
        self.name = os.ttyname(slave)
        tty.setraw(slave)

    @property
    def unread(self) -> int:
        """Bytes that the modem wrote and no TE has read, as far as the line has taken them; 4095 at most."""
        try:
            return int(struct.unpack("i", fcntl.ioctl(self._descriptor, termios.FIONREAD, b"\0" * 4))[0])
        except (OSError, ValueError):
            return 0

    def share(self) -> None:
        """End a TE's exclusive use: if it is killed, it would lock everybody out, because our hold keeps the mark."""
        try:
            fcntl.ioctl(self._descriptor, termios.TIOCNXCL)
        except (OSError, ValueError):  # hung up, or let go: see below
            with contextlib.suppress(OSError):
                self.renew()

    def alone(self) -> bool:
        """Say whether no TE has the line open. The settings of the line stay as they are."""
        if sys.platform != "linux":
            return False
        self.share()  # else we might not come back
        if self._descriptor < 0:
            return False
        os.close(self._descriptor)
        watch = select.poll()
        watch.register(self._master, 0)
        hung_up = any(flags & select.POLLHUP for _, flags in watch.poll(0))
        try:
            self._descriptor = self._opened()
        except OSError:  # a TE took the line for itself in this very moment
            self._descriptor = -1
        return hung_up and self._descriptor >= 0

    def discard(self) -> None:
        """Lose what no TE has read."""
        termios.tcflush(self._descriptor, termios.TCIFLUSH)

    def renew(self) -> None:
        """Somebody hung the line up (vhangup), and us with it; a fresh hold brings it back. OSError when it is gone."""
        fresh = self._opened()
        tty.setraw(fresh)
        self.close()
        self._descriptor = fresh

    def close(self) -> None:
        """Let go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _opened(self) -> int:
        return os.open(self.name, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
