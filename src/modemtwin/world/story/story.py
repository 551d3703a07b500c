"""The story of one message, and how to find the one that something belongs to.

A message ID names a message between two endpoints only (RFC 7252 §4.4), and not for ever: there may be more than one
story of a mid, and one that the peer began.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from modemtwin.clockwork import Micros
from modemtwin.coap import numbers
from modemtwin.coap.group import is_group
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
    touched: int = 0
    notifications: int = 0
    withheld: bool = False
    read: bool = False
    answers: tuple[bytes, ...] = ()

    @property
    def ending(self) -> str:
        """How it ended, with what became of the answer."""
        return f"{self.outcome}, for which the receive queue had no room" if self.withheld else self.outcome

    @property
    def observes(self) -> bool:
        """Whether it asks for notifications (RFC 7641 §2)."""
        return self._observe() == 0

    @property
    def cancels(self) -> bool:
        """Whether it asks for no more of them (RFC 7641 §3.6)."""
        return self._observe() == 1

    def _observe(self) -> int | None:
        message = self.message
        if message is None or not numbers.is_request(message.code):
            return None
        value = message.first(numbers.OBSERVE)
        return None if value is None else number(value)


class Stories:
    """All stories, in the order in which they began. ``lifetime``: a mid means the same message for so long."""

    def __init__(self, lifetime: Micros) -> None:
        self.all: list[Story] = []
        self._lifetime = lifetime
        self._touches = 0
        self._of_mid: dict[int, list[Story]] = {}
        self._announced: list[Story] = []
        self._open: list[Story] = []
        self._sent: dict[tuple[Address, int], Story] = {}
        self._received: dict[tuple[Address, int], Story] = {}
        self._requests: dict[tuple[Address, bytes], Story] = {}
        self._datagrams: dict[tuple[Address, bytes], Story] = {}
        self._queued: dict[int, list[Story]] = {}
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
        self._datagrams[peer, data] = story
        self.know(story, peer)
        if numbers.is_request(message.code):
            self._requests[peer, message.token] = story

    def know(self, story: Story, peer: Address) -> None:
        """Note by what mid the modem may answer what a peer sent."""
        self._received[peer, story.mid] = story

    def open(self) -> list[Story]:
        """List those of ours to which something may still happen."""
        self._open = [story for story in self._open if not story.over]
        return self._open

    def waiting(self) -> list[Story]:
        """List those of ours that have not left the modem."""
        self._announced = [story for story in self._announced if not story.over]
        return self._announced

    def touch(self, story: Story) -> None:
        """Note that something happened to it."""
        self._touches += 1
        story.touched = self._touches

    def latest(self, mid: int, *, ours: bool = False) -> Story | None:
        """Find the one with this mid to which something happened last; ``ours``: among those of the modem."""
        stories = self._of_mid.get(mid, ())
        return max((each for each in stories if each.ours or not ours), key=lambda each: each.touched, default=None)

    def queue(self, story: Story, mid: int) -> None:
        """Note that a packet with this mid is in the receive queue, as part of a story."""
        unread = [each for each in self._queued.get(mid, ()) if not each.read]
        self._queued[mid] = [*unread, story]
        story.read = False

    def reading(self, mid: int) -> Story | None:
        """Find the one whose packet is read by this mid: the oldest in the queue that was not read, or the last."""
        queued = self._queued.get(mid)
        return next((each for each in queued if not each.read), queued[-1]) if queued else self.latest(mid)

    def announced(self, mid: int) -> Story | None:
        """Find the one that has a mid and has not left the modem."""
        return next((story for story in reversed(self.waiting()) if story.mid == mid), None)

    def sent(self, peer: Address, mid: int) -> Story | None:
        """Find the one of ours that a peer means by a mid."""
        return self._sent.get((peer, mid))

    def again(self, peer: Address, message: Message, now: Micros) -> Story | None:
        """Find the one of which this is a retransmission."""
        story = self._sent.get((peer, message.mid))
        same = story is not None and story.message == message and now - story.now <= self._lifetime
        return story if same else None

    def duplicated(self, peer: Address, data: bytes, now: Micros) -> Story | None:
        """Find the one that this datagram of a peer began before."""
        story = self._datagrams.get((peer, data))
        return story if story is not None and now - story.now <= self._lifetime else None

    def asked(self, peer: Address, message: Message) -> Story | None:
        """Find the request that a response with its token answers; one of another host is one to a group.

        Of several the oldest that still waits (RFC 7252 §5.3.1 leaves it to the client); a notification belongs to
        what asked for notifications.
        """
        found = [story for story in self.open() if _could_answer(story, peer, message.token)]
        if message.first(numbers.OBSERVE) is not None and (observing := [each for each in found if each.observes]):
            return observing[-1]
        waiting = [story for story in found if story.outcome.endswith("so far")]
        return next(iter(waiting or found[::-1]), None)

    def observing(self, story: Story) -> list[Story]:
        """List the observations that a request ends: those of its peer with its token."""
        message, peer = story.message, story.peer
        if not story.cancels or message is None or peer is None:
            return []
        return [each for each in self.open() if each.observes and _could_answer(each, peer, message.token)]

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


def _could_answer(story: Story, peer: Address, token: bytes) -> bool:
    if story.peer is None or story.message is None or story.message.token != token:
        return False
    return numbers.is_request(story.message.code) and (story.peer == peer or is_group(story.peer[0]))


def _path(message: Message) -> tuple[bytes, ...]:
    return tuple(message.values(numbers.URI_PATH))
