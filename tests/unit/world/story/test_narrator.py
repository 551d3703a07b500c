"""The story of a message, word for word."""

from __future__ import annotations

from modemtwin.modem.doors import (
    BearerLost,
    DatagramRx,
    DatagramTx,
    Effect,
    Note,
    Resolve,
    Resolved,
    Restarted,
    SocketFailed,
    Stimulus,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.world.journal.journal import Entry
from modemtwin.world.story.narrator import stories
from modemtwin.world.story.story import Story
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
        "At 11.133 s the response came in the ACK, 0.600 s after the last time: ACK 2.05 Content, mid 1, "
        'ETag 5e2c1105, Content-Format 0, Max-Age 1, 20 bytes "1970-01-01T00:00:05Z"; 33 bytes.',
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
        "the peer acknowledged it, 0.700 s after it was sent: 4 bytes"[:60],
        "the response came in a CON of its own, 1.600 s after it was "[:60],
        f"the modem answered ACK empty, mid {answer.mid}; 4 bytes.",
        f"it was queued, and the modem told the TE +CCOAPRECV: {answer.mid},52,4"[:60],
    ]
    assert told(asked)[5].endswith("; the response was still to come.")
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
        "At 1.000 s the peer rejected it with an RST, 1.000 s after it was sent: 4 bytes.",
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
        "At 0.000 s mid 4711 came again, 8 bytes: a duplicate.",
        'At 0.000 s the modem answered ACK 2.05 Content, mid 4711, token beef, 1 byte "2"; 8 bytes.',
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
        "sent a datagram of 1 byte that is no CoAP message: the datagram has 1 byte, fewer than a header."
    )


def test_an_answer_without_room_comes_again_and_is_one_story() -> None:
    full = Note("the receive queue is full: mid 1 counts as lost on the way")
    answer = DatagramRx(SERVER, bytes.fromhex("60450001"))
    (story,) = narrated(
        sent(1, "40010001"),
        (1_000_000, answer, (full,)),
        (3_000_000, Tick(), (DatagramTx(SERVER, bytes.fromhex("40010001")),)),
        (4_000_000, answer, (full,)),
    )
    assert story.ending == "answered 2.05, for which the receive queue had no room"
    assert [sentence.partition(" s ")[2] for sentence in told(story)[-3:]] == [
        "the answer had found no room, so after 3.000 s it was sent again (1 of 4).",
        "the same ACK came once more, 4 bytes: 1.000 s after the last time.",
        "the modem noted: the receive queue is full: mid 1 counts as lost on the way.",
    ]


def test_an_ack_that_the_network_doubled_is_told_as_a_duplicate() -> None:
    answer = (1, DatagramRx(SERVER, bytes.fromhex("60450001")), ())
    (story,) = narrated(sent(1, "40010001"), answer, answer)
    assert told(story)[-1] == "At 0.000 s the same ACK came once more, 4 bytes: a duplicate."


def test_an_observation_is_told_with_its_notifications_and_its_end() -> None:
    stories_told = narrated(
        sent(1, "41010001 0a 60"),
        (1, DatagramRx(SERVER, bytes.fromhex("61450001 0a 6101")), ()),
        (2, DatagramRx(SERVER, bytes.fromhex("51451000 0a 6102")), ()),
        sent(2, "41010002 0a 6101", 3),
        (4, DatagramRx(SERVER, bytes.fromhex("51451001 0a 6103")), ()),
        (5, DatagramRx(SERVER, bytes.fromhex("61450002 0a")), ()),
    )
    observed, first, cancel, second = stories_told
    assert [sentence.partition(" s ")[2] for sentence in told(observed)[-3:]] == [
        "notification 1 came: NON 2.05 Content, mid 4096, token 0a, Observe 2; 7 bytes.",
        "notification 2 came: NON 2.05 Content, mid 4097, token 0a, Observe 3; 7 bytes.",
        "mid 2 ended the observation.",
    ]
    assert observed.outcome == "answered 2.05, and 2 notifications"
    assert (cancel.outcome, len(told(cancel))) == ("answered 2.05", 4)
    assert first.part_of is second.part_of is observed


def test_an_answer_that_comes_twice_is_no_notification() -> None:
    answer = (1, DatagramRx(SERVER, bytes.fromhex("61450001 0a 6101")), ())
    (observed,) = narrated(sent(1, "41010001 0a 60"), answer, answer)
    assert observed.outcome == "answered 2.05"
    assert told(observed)[-1] == "At 0.000 s the same ACK came once more, 7 bytes: a duplicate."


