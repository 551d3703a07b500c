"""A path in front of a real socket, on the loopback."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from random import Random

import pytest

from modemtwin import VirtualModem
from modemtwin.io.coap_server import CoapServer
from modemtwin.io.path_socket import PathSocket
from modemtwin.modem.doors import Address
from modemtwin.world.net.fate import Fate, Lost
from modemtwin.world.net.path import Path
from modemtwin.world.net.path_keys import check_path
from tests.io.te import Te, until


class Bearer:
    """A socket behind a path, and all that came of it."""

    def __init__(self, **settings: object) -> None:
        self.arrived: list[tuple[Address, bytes]] = []
        self.failed: list[tuple[str, Address | None]] = []
        self.fates: list[Fate] = []
        self.socket = PathSocket(
            lambda source, data: self.arrived.append((source, data)),
            lambda reason, peer: self.failed.append((reason, peer)),
            Path(check_path(settings), Random(1), Random(2)),
            self.fates.append,
        )


@pytest.fixture
async def bearer() -> Iterator[Callable[..., Bearer]]:  # type: ignore[misc]
    """Make a socket that is not open yet, behind a path."""
    made: list[Bearer] = []

    def make(**settings: object) -> Bearer:
        made.append(Bearer(**settings))
        return made[-1]

    yield make
    for each in made:
        each.socket.stop()


@pytest.fixture
def peer() -> Iterator[socket.socket]:
    """A peer on the loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(5)
        made.setblocking(False)
        yield made


def _has_seen(te: Te, text: bytes) -> bool:
    return text in te.read()


async def hears(peer: socket.socket) -> tuple[bytes, Address]:
    """Wait for a datagram."""
    data, source = await asyncio.wait_for(asyncio.get_running_loop().sock_recvfrom(peer, 2048), 5)
    return data, source


def is_silent(peer: socket.socket) -> bool:
    """Say whether nothing has come."""
    try:
        peer.recvfrom(2048)
    except BlockingIOError:
        return True
    return False


async def test_a_datagram_takes_its_time_both_ways(bearer: Callable[..., Bearer], peer: socket.socket) -> None:
    ours = bearer(delay=0.15)
    port = ours.socket.open()
    begun = time.monotonic()
    ours.socket.send(peer.getsockname(), b"up")
    assert is_silent(peer)
    assert await hears(peer) == (b"up", ("127.0.0.1", port))
    assert time.monotonic() - begun >= 0.15
    peer.sendto(b"down", ("127.0.0.1", port))
    await until(lambda: ours.arrived)
    assert ours.arrived == [(peer.getsockname(), b"down")]
    assert time.monotonic() - begun >= 0.3


async def test_what_is_lost_is_told_and_does_not_arrive(bearer: Callable[..., Bearer], peer: socket.socket) -> None:
    ours = bearer(up={"loss": 1})
    port = ours.socket.open()
    ours.socket.send(peer.getsockname(), b"up")
    peer.sendto(b"down", ("127.0.0.1", port))
    await until(lambda: ours.arrived)
    assert is_silent(peer)
    assert [(fate.direction, fate.outcome == Lost("chance")) for fate in ours.fates] == [("up", True), ("down", False)]


async def test_what_is_sent_before_the_socket_closes_still_leaves(
    bearer: Callable[..., Bearer], peer: socket.socket
) -> None:
    ours = bearer(delay=0.1)
    port = ours.socket.open()
    ours.socket.send(peer.getsockname(), b"last words")
    ours.socket.close()
    peer.sendto(b"too late", ("127.0.0.1", port))
    assert await hears(peer) == (b"last words", ("127.0.0.1", port))
    other = ours.socket.open()
    assert other != port
    peer.sendto(b"hello", ("127.0.0.1", other))
    await until(lambda: ours.arrived)
    assert [data for _, data in ours.arrived] == [b"hello"]


async def test_a_fixed_port_can_be_had_again_while_something_is_still_on_its_way(
    bearer: Callable[..., Bearer], peer: socket.socket
) -> None:
    ours = bearer(delay=0.1)
    port = ours.socket.open()
    ours.socket.send(peer.getsockname(), b"on its way")
    assert ours.socket.open(port) == port
    ours.socket.send(peer.getsockname(), b"from the new one")
    assert (await hears(peer))[0] == b"from the new one"


async def test_a_nat_gives_a_silent_modem_another_port_and_keeps_strangers_out(
    bearer: Callable[..., Bearer], peer: socket.socket
) -> None:
    ours = bearer(nat_timeout=1)
    port = ours.socket.open()
    ours.socket.send(peer.getsockname(), b"one")
    assert await hears(peer) == (b"one", ("127.0.0.1", port))
    await asyncio.sleep(1.1)
    peer.sendto(b"anybody there?", ("127.0.0.1", port))
    await until(lambda: any(fate.outcome == Lost("the NAT has forgotten the modem") for fate in ours.fates))
    ours.socket.send(peer.getsockname(), b"two")
    data, source = await hears(peer)
    assert (data, source[1] == port) == (b"two", False)
    peer.sendto(b"there you are", source)
    await until(lambda: ours.arrived)
    assert [data for _, data in ours.arrived] == [b"there you are"]


async def test_a_closed_socket_sends_nothing_and_may_be_closed_again(bearer: Callable[..., Bearer]) -> None:
    ours = bearer()
    ours.socket.send(("127.0.0.1", 9), b"x")
    ours.socket.open()
    ours.socket.close()
    ours.socket.close()
    ours.socket.stop()
    ours.socket.send(("127.0.0.1", 9), b"x")
    assert ours.fates == []


async def test_a_modem_behind_a_path_waits_for_its_answer() -> None:
    server = CoapServer(port=0)
    server.open()
    settings = ["cell.registration_delay=0", "cell.bearer_delay=0", "path.delay=0.2", "path.jitter=0"]
    async with VirtualModem(path="nb-iot-good", settings=settings, routes=[f"192.0.2.1={server.address}"]) as twin:
        te = Te.opens(twin.address)
        for command, answer in (
            ("AT+CNACT=1", "+APP PDP: ACTIVE"),
            ("AT+CCOAPINIT", "OK\r\n"),
            ('AT+CCOAPURL="coap://192.0.2.1"', "OK\r\n"),
            ("AT+CCOAPACTION", "+CCOAPACTION: 0,1\r\n\r\nOK\r\n"),
        ):
            te.seen = b""
            te.write(command.encode() + b"\r")
            await until(partial(_has_seen, te, answer.encode()))
        begun = time.monotonic()
        await until(lambda: b"+CCOAPRECV: 1," in te.read())
        assert time.monotonic() - begun >= 0.35
        te.close()
    server.close()


def test_a_path_that_is_not_there_is_refused_before_anything_is_opened() -> None:
    with pytest.raises(ValueError, match='there is no path "nb-iot-god"; did you mean "nb-iot-good"'):
        VirtualModem(path="nb-iot-god")
