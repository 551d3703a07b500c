"""How one block leads to the next by bytes, and where that ends."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.conversation import Broken, Request, Response
from modemtwin.coap.message import Message, decode
from modemtwin.coap.numbers import (
    ACK,
    BLOCK2,
    CHANGED,
    CON,
    CONTENT,
    ETAG,
    GET,
    NO_RESPONSE,
    NON,
    PUT,
    REQUEST_TAG,
    SIZE2,
    URI_PATH,
    Transmission,
)
from modemtwin.coap.stride import Mould, Stride
from tests.unit.coap.play import CLIENT, SERVER, b
from tests.unit.coap.talk import body, conversation, request, sent, talk

QUESTION = Message(CON, GET, 7, b"1234", ((URI_PATH, b"x"), (BLOCK2, b"\x16")))
ANSWER = Message(ACK, CONTENT, 6, b"", ((ETAG, b"\x0e"), (BLOCK2, b"\x0e"), (SIZE2, b"\x10\x00")), body(1024))


def test_a_mould_gives_the_datagram_as_far_as_the_payload() -> None:
    assert Mould(ANSWER, BLOCK2, 2).cast(b"\x01\x02ab", 2) == b("62 45 0102 6162 41 0e d1 06 2e 52 1000 ff")
    assert Mould(QUESTION, BLOCK2, 0).cast(b"\x01\x02", 2) == b("40 01 0102 b1 78 c1 26")


def test_a_stride_asks_the_next_question_whatever_the_order_of_its_options() -> None:
    asked = QUESTION._replace(options=QUESTION.options[::-1], token=b"a", payload=b"which")
    stride = Stride.between(asked, ANSWER, BLOCK2, 1)
    assert stride is not None
    stride.begin(asked, 13, 1024, b"")
    assert stride.head == b("61 45 0007 61 41 0e d1 06 de 52 1000 ff")
    expected = Message(CON, GET, 3, b"a", ((URI_PATH, b"x"), (BLOCK2, b"\xe6")), b"which")
    assert stride.ask(3, b"a") == (expected, b("41 01 0003 61 b1 78 c1 e6 ff 7768696368"))
    assert stride.head == b("61 45 0003 61 41 0e d1 06 ee 52 1000 ff")


def test_every_question_after_a_non_is_a_con() -> None:
    asked = QUESTION._replace(type=NON)
    stride = Stride.between(asked, ANSWER, BLOCK2, 4)
    assert stride is not None
    stride.begin(asked, 1, 1024, b"")
    question, datagram = stride.ask(8, b"5678")
    assert (question.type, decode(datagram)) == (CON, question)


@pytest.mark.parametrize(("value", "last"), [(b"\x16", 15), (b"\x01\x06", 4095), (b"\x01\x00\x06", 0xFFFFF)])
def test_a_mould_serves_as_long_as_the_number_takes_no_more_bytes(value: bytes, last: int) -> None:
    assert Mould(QUESTION._replace(options=((BLOCK2, value),)), BLOCK2, 4).last == last


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (QUESTION._replace(options=()), ANSWER),
        (QUESTION, ANSWER._replace(options=())),
        (QUESTION, ANSWER._replace(type=NON)),
        (QUESTION._replace(options=(*QUESTION.options, (NO_RESPONSE, b"\x02"))), ANSWER),
    ],
    ids=["no block asked for", "no block came", "the answer came by itself", "silence is an answer too"],
)
def test_what_does_not_lead_from_one_block_to_the_next_by_rote(question: Message, answer: Message) -> None:
    assert Stride.between(QUESTION, ANSWER, BLOCK2, 4) is not None
    assert Stride.between(question, answer, BLOCK2, 4) is None


def test_bodies_of_five_thousand_blocks_travel_both_ways() -> None:
    client, server = (conversation(exponent=0, body=80_000) for _ in range(2))
    up, down = body(79_999), body(80_000)
    asked = request(1, PUT, up)
    heard, requests = talk(client, server, client.send(asked, SERVER, 0), Message(code=CHANGED, payload=down))
    assert [event.message.payload for event in heard if isinstance(event, Response)] == [down]
    assert [event.message.payload for event in requests if isinstance(event, Request)] == [up]


def receipt(question: bytes, number: int) -> bytes:
    """What a server says to a block of 16 bytes that is not the last."""
    length = question[0] & 15
    return b(f"6{length:x} 5f") + question[2 : 4 + length] + b(f"d1 0e {number << 4 | 8:02x}")


def test_an_upload_of_many_minutes_is_still_known_when_another_begins() -> None:
    client = conversation(exponent=0, transmission=Transmission(nstart=2))
    events = client.send(request(1, PUT, body(400)), SERVER, 0)
    for number in range(10):
        [data] = sent(events)
        events = client.receive(receipt(data, number), SERVER, seconds(100 * number))
    [second] = [decode(data) for data in sent(client.send(request(0x77, PUT, body(100)), SERVER, seconds(950)))]
    assert isinstance(second, Message)
    assert second.first(REQUEST_TAG) == b"\x01"


def test_a_transfer_that_finds_no_mid_for_its_next_block_is_broken() -> None:
    client = conversation(exponent=0)
    events = client.send(request(1, PUT, body(400)), SERVER, 0)
    for number in range(2):
        [data] = sent(events)
        events = client.receive(receipt(data, number), SERVER, 0)
    [data] = sent(events)
    for mid in range(4, 0x10000):
        client.send(Message(NON, CONTENT, mid), CLIENT, 0)
    why = "every message ID was used within the last 247 s: send more slowly"
    assert client.receive(receipt(data, 2), SERVER, 0) == [Broken(request(1, PUT, body(400)), SERVER, why)]
    assert (client.sizes()["transfers"], client.sizes()["in flight"]) == (0, 0)
