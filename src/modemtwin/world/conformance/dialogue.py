"""A transcript as a TE can play it on any module: the lines that are typed, and what is to stand before them.

! ready          ──►  Ready     bearer up, object made, URL set to the server's
> AT+CSQ         ──►  Line      with the lines that the transcript has below it
... 10 s              how long a URC may take, on the line before
=>  <=  *  !          about the network, the journal and the set-up: a module at a port is not told of them
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from modemtwin.clockwork import Micros, seconds
from modemtwin.world.transcripts.transcript import (
    Direct,
    Expect,
    ExpectRaw,
    Step,
    Transcript,
    TypeIn,
    Wait,
    parse_transcript,
)

__all__ = ["Cue", "Dialogue", "Line", "Ready", "read_dialogues"]

_SEND = re.compile(rb"AT\+CCOAPACTION$", re.IGNORECASE)
_BEARER = re.compile(rb"AT\+CNACT=", re.IGNORECASE)
_MUTE = b"//192.0.2.2"
_SLOW = seconds(30)


@dataclass(frozen=True, slots=True)
class Line:
    """What the TE types, without its carriage return; ``number`` counts the lines of the transcript from 1.

    ``wait``: how long a URC may take after the reply, None where the transcript does not say. ``written``: what the
    transcript has below it.
    """

    number: int
    typed: bytes
    wait: Micros | None = None
    written: tuple[bytes, ...] = ()

    @property
    def sends(self) -> bool:
        """Whether it sends the packet under assembly."""
        return _SEND.match(self.typed) is not None


@dataclass(frozen=True, slots=True)
class Ready:
    """From here on: the bearer is up, there is a CoAP object, and it has a URL."""

    number: int


Cue: TypeAlias = Line | Ready


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One dialogue. ``unseen`` are the lines of its transcript that cannot be played from a port."""

    name: str
    cues: tuple[Cue, ...]
    unseen: tuple[int, ...] = ()
    chosen: bool = False
    """Whether its set-up chooses a profile or a quirk: then it is another dialogue under other choices."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line that is typed."""
        return tuple(cue for cue in self.cues if isinstance(cue, Line))

    @property
    def needs_bearer_down(self) -> bool:
        """Whether it brings the bearer up or down by itself, and so begins without one."""
        return any(_BEARER.match(line.typed) for line in self.lines)

    @property
    def needs_server(self) -> bool:
        """Whether a server must answer."""
        return self._sending_from() is not None

    @property
    def needs_silence(self) -> bool:
        """Whether it sends to an address where nobody answers."""
        return any(_MUTE in line.typed for line in self.lines)

    @property
    def is_slow(self) -> bool:
        """Whether it waits longer than half a minute at once."""
        return any((line.wait or 0) > _SLOW for line in self.lines)

    def without_server(self) -> Dialogue:
        """Give what is left when no server answers: everything before the first packet is sent."""
        place = self._sending_from()
        return self if place is None else replace(self, cues=self.cues[:place])

    def _sending_from(self) -> int | None:
        ready = False
        for place, cue in enumerate(self.cues):
            if isinstance(cue, Ready):
                ready = True
            elif _MUTE in cue.typed:
                return None
            elif cue.sends and (ready or any(line.startswith(b"+CCOAPACTION: 0,") for line in cue.written)):
                return place
        return None


def read_dialogues(name: str, text: str) -> list[Dialogue]:
    """Read the dialogues of a transcript: one, and another from each ``! afresh NAME`` on.

    :raises ValueError: with a line for every line that is none.
    """
    transcript: Transcript = parse_transcript(text)
    pieces: list[tuple[str, list[Step]]] = [(name, [])]
    for step in transcript.steps:
        if isinstance(step, Direct) and step.words[0] == "afresh":
            pieces.append((" ".join(step.words[1:]) or name, []))
        else:
            pieces[-1][1].append(step)
    dialogues = [_dialogue(each, steps) for each, steps in pieces]
    return [each for each in dialogues if each.lines]


def _dialogue(name: str, steps: Sequence[Step]) -> Dialogue:
    cues: list[Cue] = []
    unseen: list[int] = []
    for step in steps:
        match step:
            case TypeIn(number, data) if data.endswith(b"\r"):
                cues.append(Line(number, data[:-1]))
            case Direct(number, ("ready", *_)):
                cues.append(Ready(number))
            case Expect(_, data) if cues and isinstance(cues[-1], Line):
                cues[-1] = replace(cues[-1], written=(*cues[-1].written, data))
            case ExpectRaw(_, data) if cues and isinstance(cues[-1], Line):
                cues[-1] = replace(cues[-1], written=(*cues[-1].written, *_lines(data, cues[-1].typed)))
            case Wait(_, span) if span is not None and cues and isinstance(cues[-1], Line):
                cues[-1] = replace(cues[-1], wait=(cues[-1].wait or 0) + span)
            case Wait():
                pass
            case _:
                unseen.append(step.line)
    return Dialogue(name, tuple(cues), tuple(unseen), _chooses(steps))


def _chooses(steps: Iterable[Step]) -> bool:
    return any(isinstance(step, Direct) and step.words[0] in ("profile", "quirk") for step in steps)


def _lines(data: bytes, typed: bytes) -> list[bytes]:
    return [line for line in re.split(rb"[\r\n]+", data) if line and line != typed]
