"""Transcripts: dialogues between TE, modem and network, as text that a person reads and the player runs.

    # COAP-AN §3.4, with the numbers of the example in §5
    ! ready
    > AT+CCOAPACTION
    < +CCOAPACTION: 0,1
    < OK
    => 40010001
    ... 0.6 s
    <= 60840001 ff "Not Found"
    < +CCOAPRECV: 1,14,9

One line, one step; blank lines and lines that begin with ``#`` say nothing to the player.

``> TEXT``
    The TE types this, and a carriage return. Everything said so far must have been expected.
``>> TEXT``
    The same without the carriage return: half a line, or several when ``\\x0d`` stands in it.
``< LINE``
    The TE reads this line next. The framing (CR LF), blank lines and the echo of what was typed need no line of their
    own. ``\\xHH`` stands for a byte here and behind ``>``; any other backslash is itself. Text is UTF-8.
``<| BYTES``
    The TE reads exactly these bytes next, echo and framing too; ``\\r``, ``\\n``, ``\\\\`` and ``\\xHH`` as usual.
``=> HEX``, ``=> to HOST:PORT HEX``
    This datagram leaves next. ``..`` is any byte. Behind a quote stands text: ``ff "Not Found"``.
``<= HEX``, ``<= from HOST:PORT HEX``
    This datagram arrives: from where the modem last sent one to, when nothing else is said.
``... 0.6 s``, ``...``
    So much time passes (``ms``, ``s``, ``min``), all timers with it; without a span, as much as passes until the modem
    says something, at most 600 s. No other line takes any time.
``* TEXT``
    Since the last typing the journal tells a reason, or a note, with this text in it.
``! WORDS``
    A directive. Words may stand in quotes.

What nobody expected is a difference, and so is what was never said. Directives before the first other line, or before
``! ready``, say what is played against:

    ! profile NAME          which firmware                  ! quirk ID=CHOICE       a choice of it
    ! set KEY=VALUE         any key of a scenario           ! card KEY=VALUE …      the same of [card]
    ! cell KEY=VALUE …      the same of [cell]              ! route FROM=TO         a route
    ! seed NUMBER           the seed of chance; 0           ! cold                  see below

Without ``! cold`` the modem was switched on some seconds ago and is registered, if card and cell allow; what it said
is forgotten. With it, the modem is switched on this moment. These may stand anywhere:

    ! ready [URL]           bearer up, CoAP object made, and its URL set: coap://192.0.2.1
    ! cell KEY=VALUE …      the cell changes                ! drop bearer [REASON]  the network drops it
    ! insert card [pin=…]   a card slides in                ! remove card           it is pulled
    ! name HOST=IP          the name resolves (none: does not)
    ! ping MILLISECONDS     pings are answered after so long; before this line, never
    ! socket fails REASON   the CoAP socket reports an error
    ! power on              after the modem has switched itself off
    ! fault KEY=VALUE …     a fault is armed, with the keys of [[fault]] in a scenario
    ! dtr on|off            the TE sets DTR; before this line there are no modem lines
    ! afresh [NAME]         another dialogue begins, with another modem of the same set-up
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from modemtwin.clockwork import Micros, seconds
from modemtwin.modem.doors import Address
from modemtwin.world.net.route import parse_address
from modemtwin.world.schema import nearest

__all__ = [
    "Arrive",
    "Difference",
    "Direct",
    "Expect",
    "ExpectRaw",
    "Leave",
    "Reason",
    "Step",
    "Transcript",
    "TypeIn",
    "Wait",
    "parse_span",
    "parse_transcript",
]


class Difference(NamedTuple):
    """Where play and transcript part: ``line`` counts from 1."""

    line: int
    expected: str
    got: str

    def __str__(self) -> str:
        return f"line {self.line}: expected {self.expected}\n  but got {self.got}"


@dataclass(frozen=True, slots=True)
class TypeIn:
    """``>`` and ``>>``: the TE types these bytes."""

    line: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Expect:
    """``<``: the TE reads this line, its framing left out."""

    line: int
    data: bytes


@dataclass(frozen=True, slots=True)
class ExpectRaw:
    """``<|``: the TE reads these bytes."""

    line: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Leave:
    """``=>``: this datagram leaves; None in ``pattern`` is any byte, ``destination`` None anywhere."""

    line: int
    destination: Address | None
    pattern: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Arrive:
    """``<=``: this datagram arrives; ``source`` None: from where the last one went."""

    line: int
    source: Address | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Wait:
    """``...``: time passes; ``span`` None: until the modem says something."""

    line: int
    span: Micros | None


@dataclass(frozen=True, slots=True)
class Reason:
    """``*``: the journal tells a reason with this text in it."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Direct:
    """``!``: a directive, in words."""

    line: int
    words: tuple[str, ...]


