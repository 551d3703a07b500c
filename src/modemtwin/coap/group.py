"""Asking a group: one NON goes to many, and every one of them may answer (RFC 7252 §8).

NON ──► open ──an answer──► noted, once per source
          │ NON_LIFETIME: the exchange is given up
          ▼
        closing ──leisure──► closed: given up in words if nobody has answered
"""

from __future__ import annotations

from modemtwin.clockwork import Micros, earliest
from modemtwin.coap.endpoint import Endpoint
from modemtwin.coap.events import Address, Event, GivenUp
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import CON


def is_group(host: str) -> bool:
    """Say whether an IP address in text is that of a multicast group: 224.0.0.0/4 or ff00::/8."""
    if host[:1] in ("f", "F"):
        return host[1:2] in ("f", "F") and ":" in host
    head, dot, _ = host.partition(".")
    return dot == "." and len(head) == 3 and head.isdecimal() and "224" <= head <= "239"


class Question:
    """A request to a group. ``until`` is None as long as its exchange is open."""

    __slots__ = ("answered", "destination", "request", "until")

    def __init__(self, request: Message, destination: Address) -> None:
        self.request = request
        self.destination = destination
        self.answered: dict[Address, None] = {}
        self.until: Micros | None = None


class Questions:
    """The questions to groups, ``entries`` by mid: ``limit`` at most, ``answers`` sources each."""

    __slots__ = ("_answers", "_endpoint", "_leisure", "_limit", "entries")

    def __init__(self, endpoint: Endpoint, leisure: Micros, limit: int, answers: int) -> None:
        self._endpoint = endpoint
        self._leisure = leisure
        self._limit = limit
        self._answers = answers
        self.entries: dict[int, Question] = {}

    def __len__(self) -> int:
        return len(self.entries)

    def ask(self, request: Message, destination: Address, now: Micros) -> list[Event]:
        """Ask a group. Raises ValueError for what RFC 7252 forbids, a CON above all."""
        if request.type == CON:
            raise ValueError(f"a CON cannot go to the multicast group {destination[0]}: send a NON (RFC 7252 §8.1)")
        if len(self.entries) >= self._limit:
            return [GivenUp(request, destination, f"{self._limit} questions to groups are open already")]
        events = self._endpoint.send(request, destination, now)
        self.entries[request.mid] = Question(request, destination)
        self._endpoint.expect_more(request, None)
        return events

    def is_open(self, mid: int) -> bool:
        """Say whether a question has this mid."""
        return mid in self.entries

    def take(self, token: bytes, source: Address) -> Message | str:
        """Note an answer; return the request that it belongs to, or why it does not count.

        Of several questions with one token it is the newest that this source has not answered: nobody can tell.
        """
        asked = [question for question in self.entries.values() if question.request.token == token]
        for question in reversed(asked):
            if source not in question.answered and len(question.answered) < self._answers:
                question.answered[source] = None
                return question.request
        if any(source not in question.answered for question in asked):
            return f"{self._answers} sources have answered the request to the group already"
        return "this source has answered the request to the group before"

    def give_up(self, mid: int, now: Micros) -> None:
        """The exchange is over: the question stays open for the leisure of those who heard it last."""
        self.entries[mid].until = now + self._leisure

    def fire(self, now: Micros) -> list[Event]:
        """Close what has been open long enough."""
        events: list[Event] = []
        for mid, question in list(self.entries.items()):
            if question.until is not None and question.until <= now:
                self._close(mid, now)
                if not question.answered:
                    events.append(GivenUp(question.request, question.destination, "nobody in the group has answered"))
        return events

    def next_timer(self) -> Micros | None:
        """Return when ``fire`` has something to do."""
        return earliest(*(question.until for question in self.entries.values()))

    def abandon(self, destination: Address | None, now: Micros = 0) -> list[Message]:
        """Forget all questions, or those to one group; return those that nobody has answered."""
        gone = [mid for mid, each in self.entries.items() if destination in (None, each.destination)]
        questions = [self._close(mid, now) for mid in gone]
        return [question.request for question in questions if not question.answered]

    def _close(self, mid: int, now: Micros) -> Question:
        question = self.entries.pop(mid)
        token = question.request.token
        others = [each.request for each in self.entries.values() if each.request.token == token]
        if others:
            self._endpoint.expect_more(others[-1], None)
        else:
            self._endpoint.expect_no_more(token, None, now)
        return question
