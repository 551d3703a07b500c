"""Which answers the embedded server knows without a thought."""

from __future__ import annotations

from random import Random

import pytest

from modemtwin.coap.endpoint import Transmit
from modemtwin.coap.message import Message, decode, encode
from modemtwin.coap.numbers import ACCEPT, CON, CONTENT, DELETE, ECHO, GET, OBSERVE, POST, PUT, URI_PATH, URI_QUERY
from modemtwin.world.peer.peer import Peer
from modemtwin.world.peer.repertoire import MOST_KNOWN, Repertoire
from modemtwin.world.peer.shelf import Shelf, Thing
from modemtwin.world.peer.site import Site

TEST = (URI_PATH, b"test")


def asked(*options: tuple[int, bytes], code: int = GET, payload: bytes = b"") -> Message:
    return Message(code=code, options=options, payload=payload)


def knows(site: Site, request: Message) -> bool:
    """Whether an answer is known once it was given."""
    site.answer(request, 0)
    return site.known(request) is not None


def test_a_get_of_what_stands_on_the_shelf_is_known_the_second_time() -> None:
    site = Site()
    assert site.known(asked(TEST)) is None
    first = site.answer(asked(TEST), 0)
    assert site.known(asked(TEST)) == Message(code=CONTENT, options=first.options, payload=b"hello world")


@pytest.mark.parametrize(
    "request_",
    [
        asked((OBSERVE, b""), TEST),
        asked(TEST, (ECHO, b"x")),
        asked(TEST, code=POST),
        asked((URI_PATH, b"time")),
        asked((URI_PATH, b"obs")),
        asked((URI_PATH, b"busy")),
        asked((URI_PATH, b"fresh")),
        asked((URI_PATH, b"nothing")),
        asked(TEST, (ACCEPT, b"\x32")),
    ],
    ids=["observe", "echo", "post", "time", "obs", "busy", "fresh", "nothing there", "not in this form"],
)
def test_what_depends_on_more_is_thought_about_every_time(request_: Message) -> None:
    assert knows(Site(), asked(TEST))
    assert not knows(Site(), request_)


def test_the_options_belong_to_the_question() -> None:
    site = Site()
    assert knows(site, asked(TEST))
    assert site.known(asked(TEST, (ACCEPT, b""))) is None


@pytest.mark.parametrize("code", [PUT, POST, DELETE])
def test_a_change_is_heard_of_at_once(code: int) -> None:
    peer = Peer(Random(1))

    def payload(mid: int, code: int = GET, said: bytes = b"") -> bytes:
        data = encode(Message(CON, code, mid, b"", (TEST,), said))
        [answer] = [event for event in peer.receive(data, ("192.0.2.7", 5683), 0) if isinstance(event, Transmit)]
        message = decode(answer.data)
        assert isinstance(message, Message)
        return message.payload

    assert [payload(1), payload(2)] == [b"hello world"] * 2
    payload(3, code, b"!")
    after = {PUT: b"!", POST: b"hello world!", DELETE: b"Not Found"}[code]
    assert [payload(4), payload(5)] == [after] * 2


def test_no_more_than_so_many_are_known() -> None:
    shelf = Shelf()
    shelf.put((b"a",), Thing(b"x"))
    repertoire = Repertoire(shelf)
    questions = [asked((URI_PATH, b"a"), (URI_QUERY, b"%d" % each)) for each in range(MOST_KNOWN + 1)]
    for question in questions:
        repertoire.keep(question, Message(code=CONTENT, payload=b"x"))
    assert [repertoire.find(question) is not None for question in questions] == [False] * MOST_KNOWN + [True]
