"""The body of an answer, handed out in blocks: the serving side of Block2 (RFC 7959 §2.4).

    whole answer ──► short, and no block asked for: as it is
                 └─► Block2, ETag, Size2 if asked for ──► the block asked for
                        └── kept for EXCHANGE_LIFETIME: further blocks are cut from it, and nobody is asked again

What is not kept any more is asked of the owner again, block by block, as long as asking changes nothing.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple, TypeAlias

from modemtwin.clockwork import Micros
from modemtwin.coap.block import RESERVED, Block, Key, block_at, cache_key, read, with_option, without
from modemtwin.coap.events import Address
from modemtwin.coap.message import Message, encode, uint
from modemtwin.coap.numbers import (
    BAD_REQUEST,
    BLOCK1,
    BLOCK2,
    CONTENT,
    CONTENT_FORMAT,
    ETAG,
    FETCH,
    GET,
    OBSERVE,
    REQUEST_ENTITY_INCOMPLETE,
    SIZE2,
    Bounds,
)
from modemtwin.coap.stock import Stock

Asker: TypeAlias = tuple[Address, Key]


_ADDED = 27
"""Bytes that a block has at most beside the answer's own head and payload: Block2, Size2, our ETag, an Echo."""


class _Kept(NamedTuple):
    answer: Message
    asked: bytes
    """The payload of the request: a FETCH has to repeat it."""


class Portions:
    """The answers that are being handed out, within the bounds."""

    __slots__ = ("_bounds", "_lifetime", "_stock")

    def __init__(self, bounds: Bounds, lifetime: Micros) -> None:
        self._bounds = bounds
        self._lifetime = lifetime
        self._stock: Stock[Asker, _Kept] = Stock(bounds.transfers, bounds.memory)

    def cut(self, answer: Message, request: Message, source: Address, now: Micros, room: int | None = None) -> Message:
        """Return an answer as it goes out: whole, or the block that the request asks for.

        ``room``: the datagram is to have no more bytes than that, if a block of 16 goes into it.
        """
        asked = read(request, BLOCK2)
        whole, largest = self._sizes_in(room, answer, request.token)
        short = len(answer.payload) <= whole
        if answer.first(BLOCK2) is not None or (short and (asked is None or answer.code >> 5 != 2)):
            return answer
        exponent = largest if asked is None else min(asked.exponent, largest)
        if len(answer.payload) > 16 << exponent:
            if answer.code == CONTENT and answer.first(ETAG) is None:
                answer = answer._replace(options=with_option(answer.options, (ETAG, _tag(answer))))
            kept = _Kept(answer._replace(options=without(answer.options, OBSERVE, BLOCK1)), request.payload)
            self._stock.put((source, cache_key(request)), kept, len(answer.payload), now + self._lifetime, now)
        return self._piece(answer, request, asked, largest)

    def further(self, request: Message, source: Address, now: Micros, room: int | None = None) -> Message | None:
        """Return the answer to a request for a block that is not the first; None if the owner has to be asked.

        What is not kept any more cannot be asked of him if asking does something, or if a payload is missing that says
        what is asked for: 4.08.
        """
        asked = read(request, BLOCK2)
        if asked is None or not asked.number:
            return None
        key = source, cache_key(request)
        kept = self._stock.find(key, now)
        if kept is not None and request.payload in (b"", kept.asked):
            self._stock.put(key, kept, len(kept.answer.payload), now + self._lifetime, now)
            _, largest = self._sizes_in(room, kept.answer, request.token)
            return self._piece(kept.answer, request, asked, largest)
        if request.code == GET or (request.code == FETCH and request.payload):
            return None
        return Message(code=REQUEST_ENTITY_INCOMPLETE, payload=b"the answer is not kept any more: ask again")

    def sizes(self) -> dict[str, int]:
        """Return how many answers are kept, and their bytes."""
        return {"portioned": len(self._stock), "portioned bytes": self._stock.bytes}

    def forget(self, source: Address | None = None) -> None:
        """Forget all, or what one peer asked for."""
        self._stock.drop_all(lambda key: source in (None, key[0]))

    def _sizes_in(self, room: int | None, answer: Message, token: bytes) -> tuple[int, int]:
        """Return the longest payload that need not be cut, and the SZX of the largest block."""
        largest = self._bounds.exponent
        whole: int = 16 << largest
        if room is None:
            return whole, largest
        left = room - 1 - len(encode(answer._replace(token=token, payload=b"")))
        blocks = max(0, left - _ADDED) // 16
        return min(whole, max(0, left)), min(largest, max(0, blocks.bit_length() - 1))

    def _piece(self, answer: Message, request: Message, asked: Block | None, largest: int) -> Message:
        total = len(answer.payload)
        if asked is None:
            asked = Block(0, False, largest)
        if asked.exponent == RESERVED or (asked.number and asked.start >= total):
            reason = f"there is no such block: the whole has {total} bytes"
            # Type, mid and token stay: the owner may have addressed this answer himself.
            return answer._replace(code=BAD_REQUEST, options=(), payload=reason.encode())
        block = block_at(asked.start, total, min(asked.exponent, largest))
        added = [(BLOCK2, block.encoded())]
        if request.first(SIZE2) is not None:
            added.append((SIZE2, uint(total)))
        payload = answer.payload[block.start : block.start + block.size]
        return answer._replace(options=with_option(answer.options, *added), payload=payload)


def _tag(answer: Message) -> bytes:
    """Four bytes that change with the representation: without them nobody could tell two apart (RFC 7959 §2.4)."""
    stated = answer.first(CONTENT_FORMAT)
    return hashlib.blake2s(repr(stated).encode() + answer.payload, digest_size=4).digest()
