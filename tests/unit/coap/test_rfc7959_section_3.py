"""Every figure of RFC 7959 §3, byte for byte: two conversations talk as the figures draw it.

Figures 2 to 11 show type, mid, code, path and blocks; "block-wise transfers handle tokens like any other CoAP exchange"
(§3.4), so they show none. Our client adds tokens of four bytes to the questions that it adds, one to each (RFC 9175
§4.2); the owner's own request has the empty one here, as a figure without a token has. For the server every figure is
played a second time with the empty token throughout. Beside what a figure shows there are an ETag with the
representations (§2.4) and Size1 with the first block of an upload (§4). Sizes of blocks are the figure's, bodies end
within its last block. Figure 9 has two mids wrong: an ACK has the mid of its CON.
"""

from __future__ import annotations

from modemtwin.clockwork import seconds
from modemtwin.coap.block import read
from modemtwin.coap.conversation import Acknowledged, Conversation, Event, Notification, Request, Response, Transmit
from modemtwin.coap.message import Message, decode
from modemtwin.coap.numbers import (
    BLOCK1,
    BLOCK2,
    CHANGED,
    CON,
    CONTENT,
    ETAG,
    GET,
    MAX_AGE,
    OBSERVE,
    POST,
    PUT,
    SIZE1,
    URI_PATH,
)
from tests.unit.coap.play import CLIENT, SERVER, b
from tests.unit.coap.talk import T1, T2, T3, body, conversation, datagram, numbered

STATUS = "b6 737461747573"
OPTIONS = "b7 6f7074696f6e73"
SOAP = "b4 736f6170"
MID = 1234


def ends(ours: int, theirs: int) -> tuple[Conversation, Conversation]:
    """A client and a server with the exponents of their block sizes."""
    return conversation(exponent=ours, first_mid=MID + 1), conversation(exponent=theirs)


def play(
    client: Conversation, server: Conversation, first: list[Event], lines: list[tuple[bytes, bytes]], answer: Message
) -> tuple[list[Event], list[Event]]:
    """Hold both ends to the lines of a figure: (request, response). Return what the two owners heard."""
    asked: list[Event] = []
    serve_without_tokens(lines, answer)
    events = first
    for question, reply in lines:
        assert events == [Transmit(SERVER, question)]
        events = server.receive(question, CLIENT, 0)
        for event in events:
            if isinstance(event, Request):
                asked.append(event)
                events = server.respond(event.message, CLIENT, answer, 0)
        assert events == [Transmit(CLIENT, reply)]
        events = client.receive(reply, SERVER, 0)
    return events, asked


def serve_without_tokens(lines: list[tuple[bytes, bytes]], answer: Message) -> None:
    """Hold a server to the same lines as the figures print them, with no token."""
    # The sizes are those that the server proposes itself, or wants of the client.
    first = decode(lines[0][1])
    assert isinstance(first, Message)
    proposed = read(first, BLOCK1) or read(first, BLOCK2)
    server = conversation(exponent=3 if proposed is None else proposed.exponent)
    for question, reply in lines:
        events = server.receive(tokenless(question), CLIENT, 0)
        if isinstance(event := events[0], Request):
            events = server.respond(event.message, CLIENT, answer, 0)
        assert events == [Transmit(CLIENT, tokenless(reply))]


def tokenless(data: bytes) -> bytes:
    """The same datagram with the empty token."""
    return bytes((data[0] & 0xF0,)) + data[1:4] + data[4 + (data[0] & 0x0F) :]


STATE = body(300)
ANSWER = Message(code=CONTENT, options=((ETAG, b"\x0e"),), payload=STATE)
TAG = "41 0e"


