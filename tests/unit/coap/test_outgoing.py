"""What we send: retransmission, whose response is this, mids, NSTART, and how an exchange ends."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.endpoint import (
    RFC_7252,
    Acknowledged,
    Endpoint,
    GivenUp,
    Ignored,
    Reset,
    Response,
    Transmit,
    Waiting,
    Withheld,
)
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import ACK, CHANGED, CON, CONTENT, GET, NON, PUT, RST, Transmission
from tests.unit.coap.play import OTHER, SERVER, b, endpoint, run, to_server

GET_1 = Message(CON, GET, 1)
GET_2 = Message(CON, GET, 2)
GET_3 = Message(CON, GET, 3)
NON_1 = Message(NON, GET, 1, b"\xaa")


def _asking(*messages: Message, transmission: Transmission = RFC_7252) -> Endpoint:
    machine = endpoint(transmission)
    for message in messages:
        machine.send(message, SERVER, 0)
    return machine


# Retransmission and giving up: RFC 7252 §4.2.


def test_a_con_is_sent_five_times_at_doubling_intervals_and_then_given_up() -> None:
    machine = _asking(GET_1)
    again = to_server("40010001")
    assert run(machine, seconds(1000)) == [
        (seconds(2.5), [again]),
        (seconds(7.5), [again]),
        (seconds(17.5), [again]),
        (seconds(37.5), [again]),
        (seconds(77.5), [GivenUp(GET_1, SERVER, "no ACK after 5 transmissions")]),
    ]


def test_a_late_timer_does_not_make_the_next_one_early() -> None:
    machine = _asking(GET_1)
    assert machine.fire(seconds(10)) == [to_server("40010001")]
    assert machine.next_timer() == seconds(15)


def test_the_first_timeout_is_drawn_between_ack_timeout_and_one_and_a_half_times_that() -> None:
    chance = Random(7)
    expected = [seconds(2) + int(seconds(1) * chance.random()) for _ in range(3)]
    machine = Endpoint(Random(7), first_mid=1)
    for host in range(3):
        machine.send(Message(CON, GET, host + 1), (f"192.0.2.{host}", 5683), 0)
    due = [moment for moment, _ in run(machine, seconds(3))]
    assert due == sorted(expected)
    assert all(seconds(2) <= moment <= seconds(3) for moment in due)


def test_max_retransmit_zero_sends_once() -> None:
    machine = _asking(GET_1, transmission=Transmission(max_retransmit=0))
    assert run(machine, seconds(1000)) == [
        (seconds(2.5), [GivenUp(GET_1, SERVER, "no ACK after 1 transmissions")]),
    ]


def test_an_empty_ack_ends_retransmission_and_the_response_may_take_the_exchange_lifetime() -> None:
    machine = _asking(GET_1)
    assert machine.receive(b("60000001"), SERVER, seconds(1)) == [Acknowledged(1, SERVER)]
    assert run(machine, seconds(1000)) == [
        (seconds(247), [GivenUp(GET_1, SERVER, "acknowledged, but no response within 247 s")]),
    ]


def test_a_non_request_is_sent_once_and_given_up_after_the_non_lifetime() -> None:
    machine = _asking(NON_1)
    assert run(machine, seconds(1000)) == [(seconds(145), [GivenUp(NON_1, SERVER, "no response within 145 s")])]


def test_a_con_that_is_no_request_ends_at_its_ack() -> None:
    machine = endpoint()
    machine.send(Message(CON, CONTENT, 1), SERVER, 0)
    assert machine.receive(b("60000001"), SERVER, 1) == [Acknowledged(1, SERVER)]
    assert machine.next_timer() is None


def test_a_response_timeout_ends_every_exchange_that_long_after_its_first_transmission() -> None:
    machine = endpoint(replace(RFC_7252, response_timeout=seconds(5)))
    machine.send(GET_1, SERVER, 0)
    machine.send(Message(NON, GET, 2), SERVER, seconds(1))
    machine.send(Message(CON, GET, 3), OTHER, seconds(2))
    machine.receive(b("60000003"), OTHER, seconds(2))
    assert run(machine, seconds(1000)) == [
        (seconds(2.5), [to_server("40010001")]),
        (seconds(5), [GivenUp(GET_1, SERVER, "no ACK after 2 transmissions")]),
        (seconds(6), [GivenUp(Message(NON, GET, 2), SERVER, "no response within 5 s")]),
        (seconds(7), [GivenUp(Message(CON, GET, 3), OTHER, "acknowledged, but no response within 5 s")]),
    ]


def test_a_response_timeout_beyond_the_last_retransmission_is_waited_for_without_holding_nstart() -> None:
    machine = _asking(GET_1, GET_2, transmission=replace(RFC_7252, response_timeout=seconds(100)))
    happened = run(machine, seconds(100))
    assert happened[4:6] == [(seconds(77.5), [to_server("40010002")]), (seconds(80), [to_server("40010002")])]
    assert happened[-1] == (seconds(100), [GivenUp(GET_1, SERVER, "no ACK after 5 transmissions")])


# Whose response is this: RFC 7252 §5.3.2.


def test_a_piggybacked_response_answers_the_request_with_its_mid_and_token() -> None:
    request = Message(CON, GET, 1, b"\xaa")
    machine = _asking(request)
    data = b("61450001aa")
    assert machine.receive(data, SERVER, 1) == [Response(Message(ACK, CONTENT, 1, b"\xaa"), data, SERVER, request)]
    assert machine.next_timer() is None


def test_a_piggybacked_response_may_follow_the_empty_ack() -> None:
    machine = _asking(GET_1)
    machine.receive(b("60000001"), SERVER, 1)
    data = b("60450001")
    assert machine.receive(data, SERVER, 2) == [Response(Message(ACK, CONTENT, 1), data, SERVER, GET_1)]


def test_an_ack_with_another_token_is_ignored_and_the_request_goes_on() -> None:
    machine = _asking(Message(CON, GET, 1, b"\xaa"))
    assert machine.receive(b("61450001bb"), SERVER, 1) == [
        Ignored("ACK with mid 1 carries a response with another token", SERVER)
    ]
    assert machine.fire(seconds(2.5)) == [to_server("41010001aa")]


@pytest.mark.parametrize("data", ["60000001", "60450001", "70000001"])
def test_an_ack_or_rst_from_another_address_is_ignored(data: str) -> None:
    machine = _asking(GET_1)
    (event,) = machine.receive(b(data), OTHER, 1)
    assert isinstance(event, Ignored)
    assert machine.fire(seconds(2.5)) == [to_server("40010001")]


def test_a_response_from_another_port_is_rejected() -> None:
    machine = _asking(GET_1)
    elsewhere = (SERVER[0], 5684)
    assert machine.receive(b("40450007"), elsewhere, 1) == [
        Transmit(elsewhere, b("70000007")),
        Ignored("response belongs to no request of ours", elsewhere),
    ]


@pytest.mark.parametrize("code", ["01", "1f"])
def test_an_ack_that_carries_a_request_is_ignored(code: str) -> None:
    machine = _asking(GET_1)
    (event,) = machine.receive(b(f"60{code}0001"), SERVER, 1)
    assert event == Ignored(f"ACK with mid 1 carries a request, 0.{int(code, 16):02d}", SERVER)
    assert machine.fire(seconds(2.5)) == [to_server("40010001")]


def test_an_ack_with_a_response_to_what_was_no_request_is_ignored() -> None:
    machine = endpoint()
    machine.send(Message(CON, CONTENT, 1), SERVER, 0)
    assert machine.receive(b("60450001"), SERVER, 1) == [
        Ignored("ACK with mid 1 carries a response to what was no request", SERVER)
    ]
    assert machine.next_timer() == seconds(2.5)


def test_an_ack_that_comes_again_is_ignored() -> None:
    machine = _asking(GET_1)
    machine.receive(b("60000001"), SERVER, 1)
    assert machine.receive(b("60000001"), SERVER, 2) == [Ignored("ACK with mid 1 came again", SERVER)]


def test_a_piggybacked_response_that_comes_again_is_ignored() -> None:
    machine = _asking(GET_1)
    machine.receive(b("60450001"), SERVER, 1)
    assert machine.receive(b("60450001"), SERVER, 2) == [Ignored("ACK with mid 1 belongs to no CON of ours", SERVER)]


def test_a_separate_response_is_acknowledged_even_when_the_ack_was_lost() -> None:
    machine = _asking(GET_1)
    data = b("40450007")
    assert machine.receive(data, SERVER, 1) == [
        to_server("60000007"),
        Response(Message(CON, CONTENT, 7), data, SERVER, GET_1),
    ]
    assert machine.next_timer() is None


def test_a_separate_response_in_a_non_is_not_acknowledged() -> None:
    machine = _asking(GET_1)
    data = b("50450007")
    assert machine.receive(data, SERVER, 1) == [Response(Message(NON, CONTENT, 7), data, SERVER, GET_1)]


def test_a_con_response_may_answer_a_non_request() -> None:
    machine = _asking(NON_1)
    data = b("41450007aa")
    assert machine.receive(data, SERVER, 1) == [
        to_server("60000007"),
        Response(Message(CON, CONTENT, 7, b"\xaa"), data, SERVER, NON_1),
    ]


def test_the_oldest_request_with_the_token_takes_a_separate_response() -> None:
    requests = [Message(NON, GET, mid) for mid in (1, 2, 3)]
    machine = _asking(*requests)
    answered = []
    for mid in (7, 8, 9):
        (event,) = machine.receive(b(f"5045000{mid}"), SERVER, 1)
        assert isinstance(event, Response)
        answered.append(event.request)
    assert answered == requests


def test_a_piggybacked_response_takes_its_own_request_from_among_those_with_the_token() -> None:
    machine = _asking(GET_1, GET_2, transmission=Transmission(nstart=2))
    (first,) = machine.receive(b("60450002"), SERVER, 1)
    (second,) = machine.receive(b("50450009"), SERVER, 1)
    assert isinstance(first, Response)
    assert isinstance(second, Response)
    assert (first.request, second.request) == (GET_2, GET_1)


def test_a_request_that_waits_for_nstart_takes_no_response() -> None:
    machine = _asking(GET_1, Message(CON, GET, 2, b"\xbb"))
    assert machine.receive(b("51450009bb"), SERVER, 1) == [Ignored("response belongs to no request of ours", SERVER)]


def test_a_duplicate_separate_response_is_acknowledged_again_but_not_delivered_again() -> None:
    machine = _asking(GET_1)
    machine.receive(b("40450007"), SERVER, 1)
    assert machine.receive(b("40450007"), SERVER, seconds(240)) == [
        to_server("60000007"),
        Ignored("duplicate CON with mid 7: answered again", SERVER),
    ]


def test_a_duplicate_non_response_does_not_answer_the_next_request() -> None:
    machine = _asking(NON_1)
    machine.receive(b("51450007aa"), SERVER, 1)
    machine.send(Message(NON, GET, 2, b"\xaa"), SERVER, 2)
    assert machine.receive(b("51450007aa"), SERVER, 3) == [Ignored("duplicate NON with mid 7", SERVER)]


def test_a_con_response_that_belongs_to_nothing_is_rejected_and_a_non_is_ignored() -> None:
    machine = endpoint()
    assert machine.receive(b("4145000701"), SERVER, 0) == [
        to_server("70000007"),
        Ignored("response belongs to no request of ours", SERVER),
    ]
    assert machine.receive(b("5145000801"), SERVER, 0) == [Ignored("response belongs to no request of ours", SERVER)]


# Critical options in responses: RFC 7252 §5.4.1.


def test_a_con_response_with_an_unrecognised_critical_option_is_rejected() -> None:
    machine = _asking(NON_1)
    assert machine.receive(b("41450007aa 90"), SERVER, 1) == [
        to_server("70000007"),
        Ignored("response rejected: unrecognised critical option 9", SERVER),
    ]


@pytest.mark.parametrize("head", ["51450007aa", "61450001aa"])
def test_a_response_in_a_non_or_an_ack_with_such_an_option_is_ignored(head: str) -> None:
    machine = _asking(Message(CON, GET, 1, b"\xaa"))
    assert machine.receive(b(head + "90"), SERVER, 1) == [
        Ignored("response rejected: unrecognised critical option 9", SERVER)
    ]
    assert machine.fire(seconds(2.5)) == [to_server("41010001aa")]


# RST: RFC 7252 §4.2, §4.3.


def test_an_rst_ends_a_con_request() -> None:
    machine = _asking(GET_1)
    assert machine.receive(b("70000001"), SERVER, 1) == [Reset(Message(RST, 0, 1), b("70000001"), SERVER, GET_1)]
    assert machine.next_timer() is None


def test_an_rst_ends_a_non_request() -> None:
    machine = _asking(NON_1)
    assert machine.receive(b("70000001"), SERVER, 1) == [Reset(Message(RST, 0, 1), b("70000001"), SERVER, NON_1)]
    assert machine.next_timer() is None


def test_an_rst_for_a_non_response_is_told_once() -> None:
    sent = Message(NON, CONTENT, 1)
    machine = _asking(sent)
    assert machine.receive(b("70000001"), SERVER, 1) == [Reset(Message(RST, 0, 1), b("70000001"), SERVER, sent)]
    assert machine.receive(b("70000001"), SERVER, 2) == [
        Ignored("RST with mid 1 belongs to no message of ours", SERVER)
    ]


def test_an_rst_that_is_not_empty_is_ignored() -> None:
    machine = _asking(GET_1)
    assert machine.receive(b("70450001"), SERVER, 1) == [Ignored("RST with mid 1 is not empty", SERVER)]
    assert machine.fire(seconds(2.5)) == [to_server("40010001")]


def test_a_ping_of_ours_is_answered_by_an_rst() -> None:
    ping = Message(CON, 0, 1)
    machine = endpoint()
    assert machine.send(ping, SERVER, 0) == [to_server("40000001")]
    assert machine.receive(b("70000001"), SERVER, 1) == [Reset(Message(RST, 0, 1), b("70000001"), SERVER, ping)]


# NSTART: RFC 7252 §4.7.


def test_a_con_waits_for_the_con_before_it_to_the_same_peer() -> None:
    machine = endpoint()
    assert machine.send(GET_1, SERVER, 0) == [to_server("40010001")]
    assert machine.send(GET_2, SERVER, 0) == [Waiting(2, SERVER, 1)]
    assert machine.send(GET_3, SERVER, 0) == [Waiting(3, SERVER, 2)]
    assert machine.send(Message(CON, GET, 4), OTHER, 0) == [Transmit(OTHER, b("40010004"))]
    assert machine.send(Message(NON, GET, 5), SERVER, 0) == [to_server("50010005")]
    assert machine.waiting() == 2


@pytest.mark.parametrize("reply", ["60450001", "60000001", "50450007", "70000001"])
def test_an_ack_a_response_or_an_rst_lets_the_next_one_go(reply: str) -> None:
    machine = _asking(GET_1, GET_2, GET_3)
    events = machine.receive(b(reply), SERVER, seconds(1))
    assert events[1:] == [to_server("40010002")]
    assert machine.waiting() == 1
    assert machine.next_timer() == seconds(3.5)


def test_giving_up_lets_the_next_one_go() -> None:
    machine = _asking(GET_1, GET_2)
    assert run(machine, seconds(77.5))[-1] == (
        seconds(77.5),
        [GivenUp(GET_1, SERVER, "no ACK after 5 transmissions"), to_server("40010002")],
    )


def test_the_lifetime_of_one_that_waited_counts_from_its_first_transmission() -> None:
    machine = _asking(GET_1, GET_2)
    machine.receive(b("60450001"), SERVER, seconds(10))
    machine.receive(b("60000002"), SERVER, seconds(11))
    assert run(machine, seconds(1000)) == [
        (seconds(257), [GivenUp(GET_2, SERVER, "acknowledged, but no response within 247 s")]),
    ]


def test_nstart_says_how_many_may_be_on_their_way() -> None:
    machine = endpoint(Transmission(nstart=2))
    events = [machine.send(message, SERVER, 0) for message in (GET_1, GET_2, GET_3)]
    assert events == [[to_server("40010001")], [to_server("40010002")], [Waiting(3, SERVER, 1)]]


def test_the_seventeenth_that_would_have_to_wait_is_given_up() -> None:
    machine = _asking(*(Message(CON, GET, mid) for mid in range(1, 18)))
    assert machine.waiting() == 16
    late = Message(CON, GET, 18)
    assert machine.send(late, SERVER, 0) == [GivenUp(late, SERVER, "16 messages already wait for NSTART")]
    assert machine.waiting() == 16


# No room: behaviour.md, "Receive queue".


def test_a_response_without_room_counts_as_lost_but_holds_nstart_no_longer() -> None:
    machine = _asking(GET_1, GET_2)
    data = b("60450001")
    lost = Withheld(Message(ACK, CONTENT, 1), SERVER)
    assert machine.receive(data, SERVER, 1, room=False) == [lost, to_server("40010002")]
    assert machine.receive(data, SERVER, 2, room=False) == [lost]
    assert machine.fire(seconds(2.5)) == [to_server("40010001")]
    assert machine.receive(data, SERVER, seconds(3)) == [Response(Message(ACK, CONTENT, 1), data, SERVER, GET_1)]


def test_a_separate_response_without_room_is_not_acknowledged_until_there_is_room() -> None:
    machine = _asking(GET_1)
    machine.receive(b("60000001"), SERVER, 1)
    data = b("40450007")
    assert machine.receive(data, SERVER, 2, room=False) == [Withheld(Message(CON, CONTENT, 7), SERVER)]
    assert machine.receive(data, SERVER, 3) == [
        to_server("60000007"),
        Response(Message(CON, CONTENT, 7), data, SERVER, GET_1),
    ]


def test_an_rst_without_room_counts_as_lost() -> None:
    machine = _asking(GET_1)
    assert machine.receive(b("70000001"), SERVER, 1, room=False) == [Withheld(Message(RST, 0, 1), SERVER)]
    assert machine.fire(seconds(2.5)) == [to_server("40010001")]


def test_an_rst_for_a_non_needs_no_room_for_nobody_says_it_again() -> None:
    sent = Message(NON, CONTENT, 1)
    machine = _asking(sent)
    reset = Reset(Message(RST, 0, 1), b("70000001"), SERVER, sent)
    assert machine.receive(b("70000001"), SERVER, 1, room=False) == [reset]


def test_an_empty_ack_and_a_duplicate_need_no_room() -> None:
    machine = _asking(GET_1)
    assert machine.receive(b("60000001"), SERVER, 1, room=False) == [Acknowledged(1, SERVER)]
    machine.receive(b("40450007"), SERVER, 2)
    assert machine.receive(b("40450007"), SERVER, 3, room=False) == [
        to_server("60000007"),
        Ignored("duplicate CON with mid 7: answered again", SERVER),
    ]


# Message IDs: RFC 7252 §4.4.


def test_mids_count_up_and_skip_zero_when_they_wrap() -> None:
    machine = endpoint(first_mid=65534)
    assert [machine.next_mid(0) for _ in range(4)] == [65534, 65535, 1, 2]


def test_the_first_mid_is_drawn_by_chance() -> None:
    assert Endpoint(Random(3)).next_mid(0) == Random(3).randrange(1, 65536)


def test_a_mid_is_not_used_again_within_the_exchange_lifetime() -> None:
    machine = endpoint(first_mid=65535)
    machine.send(Message(NON, PUT, 65535), SERVER, 0)
    machine.send(Message(NON, CHANGED, 1), SERVER, 0)
    assert [machine.mid_in_use(1, moment) for moment in (0, seconds(246), seconds(247))] == [True, True, False]
    assert machine.next_mid(seconds(1)) == 2


def test_a_mid_that_waits_for_nstart_is_in_use_however_long_it_waits() -> None:
    machine = _asking(GET_1, GET_2, transmission=Transmission(max_latency=0, processing_delay=0))
    assert machine.mid_in_use(2, seconds(1000))


def test_a_mid_in_use_is_refused() -> None:
    machine = _asking(NON_1)
    with pytest.raises(ValueError, match="message ID 1 is still in use"):
        machine.send(Message(NON, GET, 1), OTHER, seconds(246))
    run(machine, seconds(247))
    assert machine.send(Message(CON, GET, 1), OTHER, seconds(247)) == [Transmit(OTHER, b("40010001"))]


def test_when_every_mid_is_in_use_there_is_none() -> None:
    machine = endpoint()
    for mid in range(1, 65536):
        machine.send(Message(NON, CONTENT, mid), SERVER, 0)
    with pytest.raises(LookupError, match="every message ID was used within the last 247 s"):
        machine.next_mid(seconds(1))
    assert machine.next_mid(seconds(247)) == 1


@pytest.mark.parametrize(
    "message",
    [
        Message(NON, 0, 1),
        Message(CON, 0, 1, b"t"),
        Message(ACK, GET, 1),
        Message(RST, CONTENT, 1),
        Message(CON, 0x20, 1),
    ],
)
def test_what_the_rfc_forbids_is_refused_and_changes_nothing(message: Message) -> None:
    machine = endpoint()
    with pytest.raises(ValueError, match=r"\w+"):
        machine.send(message, SERVER, 0)
    assert (machine.mid_in_use(1, 0), machine.next_timer()) == (False, None)


# Abandoning.


def test_abandoning_ends_everything_silently_and_says_what_was_on_its_way() -> None:
    machine = _asking(GET_1, GET_2, Message(NON, GET, 3), Message(CON, GET, 4))
    machine.receive(b("40010009"), OTHER, 0)
    assert [message.mid for message in machine.abandon()] == [1, 2, 3, 4]
    assert (machine.next_timer(), machine.waiting(), machine.open_request(9)) == (None, 0, None)
    assert machine.receive(b("60450001"), SERVER, 1) == [Ignored("ACK with mid 1 belongs to no CON of ours", SERVER)]
    assert machine.receive(b("50450007"), SERVER, 1) == [Ignored("response belongs to no request of ours", SERVER)]
    assert machine.send(Message(CON, GET, 5), SERVER, 1) == [to_server("40010005")]


def test_abandoning_one_peer_leaves_the_others() -> None:
    machine = _asking(GET_1, GET_2)
    machine.send(GET_3, OTHER, 0)
    machine.receive(b("40010008"), OTHER, 0)
    machine.receive(b("40010009"), SERVER, 0)
    assert machine.abandon_towards(SERVER) == [GET_1, GET_2]
    assert (machine.open_request(8) is None, machine.open_request(9) is None) == (False, True)
    assert [moment for moment, _ in run(machine, seconds(3))] == [seconds(1), seconds(2.5)]
