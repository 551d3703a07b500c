"""Every figure of RFC 7641 with messages in it, byte for byte: Figure 2 of §1.2, Figures 3 to 8 of Appendix A.

    figure ──► our client, which gets the server's bytes        Figures 7 and 8: the proxy is two machines of ours,
           └─► our server, which gets the client's bytes        a client to the origin and a server to the client

The bytes are put together by hand of the header, the token, the options and the payload that a figure shows. The times
are the figure's seconds. Where our end does otherwise, a comment says so.
"""

from __future__ import annotations

from modemtwin.clockwork import seconds
from modemtwin.coap.conversation import (
    Acknowledged,
    Conversation,
    Event,
    Notification,
    Request,
    Reset,
    Response,
    Transmit,
)
from modemtwin.coap.message import Message, decode
from modemtwin.coap.numbers import (
    CON,
    CONTENT,
    EMPTY,
    ETAG,
    GET,
    MAX_AGE,
    NON,
    OBSERVE,
    PROXY_URI,
    RST,
    URI_HOST,
    URI_PATH,
    VALID,
)
from tests.unit.coap.play import CLIENT, OTHER, SERVER, b
from tests.unit.coap.talk import Counted, conversation, datagram, numbered

PATH = "5b 74656d7065726174757265"
TEMPERATURE = (URI_PATH, b"temperature")
FRESH = (MAX_AGE, b"\x0f")
STORED = b"\x78\x79\x7a\x7a\x79"


class Early(Counted):
    """Chance that lets a stale observation be renewed after 7 s, as in Figure 4."""

    def random(self) -> float:
        return 0.2


def registration(mid: int, token: bytes, *, etag: bytes = b"") -> Message:
    known = ((ETAG, etag),) if etag else ()
    return Message(CON, GET, mid, token, (*known, (OBSERVE, b""), TEMPERATURE))


def only(events: list[Event]) -> Event:
    [event] = events
    return event


# ── §1.2 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


OVERVIEW = [
    datagram("61 45 0001 4a 61 0c", b"22.9 Cel"),
    datagram("51 45 0001 4a 61 2c", b"22.8 Cel"),
    datagram("51 45 0002 4a 61 3c", b"23.1 Cel"),
]
"""Figure 2 gives neither types nor mids: the notifications here are NON, the mids of both ends begin with 1."""


def test_figure_2_a_client_observes_a_resource() -> None:
    client, asked = conversation(), registration(1, b"\x4a")
    assert client.send(asked, SERVER, 0) == [Transmit(SERVER, b(f"41 01 0001 4a 60 {PATH}"))]
    heard = [only(client.receive(data, SERVER, seconds(t))) for t, data in zip((12, 44, 60), OVERVIEW, strict=True)]
    assert [(type(event), event.datagram) for event in heard if isinstance(event, Response | Notification)] == [
        (Response, OVERVIEW[0]),
        (Notification, OVERVIEW[1]),
        (Notification, OVERVIEW[2]),
    ]


def test_figure_2_a_server_is_observed() -> None:
    server, asked = numbered(conversation(), 11), registration(1, b"\x4a")
    server.receive(b(f"41 01 0001 4a 60 {PATH}"), CLIENT, 0)
    current = Message(NON, CONTENT, payload=b"22.9 Cel")
    said = server.respond(asked, CLIENT, current, 0, resource="t")
    for last, state in ((43, b"22.8 Cel"), (59, b"23.1 Cel")):
        change = current._replace(payload=state)
        said += numbered(server, last).notify("t", lambda _, change=change: change, 0)  # type: ignore[misc]
    assert said == [Transmit(CLIENT, data) for data in OVERVIEW]


# ── Appendix A.1 ──────────────────────────────────────────────────────────────────────────────────────────────────────


ASKED = registration(0x1633, b"\x4a")
REGISTRATION = b(f"41 01 1633 4a 60 {PATH}")
CURRENT = datagram("61 45 1633 4a 61 09 81 0f", b"18.5 Cel")
CHANGE = datagram("51 45 7b50 4a 61 10 81 0f", b"19.2 Cel")
LOST = datagram("51 45 7b51 4a 61 19 81 0f", b"19.7 Cel")


