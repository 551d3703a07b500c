"""The embedded server and those who observe it (RFC 7641), in virtual time."""

from __future__ import annotations

from random import Random

from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.events import Event, Transmit
from modemtwin.coap.message import Message, decode, encode, number, uint
from modemtwin.coap.numbers import (
    ACK,
    CHANGED,
    CON,
    CONTENT,
    CONTENT_FORMAT,
    DELETE,
    DELETED,
    ECHO,
    FETCH,
    GET,
    MAX_AGE,
    NON,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    OBSERVE,
    PUT,
    RST,
    UNAUTHORIZED,
    URI_PATH,
    VALID,
)
from modemtwin.world.peer.peer import Peer

MODEM = ("192.0.2.7", 49152)
OTHER = ("192.0.2.8", 49152)
OBS, TIME = (b"obs",), (b"time",)


def peer() -> Peer:
    return Peer(Random(7641), epoch=0.5)


def sent(events: list[Event]) -> list[Message]:
    """What goes out, decoded, in order."""
    messages = [decode(event.data) for event in events if isinstance(event, Transmit)]
    assert all(isinstance(message, Message) for message in messages)
    return [message for message in messages if isinstance(message, Message)]


def request(
    path: str, mid: int, *options: tuple[int, bytes], code: int = GET, kind: int = CON, payload: bytes = b""
) -> bytes:
    segments = tuple((URI_PATH, each.encode()) for each in path.split("/"))
    return encode(Message(kind, code, mid, b"\xaa", (*options, *segments), payload))


def watch(path: str, mid: int = 1, *, kind: int = CON) -> bytes:
    return request(path, mid, (OBSERVE, b""), kind=kind)


def run(machine: Peer, until: Micros) -> list[tuple[float, Message]]:
    """Let time pass, a client acknowledging all it gets; what went out, and when in seconds."""
    heard = []
    while (moment := machine.next_timer()) is not None and moment <= until:
        for event in machine.fire(moment):
            if isinstance(event, Transmit):
                (message,) = sent([event])
                heard.append((moment / 1_000_000, message))
                if message.type == CON:
                    machine.receive(encode(Message(ACK, 0, message.mid)), event.destination, moment)
    return heard


def test_who_observes_the_time_hears_it_every_second_and_confirms_every_eighth() -> None:
    machine = peer()
    (first,) = sent(machine.receive(watch("time"), MODEM, 0))
    assert (first.type, first.code, first.payload) == (ACK, CONTENT, b"1970-01-01T00:00:00Z")
    assert (first.first(OBSERVE), first.first(MAX_AGE)) == (b"\x01", b"\x01")
    heard = run(machine, seconds(17))
    assert [moment for moment, _ in heard] == [second + 0.5 for second in range(17)]
    assert [message.payload for _, message in heard] == [b"1970-01-01T00:00:%02dZ" % second for second in range(1, 18)]
    assert [message.type for _, message in heard] == [*([NON] * 7), CON, *([NON] * 7), CON, NON]
    assert {message.token for _, message in heard} == {b"\xaa"}
    numbers = [number(message.first(OBSERVE) or b"") for _, message in heard]
    assert numbers == list(range(2, 19))


def test_a_state_that_changes_by_itself_is_told_every_five_seconds_with_how_long_it_lasts() -> None:
    machine = peer()
    machine.receive(watch("obs"), MODEM, seconds(100))
    heard = run(machine, seconds(111))
    assert [(moment, message.payload, message.first(MAX_AGE)) for moment, message in heard] == [
        (105, b"state 2", b"\x05"),
        (110, b"state 3", b"\x05"),
    ]


def test_nothing_rings_while_nobody_observes() -> None:
    machine = peer()
    for mid, path in enumerate(("obs", "time", "test")):
        machine.receive(request(path, mid), MODEM, 0)
    assert machine.next_timer() is None


def test_what_is_put_is_told_at_once_and_puts_the_next_change_off() -> None:
    machine = peer()
    machine.receive(watch("obs"), MODEM, 0)
    events = machine.receive(request("obs", 2, (CONTENT_FORMAT, b""), code=PUT, payload=b"new"), OTHER, seconds(3))
    assert [event.destination for event in events if isinstance(event, Transmit)] == [OTHER, MODEM]
    answer, told = sent(events)
    assert (answer.type, answer.code) == (ACK, CHANGED)
    assert (told.type, told.code, told.payload, told.first(OBSERVE)) == (NON, CONTENT, b"new", b"\x02")
    assert [(moment, message.payload) for moment, message in run(machine, seconds(9))] == [(8, b"state 2")]


def test_who_observes_what_is_deleted_hears_the_end_in_a_con() -> None:
    machine = peer()
    machine.receive(watch("obs"), MODEM, 0)
    answer, end = sent(machine.receive(request("obs", 2, code=DELETE), OTHER, seconds(1)))
    assert answer.code == DELETED
    assert (end.type, end.code, end.first(OBSERVE), end.payload) == (CON, NOT_FOUND, None, b"Not Found")
    machine.receive(encode(Message(ACK, 0, end.mid)), MODEM, seconds(1.1))
    assert (machine.observers(OBS), machine.next_timer()) == (0, None)


def test_who_observes_one_format_is_told_that_it_has_ended() -> None:
    machine = peer()
    machine.receive(watch("obs"), MODEM, 0)
    put = request("obs", 2, (CONTENT_FORMAT, uint(50)), code=PUT, payload=b"{}")
    _, end = sent(machine.receive(put, OTHER, seconds(1)))
    assert (end.type, end.code, end.first(OBSERVE)) == (CON, NOT_ACCEPTABLE, None)
    assert machine.observers(OBS) == 0


