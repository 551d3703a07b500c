"""What the embedded server serves from the start: one row per resource, one small function per method.

Several paths are named as the ETSI plugtests name them, so that their cases can be played. A path that has no row
belongs to whoever PUTs something there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.coap import linkformat, numbers
from modemtwin.coap.linkformat import Link
from modemtwin.coap.message import Message, number, uint
from modemtwin.world.peer.answers import Answer, content, diagnosis
from modemtwin.world.peer.contents import JSON, LINKS, TEXT, XML, Contents, path_of
from modemtwin.world.peer.shelf import Thing
from modemtwin.world.peer.stored import ANY_METHOD, RESTLESS_METHODS, Method, absent, age, keep, link_to

__all__ = ["BUSY_FOR", "RESOURCES", "Resource"]

BUSY_FOR = seconds(2)
"""How long ``/busy`` has had enough after it has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A row: its path, what it does in words, its functions by method code.

    ``formats``: the content-formats it comes in. ``types``: its resource types, for filters (RFC 6690 §3.1). ``size``:
    for one larger than a block, in bytes. ``delay``: it thinks so long before it answers. ``changes``: says when it
    changes by itself next; such a resource can be observed. ``listed``: ``/.well-known/core`` tells of it.
    """

    path: str
    title: str
    methods: Mapping[int, Method]
    formats: tuple[int, ...] = (TEXT,)
    types: str = ""
    size: int | None = None
    delay: Micros = 0
    changes: Callable[[Contents, Micros], Micros] | None = None
    listed: bool = True

    @property
    def link(self) -> Link:
        """What ``/.well-known/core`` says of it."""
        attributes = [
            ("ct", " ".join(map(str, self.formats))),
            ("rt", self.types),
            ("sz", str(self.size or "")),
            ("title", self.title),
        ]
        observable: tuple[tuple[str, None], ...] = (("obs", None),) if self.changes else ()
        return Link(self.path, (*((name, value) for name, value in attributes if value), *observable))


# ── methods ───────────────────────────────────────────────────────────────────────────────────────────────────────


def core(contents: Contents, request: Message, _now: Micros) -> Answer:
    """List the resources that pass the filters of the query (RFC 6690 §4)."""
    links = [row.link for row in RESOURCES if row.listed]
    links += [link_to(path, contents.shelf[path]) for path in contents.shelf.paths()]
    return content(linkformat.compose(linkformat.select(links, _queries(request))).encode(), LINKS)


def thought(_contents: Contents, _request: Message, _now: Micros) -> Answer:
    """Say that thinking is over; the delay is the row's."""
    return content(b"this took a moment, so it came by itself", TEXT)


def echo_query(_contents: Contents, request: Message, _now: Micros) -> Answer:
    """Give the queries back, as they stood in the URL."""
    return content(b"&".join(request.values(numbers.URI_QUERY)), TEXT)


def large(contents: Contents, request: Message, _now: Micros) -> Answer:
    """Give more than fits into one block; ``?size=N`` says how much."""
    wanted = dict(query.partition("=")[::2] for query in _queries(request)).get("size")
    if wanted is None:
        return content(LARGE, TEXT)
    limit = contents.shelf.largest_thing
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10) or int(wanted) > limit:
        return diagnosis(numbers.BAD_REQUEST, f"size is a number of bytes from 0 to {limit}")
    return content(b"".join(b"%07d " % start for start in range(0, int(wanted), 8))[: int(wanted)], TEXT)


def create(contents: Contents, request: Message, now: Micros) -> Answer:
    """Keep the payload under a new path, and say which (RFC 7252 §5.8.2)."""
    above = path_of(request)
    path = next(path for name in count(1) if (path := (*above, b"%d" % name)) not in contents.shelf)
    stated = request.first(numbers.CONTENT_FORMAT)
    answer = keep(contents, path, Thing(request.payload, None if stated is None else number(stated)), now)
    if not answer.is_success:
        return answer
    return answer._replace(options=tuple((numbers.LOCATION_PATH, segment) for segment in path))


def shout(_contents: Contents, request: Message, _now: Micros) -> Answer:
    """Give the payload back in capital letters: blocks in both directions (RFC 7959 §3.3)."""
    return Answer(numbers.CHANGED, ((numbers.CONTENT_FORMAT, uint(TEXT)),), request.payload.upper())


