"""Request-Tag: what tells the blocks of two bodies for the same resource apart (RFC 9175 §3.3).

the first body ──► no tag, and noted ──answered──► forgotten: the next needs no tag either
a second while the first is noted ──► a tag
"""

from __future__ import annotations

from modemtwin.clockwork import Micros
from modemtwin.coap.block import Key, cache_key
from modemtwin.coap.dedup import Recent
from modemtwin.coap.events import Address
from modemtwin.coap.message import uint
from modemtwin.coap.numbers import REQUEST_TAG
from modemtwin.coap.transfer import Transfer

__all__ = ["Tags"]


class Tags:
    """Which bodies go out without a tag; ``lifetime``: how long a server may keep the blocks of one."""

    __slots__ = ("_given", "_lifetime", "_untagged")

    def __init__(self, limit: int, lifetime: Micros) -> None:
        self._lifetime = lifetime
        self._untagged: Recent[tuple[Address, Key], None] = Recent(limit)
        self._given = 0

    def tag(self, transfer: Transfer, destination: Address, now: Micros) -> None:
        """Give a transfer its tag before it asks a question, if it needs one."""
        if not transfer.uploads or transfer.tag is not None:
            return
        if transfer.key is None:
            transfer.key = cache_key(transfer.request)
            if self._untagged.holds((destination, transfer.key), now):
                if transfer.request.first(REQUEST_TAG) is None:
                    self._given += 1
                    transfer.tag = uint(self._given)
                return
        self._untagged.put((destination, transfer.key), None, self._lifetime, now)

    def release(self, transfer: Transfer, destination: Address) -> None:
        """A transfer is over: its server keeps no blocks of it any more."""
        if transfer.key is not None and transfer.tag is None:
            self._untagged.drop((destination, transfer.key))