def test_figure_2_simple_block_wise_get() -> None:
    client, server = ends(6, 3)
    asked = Message(CON, GET, MID, b"", ((URI_PATH, b"status"),))
    first = datagram(f"60 45 04d2 {TAG} d106 0b", STATE[:128])
    lines = [
        (datagram(f"40 01 04d2 {STATUS}"), first),
        (datagram(f"44 01 04d3 {T1} {STATUS} c1 13"), datagram(f"64 45 04d3 {T1} {TAG} d106 1b", STATE[128:256])),
        (datagram(f"44 01 04d4 {T2} {STATUS} c1 23"), datagram(f"64 45 04d4 {T2} {TAG} d106 23", STATE[256:])),
    ]
    events, requests = play(client, server, client.send(asked, SERVER, 0), lines, ANSWER)
    whole = Message(2, CONTENT, MID, b"", ((ETAG, b"\x0e"), (BLOCK2, b"\x0b")), STATE)
    assert events == [Response(whole, first[:-128] + STATE, SERVER, asked)]
    assert requests == [Request(asked, lines[0][0], CLIENT)]


def test_figure_3_block_wise_get_with_early_negotiation() -> None:
    state = body(350)
    client, server = ends(6, 6)
    asked = Message(CON, GET, MID, b"", ((URI_PATH, b"status"), (BLOCK2, b"\x02")))
    lines = [
        (datagram(f"40 01 04d2 {STATUS} c1 02"), datagram(f"60 45 04d2 {TAG} d106 0a", state[:64])),
        (datagram(f"44 01 04d3 {T1} {STATUS} c1 12"), datagram(f"64 45 04d3 {T1} {TAG} d106 1a", state[64:128])),
        (datagram(f"44 01 04d4 {T2} {STATUS} c1 22"), datagram(f"64 45 04d4 {T2} {TAG} d106 2a", state[128:192])),
        (datagram(f"44 01 04d5 {T3} {STATUS} c1 32"), datagram(f"64 45 04d5 {T3} {TAG} d106 3a", state[192:256])),
        (
            datagram(f"44 01 04d6 00000004 {STATUS} c1 42"),
            datagram(f"64 45 04d6 00000004 {TAG} d106 4a", state[256:320]),
        ),
        (
            datagram(f"44 01 04d7 00000005 {STATUS} c1 52"),
            datagram(f"64 45 04d7 00000005 {TAG} d106 52", state[320:]),
        ),
    ]
    events, requests = play(client, server, client.send(asked, SERVER, 0), lines, ANSWER._replace(payload=state))
    assert [event.message.payload for event in events if isinstance(event, Response)] == [state]
    assert len(requests) == 1


def _late() -> list[tuple[bytes, bytes]]:
    state = body(350)
    return [
        (datagram(f"40 01 04d2 {STATUS}"), datagram(f"60 45 04d2 {TAG} d106 0b", state[:128])),
        (datagram(f"44 01 04d3 {T1} {STATUS} c1 22"), datagram(f"64 45 04d3 {T1} {TAG} d106 2a", state[128:192])),
        (datagram(f"44 01 04d4 {T2} {STATUS} c1 32"), datagram(f"64 45 04d4 {T2} {TAG} d106 3a", state[192:256])),
        (datagram(f"44 01 04d5 {T3} {STATUS} c1 42"), datagram(f"64 45 04d5 {T3} {TAG} d106 4a", state[256:320])),
        (
            datagram(f"44 01 04d6 00000004 {STATUS} c1 52"),
            datagram(f"64 45 04d6 00000004 {TAG} d106 52", state[320:]),
        ),
    ]


def test_figure_4_block_wise_get_with_late_negotiation() -> None:
    client, server = ends(2, 3)
    asked = Message(CON, GET, MID, b"", ((URI_PATH, b"status"),))
    answer = ANSWER._replace(payload=body(350))
    events, requests = play(client, server, client.send(asked, SERVER, 0), _late(), answer)
    assert [event.message.payload for event in events if isinstance(event, Response)] == [body(350)]
    assert len(requests) == 1


def test_figure_5_late_negotiation_and_a_lost_con() -> None:
    client, server = ends(2, 3)
    asked = Message(CON, GET, MID, b"", ((URI_PATH, b"status"),))
    answer = ANSWER._replace(payload=body(350))
    lines = _late()
    events, _ = play(client, server, client.send(asked, SERVER, 0), lines[:1], answer)
    assert events == [Transmit(SERVER, lines[1][0])]  # and lost
    again = client.fire(seconds(2.5))
    events, _ = play(client, server, again, lines[1:], answer)
    assert [event.message.payload for event in events if isinstance(event, Response)] == [body(350)]


