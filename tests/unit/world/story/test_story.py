"""Finding the story that something belongs to."""

from __future__ import annotations

from modemtwin.clockwork import seconds
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import ACK, GET, NON, OBSERVE
from modemtwin.world.story.story import Stories, Story

PEER = ("192.0.2.1", 5683)


def on_the_way(stories: Stories, mid: int, token: bytes = b"", peer: tuple[str, int] = PEER) -> Story:
    story = stories.begin(mid, mid, ours=True)
    stories.leave(story, peer, Message(code=GET, mid=mid, token=token))
    return story


def test_a_mid_means_the_one_to_which_something_happened_last() -> None:
    stories = Stories(seconds(247))
    old, new = (stories.begin(7, now, ours=True) for now in (1, 2))
    theirs = stories.begin(7, 3, ours=False)
    for story in (new, old, theirs):
        stories.touch(story)
    assert stories.latest(7) is theirs
    assert stories.latest(7, ours=True) is old
    assert stories.latest(8) is None
    assert stories.all == [old, new, theirs]


def test_the_te_reads_the_oldest_packet_of_a_mid_first() -> None:
    stories = Stories(seconds(247))
    mine, theirs = stories.begin(7, 1, ours=True), stories.begin(7, 2, ours=False)
    stories.touch(theirs)
    assert stories.reading(7) is theirs
    stories.queue(mine, 7)
    stories.queue(theirs, 7)
    assert stories.reading(7) is mine
    mine.read = True
    assert stories.reading(7) is theirs
    theirs.read = True
    assert stories.reading(7) is theirs, "what was read can be read again"
    again = stories.begin(7, 3, ours=True)
    stories.queue(again, 7)
    assert stories.reading(7) is again, "a mid that came round again"


def test_a_token_finds_the_oldest_request_to_this_peer_that_waits() -> None:
    stories = Stories(seconds(247))
    first, second = on_the_way(stories, 1, b"a"), on_the_way(stories, 2, b"a")
    answer = Message(type=NON, code=0x45, mid=9, token=b"a")
    assert stories.asked(PEER, answer) is first
    first.over = True
    assert stories.asked(PEER, answer) is second
    assert stories.asked(("192.0.2.2", 5683), answer) is None


def test_a_notification_belongs_to_what_asked_for_it() -> None:
    stories = Stories(seconds(247))
    observing = stories.begin(1, 1, ours=True)
    stories.leave(observing, PEER, Message(code=GET, mid=1, token=b"a", options=((OBSERVE, b""),)))
    cancelling = stories.begin(2, 2, ours=True)
    stories.leave(cancelling, PEER, Message(code=GET, mid=2, token=b"a", options=((OBSERVE, b"\1"),)))
    observing.outcome = "answered 2.05"
    notification = Message(type=NON, code=0x45, mid=9, token=b"a", options=((OBSERVE, b"\7"),))
    assert stories.asked(PEER, notification) is observing
    assert stories.asked(PEER, notification._replace(options=())) is cancelling
    assert (stories.observing(cancelling), stories.observing(observing)) == ([observing], [])


def test_any_host_answers_a_request_to_a_group() -> None:
    stories = Stories(seconds(247))
    four, six = on_the_way(stories, 1, b"a", ("224.0.1.187", 5683)), on_the_way(stories, 2, b"b", ("ff02::fd", 5683))
    assert stories.asked(PEER, Message(code=0x45, token=b"a")) is four
    assert stories.asked(("fe80::1", 5683), Message(code=0x45, token=b"b")) is six


def test_an_ack_is_found_by_mid_and_a_response_by_token() -> None:
    stories = Stories(seconds(247))
    asked = stories.begin(9, 0, ours=False)
    stories.arrive(asked, PEER, Message(code=GET, mid=9, token=b"t"), b"data")
    assert stories.answered(PEER, Message(type=ACK, mid=9)) is asked
    assert stories.answered(PEER, Message(type=NON, code=0x45, mid=77, token=b"t")) is asked
    assert stories.answered(PEER, Message(type=NON, code=GET, mid=77, token=b"t")) is None
    assert stories.duplicated(PEER, b"data", seconds(247)) is asked
    assert stories.duplicated(PEER, b"data", seconds(247) + 1) is None


def test_the_same_message_again_is_a_retransmission_for_an_exchange_lifetime() -> None:
    stories = Stories(seconds(247))
    story = on_the_way(stories, 1)
    assert story.message is not None
    assert stories.again(PEER, story.message, seconds(247)) is story
    assert stories.again(PEER, story.message._replace(payload=b"x"), 1) is None
    assert stories.again(PEER, story.message, seconds(247) + 2) is None
