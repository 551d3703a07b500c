"""To go on by bytes is the same as to read and write every message, whatever the server says."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from modemtwin.clockwork import Micros
from modemtwin.coap.client import Client
from modemtwin.coap.conversation import RFC_7252, Conversation, Event, Request, Transmit
from modemtwin.coap.events import Address
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import CHANGED, CON, CONTENT, GET, OBSERVE, POST, URI_PATH, Bounds
from tests.unit.coap.play import CLIENT, SERVER

BOUNDS = Bounds(exponent=0, body=16 * 400)


class Walker(Client):
    """A client without strides."""

    __slots__ = ()

    def stride(self, data: bytes, source: Address, now: Micros) -> list[Event] | None:
        return None


def strider() -> Conversation:
    return Conversation(Random(1), RFC_7252, BOUNDS, first_mid=1)


def walker() -> Conversation:
    random = Random(1)
    made = Conversation(random, RFC_7252, BOUNDS, first_mid=1)
    made._client = Walker(made._endpoint, random, RFC_7252, BOUNDS)
    return made


Spoilt = tuple[int, int, int]
"""The number of an answer, the place of a byte in it, and what that is changed by; place 99 cuts the end off."""

spoilt = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 99), st.integers(1, 255)), max_size=4)
sizes = st.integers(0, 40 * 16)


def spoil(answer: bytes, place: int, change: int) -> bytes:
    if place == 99:
        return answer[: -1 - change % 20]
    place %= len(answer)
    return answer[:place] + bytes((answer[place] ^ change,)) + answer[place + 1 :]


def converse(client: Conversation, asked: Message, answer: Message, faults: list[Spoilt]) -> list[list[Event]]:
    """All that a client says and tells; the server is always the same, its answers are spoilt on the way."""
    server = Conversation(Random(2), RFC_7252, BOUNDS, first_mid=1)
    said = [client.send(asked, SERVER, 0)]
    answers = 0
    for now in range(400):
        replies: list[Event] = []
        for event in said[-1]:
            if isinstance(event, Transmit):
                replies += server.receive(event.data, CLIENT, now)
        for event in replies[:]:
            if isinstance(event, Request):
                replies += server.respond(event.message, CLIENT, answer, now)
        heard: list[Event] = []
        for event in replies:
            if isinstance(event, Transmit):
                data = event.data
                for number, place, change in faults:
                    data = spoil(data, place, change) if number == answers and data else data
                answers += 1
                heard += client.receive(data, SERVER, now, room=now % 5 > 0)
        said.append(heard)
        if not heard:
            due = client.next_timer()
            if due is None or due > 400_000_000:
                break
            said.append(client.fire(due))
    return said


@given(sizes, sizes, st.booleans(), st.booleans(), spoilt)
def test_a_transfer_by_strides_says_and_tells_what_a_transfer_by_steps_does(
    up: int, down: int, tagged: bool, observes: bool, faults: list[Spoilt]
) -> None:
    payload, body = Random(up).randbytes(up), Random(down).randbytes(down)
    options = ((OBSERVE, b""),) if observes and not up else ()
    asked = Message(CON, POST if up else GET, 1, b"t", (*options, (URI_PATH, b"x")), payload)
    answer = Message(code=CONTENT if tagged else CHANGED, payload=body)
    assert converse(strider(), asked, answer, faults) == converse(walker(), asked, answer, faults)
