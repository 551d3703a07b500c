"""The CoAP object's socket, on the loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from modemtwin.io.udp import UdpSocket
from modemtwin.modem.doors import Address
from tests.io.te import until


class Bearer:
    """A socket and all that came of it."""

    def __init__(self) -> None:
        self.arrived: list[tuple[Address, bytes]] = []
        self.failed: list[tuple[str, Address | None]] = []
        self.socket = UdpSocket(
            lambda source, data: self.arrived.append((source, data)),
            lambda reason, peer: self.failed.append((reason, peer)),
        )


@pytest.fixture
async def bearer() -> Iterator[Bearer]:  # type: ignore[misc]
    """A socket that is not open yet."""
    made = Bearer()
    yield made
    made.socket.close()


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


async def test_datagrams_go_both_ways(bearer: Bearer, peer: socket.socket) -> None:
    port = bearer.socket.open()
    bearer.socket.send(peer.getsockname(), b"\x40\x01\x00\x01")
    data, source = peer.recvfrom(100)
    assert (data, source[1]) == (b"\x40\x01\x00\x01", port)
    peer.sendto(b"\x60\x45\x00\x01", ("127.0.0.1", port))
    await until(lambda: bearer.arrived)
    assert bearer.arrived == [(peer.getsockname(), b"\x60\x45\x00\x01")]
    assert bearer.failed == []


async def test_a_burst_of_datagrams_arrives_in_order_the_empty_and_the_longest_too(
    bearer: Bearer, peer: socket.socket
) -> None:
    port = bearer.socket.open()
    burst = [b"", b"x" * 60_000, *(b"%d" % number for number in range(150))]
    for data in burst:
        peer.sendto(data, ("127.0.0.1", port))
    await until(lambda: len(bearer.arrived) == len(burst))
    assert [data for _, data in bearer.arrived] == burst


async def test_a_port_that_is_to_be_avoided_is_not_taken(bearer: Bearer) -> None:
    first = bearer.socket.open()
    bearer.socket.close()
    everything_else = [port for port in range(1, 65_536) if port != first]
    with pytest.raises(OSError, match="no free UDP port beside the 65535"):
        bearer.socket.open(avoid=[first, *everything_else])
    assert bearer.socket.open(avoid=(first,)) != first


async def test_a_fixed_port_is_taken(bearer: Bearer, peer: socket.socket) -> None:
    port = bearer.socket.open()
    bearer.socket.close()
    assert bearer.socket.open(port) == port
    with pytest.raises(OSError, match="in use"):
        Bearer().socket.open(peer.getsockname()[1], host="127.0.0.1")


async def test_who_sets_timers_is_called_once_after_all_that_arrived_together(peer: socket.socket) -> None:
    told: list[bytes] = []
    opened = UdpSocket(
        lambda source, data: told.append(data), lambda reason, peer: None, lambda: told.append(b"drained")
    )
    port = opened.open()
    for data in (b"1", b"2", b"3"):
        peer.sendto(data, ("127.0.0.1", port))
    await until(lambda: b"drained" in told)
    opened.close()
    assert told == [b"1", b"2", b"3", b"drained"]


async def test_who_closes_the_socket_has_no_timers_to_set(peer: socket.socket) -> None:
    told: list[bytes] = []

    def arrived(source: Address, data: bytes) -> None:
        told.append(data)
        opened.close()

    opened = UdpSocket(arrived, lambda reason, peer: told.append(b"failed"), lambda: told.append(b"drained"))
    port = opened.open()
    peer.sendto(b"1", ("127.0.0.1", port))
    await until(lambda: told)
    await asyncio.sleep(0)
    assert told == [b"1"]


async def test_a_peer_that_is_not_there_is_silent(bearer: Bearer, peer: socket.socket) -> None:
    bearer.socket.open()
    nobody = peer.getsockname()
    peer.close()
    for _ in range(3):
        bearer.socket.send(nobody, b"anybody?")
    assert (bearer.arrived, bearer.failed) == ([], [])


async def test_a_datagram_that_cannot_leave_fails_towards_its_peer(bearer: Bearer) -> None:
    bearer.socket.open()
    bearer.socket.send(("127.0.0.1", 9), b"x" * 65_536)
    assert bearer.failed == [("Message too long", ("127.0.0.1", 9))]


async def test_a_socket_that_is_closed_fails(bearer: Bearer) -> None:
    bearer.socket.send(("127.0.0.1", 9), b"x")
    assert bearer.failed == [("no socket for this kind of address", ("127.0.0.1", 9))]


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 on its loopback")
async def test_ipv6_uses_the_same_port_and_plain_addresses(bearer: Bearer) -> None:
    port = bearer.socket.open()
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as peer:
        peer.bind(("::1", 0))
        peer.settimeout(5)
        bearer.socket.send(("::1", peer.getsockname()[1]), b"six")
        data, source = peer.recvfrom(100)
        assert (data, source[:2]) == (b"six", ("::1", port))
        peer.sendto(b"back", ("::1", port))
        await until(lambda: bearer.arrived)
        assert bearer.arrived == [(("::1", peer.getsockname()[1]), b"back")]


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 on its loopback")
async def test_at_a_fixed_port_a_peer_may_speak_first_over_ipv6(bearer: Bearer) -> None:
    port = bearer.socket.open()
    bearer.socket.close()
    bearer.socket.open(port)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as peer:
        peer.sendto(b"hello", ("::1", port))
        await until(lambda: bearer.arrived)
    assert [data for _, data in bearer.arrived] == [b"hello"]


class Unplugged(UdpSocket):
    """A socket of a machine without a network."""

    @staticmethod
    def _send(out: socket.socket, data: bytes, destination: object) -> None:
        raise OSError(101, "Network is unreachable")


async def test_where_there_is_no_network_a_group_is_reached_on_this_machine(caplog: pytest.LogCaptureFixture) -> None:
    failed: list[tuple[str, Address | None]] = []
    unplugged = Unplugged(lambda source, data: None, lambda reason, peer: failed.append((reason, peer)))
    unplugged.open()
    unplugged.reach_groups_here()
    with caplog.at_level("INFO", "modemtwin.io.udp"):
        unplugged.send(("224.0.1.187", 9), b"anybody?")
        unplugged.send(("192.0.2.99", 9), b"you?")
    unplugged.close()
    assert caplog.messages == ["the group 224.0.1.187 is reached on this machine only: Network is unreachable"]
    assert failed == [("Network is unreachable", ("192.0.2.99", 9))]
