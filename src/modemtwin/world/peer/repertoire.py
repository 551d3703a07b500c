"""Answers that need no thought: to a plain GET that was asked before, while nothing on the shelf has changed.

GET ──► the same options, the same shelf? ──► the same answer          OBSERVE, Echo: thought about every time
           └── no ──► Site.answer ──► kept if it stands on the shelf
"""

from __future__ import annotations

from typing import TypeAlias

from modemtwin.coap.message import Message
from modemtwin.coap.numbers import CONTENT, ECHO, GET, OBSERVE
from modemtwin.world.peer.shelf import Shelf

__all__ = ["MOST_KNOWN", "Repertoire"]

MOST_KNOWN = 64
"""How many are kept; all are forgotten when there is one more."""

_Options: TypeAlias = tuple[tuple[int, bytes], ...]


class Repertoire:
    """The answers of one server that only depend on what stands on its shelf."""

    __slots__ = ("_answers", "_edition", "_shelf")

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._edition = shelf.edition
        self._answers: dict[_Options, Message] = {}

    def find(self, request: Message) -> Message | None:
        """Return the answer to a request, None if it has to be thought about."""
        if self._edition != self._shelf.edition:
            self._edition = self._shelf.edition
            self._answers.clear()
        return self._answers.get(request.options) if request.code == GET else None

    def keep(self, request: Message, answer: Message) -> None:
        """Keep the answer to a GET of what stands on the shelf."""
        if answer.code != CONTENT or any(number in (OBSERVE, ECHO) for number, _ in request.options):
            return
        if len(self._answers) >= MOST_KNOWN:
            self._answers.clear()
        self._answers[request.options] = answer
