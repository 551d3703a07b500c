"""Finding the story that something belongs to."""

from __future__ import annotations

from modemtwin.coap.message import Message
from modemtwin.coap.numbers import ACK, GET, NON
from modemtwin.world.story import Stories, Story

PEER = ("192.0.2.1", 5683)


def on_the_way(stories: Stories, mid: int, token: bytes = b"", peer: tuple[str, int] = PEER) -> Story:
    story = stories.begin(mid, mid, ours=True)
    stories.leave(story, peer, Message(code=GET, mid=mid, token=token))
    return story


def test_the_te_means_the_latest_of_its_own_before_what_a_peer_sent() -> None:
    stories = Stories()
    old, new = (stories.begin(7, now, ours=True) for now in (1, 2))
    stories.begin(7, 3, ours=False)
    assert stories.latest(7) is new
    assert stories.latest(8) is None
    assert stories.all[0] is old


def test_a_token_finds_the_latest_request_to_this_peer_that_is_not_over() -> None:
    stories = Stories()
    first, second = on_the_way(stories, 1, b"a"), on_the_way(stories, 2, b"a")
    assert stories.asked(PEER, b"a") is second
    second.over = True
    assert stories.asked(PEER, b"a") is first
    assert stories.asked(("192.0.2.2", 5683), b"a") is None


def test_any_host_answers_a_request_to_a_group() -> None:
    stories = Stories()
    four, six = on_the_way(stories, 1, b"a", ("224.0.1.187", 5683)), on_the_way(stories, 2, b"b", ("ff02::fd", 5683))
    assert stories.asked(PEER, b"a") is four
    assert stories.asked(("fe80::1", 5683), b"b") is six


def test_an_ack_is_found_by_mid_and_a_response_by_token() -> None:
    stories = Stories()
    asked = stories.begin(9, 0, ours=False)
    stories.arrive(asked, PEER, Message(code=GET, mid=9, token=b"t"), b"data")
    assert stories.answered(PEER, Message(type=ACK, mid=9)) is asked
    assert stories.answered(PEER, Message(type=NON, code=0x45, mid=77, token=b"t")) is asked
    assert stories.answered(PEER, Message(type=NON, code=GET, mid=77, token=b"t")) is None
    assert stories.duplicated(PEER, b"data") is asked


def test_the_same_message_again_is_a_retransmission_until_its_story_is_over() -> None:
    stories = Stories()
    story = on_the_way(stories, 1)
    assert story.message is not None
    assert stories.again(PEER, story.message) is story
    assert stories.again(PEER, story.message._replace(payload=b"x")) is None
    story.over = True
    assert stories.again(PEER, story.message) is None
