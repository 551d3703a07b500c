"""Servers of ours in the group of all CoAP nodes (RFC 7252 §8), on the loopback."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.conversation import Conversation, Event, Response
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import CONTENT, CREATED, GET, NON, PUT, URI_PATH, URI_QUERY, Transmission
from modemtwin.io.byte_pipe import PortError
from modemtwin.io.coap_server import CoapServer
from modemtwin.io.groups import ALL_COAP_NODES
from modemtwin.modem.doors import Address
from tests.interop.on_a_socket import OnASocket
from tests.interop.programs import program

SOON = Transmission(ack_delay=seconds(0.05), leisure=seconds(0.3))
HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
IPV4 = ALL_COAP_NODES[0]


@pytest.fixture
async def group() -> AsyncIterator[list[CoapServer]]:
    """Three servers of one group, at one port of three addresses."""
    servers: list[CoapServer] = []
    try:
        for seed, host in enumerate(HOSTS):
            port = servers[0].port if servers else 0
            server = CoapServer(host, port, seed=seed, multicast=True, transmission=SOON)
            try:
                server.open()
            except PortError as error:
                if os.environ.get("CI"):
                    raise
                pytest.skip(str(error))
            servers.append(server)
        yield servers
    finally:
        for server in servers:
            server.close()


class Caller:
    """Our conversation, asking a group from the loopback."""

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self._conversation = Conversation(Random(1), SOON)
        # Not every host of a group is there: who is not fails nothing.
        self._carrier = OnASocket(self._conversation, self.heard.append, lambda reason, peer: None)
        self._carrier.socket.speak_to_groups("127.0.0.1")
        self.close = self._carrier.close

    async def call(self, where: Address, path: str, query: str = "", *, code: int = GET) -> list[Message]:
        """Ask a group, and give what came within a second."""
        self.heard.clear()
        options = [(URI_PATH, each.encode()) for each in path.split("/")] + [(URI_QUERY, query.encode())] * bool(query)
        self._carrier.send(Message(NON, code, self._carrier.next_mid(), b"\xaa", tuple(options)), where)
        await asyncio.sleep(1)
        return [event.message for event in self.heard if isinstance(event, Response)]

    def sources(self) -> list[Address]:
        """Say who answered."""
        return sorted(event.source for event in self.heard if isinstance(event, Response))


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    """A client."""
    opened = Caller()
    yield opened
    opened.close()


async def test_every_server_of_a_group_answers_from_its_own_address(group: list[CoapServer], caller: Caller) -> None:
    answers = await caller.call((IPV4, group[0].port), "test")
    assert caller.sources() == [(host, group[0].port) for host in HOSTS]
    assert [(answer.type, answer.code, answer.payload) for answer in answers] == [(NON, CONTENT, b"hello world")] * 3


async def test_only_those_who_have_what_is_looked_for_answer(group: list[CoapServer], caller: Caller) -> None:
    port = group[0].port
    (created,) = await caller.call((HOSTS[1], port), "lamp", code=PUT)
    assert created.code == CREATED
    (found,) = await caller.call((IPV4, port), ".well-known/core", "href=/lamp")
    assert (caller.sources(), found.payload) == ([(HOSTS[1], port)], b"</lamp>;obs")
    assert await caller.call((IPV4, port), ".well-known/core", "rt=nothing") == []
    assert await caller.call((IPV4, port), "nothing") == []


async def test_a_long_list_is_gathered_from_each(group: list[CoapServer], caller: Caller) -> None:
    answers = await caller.call((IPV4, group[0].port), "large")
    assert [len(answer.payload) for answer in answers] == [3456] * 3


async def test_a_server_on_every_address_hears_what_is_sent_to_a_group_only_if_it_has_joined(
    group: list[CoapServer], caller: Caller
) -> None:
    with pytest.raises(PortError, match="in use"):
        CoapServer(HOSTS[0], group[0].port).open()
    for joins in (False, True):
        everywhere = CoapServer("0.0.0.0", 0, seed=9, multicast=joins, transmission=SOON)
        everywhere.open()
        try:
            await caller.call((IPV4, everywhere.port), "test")
            # Which interface a wildcard joins is the system's choice, so that it hears us need not be.
            assert caller.sources() in ([[]] if not joins else [[], [("127.0.0.1", everywhere.port)]])
            (answer,) = await caller.call(("127.0.0.1", everywhere.port), "test")
            assert answer.payload == b"hello world"
        finally:
            everywhere.close()


async def test_a_host_that_has_no_group_is_refused() -> None:
    server = CoapServer("192.0.2.1", 0, multicast=True)
    with pytest.raises(PortError, match="cannot be had"):
        server.open()


OVER_IPV4 = """
ip link set lo up multicast on
ip route add 224.0.0.0/4 dev lo src 127.0.0.1
"$1" -m modemtwin serve --host 127.0.0.1 --multicast > one & one=$!
"$1" -m modemtwin serve --host 127.0.0.2 --multicast > two & two=$!
until grep -q ready one && grep -q ready two; do sleep 0.05; done
"$2" -N -B 6 "coap://224.0.1.187/.well-known/core?rt=clock"
kill $one $two
wait
"""


def in_a_namespace(script: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script in a network of its own; skip where that cannot be."""
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or shutil.which("ip") is None
        or subprocess.run([unshare, "-n", "true"], capture_output=True).returncode
    ):
        pytest.skip("a network of its own takes Linux and root")
    return subprocess.run(
        [unshare, "-n", "sh", "-c", script, "sh", sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")},
        capture_output=True,
        text=True,
        timeout=40,
    )


def test_libcoap_finds_every_server_of_the_group(tmp_path: Path) -> None:
    done = in_a_namespace(OVER_IPV4, tmp_path, program("coap-client-notls"))
    link = '</time>;ct=0;rt="watch clock";title="What time it is, in UTC, every second";obs'
    assert done.stdout.replace("\n", "") == 2 * link, done.stderr


BY_OUR_DRIVER = OVER_IPV4.replace('"$2" -N -B 6', '"$1" -m modemtwin discover')


def test_our_driver_finds_every_server_of_the_group(tmp_path: Path) -> None:
    done = in_a_namespace(BY_OUR_DRIVER, tmp_path)
    assert done.stdout.count("/time") == 2, done.stderr


OVER_IPV6 = """
ip link set lo up
ip link add near type veth peer name far || exit 77
ip link set near up && ip link set far up && ip -6 addr add fd00::1/64 dev near nodad || exit 77
"$1" -m modemtwin serve --host :: --multicast > ready & server=$!
until grep -q ready ready; do kill -0 $server || exit 1; sleep 0.05; done
"$1" - << END
import socket
for group in ("ff02::fd", "ff05::fd"):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as client:
        client.bind(("fd00::1", 0))
        client.settimeout(8)
        near = socket.if_nametoindex("near")
        client.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, near)
        client.sendto(bytes.fromhex("51010001aab474657374"), (group, 5683, 0, near))  # GET /test
        print(client.recv(100)[-11:].decode())
END
kill $server
wait
"""


def test_a_server_is_in_the_groups_of_ipv6_too(tmp_path: Path) -> None:
    done = in_a_namespace(OVER_IPV6, tmp_path)
    if done.returncode == 77:
        pytest.skip(f"no pair of interfaces with IPv6 can be made here: {done.stderr}")
    assert done.stdout.split("\n") == ["hello world", "hello world", ""], done.stderr
