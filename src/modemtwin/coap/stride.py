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

    ``start ident upto value after`` are the datagram as far as the payload, with mid and token for ``ident``; in the
    message the option stands between ``before`` and ``rest``. ``tokens``: the length of the tokens. ``last``: the
    largest number whose value is no longer than the one in the message that the mould is taken of.
    """

    __slots__ = ("after", "before", "last", "length", "low", "rest", "start", "upto")

    def __init__(self, message: Message, option: int, tokens: int) -> None:
        options = tuple(sorted(message.options, key=itemgetter(0)))
        place = [number for number, _ in options].index(option)
        value = options[place][1]
        self.before, self.rest = options[:place], options[place + 1 :]
        self.length, self.low = len(value), number(value) & 0xF
        self.last = (1 << 8 * self.length) - 1 >> 4
        upto = encode(Message(message.type, message.code, options=options[: place + 1]))
        self.start = bytes((upto[0] | tokens, message.code))
        self.upto = upto[4 : len(upto) - self.length]
        marker = b"\xff" if message.payload else b""
        self.after = encode(Message(message.type, message.code, options=options))[len(upto) :] + marker

    def cast(self, ident: bytes, block: int) -> bytes:
        """Return the datagram as far as the payload; ``ident``: mid and token as they stand in it."""
        return self.start + ident + self.upto + (block << 4 | self.low).to_bytes(self.length, "big") + self.after


class Stride:
    """How a transfer goes on: moulds of its questions and of their answers, which serve to block ``last``.

    ``block`` is the number in the answer that is due, ``head`` how that begins, or all of it where it has no payload;
    ``size`` is that of a block in bytes. The questions bear the pieces of ``body``, or the same payload each time.
    """

    __slots__ = ("_answer", "_body", "_code", "_option", "_payload", "_question", "block", "head", "last", "size")

    def __init__(self, question: Mould, answer: Mould, code: int, option: int) -> None:
        self._question, self._answer = question, answer
        self._code, self._option = code, option
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
        # The owner's request may be a NON; every question that we add is a CON, whose ACK the next one waits for.
        return cls(
            Mould(question._replace(type=CON), option, tokens), Mould(answer, option, tokens), question.code, option
        )

    def begin(self, asked: Message, block: int, size: int, body: bytes) -> None:
        """Let the answer to a question be due, with a block of this size; an upload has a ``body``."""
        self.block, self.size, self._body, self._payload = block, size, body, asked.payload
        self.head = self._answer.cast(asked.mid.to_bytes(2, "big") + asked.token, block)

    def ask(self, mid: int, token: bytes) -> tuple[Message, bytes]:
        """Return the question after that, a CON, and its datagram; now its answer is due."""
        question, answer = self._question, self._answer
        ident = mid.to_bytes(2, "big") + token
        self.block = block = self.block + 1
        self.head = answer.cast(ident, block)
        payload = self._body[block * self.size : (block + 1) * self.size] if self._body else self._payload
        value = (block << 4 | question.low).to_bytes(question.length, "big")
        options = (*question.before, (self._option, value), *question.rest)
        datagram = question.start + ident + question.upto + value + question.after + payload
        return Message(CON, self._code, mid, token, options, payload), datagram