def state(payload: bytes, kind: int = NON) -> Message:
    return Message(kind, CONTENT, options=(FRESH,), payload=payload)


def test_figure_3_a_client_registers_and_receives_the_current_state_and_a_new_one() -> None:
    client = conversation()
    assert client.send(ASKED, SERVER, seconds(3)) == [Transmit(SERVER, REGISTRATION)]
    current = Message(2, CONTENT, 0x1633, b"\x4a", ((OBSERVE, b"\x09"), FRESH), b"18.5 Cel")
    assert client.receive(CURRENT, SERVER, seconds(9)) == [Response(current, CURRENT, SERVER, ASKED)]
    change = Message(NON, CONTENT, 0x7B50, b"\x4a", ((OBSERVE, b"\x10"), FRESH), b"19.2 Cel")
    assert client.receive(CHANGE, SERVER, seconds(16)) == [Notification(change, CHANGE, SERVER, ASKED)]


def test_figures_3_and_4_from_the_server() -> None:
    # The figure's server takes six seconds for an answer that it piggybacks: its client has a large ACK_TIMEOUT.
    server = numbered(conversation(first_mid=0x7B50), 8)
    assert server.receive(REGISTRATION, CLIENT, seconds(3)) == [Request(ASKED, REGISTRATION, CLIENT)]
    assert server.respond(ASKED, CLIENT, state(b"18.5 Cel"), seconds(9), resource="t") == [Transmit(CLIENT, CURRENT)]
    assert numbered(server, 15).notify("t", lambda _: state(b"19.2 Cel"), seconds(16)) == [Transmit(CLIENT, CHANGE)]
    assert numbered(server, 24).notify("t", lambda _: state(b"19.7 Cel"), seconds(25)) == [Transmit(CLIENT, LOST)]
    again = b(f"41 01 1634 b2 60 {PATH}")
    assert server.receive(again, CLIENT, seconds(38)) == [Request(registration(0x1634, b"\xb2"), again, CLIENT)]
    tagged = state(b"19.7 Cel")._replace(options=((ETAG, STORED), FRESH))
    answered = numbered(server, 43).respond(registration(0x1634, b"\xb2"), CLIENT, tagged, seconds(44), resource="t")
    assert answered == [Transmit(CLIENT, datagram("61 45 1634 b2 45 78797a7a79 21 2c 81 0f", b"19.7 Cel"))]


def test_figure_4_the_client_registers_again_after_max_age_ends() -> None:
    client = Conversation(Early(), first_mid=0x1634)
    client.send(ASKED, SERVER, seconds(3))
    client.receive(CURRENT, SERVER, seconds(9))
    client.receive(CHANGE, SERVER, seconds(16))
    # The notification at 25 s is lost; 19.2 Cel is stale at 31 s. The figure's client takes a new token, 0xb2, at 38 s;
    # ours keeps the old one, so that the server has one entry of us and not two (RFC 7641 §3.3.1, §4.1).
    assert client.next_timer() == seconds(38)
    assert client.fire(seconds(38)) == [Transmit(SERVER, b(f"41 01 1634 4a 60 {PATH}"))]
    answer = datagram("61 45 1634 4a 45 78797a7a79 21 2c 81 0f", b"19.7 Cel")
    message = Message(2, CONTENT, 0x1634, b"\x4a", ((ETAG, STORED), (OBSERVE, b"\x2c"), FRESH), b"19.7 Cel")
    assert client.receive(answer, SERVER, seconds(44)) == [Notification(message, answer, SERVER, ASKED)]
    assert client.next_timer() == seconds(44 + 15 + 7)


