"""What peers have PUT on a server: a bounded number of bounded things, in the order they came."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple, TypeAlias

__all__ = ["Path", "Shelf", "Thing", "etag_of"]

Path: TypeAlias = tuple[bytes, ...]
"""A path as CoAP carries it: the values of its Uri-Path options (RFC 7252 §5.10.1)."""


class Thing(NamedTuple):
    """A stored representation; ``format`` is its content-format, None when whoever put it named none."""

    payload: bytes
    format: int | None = None

    @property
    def etag(self) -> bytes:
        """What tells this representation from others of the resource (RFC 7252 §5.10.6)."""
        return etag_of(self.payload, self.format)


@lru_cache(maxsize=16)  # whoever is asked is mostly asked for the same again
def etag_of(payload: bytes, content_format: int | None) -> bytes:
    """Make four bytes out of a representation: equal ones have equal tags, on every server and after every start."""
    return hashlib.blake2s(
        b"%d " % (-1 if content_format is None else content_format) + payload, digest_size=4
    ).digest()


class Shelf:
    """Things by their path. What does not fit is refused, never traded for what is there. Sizes are in bytes.

    ``edition`` is another after every change.
    """

    def __init__(
        self,
        *,
        most_things: int = 64,
        largest_thing: int = 65_536,
        most_bytes: int = 1 << 20,
        longest_path: int = 255,
    ) -> None:
        self.most_things = most_things
        self.largest_thing = largest_thing
        self.most_bytes = most_bytes
        self.longest_path = longest_path
        self.edition = 0
        self._things: dict[Path, Thing] = {}
        self._bytes = 0

    def __contains__(self, path: Path) -> bool:
        return path in self._things

    def __getitem__(self, path: Path) -> Thing:
        return self._things[path]

    def find(self, path: Path) -> Thing | None:
        """Return what stands there."""
        return self._things.get(path)

    def paths(self) -> list[Path]:
        """Say where something stands, oldest first."""
        return list(self._things)

    def room_for(self, path: Path, thing: Thing) -> bool:
        """Say whether something may be put there: what stands there makes room for its successor."""
        old = self._things.get(path)
        if old is None and len(self._things) >= self.most_things:
            return False
        return self._bytes + len(thing.payload) - (len(old.payload) if old else 0) <= self.most_bytes

    def fits(self, path: Path) -> bool:
        """Say whether a path is short enough, slashes included."""
        return sum(len(segment) + 1 for segment in path) <= self.longest_path

    def takes(self, path: Path, thing: Thing) -> bool:
        """Say whether something may be put there, all in all."""
        return len(thing.payload) <= self.largest_thing and self.fits(path) and self.room_for(path, thing)

    def put(self, path: Path, thing: Thing) -> bool:
        """Keep a thing, and say whether the place was empty before."""
        assert self.takes(path, thing)
        old = self._things.get(path)
        self._bytes += len(thing.payload) - (len(old.payload) if old else 0)
        self._things[path] = thing
        self.edition += 1
        return old is None

    def remove(self, path: Path) -> None:
        """Clear a place; an empty one stays empty."""
        old = self._things.pop(path, None)
        self.edition += 1
        self._bytes -= len(old.payload) if old else 0