def test_figure_6_late_negotiation_and_a_lost_ack() -> None:
    client, server = ends(2, 3)
    asked = Message(CON, GET, MID, b"", ((URI_PATH, b"status"),))
    answer = ANSWER._replace(payload=body(350))
    lines = _late()
    play(client, server, client.send(asked, SERVER, 0), lines[:1], answer)
    assert server.receive(lines[1][0], CLIENT, 0) == [Transmit(CLIENT, lines[1][1])]  # and lost
    again = client.fire(seconds(2.5))
    assert again == [Transmit(SERVER, lines[1][0])]
    assert server.receive(lines[1][0], CLIENT, 0)[0] == Transmit(CLIENT, lines[1][1])
    events, _ = play(client, server, client.receive(lines[1][1], SERVER, 0), lines[2:], answer)
    assert [event.message.payload for event in events if isinstance(event, Response)] == [body(350)]


DONE = Message(code=CHANGED)


def test_figure_7_simple_atomic_block_wise_put() -> None:
    client, server = ends(3, 6)
    sent = body(300)
    asked = Message(CON, PUT, MID, b"", ((URI_PATH, b"options"),), sent)
    last = datagram(f"44 03 04d4 {T2} {OPTIONS} d103 23", sent[256:])
    lines = [
        (datagram(f"40 03 04d2 {OPTIONS} d103 0b d214 012c", sent[:128]), datagram("60 5f 04d2 d10e 0b")),
        (datagram(f"44 03 04d3 {T1} {OPTIONS} d103 1b", sent[128:256]), datagram(f"64 5f 04d3 {T1} d10e 1b")),
        (last, datagram(f"64 44 04d4 {T2} d10e 23")),
    ]
    events, requests = play(client, server, client.send(asked, SERVER, 0), lines, DONE)
    # The owner knows his request by its mid and its token, so the answer bears those.
    changed = Message(2, CHANGED, MID, b"", ((BLOCK1, b"\x23"),))
    assert events == [Response(changed, datagram("60 44 04d2 d10e 23"), SERVER, asked)]
    whole = Message(CON, PUT, MID + 2, b"\0\0\0\2", ((URI_PATH, b"options"), (BLOCK1, b"\x23")), sent)
    assert requests == [Request(whole, last[:-44] + sent, CLIENT)]


def test_figure_8_simple_stateless_block_wise_put() -> None:
    client = conversation(exponent=3, first_mid=MID + 1)
    sent = body(300)
    asked = Message(CON, PUT, MID, b"", ((URI_PATH, b"options"),), sent)
    client.send(asked, SERVER, 0)
    assert client.receive(datagram("60 44 04d2 d10e 03"), SERVER, 0) == [
        Transmit(SERVER, datagram(f"44 03 04d3 {T1} {OPTIONS} d103 1b", sent[128:256]))
    ]
    assert client.receive(datagram(f"64 44 04d3 {T1} d10e 13"), SERVER, 0) == [
        Transmit(SERVER, datagram(f"44 03 04d4 {T2} {OPTIONS} d103 23", sent[256:]))
    ]
    changed = Message(2, CHANGED, MID, b"", ((BLOCK1, b"\x23"),))
    assert client.receive(datagram(f"64 44 04d4 {T2} d10e 23"), SERVER, 0) == [
        Response(changed, datagram("60 44 04d2 d10e 23"), SERVER, asked)
    ]


def test_figure_9_atomic_block_wise_put_with_negotiation() -> None:
    client, server = ends(3, 1)
    sent = body(200)
    asked = Message(CON, PUT, MID, b"", ((URI_PATH, b"options"),), sent)
    lines = [
        (datagram(f"40 03 04d2 {OPTIONS} d103 0b d114 c8", sent[:128]), datagram("60 5f 04d2 d10e 09")),
        (datagram(f"44 03 04d3 {T1} {OPTIONS} d103 49", sent[128:160]), datagram(f"64 5f 04d3 {T1} d10e 49")),
        (datagram(f"44 03 04d4 {T2} {OPTIONS} d103 59", sent[160:192]), datagram(f"64 5f 04d4 {T2} d10e 59")),
        (datagram(f"44 03 04d5 {T3} {OPTIONS} d103 61", sent[192:]), datagram(f"64 44 04d5 {T3} d10e 61")),
    ]
    events, requests = play(client, server, client.send(asked, SERVER, 0), lines, DONE)
    assert [event.message.code for event in events if isinstance(event, Response)] == [CHANGED]
    assert [event.message.payload for event in requests if isinstance(event, Request)] == [sent]


