"""A modem behind RFC 2217 on a real socket, with a client that is nothing but bytes."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from modemtwin import VirtualModem
from modemtwin.modem.doors import LinesChanged, LinesSet
from tests.io.te import until

AGREED = bytes.fromhex("fffd2c fffa2c6b30fff0")


class Client:
    """A socket that keeps what it hears."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setblocking(False)
        self.heard = b""
        self.over = False

    async def says(self, data: bytes, *, until_heard: bytes) -> None:
        """Send, and wait for the end of what comes."""
        self._socket.send(data)
        await until(lambda: self.hear().endswith(until_heard))

    def send(self, data: bytes) -> None:
        """Send."""
        self._socket.send(data)

    def hear(self) -> bytes:
        """Take what is there; all that was heard so far."""
        try:
            while data := self._socket.recv(65_536):
                self.heard += data
            self.over = True
        except BlockingIOError:
            pass
        return self.heard

    def close_half(self) -> None:
        """Say that nothing more will be sent."""
        self._socket.shutdown(socket.SHUT_WR)

    def close(self, *, at_once: bool = False) -> None:
        """Hang up; at once sends a reset."""
        if at_once:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


@asynccontextmanager
async def modem() -> AsyncIterator[VirtualModem]:
    """A modem behind RFC 2217."""
    async with VirtualModem(port="rfc2217://127.0.0.1:0", settings=["cell.registration_delay=0"]) as twin:
        assert twin.ready == f"rfc2217 {twin.address}"
        yield twin


def wires(twin: VirtualModem) -> list[tuple[bool, bool]]:
    """What the modem has seen of its TE's lines."""
    stimuli = (entry.stimulus for entry in twin.journal.entries())
    return [(each.dtr, each.rts) for each in stimuli if isinstance(each, LinesSet)]


async def test_a_client_agrees_and_talks() -> None:
    async with modem() as twin:
        client = Client(twin.address)
        await client.says(bytes.fromhex("fffb2c"), until_heard=AGREED)
        await client.says(b"AT\r", until_heard=b"AT\r\r\nOK\r\n")
        client.close()
        await until(lambda: wires(twin) == [(True, True), (False, False)])


async def test_a_client_that_knows_no_telnet_has_a_plain_line() -> None:
    async with modem() as twin:
        client = Client(twin.address)
        await client.says(b"AT\r", until_heard=b"OK\r\n")
        assert client.heard == b"AT\r\r\nOK\r\n"
        client.close()


async def test_the_carrier_is_told_to_the_client_and_its_dtr_hangs_up() -> None:
    async with modem() as twin:
        client = Client(twin.address)
        await client.says(bytes.fromhex("fffb2c"), until_heard=AGREED)
        await client.says(b"AT&D2\r", until_heard=b"OK\r\n")
        await client.says(b"ATD*99#\r", until_heard=b"CONNECT\r\n" + bytes.fromhex("fffa2c6bb8fff0"))
        carrier_off = bytes.fromhex("fffa2c6b38fff0")
        await client.says(bytes.fromhex("fffa2c0509fff0"), until_heard=b"\r\nNO CARRIER\r\n" + carrier_off)
        client.close()


async def test_a_client_that_hangs_up_ends_data_mode_with_and_d2() -> None:
    async with modem() as twin:
        for way in (False, True):
            client = Client(twin.address)
            await client.says(b"ATE0&D2\r", until_heard=b"OK\r\n")
            await client.says(b"ATD*99#\r", until_heard=b"CONNECT\r\n")
            client.close(at_once=way)
            await until(lambda: wires(twin)[-1] == (False, False))


async def test_a_second_client_is_told_who_is_there() -> None:
    async with modem() as twin:
        first, second = Client(twin.address), Client(twin.address)
        await until(lambda: second.hear() and second.over)
        assert second.heard.startswith(b"modemtwin: this modem serves one TE at a time, and 127.0.0.1:")
        await first.says(b"AT\r", until_heard=b"OK\r\n")
        first.close()
        second.close()


async def test_a_client_that_closes_one_direction_is_gone_and_the_next_is_welcome() -> None:
    async with modem() as twin:
        half = Client(twin.address)
        await half.says(bytes.fromhex("fffb2c") + b"AT\r", until_heard=b"OK\r\n")
        half.close_half()
        await until(lambda: wires(twin)[-1] == (False, False))
        other = Client(twin.address)
        await other.says(b"AT\r", until_heard=b"OK\r\n")
        half.close()
        other.close()


async def test_a_client_that_comes_with_the_news_that_the_last_one_is_gone_is_welcome() -> None:
    async with modem() as twin:
        for _ in range(5):
            client = Client(twin.address)  # all of it without a turn of the loop in which the modem could see the end
            client.close()
        last = Client(twin.address)
        await last.says(b"AT\r", until_heard=b"OK\r\n")
        last.close()


async def test_the_next_client_has_a_fresh_session() -> None:
    async with modem() as twin:
        for _ in range(3):
            client = Client(twin.address)
            await client.says(bytes.fromhex("fffb2c"), until_heard=AGREED)
            asked = bytes.fromhex("fffa2c0100000000fff0")
            await client.says(asked, until_heard=bytes.fromhex("fffa2c650001c200fff0"))
            await client.says(bytes.fromhex("fffa2c0100002580fff0"), until_heard=bytes.fromhex("fffa2c6500002580fff0"))
            client.close()


async def test_garbage_does_not_disturb_the_dialogue() -> None:
    async with modem() as twin:
        client = Client(twin.address)
        client.send(bytes.fromhex("fff0 fffa fff0 fffb99 fffd99 fffa2c fff1 fffa2c63fff0 fff3 fff6"))
        await until(lambda: client.hear() == bytes.fromhex("fffe99 fffc99"))
        await client.says(b"AT\r", until_heard=b"OK\r\n")
        client.close()


async def test_a_request_cut_in_the_middle_waits_for_its_rest() -> None:
    async with modem() as twin:
        client = Client(twin.address)
        for byte in bytes.fromhex("fffb2c fffa2c0507fff0"):
            client.send(bytes((byte,)))
            await asyncio.sleep(0.002)
        await until(lambda: client.hear() == AGREED + bytes.fromhex("fffa2c6908fff0"))
        client.close()


async def test_a_client_that_does_not_read_never_makes_the_modem_wait() -> None:
    async with modem() as twin:
        client = Client(twin.address)
        client.send(bytes.fromhex("fffb2c fffa2c08fff0"))
        client.send(b"ATI\r" * 1000)
        await asyncio.sleep(0.05)
        twin.change(signal=5)
        await client.says(bytes.fromhex("fffa2c09fff0"), until_heard=b"OK\r\n")
        client.close()


async def test_the_lines_go_to_the_journal() -> None:
    async with modem() as twin:
        client = Client(twin.address)
        await client.says(b"AT\r", until_heard=b"OK\r\n")
        client.close()
        effects = [effect for entry in twin.journal.entries() for effect in entry.effects]
        assert LinesChanged(cts=True, dsr=True, dcd=False, ri=False) in effects
        assert '{"LinesSet": {"dtr": true, "rts": true}}' in twin.journal.text()
