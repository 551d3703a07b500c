"""One server as its clients see it: every request has an answer.

request ──► which resource? ──► may it be done? ──────────► its method's function ──► presented()
            4.04                4.00 4.01 4.05 4.12 5.05     Answer                    4.06 2.03
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from modemtwin.clockwork import Micros
from modemtwin.coap import numbers
from modemtwin.coap.message import Message
from modemtwin.world.peer.answers import Answer, diagnosis, presented
from modemtwin.world.peer.contents import FRESH, JSON, RESTLESS, Contents, path_of
from modemtwin.world.peer.repertoire import Repertoire
from modemtwin.world.peer.resources import RESOURCES, Resource
from modemtwin.world.peer.shelf import Path, Shelf
from modemtwin.world.peer.stored import STORED, STORED_JSON, VACANT, Method, take

__all__ = ["Site", "Watched"]

_BY_PATH: Mapping[Path, Resource] = {tuple(row.path.encode().split(b"/")[1:]): row for row in RESOURCES}


class Watched(NamedTuple):
    """What observers have in common: a path, and the content-format that all they hear has (RFC 7641 §4.2)."""

    path: Path
    format: int | None


class Site:
    """Answers for the contents of one server."""

    def __init__(self, contents: Contents | None = None) -> None:
        self.contents = Contents() if contents is None else contents
        self._repertoire = Repertoire(self.contents.shelf)

    @property
    def shelf(self) -> Shelf:
        """What was put on it."""
        return self.contents.shelf

    def known(self, request: Message) -> Message | None:
        """Return the answer to a request that is known without a thought."""
        return self._repertoire.find(request)

    def delay(self, request: Message, now: Micros) -> Micros:
        """Say how long the resource that is asked takes to think, in microseconds; to refuse takes no time."""
        path = path_of(request)
        resource = _BY_PATH.get(path)
        if resource is None or not resource.delay:
            return 0
        return resource.delay if self._refusal(request, path, resource.methods, now) is None else 0

    def answer(self, request: Message, now: Micros) -> Answer:
        """Answer one request. Whatever a peer asks, there is an answer; no exception."""
        path = path_of(request)
        methods = self._methods(path, now)
        answer = self._refusal(request, path, methods, now) or self._done(request, methods, now)
        if request.code == numbers.GET and methods.get(numbers.GET) is take and path != FRESH:
            self._repertoire.keep(request, answer.message)
        return answer

    def state(self, request: Message, watched: Watched, now: Micros) -> Answer:
        """Say what an observer is to hear now; he has proved long ago that he may (RFC 7641 §4.2)."""
        methods = self._methods(watched.path, now)
        if request.code not in methods:
            return diagnosis(numbers.METHOD_NOT_ALLOWED, "this can be asked for no more")
        answer = self._done(request, methods, now)
        if answer.is_success and self._format(watched.path, now) != watched.format:
            return diagnosis(numbers.NOT_ACCEPTABLE, "this comes as another content-format now")
        return answer

    def watched(self, request: Message, now: Micros) -> Watched | None:
        """Say what whoever asks this would observe; None if it cannot be observed."""
        path = path_of(request)
        resource = _BY_PATH.get(path)
        if resource is None or resource.changes is not None:
            return Watched(path, self._format(path, now))
        return None

    def next_change(self, path: Path, now: Micros) -> Micros | None:
        """Say when what is there changes by itself; None for never."""
        resource = _BY_PATH.get(path)
        return resource.changes(self.contents, now) if resource is not None and resource.changes is not None else None

    def _done(self, request: Message, methods: Mapping[int, Method], now: Micros) -> Answer:
        return presented(methods[request.code](self.contents, request, now), request)

    def _format(self, path: Path, now: Micros) -> int | None:
        if path in _BY_PATH and path != RESTLESS:
            return _BY_PATH[path].formats[0]
        thing = self.contents.find(path, now)
        return None if thing is None else thing.format

    def _methods(self, path: Path, now: Micros) -> Mapping[int, Method]:
        if path in _BY_PATH:
            return _BY_PATH[path].methods
        thing = self.contents.find(path, now)
        if thing is None:
            return VACANT
        return STORED_JSON if thing.format == JSON else STORED

    def _refusal(self, request: Message, path: Path, allowed: Mapping[int, Method], now: Micros) -> Answer | None:
        """Say why a request is not even looked at, or None."""
        if request.first(numbers.PROXY_URI) is not None or request.first(numbers.PROXY_SCHEME) is not None:
            return diagnosis(numbers.PROXYING_NOT_SUPPORTED, "this server is no proxy")
        if request.first(numbers.HOP_LIMIT) == b"\x00":
            return diagnosis(numbers.BAD_REQUEST, "Hop-Limit is from 1 to 255")  # RFC 8768 §3
        if request.code not in allowed:
            names = ", ".join(numbers.CODES[code] for code in sorted(allowed))
            return diagnosis(numbers.METHOD_NOT_ALLOWED, f"this resource knows {names}")
        freshness = self.contents.freshness
        if path == FRESH and not freshness.is_proven(request.first(numbers.ECHO), now):
            return diagnosis(
                numbers.UNAUTHORIZED, "ask again with this Echo", (numbers.ECHO, freshness.value(now))
            )  # RFC 9175 §2.3
        return self._unmet(request, path, now)

    def _unmet(self, request: Message, path: Path, now: Micros) -> Answer | None:
        """Refuse a request whose If-Match or If-None-Match does not hold (RFC 7252 §5.10.8); who reads is not asked."""
        if request.code in (numbers.GET, numbers.FETCH) or (path in _BY_PATH and path != RESTLESS):
            return None
        thing = self.contents.find(path, now)
        if thing is not None and request.first(numbers.IF_NONE_MATCH) is not None:
            return diagnosis(numbers.PRECONDITION_FAILED, "there is something already")
        wanted = request.values(numbers.IF_MATCH)
        if wanted and not (thing is not None and any(tag in (b"", thing.etag) for tag in wanted)):
            return diagnosis(numbers.PRECONDITION_FAILED, "what is there is something else")
        return None