Step: TypeAlias = TypeIn | Expect | ExpectRaw | Leave | Arrive | Wait | Reason | Direct

DIRECTIVES = (
    "profile", "quirk", "set", "card", "cell", "route", "seed", "cold", "ready", "drop", "insert", "remove", "name",
    "ping", "socket", "power", "afresh", "dtr", "fault",
)  # fmt: skip

_LINE = re.compile(r"(>>|>|<\||<=|<|=>|\.\.\.|\*|!)(?: (.*)|)")
_SPAN = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(ms|s|min)")
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}
_BYTE = re.compile(r"\\x([0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([rn\\]))")
_PIECE = re.compile(r'\s*(?:"([^"]*)"|([0-9A-Fa-f]{2})|(\.\.))')


class Transcript(NamedTuple):
    """What a file holds."""

    steps: tuple[Step, ...]


def parse_transcript(text: str) -> Transcript:
    """Read a transcript; the ValueError has a line for every line that is none."""
    steps: list[Step] = []
    mistakes: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            steps.append(_parse_step(number, line))
        except ValueError as error:
            mistakes.append(f"line {number}: {error}")
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return Transcript(tuple(steps))


def _parse_step(number: int, line: str) -> Step:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"{line!r} begins with none of # > >> < <| => <= ... * ! and a blank")
    kind, text = found[1], found[2] or ""
    match kind:
        case ">":
            return TypeIn(number, _literal(text) + b"\r")
        case ">>":
            return TypeIn(number, _literal(text))
        case "<":
            return Expect(number, _literal(text))
        case "<|":
            return ExpectRaw(number, _escaped(text))
        case "=>":
            destination, text = _address("to", text)
            return Leave(number, destination, _pattern(text))
        case "<=":
            source, text = _address("from", text)
            return Arrive(number, source, _data(text))
        case "...":
            return Wait(number, parse_span(text) if text.strip() else None)
        case "*":
            return Reason(number, text.strip())
        case _:
            return Direct(number, _words(text))


def _literal(text: str) -> bytes:
    """Read text in which only ``\\xHH`` means something else than it says."""
    pieces = _BYTE.split(text)
    return b"".join(bytes([int(piece, 16)]) if at % 2 else piece.encode() for at, piece in enumerate(pieces))


def _escaped(text: str) -> bytes:
    data, place = b"", 0
    for found in _ESCAPE.finditer(text):
        data += text[place : found.start()].encode()
        data += bytes([int(found[1], 16)]) if found[1] else {"r": b"\r", "n": b"\n", "\\": b"\\"}[found[2]]
        place = found.end()
    return data + text[place:].encode()


def _address(word: str, text: str) -> tuple[Address | None, str]:
    if not text.startswith(f"{word} "):
        return None, text
    _, address, *rest = text.split(" ", 2)
    return parse_address(address), rest[0] if rest else ""


def _pattern(text: str) -> tuple[int | None, ...]:
    pattern: list[int | None] = []
    place, text = 0, text.rstrip()
    while place < len(text):
        found = _PIECE.match(text, place)
        if found is None:
            raise ValueError(f"{text[place:].strip()!r} is neither a hex byte, nor .., nor text in quotes")
        pattern += [None] if found[3] else bytes.fromhex(found[2]) if found[2] else found[1].encode()
        place = found.end()
    return tuple(pattern)


def _data(text: str) -> bytes:
    pattern = _pattern(text)
    if None in pattern:
        raise ValueError("what arrives has no unknown bytes: write them instead of ..")
    return bytes(byte for byte in pattern if byte is not None)


def parse_span(text: str) -> Micros:
    """Read a span of time; ValueError, with a sentence, for what is none."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no span of time; write 0.6 s, 20 ms or 5 min")
    return seconds(float(found[1]) * _UNITS[found[2]])


def _words(text: str) -> tuple[str, ...]:
    words = tuple(shlex.split(text))
    if not words or words[0] not in DIRECTIVES:
        word = words[0] if words else ""
        raise ValueError(f'there is no directive "{word}"{nearest(word, DIRECTIVES)}')
    return words