def test_a_body_in_blocks_ends_as_its_last_block_does() -> None:
    first, _ = narrated(
        sent(1, "40030001 d10e08 ff 61"),
        (
            1,
            DatagramRx(SERVER, bytes.fromhex("605f0001 d10e08")),
            (DatagramTx(SERVER, bytes.fromhex("40030002 d10e10 ff 62")),),
        ),
        (2, DatagramRx(SERVER, bytes.fromhex("60440002 d10e10")), ()),
    )
    assert first.outcome == "answered 2.04"


def test_a_response_of_ours_in_a_con_is_acknowledged_and_nothing_more_is_to_come() -> None:
    request, answer = narrated(
        (0, DatagramRx(SERVER, bytes.fromhex("41010007 0a")), ()),
        sent(9, "41450009 0a", 1),
        (2, DatagramRx(SERVER, bytes.fromhex("60000009")), ()),
    )
    assert told(answer)[-1] == "At 0.000 s the peer acknowledged it, 0.000 s after it was sent: 4 bytes."
    assert (answer.outcome, request.outcome) == ("acknowledged", "answered")


def test_an_ack_that_answers_nothing_and_rubbish_with_a_mid_have_stories_too() -> None:
    stray, rubbish = narrated(
        (0, DatagramRx(SERVER, bytes.fromhex("60000063")), ()),
        (1, DatagramRx(SERVER, bytes.fromhex("40010063ff")), (DatagramTx(SERVER, bytes.fromhex("70000063")),)),
    )
    assert told(stray) == [
        "At 0.000 s 198.51.100.9:5683 sent ACK empty, mid 99; 4 bytes: nothing that the modem sent has this mid."
    ]
    assert told(rubbish)[1] == "At 0.000 s the modem answered RST empty, mid 99; 4 bytes."
    assert rubbish.outcome == "rejected by the modem"


def test_a_fault_that_struck_before_there_was_a_story_is_told_in_it() -> None:
    (story,) = narrated(
        (0, Tick(), (Note('mid 7: fault "do=drop type=CON nth=1": the CON GET to the modem is lost'),)),
        (1, DatagramRx(SERVER, bytes.fromhex("40010007")), ()),
    )
    assert told(story)[0] == 'At 0.000 s fault "do=drop type=CON nth=1" struck: the CON GET to the modem is lost.'


def test_what_is_queued_under_the_mid_of_an_old_request_of_ours_is_the_peers() -> None:
    ours, theirs = narrated(
        sent(7, "40010007"),
        (1, DatagramRx(SERVER, bytes.fromhex("60450007")), (UartTx(b"\r\n+CCOAPRECV: 7,4,0\r\n"),)),
        (2, DatagramRx(SERVER, bytes.fromhex("40010007")), (UartTx(b"\r\n+CCOAPRECV: 7,4,0\r\n"),)),
    )
    assert [sum("was queued" in sentence for sentence in told(story)) for story in (ours, theirs)] == [1, 1]


def test_a_restart_ends_what_waits() -> None:
    (story,) = narrated(sent(1, "40010001"), (1, Restarted("the watchdog"), ()))
    assert (told(story)[-1], story.outcome) == (
        "At 0.000 s the module restarted: the watchdog.",
        "ended without an answer",
    )


def test_only_what_waits_for_a_name_ends_with_it() -> None:
    lookup = UartTx(b"\r\n+CCOAPACTION: 0,2\r\n\r\nOK\r\n")
    sent_already, waiting = narrated(
        sent(1, "40010001"),
        (1, UartRx(b"AT+CCOAPACTION\r"), (lookup, Resolve("nowhere.example"))),
        (2, Resolved("nowhere.example", (), ""), (UartTx(b"\r\n+CCOAPACTION: 3\r\n"),)),
    )
    assert (sent_already.outcome, waiting.outcome) == ("no answer so far", "never sent")


def test_without_a_verbose_format_the_packet_is_still_announced() -> None:
    reply = UartTx(b"AT+CCOAPACTION\r+CCOAPACTION: 0,1\r\n0\r")  # ATV0
    (story,) = narrated((0, UartRx(b"AT+CCOAPACTION\r"), (reply, DatagramTx(SERVER, bytes.fromhex("40010001")))))
    assert told(story)[1] == "At 0.000 s the modem took the packet and said +CCOAPACTION: 0,1."


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
