"""One contract for every way from the driver to a module; the far end is the modem's own end of each kind of line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from modemtwin.host.transport import Transport
from modemtwin.io.byte_pipe import BytePipe, Ended, Received
from modemtwin.io.driver_port import open_port
from modemtwin.io.memory import MemoryPipe, MemoryPort
from modemtwin.io.world_port import WorldPort
from modemtwin.modem import profile
from tests.contract.lines import modem_end, port_string
from tests.io.te import until

# pyserial 3.5 calls setDaemon() and setName(), which Python 3.10 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:set:DeprecationWarning")

EVERY = bytes(range(256))

WAYS = (
    "memory", "world",
    "pty serialx", "pty pyserial", "tcp serialx", "tcp pyserial", "rfc2217 serialx", "rfc2217 pyserial",
)  # fmt: skip


class Line:
    """A line of some kind: ``pipe`` is the modem's end, and each ``open`` gives a driver's end."""

    def __init__(self, way: str, folder: Path) -> None:
        self.kind, _, self._library = way.partition(" ")
        self.heard = b""
        self.pipe: BytePipe = WorldPipe() if self.kind == "world" else modem_end(self.kind, folder)
        self.pipe.open(self._hear, lambda reason: None)
        self._opened: list[Transport] = []

    async def open(self) -> End:
        """Open the driver's end."""
        end = End(await self._transport())
        self._opened.append(end.transport)
        return end

    def close(self) -> None:
        """Give both ends back."""
        for each in self._opened:
            each.close()
        self.pipe.close()

    async def _transport(self) -> Transport:
        if isinstance(self.pipe, MemoryPipe):
            return MemoryPort("memory", self.pipe, {})
        if isinstance(self.pipe, WorldPipe):
            self.pipe.port = WorldPort("world://m1", profile.load("sim7000"), self._hear)
            return self.pipe.port
        return await open_port(port_string(self.kind, self.pipe.address, pyserial=self._library == "pyserial"))

    def _hear(self, data: bytes) -> None:
        self.heard += data


class WorldPipe:
    """The modem's end of a wire in a world: it hears nothing by itself, for the port types straight into the modem."""

    kind, address = "world", ""
    port: WorldPort

    def open(self, received: Received, ended: Ended) -> None:
        pass

    def write(self, data: bytes) -> None:
        self.port.hear(data)

    def set_baud(self, rate: int) -> None:
        pass

    def close(self) -> None:
        self.port.end("the cable is out")


class End:
    """The driver's end of a line, and what it was told."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.received = b""
        self.lost: list[str | None] = []

    def listen(self) -> None:
        """Begin to listen."""
        self.transport.listen(self._take, self.lost.append)

    def _take(self, data: bytes) -> None:
        assert data
        self.received += data


@pytest.fixture(params=WAYS)
async def line(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Line]:
    """One line of each kind, by each library."""
    made = Line(request.param, tmp_path)
    yield made
    made.close()
    await asyncio.sleep(0)


async def test_bytes_go_both_ways_as_they_are(line: Line) -> None:
    end = await line.open()
    end.listen()
    end.transport.write(EVERY)
    await until(lambda: line.heard == EVERY)
    line.pipe.write(EVERY)
    await until(lambda: end.received == EVERY)
    assert end.lost == []


async def test_what_comes_before_anybody_listens_is_kept(line: Line) -> None:
    end = await line.open()
    end.transport.write(b"AT\r")
    await until(lambda: line.heard == b"AT\r")
    line.pipe.write(b"RDY\r\n")
    await asyncio.sleep(0.1)
    end.listen()
    await until(lambda: end.received == b"RDY\r\n")


async def test_writing_returns_at_once_and_all_of_it_arrives_in_order(line: Line) -> None:
    end = await line.open()
    end.listen()
    numbers = [b"%07d " % number for number in range(6000)]
    for each in numbers:
        end.transport.write(each)
    await until(lambda: len(line.heard) >= 48_000)
    assert line.heard == b"".join(numbers)


async def test_what_the_module_says_fast_arrives_in_order(line: Line) -> None:
    end = await line.open()
    end.listen()
    end.transport.write(b"AT\r")
    await until(lambda: line.heard == b"AT\r")
    numbers = b"".join(b"%07d " % number for number in range(6000))
    line.pipe.write(numbers)
    await until(lambda: len(end.received) >= 48_000)
    assert end.received == numbers


async def test_after_close_nobody_is_told_anything(line: Line) -> None:
    end = await line.open()
    end.listen()
    end.transport.write(b"AT\r")
    await until(lambda: line.heard == b"AT\r")
    end.transport.close()
    end.transport.close()
    end.transport.write(b"too late")
    line.pipe.write(b"+CPIN: READY")
    line.pipe.close()
    await asyncio.sleep(0.1)
    assert (end.received, end.lost, line.heard) == (b"", [], b"AT\r")


async def test_a_port_that_was_closed_can_be_opened_again_at_once(line: Line) -> None:
    for turn in (b"1", b"2", b"3"):
        end = await line.open()
        end.transport.write(turn)
        await until(lambda: line.heard.endswith(turn))  # noqa: B023 - it is done before the next turn
        end.transport.close()
    assert line.heard == b"123"


async def test_a_line_that_goes_away_is_told_once(line: Line) -> None:
    end = await line.open()
    end.listen()
    end.transport.write(b"AT\r")
    await until(lambda: line.heard == b"AT\r")
    line.pipe.close()
    await until(lambda: end.lost)
    end.transport.write(b"is anybody there?")
    end.transport.close()
    await asyncio.sleep(0.1)
    assert len(end.lost) == 1
    if line.kind == "pty":
        assert "the port is gone (" in str(end.lost[0])


async def test_news_of_the_end_waits_for_whoever_listens(line: Line) -> None:
    end = await line.open()
    line.pipe.close()
    await asyncio.sleep(0.15)
    end.listen()
    await until(lambda: len(end.lost) == 1)
