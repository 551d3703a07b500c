"""Asking a group, and being one of a group that is asked."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.conversation import Conversation, Event, GivenUp, Ignored, Request, Response, Transmit
from modemtwin.coap.group import is_group
from modemtwin.coap.message import Message, uint
from modemtwin.coap.numbers import CON, CONTENT, GET, NON, NOT_FOUND, Transmission
from tests.unit.coap.play import CLIENT, OTHER, SERVER, b
from tests.unit.coap.talk import T1, body, conversation, datagram, request

GROUP = ("224.0.1.187", 5683)
ASKED = request(1, GET, token=b"T", kind=NON)
QUESTION = b("51 01 0001 54 b1 78")


def asking(first_mid: int = 2) -> Conversation:
    client = conversation(first_mid=first_mid)
    assert client.send(ASKED, GROUP, 0) == [Transmit(GROUP, QUESTION)]
    return client


def answer(mid: int, payload: bytes) -> bytes:
    return datagram(f"51 45 {mid:04x} 54", payload)


def heard(events: list[Event]) -> list[tuple[tuple[str, int], bytes]]:
    return [(event.source, event.message.payload) for event in events if isinstance(event, Response)]


@pytest.mark.parametrize(
    ("host", "group"),
    [
        ("224.0.1.187", True),
        ("239.255.255.255", True),
        ("223.255.255.255", False),
        ("240.0.0.1", False),
        ("22.4.0.1", False),
        ("ff02::fd", True),
        ("FF05::fd", True),
        ("fe80::1", False),
        ("2001:db8::1", False),
        ("f", False),
        ("", False),
    ],
)
def test_which_addresses_are_groups(host: str, group: bool) -> None:
    assert is_group(host) is group


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_source_is_heard_once() -> None:
    client = asking()
    assert heard(client.receive(answer(7, b"one"), SERVER, 1)) == [(SERVER, b"one")]
    assert heard(client.receive(answer(7, b"two"), OTHER, 2)) == [(OTHER, b"two")]
    assert heard(client.receive(answer(7, b"one"), SERVER, 3)) == []
    assert client.receive(answer(8, b"one more"), SERVER, 4) == [
        Ignored("this source has answered the request to the group before", SERVER)
    ]


def test_an_answer_bears_the_request_to_the_group() -> None:
    client = asking()
    message = Message(NON, CONTENT, 7, b"T", (), b"one")
    assert client.receive(answer(7, b"one"), SERVER, 1) == [Response(message, answer(7, b"one"), SERVER, ASKED)]


def test_an_answer_with_another_token_is_not_the_groups() -> None:
    assert asking().receive(b("51 45 0007 55 ff 31"), SERVER, 1) == [
        Ignored("response belongs to no request of ours", SERVER)
    ]


def test_an_rst_in_the_name_of_the_group_ends_nothing_and_keeps_no_place() -> None:
    client = asking()
    assert client.receive(b("70 00 0001"), GROUP, 1) == [
        Ignored("RST with mid 1 is in the name of a group, for which nobody can speak", GROUP)
    ]
    assert heard(client.receive(answer(7, b"one"), SERVER, seconds(140))) == [(SERVER, b"one")]
    assert client.fire(seconds(253)) == []
    assert (client.sizes()["questions"], client.next_timer()) == (0, None)


def test_answers_are_taken_for_non_lifetime_and_the_leisure() -> None:
    client = asking()
    client.receive(answer(7, b"one"), SERVER, 1)
    assert client.next_timer() == seconds(145)
    assert (client.fire(seconds(145)), client.next_timer()) == ([], seconds(150))
    assert heard(client.receive(answer(7, b"late"), OTHER, seconds(150) - 1)) == [(OTHER, b"late")]
    assert (client.fire(seconds(150)), client.next_timer()) == ([], None)
    assert heard(client.receive(answer(9, b"too late"), ("192.0.2.3", 5683), seconds(150))) == []


def test_the_leisure_is_a_parameter() -> None:
    client = conversation(transmission=Transmission(leisure=seconds(1)), first_mid=2)
    client.send(ASKED, GROUP, 0)
    client.fire(seconds(145))
    assert client.next_timer() == seconds(146)


def test_a_group_of_which_nobody_answers_is_given_up() -> None:
    client = asking()
    client.fire(seconds(145))
    assert client.fire(seconds(150)) == [GivenUp(ASKED, GROUP, "nobody in the group has answered")]


def test_a_con_to_a_group_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a CON cannot go to the multicast group 224\.0\.1\.187: send a NON"):
        conversation().send(request(1, GET, kind=CON), GROUP, 0)


def test_ten_thousand_spoofed_answers_are_three() -> None:
    client = asking()
    events = [
        event
        for number in range(10_000)
        for event in client.receive(answer(number % 60_000, b"me"), (f"198.51.{number >> 8}.{number & 255}", 5683), 1)
    ]
    assert len(heard(events)) == 3
    assert events[-1] == Ignored("3 sources have answered the request to the group already", ("198.51.39.15", 5683))
    assert client.sizes()["seen"] <= 4096


def test_a_long_answer_is_fetched_from_its_source() -> None:
    client = asking()
    first = datagram("51 45 0007 54 d10a 08", body(20)[:16])
    assert client.receive(first, SERVER, 1) == [Transmit(SERVER, b(f"44 01 0002 {T1} b1 78 c1 10"))]
    assert heard(client.receive(datagram(f"64 45 0002 {T1} d10a 10", body(20)[16:]), SERVER, 2)) == [(SERVER, body(20))]


def test_a_newer_question_with_the_same_token_gets_the_answers() -> None:
    client = asking()
    second = ASKED._replace(mid=2)
    client.send(second, GROUP, 1)
    [event] = client.receive(answer(7, b"one"), SERVER, 2)
    assert isinstance(event, Response)
    assert event.request == second
    client.fire(seconds(145))
    client.fire(seconds(150))
    assert heard(client.receive(answer(8, b"two"), OTHER, seconds(150))) == [(OTHER, b"two")]


def test_two_questions_with_one_token_lose_no_answer() -> None:
    client = asking()
    second = ASKED._replace(mid=2)
    client.send(second, GROUP, 1)
    events = [event for mid in (7, 8, 9) for event in client.receive(answer(mid, b"me"), SERVER, 2)]
    assert [event.request.mid for event in events if isinstance(event, Response)] == [2, 1]
    assert events[2:] == [Ignored("this source has answered the request to the group before", SERVER)]
    assert [client.fire(seconds(moment)) for moment in (145, 146, 150, 151)] == [[], [], [], []]


def test_the_older_of_two_questions_with_one_token_outlives_the_newer() -> None:
    client, other = asking(), ("224.0.1.188", 5683)
    client.send(ASKED._replace(mid=2), other, 1)
    assert client.abandon_towards(other) == [ASKED._replace(mid=2)]
    assert heard(client.receive(answer(7, b"one"), SERVER, 2)) == [(SERVER, b"one")]


def test_an_abandoned_question_that_nobody_answered_is_named() -> None:
    assert asking().abandon() == [ASKED]
    client = asking()
    client.receive(answer(7, b"one"), SERVER, 1)
    assert client.abandon() == []
    assert client.sizes()["standing"] == 0


# ── being asked ───────────────────────────────────────────────────────────────────────────────────────────────────

CALL = b("51 01 0001 54 b1 78")
CALLED = request(1, GET, token=b"T", kind=NON)
FOUND = Message(code=CONTENT, payload=b"me")


def test_an_answer_to_the_group_waits_a_while_by_chance_and_is_a_non() -> None:
    server = conversation()
    assert server.receive(CALL, CLIENT, 0, multicast=True) == [Request(CALLED, CALL, CLIENT, multicast=True)]
    assert server.respond(CALLED, CLIENT, FOUND, 0) == []
    assert server.next_timer() == seconds(2.5)  # half of the leisure of 5 s
    assert server.fire(seconds(2.5)) == [Transmit(CLIENT, b("51 45 0001 54 ff 6d65"))]
    assert server.next_timer() is None


def test_an_error_is_no_answer_to_the_group() -> None:
    server = conversation()
    server.receive(CALL, CLIENT, 0, multicast=True)
    assert server.respond(CALLED, CLIENT, Message(code=NOT_FOUND), 0) == [
        Ignored("a request to a group gets no error", CLIENT)
    ]
    assert (server.next_timer(), server.sizes()["open"]) == (None, 0)


@pytest.mark.parametrize(
    "data",
    [
        "41 01 0001 54 b1 78",  # a CON
        "40 00 0001",  # a ping
        "40 45 0001 ff 31",  # a response
        "40 01 0001 ff",  # a format error
        "60 00 0001",
        "70 00 0001",
        "",
    ],
)
def test_whatever_else_comes_to_the_group_gets_no_rst(data: str) -> None:
    assert conversation().receive(b(data), CLIENT, 0, multicast=True) == [
        Ignored("only a request in a NON may come by multicast", CLIENT)
    ]


def test_a_bad_option_in_a_request_to_the_group_gets_no_answer() -> None:
    [event] = conversation().receive(b("50 01 0001 90"), CLIENT, 0, multicast=True)
    assert isinstance(event, Ignored)


def test_a_body_in_blocks_to_the_group_gets_no_answer() -> None:
    server = conversation()
    block = datagram("50 03 0001 b1 78 d103 08", bytes(16))
    assert [event for event in server.receive(block, CLIENT, 0, multicast=True) if isinstance(event, Transmit)] == []


def test_the_same_question_to_the_group_and_to_us_alone_is_one() -> None:
    server = conversation()
    server.receive(CALL, CLIENT, 0, multicast=True)
    assert [type(event) for event in server.receive(CALL, CLIENT, 1)] == [Ignored]


def test_no_more_answers_wait_for_their_leisure_than_the_bound() -> None:
    server = conversation()
    for mid in range(6):
        call = b("50 01") + uint(0x100 + mid) + b("b1 78")
        server.receive(call, CLIENT, 0, multicast=True)
        events = server.respond(request(0x100 + mid, kind=NON), CLIENT, FOUND, 0)
    assert events == [Ignored("too many requests to the group", CLIENT)]
    assert len(server.fire(seconds(5))) == 4
