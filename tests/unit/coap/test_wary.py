"""What strangers get of a conversation, literally; from a server's address nobody is flooded (RFC 7252 §11.3)."""

from __future__ import annotations

from random import Random

from modemtwin.clockwork import seconds
from modemtwin.coap.conversation import Conversation
from modemtwin.coap.events import Event, GivenUp, Request, Response, Transmit
from modemtwin.coap.message import Message, decode, encode, uint
from modemtwin.coap.numbers import (
    ACK,
    BLOCK2,
    CHANGED,
    CON,
    CONTENT,
    ECHO,
    ETAG,
    GET,
    LOCATION_PATH,
    NON,
    NOT_FOUND,
    OBSERVE,
    POST,
    UNAUTHORIZED,
    URI_PATH,
)
from modemtwin.coap.strangers import Strangers
from modemtwin.coap.wary import WaryConversation

WHO = ("192.0.2.7", 40_000)
LONG = bytes(range(256)) * 4
STRANGERS = Strangers(b"key")


def wary() -> WaryConversation:
    return WaryConversation(Random(1), first_mid=1, strangers=Strangers(b"key"))


def get(mid: int = 1, *options: tuple[int, bytes], kind: int = CON, code: int = GET) -> Message:
    return Message(kind, code, mid, b"T", tuple(sorted((*options, (URI_PATH, b"core")))))


def ask(machine: WaryConversation, request: Message, answer: Message, now: int = 0) -> list[Message]:
    events = machine.receive(encode(request), WHO, now)
    for event in list(events):
        if isinstance(event, Request):
            events += machine.respond(event.message, WHO, answer, now, resource="thing")
    return sent(events)


def sent(events: list[Event]) -> list[Message]:
    messages = [decode(event.data) for event in events if isinstance(event, Transmit)]
    return [message for message in messages if isinstance(message, Message)]


def test_a_short_answer_is_the_same_to_everybody() -> None:
    answer = Message(code=CONTENT, payload=b"hello world")
    assert ask(wary(), get(), answer) == [Message(ACK, CONTENT, 1, b"T", (), b"hello world")]


def test_a_long_answer_begins_with_a_small_block_and_an_echo() -> None:
    (first,) = ask(wary(), get(), Message(code=CONTENT, options=((ETAG, b"e"),), payload=LONG))
    options = ((ETAG, b"e"), (BLOCK2, b"\x0a"), STRANGERS.echo(WHO))
    assert first == Message(ACK, CONTENT, 1, b"T", options, LONG[:64])


def test_who_does_not_know_echo_gets_the_rest_in_blocks_as_small() -> None:
    machine, body = wary(), b""
    for number in range(16):
        block = () if not number else ((BLOCK2, uint(number << 4 | 2)),)
        (piece,) = ask(machine, get(number + 1, *block), Message(code=CONTENT, payload=LONG))
        body += piece.payload
    assert body == LONG
    assert piece.first(BLOCK2) == uint(15 << 4 | 2)


def test_who_comes_back_with_the_echo_gets_all_at_once() -> None:
    machine = wary()
    ask(machine, get(), Message(code=CONTENT, payload=LONG))
    (whole,) = ask(machine, get(2, STRANGERS.echo(WHO)), Message(code=CONTENT, payload=LONG))
    assert (whole.payload, whole.options) == (LONG, ())
    (again,) = ask(machine, get(3), Message(code=CONTENT, payload=LONG))
    assert again.payload == LONG


def test_who_asks_for_larger_blocks_than_there_is_room_for_gets_smaller_ones_from_the_same_byte() -> None:
    machine = wary()
    ask(machine, get(), Message(code=CONTENT, payload=LONG))
    (piece,) = ask(machine, get(2, (BLOCK2, uint(1 << 4 | 5))), Message(code=CONTENT, payload=LONG))
    assert (piece.first(BLOCK2), piece.payload) == (uint(8 << 4 | 8 | 2), LONG[512:576])


def test_a_long_diagnosis_is_cut_between_two_characters() -> None:
    (error,) = ask(wary(), get(), Message(code=NOT_FOUND, payload=b"a" + "ü".encode() * 100))
    assert (error.code, error.payload) == (NOT_FOUND, b"a" + "ü".encode() * 53)
    assert len(encode(error)) <= 3 * (42 + len(encode(get()))) - 42


