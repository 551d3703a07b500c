"""The story of one message, and how to find the one that something belongs to.

A message ID names a message between two endpoints only (RFC 7252 §4.4), and not for ever: there may be more than one
story of a mid, and one that the peer began.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from modemtwin.clockwork import Micros
from modemtwin.coap import numbers
from modemtwin.coap.message import Message, number
from modemtwin.coap.summary import described
from modemtwin.modem.doors import Address

__all__ = ["UNANSWERED", "Step", "Stories", "Story"]

UNANSWERED = "no answer so far"


class Step(NamedTuple):
    """Something that happened to the message, in a sentence that begins with its time."""

    now: Micros
    sentence: str


@dataclass
class Story:
    """What happened to one message. ``now`` and the times of the steps are the journal's own.

    ``ours``: the modem sent it; ``what`` is the message in one line, empty when it never left; ``outcome`` is how it
    ended, in a few words. ``part_of`` is the request that it answers or carries on, whose story it is too.
    """

    mid: int
    now: Micros
    ours: bool = True
    peer: Address | None = None
    what: str = ""
    outcome: str = UNANSWERED
    steps: list[Step] = field(default_factory=list)
    message: Message | None = None
    sent: Micros = 0
    times: int = 0
    over: bool = False
    part_of: Story | None = None


class Stories:
    """All stories, in the order in which they began."""

    def __init__(self) -> None:
        self.all: list[Story] = []
        self._of_mid: dict[int, list[Story]] = {}
        self._announced: list[Story] = []
        self._open: list[Story] = []
        self._sent: dict[tuple[Address, int], Story] = {}
        self._received: dict[tuple[Address, int], Story] = {}
        self._requests: dict[tuple[Address, bytes], Story] = {}
        self._datagrams: dict[tuple[Address, bytes], Story] = {}
        self._bodies: dict[tuple[Address, tuple[bytes, ...]], Story] = {}

    def begin(self, mid: int, now: Micros, *, ours: bool) -> Story:
        """Begin one. Of ours it is only known that the modem will send it."""
        story = Story(mid, now, ours)
        self.all.append(story)
        self._of_mid.setdefault(mid, []).append(story)
        if ours:
            self._announced.append(story)
            self._open.append(story)
        return story

    def leave(self, story: Story, peer: Address, message: Message) -> None:
        """Note that a message of ours is on its way."""
        story.peer, story.message, story.what = peer, message, described(message)
        story.part_of = self._carried_on(peer, message)
        self._announced.remove(story)
        self._sent[peer, message.mid] = story
        if numbers.is_request(message.code):
            self._bodies[peer, _path(message)] = story

    def arrive(self, story: Story, peer: Address, message: Message, data: bytes) -> None:
        """Note that a message of a peer is there."""
        story.peer, story.message, story.what = peer, message, described(message)
        self._received[peer, message.mid] = self._datagrams[peer, data] = story
        if numbers.is_request(message.code):
            self._requests[peer, message.token] = story

    def open(self) -> list[Story]:
        """List those of ours to which something may still happen."""
        self._open = [story for story in self._open if not story.over]
        return self._open

    def waiting(self) -> list[Story]:
        """List those of ours that have not left the modem."""
        self._announced = [story for story in self._announced if not story.over]
        return self._announced

    def latest(self, mid: int) -> Story | None:
        """Find the one that the TE means by a mid: one of its own requests, or else what a peer sent."""
        return max(self._of_mid.get(mid, ()), key=lambda story: (story.ours, story.now), default=None)

    def announced(self, mid: int) -> Story | None:
        """Find the one that has a mid and has not left the modem."""
        return next((story for story in reversed(self.waiting()) if story.mid == mid), None)

    def sent(self, peer: Address, mid: int) -> Story | None:
        """Find the one of ours that a peer means by a mid."""
        return self._sent.get((peer, mid))

    def again(self, peer: Address, message: Message) -> Story | None:
        """Find the one of which this is a retransmission."""
        story = self._sent.get((peer, message.mid))
        return story if story is not None and story.message == message and not story.over else None

    def duplicated(self, peer: Address, data: bytes) -> Story | None:
        """Find the one that this datagram of a peer began before."""
        return self._datagrams.get((peer, data))

    def asked(self, peer: Address, token: bytes) -> Story | None:
        """Find the request that a response with this token answers; a response of another host is one to a group."""
        for story in reversed(self.open()):
            if story.peer is None or story.message is None or story.message.token != token:
                continue
            if story.peer == peer or _is_group(story.peer[0]):
                return story
        return None

    def answered(self, peer: Address, message: Message) -> Story | None:
        """Find what the peer sent and this message acknowledges, rejects or answers."""
        if message.type in (numbers.ACK, numbers.RST):
            return self._received.get((peer, message.mid))
        return self._requests.get((peer, message.token)) if numbers.is_response(message.code) else None

    def _carried_on(self, peer: Address, message: Message) -> Story | None:
        """Find the request whose body is carried on by this one (RFC 7959 §2.4, §2.5)."""
        later = any(number(message.first(option) or b"") >> 4 for option in (numbers.BLOCK1, numbers.BLOCK2))
        before = self._bodies.get((peer, _path(message))) if later and numbers.is_request(message.code) else None
        return (before.part_of or before) if before is not None else None


def _path(message: Message) -> tuple[bytes, ...]:
    return tuple(message.values(numbers.URI_PATH))


def _is_group(host: str) -> bool:
    return host.lower().startswith("ff") if ":" in host else host.split(".")[0] in _GROUPS


_GROUPS = frozenset(map(str, range(224, 240)))
