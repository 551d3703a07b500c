"""The driver against the virtual modem over every kind of line, and what the line does to the bytes changes nothing.

    connect(port string) ══ pty, TCP, RFC 2217, memory ══► Disturbed ──► VirtualModem ──UDP──► CoapServer

Every position of every dialogue is swept in memory (``tests/unit/host/test_fault_sweep.py``); here the same faults
happen at some positions of one long dialogue on real lines, with the bytes that come between on their way alone.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from modemtwin import connect
from modemtwin.coap import numbers
from modemtwin.coap.message import Message, decode, encode
from modemtwin.host.aio import Module
from modemtwin.host.packet import Packet
from modemtwin.io import byte_pipe
from modemtwin.io.byte_pipe import BytePipe
from modemtwin.io.coap_server import CoapServer
from modemtwin.io.memory import MemoryPipe, MemoryPort
from modemtwin.io.virtual_modem import VirtualModem
from tests.contract.lines import modem_end, port_string
from tests.unit.host.stage import Mangle
from tests.unit.host.test_fault_sweep import TRICKY, URCS, Cut, Insert, bytewise, gaps

# pyserial 3.5 calls setDaemon() and setName(), which Python 3.10 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:set:DeprecationWarning")

AT_ONCE = ("cell.registration_delay=0", "cell.bearer_delay=0")
HOST = "coap://192.0.2.1"
LANES = ("memory", "pty", "tcp", "rfc2217", "pyserial+pty", "pyserial+tcp", "pyserial+rfc2217")
LINES = ("memory", "pty", "tcp", "rfc2217")
FAULTS = 40
_PAUSE = 0.001
"""Between two pieces, so that the line does not put together what was cut."""


class Disturbed:
    """A pipe that mangles what the modem writes; ``pieces`` is what it wrote, ``typed`` what it was told."""

    def __init__(self, pipe: BytePipe, mangle: Mangle | None) -> None:
        self.kind = pipe.kind
        self.typed = b""
        self.pieces: list[bytes] = []
        self._pipe = pipe
        self._mangle = mangle
        self._waiting: deque[bytes] = deque()
        self._pumping = False

    @property
    def address(self) -> str:
        return self._pipe.address

    def open(self, received: byte_pipe.Received, ended: byte_pipe.Ended) -> None:
        def heard(data: bytes) -> None:
            self.typed += data
            received(data)

        self._pipe.open(heard, ended)

    def write(self, data: bytes) -> None:
        self.pieces.append(data)
        if self._mangle is None:
            self._pipe.write(data)
            return
        self._waiting.extend(self._mangle(data))
        if not self._pumping:
            self._pump()

    def set_baud(self, rate: int) -> None:
        self._pipe.set_baud(rate)

    def close(self) -> None:
        self._waiting.clear()
        self._pipe.close()

    def _pump(self) -> None:
        self._pumping = bool(self._waiting)
        if self._waiting:
            self._pipe.write(self._waiting.popleft())
            pause = _PAUSE if self._waiting else 0
            asyncio.get_running_loop().call_later(pause, self._pump)


class Desk:
    """A virtual modem at a line of some kind, a server behind it, and ``connect`` for the driver."""

    def __init__(self, lane: str, folder: Path, mangle: Mangle | None = None) -> None:
        self._library, _, self._kind = lane.rpartition("+")
        self._pipe = modem_end(self._kind, folder)
        self.line = Disturbed(self._pipe, mangle)
        self.server = CoapServer(port=0, seed=1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self.coap_port: int = free.getsockname()[1]

    @asynccontextmanager
    async def powered(self) -> AsyncIterator[Desk]:
        self.server.open()
        try:
            routes = [f"192.0.2.1={self.server.address}"]
            async with VirtualModem(port=self.line, settings=AT_ONCE, routes=routes, coap_port=self.coap_port):
                yield self
        finally:
            self.server.close()

    def connect(self) -> AbstractAsyncContextManager[Module]:
        if isinstance(self._pipe, MemoryPipe):
            return connect(MemoryPort("memory", self._pipe, {}))
        return connect(port_string(self._kind, self.line.address, pyserial=self._library == "pyserial"))


async def told(module: Module) -> list[Any]:
    """A long dialogue, and all that comes of it."""
    made = await module.put(f"{HOST}/new", TRICKY, content_format=42)
    read = await module.get(f"{HOST}/new?a=1")
    links = await module.discover(HOST, query=["href=/obs"])
    async with module.observe(f"{HOST}/new") as observation:
        first = await anext(observation)
        await module.put(f"{HOST}/new", b'{"t": "21,5"}', content_format=42)
        second = await anext(observation)
    mid = await module.send(Packet(mid=4711, token=b"\xca\xfe", type="NON"), f"{HOST}/test")
    stray = await module.receive(deadline=5)
    signal = await module.at("AT+CSQ", check=True)
    info = await module.info()
    return [
        (made.code, read.code, read.payload, read.content_format, [link.target for link in links]),
        (first.payload, second.payload, mid, stray.token, stray.text, signal, info.sim, info.bearer.active),
        module.identity,
    ]


async def served(module: Module, port: int) -> bytes:
    """Ask the modem over UDP, answer through the driver, and give the datagram that comes back."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.setblocking(False)
        serving = module.serve()
        waiting = asyncio.ensure_future(anext(serving))
        await module.get(f"{HOST}/test")  # from here on there is somebody who serves
        await loop.sock_sendto(
            peer,
            encode(Message(numbers.CON, numbers.GET, 7, b"\x07", ((numbers.URI_PATH, b"t"),))),
            ("127.0.0.1", port),
        )
        request = await asyncio.wait_for(waiting, 5)
        await request.respond("2.05", f"{request.method} {request.path}", content_format=0)
        return await asyncio.wait_for(loop.sock_recv(peer, 1500), 5)


