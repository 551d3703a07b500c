"""The state of one server: what stands where, and what it remembers of those who asked."""

from __future__ import annotations

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.coap import numbers
from modemtwin.coap.message import Message
from modemtwin.world.peer.freshness import Freshness
from modemtwin.world.peer.restless import Restless
from modemtwin.world.peer.shelf import Path, Shelf, Thing

__all__ = ["AT_START", "FRESH", "JSON", "LINKS", "RESTLESS", "TEXT", "XML", "Contents", "path_of"]

TEXT, LINKS, XML, JSON = 0, 40, 41, 50
"""Content-formats (RFC 7252 §12.3)."""

RESTLESS: Path = (b"obs",)
"""Where the state stands that changes by itself."""

FRESH: Path = (b"fresh",)
"""Where nothing is done for a request that may be an old one."""

AT_START: dict[Path, Thing] = {
    (b"test",): Thing(b"hello world", TEXT),
    (b"seg1", b"seg2", b"seg3"): Thing(b"a path of three segments", TEXT),
    (b"large-update",): Thing(b"".join(b"line %2d of 48: PUT something else\n" % line for line in range(1, 49)), TEXT),
    (b"json",): Thing(b'{"name":"modemtwin","blocks":{"size":1024,"body":65536},"unit":"byte"}', JSON),
    FRESH: Thing(b"asked for just now", TEXT),
}
"""What stands on a shelf before anybody has PUT anything there."""


class Contents:
    """What one server has. ``epoch``: seconds since 1970 at the moment that the caller's clock calls 0.

    ``key``: up to 32 bytes that nobody can guess, for Echo.
    """

    def __init__(self, epoch: float = 0.0, shelf: Shelf | None = None, key: bytes = b"") -> None:
        self.epoch: Micros = round(epoch * MICROSECONDS)
        self.shelf = Shelf() if shelf is None else shelf
        self.freshness = Freshness(key)
        self.free_again: Micros | None = None
        self._restless = Restless()
        for path, thing in AT_START.items():
            if self.shelf.takes(path, thing):
                self.shelf.put(path, thing)

    def find(self, path: Path, now: Micros) -> Thing | None:
        """Return what stands there."""
        return self._restless.at(now) if path == RESTLESS else self.shelf.find(path)

    def keep(self, path: Path, thing: Thing, now: Micros) -> bool:
        """Put something there, and say whether the place was empty before."""
        if path != RESTLESS:
            return self.shelf.put(path, thing)
        created = self._restless.at(now) is None
        self._restless.change(thing, now)
        return created

    def remove(self, path: Path, now: Micros) -> None:
        """Clear a place; an empty one stays empty."""
        if path == RESTLESS:
            self._restless.change(None, now)
        else:
            self.shelf.remove(path)

    def next_state(self, now: Micros) -> Micros:
        """Say when the restless state changes by itself."""
        return self._restless.next_change(now)

    def next_second(self, now: Micros) -> Micros:
        """Say when the next second of UTC begins."""
        return now + MICROSECONDS - (self.epoch + now) % MICROSECONDS


def path_of(request: Message) -> Path:
    """Return the path that a request asks for; no segment and an empty one both mean the root (RFC 7252 §6.4)."""
    path = tuple(request.values(numbers.URI_PATH))
    return () if path == (b"",) else path