def located(_contents: Contents, _request: Message, _now: Micros) -> Answer:
    """Say where to look with a query."""
    return Answer(numbers.CREATED, tuple((numbers.LOCATION_QUERY, each) for each in (b"first=1", b"second=2")))


FORMS = {TEXT: b"one and the same", XML: b"<same>one and the</same>", JSON: b'{"same":"one and the"}'}


def in_form(_contents: Contents, request: Message, _now: Micros) -> Answer:
    """Give the form that Accept names (RFC 7252 §5.10.4)."""
    accept = request.first(numbers.ACCEPT)
    wanted = TEXT if accept is None else number(accept)
    if wanted not in FORMS:
        return diagnosis(numbers.NOT_ACCEPTABLE, f"this comes as content-format {', '.join(map(str, FORMS))}")
    return content(FORMS[wanted], wanted)


def seldom(contents: Contents, _request: Message, now: Micros) -> Answer:
    """Answer, and then not again for a while (RFC 8516)."""
    if contents.free_again is not None and now < contents.free_again:
        left = (numbers.MAX_AGE, age(contents.free_again - now))
        return diagnosis(numbers.TOO_MANY_REQUESTS, "ask again when Max-Age is over", left)
    contents.free_again = now + BUSY_FOR
    return content(b"it was free just now", TEXT, (numbers.MAX_AGE, uint(0)))


def time(contents: Contents, _request: Message, now: Micros) -> Answer:
    """Say what time it is, in UTC; an answer is stale after a second."""
    moment = datetime.fromtimestamp((contents.epoch + now) // MICROSECONDS, UTC)
    return content(f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode(), TEXT, (numbers.MAX_AGE, uint(1)))


def _queries(request: Message) -> list[str]:
    return [value.decode("utf-8", "replace") for value in request.values(numbers.URI_QUERY)]


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────

LARGE = b"".join(b"line %3d of 96: more than one block\n" % line for line in range(1, 97))

RESOURCES: tuple[Resource, ...] = (
    Resource(
        path="/.well-known/core",
        title="What this server has: filter with ?rt=, ?href=/s* and so on",
        methods={numbers.GET: core},
        formats=(LINKS,),
    ),
    Resource(
        path="/home/query",
        title="Not found, as in the example of COAP-AN",
        methods=dict.fromkeys(ANY_METHOD, absent),
        listed=False,
    ),
    Resource(
        path="/separate",
        title="Acknowledges at once and answers a second later",
        methods={numbers.GET: thought},
        types="slow",
        delay=seconds(1),
    ),
    Resource(path="/query", title="Gives the queries back", methods={numbers.GET: echo_query}),
    Resource(
        path="/large",
        title="More than one block; ?size=N gives N bytes",
        methods={numbers.GET: large},
        types="block",
        size=len(LARGE),
    ),
    Resource(
        path="/large-create",
        title="POST makes a new thing under it and says where",
        methods={numbers.POST: create},
        formats=(),
        types="block maker",
    ),
    Resource(
        path="/large-post",
        title="POST gives the payload back in capital letters",
        methods={numbers.POST: shout},
        types="block",
    ),
    Resource(
        path="/location-query",
        title="POST answers with a Location-Query",
        methods={numbers.POST: located},
        formats=(),
        types="maker",
    ),
    Resource(
        path="/multi-format",
        title="Comes as text, XML or JSON",
        methods={numbers.GET: in_form},
        formats=tuple(FORMS),
    ),
    Resource(
        path="/busy",
        title="Answers once, and then 4.29 for two seconds",
        methods={numbers.GET: seldom},
        types="slow",
    ),
    Resource(
        path="/obs",
        title="Changes every 5 s and by PUT; DELETE lets it start over",
        methods=RESTLESS_METHODS,
        types="watch",
        changes=Contents.next_state,
    ),
    Resource(
        path="/time",
        title="What time it is, in UTC, every second",
        methods={numbers.GET: time},
        types="watch clock",
        changes=Contents.next_second,
    ),
)
"""Every resource that is always there; what stands elsewhere has the methods of ``stored``."""