async def played(desk: Desk) -> list[Any]:
    async with desk.powered():
        async with desk.connect() as module:
            result = await told(module)
        assert desk.server.peer.observers((b"new",)) == 0
        assert_left_as_found(desk)
    return result


def assert_left_as_found(desk: Desk) -> None:
    assert desk.line.typed.count(b"AT+CCOAPINIT\r") == desk.line.typed.count(b"AT+CCOAPTERM\r") == 1
    assert desk.line.typed.endswith(b"AT+CMEE=0\rATE1\r")
    assert b"AT+CNACT=0\r" in desk.line.typed


@pytest.mark.parametrize("lane", LANES)
async def test_the_driver_does_everything_over_every_line(lane: str, tmp_path: Path) -> None:
    desk = Desk(lane, tmp_path)
    async with desk.powered():
        async with desk.connect() as module:
            one, two, identity = await told(module)
            assert await module.ping(HOST) >= 0
            answer = decode(await served(module, desk.coap_port))
            await module.detach()
            assert not (await module.info()).bearer.active
        assert_left_as_found(desk)
    assert one == ("2.01", "2.05", TRICKY, 42, ["/obs"])
    assert two[:5] == (TRICKY, b'{"t": "21,5"}', 4711, b"\xca\xfe", "hello world")
    assert identity.model == "SIMCOM_SIM7000G"
    assert isinstance(answer, Message)
    assert (answer.type, answer.code, answer.mid, answer.payload) == (numbers.ACK, 0x45, 7, b"GET /t")


async def undisturbed(line: str, folder: Path) -> tuple[list[Any], list[bytes]]:
    desk = Desk(line, folder)
    return await played(desk), desk.line.pieces


@pytest.mark.parametrize("line", LINES)
async def test_bytes_that_are_cut_on_their_way_change_nothing(line: str, tmp_path: Path) -> None:
    wanted, pieces = await undisturbed(line, tmp_path)
    whole = sum(map(len, pieces))
    assert whole > 1000
    for position in range(whole // FAULTS, whole, whole // FAULTS):
        assert await played(Desk(line, tmp_path, Cut(position))) == wanted, f"cut at {position}"


@pytest.mark.parametrize("line", LINES)
async def test_bytes_that_come_one_by_one_change_nothing(line: str, tmp_path: Path) -> None:
    wanted, _ = await undisturbed(line, tmp_path)
    assert await played(Desk(line, tmp_path, bytewise)) == wanted


@pytest.mark.parametrize("line", LINES)
async def test_a_urc_in_a_gap_changes_nothing(line: str, tmp_path: Path) -> None:
    wanted, pieces = await undisturbed(line, tmp_path)
    count = sum(len(gaps(piece)) for piece in pieces)
    assert count > 100
    for number in range(FAULTS):
        gap, urc = count * number // FAULTS, URCS[number % len(URCS)]
        assert await played(Desk(line, tmp_path, Insert(gap, urc))) == wanted, f"{urc!r} in gap {gap}"
