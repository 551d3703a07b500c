"""What can be done to what stands somewhere: one small function per method.

GET, FETCH ──► a 2.05 that ``presented`` gives its form
PUT, POST, PATCH, iPATCH ──► fits? ──► kept: 2.01, 2.04
                             4.13 4.00 5.00
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import quote

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.coap import numbers
from modemtwin.coap.linkformat import Link
from modemtwin.coap.message import Message, number, uint
from modemtwin.world.peer.answers import Answer, content, diagnosis, not_found
from modemtwin.world.peer.contents import JSON, Contents, path_of
from modemtwin.world.peer.json_parts import merged, selected
from modemtwin.world.peer.shelf import Path, Thing

__all__ = [
    "ANY_METHOD",
    "RESTLESS_METHODS",
    "STORED",
    "STORED_JSON",
    "VACANT",
    "Method",
    "absent",
    "age",
    "keep",
    "link_to",
    "take",
]

Method: TypeAlias = Callable[[Contents, Message, Micros], Answer]

ANY_METHOD = range(numbers.GET, 0x20)

MERGE_PATCH = 52
"""The content-format application/merge-patch+json (RFC 8132 §5)."""

NEEDS_NO_SIZE = 1024
"""What is not larger than a block needs no ``sz``; RFC 6690 §3.3 wants it for what is larger than a packet."""


def absent(_contents: Contents, _request: Message, _now: Micros) -> Answer:
    """Find nothing."""
    return not_found()


def take(contents: Contents, request: Message, now: Micros) -> Answer:
    """Give what stands there."""
    thing = contents.find(path_of(request), now)
    return not_found() if thing is None else content(thing.payload, thing.format)


def take_restless(contents: Contents, request: Message, now: Micros) -> Answer:
    """Give what stands there, which is fresh until it changes by itself."""
    thing = contents.find(path_of(request), now)
    left = (numbers.MAX_AGE, age(contents.next_state(now) - now))
    return Answer(numbers.NOT_FOUND, (left,), b"Not Found") if thing is None else content(*thing, left)


def put(contents: Contents, request: Message, now: Micros) -> Answer:
    """Keep the payload under this path (RFC 7252 §5.8.3)."""
    stated = request.first(numbers.CONTENT_FORMAT)
    return keep(contents, path_of(request), Thing(request.payload, None if stated is None else number(stated)), now)


def append(contents: Contents, request: Message, now: Micros) -> Answer:
    """Add the payload to what stands there: what POST means is the resource's choice (RFC 7252 §5.8.2)."""
    path = path_of(request)
    thing = contents.find(path, now)
    if thing is None:
        return not_found()
    return keep(contents, path, thing._replace(payload=thing.payload + request.payload), now)


def delete(contents: Contents, request: Message, now: Micros) -> Answer:
    """Clear the path; 2.02 even if nothing stood there (RFC 7252 §5.8.4)."""
    contents.remove(path_of(request), now)
    return Answer(numbers.DELETED)


def fetch(contents: Contents, request: Message, _now: Micros) -> Answer:
    """Give the members that the payload names (RFC 8132 §2)."""
    thing = contents.shelf[path_of(request)]
    if refusal := _other_format(request, JSON):
        return refusal
    try:
        return content(selected(thing.payload, request.payload), JSON)
    except ValueError as error:
        return diagnosis(numbers.BAD_REQUEST, str(error))


def patch(contents: Contents, request: Message, now: Micros) -> Answer:
    """Change the members that the payload has (RFC 8132 §3); a merge patch does the same a second time: iPATCH too."""
    path = path_of(request)
    thing = contents.shelf[path]
    if refusal := _other_format(request, MERGE_PATCH):
        return refusal
    try:
        return keep(contents, path, thing._replace(payload=merged(thing.payload, request.payload)), now)
    except ValueError as error:
        return diagnosis(numbers.BAD_REQUEST, str(error))


STORED: Mapping[int, Method] = {
    numbers.GET: take,
    numbers.POST: append,
    numbers.PUT: put,
    numbers.DELETE: delete,
}
STORED_JSON: Mapping[int, Method] = {
    **STORED,
    numbers.FETCH: fetch,
    numbers.PATCH: patch,
    numbers.IPATCH: patch,
}
VACANT: Mapping[int, Method] = {
    **dict.fromkeys(ANY_METHOD, absent),
    numbers.PUT: put,
    numbers.DELETE: delete,
}
RESTLESS_METHODS: Mapping[int, Method] = {**STORED, numbers.GET: take_restless}


def keep(contents: Contents, path: Path, thing: Thing, now: Micros) -> Answer:
    """Put something there if it fits, and say so."""
    shelf = contents.shelf
    if len(thing.payload) > shelf.largest_thing:
        size = (numbers.SIZE1, uint(shelf.largest_thing))
        return diagnosis(numbers.REQUEST_ENTITY_TOO_LARGE, f"at most {shelf.largest_thing} bytes", size)
    if not shelf.fits(path):
        return diagnosis(numbers.BAD_REQUEST, f"a path has at most {shelf.longest_path} bytes here")
    if not shelf.room_for(path, thing):
        limits = f"{shelf.most_things} things or {shelf.most_bytes} bytes"
        return diagnosis(numbers.INTERNAL_SERVER_ERROR, f"no room: {limits} are the most, DELETE something first")
    return Answer(numbers.CREATED if contents.keep(path, thing, now) else numbers.CHANGED)


def age(span: Micros) -> bytes:
    """Write a span as Max-Age does: in whole seconds, rounded up."""
    return uint(-(-span // MICROSECONDS))


def link_to(path: Path, thing: Thing) -> Link:
    """Describe what stands there (RFC 6690, RFC 7641 §6)."""
    attributes: list[tuple[str, str | None]] = [] if thing.format is None else [("ct", str(thing.format))]
    if len(thing.payload) > NEEDS_NO_SIZE:
        attributes.append(("sz", str(len(thing.payload))))
    target = "/" + "/".join(quote(segment, safe="!$&'()*+,;=:@") for segment in path)
    return Link(target, (*attributes, ("obs", None)))


def _other_format(request: Message, wanted: int) -> Answer | None:
    """Refuse a payload in another format (RFC 8132 §2.2, §3.4); one that names none is taken to be in this one."""
    stated = request.first(numbers.CONTENT_FORMAT)
    if stated is None or number(stated) == wanted:
        return None
    return diagnosis(numbers.UNSUPPORTED_CONTENT_FORMAT, f"the payload has to be content-format {wanted}")
