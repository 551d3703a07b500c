"""The network's side of the stories: what each datagram was, with its size, and what it answered.

sent ─► again (1 of 4) ─► acknowledged ─► response ─► acknowledged by the modem
                      └─► response in the ACK      └─► notification 1, 2, 3 …
"""

from __future__ import annotations

from modemtwin.amount import amount
from modemtwin.coap import numbers
from modemtwin.coap.message import Malformed, Message, decode
from modemtwin.coap.summary import described
from modemtwin.modem.doors import Address
from modemtwin.world.story.story import UNANSWERED, Story
from modemtwin.world.story.telling import Telling, span, where

__all__ = ["Correspondence"]

_NO_RETRANSMISSION = (numbers.NON, numbers.ACK, numbers.RST)


class Correspondence:
    """Tells datagrams. ``most`` is MAX_RETRANSMIT."""

    def __init__(self, telling: Telling, most: int) -> None:
        self._telling = telling
        self._stories = telling.stories
        self._most = most

    def send(self, peer: Address, data: bytes) -> None:
        """The modem sent a datagram."""
        message = decode(data)
        if isinstance(message, Malformed):
            return
        story = self._stories.announced(message.mid) or self._stories.again(peer, message, self._telling.now)
        answered = self._stories.answered(peer, message)
        if answered is not None:
            self._answer(answered, message, data)
        if story is not None and story.times:
            self._send_again(story, message, data)
        elif story is not None or answered is None:
            story = story or self._telling.begin(message.mid, ours=True)
            self._send_first(story, peer, message, data)

    def receive(self, peer: Address, data: bytes) -> None:
        """A datagram came to the modem."""
        message = decode(data)
        if isinstance(message, Malformed):
            self._receive_malformed(peer, data, message)
        elif message.type in (numbers.ACK, numbers.RST):
            self._receive_answer(peer, message, data)
        elif begun := self._stories.duplicated(peer, data, self._telling.now):
            why = ": there was no room for it before" if begun.withheld else ": a duplicate"
            self._telling.say(begun, f"mid {begun.mid} came again, {_size(data)}{why}")
            begun.withheld = False
        else:
            self._receive_message(peer, message, data)

    # ── out

    def _answer(self, story: Story, message: Message, data: bytes) -> None:
        self._telling.say(story, f"the modem answered {described(message)}; {_size(data)}")
        if message.type == numbers.RST:
            story.outcome = "rejected by the modem"
        else:
            story.outcome = "acknowledged" if message.code == numbers.EMPTY else "answered"

    def _send_first(self, story: Story, peer: Address, message: Message, data: bytes) -> None:
        self._stories.leave(story, peer, message)
        which = "" if story.part_of is None else f", the next block for mid {story.part_of.mid}"
        self._telling.say(story, f"the modem sent {story.what}; {_size(data)}, to {where(peer)}{which}")
        if not numbers.is_request(message.code) and message.code != numbers.EMPTY:
            self._telling.settle(story, "sent", over=message.type != numbers.CON)
        elif message.type in (numbers.ACK, numbers.RST):
            self._telling.settle(story, "sent")
        story.sent, story.times = self._telling.now, 1

    def _send_again(self, story: Story, message: Message, data: bytes) -> None:
        waited = span(self._telling.now - story.sent)
        if message.type in _NO_RETRANSMISSION:
            told = f"it was sent again after {waited}, {_size(data)}"
        elif story.withheld:
            told = f"the answer had found no room, so after {waited} it was sent again ({story.times} of {self._most})"
        elif story.outcome.endswith("so far") or story.outcome == "sent":
            told = f"there was no answer in {waited}: it was sent again ({story.times} of {self._most})"
        else:
            told = f"it was sent again after {waited} ({story.times} of {self._most})"
        self._telling.say(story, told)
        story.sent = self._telling.now
        story.times += 1

    # ── in

    def _receive_malformed(self, peer: Address, data: bytes, found: Malformed) -> None:
        told = f"{where(peer)} sent a datagram of {_size(data)} that is no CoAP message: {found.reason}"
        for story in self._stories.open():
            if story.peer == peer:
                self._telling.say(story, told)
        if found.mid is not None:
            story = self._telling.begin(found.mid, ours=False)
            story.peer, story.what = peer, f"a datagram of {_size(data)} that is no CoAP message"
            self._stories.know(story, peer)
            self._telling.end(story, told, "malformed")

    def _receive_answer(self, peer: Address, message: Message, data: bytes) -> None:
        story = self._stories.sent(peer, message.mid)
        if story is None:
            story = self._telling.begin(message.mid, ours=False)
            story.peer, story.what, story.message = peer, described(message), message
            told = f"{where(peer)} sent {story.what}; {_size(data)}: nothing that the modem sent has this mid"
            self._telling.end(story, told, "it answers nothing")
        elif data in story.answers:
            after = f"{span(self._telling.now - story.sent)} after the last time"
            why = after if story.withheld else "a duplicate"
            self._telling.say(story, f"the same {numbers.TYPES[message.type]} came once more, {_size(data)}: {why}")
            story.withheld = False
        else:
            self._answered(story, message, data)

    def _receive_message(self, peer: Address, message: Message, data: bytes) -> None:
        story = self._telling.begin(message.mid, ours=False)
        self._stories.arrive(story, peer, message, data)
        story.outcome = "received"
        asked = self._stories.asked(peer, message) if numbers.is_response(message.code) else None
        answers = "" if asked is None else f", for mid {asked.mid}"
        self._telling.say(story, f"{where(peer)} sent {story.what}; {_size(data)}{answers}")
        if asked is not None:
            self._answered(asked, message, data)
            story.part_of = asked

    def _answered(self, story: Story, message: Message, data: bytes) -> None:
        after = f"{span(self._telling.now - story.sent)} after {'it was sent' if story.times < 2 else 'the last time'}"
        pinged = story.message is not None and story.message.code == numbers.EMPTY
        story.answers += (data,)
        if message.type == numbers.RST and pinged:
            self._telling.end(story, f"the peer answered the ping, {after}: {_size(data)}", "answered: a ping")
        elif message.type == numbers.RST:  # RFC 7252 §4.2
            self._telling.end(story, f"the peer rejected it with an RST, {after}: {_size(data)}", "rejected by RST")
        elif message.code == numbers.EMPTY:
            self._acknowledged(story, f"the peer acknowledged it, {after}: {_size(data)}")
        else:
            self._respond(story, message, f"{described(message)}; {_size(data)}", after)

    def _acknowledged(self, story: Story, told: str) -> None:
        if story.message is None or not numbers.is_request(story.message.code):
            self._telling.end(story, told, "acknowledged")
        elif story.outcome == UNANSWERED:
            self._telling.say(story, f"{told}; the response was still to come")
            self._telling.settle(story, "acknowledged, no response so far", over=False)
        else:
            self._telling.say(story, told)

    def _respond(self, story: Story, message: Message, told: str, after: str) -> None:
        observed = message.first(numbers.OBSERVE) is not None
        code = numbers.dotted(message.code)
        if observed and story.observes and story.outcome.startswith("answered"):
            story.notifications += 1
            self._telling.say(story, f"notification {story.notifications} came: {told}")
            came = amount(story.notifications, "notification")
            self._telling.settle(story, f"answered {code}, and {came}", over=False)
            return
        how = "in the ACK" if message.type == numbers.ACK else f"in a {numbers.TYPES[message.type]} of its own"
        self._telling.say(story, f"the response came {how}, {after}: {told}")
        self._telling.settle(story, f"answered {code}", over=not (observed and story.observes))
        for ended in self._stories.observing(story):
            self._telling.say(ended, f"mid {story.mid} ended the observation")
            ended.over = True


def _size(data: bytes) -> str:
    return amount(len(data), "byte")