def test_figure_4_an_owner_who_registers_again_with_a_token_of_its_own() -> None:
    client, asked = conversation(), registration(0x1634, b"\xb2")
    assert client.send(asked, SERVER, seconds(38)) == [Transmit(SERVER, b(f"41 01 1634 b2 60 {PATH}"))]
    answer = datagram("61 45 1634 b2 45 78797a7a79 21 2c 81 0f", b"19.7 Cel")
    message = Message(2, CONTENT, 0x1634, b"\xb2", ((ETAG, STORED), (OBSERVE, b"\x2c"), FRESH), b"19.7 Cel")
    assert client.receive(answer, SERVER, seconds(44)) == [Response(message, answer, SERVER, asked)]


WITH_ETAG = registration(0x1635, b"\xf9", etag=STORED)
REGISTRATION_WITH_ETAG = b(f"41 01 1635 f9 45 78797a7a79 20 {PATH}")
AFTER_REBOOT = datagram("61 45 1635 f9 61 4a 81 0f", b"20.0 Cel")
STILL_VALID = b("51 43 aa0c f9 45 78797a7a79 21 51 81 0f")
REJECTED = datagram("41 45 aa0f f9 61 5b 81 0f", b"19.3 Cel")


def observing() -> Conversation:
    """A client at the end of Figure 5. What its owner has stored, and under which ETag, is his business."""
    client = conversation()
    assert client.send(WITH_ETAG, SERVER, seconds(67)) == [Transmit(SERVER, REGISTRATION_WITH_ETAG)]
    current = Message(2, CONTENT, 0x1635, b"\xf9", ((OBSERVE, b"\x4a"), FRESH), b"20.0 Cel")
    assert client.receive(AFTER_REBOOT, SERVER, seconds(74)) == [Response(current, AFTER_REBOOT, SERVER, WITH_ETAG)]
    valid = Message(NON, VALID, 0xAA0C, b"\xf9", ((ETAG, STORED), (OBSERVE, b"\x51"), FRESH))
    assert client.receive(STILL_VALID, SERVER, seconds(81)) == [Notification(valid, STILL_VALID, SERVER, WITH_ETAG)]
    return client


def observed() -> Conversation:
    """A server that has rebooted and come to the end of Figure 5: its owner selects by the ETags of the request."""

    def selected(request: Message) -> Message:
        assert request.values(ETAG) == [STORED]
        return Message(NON, VALID, options=((ETAG, STORED), FRESH))

    server = numbered(conversation(first_mid=0xAA0C), 73)
    assert server.receive(REGISTRATION_WITH_ETAG, CLIENT, seconds(67)) == [
        Request(WITH_ETAG, REGISTRATION_WITH_ETAG, CLIENT)
    ]
    answered = server.respond(WITH_ETAG, CLIENT, state(b"20.0 Cel"), seconds(74), resource="t")
    assert answered == [Transmit(CLIENT, AFTER_REBOOT)]
    assert numbered(server, 80).notify("t", selected, seconds(81)) == [Transmit(CLIENT, STILL_VALID)]
    return server


def test_figure_5_the_client_gives_the_server_the_opportunity_to_select_a_stored_response() -> None:
    assert observing().next_timer() == seconds(81 + 15 + 10)


def test_figure_5_from_the_server_that_selects_it() -> None:
    assert observed().observers("t") == 1


def test_figure_6_the_client_rejects_a_notification_and_thereby_cancels_the_observation() -> None:
    # Our owner wants no more after the 2.03 and says so by an RST to that; it needs no further one to the notification
    # at 91 s, which is rejected for it. Only then is it the figure's.
    client = observing()
    assert client.send(Message(RST, EMPTY, 0xAA0C), SERVER, seconds(88)) == [Transmit(SERVER, b("70 00 aa0c"))]
    rejected = client.receive(REJECTED, SERVER, seconds(91))
    assert rejected[0] == Transmit(SERVER, b("70 00 aa0f"))
    assert not any(isinstance(event, Notification) for event in rejected)
    assert client.next_timer() is None


def test_figure_6_a_client_that_has_forgotten_what_it_observes() -> None:
    assert conversation().receive(REJECTED, SERVER, seconds(91))[0] == Transmit(SERVER, b("70 00 aa0f"))


