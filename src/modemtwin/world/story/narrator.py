"""Tells the stories of messages from a journal, from the keystroke to the last ACK, in sentences with times.

    journal ──► Narrator ──► Story(mid 3): At 12.300 s the TE typed AT+CCOAPACTION.
                                           At 12.300 s the modem sent CON GET /time, mid 3, 9 bytes, to 192.0.2.1:5683.
                                           At 14.712 s there was no answer in 2.412 s: it was sent again (1 of 4).

Times count from the journal's first entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from modemtwin.coap.numbers import Transmission
from modemtwin.modem.doors import (
    BearerLost,
    DatagramRx,
    DatagramTx,
    Effect,
    Note,
    PowerOff,
    PowerOn,
    Refused,
    Resolve,
    Resolved,
    Restarted,
    SocketFailed,
    Stimulus,
    UartRx,
    UartTx,
)
from modemtwin.world.journal.journal import Entry
from modemtwin.world.journal.uart_lines import UartLines
from modemtwin.world.story.correspondence import Correspondence
from modemtwin.world.story.story import Step, Story
from modemtwin.world.story.telling import Telling, cut

__all__ = ["stories"]

_PREPARING = re.compile(r"(?:AT|.*;)\+CCOAP(?:PARA|URL|ACTION\s*(?:;|$))", re.IGNORECASE)
_SENDING = re.compile(r"AT\+CCOAPACTION\s*$", re.IGNORECASE)
_READING = re.compile(r"(?:AT|.*;)\+CCOAP(HEAD|READ)=\s*(\d+)", re.IGNORECASE)
_ENDING = re.compile(r"(?:AT|.*;)\+CCOAPTERM\b", re.IGNORECASE)
_TOLD = re.compile(r"(?:^|[\r\n])\+CCOAP(ACTION|RECV|RCV): (\d+)(?:,(\d+))?(?:,\d+)?")
_READ = re.compile(r"\+CCOAP(HEAD|READ): ([^\r\n]*)")
_PAYLOAD = re.compile(r"\+CCOAPREAD: (\d+),")
_NOTED = re.compile(r"(?:mid (\d+)\b|.*: mid (\d+) )")
_STRUCK = re.compile(r'(?:mid (\d+): )?(fault ".*?"): (.*)', re.DOTALL)
_WITHHELD = re.compile(r"the receive queue is full: mid (\d+) counts as lost")
_AS_THE_RFC = Transmission()
_NAMES = {"HEAD": "head", "READ": "payload"}


def stories(entries: Iterable[Entry], transmission: Transmission = _AS_THE_RFC) -> list[Story]:
    """Tell the stories of all messages with a life of their own, in the order in which they began.

    ``transmission`` is what the modem worked with (RFC 7252 §4.8): MAX_RETRANSMIT is said beside each retransmission,
    and for EXCHANGE_LIFETIME a mid means the same message.
    """
    narrator = _Narrator(transmission)
    for entry in entries:
        narrator.add(entry)
    return narrator.stories


class _Narrator:
    """Goes through a journal: the TE's side, and what befalls the modem."""

    def __init__(self, transmission: Transmission) -> None:
        self._telling = Telling(transmission.exchange_lifetime)
        self._stories = self._telling.stories
        self._network = Correspondence(self._telling, transmission.max_retransmit)
        self._typed = UartLines()
        self._before: list[Step] = []
        self._readings: list[tuple[str, str, Story]] = []
        self._names: dict[str, list[Story]] = {}
        self._broken: list[Story] | None = None

    @property
    def stories(self) -> list[Story]:
        return self._stories.all

    def add(self, entry: Entry) -> None:
        self._telling.pass_to(entry.now)
        self._broken = None
        self._take(entry.stimulus)
        for effect in entry.effects:
            self._give(effect)

    def _take(self, stimulus: Stimulus) -> None:
        match stimulus:
            case UartRx(data):
                for line in self._typed.add(data):
                    self._type(line.decode("latin-1").strip())
            case DatagramRx(source, data):
                self._network.receive(source, data)
            case BearerLost(_, reason):
                self._telling.say_to(self._telling.unanswered(), f"the bearer was lost: {reason}")
            case SocketFailed(reason, peer):
                self._broken = self._telling.unanswered(peer)
                self._telling.say_to(self._broken, f"the socket failed: {reason}")
            case Resolved(name, addresses, reason):
                self._resolve(name, addresses, reason)
            case Restarted(reason):
                self._telling.end_all(self._telling.unanswered(), f"the module restarted: {reason}")
            case PowerOn():
                self._telling.end_all(self._telling.unanswered(), "the module was switched on anew")
            case _:
                pass

    def _give(self, effect: Effect) -> None:
        match effect:
            case UartTx(data):
                self._hear(data.decode("latin-1"))
            case DatagramTx(destination, data):
                self._network.send(destination, data)
            case Refused(command, _, reason):
                self._refuse(command, reason)
            case Resolve(name) if waiting := self._stories.waiting():
                self._names.setdefault(name, []).append(waiting[-1])
            case PowerOff():
                self._telling.end_all(self._telling.unanswered(), "the module switched itself off")
            case Note(text):
                self._note(text)
            case _:
                pass

    # ── the TE's side

    def _type(self, line: str) -> None:
        step = self._telling.step(f"the TE typed {cut(line)}")
        if _PREPARING.match(line):
            self._before.append(step)
        if (wish := _READING.match(line)) and (story := self._stories.reading(int(wish[2]))):
            self._readings.append((wish[1].upper(), line, story))
        if _ENDING.match(line):
            self._before = []
            self._telling.end_all(self._telling.unanswered(), "the TE deleted the CoAP object")

    def _hear(self, text: str) -> None:
        for told in _TOLD.finditer(_without_payloads(text)):
            self._tell(told[0].strip(), told[1], int(told[2]), int(told[3] or 0))
        for read in _READ.finditer(text):
            for reading in self._readings:
                name, line, story = reading
                if name == read[1]:
                    self._readings.remove(reading)
                    self._telling.say(story, f"the TE read its {_NAMES[name]} with {cut(line)}: {cut(read[2])}")
                    story.read = story.read or name == "READ"
                    break

    def _tell(self, line: str, name: str, first: int, second: int) -> None:
        if name != "ACTION":
            self._queue(first, line)
        elif first == 0:
            story = self._telling.begin(second, ours=True)
            story.steps += self._before
            self._before = []
            self._telling.say(story, f"the modem took the packet and said {line}")
        elif first == 1:
            self._telling.say_on(second, f"the receive queue was full, and the modem told the TE {line}")
        elif first == 2 and (lost := self._stories.latest(second, ours=True)):
            self._telling.end(lost, f"the modem gave up and told the TE {line}", "given up")
        elif first == 3:
            broken = self._telling.unanswered() if self._broken is None else self._broken
            self._telling.end_all([story for story in broken if not story.over], f"the modem told the TE {line}")

    def _queue(self, mid: int, line: str) -> None:
        if story := self._stories.latest(mid):
            self._telling.say(story, f"it was queued, and the modem told the TE {line}")
            self._stories.queue(story, mid)
            story.withheld = False

    def _refuse(self, command: str, reason: str) -> None:
        for reading in list(self._readings):
            if reading[1].upper() == command.upper():
                self._readings.remove(reading)
                self._telling.say(reading[2], f"the modem refused {cut(command)}: {reason}")
                return
        if _SENDING.match(command):
            self._before = []  # no message came of it

    # ── what befalls the modem

    def _resolve(self, name: str, addresses: tuple[str, ...], reason: str) -> None:
        asked = self._names.pop(name, None) or self._stories.waiting()[-1:]
        asked = [story for story in asked if not story.over]
        if addresses:
            self._telling.say_to(asked, f"the name {name} is {addresses[0]}")
        else:
            self._broken = asked
            self._telling.say_to(asked, f"the name {name} was not found: {reason or 'nobody knows it'}")

    def _note(self, text: str) -> None:
        if struck := _STRUCK.fullmatch(text):
            told = f"{struck[2]} struck: {struck[3]}"
            if struck[1]:
                self._telling.say_on(int(struck[1]), told)
            else:
                self._telling.say_to(self._telling.unanswered(), told)
        elif found := _NOTED.match(text):
            mid = int(found[1] or found[2])
            if _WITHHELD.match(text) and (story := self._stories.latest(mid)):
                story.withheld = True
            self._telling.say_on(mid, f"the modem noted: {text}")


def _without_payloads(text: str) -> str:
    """Leave out what was read, for a payload may look like anything."""
    place = 0
    while found := _PAYLOAD.search(text, place):
        place = found.end()
        text = text[:place] + text[place + int(found[1]) :]
    return text
