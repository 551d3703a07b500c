"""The embedded server's resources, asked without a network."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.linkformat import parse
from modemtwin.coap.message import Message, uint
from modemtwin.coap.numbers import (
    ACCEPT,
    BAD_REQUEST,
    CHANGED,
    CONTENT,
    CONTENT_FORMAT,
    CREATED,
    DELETE,
    DELETED,
    ETAG,
    FETCH,
    GET,
    IF_MATCH,
    IF_NONE_MATCH,
    INTERNAL_SERVER_ERROR,
    IPATCH,
    LOCATION_PATH,
    LOCATION_QUERY,
    MAX_AGE,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    POST,
    PRECONDITION_FAILED,
    PROXY_SCHEME,
    PROXY_URI,
    PROXYING_NOT_SUPPORTED,
    PUT,
    REQUEST_ENTITY_TOO_LARGE,
    SIZE1,
    TOO_MANY_REQUESTS,
    URI_PATH,
    URI_QUERY,
    VALID,
)
from modemtwin.world.peer.answers import Answer
from modemtwin.world.peer.contents import Contents
from modemtwin.world.peer.resources import RESOURCES
from modemtwin.world.peer.shelf import Shelf, etag_of
from modemtwin.world.peer.site import Site

TEXT_FORMAT = (CONTENT_FORMAT, b"")


def ask(
    site: Site, code: int, path: str, payload: bytes = b"", *options: tuple[int, bytes], query: str = "", now: int = 0
) -> Answer:
    """Ask a site as a client would; ``path`` without leading slash."""
    segments = tuple((URI_PATH, each.encode()) for each in path.split("/") if path)
    queries = tuple((URI_QUERY, each.encode()) for each in query.split("&") if query)
    return site.answer(Message(code=code, options=(*segments, *queries, *options), payload=payload), now)


def tag(payload: bytes, content_format: int | None = 0) -> tuple[int, bytes]:
    return (ETAG, etag_of(payload, content_format))


def core(site: Site, query: str = "") -> list[str]:
    """The targets that ``/.well-known/core`` lists."""
    return [link.target for link in parse(ask(site, GET, ".well-known/core", query=query).payload.decode())]


ALWAYS = [row.path for row in RESOURCES if row.listed]
AT_START = ["/test", "/seg1/seg2/seg3", "/large-update", "/json", "/fresh"]


@pytest.mark.parametrize("code", range(GET, IPATCH + 1))
def test_home_query_is_not_found_by_any_method(code: int) -> None:
    answer = ask(Site(), code, "home/query", b"hello world", query="address=1")
    assert answer == Answer(NOT_FOUND, (), b"Not Found")


def test_the_server_tells_what_it_has() -> None:
    answer = ask(Site(), GET, ".well-known/core")
    assert answer.code == CONTENT
    assert (CONTENT_FORMAT, uint(40)) in answer.options
    links = {link.target: link.attributes for link in parse(answer.payload.decode())}
    assert list(links) == [*ALWAYS, *AT_START]
    assert links["/time"] == (
        ("ct", "0"),
        ("rt", "watch clock"),
        ("title", "What time it is, in UTC, every second"),
        ("obs", None),
    )
    assert links["/large"][:3] == (("ct", "0"), ("rt", "block"), ("sz", "3456"))
    assert links["/multi-format"][0] == ("ct", "0 41 50")
    assert links["/large-update"] == (("ct", "0"), ("sz", "1632"), ("obs", None))
    assert links["/test"] == (("ct", "0"), ("obs", None))


@pytest.mark.parametrize(
    ("query", "targets"),
    [
        ("href=/time", ["/time"]),
        ("href=/t*", ["/time", "/test"]),
        ("ct=40", ["/.well-known/core"]),
        ("ct=41", ["/multi-format"]),
        ("title=More*", ["/large"]),
        ("rt=block", ["/large", "/large-create", "/large-post"]),
        ("rt=maker", ["/large-create", "/location-query"]),
        ("sz=*", ["/large", "/large-update"]),
        ("obs", ["/obs", "/time", *AT_START]),
        ("href=/t*&obs", ["/time", "/test"]),
        ("rt=light", []),
    ],
)
def test_the_list_of_resources_can_be_filtered(query: str, targets: list[str]) -> None:
    assert core(Site(), query) == targets


def test_a_thing_can_be_put_got_listed_and_deleted() -> None:
    site = Site()
    assert ask(site, GET, "shelf/a b") == Answer(NOT_FOUND, (), b"Not Found")
    assert ask(site, PUT, "shelf/a b", b"one") == Answer(CREATED)
    assert ask(site, GET, "shelf/a b") == Answer(CONTENT, (tag(b"one", None),), b"one")
    assert ask(site, PUT, "shelf/a b", b"{}", (CONTENT_FORMAT, uint(50))) == Answer(CHANGED)
    assert ask(site, GET, "shelf/a b") == Answer(CONTENT, (tag(b"{}", 50), (CONTENT_FORMAT, uint(50))), b"{}")
    assert core(site) == [*ALWAYS, *AT_START, "/shelf/a%20b"]
    assert ask(site, DELETE, "shelf/a b") == Answer(DELETED)
    assert ask(site, GET, "shelf/a b") == Answer(NOT_FOUND, (), b"Not Found")
    assert core(site) == [*ALWAYS, *AT_START]


def test_the_test_resource_knows_all_four_methods() -> None:
    site = Site()
    assert ask(site, GET, "test") == Answer(CONTENT, (tag(b"hello world"), TEXT_FORMAT), b"hello world")
    assert ask(site, POST, "test", b", again") == Answer(CHANGED)
    assert ask(site, GET, "test").payload == b"hello world, again"
    assert ask(site, PUT, "test", b"new") == Answer(CHANGED)
    assert ask(site, DELETE, "test") == Answer(DELETED)
    assert ask(site, GET, "test") == Answer(NOT_FOUND, (), b"Not Found")
    assert ask(site, PUT, "test", b"anew") == Answer(CREATED)
    assert ask(site, GET, "test").payload == b"anew"


def test_deleting_what_is_not_there_succeeds() -> None:
    assert ask(Site(), DELETE, "nothing") == Answer(DELETED)


def test_posting_to_what_is_not_there_fails() -> None:
    assert ask(Site(), POST, "nothing", b"x") == Answer(NOT_FOUND, (), b"Not Found")


def test_no_path_and_an_empty_one_are_the_same_place() -> None:
    site = Site()
    assert ask(site, PUT, "", b"root") == Answer(CREATED)
    assert site.answer(Message(code=GET, options=((URI_PATH, b""),)), 0).payload == b"root"
    assert core(site)[-1] == "/"


@pytest.mark.parametrize(
    ("code", "path", "known"),
    [
        (PUT, "time", b"this resource knows GET"),
        (POST, "separate", b"this resource knows GET"),
        (DELETE, ".well-known/core", b"this resource knows GET"),
        (FETCH, "test", b"this resource knows GET, POST, PUT, DELETE"),
    ],
)
def test_a_method_that_a_resource_does_not_know_is_refused(code: int, path: str, known: bytes) -> None:
    assert ask(Site(), code, path) == Answer(METHOD_NOT_ALLOWED, (), known)


def test_the_query_comes_back() -> None:
    answer = ask(Site(), GET, "query", query="a=1&b=two words&c")
    assert answer.payload == b"a=1&b=two words&c"


def test_the_time_counts_from_the_epoch_that_was_given() -> None:
    site = Site(Contents(epoch=1_500_000_000.5))
    answer = ask(site, GET, "time", now=seconds(86_400.75))
    assert answer == Answer(
        CONTENT,
        (tag(b"2017-07-15T02:40:01Z"), TEXT_FORMAT, (MAX_AGE, b"\x01")),
        b"2017-07-15T02:40:01Z",
    )


@pytest.mark.parametrize(("path", "accepted"), [("time", 0), (".well-known/core", 40), ("test", 0)])
def test_a_form_that_is_there_is_given(path: str, accepted: int) -> None:
    assert ask(Site(), GET, path, b"", (ACCEPT, uint(accepted))).code == CONTENT


def test_a_form_that_is_not_there_is_refused() -> None:
    site = Site()
    ask(site, PUT, "plain", b"no format")
    assert ask(site, GET, "test", b"", (ACCEPT, uint(50))) == Answer(
        NOT_ACCEPTABLE, (), b"this comes as content-format 0 only"
    )
    assert ask(site, GET, "plain", b"", (ACCEPT, uint(0))) == Answer(NOT_ACCEPTABLE, (), b"this has no content-format")


def test_a_representation_that_the_client_has_is_not_sent_again() -> None:
    site = Site()
    known = tag(b"hello world")
    assert ask(site, GET, "test", b"", (ETAG, b"old"), known) == Answer(VALID, (known,))
    ask(site, PUT, "test", b"changed")
    assert ask(site, GET, "test", b"", known).payload == b"changed"


@pytest.mark.parametrize("code", [PUT, POST, DELETE])
def test_a_change_is_refused_when_something_else_is_there_than_the_client_thinks(code: int) -> None:
    site = Site()
    refusal = Answer(PRECONDITION_FAILED, (), b"what is there is something else")
    assert ask(site, code, "test", b"x", (IF_MATCH, b"\x01\x02")) == refusal
    assert ask(site, GET, "test").payload == b"hello world"
    assert ask(site, code, "test", b"x", (IF_MATCH, b"\x01"), (IF_MATCH, tag(b"hello world")[1])).code < BAD_REQUEST


def test_if_match_without_a_tag_asks_only_whether_something_is_there() -> None:
    site = Site()
    assert ask(site, PUT, "test", b"x", (IF_MATCH, b"")) == Answer(CHANGED)
    assert ask(site, PUT, "new", b"x", (IF_MATCH, b"")).code == PRECONDITION_FAILED
    assert ask(site, GET, "new").code == NOT_FOUND


def test_if_none_match_puts_only_where_nothing_is() -> None:
    site = Site()
    assert ask(site, PUT, "new", b"x", (IF_NONE_MATCH, b"")) == Answer(CREATED)
    assert ask(site, PUT, "new", b"y", (IF_NONE_MATCH, b"")) == Answer(
        PRECONDITION_FAILED, (), b"there is something already"
    )
    assert ask(site, GET, "new").payload == b"x"


@pytest.mark.parametrize("option", [(PROXY_URI, b"coap://192.0.2.1/"), (PROXY_SCHEME, b"http")])
def test_the_server_is_no_proxy(option: tuple[int, bytes]) -> None:
    assert ask(Site(), GET, "time", b"", option).code == PROXYING_NOT_SUPPORTED


def test_what_is_too_large_is_refused_with_the_limit() -> None:
    site = Site(Contents(shelf=Shelf(largest_thing=100)))
    assert ask(site, PUT, "big", bytes(101)) == Answer(
        REQUEST_ENTITY_TOO_LARGE, ((SIZE1, b"\x64"),), b"at most 100 bytes"
    )
    assert ask(site, PUT, "big", bytes(100)) == Answer(CREATED)
    assert ask(site, POST, "big", b"x").code == REQUEST_ENTITY_TOO_LARGE
    assert ask(site, GET, "big").payload == bytes(100)


def test_a_full_server_refuses_new_things_and_goes_on_with_the_old() -> None:
    site = Site(Contents(shelf=Shelf(most_things=2, most_bytes=30)))  # room for two of what is there at the start
    full = Answer(INTERNAL_SERVER_ERROR, (), b"no room: 2 things or 30 bytes are the most, DELETE something first")
    assert core(site)[-2:] == ["/test", "/fresh"]
    site.shelf.remove((b"fresh",))
    assert ask(site, PUT, "a", b"1") == Answer(CREATED)
    assert ask(site, PUT, "b", b"1") == full
    assert ask(site, PUT, "a", bytes(20)) == full
    assert ask(site, PUT, "a", b"2") == Answer(CHANGED)
    assert ask(site, DELETE, "test") == Answer(DELETED)
    assert ask(site, PUT, "b", b"1") == Answer(CREATED)


def test_a_path_that_is_too_long_is_refused() -> None:
    site = Site(Contents(shelf=Shelf(longest_path=10)))
    assert ask(site, PUT, "123456789", b"x") == Answer(CREATED)
    assert ask(site, PUT, "12345/7890", b"x") == Answer(BAD_REQUEST, (), b"a path has at most 10 bytes here")


LARGE = b"".join(b"line %3d of 96: more than one block\n" % line for line in range(1, 97))


def test_the_large_resource_is_whole_and_as_long_as_was_asked() -> None:
    assert ask(Site(), GET, "large") == Answer(CONTENT, (tag(LARGE), TEXT_FORMAT), LARGE)
    for size in (0, 1, 8, 1024, 1025, 65_536):
        answer = ask(Site(), GET, "large", query=f"size={size}")
        assert (answer.code, len(answer.payload)) == (CONTENT, size)
    assert ask(Site(), GET, "large", query="size=20").payload == b"0000000 0000008 0000"


@pytest.mark.parametrize("size", ["65537", "-1", "x", "", "\u00b2", "9" * 5000])
def test_a_size_that_the_large_resource_cannot_have_is_refused(size: str) -> None:
    answer = ask(Site(), GET, "large", query=f"size={size}")
    assert answer == Answer(BAD_REQUEST, (), b"size is a number of bytes from 0 to 65536")


def test_what_is_posted_to_a_maker_gets_a_path_of_its_own() -> None:
    site = Site()
    for name in (b"1", b"2"):
        where = ((LOCATION_PATH, b"large-create"), (LOCATION_PATH, name))
        assert ask(site, POST, "large-create", b"body " + name) == Answer(CREATED, where)
        assert ask(site, GET, f"large-create/{name.decode()}").payload == b"body " + name
    ask(site, DELETE, "large-create/1")
    assert ask(site, POST, "large-create", b"x").options[1] == (LOCATION_PATH, b"1")


def test_a_maker_without_room_says_so() -> None:
    site = Site(Contents(shelf=Shelf(largest_thing=100)))
    assert ask(site, POST, "large-create", bytes(101)).code == REQUEST_ENTITY_TOO_LARGE


def test_what_is_posted_comes_back_in_capital_letters() -> None:
    assert ask(Site(), POST, "large-post", b"ab1" * 1000) == Answer(CHANGED, (TEXT_FORMAT,), b"AB1" * 1000)


def test_a_location_may_be_a_query() -> None:
    where = ((LOCATION_QUERY, b"first=1"), (LOCATION_QUERY, b"second=2"))
    assert ask(Site(), POST, "location-query") == Answer(CREATED, where)


@pytest.mark.parametrize(
    ("accepted", "payload"),
    [(0, b"one and the same"), (41, b"<same>one and the</same>"), (50, b'{"same":"one and the"}')],
)
def test_a_resource_of_several_forms_gives_the_one_that_is_accepted(accepted: int, payload: bytes) -> None:
    answer = ask(Site(), GET, "multi-format", b"", (ACCEPT, uint(accepted)))
    assert answer == Answer(CONTENT, (tag(payload, accepted), (CONTENT_FORMAT, uint(accepted))), payload)


def test_a_form_that_none_of_several_is_is_refused() -> None:
    answer = ask(Site(), GET, "multi-format", b"", (ACCEPT, uint(60)))
    assert answer == Answer(NOT_ACCEPTABLE, (), b"this comes as content-format 0, 41, 50")
    assert ask(Site(), GET, "multi-format").payload == b"one and the same"


def test_the_busy_resource_answers_once_and_then_says_how_long_to_wait() -> None:
    site = Site()
    assert ask(site, GET, "busy", now=seconds(7)).code == CONTENT
    assert ask(site, GET, "busy", now=seconds(7.1)) == Answer(
        TOO_MANY_REQUESTS, ((MAX_AGE, b"\x02"),), b"ask again when Max-Age is over"
    )
    assert ask(site, GET, "busy", now=seconds(8.5)).options == ((MAX_AGE, b"\x01"),)
    assert ask(site, GET, "busy", now=seconds(9)).code == CONTENT


def test_the_restless_resource_is_fresh_until_it_changes() -> None:
    site = Site()
    assert ask(site, GET, "obs", now=seconds(100)) == Answer(
        CONTENT, (tag(b"state 1"), TEXT_FORMAT, (MAX_AGE, b"\x05")), b"state 1"
    )
    later = ask(site, GET, "obs", now=seconds(107.5))
    assert (later.payload, later.options[-1]) == (b"state 2", (MAX_AGE, b"\x03"))


def test_the_restless_resource_can_be_put_posted_and_deleted_and_comes_back() -> None:
    site = Site()
    assert ask(site, PUT, "obs", b"{}", (CONTENT_FORMAT, uint(50))) == Answer(CHANGED)
    assert ask(site, GET, "obs", b"", (ACCEPT, uint(50)), now=seconds(4)).payload == b"{}"
    assert ask(site, GET, "obs", now=seconds(5)).payload == b"state 2"
    assert ask(site, POST, "obs", b"!", now=seconds(6)) == Answer(CHANGED)
    assert ask(site, GET, "obs", now=seconds(6)).payload == b"state 2!"
    assert ask(site, DELETE, "obs", now=seconds(7)) == Answer(DELETED)
    assert ask(site, GET, "obs", now=seconds(8)) == Answer(NOT_FOUND, ((MAX_AGE, b"\x04"),), b"Not Found")
    assert ask(site, GET, "obs", now=seconds(12)).payload == b"state 1"


def test_the_restless_resource_can_be_put_only_as_the_client_knows_it() -> None:
    site = Site()
    assert ask(site, PUT, "obs", b"x", (IF_MATCH, b"\x01")).code == PRECONDITION_FAILED
    assert ask(site, PUT, "obs", b"x", (IF_NONE_MATCH, b"")).code == PRECONDITION_FAILED
    assert ask(site, PUT, "obs", b"x", (IF_MATCH, tag(b"state 1")[1])) == Answer(CHANGED)
    assert ask(site, PUT, "obs", bytes(65_537)).code == REQUEST_ENTITY_TOO_LARGE


def test_only_the_separate_resource_takes_time_and_only_for_what_it_does() -> None:
    site = Site()
    assert [row.path for row in RESOURCES if row.delay] == ["/separate"]
    assert site.delay(Message(code=GET, options=((URI_PATH, b"separate"),)), 0) == seconds(1)
    assert site.delay(Message(code=PUT, options=((URI_PATH, b"separate"),)), 0) == 0
    assert site.delay(Message(code=GET, options=((URI_PATH, b"time"),)), 0) == 0
