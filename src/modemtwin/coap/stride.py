"""From one block to the next by bytes: what stays the same is neither read nor written anew.

    question   [type, code] mid token [options] NUM [options] piece          [ ] as in the last one
    answer     [type, code] mid token [options] NUM [options] piece

A transfer takes its first steps the long way. After that an answer that has the very bytes that its predecessor lets
expect says nothing that the predecessor did not say, but its number and its piece; any other goes the long way again.
"""

from __future__ import annotations

from operator import itemgetter
from struct import Struct

from modemtwin.coap.message import Message, encode, number
from modemtwin.coap.numbers import ACK, CON, NO_RESPONSE

__all__ = ["Mould", "Stride"]

_pack_header = Struct(">BBH").pack


class Mould:
    """A message of which mid, token, the number in a Block option and the payload are yet to come.

    ``last``: the largest number that takes no more bytes than the one in the message that the mould is taken of.
    """

    __slots__ = ("_after", "_before", "_code", "_first", "_length", "_low", "_option", "_rest", "_upto", "last")

    def __init__(self, message: Message, option: int) -> None:
        options = tuple(sorted(message.options, key=itemgetter(0)))
        place = [number for number, _ in options].index(option)
        value = options[place][1]
        self._before, self._rest, self._option = options[:place], options[place + 1 :], option
        self._length, self._low = len(value), number(value) & 0xF
        self.last = (1 << 8 * self._length) - 1 >> 4
        upto = encode(Message(message.type, message.code, options=options[: place + 1]))
        self._first, self._code = upto[0], message.code
        self._upto = upto[4 : len(upto) - self._length]
        marker = b"\xff" if message.payload else b""
        self._after = encode(Message(message.type, message.code, options=options))[len(upto) :] + marker

    def cast(self, mid: int, token: bytes, block: int) -> bytes:
        """Return the datagram as far as the payload."""
        head = _pack_header(self._first | len(token), self._code, mid) + token + self._upto
        return head + (block << 4 | self._low).to_bytes(self._length, "big") + self._after

    def fill(self, mid: int, token: bytes, block: int, payload: bytes) -> tuple[Message, bytes]:
        """Return the message, a CON, and its datagram."""
        value = (block << 4 | self._low).to_bytes(self._length, "big")
        message = Message(CON, self._code, mid, token, (*self._before, (self._option, value), *self._rest), payload)
        head = _pack_header(self._first | len(token), self._code, mid) + token + self._upto
        return message, head + value + self._after + payload


class Stride:
    """How a transfer goes on: moulds of its questions and of their answers.

    ``block`` is the number in the answer that is due, ``head`` what it begins with, or all of it if it has no payload.
    They serve to block ``last``.
    """

    __slots__ = ("_answer", "_question", "block", "head", "last")

    def __init__(self, question: Mould, answer: Mould) -> None:
        self._question, self._answer = question, answer
        self.last = min(question.last - 1, answer.last)
        self.block = 0
        self.head = b""

    def expect(self, mid: int, token: bytes, block: int) -> None:
        """Let the answer to the question with this mid and token be due."""
        self.block = block
        self.head = self._answer.cast(mid, token, block)

    def ask(self, mid: int, token: bytes, payload: bytes) -> tuple[Message, bytes]:
        """Return the question after that, and its datagram; now its answer is due."""
        self.expect(mid, token, self.block + 1)
        return self._question.fill(mid, token, self.block, payload)

    @classmethod
    def between(cls, question: Message, answer: Message, option: int) -> Stride | None:
        """Take moulds of a question and of the answer before it; None if one does not follow the other by rote."""
        if not question.first(option) or not answer.first(option):
            return None
        if answer.type != ACK or question.first(NO_RESPONSE) is not None:
            return None
        return cls(Mould(question, option), Mould(answer, option))
