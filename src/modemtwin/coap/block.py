"""One block of a body: the value of a Block option, and what belongs to the same body (RFC 7959 §2).

     0 1 2 3 … 19  20  21–23
    ┌────────────┬───┬──────┐
    │    NUM     │ M │ SZX  │   size 16 << SZX; SZX 7 is reserved; up to three bytes, as short as it goes
    └────────────┴───┴──────┘

Block1 describes the payload of a request, Block2 that of a response. In the other direction the option is control: how
far the body came, and how large the next block may be.
"""

from __future__ import annotations

from operator import itemgetter
from typing import NamedTuple, TypeAlias

from modemtwin.coap.message import Message, number, uint
from modemtwin.coap.numbers import BLOCK1, BLOCK2, OBSERVE

LARGEST_NUMBER = 0xFFFFF
"""NUM has at most 20 bits (RFC 7959 §2.2)."""

RESERVED = 7
"""The SZX that means nothing over UDP (RFC 7959 §2.2)."""

Options: TypeAlias = tuple[tuple[int, bytes], ...]

Key: TypeAlias = tuple[int, Options]
"""What all the requests about one body have in common: method and options."""


class Block(NamedTuple):
    """The value of a Block option: number of the block, whether more follow, and SZX."""

    number: int
    more: bool
    exponent: int

    @property
    def size(self) -> int:
        """Bytes in a block that is not the last."""
        return 16 << self.exponent

    @property
    def start(self) -> int:
        """Where the block begins in its body, in bytes."""
        return self.number << self.exponent + 4

    def encoded(self) -> bytes:
        """Return the option value."""
        return uint(self.number << 4 | self.more << 3 | self.exponent)


def read(message: Message, option: int) -> Block | None:
    """Return the value of Block1 or Block2, None if the message has none. SZX may be 7: a fault of the peer."""
    value = message.first(option)
    if value is None:
        return None
    bits = number(value)
    return Block(bits >> 4, bits & 8 != 0, bits & 7)


def bears(message: Message, numbers: frozenset[int]) -> bool:
    """Say whether a message has an option with one of these numbers."""
    for option in message.options:  # noqa: SIM110  every message passes here, and any() takes four times as long
        if option[0] in numbers:
            return True
    return False


def is_by_hand(request: Message) -> bool:
    """Say whether whoever sends a request deals with blocks himself: Block1, or Block2 other than of block 0."""
    asked = read(request, BLOCK2)
    return (asked is not None and asked.number > 0) or request.first(BLOCK1) is not None


def block_at(start: int, total: int, exponent: int) -> Block:
    """Return the block that begins at a byte of a body of ``total`` bytes."""
    size = 16 << exponent
    return Block(start // size, start + size < total, exponent)


def fault(block: Block, payload: bytes) -> str | None:
    """Say why a block with this payload cannot be, or None."""
    if block.exponent == RESERVED:
        return "the block has the reserved SZX 7"
    if block.more and len(payload) != block.size:
        return f"a block of {block.size} bytes that is not the last has {len(payload)}"
    if len(payload) > block.size:
        return f"a block of {block.size} bytes has {len(payload)}"
    return None


def without(options: Options, *numbers: int) -> Options:
    """Return the options that have none of these numbers."""
    return tuple(option for option in options if option[0] not in numbers)


def with_option(options: Options, *added: tuple[int, bytes]) -> Options:
    """Return the options and some more, in the order of their numbers."""
    return tuple(sorted((*options, *added), key=itemgetter(0)))


def cache_key(request: Message) -> Key:
    """Return what says which body a request is about: method and options but those that are NoCacheKey.

    RFC 7252 §5.4.6, §5.6; Block1 and Block2 (RFC 7959 §2.3) and Observe (RFC 7641 §2) do not count either; Request-Tag
    does (RFC 9175 §3).
    """
    return request.code, tuple(
        option for option in request.options if option[0] & 0x1E != 0x1C and option[0] not in (BLOCK1, BLOCK2, OBSERVE)
    )


def head_of(message: Message, datagram: bytes) -> bytes:
    """Return header, token and options of a datagram as they came, without the payload marker."""
    payload = len(message.payload)
    return datagram[: len(datagram) - payload - 1] if payload else datagram


def rejoined(message: Message, datagram: bytes, body: bytes, mid: int, token: bytes) -> tuple[Message, bytes]:
    """Return a message and its datagram with another payload, mid and token, the rest of the head as it came."""
    head = head_of(message, datagram)
    first = bytes((head[0] & 0xF0 | len(token), head[1]))
    head = first + mid.to_bytes(2, "big") + token + head[4 + len(message.token) :]
    marker = b"\xff" if body else b""
    return message._replace(mid=mid, token=token, payload=body), head + marker + body