def test_options_that_leave_no_room_ask_for_proof_first() -> None:
    options = ((LOCATION_PATH, b"x" * 200),)
    assert ask(wary(), get(), Message(code=CONTENT, options=options)) == [
        Message(ACK, UNAUTHORIZED, 1, b"T", (STRANGERS.echo(WHO),))
    ]
    # What is done must not be asked for again.
    assert ask(wary(), get(code=POST), Message(code=CHANGED, options=options)) == [Message(ACK, CHANGED, 1, b"T")]


def test_an_answer_that_has_an_echo_of_its_own_keeps_it() -> None:
    own = (ECHO, b"fresh")
    (first,) = ask(wary(), get(), Message(code=CONTENT, options=(own,), payload=LONG))
    assert first.values(ECHO) == [b"fresh"]


def test_a_separate_answer_is_repeated_only_as_long_as_it_was_paid_for() -> None:
    machine = wary()
    machine.receive(encode(get()), WHO, 0)
    assert sent(machine.fire(seconds(1))) == [Message(ACK, 0, 1)]
    answer = Message(code=CONTENT, payload=b"late")
    separate = sent(machine.respond(get(), WHO, answer, seconds(2)))
    assert separate == [Message(CON, CONTENT, 1, b"T", (), b"late")]
    repeated: list[Event] = []
    while (moment := machine.next_timer()) is not None:
        repeated += machine.fire(moment)
    # 3 x (42 + 10) bytes came; 46 of them went for the ACK, 52 for each transmission: there were two of five.
    assert sent(repeated) == separate
    assert isinstance(repeated[-1], GivenUp)


def test_a_stranger_is_notified_by_con_and_his_ack_pays_for_the_next_state() -> None:
    machine = wary()
    ask(machine, get(1, (OBSERVE, b"")), Message(code=CONTENT, payload=b"state 0"))
    for count in range(1, 9):
        state = Message(NON, CONTENT, payload=b"state %d" % count)
        (told,) = sent(machine.notify("thing", lambda _, state=state: state, seconds(count)))  # type: ignore[misc]
        assert (told.type, told.payload) == (CON, b"state %d" % count)
        machine.receive(encode(Message(ACK, 0, told.mid)), WHO, seconds(count))


def test_a_stranger_who_acknowledges_nothing_is_told_no_more() -> None:
    machine = wary()
    ask(machine, get(1, (OBSERVE, b"")), Message(code=CONTENT, payload=b"state 0"))
    told = 0
    for count in range(60):
        state = Message(NON, CONTENT, payload=b"state")
        told += len(sent(machine.notify("thing", lambda _, state=state: state, seconds(count))))  # type: ignore[misc]
        while (moment := machine.next_timer()) is not None and moment <= seconds(count + 1):
            told += len(sent(machine.fire(moment)))
    assert told == 1
    machine.fire(seconds(1000))
    assert machine.observers("thing") == 0


def test_a_duplicate_pays_for_the_answer_it_gets_again() -> None:
    machine, data = wary(), encode(get())
    first = ask(machine, get(), Message(code=CONTENT, payload=LONG))
    assert [sent(machine.receive(data, WHO, 0)) for _ in range(9)] == [first] * 9


def test_our_client_gathers_what_a_group_of_wary_servers_has_to_say() -> None:
    client, where = Conversation(Random(2), first_mid=100), ("192.0.2.1", 5683)
    machine = wary()
    asked = get(client.next_mid(0), kind=NON)
    client.send(asked, ("224.0.1.187", 5683), 0)
    for event in machine.receive(encode(asked), WHO, 0, multicast=True):
        assert isinstance(event, Request)
        machine.respond(event.message, WHO, Message(code=CONTENT, payload=LONG), 0)
    leisure = machine.next_timer()
    assert leisure is not None
    told, way = [], machine.fire(leisure)
    while way:
        (event,) = way
        assert isinstance(event, Transmit)
        if event.destination == WHO:
            way = client.receive(event.data, where, leisure)
            told += [each for each in way if isinstance(each, Response)]
            way = [each for each in way if isinstance(each, Transmit)]
        else:
            way = machine.receive(event.data, WHO, leisure)
    assert [(each.message.payload, each.source, each.request) for each in told] == [(LONG, where, asked)]
    assert machine.sizes()["verified"] == 1  # it has brought the Echo back


def test_a_separate_answer_is_cut_to_what_the_empty_ack_has_left() -> None:
    machine = wary()
    machine.receive(encode(get()), WHO, 0)
    machine.fire(seconds(1))
    (separate,) = sent(machine.respond(get(), WHO, Message(code=CONTENT, payload=LONG[:80]), seconds(2)))
    assert (separate.type, separate.first(BLOCK2), separate.payload) == (CON, b"\x09", LONG[:32])
    assert separate.first(ECHO) is not None