def test_figure_6_from_the_server_which_has_nobody_to_tell_any_more() -> None:
    server = observed()
    assert [server.next_mid(seconds(90)) for _ in range(2)] == [0xAA0D, 0xAA0E]  # others hear of other things meanwhile
    sent = numbered(server, 90).notify("t", lambda _: state(b"19.3 Cel", CON), seconds(91))
    assert sent == [Transmit(CLIENT, REJECTED)]
    message = decode(REJECTED)
    assert isinstance(message, Message)
    assert server.receive(b("70 00 aa0f"), CLIENT, seconds(98)) == [
        Reset(Message(RST, EMPTY, 0xAA0F), b("70 00 aa0f"), CLIENT, message)
    ]
    assert server.notify("t", lambda _: state(b"19.0 Cel"), seconds(103)) == []
    assert server.next_timer() is None


# ── Appendix A.2 ──────────────────────────────────────────────────────────────────────────────────────────────────────


PROXY, ORIGIN = SERVER, OTHER
PROXY_AS_CLIENT = ("192.0.2.1", 40000)
URI = b"coap://sensor.example/status"
URI_HEX = URI.hex(" ")
STATUS = "3d 01 73656e736f722e6578616d706c65 30 56 737461747573"
MINUTE = (MAX_AGE, b"\x3c")


def to_origin(mid: int, token: bytes) -> Message:
    return Message(CON, GET, mid, token, ((URI_HOST, b"sensor.example"), (OBSERVE, b""), (URI_PATH, b"status")))


def minute(payload: bytes) -> Message:
    return Message(NON, CONTENT, options=(MINUTE,), payload=payload)


def asks_proxy(
    client: Conversation, proxy: Conversation, asked: Message, request: bytes, answer: bytes, now: int
) -> None:
    """One exchange of Figure 7 between client and proxy."""
    assert client.send(asked, PROXY, now) == [Transmit(PROXY, request)]
    assert proxy.receive(request, CLIENT, now) == [Request(asked, request, CLIENT)]
    told = decode(answer)
    assert isinstance(told, Message)
    assert proxy.respond(asked, CLIENT, told, now) == [Transmit(CLIENT, answer)]
    assert client.receive(answer, PROXY, now) == [Response(told, answer, PROXY, asked)]


def test_figure_7_a_proxy_observes_a_resource_to_keep_its_cache_up_to_date() -> None:
    origin, towards_origin = numbered(conversation(first_mid=0x5FC0), 41), conversation()
    proxy, client = conversation(), conversation()
    asked, request = to_origin(0x5FB8, b"\x1a"), b(f"41 01 5fb8 1a {STATUS}")
    assert towards_origin.send(asked, ORIGIN, 0) == [Transmit(ORIGIN, request)]
    assert origin.receive(request, PROXY_AS_CLIENT, 0) == [Request(asked, request, PROXY_AS_CLIENT)]
    ready = datagram("61 45 5fb8 1a 61 2a 81 3c", b"ready")
    assert origin.respond(asked, PROXY_AS_CLIENT, minute(b"ready"), 0, resource="s") == [
        Transmit(PROXY_AS_CLIENT, ready)
    ]
    cached = only(towards_origin.receive(ready, ORIGIN, 0))
    assert isinstance(cached, Response)
    assert cached.message.options == ((OBSERVE, b"\x2a"), MINUTE)

    asked = Message(CON, GET, 0x1633, b"\x9a", ((PROXY_URI, URI),))
    request, answer = b(f"41 01 1633 9a dd 16 0f {URI_HEX}"), datagram("61 45 1633 9a d1 01 35", b"ready")
    asks_proxy(client, proxy, asked, request, answer, seconds(7))

    # The figure has one digit too many here: 0x514505fc0.
    busy = datagram("51 45 5fc0 1a 61 87 81 3c", b"busy")
    notified = numbered(origin, 134).notify("s", lambda _: minute(b"busy"), seconds(20))
    assert notified == [Transmit(PROXY_AS_CLIENT, busy)]
    cached = only(towards_origin.receive(busy, ORIGIN, seconds(20)))
    assert isinstance(cached, Notification)
    assert cached.message.payload == b"busy"

    asked = Message(CON, GET, 0x1634, b"\x9b", ((PROXY_URI, URI),))
    request, answer = b(f"41 01 1634 9b dd 16 0f {URI_HEX}"), datagram("61 45 1634 9b d1 01 31", b"busy")
    asks_proxy(client, proxy, asked, request, answer, seconds(31))