def test_figure_10_atomic_block_wise_post_with_block_wise_response() -> None:
    client, server = ends(3, 3)
    sent, made = body(300), body(434)
    asked = Message(CON, POST, MID, b"", ((URI_PATH, b"soap"),), sent)
    lines = [
        (datagram(f"40 02 04d2 {SOAP} d103 0b d214 012c", sent[:128]), datagram("60 5f 04d2 d10e 0b")),
        (datagram(f"44 02 04d3 {T1} {SOAP} d103 1b", sent[128:256]), datagram(f"64 5f 04d3 {T1} d10e 1b")),
        (
            datagram(f"44 02 04d4 {T2} {SOAP} d103 23", sent[256:]),
            datagram(f"64 44 04d4 {T2} d10a 0b 41 23", made[:128]),
        ),
        (datagram(f"44 02 04d5 {T3} {SOAP} c1 13"), datagram(f"64 44 04d5 {T3} d10a 1b", made[128:256])),
        (datagram(f"44 02 04d6 00000004 {SOAP} c1 23"), datagram("64 44 04d6 00000004 d10a 2b", made[256:384])),
        (datagram(f"44 02 04d7 00000005 {SOAP} c1 33"), datagram("64 44 04d7 00000005 d10a 33", made[384:])),
    ]
    answer = Message(code=CHANGED, payload=made)
    events, requests = play(client, server, client.send(asked, SERVER, 0), lines, answer)
    whole = Message(2, CHANGED, MID, b"", ((BLOCK2, b"\x0b"), (BLOCK1, b"\x23")), made)
    assert events == [Response(whole, datagram("60 44 04d2 d10a 0b 41 23", made), SERVER, asked)]
    assert [event.message.payload for event in requests if isinstance(event, Request)] == [sent]


def test_figure_11_the_client_asks_for_smaller_blocks_with_the_last_block_of_its_own() -> None:
    client, server = ends(3, 3)
    sent, made = body(300), body(250)
    asked = Message(CON, POST, MID, b"", ((URI_PATH, b"soap"), (BLOCK2, b"\x02")), sent)
    lines = [
        (datagram(f"40 02 04d2 {SOAP} d103 0b d214 012c", sent[:128]), datagram("60 5f 04d2 d10e 0b")),
        (datagram(f"44 02 04d3 {T1} {SOAP} d103 1b", sent[128:256]), datagram(f"64 5f 04d3 {T1} d10e 1b")),
        (
            datagram(f"44 02 04d4 {T2} {SOAP} c1 02 41 23", sent[256:]),
            datagram(f"64 44 04d4 {T2} d10a 0a 41 23", made[:64]),
        ),
        (datagram(f"44 02 04d5 {T3} {SOAP} c1 12"), datagram(f"64 44 04d5 {T3} d10a 1a", made[64:128])),
        (datagram(f"44 02 04d6 00000004 {SOAP} c1 22"), datagram("64 44 04d6 00000004 d10a 2a", made[128:192])),
        (datagram(f"44 02 04d7 00000005 {SOAP} c1 32"), datagram("64 44 04d7 00000005 d10a 32", made[192:])),
    ]
    events, _ = play(client, server, client.send(asked, SERVER, 0), lines, Message(code=CHANGED, payload=made))
    assert [event.message.payload for event in events if isinstance(event, Response)] == [made]


ICON = "5b 7374617475732d69636f6e"
PATH = f"bb {ICON[3:]}"
BEFORE, AFTER = body(309), body(308) + b"!"
OLD, NEW = "44 6f00f38e", "44 6f00f392"
"""Figures 12 and 13: the representations, which end in a block of 53 bytes, and their ETags."""


