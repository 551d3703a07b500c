"""Watching a resource from the client's side."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.conversation import (
    Broken,
    Conversation,
    Event,
    GivenUp,
    Ignored,
    Notification,
    Remark,
    Reset,
    Response,
    Transmit,
    Waiting,
)
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import ACK, CON, GET, NON, RST, URI_PATH
from modemtwin.coap.observe import is_newer
from tests.unit.coap.play import OTHER, SERVER, b
from tests.unit.coap.talk import T1, T2, body, conversation, datagram, request

OBSERVED = request(1, GET, b"", (6, b""), token=b"T")
REGISTRATION = "41 01 0001 54 60 51 78"
OLDER = "notification with mid {} is older than the last one"


def watching(now: Micros = 0, max_age: str = "813c") -> Conversation:
    """A client that observes /x; the last number it heard was 10, and it is fresh for 60 s."""
    client = conversation(first_mid=2)
    assert client.send(OBSERVED, SERVER, now) == [Transmit(SERVER, b(REGISTRATION))]
    [event] = client.receive(datagram(f"61 45 0001 54 61 0a {max_age}", b"10"), SERVER, now)
    assert isinstance(event, Response)
    return client


def notice(number: str, mid: int = 0x100, kind: str = "5", payload: bytes = b"new") -> bytes:
    """A notification in a NON (5) or CON (4)."""
    return datagram(f"{kind}1 45 {mid:04x} 54 {len(b(number)) + 0x60:02x} {number}", payload)


def payloads(events: list[Event]) -> list[bytes]:
    return [event.message.payload for event in events if isinstance(event, Notification)]


# ── order ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("second", "after", "first", "newer"),
    [
        (11, 0, 10, True),
        (10, 0, 10, False),
        (9, 0, 10, False),
        (10 + (1 << 23) - 1, 0, 10, True),
        (10 + (1 << 23), 0, 10, False),
        (0, 0, (1 << 24) - 1, True),  # the numbers wrap at 24 bits
        ((1 << 24) - 1, 0, 0, False),
        (9, 128, 10, False),
        (9, 128.000001, 10, True),  # after 128 s any number is newer
        (10, 129, 10, True),
    ],
)
def test_which_of_two_notifications_is_newer(second: int, after: float, first: int, newer: bool) -> None:
    assert is_newer(second, seconds(after), first, 0) is newer


def test_a_notification_that_was_overtaken_is_acknowledged_and_of_no_use() -> None:
    client = watching()
    assert payloads(client.receive(notice("0c"), SERVER, 1)) == [b"new"]
    assert client.receive(notice("0b", 0x101, "4"), SERVER, 2) == [
        Transmit(SERVER, b("60 00 0101")),
        Ignored(OLDER.format(0x101), SERVER),
    ]


def test_numbers_that_jump_ahead_are_followed_and_those_behind_are_not() -> None:
    client = watching()
    assert payloads(client.receive(notice("800000"), SERVER, 1)) == [b"new"]
    assert client.receive(notice("0b", 0x101), SERVER, 2) == [Ignored(OLDER.format(0x101), SERVER)]


def test_a_notification_is_delivered_once() -> None:
    client = watching()
    assert payloads(client.receive(notice("0b", kind="4"), SERVER, 1)) == [b"new"]
    events = client.receive(notice("0b", kind="4"), SERVER, 2)
    assert events[0] == Transmit(SERVER, b("60 00 0100"))
    assert payloads(events) == []


def test_a_notification_from_another_address_is_rejected() -> None:
    events = watching().receive(notice("0b", kind="4"), OTHER, 1)
    assert events == [
        Transmit(OTHER, b("70 00 0100")),
        Ignored("response belongs to no request of ours", OTHER),
    ]


# ── room ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_notification_without_room_is_not_acknowledged_and_comes_again() -> None:
    client = watching()
    events = client.receive(notice("0b", kind="4"), SERVER, 1, room=False)
    assert [type(event).__name__ for event in events] == ["Withheld"]
    assert payloads(client.receive(notice("0b", kind="4"), SERVER, 2)) == [b"new"]


def test_an_old_notification_needs_no_room() -> None:
    client = watching()
    assert client.receive(notice("09"), SERVER, 1, room=False) == [Ignored(OLDER.format(0x100), SERVER)]


# ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "last", ["51 45 0100 54 ff 6c617374", "51 84 0100 54 ff 6c617374", "51 84 0100 54 60 ff 6c617374"]
)
def test_an_answer_without_observe_or_an_error_ends_the_observation(last: str) -> None:
    client = watching()
    assert payloads(client.receive(b(last), SERVER, 1)) == [b"last"]
    assert (client.sizes()["observations"], client.sizes()["standing"], client.next_timer()) == (0, 0, None)


def test_observe_1_with_the_same_token_ends_the_observation_at_once() -> None:
    client = watching()
    goodbye = request(2, GET, b"", (6, b"\x01"), token=b"T")
    assert client.send(goodbye, SERVER, 1) == [Transmit(SERVER, b("41 01 0002 54 61 01 51 78"))]
    # What still comes is rejected, in a NON too, and is not taken for the answer.
    for kind in "45":
        assert client.receive(notice("0b", 0x100 + int(kind), kind), SERVER, 2) == [
            Transmit(SERVER, b(f"70 00 010{kind}")),
            Ignored("notification of what is observed no more", SERVER),
        ]
    answer = Message(ACK, 0x45, 2, b"T", (), b"last")
    assert client.receive(b("61 45 0002 54 ff 6c617374"), SERVER, 3) == [
        Response(answer, b("61 45 0002 54 ff 6c617374"), SERVER, goodbye)
    ]


@pytest.mark.parametrize(("token", "name"), [(b"U", "token 55"), (b"", "the empty token")])
def test_observe_1_with_a_token_that_observes_nothing_is_sent_and_remarked_upon(token: bytes, name: str) -> None:
    client = watching()
    sent, remark = client.send(request(2, GET, b"", (6, b"\x01"), token=token), SERVER, 1)
    assert isinstance(sent, Transmit)
    assert remark == Remark(f"nothing is observed there with {name}, so Observe 1 ends nothing", SERVER)
    assert client.sizes()["observations"] == 1


def test_an_rst_of_the_owner_for_a_notification_ends_the_observation() -> None:
    client = watching()
    client.receive(notice("0b"), SERVER, 1)
    assert client.send(Message(RST, 0, 0x100), SERVER, 2) == [Transmit(SERVER, b("70 00 0100"))]
    assert client.receive(notice("0c", 0x101), SERVER, 3) == [
        Transmit(SERVER, b("70 00 0101")),
        Ignored("notification of what is observed no more", SERVER),
    ]


def test_an_rst_for_something_else_ends_nothing() -> None:
    client = watching()
    client.send(Message(RST, 0, 0x999), SERVER, 2)
    client.send(Message(RST, 0, 0x001), OTHER, 2)
    assert client.sizes()["observations"] == 1


def test_a_registration_that_is_answered_without_observe_is_none() -> None:
    client = conversation(first_mid=2)
    client.send(OBSERVED, SERVER, 0)
    client.receive(b("61 45 0001 54 ff 31"), SERVER, 0)
    assert client.sizes()["observations"] == 0


def test_abandoned_observations_are_named() -> None:
    client = watching()
    assert client.abandon() == [OBSERVED]
    assert client.receive(notice("0b"), SERVER, 1) == [Ignored("response belongs to no request of ours", SERVER)]
    assert client.next_timer() is None


def test_the_oldest_of_too_many_observations_is_given_up() -> None:
    client = conversation()
    others: list[Event] = []
    for number in range(65):
        token = bytes((number,))
        client.send(request(client.next_mid(0), GET, b"", (6, b""), token=token, kind=NON), SERVER, 0)
        events = client.receive(b(f"51 45 {0x200 + number:04x} {token.hex()} 61 01"), SERVER, 0)
        others += [event for event in events if not isinstance(event, Response)]
    (ended,) = others
    assert isinstance(ended, Broken)
    assert (ended.request.mid, ended.destination) == (1, SERVER)
    assert ended.reason == "the observation is over: it is the oldest of more than 64"
    assert (client.sizes()["observations"], client.sizes()["standing"]) == (64, 64)
    assert client.receive(b("51 45 0300 00 61 02"), SERVER, 0)[0] == Transmit(SERVER, b("70 00 0300"))


# ── one token for everything ──────────────────────────────────────────────────────────────────────────────────────


def test_a_notification_is_no_answer_to_another_request_with_the_same_token() -> None:
    client = watching()
    other = Message(CON, GET, 2, b"T", ((URI_PATH, b"y"),))
    client.send(other, SERVER, 1)
    assert payloads(client.receive(notice("0b"), SERVER, 2)) == [b"new"]
    separate = b("41 45 0101 54 ff 79")
    assert client.receive(separate, SERVER, 3) == [
        Transmit(SERVER, b("60 00 0101")),
        Response(Message(CON, 0x45, 0x101, b"T", (), b"y"), separate, SERVER, other),
    ]


# ── freshness ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_stale_state_is_asked_for_again_with_the_same_token() -> None:
    client = watching()
    assert client.next_timer() == seconds(70)  # 60 s, and 10 s of 5 to 15 by chance
    assert client.fire(seconds(70)) == [Transmit(SERVER, b("41 01 0002 54 60 51 78"))]
    [event] = client.receive(datagram("61 45 0002 54 61 02 813c", b"again"), SERVER, seconds(71))
    assert isinstance(event, Notification)  # whatever its number
    assert (event.message.payload, event.request) == (b"again", OBSERVED)
    assert client.next_timer() == seconds(141)


def test_a_notification_without_max_age_is_fresh_for_a_minute() -> None:
    client = watching(max_age="")
    assert client.next_timer() == seconds(70)


def test_a_notification_puts_off_the_question() -> None:
    client = watching()
    client.receive(notice("0b"), SERVER, seconds(50))
    assert client.next_timer() == seconds(120)


def test_a_notification_that_overtakes_the_answer_to_the_renewal_leaves_it_its_answer() -> None:
    client = watching()
    client.fire(seconds(70))
    assert payloads(client.receive(notice("0b"), SERVER, seconds(71))) == [b"new"]
    assert payloads(client.receive(datagram("61 45 0002 54 61 0c", b"12"), SERVER, seconds(72))) == [b"12"]


def test_a_server_that_has_gone_ends_the_observation() -> None:
    client = watching()
    client.fire(seconds(70))
    events: list[Event] = []
    while (moment := client.next_timer()) is not None and moment < seconds(300):
        events = client.fire(moment)
    assert events == [GivenUp(OBSERVED, SERVER, "the observation is over: no ACK after 5 transmissions")]
    assert (client.sizes()["observations"], client.next_timer()) == (0, None)


def test_a_server_that_notifies_but_does_not_answer_the_renewal_still_knows_us() -> None:
    client = watching()
    client.fire(seconds(70))
    client.receive(notice("0b"), SERVER, seconds(100))
    events: list[Event] = []
    while (moment := client.next_timer()) is not None and moment < seconds(165):
        events += client.fire(moment)
    assert [event for event in events if not isinstance(event, Transmit)] == []
    assert client.sizes()["observations"] == 1


def test_a_renewal_for_which_there_is_no_place_waits_a_while() -> None:
    client = watching()
    for mid in range(0x300, 0x310):
        client.send(request(mid, 3, body(2000), token=b"U"), OTHER, seconds(69))
    assert client.fire(seconds(70)) == []
    assert client.sizes()["observations"] == 1
    client.abandon_towards(OTHER)
    assert client.next_timer() == seconds(80)
    assert client.fire(seconds(80)) == [Transmit(SERVER, b("41 01 0002 54 60 51 78"))]


def test_observe_1_while_a_renewal_is_under_way_makes_its_end_of_no_interest() -> None:
    for end in ("70 00 0002", "61 45 0002 54 61 20 ff 31"):
        client = watching()
        client.fire(seconds(70))
        client.send(request(3, GET, b"", (6, b"\x01"), token=b"T", kind=NON), SERVER, seconds(71))
        assert client.receive(b(end), SERVER, seconds(72)) == []
        assert client.sizes()["observations"] == 0


def test_a_registration_is_repeated_with_the_echo_that_is_demanded() -> None:
    client = conversation(first_mid=2)
    client.send(OBSERVED, SERVER, 0)
    assert client.receive(b("61 81 0001 54 d1ef 65"), SERVER, 0) == [
        Transmit(SERVER, b("41 01 0002 54 60 51 78 d1 e4 65"))
    ]
    [event] = client.receive(b("61 45 0002 54 61 0a ff 31"), SERVER, 0)
    assert isinstance(event, Response)
    assert client.sizes()["observations"] == 1


def test_a_server_that_forgot_and_says_so_ends_the_observation() -> None:
    client = watching()
    client.fire(seconds(70))
    assert payloads(client.receive(b("61 45 0002 54 ff 31"), SERVER, seconds(71))) == [b"1"]
    assert client.sizes()["observations"] == 0


def test_an_rst_to_a_renewal_ends_the_observation_and_names_the_registration() -> None:
    client = watching()
    client.fire(seconds(70))
    assert client.receive(b("70 00 0002"), SERVER, seconds(71)) == [
        Reset(Message(RST, 0, 1), b("70 00 0001"), SERVER, OBSERVED)
    ]
    assert client.sizes()["observations"] == 0


# ── longer than a block ───────────────────────────────────────────────────────────────────────────────────────────


def first_block(number: int, mid: int, tag: str, of: bytes) -> bytes:
    """A CON notification whose first block of 16 bytes is here."""
    return datagram(f"41 45 {mid:04x} 54 41 {tag} 21 {number:02x} d104 08", of[:16])


def test_a_newer_state_drops_the_older_one_that_is_still_being_fetched() -> None:
    client = watching()
    client.receive(first_block(11, 0x100, "0a", body(20)), SERVER, 1)
    newer = body(24)
    assert client.receive(first_block(12, 0x101, "0b", newer), SERVER, 2) == [
        Transmit(SERVER, b("60 00 0101")),
        # NSTART is 1: the question for its second block waits for that of the older one.
        Waiting(3, SERVER, 2),
    ]
    events = client.receive(datagram(f"64 45 0002 {T1} 41 0a d106 10", body(20)[16:]), SERVER, 3)
    assert events == [Transmit(SERVER, b(f"44 01 0003 {T2} b1 78 c1 10"))]
    events = client.receive(datagram(f"64 45 0003 {T2} 41 0b d106 10", newer[16:]), SERVER, 4)
    assert payloads(events) == [newer]


def test_a_state_that_changes_while_it_is_fetched_is_fetched_anew_without_registering_again() -> None:
    client = watching()
    client.receive(first_block(11, 0x100, "0a", body(20)), SERVER, 1)
    events = client.receive(datagram(f"64 45 0002 {T1} 41 0b d106 10", b"tail"), SERVER, 2)
    assert events == [Transmit(SERVER, b(f"44 01 0003 {T2} b1 78"))]
    assert payloads(client.receive(datagram(f"64 45 0003 {T2}", b"all new"), SERVER, 3)) == [b"all new"]
    assert client.sizes()["observations"] == 1


def test_a_rest_that_never_comes_breaks_one_notification_and_not_the_observation() -> None:
    client = watching()
    client.receive(first_block(11, 0x100, "0a", body(20)), SERVER, 1)
    events = [event for moment in range(2, 95) for event in client.fire(seconds(moment))]
    reason = "the rest of a notification: no ACK after 5 transmissions"
    assert [event for event in events if isinstance(event, Broken)] == [Broken(OBSERVED, SERVER, reason)]
    assert client.sizes()["observations"] == 1
