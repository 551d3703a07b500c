"""A body of 1 MiB by blocks of 1024 bytes, up and down: our conversation beside aiocoap's client (RFC 7959).

our process:  Conversation ─ UdpSocket ──┐
              aiocoap ─ its socket ──────┼──► a server's process     PUT /bench  1024 requests with Block1
              a bare socket ─────────────┘                           GET /bench  1024 requests with Block2

One block is on its way at a time, so what counts is the time that a question and its answer take on both sides: a
server that is slow itself hides what the client takes. What comes down must be what went up. The bare socket sends
questions that were made before, each when the answer to the last is there, and looks at none: nobody can be faster.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterable
from functools import partial
from random import Random

from bench.figures import Figure, in_turn, share
from bench.peers import aiocoap_server, import_aiocoap, libcoap_server
from modemtwin.coap.block import Block
from modemtwin.coap.conversation import Conversation, Event, Response, Transmit
from modemtwin.coap.message import Message, encode
from modemtwin.coap.numbers import BLOCK1, BLOCK2, CON, GET, PUT, URI_PATH, Bounds, Transmission
from modemtwin.io.alarm import Alarm, now
from modemtwin.io.udp import UdpSocket
from modemtwin.modem.doors import Address

ROUNDS = 5
SIZE = 1 << 20
SIZE_OF_BLOCK = 1 << 10
BOUNDS = Bounds(body=2 * SIZE, memory=4 * SIZE)
PATH = "bench"

_PATIENCE = 60.0


def run(effort: float = 1.0) -> list[Figure]:
    """Measure milliseconds for a body; with less effort it is a smaller one."""
    import_aiocoap()
    rounds = share(ROUNDS, effort)
    body = Random(7959).randbytes(max(2048, share(SIZE, min(1.0, effort))))
    figures: list[Figure] = []
    with libcoap_server() as libcoap, aiocoap_server() as other:
        for server, where, target in (("libcoap", libcoap.where, 6), ("an aiocoap server", other.where, None)):
            for way, code in (("up to", PUT), ("down from", GET)):
                ours, theirs, bare = in_turn(
                    rounds, *(partial(each, where, code, body) for each in (_ours, _theirs, _bare))
                )
                title = f"{len(body) // 1024} KiB {way} {server}"
                figures.append(Figure(title, ours, "ms", "aiocoap", theirs, target))
                figures.append(Figure(title, ours, "ms", "a bare socket", bare))
    return figures


class Carrier:
    """Our conversation on one UDP port, with one request whose body or answer is long."""

    def __init__(self) -> None:
        self._conversation = Conversation(Random(7252), Transmission(), BOUNDS, first_mid=1)
        self._socket = UdpSocket(self._arrived, self._failed, self._arm)
        self._alarm = Alarm(self._conversation.next_timer, self._ring)
        self._answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

    async def carry(self, where: Address, code: int, payload: bytes) -> Message:
        """Ask one thing and give the whole answer."""
        self._socket.open(host="127.0.0.1")
        moment = now()
        options = ((URI_PATH, PATH.encode()),)
        request = Message(CON, code, self._conversation.next_mid(moment), b"body", options, payload)
        self._do(self._conversation.send(request, where, moment))
        self._arm()
        answer = await asyncio.wait_for(self._answer, _PATIENCE)
        self._alarm.stop()
        self._socket.close()
        return answer

    def _arrived(self, source: Address, data: bytes) -> None:
        self._do(self._conversation.receive(data, source, now()))

    def _do(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, Transmit):
                self._socket.send(event.destination, event.data)
            else:
                assert isinstance(event, Response), event
                self._answer.set_result(event.message)

    def _ring(self) -> None:
        self._do(self._conversation.fire(now()))
        self._arm()

    def _arm(self) -> None:
        self._alarm.arm(self._conversation.next_timer())

    def _failed(self, reason: str, peer: Address | None) -> None:
        raise AssertionError(f"{peer}: {reason}")


def _ours(where: Address, code: int, body: bytes) -> float:
    async def measure() -> float:
        carrier = Carrier()
        begun = time.perf_counter()
        answer = await carrier.carry(where, code, body if code == PUT else b"")
        taken = time.perf_counter() - begun
        _check(answer.code, answer.payload, code, body)
        return 1_000 * taken

    return asyncio.run(measure())


def _theirs(where: Address, code: int, body: bytes) -> float:
    async def measure() -> float:
        aiocoap = import_aiocoap()
        context = await aiocoap.Context.create_client_context()
        uri = f"coap://{where[0]}:{where[1]}/{PATH}"
        request = aiocoap.Message(code=aiocoap.Code(code), uri=uri, payload=body if code == PUT else b"")
        begun = time.perf_counter()
        answer = await context.request(request).response
        taken = time.perf_counter() - begun
        await context.shutdown()
        _check(int(answer.code), answer.payload, code, body)
        return 1_000 * taken

    return asyncio.run(measure())


def _bare(where: Address, code: int, body: bytes) -> float:
    blocks = range(-(-len(body) // SIZE_OF_BLOCK))
    pieces = [body[SIZE_OF_BLOCK * each :][:SIZE_OF_BLOCK] if code == PUT else b"" for each in blocks]
    option = BLOCK1 if code == PUT else BLOCK2
    values = [Block(each, code == PUT and each < blocks[-1], 6).encoded() for each in blocks]
    datagrams = [
        encode(Message(CON, code, each + 1, b"body", ((URI_PATH, PATH.encode()), (option, value)), piece))
        for each, value, piece in zip(blocks, values, pieces, strict=True)
    ]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bare:
        bare.bind(("127.0.0.1", 0))
        bare.settimeout(_PATIENCE)
        begun = time.perf_counter()
        for datagram in datagrams:
            bare.sendto(datagram, where)
            bare.recvfrom(65_535)
        return 1_000 * (time.perf_counter() - begun)


def _check(answered: int, payload: bytes, code: int, body: bytes) -> None:
    assert answered >> 5 == 2, f"the answer has code {answered:#04x}"
    assert code == PUT or payload == body, f"{len(payload)} bytes came down, {len(body)} went up"
