"""Telnet as a stream: data, negotiations and subnegotiations told apart, wherever the bytes are cut (RFC 854, RFC 855).

data ─IAC─► IAC ──► one byte 255 of data
             ├─ WILL WONT DO DONT ─ option ──► Negotiation
             ├─ SB ─ option, bytes (IAC IAC is one 255) ─ IAC SE ──► Subnegotiation
             └─ anything else ──► Signal: BREAK, and what nobody needs here
"""

from __future__ import annotations

from typing import TypeAlias

from modemtwin.value import value

__all__ = [
    "BINARY",
    "BREAK",
    "DO",
    "DONT",
    "IAC",
    "SUPPRESS_GO_AHEAD",
    "WILL",
    "WONT",
    "Heard",
    "Negotiation",
    "Signal",
    "Subnegotiation",
    "TelnetReader",
    "escape",
    "negotiate",
    "subnegotiate",
]

SE, BREAK, SB, WILL, WONT, DO, DONT, IAC = 240, 243, 250, 251, 252, 253, 254, 255
BINARY, SUPPRESS_GO_AHEAD = 0, 3

_LONGEST = 512
"""Bytes of a subnegotiation that are kept: no option here needs more, and nobody shall fill our memory."""


@value
class Negotiation:
    """``WILL``, ``WONT``, ``DO`` or ``DONT`` for an option."""

    verb: int
    option: int


@value
class Subnegotiation:
    """What lay between ``SB`` option and ``SE``, with ``IAC IAC`` turned into one byte."""

    option: int
    data: bytes


@value
class Signal:
    """A command of one byte, such as ``BREAK``."""

    command: int


Heard: TypeAlias = bytes | Negotiation | Subnegotiation | Signal


class TelnetReader:
    """Takes bytes as they come; keeps what is not complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._inside: bytearray | None = None

    def feed(self, data: bytes) -> list[Heard]:
        """Give all that is complete now, in order; a ``bytes`` is data and never empty."""
        data = self._rest + data
        heard: list[Heard] = []
        place = 0
        while (mark := data.find(IAC, place)) >= 0 and (length := _length(data, mark)):
            self._take(data[place:mark], heard)
            self._obey(data[mark + 1 : mark + length], heard)
            place = mark + length
        end = mark if mark >= 0 else len(data)
        self._take(data[place:end], heard)
        self._rest = data[end:]
        return _joined(heard)

    def _take(self, plain: bytes, heard: list[Heard]) -> None:
        if self._inside is not None:
            self._inside += plain[: max(0, _LONGEST - len(self._inside))]
        elif plain:
            heard.append(plain)

    def _obey(self, command: bytes, heard: list[Heard]) -> None:
        verb = command[0]
        if verb == IAC:
            self._take(b"\xff", heard)
        elif verb == SB:
            self._inside = bytearray()
        elif verb == SE and self._inside is not None:
            if self._inside:
                heard.append(Subnegotiation(self._inside[0], bytes(self._inside[1:])))
            self._inside = None
        else:
            self._inside = None  # IAC and no SE: a subnegotiation that was broken off says nothing
            heard.append(Negotiation(verb, command[1]) if WILL <= verb <= DONT else Signal(verb))


def escape(data: bytes) -> bytes:
    """Double each byte 255, so that it stays data."""
    return data.replace(b"\xff", b"\xff\xff")


def negotiate(verb: int, option: int) -> bytes:
    """Write a negotiation."""
    return bytes((IAC, verb, option))


def subnegotiate(option: int, data: bytes) -> bytes:
    """Write a subnegotiation."""
    return bytes((IAC, SB, option)) + escape(data) + bytes((IAC, SE))


def _length(data: bytes, mark: int) -> int:
    """Say how long the command at ``mark`` is; 0 when its end has not come yet."""
    have = len(data) - mark
    if have < 2:
        return 0
    wants = 3 if WILL <= data[mark + 1] <= DONT else 2
    return wants if have >= wants else 0


def _joined(heard: list[Heard]) -> list[Heard]:
    """Make one piece of the data that an escaped byte had cut in two."""
    joined: list[Heard] = []
    for each in heard:
        if isinstance(each, bytes) and joined and isinstance(joined[-1], bytes):
            joined[-1] += each
        else:
            joined.append(each)
    return joined
