"""The embedded server and bodies in blocks (RFC 7959), and what it says to a group (RFC 7252 §8), in virtual time."""

from __future__ import annotations

from random import Random

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.events import Event, Transmit
from modemtwin.coap.message import Message, decode, encode, number, uint
from modemtwin.coap.numbers import (
    BLOCK1,
    BLOCK2,
    CHANGED,
    CON,
    CONTENT,
    CONTINUE,
    CREATED,
    ETAG,
    GET,
    LOCATION_PATH,
    NON,
    POST,
    PUT,
    REQUEST_ENTITY_TOO_LARGE,
    SIZE1,
    SIZE2,
    URI_PATH,
    URI_QUERY,
)
from modemtwin.world.peer.peer import Peer

MODEM = ("192.0.2.7", 49152)


def sent(events: list[Event]) -> list[Message]:
    """What goes out, decoded, in order."""
    messages = [decode(event.data) for event in events if isinstance(event, Transmit)]
    return [message for message in messages if isinstance(message, Message)]


class Client:
    """Asks one server, block by block, and looks at every answer."""

    def __init__(self) -> None:
        self.peer = Peer(Random(7959))
        self.mid = 0

    def ask(self, code: int, path: str, *options: tuple[int, bytes], payload: bytes = b"", query: str = "") -> Message:
        self.mid += 1
        where = [(URI_PATH, each.encode()) for each in path.split("/")]
        where += [(URI_QUERY, query.encode())] if query else []
        message = Message(
            CON, code, self.mid, b"", tuple(sorted((*where, *options), key=lambda option: option[0])), payload
        )
        (answer,) = sent(self.peer.receive(encode(message), MODEM, self.mid))
        return answer

    def upload(self, code: int, path: str, body: bytes, exponent: int) -> Message:
        size = 16 << exponent
        for start in range(0, len(body), size):
            more = start + size < len(body)
            block = (BLOCK1, uint(start // size << 4 | more << 3 | exponent))
            answer = self.ask(code, path, block, payload=body[start : start + size])
            assert answer.first(BLOCK1) == block[1]
            assert (answer.code == CONTINUE) is more
        return answer

    def download(self, path: str, exponent: int, *, query: str = "") -> bytes:
        body, which, tags = b"", 0, set()
        while True:
            answer = self.ask(GET, path, (BLOCK2, uint(which << 4 | exponent)), query=query)
            assert answer.code == CONTENT
            body, which = body + answer.payload, which + 1
            tags.add(answer.first(ETAG))
            if not number(answer.first(BLOCK2) or b"") & 8:
                assert len(tags) == 1
                return body


@pytest.mark.parametrize("exponent", range(7))
def test_what_is_put_in_blocks_comes_back_in_blocks(exponent: int) -> None:
    client = Client()
    body = Random(exponent).randbytes(1500)
    assert client.upload(PUT, "large-update", body, exponent).code == CHANGED
    assert client.download("large-update", exponent) == body
    assert client.upload(PUT, "mine", body, exponent).code == CREATED


def test_a_body_at_the_limit_is_taken_and_one_beyond_is_refused_at_its_first_block() -> None:
    client = Client()
    body = Random(1).randbytes(65_536)
    assert client.upload(PUT, "big", body, 6).code == CREATED
    assert client.download("big", 6) == body
    refusal = client.ask(PUT, "big", (BLOCK1, b"\x0e"), (SIZE1, uint(65_537)), payload=bytes(1024))
    assert (refusal.code, refusal.first(SIZE1)) == (REQUEST_ENTITY_TOO_LARGE, uint(65_536))
    assert client.download("big", 6) == body
    assert client.ask(POST, "big", payload=b"x").code == REQUEST_ENTITY_TOO_LARGE


def test_a_server_that_is_full_says_so_before_it_holds_more_than_a_mebibyte() -> None:
    client = Client()
    codes = {client.upload(PUT, f"big/{name}", bytes(65_536), 6).code for name in range(20)}
    assert codes == {CREATED, 0xA0}
    assert sum(len(client.peer.site.shelf[path].payload) for path in client.peer.site.shelf.paths()) <= 1 << 20


def test_the_large_resource_comes_in_any_size() -> None:
    client = Client()
    assert len(client.download("large", 2)) == 3456
    body = client.download("large", 6, query="size=65536")
    assert (len(body), body[:16], body[-8:]) == (65_536, b"0000000 0000008 ", b"0065528 ")
    first = client.ask(GET, "large", (SIZE2, b""))
    assert (first.first(BLOCK2), first.first(SIZE2), len(first.payload)) == (b"\x0e", uint(3456), 1024)


def test_what_is_posted_large_is_created_and_its_path_told() -> None:
    client = Client()
    answer = client.upload(POST, "large-create", b"abc" * 700, 6)
    assert (answer.code, answer.values(LOCATION_PATH)) == (CREATED, [b"large-create", b"1"])
    assert client.download("large-create/1", 4) == b"abc" * 700


def test_blocks_go_both_ways_in_one_exchange() -> None:
    client = Client()
    body = b"".join(b"line %4d\n" % line for line in range(300))
    answer = client.upload(POST, "large-post", body, 6)
    gathered, which = answer.payload, 0
    assert (answer.code, answer.first(BLOCK2)) == (CHANGED, b"\x0e")
    while number(answer.first(BLOCK2) or b"") & 8:
        which += 1
        answer = client.ask(POST, "large-post", (BLOCK2, uint(which << 4 | 6)))
        gathered += answer.payload
    assert gathered == body.upper()


# ── groups ────────────────────────────────────────────────────────────────────────────────────────────────────────


def call(path: str, *options: tuple[int, bytes], code: int = GET, kind: int = NON) -> bytes:
    segments = tuple((URI_PATH, each.encode()) for each in path.split("/"))
    return encode(Message(kind, code, 77, b"\xaa", (*segments, *options)))


def heard(datagram: bytes, seed: int = 1) -> list[tuple[float, Message]]:
    """What a server says to a request to its group, and when in seconds."""
    machine = Peer(Random(seed))
    said = [(0.0, message) for message in sent(machine.receive(datagram, MODEM, 0, multicast=True))]
    while (moment := machine.next_timer()) is not None:
        said += [(moment / 1_000_000, message) for message in sent(machine.fire(moment))]
    return said


def test_an_answer_to_a_group_comes_after_a_while_of_its_own() -> None:
    moments = []
    for seed in range(20):
        ((moment, answer),) = heard(call(".well-known/core", (URI_QUERY, b"rt=clock")), seed)
        assert (answer.type, answer.code, answer.token) == (NON, CONTENT, b"\xaa")
        assert answer.payload.startswith(b"</time>;ct=0")
        moments.append(moment)
    assert len(set(moments)) == 20
    assert 0 <= min(moments) < 1 < 4 < max(moments) < 5


@pytest.mark.parametrize(
    "datagram",
    [
        call(".well-known/core", (URI_QUERY, b"rt=nothing")),
        call("nothing"),
        call("time", code=PUT),
        call("new", code=PUT),
        call("time", (9, b"\x01")),
        call("time", kind=CON),
        bytes.fromhex("40000001"),
        bytes.fromhex("50000001ff"),
        b"\x50",
    ],
)
def test_a_server_that_has_nothing_useful_to_say_to_a_group_is_silent(datagram: bytes) -> None:
    assert heard(datagram) == []


def test_a_slow_resource_answers_a_group_too() -> None:
    ((moment, answer),) = heard(call("separate"))
    assert 1 <= moment < 6
    assert (answer.type, answer.code) == (NON, CONTENT)


def test_who_asks_the_same_server_alone_is_answered_at_once_and_told_of_no_match() -> None:
    machine = Peer(Random(1))
    (answer,) = sent(machine.receive(call(".well-known/core", (URI_QUERY, b"rt=nothing")), MODEM, seconds(1)))
    assert (answer.code, answer.payload) == (CONTENT, b"")
