"""The modem's UART on TCP: bytes as they are, one TE at a time.

A second TE is told who is there and turned away. When the first is gone, the next is welcome.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable

from modemtwin.io import host_port
from modemtwin.io.byte_pipe import Ended, PortError, Received
from modemtwin.io.resolver import find
from modemtwin.io.stream import Stream

__all__ = ["TURNED_AWAY", "TcpPipe"]

TURNED_AWAY = b"modemtwin: "
"""How the line begins that tells a TE why it is turned away."""

_log = logging.getLogger(__name__)


class TcpPipe:
    """A listening socket; port 0 takes any. What the modem says while no TE is connected is lost, as on a real line.

    ``changed`` is called with True when a TE has come, before its first byte, and with False when it has gone.
    """

    kind = "tcp"

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, changed: Callable[[bool], None] = lambda there: None
    ) -> None:
        self._host, self._port = host, port
        self._changed = changed
        self._listener: socket.socket | None = None
        self._te: socket.socket | None = None
        self._stream: Stream | None = None
        self._who = ""

    @property
    def address(self) -> str:
        return host_port.join(self._host, self._port)

    async def look_up(self) -> None:
        try:
            self._host = await find(self._host)
        except LookupError as error:
            raise PortError(f"TCP {self.address} cannot be had: {error}") from None

    def open(self, received: Received, ended: Ended) -> None:
        self._received, self._ended = received, ended
        self._loop = asyncio.get_running_loop()
        try:
            family, *_, address = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)[0]
            self._listener = socket.create_server(address[:2], family=family, backlog=8)
        except OSError as error:
            why = str(error.strerror or error).partition(" (while")[0]  # create_server adds what we say ourselves
            raise PortError(f"TCP {self.address} cannot be had: {why}") from None
        except (UnicodeError, OverflowError):
            raise PortError(f"TCP {self.address} cannot be had: {self._host!r} is no name of a host") from None
        self._listener.setblocking(False)
        self._host, self._port = self._listener.getsockname()[:2]
        self._loop.add_reader(self._listener, self._accept)

    def write(self, data: bytes) -> None:
        if self._stream:
            self._stream.write(data)

    def set_baud(self, rate: int) -> None:
        """TCP has no rate."""

    def close(self) -> None:
        self._hang_up()
        if self._listener:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            te, address = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            _log.warning("a TE could not be let in: %s", error.strerror)
            return
        te.setblocking(False)
        who = host_port.join(*address[:2])
        if self._te is not None and _has_hung_up(self._te):
            self._over(None)  # the news of it comes behind that of the next
        if self._te is not None:
            _log.warning("%s was turned away: %s is connected", who, self._who)
            _turn_away(te, f"this modem serves one TE at a time, and {self._who} is connected\r\n")
            return
        _log.info("%s is connected", who)
        te.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _notice_silent_death(te)
        self._te, self._who = te, who
        self._stream = Stream(who, te.fileno(), te.fileno(), self._received, self._over, recv=te.recv, send=te.send)
        self._changed(True)

    def _over(self, error: OSError | None) -> None:
        _log.info("%s is gone%s", self._who, f": {error.strerror}" if error else "")
        self._hang_up()
        self._changed(False)

    def _hang_up(self) -> None:
        if self._stream:
            self._stream.stop()
            self._stream = None
        if self._te:
            self._te.close()
            self._te = None


def _has_hung_up(te: socket.socket) -> bool:
    try:
        return not te.recv(1, socket.MSG_PEEK)
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:
        return True


def _turn_away(te: socket.socket, why: str) -> None:
    with te, contextlib.suppress(OSError):
        te.send(TURNED_AWAY + why.encode())
        te.shutdown(socket.SHUT_WR)
        te.recv(4096)  # closing with unread bytes would send a reset, which takes the line above with it


def _notice_silent_death(te: socket.socket) -> None:
    """A TE whose machine lost its power says nothing; after half a minute the next one shall be welcome."""
    te.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            te.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
