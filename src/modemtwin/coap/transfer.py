"""One request of ours whose bodies travel in blocks, from the first question to the whole answer (RFC 7959).

    UPLOAD  question: Block1, the next piece of the request's payload
      │  ▲  2.31, 2.04 with Block1: next piece, smaller if the server says so ─┐
      │  │  4.13 with a smaller Block1: the same place in that size            │
      │  │  4.08: from the start, once                                         │
      │  └────────────────────────────────────────────────────────────────────┘
      │ answer
      ▼
    FETCH   question: Block2, the next piece of the answer's payload
      │  ▲  the next piece                                                     │
      │  │  another ETag: from the start, once                                 │
      │  └────────────────────────────────────────────────────────────────────┘
      ▼
    Done, or Failed: what the server sends cannot be, or is longer than we take

A request without a long payload begins at its answer. 4.01 with Echo: the same question with it, once (RFC 9175 §2.3).
No clock, no mid and no token here: whoever asks the questions has them.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from modemtwin.coap.block import (
    LARGEST_NUMBER,
    RESERVED,
    Block,
    Key,
    Options,
    block_at,
    fault,
    read,
    rejoined,
    with_option,
    without,
)
from modemtwin.coap.message import Message, number, uint
from modemtwin.coap.numbers import (
    BLOCK1,
    BLOCK2,
    CONTINUE,
    ECHO,
    ETAG,
    FETCH,
    GET,
    NO_RESPONSE,
    OBSERVE,
    REQUEST_ENTITY_INCOMPLETE,
    REQUEST_ENTITY_TOO_LARGE,
    REQUEST_TAG,
    SIZE1,
    SIZE2,
    UNAUTHORIZED,
    dotted,
)
from modemtwin.coap.stride import Stride

STRIDES = 8
"""How often a transfer is looked at for what stays the same: a server may change something with every block."""

_BEFORE_THE_LAST = (BLOCK1, SIZE1, BLOCK2, NO_RESPONSE)
_LAST = (BLOCK1, SIZE1)
_FURTHER = (OBSERVE, BLOCK1, SIZE1, BLOCK2, SIZE2)
"""What questions leave out of the request: for a block of its payload, for a further piece of the answer's."""


class Ask(NamedTuple):
    """There is a question to ask. ``again``: it is the owner's own request once more, and bears its token."""

    again: bool


_AGAIN, _ON = Ask(again=True), Ask(again=False)


class Done(NamedTuple):
    """The answer is whole: its first message with the whole payload, and the datagram that would have been.

    The mid is that of the first answer to any question, the token that of the owner's request: what he knows it by.
    """

    message: Message
    datagram: bytes


class Failed(NamedTuple):
    """The bodies cannot be carried to the end; why, in words."""

    reason: str


Step: TypeAlias = Ask | Done | Failed


