"""The contract that every kind of port keeps, on real descriptors."""

from __future__ import annotations

import logging
import os
import socket
import tty
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from modemtwin.io.byte_pipe import BytePipe
from modemtwin.io.pty import PtyPipe
from modemtwin.io.rfc2217 import Rfc2217Pipe
from modemtwin.io.serial import SerialPipe
from modemtwin.io.stdio import StdioPipe
from modemtwin.io.stream import BACKLOG
from modemtwin.io.tcp import TcpPipe
from tests.io.te import Te, until


class TelnetTe(Te):
    """The far end of a telnet line: a byte 255 goes doubled."""

    def write(self, data: bytes) -> None:
        super().write(data.replace(b"\xff", b"\xff\xff"))

    def read(self) -> bytes:
        return super().read().replace(b"\xff\xff", b"\xff")


class Line:
    """A port and a TE at its other end."""

    def __init__(self, kind: str, folder: Path, stack: ExitStack) -> None:
        self.kind, self._folder, self._stack = kind, folder, stack
        self.received = b""
        self.endings: list[str | None] = []
        self.pipe = getattr(self, f"_{kind}")()
        stack.callback(self.pipe.close)

    async def open(self) -> Te:
        """Open the port, and let a TE open its end."""
        self.pipe.open(self._received, self.endings.append)
        if self.kind == "pty":
            self._te = Te.opens(self.pipe.address)
        if self.kind in ("tcp", "rfc2217"):
            host, port = self.pipe.address.split(":")
            client = self._stack.enter_context(closing(socket.create_connection((host, int(port)))))
            self._te = (TelnetTe if self.kind == "rfc2217" else Te)(os.dup(client.fileno()))
        self._stack.callback(self._te.close)
        self._te.write(b"hello")
        await until(lambda: self.received == b"hello")
        return self._te

    @property
    def backlog(self) -> int:
        """Bytes that wait for the TE."""
        pipe = getattr(self.pipe, "_tcp", self.pipe)
        return int(pipe._stream.backlog)

    def _received(self, data: bytes) -> None:
        assert data
        self.received += data

    def _pty(self) -> BytePipe:
        return PtyPipe(self._folder / "modem")

    def _tcp(self) -> BytePipe:
        return TcpPipe("127.0.0.1", 0)

    def _rfc2217(self) -> BytePipe:
        return Rfc2217Pipe("127.0.0.1", 0)

    def _serial(self) -> BytePipe:
        master, slave = os.openpty()
        tty.setraw(slave)
        self._stack.callback(os.close, slave)
        self._te = Te(master)
        return SerialPipe(os.ttyname(slave))

    def _stdio(self) -> BytePipe:
        ours, theirs = socket.socketpair()
        self._stack.enter_context(ours)
        self._te = Te(theirs.detach())
        return StdioPipe(ours.fileno(), ours.fileno())


@pytest.fixture(params=["pty", "tcp", "rfc2217", "serial", "stdio"])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    """One port of each kind."""
    with ExitStack() as stack:
        yield Line(request.param, tmp_path, stack)


async def test_bytes_go_both_ways_as_they_are(line: Line) -> None:
    te = await line.open()
    every = bytes(range(256))
    line.pipe.write(every)
    await until(lambda: te.read() == every)
    te.write(every.replace(b"\n", b""))
    await until(lambda: line.received == b"hello" + every.replace(b"\n", b""))
    assert line.endings == []


async def test_a_te_that_does_not_read_never_makes_the_modem_wait(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    te = await line.open()
    piece = b"x" * 1000
    with caplog.at_level(logging.WARNING, "modemtwin.io.stream"):
        for _ in range(10_000):
            line.pipe.write(piece)
    assert len(caplog.records) == 1
    assert "nobody reads" in caplog.text
    await until(lambda: te.read() and not line.backlog)
    assert BACKLOG // 1000 * 1000 <= len(te.seen) < 10_000_000
    line.pipe.write(b"and on")
    await until(lambda: te.read().endswith(b"and on"))
    assert line.endings == []


async def test_what_does_not_fit_at_once_arrives_whole_and_in_order(line: Line) -> None:
    te = await line.open()
    numbers = b"".join(b"%07d " % number for number in range(BACKLOG // 8))
    line.pipe.write(numbers)
    await until(lambda: len(te.read()) >= len(numbers))
    assert te.seen == numbers


async def test_closing_twice_is_harmless(line: Line) -> None:
    await line.open()
    line.pipe.close()
    line.pipe.close()
    line.pipe.write(b"too late")
    assert line.endings == []
