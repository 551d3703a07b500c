"""The moves of a walk, and how one is drawn: what a TE may type, what may go wrong, what peers may send, time.

    chance ──► draw(chance) ──► Move, a plain value: ``repr`` is what a person types to see it again

``chance`` is a ``Random`` of the long walk or one of Hypothesis, which knows how to make a move simpler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from modemtwin.coap.message import Message, encode, uint
from modemtwin.coap.numbers import BLOCK1, BLOCK2, ECHO, ETAG, OBSERVE, URI_PATH
from tests.world.walk import faults, typing
from tests.world.walk.faults import Keys

__all__ = [
    "KINDS",
    "Answer",
    "Arm",
    "Arrive",
    "Cell",
    "Disarm",
    "Hands",
    "Move",
    "Pass",
    "Type",
    "draw",
]


@dataclass(frozen=True, slots=True)
class Type:
    """The TE of a modem writes these bytes."""

    modem: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Arm:
    """A fault is armed, by its keys."""

    modem: int
    keys: Keys


@dataclass(frozen=True, slots=True)
class Disarm:
    """Every fault is taken away."""

    modem: int


@dataclass(frozen=True, slots=True)
class Arrive:
    """A datagram comes from this host, port 5683: nobody asked for it."""

    modem: int
    source: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the last datagrams, ``which`` from the end, is answered by whom it went to; ``tail``: options, payload.

    ``kind`` and ``code`` are those of the answer; ``by_mid``: it has the mid of the question.
    """

    modem: int
    which: int
    kind: int
    code: int
    tail: bytes
    by_mid: bool


@dataclass(frozen=True, slots=True)
class Pass:
    """Time passes, in microseconds."""

    span: int


@dataclass(frozen=True, slots=True)
class Cell:
    """The cell of a modem changes."""

    modem: int
    settings: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Hands:
    """Somebody does something to a modem or a server with his hands."""

    modem: int
    deed: str


Move: TypeAlias = Type | Arm | Disarm | Arrive | Answer | Pass | Cell | Hands

_DEEDS = ("pull the card", "insert a card", "insert a card with a PIN", "PWRKEY", "DTR on", "DTR off", "RTS off")
_BIG_DEEDS = ("drop the bearer", "stop the server", "start the server", "restart the server")
_SPANS = (0, 1, 900, 50_000, 300_000, 1_000_000, 2_500_000, 10_000_000, 93_000_000, 250_000_000, 3_600_000_000)
_CELLS: tuple[Mapping[str, object], ...] = (
    {"coverage": True, "denied": False, "apn_policy": "accept"},
    {"coverage": False},
    {"denied": True},
    {"signal": 3},
    {"signal": 99},
    {"technology": "gsm"},
    {"technology": "cat-m"},
    {"technology": "nb-iot"},
    {"apn_policy": "deliver"},
    {"roaming": True},
    {"psm": False},
    {"edrx": False},
    {"release_after": 1},
    {"drop_after": 500},
    {"registration_delay": 5.0, "bearer_delay": 2.0},
)
_PATHS = (b"a", b"time", b"home", b"")
_PAYLOADS = (b"", b"21", b"hello world", b"x" * 64, b"y" * 1024)
_TAILS = (
    b"",
    b"\xffhello world",
    b"\x60\xff21",  # Observe 0
    b"\x61\x05\xff22",
    b"\x41\x01\xd1\x06\x0e\xff" + b"z" * 64,  # ETag and a Block2 of many
    b"\xd1\x0e\x0e",  # Block1
    b"\xd1\x06\x08\xff" + b"w" * 16,
    b"\xc1\x00\xff\xff",
    b"\xf0\x01",  # no option that can be
)
_CODES = (0x45, 0x44, 0x41, 0x5F, 0x84, 0x81, 0x88, 0x8D, 0xA3, 0x00, 0x01, 0x45)


def draw_pass(chance: Random, modem: int) -> Move:
    """Let time pass, from nothing to an hour; now and then some hours."""
    span = chance.choice(_SPANS)
    return Pass(span * chance.choice((1, 1, 1, 7)) if span > 1 else span)


def draw_arrival(chance: Random, modem: int) -> Move:
    """Send a request, a notification, a ping, something broken, from here or from there."""
    source = chance.choice(("192.0.2.1", "192.0.2.1", "192.0.2.2", "198.51.100.7", "192.0.2.254"))
    if chance.random() < 0.15:
        return Arrive(modem, source, chance.randbytes(chance.randrange(0, 24)))
    options = [(URI_PATH, chance.choice(_PATHS))]
    for number, most in ((OBSERVE, 6), (BLOCK1, 40), (BLOCK2, 40)):
        if chance.random() < 0.2:
            options.append((number, uint(chance.randrange(most))))
    if chance.random() < 0.1:
        options.append(chance.choice(((ETAG, b"\x01"), (ECHO, b"fresh"), (9, b"?"), (65_001, b"!"))))
    kind, code = chance.choice((0, 0, 1, 1, 2, 3)), chance.choice((1, 2, 3, 4, 0x45, 0x45, 0, 0x84))
    token = chance.choice((b"", b"t", b"\x01\x02", b"12345678"))
    payload = chance.choice(_PAYLOADS)
    if code == 0:
        options, token, payload = [], b"", b""
    message = Message(kind, code, chance.choice((0, 1, 2, 7, 65_535, chance.randrange(65_536))), token)
    data = encode(message._replace(options=tuple(sorted(options)), payload=payload))
    return Arrive(modem, source, data[: chance.randrange(len(data))] if chance.random() < 0.05 else data)


def draw_answer(chance: Random, modem: int) -> Move:
    """Answer for the one that a packet went to, well or badly."""
    kind, code = chance.choice((2, 2, 0, 1, 3)), chance.choice(_CODES)
    return Answer(modem, chance.randrange(1, 5), kind, code, chance.choice(_TAILS), chance.random() < 0.7)


KINDS: Mapping[str, tuple[int, Callable[[Random, int], Move]]] = {
    "type": (44, lambda chance, modem: Type(modem, typing.draw(chance))),
    "ask": (10, lambda chance, modem: Type(modem, typing.draw_packet(chance))),
    "wait": (3, lambda chance, modem: Type(modem, typing.draw_wait(chance))),
    "pass": (22, draw_pass),
    "arrive": (12, draw_arrival),
    "answer": (9, draw_answer),
    "arm": (4, lambda chance, modem: Arm(modem, faults.draw(chance))),
    "disarm": (2, lambda chance, modem: Disarm(modem)),
    "cell": (2, lambda chance, modem: Cell(modem, _CELLS[chance.choice((0, 0, 0, *range(len(_CELLS))))])),
    "hands": (2, lambda chance, modem: Hands(modem, chance.choice((*_DEEDS, *_BIG_DEEDS)))),
    "go online": (4, lambda chance, modem: Hands(modem, "go online")),
}
"""The kinds of move, how often each is made, and how it is drawn."""


def draw(chance: Random, modems: int) -> Move:
    """Draw any move."""
    (_, make), *_ = chance.choices(list(KINDS.values()), [weight for weight, _ in KINDS.values()])
    return make(chance, chance.randrange(modems))
