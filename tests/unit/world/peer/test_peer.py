"""The embedded server as a machine: datagrams and time in, datagrams out."""

from __future__ import annotations

from random import Random

import pytest

from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.endpoint import Acknowledged, Event, GivenUp, Request, Transmit
from modemtwin.coap.message import Malformed, Message, decode, encode, uint
from modemtwin.coap.numbers import (
    ACK,
    CHANGED,
    CON,
    CONTENT,
    CONTENT_FORMAT,
    GET,
    MAX_AGE,
    NO_RESPONSE,
    NON,
    POST,
    SERVICE_UNAVAILABLE,
    URI_PATH,
)
from modemtwin.world.peer.peer import MOST_PENDING, Peer

MODEM = ("192.0.2.7", 49152)
OTHER = ("192.0.2.8", 49152)
THOUGHT = b"this took a moment, so it came by itself"


def peer() -> Peer:
    return Peer(Random(7252))


def sent(events: list[Event]) -> list[Message]:
    """What goes out, decoded, in order."""
    messages = [decode(event.data) for event in events if isinstance(event, Transmit)]
    return [message for message in messages if not isinstance(message, Malformed)]


def request(path: str, mid: int, *, code: int = GET, kind: int = CON, payload: bytes = b"") -> bytes:
    segments = tuple((URI_PATH, each.encode()) for each in path.split("/"))
    return encode(Message(kind, code, mid, b"\xaa", segments, payload))


def run(machine: Peer, until: Micros) -> list[tuple[Micros, list[Message]]]:
    """Let time pass; what goes out, and when."""
    heard = []
    while (moment := machine.next_timer()) is not None and moment <= until:
        heard.append((moment, sent(machine.fire(moment))))
    return heard


def test_the_example_of_the_application_note_is_answered_with_its_fourteen_bytes() -> None:
    datagram = b"\x40\x01\x00\x01\xb4home\x05query\x49address=1\xffhello world"
    events = peer().receive(datagram, MODEM, 0)
    assert [type(event) for event in events] == [Request, Transmit]
    assert events[1] == Transmit(MODEM, bytes.fromhex("60840001ff") + b"Not Found")


def test_a_request_gets_its_answer_in_the_ack_with_its_token() -> None:
    machine = peer()
    (answer,) = sent(machine.receive(request("test", 7), MODEM, 0))
    assert (answer.type, answer.code, answer.mid, answer.token) == (ACK, CONTENT, 7, b"\xaa")
    assert answer.payload == b"hello world"
    assert machine.next_timer() is None


def test_a_non_request_gets_a_non() -> None:
    (answer,) = sent(peer().receive(request("test", 7, kind=NON), MODEM, 0))
    assert (answer.type, answer.code, answer.token, answer.payload) == (NON, CONTENT, b"\xaa", b"hello world")


def test_a_separate_response_comes_a_second_after_the_request_and_its_ack_long_before() -> None:
    machine = peer()
    assert sent(machine.receive(request("separate", 7), MODEM, 0)) == []
    (early, late) = run(machine, seconds(1))
    assert early == (seconds(0.1), [Message(ACK, 0, 7)])
    assert late[0] == seconds(1)
    (answer,) = late[1]
    assert answer == Message(CON, CONTENT, answer.mid, b"\xaa", answer.options, THOUGHT)
    assert machine.receive(encode(Message(ACK, 0, answer.mid)), MODEM, seconds(1.2)) == [
        Acknowledged(answer.mid, MODEM)
    ]
    assert machine.next_timer() is None


def test_a_separate_response_to_a_non_comes_as_one_non() -> None:
    machine = peer()
    machine.receive(request("separate", 7, kind=NON), MODEM, 0)
    ((moment, (answer,)),) = run(machine, seconds(300))
    assert (moment, answer.type, answer.payload) == (seconds(1), NON, THOUGHT)


def test_a_separate_response_that_nobody_acknowledges_is_retransmitted_and_given_up() -> None:
    machine = peer()
    machine.receive(request("separate", 7), MODEM, 0)
    run(machine, seconds(0.5))
    transmissions = []
    events: list[Event] = []
    while (moment := machine.next_timer()) is not None:
        events = machine.fire(moment)
        transmissions += sent(events)
    assert len(transmissions) == 5
    assert len(set(transmissions)) == 1
    assert [event.destination for event in events if isinstance(event, GivenUp)] == [MODEM]


def test_a_repeated_request_gets_the_same_answer_and_is_done_once() -> None:
    machine = peer()
    datagram = request("test", 7, code=POST, payload=b"!")
    first = sent(machine.receive(datagram, MODEM, 0))
    again = sent(machine.receive(datagram, MODEM, seconds(2)))
    assert [message.code for message in first] == [CHANGED]
    assert again == first
    (answer,) = sent(machine.receive(request("test", 8), MODEM, seconds(3)))
    assert answer.payload == b"hello world!"


def test_two_clients_wait_at_the_same_time_and_each_gets_its_answer() -> None:
    machine = peer()
    machine.receive(request("separate", 7, kind=NON), MODEM, 0)
    machine.receive(request("separate", 7, kind=NON), OTHER, seconds(0.5))
    answered = []
    while (moment := machine.next_timer()) is not None:
        answered += [(moment, event.destination) for event in machine.fire(moment) if isinstance(event, Transmit)]
    assert answered == [(seconds(1), MODEM), (seconds(1.5), OTHER)]


def test_who_finds_too_many_waiting_is_told_to_come_again_in_a_second() -> None:
    machine = peer()
    for mid in range(MOST_PENDING):
        assert sent(machine.receive(request("separate", mid, kind=NON), MODEM, 0)) == []
    (refusal,) = sent(machine.receive(request("separate", MOST_PENDING), MODEM, 0))
    assert (refusal.code, refusal.options, refusal.payload) == (SERVICE_UNAVAILABLE, ((MAX_AGE, b"\x01"),), b"busy")
    assert len(run(machine, seconds(1))[0][1]) == MOST_PENDING


def test_a_ping_is_answered_with_a_reset() -> None:
    assert peer().receive(bytes.fromhex("40001234"), MODEM, 0) == [Transmit(MODEM, bytes.fromhex("70001234"))]


def test_an_unknown_critical_option_is_refused() -> None:
    (answer,) = sent(peer().receive(encode(Message(CON, GET, 7, b"", ((9, b"\x01"),))), MODEM, 0))
    assert (answer.type, answer.code, answer.mid) == (ACK, 0x82, 7)


@pytest.mark.parametrize(
    ("path", "unwanted", "answered"),
    [
        ("test", 2, False),
        ("test", 8, True),
        ("none", 8, False),
        ("none", 2, True),
        ("test", 0, True),
        ("none", 26, False),
    ],
)
def test_an_answer_that_the_client_does_not_want_is_not_sent(path: str, unwanted: int, answered: bool) -> None:
    for kind, silence in ((CON, [Message(ACK, 0, 7)]), (NON, [])):
        machine = peer()
        options = ((URI_PATH, path.encode()), (NO_RESPONSE, uint(unwanted)))
        answers = sent(machine.receive(encode(Message(kind, GET, 7, b"", options)), MODEM, 0))
        assert (answers == silence) is not answered
        assert run(machine, seconds(10)) == []


def test_the_time_is_the_callers() -> None:
    machine = Peer(Random(1), epoch=86_400.0)
    (answer,) = sent(machine.receive(request("time", 1), MODEM, seconds(59)))
    assert answer.payload == b"1970-01-02T00:00:59Z"
    assert answer.values(CONTENT_FORMAT) == [b""]