def test_observers_of_two_formats_each_hear_their_own() -> None:
    machine = peer()
    machine.receive(request("obs", 1, (CONTENT_FORMAT, uint(50)), code=PUT, payload=b"{}"), OTHER, 0)
    machine.receive(watch("obs", 2), MODEM, seconds(1))
    (end,) = (message for _, message in run(machine, seconds(5)))
    assert end.code == NOT_ACCEPTABLE
    machine.receive(watch("obs", 3), MODEM, seconds(6))
    assert [message.payload for _, message in run(machine, seconds(10))] == [b"state 3"]


def test_whatever_is_put_can_be_observed() -> None:
    machine = peer()
    (answer,) = sent(machine.receive(watch("test"), MODEM, 0))
    assert answer.first(OBSERVE) == b"\x01"
    assert machine.next_timer() is None
    _, told = sent(machine.receive(request("test", 2, (CONTENT_FORMAT, b""), code=PUT, payload=b"x" * 3000), OTHER, 1))
    assert (told.payload, told.first(23)) == (b"x" * 1024, b"\x0e")
    _, end = sent(machine.receive(request("test", 3, code=DELETE), OTHER, 2))
    assert end.code == NOT_FOUND


def test_what_does_not_change_is_given_and_not_observed() -> None:
    for path in ("large", "query", "multi-format", "nothing"):
        machine = peer()
        (answer,) = sent(machine.receive(watch(path), MODEM, 0))
        assert answer.first(OBSERVE) is None
        assert machine.next_timer() is None


def test_who_takes_back_his_wish_or_rejects_a_notification_hears_no_more() -> None:
    machine = peer()
    machine.receive(watch("time"), MODEM, 0)
    (answer,) = sent(machine.receive(request("time", 2, (OBSERVE, b"\x01")), MODEM, seconds(0.1)))
    assert (answer.code, answer.first(OBSERVE)) == (CONTENT, None)
    assert run(machine, seconds(5)) == []
    machine.receive(watch("time", 3), MODEM, seconds(6))
    (moment, told), *_ = run(machine, seconds(6.5))
    assert moment == 6.5
    machine.receive(encode(Message(RST, 0, told.mid)), MODEM, seconds(6.6))
    assert run(machine, seconds(9)) == []
    assert machine.sizes()["watched"] == 0


def test_who_never_acknowledges_is_forgotten_and_the_server_rests() -> None:
    machine = peer()
    machine.receive(watch("time"), MODEM, 0)
    messages, last = [], 0
    while (moment := machine.next_timer()) is not None:
        last = moment
        messages += sent(machine.fire(moment))
    assert [message.type for message in messages] == [*([NON] * 7), CON, CON, CON, CON, CON]
    assert seconds(7.5 + 62) < last < seconds(7.5 + 94)
    assert machine.observers(TIME) == 0


def test_whom_the_list_of_observers_has_no_room_for_gets_the_state_and_nothing_more() -> None:
    machine = peer()
    for port in range(1, 65):
        machine.receive(watch("obs"), ("192.0.2.9", port), 0)
    (answer,) = sent(machine.receive(watch("obs"), MODEM, 0))
    assert (answer.code, answer.first(OBSERVE)) == (CONTENT, None)
    assert machine.observers(OBS) == 64


def test_an_observer_who_has_the_state_already_is_told_that_it_is_valid() -> None:
    machine = peer()
    (first,) = sent(machine.receive(request("test", 1), MODEM, 0))
    machine.receive(request("test", 2, (OBSERVE, b""), (4, first.first(4) or b"")), MODEM, 0)
    put = {"code": PUT, "payload": b"hello world"}
    _, told = sent(machine.receive(request("test", 3, (CONTENT_FORMAT, b""), **put), OTHER, 1))  # type: ignore[arg-type]
    assert (told.code, told.payload, told.first(OBSERVE)) == (VALID, b"", b"\x02")


def test_a_part_of_a_document_can_be_observed() -> None:
    machine = peer()
    asked = request("json", 1, (OBSERVE, b""), code=FETCH, payload=b'["unit"]')
    (answer,) = sent(machine.receive(asked, MODEM, 0))
    assert (answer.payload, answer.first(OBSERVE)) == (b'{"unit":"byte"}', b"\x01")
    patch = request("json", 2, code=6, payload=b'{"unit":"bit"}')
    _, told = sent(machine.receive(patch, OTHER, 1))
    assert told.payload == b'{"unit":"bit"}'


def test_who_observes_what_demands_freshness_proves_it_once() -> None:
    machine = peer()
    (refusal,) = sent(machine.receive(watch("fresh"), MODEM, 0))
    assert (refusal.code, refusal.first(OBSERVE)) == (UNAUTHORIZED, None)
    echo = (ECHO, refusal.first(ECHO) or b"")
    (answer,) = sent(machine.receive(request("fresh", 2, (OBSERVE, b""), echo), MODEM, seconds(1)))
    assert (answer.code, answer.first(OBSERVE)) == (CONTENT, b"\x01")
    (again,) = sent(machine.receive(request("fresh", 3), OTHER, seconds(20)))
    proof = (ECHO, again.first(ECHO) or b"")
    put = request("fresh", 4, (CONTENT_FORMAT, b""), proof, code=PUT, payload=b"x")
    _, told = sent(machine.receive(put, OTHER, seconds(21)))
    assert (told.code, told.payload) == (CONTENT, b"x")
