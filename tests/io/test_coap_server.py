"""The embedded server on a real port."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.message import Message, decode, encode
from modemtwin.coap.numbers import CON, ECHO, GET, URI_PATH, Transmission
from modemtwin.io.byte_pipe import PortError
from modemtwin.io.coap_server import CoapServer, Limited, audience


@pytest.fixture
async def server() -> Iterator[CoapServer]:  # type: ignore[misc]
    """A server on any port."""
    made = CoapServer(port=0)
    made.open()
    yield made
    made.close()


@pytest.fixture
def client() -> Iterator[socket.socket]:
    """A client's socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.setblocking(False)
        yield made


async def answer(client: socket.socket) -> bytes:
    return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(client, 2000), 5)


async def test_a_request_is_answered_in_its_acknowledgement(server: CoapServer, client: socket.socket) -> None:
    client.sendto(bytes.fromhex("41010001aab474657374"), ("127.0.0.1", server.port))  # GET /test, token aa
    assert (await answer(client))[:5] == bytes.fromhex("61450001aa")


async def test_a_slow_answer_comes_by_itself_after_the_empty_acknowledgement(
    server: CoapServer, client: socket.socket
) -> None:
    client.sendto(bytes.fromhex("41010001aab87365706172617465"), ("127.0.0.1", server.port))  # GET /separate
    assert await answer(client) == bytes.fromhex("60000001")
    later = await answer(client)
    assert (later[0], later[1], later[4:5]) == (0x41, 0x45, b"\xaa")
    client.sendto(b"\x60\0" + later[2:4], ("127.0.0.1", server.port))


async def test_a_port_in_use_is_named() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        server = CoapServer(port=port)
        with pytest.raises(PortError, match=f"UDP 127.0.0.1:{port} cannot be had: Address already in use"):
            server.open()
        server.close()


async def test_a_name_of_this_machine_is_a_host(client: socket.socket) -> None:
    server = CoapServer("localhost", 0)
    server.open()
    assert server.address.rpartition(":")[0] in ("127.0.0.1", "[::1]")
    server.close()


async def test_the_log_shows_what_is_refused_answered_and_told_to_observers(
    server: CoapServer, client: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    where = ("127.0.0.1", server.port)
    with caplog.at_level("INFO", "modemtwin.io.coap_server"):
        # PUT /test, Block1 0/1/16, Size1 4294967295: more than the server takes.
        client.sendto(bytes.fromhex("40030001b474657374d10308d414ffffffffff") + b"x" * 16, where)
        assert (await answer(client))[1] == 0x8D
        client.sendto(bytes.fromhex("4101000254605474657374"), where)  # GET /test, Observe 0, token T
        assert (await answer(client))[1] == 0x45
        client.sendto(bytes.fromhex("40030003b47465737410ff6e6577"), where)  # PUT /test "new", text
        await answer(client)
        await answer(client)
    me = f"127.0.0.1:{client.getsockname()[1]}"
    lines = [line.replace(me, "me") for line in caplog.messages]
    assert lines[0].startswith("──► ACK 4.13 Request Entity Too Large, mid 1, Block1 0/0/16, Size1 65536")
    assert lines[1] == "◄── CON GET /test, mid 2, token 54, Observe 0 from me"
    assert lines[2].startswith("──► ACK 2.05 Content, mid 2, token 54, ETag ffcfdc74, Observe 1, Content-Format 0")
    assert lines[3:5] == [
        '◄── CON PUT /test, mid 3, Content-Format 0, 3 bytes "new" from me',
        "──► ACK 2.04 Changed, mid 3 to me",
    ]
    assert lines[5].startswith("──► NON 2.05 Content")
    assert '3 bytes "new" to me' in lines[5]


@pytest.mark.parametrize(
    ("loopback", "platform", "who"),
    [
        ("127.0.0.1", "linux", "only this machine"),
        ("::1", "linux", "nobody"),
        ("::1", "darwin", "only this machine"),
    ],
)
def test_who_reaches_a_group_on_the_loopback_depends_on_the_system(loopback: str, platform: str, who: str) -> None:
    assert audience(loopback, platform) == who


async def test_on_an_ipv4_address_the_groups_of_ipv6_are_no_matter(caplog: pytest.LogCaptureFixture) -> None:
    made = CoapServer(port=0, multicast=True)
    with caplog.at_level("INFO", "modemtwin.io.coap_server"):
        made.open()
        made.close()
    assert caplog.messages == [
        f"joined 224.0.1.187:{made.port}",
        "on 127.0.0.1 only this machine can reach the group; --host ADDRESS takes another",
    ]


@pytest.mark.parametrize(
    ("limited", "longest"), [("strangers", 1100), ("everybody", 3 * (42 + 10) - 42), ("nobody", 1100)]
)
async def test_who_is_limited_gets_small_answers_until_the_echo_comes_back(
    client: socket.socket, limited: Limited, longest: int
) -> None:
    server = CoapServer(port=0, limited=limited)
    server.open()
    client.sendto(bytes.fromhex("40010001b56c61726765"), ("127.0.0.1", server.port))  # GET /large
    first = decode(await answer(client))
    assert isinstance(first, Message)
    assert len(encode(first)) <= longest
    echo = first.first(ECHO)
    assert (echo is not None, len(first.payload)) == ((True, 64) if limited == "everybody" else (False, 1024))
    if echo is not None:
        request = Message(CON, GET, 2, options=((URI_PATH, b"large"), (ECHO, echo)))
        client.sendto(encode(request), ("127.0.0.1", server.port))
        assert len(await answer(client)) > 1024
    server.close()


async def test_the_log_says_what_a_stranger_did_not_get(
    client: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    server = CoapServer(port=0, limited="everybody", transmission=Transmission(ack_timeout=seconds(0.02)))
    server.open()
    with caplog.at_level("INFO", "modemtwin.io.coap_server"):
        client.sendto(bytes.fromhex("4101000154605474696d65"), ("127.0.0.1", server.port))  # GET /time, Observe 0
        await answer(client)
        await answer(client)  # the first notification, which is not acknowledged and was all that is paid for
        while "not sent" not in caplog.text:
            await asyncio.sleep(0.01)
    server.close()
    assert re.search(
        r"to 127.0.0.1:\d+: \d+ bytes not sent: more than 3 times what came from this address", caplog.text
    )
