"""What a CoAP server answers, and what is the same for every resource: its form and whether the client has it already.

whole representation ──► Accept: in this form? ──► ETag: still the same? ──► 2.05
                         4.06                      2.03

To cut it into blocks is the conversation's business.
"""

from __future__ import annotations

from typing import NamedTuple

from modemtwin.coap import numbers
from modemtwin.coap.message import Message, number, uint
from modemtwin.world.peer.shelf import etag_of

__all__ = ["Answer", "content", "diagnosis", "not_found", "presented"]


class Answer(NamedTuple):
    """Code, options and whole payload of a response; its type, mid and token are the conversation's."""

    code: int
    options: tuple[tuple[int, bytes], ...] = ()
    payload: bytes = b""

    @property
    def is_success(self) -> bool:
        """Whether its code is of class 2."""
        return self.code >> 5 == 2

    @property
    def message(self) -> Message:
        """The response; its type, mid and token are still to come."""
        return Message(0, self.code, 0, b"", self.options, self.payload)

    def stating(self, option: int) -> int | None:
        """Return the number in an option, None if the answer has no such option."""
        for each, value in self.options:
            if each == option:
                return number(value)
        return None


def content(payload: bytes, content_format: int | None, *options: tuple[int, bytes]) -> Answer:
    """Make a 2.05; None leaves the Content-Format out."""
    stated = () if content_format is None else ((numbers.CONTENT_FORMAT, uint(content_format)),)
    return Answer(numbers.CONTENT, (*stated, *options), payload)


def diagnosis(code: int, reason: str, *options: tuple[int, bytes]) -> Answer:
    """Make an error with its reason for a person (RFC 7252 §5.5.2)."""
    return Answer(code, options, reason.encode())


def not_found() -> Answer:
    """Answer as the server of COAP-AN §5 did: 4.04 and nine bytes."""
    return Answer(numbers.NOT_FOUND, (), b"Not Found")


def presented(answer: Answer, request: Message) -> Answer:
    """Give a representation in the form that was asked for, or say that it is still the same.

    Any other answer stays as it is.
    """
    if answer.code != numbers.CONTENT:
        return answer
    content_format = answer.stating(numbers.CONTENT_FORMAT)
    wanted = request.first(numbers.ACCEPT)
    if wanted is not None and content_format != number(wanted):
        only = "has no content-format" if content_format is None else f"comes as content-format {content_format} only"
        return diagnosis(numbers.NOT_ACCEPTABLE, f"this {only}")
    tag = (numbers.ETAG, etag_of(answer.payload, content_format))
    if tag in request.options:
        # RFC 7252 §5.9.1.3: a 2.03 renews what the client has, so it says for how long.
        return Answer(numbers.VALID, (tag, *(each for each in answer.options if each[0] == numbers.MAX_AGE)))
    return Answer(answer.code, (tag, *answer.options), answer.payload)