def test_figure_12_observe_sequence_with_block_wise_responses() -> None:
    client = conversation(first_mid=0x1634)
    asked = Message(CON, GET, 0x1636, b"\xfb", ((OBSERVE, b""), (URI_PATH, b"status-icon")))
    assert client.send(asked, SERVER, 0) == [Transmit(SERVER, datagram(f"41 01 1636 fb 60 {ICON}"))]
    # The figure leaves out the usual GET transfer that follows; here it takes the mids 0x1634 and 0x1635.
    assert client.receive(datagram(f"61 45 1636 fb {OLD} 22 f38e d104 0b", BEFORE[:128]), SERVER, 0) == [
        Transmit(SERVER, datagram(f"44 01 1634 {T1} {PATH} c1 13"))
    ]
    client.receive(datagram(f"64 45 1634 {T1} {OLD} d106 1b", BEFORE[128:256]), SERVER, 0)
    events = client.receive(datagram(f"64 45 1635 {T2} {OLD} d106 23", BEFORE[256:]), SERVER, 0)
    assert [event.message.payload for event in events if isinstance(event, Response)] == [BEFORE]
    first = datagram(f"41 45 af9c fb {NEW} 22 f392 d104 0b", AFTER[:128])
    # The figure's client gives both questions the token 0xfc, ours gives each its own; "the client is free" (§3.4).
    assert client.receive(first, SERVER, 1) == [
        Transmit(SERVER, datagram("60 00 af9c")),
        Transmit(SERVER, datagram(f"44 01 1637 {T3} {PATH} c1 13")),
    ]
    assert client.receive(datagram(f"64 45 1637 {T3} {NEW} d106 1b", AFTER[128:256]), SERVER, 1) == [
        Transmit(SERVER, datagram(f"44 01 1638 00000004 {PATH} c1 23"))
    ]
    options = ((ETAG, b"\x6f\x00\xf3\x92"), (OBSERVE, b"\xf3\x92"), (BLOCK2, b"\x0b"))
    assert client.receive(datagram(f"64 45 1638 00000004 {NEW} d106 23", AFTER[256:]), SERVER, 1) == [
        Notification(Message(CON, CONTENT, 0xAF9C, b"\xfb", options, AFTER), first[:-128] + AFTER, SERVER, asked)
    ]


def observed(exponent: int, request: bytes, *more: tuple[int, bytes]) -> tuple[Conversation, list[Event]]:
    """A server that is asked to be observed by a request, and tells of one change; and all that it says."""
    server = conversation(exponent=exponent, first_mid=0xAF9C)
    [event] = server.receive(request, CLIENT, 0)
    assert isinstance(event, Request)
    before = Message(CON, CONTENT, options=((ETAG, b"\x6f\x00\xf3\x8e"), *more), payload=BEFORE)
    after = Message(CON, CONTENT, options=((ETAG, b"\x6f\x00\xf3\x92"),), payload=AFTER)
    said = numbered(server, 62349).respond(event.message, CLIENT, before, 0, resource="icon")
    said += numbered(server, 62353).notify("icon", lambda _: after, 1)
    said += server.receive(b("60 00 af9c"), CLIENT, 1)
    return server, said


def test_figure_12_from_the_server() -> None:
    server, said = observed(3, datagram(f"41 01 1636 fb 60 {ICON}"))
    assert said == [
        Transmit(CLIENT, datagram(f"61 45 1636 fb {OLD} 22 f38e d104 0b", BEFORE[:128])),
        Transmit(CLIENT, datagram(f"41 45 af9c fb {NEW} 22 f392 d104 0b", AFTER[:128])),
        Acknowledged(0xAF9C, CLIENT),
    ]
    assert server.receive(datagram(f"41 01 1637 fc {PATH} c1 13"), CLIENT, 1) == [
        Transmit(CLIENT, datagram(f"61 45 1637 fc {NEW} d106 1b", AFTER[128:256]))
    ]
    assert server.receive(datagram(f"41 01 1638 fc {PATH} c1 23"), CLIENT, 1) == [
        Transmit(CLIENT, datagram(f"61 45 1638 fc {NEW} d106 23", AFTER[256:]))
    ]


