"""A TCP port between a TE and a modem that counts the lines which the TE types, and can do something at one of them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import TracebackType


class TappedPort:
    """Carries bytes between one TE after the other and the modem at ``target``; ``address`` is ``host:port``.

    ``at_line``: at which line of the TE ``then`` is called, counted from 1 for each TE; ``before`` the modem hears it,
    or when the modem's answer comes.
    """

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.lines = 0
        self.at_line = 0
        self.before = True
        self.then: Callable[[], None] = lambda: None

    @property
    def address(self) -> str:
        """Where a TE connects."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> TappedPort:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                te, _ = self._listener.accept()
            except OSError:
                return
            self.lines = 0
            modem = socket.create_connection(self._target)
            down = threading.Thread(target=self._down, args=(modem, te), daemon=True)
            down.start()
            self._up(te, modem)
            down.join()

    def _up(self, te: socket.socket, modem: socket.socket) -> None:
        with te, modem:
            while data := _read(te):
                self.lines += data.count(b"\r")
                if self.before:
                    self._reached()
                modem.sendall(data)
            modem.shutdown(socket.SHUT_RDWR)

    def _down(self, modem: socket.socket, te: socket.socket) -> None:
        while data := _read(modem):
            if not self.before:
                self._reached()
            try:
                te.sendall(data)
            except OSError:
                return

    def _reached(self) -> None:
        if self.at_line and self.lines >= self.at_line:
            self.at_line = 0
            self.then()


def _read(end: socket.socket) -> bytes:
    try:
        return end.recv(4096)
    except OSError:
        return b""
