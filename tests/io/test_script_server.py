"""A script on real ports: the peer it makes, its doors, and its end."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator

import pytest

from modemtwin.clockwork import seconds
from modemtwin.io.byte_pipe import PortError
from modemtwin.io.script_server import ScriptServer
from modemtwin.world.script.parser import parse_script
from modemtwin.world.transcripts.transcript import Difference


def has(host: str) -> bool:
    """Whether this machine has an address; macOS has no 127.0.0.2 before somebody adds it."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((host, 0))
    except OSError:
        return False
    return True


ASK = bytes.fromhex("40010001b474696d65")


@pytest.fixture
def client() -> Iterator[socket.socket]:
    """A client's socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.setblocking(False)
        made.bind(("127.0.0.1", 0))
        yield made


def serving(text: str) -> ScriptServer:
    server = ScriptServer(parse_script(text), port=0, patience=seconds(5))
    server.open()
    server.start()
    return server


async def answer(client: socket.socket) -> tuple[bytes, tuple[str, int]]:
    return await asyncio.wait_for(asyncio.get_running_loop().sock_recvfrom(client, 2000), 5)


async def test_a_script_is_played_to_its_end(client: socket.socket) -> None:
    server = serving(
        "expect CON GET /time as first\nsend ACK empty first.mid\nafter 10 ms\nsend CON 2.05 77\nexpect ACK 77"
    )
    where = ("127.0.0.1", server.port)
    client.sendto(ASK, where)
    assert await answer(client) == (bytes.fromhex("60000001"), where)
    assert await answer(client) == (bytes.fromhex("4045004d"), where)
    client.sendto(bytes.fromhex("6000004d"), where)
    await asyncio.wait_for(server.ended, 5)
    server.close()
    assert server.peer.differences == []


@pytest.mark.skipif(not has("127.0.0.2"), reason="this machine has no 127.0.0.2")
async def test_each_door_is_a_port_of_its_own_and_hears(client: socket.socket) -> None:
    server = serving(
        "expect CON\nsend RST empty 1 from another port\nsend RST empty 2 from another address\n"
        "expect NON at another port\nexpect NON at another address\n"
    )
    client.sendto(ASK, ("127.0.0.1", server.port))
    (first, port), (second, address) = await answer(client), await answer(client)
    assert (first.hex(), second.hex()) == ("70000001", "70000002")
    assert (port[0], address[0]) == ("127.0.0.1", "127.0.0.2")
    assert port[1] != server.port
    client.sendto(b"\x50\1\0\1", port)
    client.sendto(b"\x50\1\0\1", address)
    await asyncio.wait_for(server.ended, 5)
    server.close()
    assert server.peer.differences == []


async def test_a_datagram_that_does_not_come_ends_the_play() -> None:
    server = serving("expect CON within 20 ms\n")
    await asyncio.wait_for(server.ended, 5)
    server.close()
    assert server.peer.differences == [Difference(1, "CON within 20 ms", "nothing within 0.02 s")]


async def test_a_script_may_speak_first_from_a_port_it_names(client: socket.socket) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    to = f"127.0.0.1:{client.getsockname()[1]}"
    server = serving(f"send CON GET /led 7 to {to} from 127.0.0.1:{port}\nexpect RST at 127.0.0.1:{port}\n")
    assert await answer(client) == (bytes.fromhex("40010007b36c6564"), ("127.0.0.1", port))
    client.sendto(b"\x70\0\0\7", ("127.0.0.1", port))
    await asyncio.wait_for(server.ended, 5)
    server.close()
    assert server.peer.differences == []


@pytest.mark.parametrize(
    ("door", "host", "said"),
    [
        ("192.0.2.9:9", "127.0.0.1", "UDP 192.0.2.9:9 cannot be had"),
        pytest.param(
            "another address",
            "::1",
            '"another address" than ::1: none is known',
            marks=pytest.mark.skipif(not has("::1"), reason="no IPv6 on this machine"),
        ),
    ],
)
async def test_a_door_that_cannot_be_had_is_said_and_nothing_stays_open(door: str, host: str, said: str) -> None:
    server = ScriptServer(parse_script(f"expect CON\nsend RST empty 1 from {door}\n"), host, 0)
    with pytest.raises(PortError, match=re.escape(said)):
        server.open()
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind((host, server.port))


async def test_another_conversation_is_told_as_it_is(client: socket.socket) -> None:
    server = serving("expect NON\n")
    client.sendto(ASK, ("127.0.0.1", server.port))
    while not server.peer.differences:
        await asyncio.sleep(0.01)
    server.close()
    assert server.peer.differences == [
        Difference(1, "NON", "CON GET /time, mid 1 (40010001b474696d65): the type is not NON")
    ]
