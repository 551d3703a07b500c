"""What lies beyond one exchange, from the owner's side: one request, one outcome."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.conversation import (
    Acknowledged,
    Broken,
    Conversation,
    Event,
    GivenUp,
    Ignored,
    Request,
    Reset,
    Response,
    Transmit,
    Waiting,
    Withheld,
)
from modemtwin.coap.endpoint import Endpoint
from modemtwin.coap.message import Message, decode
from modemtwin.coap.numbers import (
    ACK,
    BLOCK1,
    BLOCK2,
    CHANGED,
    CON,
    CONTENT,
    ECHO,
    FETCH,
    GET,
    NO_RESPONSE,
    NON,
    NOT_FOUND,
    OBSERVE,
    POST,
    PUT,
    REQUEST_TAG,
    RST,
    TOO_MANY_REQUESTS,
    UNAUTHORIZED,
)
from tests.unit.coap.play import CLIENT, OTHER, SERVER, Half, b
from tests.unit.coap.talk import T1, T2, body, conversation, datagram, request, sent, talk

DONE = Message(code=CHANGED)


def small(*, body: int = 65_536, memory: int = 262_144, transfers: int = 16) -> Conversation:
    """A conversation in blocks of 16 bytes."""
    return conversation(exponent=0, first_mid=2, body=body, memory=memory, transfers=transfers)


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def run(machine: Conversation, until: int) -> list[Event]:
    happened: list[Event] = []
    while (moment := machine.next_timer()) is not None and moment <= until:
        happened += machine.fire(moment)
    return happened


# ── what needs one exchange only ──────────────────────────────────────────────────────────────────────────────────


def test_what_needs_one_exchange_is_as_with_the_endpoint_alone() -> None:
    ours, bare = conversation(), Endpoint(Half(), first_mid=1)
    asked = request(1, PUT, bytes(1024))
    for step in (
        lambda each: each.send(asked, SERVER, 0),
        lambda each: each.send(request(2), SERVER, 1),
        lambda each: each.fire(seconds(2.5)),
        lambda each: each.receive(b("60 44 0001"), SERVER, seconds(3)),
        lambda each: each.receive(b("40 01 0007 b1 78"), CLIENT, seconds(3)),
        lambda each: each.respond(request(7), CLIENT, Message(code=CONTENT, payload=bytes(1024)), seconds(3)),
        lambda each: each.receive(b("70 00 0002"), SERVER, seconds(3)),
        lambda each: [each.next_timer(), each.waiting(), each.next_mid(seconds(3)), each.mid_in_use(1, seconds(3))],
    ):
        assert step(ours) == step(bare)


def test_to_tick_what_alone_is_due_is_to_tick_the_whole() -> None:
    one, other = conversation(), conversation()
    for each in (one, other):
        each.send(request(1), SERVER, 0)
        each.send(request(2), OTHER, 1)
    while (moment := one.next_timer()) is not None:
        assert other.ticking is not None
        assert (other.ticking.next_timer(), other.next_timer()) == (moment, moment)
        assert other.follow(other.ticking.fire(moment), moment) == one.fire(moment)
    assert other.next_timer() is None


def test_nothing_is_due_alone_while_a_request_waits_for_its_ack_or_an_observation_for_news() -> None:
    server, client = conversation(), conversation(first_mid=2)
    client.send(request(1, GET, b"", (OBSERVE, b""), token=b"T"), SERVER, 0)
    assert None not in (server.ticking, client.ticking)
    server.receive(b("40 01 0007 b1 78"), CLIENT, 0)
    client.receive(b("61 45 0001 54 61 05"), SERVER, 1)
    assert client.next_timer() is not None
    assert (server.ticking, client.ticking) == (None, None)


def test_too_many_requests_with_max_age_is_an_answer_like_any_other() -> None:
    client = conversation(first_mid=2)
    client.send(request(), SERVER, 0)
    [event] = client.receive(b("60 9d 0001 d1 01 1e"), SERVER, 0)
    assert isinstance(event, Response)
    assert event.message.code == TOO_MANY_REQUESTS
    assert client.next_timer() is None


# ── the outcome bears the owner's names ───────────────────────────────────────────────────────────────────────────


def test_the_outcome_of_an_upload_bears_the_mid_of_the_first_answer_and_the_owners_token() -> None:
    client, server = small(), conversation(exponent=0, first_mid=0x800)
    asked = request(1, PUT, body(40), token=b"T")
    heard, served = talk(client, server, client.send(asked, SERVER, 0), DONE)
    changed = Message(ACK, CHANGED, 1, b"T", ((BLOCK1, b"\x20"),))
    assert heard == [Response(changed, b("61 44 0001 54 d10e 20"), SERVER, asked)]
    assert [event.message.payload for event in served if isinstance(event, Request)] == [body(40)]


def test_a_question_that_is_never_answered_gives_up_the_owners_request() -> None:
    client = small()
    asked = request(1, PUT, body(40), token=b"T")
    client.send(asked, SERVER, 0)
    client.receive(b("61 5f 0001 54 d10e 08"), SERVER, 1)
    events = run(client, seconds(300))
    assert events[-1] == GivenUp(asked, SERVER, "no ACK after 5 transmissions")
    assert client.sizes()["transfers"] == 0


def test_an_rst_to_a_question_resets_the_owners_request() -> None:
    client = small()
    asked = request(1, PUT, body(40), token=b"T")
    client.send(asked, SERVER, 0)
    client.receive(b("61 5f 0001 54 d10e 08"), SERVER, 1)
    assert client.receive(b("70 00 0002"), SERVER, 2) == [Reset(Message(RST, 0, 1), b("70 00 0001"), SERVER, asked)]


def test_abandoned_transfers_are_named_by_the_owners_requests() -> None:
    client = small()
    first, second = request(1, PUT, body(40)), request(2, GET)
    client.send(first, SERVER, 0)
    client.next_mid(0)
    client.receive(b("60 5f 0001 d10e 08"), SERVER, 1)
    client.send(second, SERVER, 2)
    assert client.abandon_towards(OTHER) == []
    assert client.abandon() == [first, second]
    assert (client.next_timer(), client.sizes()["transfers"]) == (None, 0)


def test_a_body_that_cannot_be_is_broken_under_the_owners_request() -> None:
    client = small()
    client.send(request(), SERVER, 0)
    assert client.receive(datagram("60 45 0001 d10a 08", b"short"), SERVER, 1) == [
        Broken(request(), SERVER, "a block of 16 bytes that is not the last has 5")
    ]
    assert client.next_timer() is None


def test_an_endless_body_is_broken_at_the_limit() -> None:
    client = small(body=64)
    events = client.send(request(), SERVER, 0)
    for number in range(10):
        if not sent(events):
            break
        question = decode(sent(events)[0])
        assert isinstance(question, Message)
        head = f"6{len(question.token)} 45 {question.mid:04x} {question.token.hex()} d10a {number << 4 | 8:02x}"
        events = client.receive(datagram(head, bytes(16)), SERVER, number)
    assert (number, events) == (4, [Broken(request(), SERVER, "the body is longer than 64 bytes")])
    assert client.sizes()["fetched bytes"] == 0


# ── questions that we add ─────────────────────────────────────────────────────────────────────────────────────────


def test_after_a_non_the_questions_that_we_add_are_con() -> None:
    client = small()
    asked = request(1, GET, kind=NON)
    client.send(asked, SERVER, 0)
    assert client.receive(datagram("50 45 0900 d10a 08", body(20)[:16]), SERVER, 1) == [
        Transmit(SERVER, b(f"44 01 0002 {T1} b1 78 c1 10"))
    ]
    [event] = client.receive(datagram(f"64 45 0002 {T1} d10a 10", body(20)[16:]), SERVER, 2)
    assert isinstance(event, Response)
    assert (event.message.type, event.message.mid, event.message.payload) == (NON, 0x900, body(20))


def test_a_separate_answer_may_come_in_blocks_too() -> None:
    client = small()
    client.send(request(), SERVER, 0)
    assert client.receive(b("60 00 0001"), SERVER, 1) == [Acknowledged(1, SERVER)]
    assert client.receive(datagram("40 45 0900 d10a 08", body(20)[:16]), SERVER, 2) == [
        Transmit(SERVER, b("60 00 0900")),
        Transmit(SERVER, b(f"44 01 0002 {T1} b1 78 c1 10")),
    ]


def test_a_question_that_we_add_waits_for_nstart_but_is_never_turned_away() -> None:
    client = conversation(exponent=0, first_mid=100)
    client.send(request(1, GET, kind=NON), SERVER, 0)
    for mid in range(2, 19):
        client.send(request(mid), SERVER, 0)  # one goes, sixteen wait
    assert kinds(client.send(request(19), SERVER, 0)) == ["GivenUp"]
    assert client.receive(datagram("50 45 0900 d10a 08", bytes(16)), SERVER, 1) == [Waiting(100, SERVER, 18)]


def test_a_late_answer_to_one_question_is_not_taken_for_that_to_the_next() -> None:
    client = small()
    client.send(request(1, GET, token=b"T"), SERVER, 0)
    client.receive(datagram("61 45 0001 54 d10a 08", body(40)[:16]), SERVER, 1)
    again = datagram("41 45 0900 54 d10a 08", body(40)[:16])  # a server that has run the request twice
    assert client.receive(again, SERVER, 2)[0] == Transmit(SERVER, b("70 00 0900"))
    assert client.receive(datagram(f"64 45 0002 {T1} d10a 18", body(40)[16:32]), SERVER, 3) == [
        Transmit(SERVER, b(f"44 01 0003 {T2} b1 78 c1 20"))
    ]


def test_two_uploads_to_one_resource_are_told_apart_by_request_tag() -> None:
    client = small()
    client.send(request(1, PUT, body(20)), SERVER, 0)
    second = client.send(request(client.next_mid(0), PUT, body(40), kind=NON), SERVER, 0)
    [tagged] = [decode(data) for data in sent(second)]
    assert isinstance(tagged, Message)
    assert tagged.first(REQUEST_TAG) == b"\x01"
    other = client.send(request(client.next_mid(0), POST, body(40), kind=NON), SERVER, 0)
    [untagged] = [decode(data) for data in sent(other)]
    assert isinstance(untagged, Message)
    assert untagged.first(REQUEST_TAG) is None


def test_an_upload_after_a_finished_one_needs_no_tag_but_after_a_failed_one_it_does() -> None:
    client, server = small(), conversation(exponent=0)
    for mid in (1, 2):
        events = client.send(request(client.next_mid(0), PUT, body(20)), SERVER, mid)
        assert b"\xd2" not in sent(events)[0][:12]
        [first] = [decode(data) for data in sent(events)]
        assert isinstance(first, Message)
        assert first.first(REQUEST_TAG) is None
        talk(client, server, events, DONE)
    client.send(request(client.next_mid(0), PUT, body(20)), SERVER, 3)
    run(client, seconds(100))
    [again] = [decode(data) for data in sent(client.send(request(50, PUT, body(20)), SERVER, seconds(101)))]
    assert isinstance(again, Message)
    assert again.first(REQUEST_TAG) == b"\x01"


def test_more_bodies_than_the_bound_are_turned_away() -> None:
    client = small(transfers=2)
    for mid in (20, 21):
        client.send(request(mid, PUT, body(20), kind=NON), SERVER, 0)
    assert client.send(request(22, PUT, body(20)), SERVER, 0) == [
        GivenUp(request(22, PUT, body(20)), SERVER, "2 bodies are under way already")
    ]
    client.send(request(23, GET), SERVER, 0)
    assert client.receive(datagram("60 45 0017 d10a 08", bytes(16)), SERVER, 1) == [
        Broken(request(23, GET), SERVER, "2 bodies are under way already")
    ]


def test_an_upload_that_finds_no_place_to_wait_is_given_up_like_any_con() -> None:
    client = small()
    for mid in range(20, 37):
        client.send(request(mid), SERVER, 0)
    asked = request(40, PUT, body(20))
    assert client.send(asked, SERVER, 0) == [GivenUp(asked, SERVER, "16 messages already wait for NSTART")]
    assert client.sizes()["transfers"] == 0


def test_all_unfinished_bodies_together_stay_within_the_memory() -> None:
    client = small(memory=40)
    for mid in (20, 21, 22):
        client.send(request(mid, GET, kind=NON, token=bytes((mid,))), SERVER, 0)
    first = [
        client.receive(datagram(f"51 45 09{mid:02x} {mid:02x} d10a 08", bytes(16)), SERVER, 1) for mid in (20, 21, 22)
    ]
    assert [kinds(events) for events in first] == [["Transmit"], ["Waiting"], ["Broken"]]
    assert client.sizes()["fetched bytes"] == 32


@pytest.mark.parametrize("option", [(BLOCK1, b""), (BLOCK1, b"\x18"), (BLOCK2, b"\x10")])
def test_who_deals_with_blocks_by_hand_is_left_alone(option: tuple[int, bytes]) -> None:
    client = small()
    asked = request(1, PUT, bytes(16), option)
    client.send(asked, SERVER, 0)
    reply = datagram("60 45 0001 d10a 18", bytes(16))
    [event] = client.receive(reply, SERVER, 1)
    assert (kinds([event]), event.request if isinstance(event, Response) else None) == (["Response"], asked)


# ── room ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_last_block_of_an_answer_needs_room() -> None:
    client = small()
    client.send(request(), SERVER, 0)
    assert kinds(client.receive(datagram("60 45 0001 d10a 08", body(20)[:16]), SERVER, 1, room=False)) == ["Transmit"]
    last = datagram(f"64 45 0002 {T1} d10a 10", body(20)[16:])
    assert kinds(client.receive(last, SERVER, 2, room=False)) == ["Withheld"]
    # The question goes on being sent on its schedule, and the answer finds room at last.
    assert client.fire(seconds(2.5) + 1) == [Transmit(SERVER, b(f"44 01 0002 {T1} b1 78 c1 10"))]
    [event] = client.receive(last, SERVER, seconds(3))
    assert isinstance(event, Response)
    assert event.message.payload == body(20)


def test_a_body_without_room_does_not_hold_nstart() -> None:
    client = small()
    client.send(request(), SERVER, 0)
    client.receive(datagram("60 45 0001 d10a 08", body(20)[:16]), SERVER, 1)
    assert client.send(request(3), SERVER, 1) == [Waiting(3, SERVER, 2)]
    events = client.receive(datagram(f"64 45 0002 {T1} d10a 10", body(20)[16:]), SERVER, 2, room=False)
    assert events[1:] == [Transmit(SERVER, b("40 01 0003 b1 78"))]


def test_only_the_last_block_of_a_request_needs_room() -> None:
    server = conversation()
    first, last = (
        datagram("40 03 0001 b1 78 d103 08", body(20)[:16]),
        datagram("40 03 0002 b1 78 d103 10", body(20)[16:]),
    )
    assert sent(server.receive(first, CLIENT, 0, room=False)) == [b("60 5f 0001 d10e 08")]
    [withheld] = server.receive(last, CLIENT, 1, room=False)
    assert isinstance(withheld, Withheld)
    assert server.next_timer() is None  # no ACK: the peer sends it again
    [event] = server.receive(last, CLIENT, 2)
    assert isinstance(event, Request)
    assert event.message.payload == body(20)


def test_a_gap_needs_no_room_and_neither_does_a_further_block_of_an_answer() -> None:
    server = small()
    assert sent(server.receive(b("40 03 0001 b1 78 d103 10 ff 31"), CLIENT, 0, room=False))[0][:4] == b("60 88 0001")
    server.receive(b("40 01 0002 b1 78"), CLIENT, 0)
    server.respond(request(2), CLIENT, Message(code=CONTENT, options=((4, b"e"),), payload=body(20)), 0)
    assert sent(server.receive(b("40 01 0003 b1 78 c1 10"), CLIENT, 0, room=False)) == [
        datagram("60 45 0003 41 65 d106 10", body(20)[16:])
    ]


def test_a_demand_for_an_echo_needs_no_room_but_its_answer_does() -> None:
    client = conversation(first_mid=2)
    client.send(request(), SERVER, 0)
    assert kinds(client.receive(b("60 81 0001 d1ef 65"), SERVER, 1, room=False)) == ["Transmit"]
    assert kinds(client.receive(b("60 45 0002 ff 31"), SERVER, 2, room=False)) == ["Withheld"]


# ── Echo (RFC 9175) ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_request_is_repeated_once_with_the_echo_that_is_demanded() -> None:
    client = conversation(first_mid=2)
    asked = request(1, PUT, b"on", token=b"T")
    client.send(asked, SERVER, 0)
    assert client.receive(b("61 81 0001 54 d1ef 65"), SERVER, 1) == [
        Transmit(SERVER, b("41 03 0002 54 b1 78 d1 e4 65 ff 6f6e"))
    ]
    # The answer is known by what the owner knows: the mid of the first answer.
    assert client.receive(b("61 44 0002 54"), SERVER, 2) == [
        Response(Message(ACK, CHANGED, 1, b"T"), b("61 44 0001 54"), SERVER, asked)
    ]


def test_a_second_demand_is_the_answer() -> None:
    client = conversation(first_mid=2)
    client.send(request(), SERVER, 0)
    client.receive(b("60 81 0001 d1ef 65"), SERVER, 1)
    [event] = client.receive(b("60 81 0002 d1ef 66"), SERVER, 2)
    assert isinstance(event, Response)
    assert (event.message.code, event.message.first(ECHO), event.message.mid) == (UNAUTHORIZED, b"f", 1)


def test_an_echo_is_kept_for_later_requests_to_that_server_while_it_is_fresh() -> None:
    client = conversation(first_mid=2)
    client.send(request(), SERVER, 0)
    client.receive(b("60 45 0001 d1ef 65"), SERVER, 1)  # 2.05 with Echo: for the next time
    assert client.send(request(5), SERVER, 2) == [Transmit(SERVER, b("40 01 0005 b1 78 d1 e4 65"))]
    assert client.send(request(6), OTHER, 2) == [Transmit(OTHER, b("40 01 0006 b1 78"))]
    client.abandon()
    assert client.send(request(7), SERVER, seconds(247) + 1) == [Transmit(SERVER, b("40 01 0007 b1 78"))]


def test_an_echo_that_went_stale_is_replaced() -> None:
    client = conversation(first_mid=2)
    client.send(request(), SERVER, 0)
    client.receive(b("60 45 0001 d1ef 65"), SERVER, 1)
    client.send(request(5), SERVER, 2)
    assert client.receive(b("60 81 0005 d1ef 66"), SERVER, 3) == [Transmit(SERVER, b("40 01 0002 b1 78 d1 e4 66"))]


# ── No-Response (RFC 7967) ────────────────────────────────────────────────────────────────────────────────────────


def test_silence_is_no_failure_of_a_request_that_wants_to_hear_of_no_success() -> None:
    for kind in (NON, CON):
        client = conversation(first_mid=2)
        client.send(request(1, PUT, b"on", (NO_RESPONSE, b"\x1a"), kind=kind), SERVER, 0)
        if kind == CON:
            assert client.receive(b("60 00 0001"), SERVER, 1) == [Acknowledged(1, SERVER)]
        assert run(client, seconds(300)) == []
        assert client.sizes()["quiet"] == 0


def test_what_is_not_awaited_is_not_abandoned_either() -> None:
    client = conversation(first_mid=2)
    client.send(request(1, PUT, b"on", (NO_RESPONSE, b"\x1a"), kind=NON), SERVER, 0)
    assert client.abandon() == []


def test_a_con_that_nobody_acknowledges_has_failed_whatever_it_wants_to_hear() -> None:
    client = conversation(first_mid=2)
    asked = request(1, PUT, b"on", (NO_RESPONSE, b"\x1a"))
    client.send(asked, SERVER, 0)
    assert run(client, seconds(300))[-1] == GivenUp(asked, SERVER, "no ACK after 5 transmissions")


def test_silence_is_a_failure_where_only_errors_are_unwanted() -> None:
    client = conversation(first_mid=2)
    asked = request(1, PUT, b"on", (NO_RESPONSE, b"\x18"), kind=NON)
    client.send(asked, SERVER, 0)
    assert run(client, seconds(300)) == [GivenUp(asked, SERVER, "no response within 145 s")]


def test_an_answer_that_comes_all_the_same_is_delivered() -> None:
    client = conversation(first_mid=2)
    client.send(request(1, PUT, b"on", (NO_RESPONSE, b"\x1a"), kind=NON), SERVER, 0)
    assert kinds(client.receive(b("50 44 0900"), SERVER, 1)) == ["Response"]


def test_an_answer_that_the_client_does_not_want_is_not_sent() -> None:
    for head, ack in (("40 03 0001", [Transmit(CLIENT, b("60 00 0001"))]), ("50 03 0001", [])):
        server = conversation()
        [event] = server.receive(b(head + "b1 78 d1 ea 02"), CLIENT, 0)  # No-Response: no 2.xx
        assert isinstance(event, Request)
        assert server.respond(event.message, CLIENT, DONE, 1) == ack
        assert (server.open_request(1), server.next_timer()) == (None, None)


def test_an_answer_of_a_class_that_the_client_wants_is_sent() -> None:
    server = conversation()
    [event] = server.receive(b("40 03 0001 b1 78 d1 ea 02"), CLIENT, 0)
    assert isinstance(event, Request)
    assert server.respond(event.message, CLIENT, Message(code=NOT_FOUND), 1) == [Transmit(CLIENT, b("60 84 0001"))]


# ── answers that the owner addresses himself ──────────────────────────────────────────────────────────────────────


def test_a_long_answer_sent_by_mid_is_cut_and_its_rest_handed_out() -> None:
    server = small()
    server.receive(b("41 01 0001 54 b1 78"), CLIENT, 0)
    answer = Message(ACK, CONTENT, 1, b"T", ((4, b"e"),), body(20))
    assert server.send(answer, CLIENT, 1) == [Transmit(CLIENT, datagram("61 45 0001 54 41 65 d106 08", body(20)[:16]))]
    assert server.receive(b("41 01 0002 55 b1 78 c1 10"), CLIENT, 2) == [
        Transmit(CLIENT, datagram("61 45 0002 55 41 65 d106 10", body(20)[16:]))
    ]


def test_an_answer_sent_by_mid_to_the_last_block_says_that_the_body_arrived() -> None:
    server = conversation()
    server.receive(datagram("40 03 0001 b1 78 d103 08", body(20)[:16]), CLIENT, 0)
    server.receive(datagram("40 03 0002 b1 78 d103 10", body(20)[16:]), CLIENT, 0)
    assert server.send(Message(ACK, CHANGED, 2), CLIENT, 1) == [Transmit(CLIENT, b("60 44 0002 d10e 10"))]


def test_a_long_separate_answer_sent_by_token_is_cut() -> None:
    server = small()
    server.receive(b("41 01 0001 54 b1 78"), CLIENT, 0)
    assert server.fire(seconds(1)) == [Transmit(CLIENT, b("60 00 0001"))]
    answer = Message(CON, CONTENT, 9, b"T", ((4, b"e"),), body(20))
    assert server.send(answer, CLIENT, seconds(2)) == [
        Transmit(CLIENT, datagram("41 45 0009 54 41 65 d106 08", body(20)[:16]))
    ]


def test_a_long_notification_that_the_owner_sends_himself_is_cut() -> None:
    server = small()
    server.receive(b("41 01 0001 54 60 51 78"), CLIENT, 0)
    server.send(Message(ACK, CONTENT, 1, b"T", ((6, b"\x01"),), b"0"), CLIENT, 1)
    notice = Message(NON, CONTENT, 9, b"T", ((4, b"e"), (6, b"\x02")), body(20))
    assert server.send(notice, CLIENT, 2) == [
        Transmit(CLIENT, datagram("51 45 0009 54 41 65 21 02 d104 08", body(20)[:16]))
    ]
    assert sent(server.receive(b("41 01 0002 55 b1 78 c1 10"), CLIENT, 3)) == [
        datagram("61 45 0002 55 41 65 d106 10", body(20)[16:])
    ]


def test_an_answer_sent_by_mid_that_the_client_does_not_want_becomes_an_empty_ack() -> None:
    server = conversation()
    server.receive(b("40 03 0001 b1 78 d1 ea 02"), CLIENT, 0)
    assert server.send(Message(ACK, CHANGED, 1), CLIENT, 1) == [
        Transmit(CLIENT, b("60 00 0001")),
        Ignored("nobody wants this answer (No-Response, RFC 7967)", CLIENT),
    ]


# ── hostile peers ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_szx_7_is_a_bad_request_in_both_directions() -> None:
    server = conversation()
    for mid, option in ((1, "d103 0f"), (2, "c1 07")):
        [reply] = sent(server.receive(b(f"40 03 {mid:04x} b1 78 {option}"), CLIENT, 0))
        assert reply[:4] == b(f"60 80 {mid:04x}")


def test_no_answer_to_a_request_is_longer_than_a_block() -> None:
    server = conversation()
    server.receive(b("40 01 0001 b1 78"), CLIENT, 0)
    [reply] = sent(server.respond(request(), CLIENT, Message(code=CONTENT, payload=body(60_000)), 0))
    assert len(reply) < 1024 + 16
    assert server.sizes()["portioned bytes"] == 60_000


def test_ten_thousand_uploads_that_never_end_stay_within_bounds() -> None:
    server = conversation(memory=1_000)
    for number in range(10_000):
        server.receive(datagram("50 03 0001 b1 78 d103 08", bytes(16)), ("198.51.100.1", number), 0)
    sizes = server.sizes()
    assert (sizes["assembled"], sizes["assembled bytes"], sizes["open"]) == (16, 256, 0)


def test_a_storm_of_rsts_ends_nothing_but_what_they_name() -> None:
    client = small()
    client.send(request(1, GET, kind=NON), SERVER, 0)
    client.receive(datagram("50 45 0900 d10a 08", body(20)[:16]), SERVER, 1)
    for mid in (0, 1, 3, 0x900, 0xFFFF):
        client.receive(b(f"70 00 {mid:04x}"), SERVER, 2)
        client.receive(b(f"70 00 {2:04x}"), OTHER, 2)
    [event] = client.receive(datagram(f"64 45 0002 {T1} d10a 10", body(20)[16:]), SERVER, 3)
    assert isinstance(event, Response)


def test_a_fetch_goes_in_blocks_both_ways() -> None:
    client, server = small(), conversation(exponent=0)
    asked = request(1, FETCH, body(40))
    heard, served = talk(client, server, client.send(asked, SERVER, 0), Message(code=CONTENT, payload=body(50)))
    assert [event.message.payload for event in heard if isinstance(event, Response)] == [body(50)]
    assert [event.message.payload for event in served if isinstance(event, Request)] == [body(40)]
