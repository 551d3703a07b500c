"""What was seen or sent a while ago, until its lifetime is over (RFC 7252 §4.4, §4.5).

    put ──► [ newest … … … oldest ] ──► gone: its time is over, or the table is full

Entries leave at the oldest end, a few with every ``put``: no entry has a timer, and a message costs the same however
many entries there are. The dictionary is an OrderedDict because looking at the oldest key of a plain dict takes longer
the more keys were deleted before it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from modemtwin.clockwork import Micros

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Seen:
    """A CON or NON that arrived, and the datagram that answered it: an ACK or RST, empty as long as none has.

    A duplicate of a CON gets ``reply`` again, byte for byte; nothing is ever delivered twice (RFC 7252 §4.5).
    """

    __slots__ = ("reply",)

    def __init__(self, reply: bytes = b"") -> None:
        self.reply = reply


class Recent(Generic[K, V]):
    """A table of at most ``limit`` entries, each of which is forgotten when its time has come.

    ``entries`` may hold some whose time is over; what is not in it is not in the table either.
    """

    __slots__ = ("_limit", "_until", "entries")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._until: Micros = 0  # before this moment the oldest entry does not leave
        self.entries: OrderedDict[K, tuple[Micros, V]] = OrderedDict()

    def __len__(self) -> int:
        return len(self.entries)

    def holds(self, key: K, now: Micros) -> bool:
        """Say whether there is an entry whose time is not over."""
        entry = self.entries.get(key)
        return entry is not None and entry[0] > now

    def find(self, key: K, now: Micros) -> V | None:
        """Return the value of an entry whose time is not over."""
        entry = self.entries.get(key)
        return entry[1] if entry is not None and entry[0] > now else None

    def put(self, key: K, value: V, lifetime: Micros, now: Micros) -> None:
        """Remember ``value`` for ``lifetime``; the oldest entry goes if there is no room."""
        entries = self.entries
        if now >= self._until:
            self.sweep(now)
        if not entries:
            self._until = now + lifetime
        elif key in entries:
            entries.move_to_end(key)
        entries[key] = now + lifetime, value
        if len(entries) > self._limit:
            entries.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget an entry before its time."""
        self.entries.pop(key, None)

    def sweep(self, now: Micros) -> None:
        """Forget the oldest entries as far as their time is over.

        One with a short lifetime may outstay it behind one with a longer, but nobody finds it any more.
        """
        entries = self.entries
        while entries:
            self._until = next(iter(entries.values()))[0]
            if self._until > now:
                return
            entries.popitem(last=False)
