"""From one block to the next by bytes: what stays the same is neither read nor written anew.

    question   [type, code] mid token [options] NUM [options] piece          [ ] as in the last one
    answer     [type, code] mid token [options] NUM [options] piece

A transfer takes its first steps the long way. After that an answer that has the very bytes that its predecessor lets
expect says nothing that the predecessor did not say, but its number and its piece; any other goes the long way again.
"""

from __future__ import annotations

from operator import itemgetter

from modemtwin.coap.message import Message, encode, number
from modemtwin.coap.numbers import ACK, CON, NO_RESPONSE

__all__ = ["Mould", "Stride"]


class Mould:
    """A message of which mid, token, the number in a Block option and the payload are yet to come.

    ``tokens``: the length of the tokens. ``last``: the largest number that takes no more bytes than the one in the
    message that the mould is taken of.
    """

    __slots__ = ("_after", "_before", "_code", "_length", "_low", "_option", "_rest", "_start", "_upto", "last")

    def __init__(self, message: Message, option: int, tokens: int) -> None:
        options = tuple(sorted(message.options, key=itemgetter(0)))
        place = [number for number, _ in options].index(option)
        value = options[place][1]
        self._before, self._rest, self._option = options[:place], options[place + 1 :], option
        self._length, self._low = len(value), number(value) & 0xF
        self.last = (1 << 8 * self._length) - 1 >> 4
        upto = encode(Message(message.type, message.code, options=options[: place + 1]))
        self._start, self._code = bytes((upto[0] | tokens, message.code)), message.code
        self._upto = upto[4 : len(upto) - self._length]
        marker = b"\xff" if message.payload else b""
        self._after = encode(Message(message.type, message.code, options=options))[len(upto) :] + marker

    def cast(self, ident: bytes, block: int) -> bytes:
        """Return the datagram as far as the payload; ``ident``: mid and token as they stand in it."""
        return self._start + ident + self._upto + (block << 4 | self._low).to_bytes(self._length, "big") + self._after

    def fill(self, mid: int, token: bytes, block: int, payload: bytes) -> tuple[Message, bytes]:
        """Return the message, a CON, and its datagram."""
        value = (block << 4 | self._low).to_bytes(self._length, "big")
        message = Message(CON, self._code, mid, token, (*self._before, (self._option, value), *self._rest), payload)
        head = self._start + mid.to_bytes(2, "big") + token + self._upto + value
        return message, head + self._after + payload


class Stride:
    """How a transfer goes on: moulds of its questions and of their answers, which serve to block ``last``.

    ``block`` is the number in the answer that is due, ``head`` how that begins, or all of it where it has no payload;
    ``size`` is that of a block in bytes. The questions bear the pieces of ``body``, or the same payload each time.
    """

    __slots__ = ("_answer", "_body", "_payload", "_question", "block", "head", "last", "size")

    def __init__(self, question: Mould, answer: Mould) -> None:
        self._question, self._answer = question, answer
        self._body = self._payload = self.head = b""
        self.last = min(question.last - 1, answer.last)
        self.block = self.size = 0

    @classmethod
    def between(cls, question: Message, answer: Message, option: int, tokens: int) -> Stride | None:
        """Take moulds of a question and of the answer before it; None if one does not follow the other by rote."""
        if not question.first(option) or not answer.first(option):
            return None
        if answer.type != ACK or question.first(NO_RESPONSE) is not None:
            return None
        return cls(Mould(question, option, tokens), Mould(answer, option, tokens))

    def begin(self, asked: Message, block: int, size: int, body: bytes) -> None:
        """Let the answer to a question be due, with a block of this size; an upload has a ``body``."""
        self.block, self.size, self._body, self._payload = block, size, body, asked.payload
        self.head = self._answer.cast(asked.mid.to_bytes(2, "big") + asked.token, block)

    def ask(self, mid: int, token: bytes) -> tuple[Message, bytes]:
        """Return the question after that, and its datagram; now its answer is due."""
        self.block = block = self.block + 1
        self.head = self._answer.cast(mid.to_bytes(2, "big") + token, block)
        body, size = self._body, self.size
        return self._question.fill(mid, token, block, body[block * size : (block + 1) * size] if body else self._payload)