class Transfer:
    """A request, how much of its payload the server has, and what came of the answer.

    ``exponent``: SZX of the largest block to send or to ask for. ``limit``: the longest answer, in bytes. ``echo`` and
    ``tag`` are values for options of all questions; ``key`` is for whoever gives tags. ``observes``: the request may
    be asked as it is; without, nothing that is asked contains Observe, for the observation stands already.
    """

    __slots__ = (
        "_answer",
        "_asked",
        "_body",
        "_datagram",
        "_echoed",
        "_exponent",
        "_fetched_from",
        "_heard",
        "_in_blocks",
        "_limit",
        "_mid",
        "_observes",
        "_offset",
        "_prepared",
        "_restarts",
        "_stride",
        "_strides",
        "echo",
        "key",
        "request",
        "tag",
    )

    def __init__(
        self, request: Message, exponent: int, limit: int, echo: bytes | None = None, *, observes: bool = True
    ) -> None:
        self.request = request
        self.echo = echo
        self.tag: bytes | None = None
        self.key: Key | None = None
        self._limit = limit
        self._exponent = exponent
        self._in_blocks = len(request.payload) > 16 << exponent
        self._offset = 0
        asked = read(request, BLOCK2)
        self._fetched_from = exponent if asked is None else min(exponent, asked.exponent)
        self._observes = observes
        self._answer: Message | None = None
        self._datagram = b""
        self._body = bytearray()
        self._mid: int | None = None
        self._echoed = False
        self._restarts = 1
        self._prepared: tuple[object, Options] = (None, ())
        self._asked = self._heard = request
        self._stride: Stride | None = None
        self._strides = STRIDES

    @property
    def uploads(self) -> bool:
        """Whether the request's payload goes out in blocks."""
        return self._in_blocks

    @property
    def registers(self) -> bool:
        """Whether the present question is the request as it is, Observe included."""
        return self._observes and self._answer is None

    @property
    def fetched(self) -> int:
        """How many bytes of the answer are here."""
        return len(self._body)

    @property
    def fetching(self) -> bool:
        """Whether the answer has begun to come."""
        return self._answer is not None

    def copy(self) -> Transfer:
        """Return another one at the same point, to try out a response on."""
        twin = Transfer(self.request, self._exponent, self._limit, self.echo)
        for name in self.__slots__:
            setattr(twin, name, getattr(self, name))
        twin._body = bytearray(self._body)
        return twin

    def question(self) -> Message:
        """Return the request to be sent now, with the type, mid and token of the owner's."""
        if self._answer is not None:
            self._asked = self._next_piece()
        elif self._in_blocks:
            self._asked = self._next_block()
        else:
            self._asked = self.request._replace(options=self._options(()))
        return self._asked

    def take(self, response: Message, datagram: bytes) -> Step:
        """Take the answer to the last question and say what follows from it."""
        self._heard, self._stride = response, None
        if self._mid is None:
            self._mid = response.mid
        if response.code == UNAUTHORIZED and not self._echoed and (echo := response.first(ECHO)) is not None:
            self._echoed, self.echo = True, echo
            return self._ask()
        self._echoed = False
        if response.code == REQUEST_ENTITY_INCOMPLETE and self._in_blocks and self._may_start_again():
            return self._start_again()
        if self._answer is not None:
            return self._take_piece(response, datagram, self._answer)
        receipt = self._take_receipt(response)
        return self._take_answer(response, datagram) if receipt is None else receipt

    def stride(self, data: bytes, asked: Message) -> Stride | None:
        """Take the answer to a question by its bytes; None where that is not so simple.

        It says and leads to what the last one did; ``take`` would have asked on. The stride asks the next question.
        """
        stride = self._stride or self._find_stride(data, asked)
        if stride is None or stride.block > stride.last:
            return None
        head = stride.head
        if self._answer is None:
            if data != head:
                return None
            self._offset += stride.size
        else:
            if len(data) - len(head) != stride.size or not data.startswith(head):
                return None
            self._body += data[len(head) :]
        return stride

    def _find_stride(self, data: bytes, asked: Message) -> Stride | None:
        """Look for what stays the same; the first question and the last say more than those between."""
        if self._answer is None:
            option, code, exponent, have = BLOCK1, CONTINUE, self._exponent, self._offset
            last = -(-len(self.request.payload) >> exponent + 4) - 3
        else:
            option, code, exponent, have = BLOCK2, self._answer.code, self._fetched_from, len(self._body)
            last = -(-self._limit >> exponent + 4) - 2 if len(data) > 16 << exponent else 0
        block = have >> exponent + 4
        if not 0 < block <= last or not self._strides or self._heard.code != code:
            return None
        self._strides -= 1
        stride = Stride.between(self._asked, self._heard, option, len(asked.token))
        if stride is not None and block <= stride.last:
            stride.last = min(stride.last, last)
            stride.begin(asked, block, 16 << exponent, self.request.payload if self._answer is None else b"")
            self._stride = stride
        return self._stride

    def _options(self, left_out: tuple[int, ...]) -> Options:
        """Return the request's options but some, and ours; they stay the same from block to block, mostly."""
        key = left_out, self._observes, self.echo, self.tag
        if self._prepared[0] != key:
            options = without(self.request.options, ECHO, *left_out, *(() if self._observes else (OBSERVE,)))
            ours = ((ECHO, self.echo), (REQUEST_TAG, self.tag))
            added = [(number, value) for number, value in ours if value is not None]
            self._prepared = key, with_option(options, *added) if added else options
        return self._prepared[1]

    def _next_block(self) -> Message:
        kind, code, mid, token, _, body = self.request
        block = block_at(self._offset, len(body), self._exponent)
        options = self._options(_BEFORE_THE_LAST if block.more else _LAST)
        added: tuple[tuple[int, bytes], ...] = ((BLOCK1, block.encoded()),)
        if not self._offset:
            added = (*added, (SIZE1, uint(len(body))))
        payload = body[self._offset : self._offset + block.size]
        return Message(kind, code, mid, token, with_option(options, *added), payload)

    def _next_piece(self) -> Message:
        # RFC 7959 §3.3: the request's payload is not repeated; that of a FETCH is, for it says what is asked for (RFC
        # 8132 §2), unless it went out in blocks itself.
        kind, code, mid, token, _, payload = self.request
        block = Block(len(self._body) >> self._fetched_from + 4, False, self._fetched_from)
        options = with_option(self._options(_FURTHER), (BLOCK2, block.encoded()))
        return Message(kind, code, mid, token, options, payload if code == FETCH and not self._in_blocks else b"")

    def _ask(self) -> Ask:
        return _AGAIN if self._answer is None and self._offset == 0 and self._observes else _ON

    def _may_start_again(self) -> bool:
        """Once, and not what the server has carried out already, unless that is safe (RFC 7252 §5.1)."""
        return self._restarts > 0 and (self._answer is None or self.request.code in (GET, FETCH))

    def _start_again(self) -> Ask:
        """Ask everything once more from the first byte; an observation that has begun is not begun again."""
        self._restarts -= 1
        self._observes = self._observes and self._answer is None
        self._answer, self._offset = None, 0
        self._body.clear()
        return self._ask()

    def _take_receipt(self, response: Message) -> Step | None:
        """Take what the server says about the piece it got; None if it says what it thinks of the whole."""
        block = read(response, BLOCK1)
        if response.code == REQUEST_ENTITY_TOO_LARGE:
            return self._shrink(response, block)
        if not self._in_blocks or response.code >> 5 != 2:
            return None
        size = 16 << self._exponent
        if self._offset + size >= len(self.request.payload):
            return Failed("2.31 (Continue) to the last block") if response.code == CONTINUE else None
        if block is None:
            return Failed("2.31 (Continue) without Block1") if response.code == CONTINUE else None
        if block.exponent == RESERVED:
            return Failed("the block has the reserved SZX 7")
        if block.number != self._offset // size:
            return Failed(f"the server speaks of block {block.number}, block {self._offset // size} was sent")
        self._offset += size
        self._exponent = min(self._exponent, block.exponent)
        return self._ask()

    def _shrink(self, response: Message, block: Block | None) -> Step | None:
        """4.13: go on in smaller blocks if that is what the server wants (RFC 7959 §2.9.3)."""
        largest = response.first(SIZE1)
        total = len(self.request.payload)
        if block is None or (largest is not None and number(largest) < total) or block.size >= total:
            return None
        if block.exponent >= (self._exponent if self._in_blocks else RESERVED):
            return None
        self._exponent = block.exponent
        self._in_blocks = True
        return self._ask()

    def _take_answer(self, response: Message, datagram: bytes) -> Step:
        """Take the first message of the answer, which may be all of it."""
        block = read(response, BLOCK2)
        if block is None or (not block.number and not block.more):
            return self._done(response, datagram, response.payload)
        self._answer, self._datagram = response, datagram
        return self._append(response, block)

    def _take_piece(self, response: Message, datagram: bytes, answer: Message) -> Step:
        block = read(response, BLOCK2)
        if block is None:
            # An error, or all of it at once: either way a whole answer.
            return self._done(response, datagram, response.payload)
        if response.code != answer.code or response.first(ETAG) != answer.first(ETAG):
            if self._may_start_again():
                return self._start_again()
            return Failed(f"the body changed after {len(self._body)} bytes ({dotted(response.code)})")
        return self._append(response, block)

    def _append(self, response: Message, block: Block) -> Step:
        if (reason := fault(block, response.payload)) is not None:
            return Failed(reason)
        if block.start != len(self._body):
            return Failed(f"the block at byte {block.start} came where that at byte {len(self._body)} was due")
        if len(self._body) + len(response.payload) + block.more > self._limit:
            return Failed(f"the body is longer than {self._limit} bytes")
        self._body += response.payload
        if not block.more:
            assert self._answer is not None, "set before"
            return self._done(self._answer, self._datagram, bytes(self._body))
        self._fetched_from = min(self._fetched_from, block.exponent)
        if len(self._body) >> self._fetched_from + 4 > LARGEST_NUMBER:
            return Failed(f"a body has at most {LARGEST_NUMBER + 1} blocks")
        return self._ask()

    def _done(self, message: Message, datagram: bytes, body: bytes) -> Done:
        assert self._mid is not None, "set by take()"
        token = self.request.token
        if body is message.payload and self._mid == message.mid and token == message.token:
            return Done(message, datagram)
        return Done(*rejoined(message, datagram, body, self._mid, token))
