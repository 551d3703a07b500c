"""Which body gets a Request-Tag (RFC 9175 §3.3)."""

from __future__ import annotations

from modemtwin.clockwork import seconds
from modemtwin.coap.numbers import PUT, REQUEST_TAG
from modemtwin.coap.tags import Tags
from modemtwin.coap.transfer import Transfer
from tests.unit.coap.play import OTHER, SERVER
from tests.unit.coap.talk import body, request

LIFETIME = seconds(247)


def upload(*options: tuple[int, bytes]) -> Transfer:
    return Transfer(request(1, PUT, body(40), *options), 0, 1024)


def test_the_second_of_two_bodies_for_one_resource_is_tagged() -> None:
    tags, first, second, third = Tags(4, LIFETIME), upload(), upload(), upload()
    for transfer in (first, second, third):
        tags.tag(transfer, SERVER, 0)
    assert [first.tag, second.tag, third.tag] == [None, b"\x01", b"\x02"]


def test_another_server_tells_by_the_source() -> None:
    tags, first, second = Tags(4, LIFETIME), upload(), upload()
    tags.tag(first, SERVER, 0)
    tags.tag(second, OTHER, 0)
    assert second.tag is None


def test_after_a_body_that_is_through_none_is_needed() -> None:
    tags, first, second = Tags(4, LIFETIME), upload(), upload()
    tags.tag(first, SERVER, 0)
    tags.release(first, SERVER)
    tags.tag(second, SERVER, 0)
    assert second.tag is None


def test_a_tag_of_the_owners_stays() -> None:
    tags, first, second = Tags(4, LIFETIME), upload((REQUEST_TAG, b"own")), upload((REQUEST_TAG, b"own"))
    for transfer in (first, second):
        tags.tag(transfer, SERVER, 0)
    assert second.tag is None


def test_every_question_says_that_the_body_is_still_under_way() -> None:
    tags, first, second = Tags(4, LIFETIME), upload(), upload()
    for moment in (0, 200, 400):
        tags.tag(first, SERVER, seconds(moment))
    tags.tag(second, SERVER, seconds(600))
    assert second.tag == b"\x01"


def test_what_is_no_upload_has_no_tag() -> None:
    tags, transfer = Tags(4, LIFETIME), Transfer(request(), 0, 1024)
    tags.tag(transfer, SERVER, 0)
    assert (transfer.key, transfer.tag) == (None, None)