BY_PROXY = Message(CON, GET, 0x1635, b"\x6a", ((OBSERVE, b""), (PROXY_URI, URI)))
REGISTRATION_BY_PROXY = b(f"41 01 1635 6a 60 dd 10 0f {URI_HEX}")
READY = datagram("41 45 af94 6a 62 43c2 81 3c", b"ready")
BUSY = datagram("51 45 af9b 6a 62 441c 81 3c", b"busy")


def test_figure_8_the_client_observes_a_resource_through_a_proxy() -> None:
    client = conversation()
    assert client.send(BY_PROXY, PROXY, 0) == [Transmit(PROXY, REGISTRATION_BY_PROXY)]
    assert client.receive(b("60 00 1635"), PROXY, seconds(1)) == [Acknowledged(0x1635, PROXY)]
    ready = Message(CON, CONTENT, 0xAF94, b"\x6a", ((OBSERVE, b"\x43\xc2"), MINUTE), b"ready")
    assert client.receive(READY, PROXY, seconds(2)) == [
        Transmit(PROXY, b("60 00 af94")),
        Response(ready, READY, PROXY, BY_PROXY),
    ]
    busy = Message(NON, CONTENT, 0xAF9B, b"\x6a", ((OBSERVE, b"\x44\x1c"), MINUTE), b"busy")
    assert client.receive(BUSY, PROXY, seconds(9)) == [Notification(busy, BUSY, PROXY, BY_PROXY)]


def test_figure_8_the_proxy_as_the_server_of_its_client() -> None:
    proxy = numbered(conversation(first_mid=0xAF94), 17345)
    assert proxy.receive(REGISTRATION_BY_PROXY, CLIENT, 0) == [Request(BY_PROXY, REGISTRATION_BY_PROXY, CLIENT)]
    assert proxy.fire(seconds(1)) == [Transmit(CLIENT, b("60 00 1635"))]
    assert proxy.respond(BY_PROXY, CLIENT, minute(b"ready"), seconds(2), resource="s") == [Transmit(CLIENT, READY)]
    assert proxy.receive(b("60 00 af94"), CLIENT, seconds(3)) == [Acknowledged(0xAF94, CLIENT)]
    assert [proxy.next_mid(seconds(8)) for _ in range(6)] == list(range(0xAF95, 0xAF9B))  # went to others
    assert numbered(proxy, 17435).notify("s", lambda _: minute(b"busy"), seconds(9)) == [Transmit(CLIENT, BUSY)]


def test_figure_8_the_proxy_as_a_client_of_the_origin() -> None:
    origin, towards_origin = numbered(conversation(first_mid=0x5A20), 66), conversation()
    asked, request = to_origin(0xAF90, b"\xaa"), b(f"41 01 af90 aa {STATUS}")
    assert towards_origin.send(asked, ORIGIN, 0) == [Transmit(ORIGIN, request)]
    assert origin.receive(request, PROXY_AS_CLIENT, 0) == [Request(asked, request, PROXY_AS_CLIENT)]
    ready, busy = datagram("61 45 af90 aa 61 43 81 3c", b"ready"), datagram("51 45 5a20 aa 61 9d 81 3c", b"busy")
    said = origin.respond(asked, PROXY_AS_CLIENT, minute(b"ready"), 0, resource="s")
    said += numbered(origin, 156).notify("s", lambda _: minute(b"busy"), seconds(8))
    assert said == [Transmit(PROXY_AS_CLIENT, ready), Transmit(PROXY_AS_CLIENT, busy)]
    heard = [only(towards_origin.receive(data, ORIGIN, seconds(8))) for data in (ready, busy)]
    assert [type(event) for event in heard] == [Response, Notification]
