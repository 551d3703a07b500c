"""What the embedded server lets be done, and what its observers hear."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.message import Message, uint
from modemtwin.coap.numbers import (
    BAD_REQUEST,
    CHANGED,
    CONTENT,
    CONTENT_FORMAT,
    DELETE,
    ECHO,
    ETAG,
    FETCH,
    GET,
    HOP_LIMIT,
    IF_MATCH,
    IPATCH,
    MAX_AGE,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    PATCH,
    PRECONDITION_FAILED,
    PUT,
    UNAUTHORIZED,
    UNSUPPORTED_CONTENT_FORMAT,
    URI_PATH,
    VALID,
)
from modemtwin.world.peer.answers import Answer
from modemtwin.world.peer.contents import Contents
from modemtwin.world.peer.site import Site, Watched


def request(code: int, path: str, payload: bytes = b"", *options: tuple[int, bytes]) -> Message:
    segments = tuple((URI_PATH, each.encode()) for each in path.split("/"))
    return Message(code=code, options=(*segments, *options), payload=payload)


def ask(site: Site, code: int, path: str, payload: bytes = b"", *options: tuple[int, bytes], now: int = 0) -> Answer:
    return site.answer(request(code, path, payload, *options), now)


def test_what_demands_freshness_is_done_only_with_the_echo_of_the_refusal() -> None:
    site = Site(Contents(key=b"secret"))
    refusal = ask(site, PUT, "fresh", b"new")
    assert refusal == Answer(UNAUTHORIZED, refusal.options, b"ask again with this Echo")
    (echo,) = refusal.options
    assert echo[0] == ECHO
    assert ask(site, PUT, "fresh", b"new", (ECHO, b"guess")).code == UNAUTHORIZED
    assert ask(site, PUT, "fresh", b"new", echo, now=seconds(1)) == Answer(CHANGED)
    assert ask(site, GET, "fresh", b"", echo, now=seconds(2)).payload == b"new"
    stale = ask(site, GET, "fresh", b"", echo, now=seconds(11))
    assert stale.code == UNAUTHORIZED
    assert ask(site, GET, "fresh", b"", *stale.options, now=seconds(11)).payload == b"new"


def test_an_echo_that_nobody_asked_for_does_no_harm() -> None:
    assert ask(Site(), GET, "test", b"", (ECHO, b"\x01")).payload == b"hello world"


@pytest.mark.parametrize(
    ("hops", "code"), [(b"\x01", CONTENT), (b"\xff", CONTENT), (b"\x00", BAD_REQUEST)]
)  # RFC 8768 §3
def test_a_request_may_have_any_number_of_hops_but_none(hops: bytes, code: int) -> None:
    assert ask(Site(), GET, "test", b"", (HOP_LIMIT, hops)).code == code


MERGE = (CONTENT_FORMAT, uint(52))


@pytest.mark.parametrize("code", [PATCH, IPATCH])
def test_a_json_document_can_be_patched(code: int) -> None:
    site = Site()
    assert ask(site, code, "json", b'{"name":null,"unit":"bit"}', MERGE) == Answer(CHANGED)
    assert ask(site, GET, "json").payload == b'{"blocks":{"size":1024,"body":65536},"unit":"bit"}'
    assert ask(site, code, "json", b'{"name":', MERGE) == Answer(BAD_REQUEST, (), b"the payload is no JSON")
    assert ask(site, code, "json", b"{}", MERGE, (IF_MATCH, b"\x01")).code == PRECONDITION_FAILED
    wrong = ask(site, code, "json", b"{}", (CONTENT_FORMAT, uint(50)))
    assert wrong == Answer(UNSUPPORTED_CONTENT_FORMAT, (), b"the payload has to be content-format 52")


def test_members_of_a_json_document_can_be_fetched() -> None:
    site = Site()
    answer = ask(site, FETCH, "json", b'["unit","name"]', (CONTENT_FORMAT, uint(50)))
    assert (answer.code, answer.payload) == (CONTENT, b'{"unit":"byte","name":"modemtwin"}')
    (tag,) = (each for each in answer.options if each[0] == ETAG)
    assert ask(site, FETCH, "json", b'["unit","name"]', tag) == Answer(VALID, (tag,))
    assert ask(site, FETCH, "json", b"unit").code == BAD_REQUEST
    assert ask(site, FETCH, "json", b"unit", (CONTENT_FORMAT, b"")).code == UNSUPPORTED_CONTENT_FORMAT


def test_what_is_put_as_json_can_be_fetched_and_patched_too() -> None:
    site = Site()
    ask(site, PUT, "mine", b'{"a":1}', (CONTENT_FORMAT, uint(50)))
    assert ask(site, PATCH, "mine", b'{"b":2}') == Answer(CHANGED)
    assert ask(site, FETCH, "mine", b'["b"]').payload == b'{"b":2}'
    ask(site, PUT, "mine", b"text", (CONTENT_FORMAT, b""))
    assert ask(site, FETCH, "mine", b'["b"]').code == METHOD_NOT_ALLOWED


def test_a_representation_that_is_still_the_same_is_fresh_again() -> None:
    site = Site()
    tag = ask(site, GET, "time").options[0]
    assert ask(site, GET, "time", b"", tag) == Answer(VALID, (tag, (MAX_AGE, b"\x01")))


@pytest.mark.parametrize(
    ("path", "watched"),
    [
        ("obs", Watched((b"obs",), 0)),
        ("time", Watched((b"time",), 0)),
        ("json", Watched((b"json",), 50)),
        ("nothing", Watched((b"nothing",), None)),
        ("large", None),
        ("separate", None),
    ],
)
def test_what_changes_can_be_observed(path: str, watched: Watched | None) -> None:
    assert Site().watched(request(GET, path), 0) == watched


def test_it_is_known_when_something_changes_by_itself() -> None:
    site = Site(Contents(epoch=0.25))
    assert site.next_change((b"time",), seconds(10)) == seconds(10.75)
    assert site.next_change((b"time",), seconds(10.75)) == seconds(11.75)
    assert site.next_change((b"obs",), seconds(10)) == seconds(15)
    assert site.next_change((b"test",), 0) is None
    assert site.next_change((b"large",), 0) is None


def test_an_observer_hears_the_state_the_end_and_nothing_in_another_format() -> None:
    site = Site()
    watched, asked = Watched((b"mine",), 50), request(GET, "mine")
    ask(site, PUT, "mine", b"{}", (CONTENT_FORMAT, uint(50)))
    assert site.state(asked, watched, 0).payload == b"{}"
    fetching = request(FETCH, "mine", b"[]")
    assert site.state(fetching, watched, 0).payload == b"{}"
    ask(site, PUT, "mine", b"text", (CONTENT_FORMAT, b""))
    assert site.state(asked, watched, 0) == Answer(
        NOT_ACCEPTABLE, (), b"this comes as another content-format now"
    )  # RFC 7641 §4.2
    assert site.state(fetching, watched, 0).code == METHOD_NOT_ALLOWED
    ask(site, DELETE, "mine")
    assert site.state(asked, watched, 0) == Answer(NOT_FOUND, (), b"Not Found")


def test_an_observer_need_not_prove_again_that_he_is_fresh() -> None:
    assert Site().state(request(GET, "fresh"), Watched((b"fresh",), 0), seconds(99)).payload == b"asked for just now"


@pytest.mark.parametrize("path", ["large-create", "large-post", "location-query"])
def test_a_get_of_what_is_only_posted_to_is_not_allowed(path: str) -> None:
    assert ask(Site(), GET, path).code == METHOD_NOT_ALLOWED