def test_figure_13_observe_sequence_with_early_negotiation() -> None:
    client = conversation(first_mid=0x1632)
    asked = Message(CON, GET, 0x1636, b"\xfb", ((OBSERVE, b""), (URI_PATH, b"status-icon"), (BLOCK2, b"\x02")))
    assert client.send(asked, SERVER, 0) == [Transmit(SERVER, datagram(f"41 01 1636 fb 60 {ICON} c1 02"))]
    events = client.receive(datagram(f"61 45 1636 fb {OLD} 22 f38e 81 3c 91 0a", BEFORE[:64]), SERVER, 0)
    for number, mid in enumerate(range(0x1632, 0x1636), 1):  # left out in the figure
        more = number < 4
        assert events == [Transmit(SERVER, datagram(f"44 01 {mid:04x} {number:08x} {PATH} c1 {number}2"))]
        piece = datagram(
            f"64 45 {mid:04x} {number:08x} {OLD} d106 {number}{'a' if more else '2'}", block(BEFORE, number)
        )
        events = client.receive(piece, SERVER, 0)
    assert [event.message.payload for event in events if isinstance(event, Response)] == [BEFORE]
    first = datagram(f"41 45 af9c fb {NEW} 22 f392 d104 0a", AFTER[:64])
    ack, *events = client.receive(first, SERVER, 1)
    assert ack == Transmit(SERVER, datagram("60 00 af9c"))
    # Block 4 has the mid 0x1638 in the figure, as though blocks 2 and 3 had had none; tokens as in Figure 12.
    for number, mid in enumerate(range(0x1637, 0x163B), 1):
        more, token = number < 4, f"{number + 4:08x}"
        assert events == [Transmit(SERVER, datagram(f"44 01 {mid:04x} {token} {PATH} c1 {number}2"))]
        piece = datagram(f"64 45 {mid:04x} {token} {NEW} d106 {number}{'a' if more else '2'}", block(AFTER, number))
        events = client.receive(piece, SERVER, 1)
    options = ((ETAG, b"\x6f\x00\xf3\x92"), (OBSERVE, b"\xf3\x92"), (BLOCK2, b"\x0a"))
    whole = Message(CON, CONTENT, 0xAF9C, b"\xfb", options, AFTER)
    assert events == [Notification(whole, first[:-64] + AFTER, SERVER, asked)]


def test_figure_13_from_the_server() -> None:
    server, said = observed(6, datagram(f"41 01 1636 fb 60 {ICON} c1 02"), (MAX_AGE, b"\x3c"))
    assert said == [
        Transmit(CLIENT, datagram(f"61 45 1636 fb {OLD} 22 f38e 81 3c 91 0a", BEFORE[:64])),
        Transmit(CLIENT, datagram(f"41 45 af9c fb {NEW} 22 f392 d104 0a", AFTER[:64])),
        Acknowledged(0xAF9C, CLIENT),
    ]
    assert server.receive(datagram(f"41 01 1637 fc {PATH} c1 12"), CLIENT, 1) == [
        Transmit(CLIENT, datagram(f"61 45 1637 fc {NEW} d106 1a", AFTER[64:128]))
    ]
    assert server.receive(datagram(f"41 01 1638 fc {PATH} c1 42"), CLIENT, 1) == [
        Transmit(CLIENT, datagram(f"61 45 1638 fc {NEW} d106 42", AFTER[256:]))
    ]


def block(whole: bytes, number: int) -> bytes:
    return whole[64 * number : 64 * number + 64]


def test_size1_with_the_first_block_says_how_much_will_come() -> None:
    client = conversation(exponent=3)
    events = client.send(Message(CON, PUT, MID, b"", ((URI_PATH, b"options"),), body(300)), SERVER, 0)
    assert events == [Transmit(SERVER, datagram(f"40 03 04d2 {OPTIONS} d103 0b d214 012c", body(300)[:128]))]
    assert SIZE1 == 27 + 13 + 0x14
