"""Tells the stories of messages from a journal, from the keystroke to the last ACK, in sentences with times.

    journal ──► Narrator ──► Story(mid 3): At 12.300 s the TE typed AT+CCOAPACTION.
                                           At 12.300 s the modem sent CON GET /time, mid 3, 9 bytes, to 192.0.2.1:5683.
                                           At 14.712 s there was no answer in 2.412 s: it was sent again (1 of 4).

Times count from the journal's first entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.coap import numbers
from modemtwin.coap.message import Malformed, Message, decode
from modemtwin.coap.summary import described
from modemtwin.modem.doors import (
    Address,
    BearerLost,
    DatagramRx,
    DatagramTx,
    Effect,
    Note,
    Refused,
    Resolved,
    SocketFailed,
    Stimulus,
    UartRx,
    UartTx,
)
from modemtwin.world.journal import Entry
from modemtwin.world.story import UNANSWERED, Step, Stories, Story
from modemtwin.world.uart_lines import UartLines

__all__ = ["stories"]

_PREPARING = re.compile(r"AT\+CCOAP(?:PARA|URL|ACTION\s*$)", re.IGNORECASE)
_SENDING = re.compile(r"AT\+CCOAPACTION\s*$", re.IGNORECASE)
_READING = re.compile(r"AT\+CCOAP(HEAD|READ)=\s*(\d+)", re.IGNORECASE)
_ENDING = re.compile(r"AT\+CCOAPTERM\b", re.IGNORECASE)
_TOLD = re.compile(r"(?:^|\r\n)\+CCOAP(ACTION|RECV|RCV): (\d+)(?:,(\d+))?(?:,\d+)?")
_READ = re.compile(r"\+CCOAP(HEAD|READ): ([^\r\n]*)")
_PAYLOAD = re.compile(r"\+CCOAPREAD: (\d+),")
_NOTED = re.compile(r"mid (\d+)\b|.*: mid (\d+) ")
_NAMES = {"HEAD": "head", "READ": "payload"}
_LONGEST_SHOWN = 200


def stories(entries: Iterable[Entry], *, retransmissions: int = 4) -> list[Story]:
    """Tell the stories of all messages with a life of their own, in the order in which they began.

    ``retransmissions`` is MAX_RETRANSMIT (RFC 7252 §4.8), which is said beside each of them.
    """
    narrator = _Narrator(retransmissions)
    for entry in entries:
        narrator.add(entry)
    return narrator.stories


class _Narrator:
    """Goes through a journal and knows which stories are still open."""

    def __init__(self, retransmissions: int) -> None:
        self._stories = Stories()
        self._most = retransmissions
        self._start: Micros | None = None
        self._now: Micros = 0
        self._typed = UartLines()
        self._before: list[Step] = []
        self._readings: list[tuple[str, str, Story]] = []

    @property
    def stories(self) -> list[Story]:
        return self._stories.all

    def add(self, entry: Entry) -> None:
        self._now = entry.now
        if self._start is None:
            self._start = entry.now
        self._take(entry.stimulus)
        for effect in entry.effects:
            self._give(effect)

    def _take(self, stimulus: Stimulus) -> None:
        match stimulus:
            case UartRx(data):
                for line in self._typed.add(data):
                    self._type(line.decode("latin-1").strip())
            case DatagramRx(source, data):
                self._receive(source, data)
            case BearerLost(_, reason):
                self._all(f"the bearer was lost: {reason}")
            case SocketFailed(reason):
                self._all(f"the socket failed: {reason}")
            case Resolved(name, addresses, reason) if self._stories.waiting():
                found = f"is {addresses[0]}" if addresses else f"was not found: {reason or 'nobody knows it'}"
                self._say(self._stories.waiting()[-1], f"the name {name} {found}")
            case _:
                pass

    def _give(self, effect: Effect) -> None:
        match effect:
            case UartTx(data):
                self._hear(data.decode("latin-1"))
            case DatagramTx(destination, data):
                self._send(destination, data)
            case Refused(command, _, reason):
                self._refuse(command, reason)
            case Note(text):
                if found := _NOTED.match(text):
                    self._on(int(found[1] or found[2]), f"the modem noted: {text}")
            case _:
                pass

    # ── the TE's side

    def _type(self, line: str) -> None:
        step = self._step(f"the TE typed {_cut(line)}")
        if _PREPARING.match(line):
            self._before.append(step)
        elif (wish := _READING.match(line)) and (story := self._stories.latest(int(wish[2]))):
            self._readings.append((wish[1].upper(), line, story))
        elif _ENDING.match(line):
            self._before = []
            self._all("the TE deleted the CoAP object", over=True)

    def _hear(self, text: str) -> None:
        for told in _TOLD.finditer(_without_payloads(text)):
            self._tell(told[0].strip(), told[1], int(told[2]), int(told[3] or 0))
        for read in _READ.finditer(text):
            for name, line, story in self._readings:
                if name == read[1]:
                    self._readings.remove((name, line, story))
                    self._say(story, f"the TE read its {_NAMES[name]} with {_cut(line)}: {_cut(read[2])}")
                    break

    def _tell(self, line: str, name: str, first: int, second: int) -> None:
        if name != "ACTION":
            self._on(first, f"it was queued, and the modem told the TE {line}")
        elif first == 0:
            story = self._stories.begin(second, self._now, ours=True)
            story.steps += self._before
            self._before = []
            self._say(story, f"the modem took the packet and said {line}")
        elif first == 1:
            self._on(second, f"the receive queue was full, and the modem told the TE {line}")
        elif first == 2 and (lost := self._stories.latest(second)):
            self._end(lost, f"the modem gave up and told the TE {line}", "given up")
        elif first == 3:
            self._all(f"the modem told the TE {line}", over=True)

    def _refuse(self, command: str, reason: str) -> None:
        for reading in list(self._readings):
            if reading[1].upper() == command.upper():
                self._readings.remove(reading)
                self._say(reading[2], f"the modem refused {_cut(command)}: {reason}")
                return
        if _SENDING.match(command):
            self._before = []  # no message came of it

    # ── the network's side

    def _send(self, peer: Address, data: bytes) -> None:
        message = decode(data)
        if isinstance(message, Malformed):
            return
        story = self._stories.announced(message.mid) or self._stories.again(peer, message)
        answered = self._stories.answered(peer, message)
        if answered is not None and (story is None or not story.times):
            self._say(answered, f"the modem answered {described(message)}")
            answered.outcome = "acknowledged" if message.code == numbers.EMPTY else "answered"
        if story is not None and story.times:
            waited = _span(self._now - story.sent)
            self._say(story, f"there was no answer in {waited}: it was sent again ({story.times} of {self._most})")
        elif story is not None or (message.type not in (numbers.ACK, numbers.RST) and answered is None):
            story = story or self._stories.begin(message.mid, self._now, ours=True)
            self._first_time(story, peer, message, data)
        if story is not None:
            story.sent = self._now
            story.times += 1

    def _first_time(self, story: Story, peer: Address, message: Message, data: bytes) -> None:
        self._stories.leave(story, peer, message)
        which = "" if story.part_of is None else f", the next block for mid {story.part_of.mid}"
        self._say(story, f"the modem sent {story.what}; {len(data)} bytes, to {_where(peer)}{which}")
        if not numbers.is_request(message.code) and message.code != numbers.EMPTY:
            story.outcome = "sent"

    def _receive(self, peer: Address, data: bytes) -> None:
        message = decode(data)
        if isinstance(message, Malformed):
            self._on_peer(peer, f"{_where(peer)} sent {len(data)} bytes that are no CoAP message: {message.reason}")
            return
        if message.type in (numbers.ACK, numbers.RST):
            if story := self._stories.sent(peer, message.mid):
                self._answered(story, message)
            return
        if begun := self._stories.duplicated(peer, data):
            self._say(begun, f"mid {begun.mid} came again: a duplicate")
            return
        story = self._stories.begin(message.mid, self._now, ours=False)
        self._stories.arrive(story, peer, message, data)
        story.outcome = "received"
        asked = self._stories.asked(peer, message.token) if numbers.is_response(message.code) else None
        answers = "" if asked is None else f", the answer to mid {asked.mid}"
        self._say(story, f"{_where(peer)} sent {story.what}; {len(data)} bytes{answers}")
        if asked is not None:
            self._answered(asked, message)
            story.part_of = asked

    def _answered(self, story: Story, message: Message) -> None:
        after = f"{_span(self._now - story.sent)} after the last transmission"
        kind = numbers.TYPES[message.type]
        if message.type == numbers.RST and story.message is not None and story.message.code == numbers.EMPTY:
            self._end(story, f"the peer answered the ping, {after}", "answered: a ping")  # RFC 7252 §4.3
        elif message.type == numbers.RST:
            self._end(story, f"the peer rejected it with an RST, {after}", "rejected by RST")
        elif message.code == numbers.EMPTY:
            self._say(story, f"the peer acknowledged it, {after}; the response was still to come")
            if story.outcome == UNANSWERED:
                story.outcome = "acknowledged, no response so far"
        else:
            how = "in the ACK" if message.type == numbers.ACK else f"in a {kind} of its own"
            self._say(story, f"the response came {how}, {after}: {described(message)}")
            story.outcome = f"answered {numbers.dotted(message.code)}"
            story.over = message.first(numbers.OBSERVE) is None

    # ── telling

    def _on(self, mid: int, text: str) -> None:
        if story := self._stories.latest(mid):
            self._say(story, text)

    def _on_peer(self, peer: Address, text: str) -> None:
        for story in self._stories.open():
            if story.peer == peer:
                self._say(story, text)

    def _all(self, text: str, *, over: bool = False) -> None:
        for story in self._stories.open():
            if story.outcome.endswith("so far"):
                self._say(story, text)
                if over:
                    story.over, story.outcome = True, "ended without an answer"

    def _end(self, story: Story, text: str, outcome: str) -> None:
        self._say(story, text)
        story.over, story.outcome = True, outcome

    def _say(self, story: Story, text: str) -> None:
        story.steps.append(self._step(text))
        if story.part_of is not None:
            story.part_of.steps.append(story.steps[-1])

    def _step(self, text: str) -> Step:
        since = self._now - (self._start or 0)
        return Step(self._now, f"At {since / MICROSECONDS:.3f} s {text}.")


def _without_payloads(text: str) -> str:
    """Leave out what was read, for a payload may look like anything."""
    place = 0
    while found := _PAYLOAD.search(text, place):
        place = found.end()
        text = text[:place] + text[place + int(found[1]) :]
    return text


def _span(span: Micros) -> str:
    return f"{span / MICROSECONDS:.3f} s"


def _where(peer: Address) -> str:
    host, port = peer
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}… ({len(line)} characters)"
