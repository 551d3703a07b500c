"""The story of a message, word for word."""

from __future__ import annotations

from modemtwin.modem.doors import (
    BearerLost,
    DatagramRx,
    DatagramTx,
    Effect,
    Resolved,
    SocketFailed,
    Stimulus,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.world.journal import Entry
from modemtwin.world.narrator import stories
from modemtwin.world.story import Story
from tests.unit.world.far_end import SERVER, FarEnd


def told(story: Story) -> list[str]:
    return [step.sentence for step in story.steps]


def narrated(*entries: tuple[int, Stimulus, tuple[Effect, ...]]) -> list[Story]:
    return stories([Entry(*entry) for entry in entries])


def sent(mid: int, data: str, now: int = 0) -> tuple[int, Stimulus, tuple[Effect, ...]]:
    """The TE sent a packet."""
    reply = UartTx(f"\r\n+CCOAPACTION: 0,{mid}\r\n\r\nOK\r\n".encode())
    return now, UartRx(b"AT+CCOAPACTION\r"), (reply, DatagramTx(SERVER, bytes.fromhex(data)))


def test_from_the_keystroke_to_the_last_ack() -> None:
    conversation = FarEnd(lost=[1, 3])
    conversation.ask('code,1,uri-path,0,"time"')
    conversation.type("AT+CCOAPHEAD=1,0\r")
    conversation.type("AT+CCOAPREAD=1\r")
    conversation.type("AT+CCOAPREAD=7\r")
    (story,) = stories(conversation.entries)
    assert told(story) == [
        'At 2.000 s the TE typed AT+CCOAPURL="coap://198.51.100.9".',
        'At 2.000 s the TE typed AT+CCOAPPARA=code,1,uri-path,0,"time".',
        "At 2.000 s the TE typed AT+CCOAPACTION.",
        "At 2.000 s the modem took the packet and said +CCOAPACTION: 0,1.",
        "At 2.000 s the modem sent CON GET /time, mid 1; 9 bytes, to 198.51.100.9:5683.",
        "At 4.844 s there was no answer in 2.844 s: it was sent again (1 of 4).",
        "At 10.533 s there was no answer in 5.689 s: it was sent again (2 of 4).",
        "At 11.133 s the response came in the ACK, 0.600 s after the last transmission: ACK 2.05 Content, mid 1, "
        'ETag 5e2c1105, Content-Format 0, Max-Age 1, 20 bytes "1970-01-01T00:00:05Z".',
        "At 11.133 s it was queued, and the modem told the TE +CCOAPRECV: 1,33,20.",
        "At 62.000 s the TE read its head with AT+CCOAPHEAD=1,0: 0,12,60450001445E2C1105802101.",
        "At 62.000 s the TE read its payload with AT+CCOAPREAD=1: 20,1970-01-01T00:00:05Z.",
    ]
    assert (story.mid, story.what, story.outcome) == (1, "CON GET /time, mid 1", "answered 2.05")


def test_a_response_that_comes_later_is_told_with_the_ack_before_and_behind_it() -> None:
    conversation = FarEnd()
    conversation.ask('code,1,uri-path,0,"separate",token,1,"0A"')
    asked, answer = stories(conversation.entries)
    assert [sentence.partition(" s ")[2][:60] for sentence in told(asked)[4:]] == [
        "the modem sent CON GET /separate, mid 1, token 0a; 14 bytes,",
        "the peer acknowledged it, 0.700 s after the last transmissio",
        "the response came in a CON of its own, 1.600 s after the las",
        f"the modem answered ACK empty, mid {answer.mid}.",
        f"it was queued, and the modem told the TE +CCOAPRECV: {answer.mid},52,4"[:60],
    ]
    assert (asked.ours, answer.ours, answer.part_of, answer.outcome) == (True, False, asked, "acknowledged")


def test_blocks_belong_to_the_story_of_the_first() -> None:
    conversation = FarEnd()
    conversation.ask('code,1,uri-path,0,"large"')
    first, *others = stories(conversation.entries)
    assert [other.part_of for other in others] == [first] * 3
    assert "the next block for mid 1" in told(others[2])[0]
    assert told(others[2])[0] in told(first)
    assert told(first)[-1].endswith("the modem told the TE +CCOAPRECV: 1,3469,3456.")


def test_a_message_that_is_given_up() -> None:
    conversation = FarEnd(lost=range(100))
    conversation.ask("code,1", wait=100)
    (story,) = stories(conversation.entries)
    assert [sentence.partition(" s ")[2] for sentence in told(story)[-3:]] == [
        "there was no answer in 22.755 s: it was sent again (4 of 4).",
        "the modem noted: mid 1: no ACK after 5 transmissions.",
        "the modem gave up and told the TE +CCOAPACTION: 2,1.",
    ]
    assert story.outcome == "given up"


def test_what_the_modem_refused_to_read() -> None:
    conversation = FarEnd()
    conversation.ask("code,1")
    conversation.type("AT+CCOAPREAD=1\r")
    conversation.type("AT+CCOAPTERM\rAT+CCOAPREAD=1\r")
    (story,) = stories(conversation.entries)
    assert told(story)[-1] == (
        "At 62.000 s the modem refused AT+CCOAPREAD=1: there is no CoAP object: send AT+CCOAPINIT first."
    )


def test_what_was_prepared_for_a_packet_that_was_refused_is_no_part_of_the_next() -> None:
    conversation = FarEnd()
    conversation.type("AT+CCOAPPARA=type,RST,code,1\r")
    conversation.type("AT+CCOAPACTION\r")
    conversation.ask("code,1,type,CON")
    (story,) = stories(conversation.entries)
    assert [sentence.partition(" typed ")[2] for sentence in told(story)[:2]] == [
        "AT+CCOAPPARA=code,1,type,CON.",
        "AT+CCOAPACTION.",
    ]


def test_a_reset_and_a_ping() -> None:
    request, ping = narrated(
        sent(1, "40010001"),
        (1_000_000, DatagramRx(SERVER, bytes.fromhex("70000001")), ()),
        sent(2, "40000002", 2_000_000),
        (3_000_000, DatagramRx(SERVER, bytes.fromhex("70000002")), ()),
    )
    assert (request.outcome, told(request)[-1]) == (
        "rejected by RST",
        "At 1.000 s the peer rejected it with an RST, 1.000 s after the last transmission.",
    )
    assert ping.outcome == "answered: a ping"


def test_a_request_of_the_peer_and_the_answer_of_the_te() -> None:
    request, answer = narrated(
        (0, DatagramRx(SERVER, bytes.fromhex("42011267beefb16c")), (UartTx(b"\r\n+CCOAPRECV: 4711,8,0\r\n"),)),
        (1, DatagramRx(SERVER, bytes.fromhex("42011267beefb16c")), ()),
        sent(4711, "62451267beefff32", 2),
    )
    assert told(request) == [
        "At 0.000 s 198.51.100.9:5683 sent CON GET /l, mid 4711, token beef; 8 bytes.",
        "At 0.000 s it was queued, and the modem told the TE +CCOAPRECV: 4711,8,0.",
        "At 0.000 s mid 4711 came again: a duplicate.",
        'At 0.000 s the modem answered ACK 2.05 Content, mid 4711, token beef, 1 bytes "2".',
    ]
    assert (request.outcome, answer.ours, answer.outcome) == ("answered", True, "sent")


def test_a_name_is_found_before_the_packet_leaves() -> None:
    (story,) = narrated(
        (0, UartRx(b"AT+CCOAPACTION\r"), (UartTx(b"\r\n+CCOAPACTION: 0,1\r\n\r\nOK\r\n"),)),
        (9, Resolved("coap.me", ("192.0.2.1",)), (DatagramTx(("192.0.2.1", 5683), bytes.fromhex("40010001")),)),
    )
    assert told(story)[2:] == [
        "At 0.000 s the name coap.me is 192.0.2.1.",
        "At 0.000 s the modem sent CON GET /, mid 1; 4 bytes, to 192.0.2.1:5683.",
    ]


def test_the_end_of_the_bearer_is_the_end_of_what_was_not_answered() -> None:
    gone = UartTx(b"\r\n+CCOAPACTION: 3\r\n")
    (story,) = narrated(sent(1, "40010001"), (5, BearerLost(0, "out of coverage"), (gone,)))
    assert told(story)[-2:] == [
        "At 0.000 s the bearer was lost: out of coverage.",
        "At 0.000 s the modem told the TE +CCOAPACTION: 3.",
    ]
    assert story.outcome == "ended without an answer"
    (other,) = narrated(sent(1, "40010001"), (5, SocketFailed("no route"), ()))
    assert told(other)[-1] == "At 0.000 s the socket failed: no route."


def test_a_mid_that_comes_round_again_has_a_story_of_its_own() -> None:
    first, second = narrated(
        sent(1, "40010001"),
        (1, DatagramRx(SERVER, bytes.fromhex("60450001")), ()),
        sent(1, "40010001", 2),
    )
    assert (first.outcome, second.outcome) == ("answered 2.05", "no answer so far")


def test_what_a_payload_says_is_not_taken_for_a_urc() -> None:
    (story,) = narrated(
        sent(1, "40010001"),
        (1, UartRx(b"AT+CCOAPREAD=1\r"), (UartTx(b"\r\n+CCOAPREAD: 19,\r\n+CCOAPACTION: 2,1\r\nOK\r\n"),)),
    )
    assert story.outcome == "no answer so far"


def test_a_message_that_the_journal_does_not_announce_is_told_from_its_datagram() -> None:
    (story,) = narrated((0, Tick(), (DatagramTx(SERVER, bytes.fromhex("50020009")),)))
    assert told(story) == ["At 0.000 s the modem sent NON POST /, mid 9; 4 bytes, to 198.51.100.9:5683."]


def test_rubbish_from_the_peer_is_told_in_the_stories_that_wait_for_it() -> None:
    (story,) = narrated(sent(1, "40010001"), (1, DatagramRx(SERVER, b"?"), ()))
    assert told(story)[-1].endswith(
        "sent 1 bytes that are no CoAP message: the datagram has 1 bytes, fewer than a header."
    )


def test_ten_thousand_messages_are_told_in_no_time() -> None:
    entries = [
        entry
        for mid in range(1, 10_001)
        for entry in (
            Entry(*sent(mid, f"4001{mid:04x}", mid)),
            Entry(mid, DatagramRx(SERVER, bytes.fromhex(f"6045{mid:04x}")), ()),
        )
    ]
    assert {story.outcome for story in stories(entries)} == {"answered 2.05"}
