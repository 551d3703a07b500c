"""What a module says unasked, as values; one that the driver does not know is ``Unknown`` and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from modemtwin.value import value

__all__ = [
    "BearerDown",
    "BearerUp",
    "CardState",
    "Overflow",
    "PacketArrived",
    "PoweredDown",
    "PsmEntered",
    "PsmLeft",
    "Restarted",
    "SocketError",
    "Started",
    "Unanswered",
    "Unknown",
    "Urc",
    "is_known",
    "read_urc",
]


@value
class PacketArrived:
    """``+CCOAPRECV: <mid>,<packet size>,<payload size>``, or ``+CCOAPRCV`` (COAP-AN §3.4)."""

    mid: int
    size: int
    payload_size: int
    line: str = ""


@value
class Overflow:
    """``+CCOAPACTION: 1,<mid>``: the receive queue is full; the mid of its first packet."""

    mid: int
    line: str = ""


@value
class Unanswered:
    """``+CCOAPACTION: 2,<mid>``: what was sent with this mid got no answer."""

    mid: int
    line: str = ""


@value
class SocketError:
    """``+CCOAPACTION: 3``."""

    line: str = ""


@value
class BearerUp:
    """``+APP PDP: ACTIVE``; ``index`` is 0 where the dialect names none."""

    index: int
    line: str = ""


@value
class BearerDown:
    """``+APP PDP: DEACTIVE``."""

    index: int
    line: str = ""


@value
class CardState:
    """``+CPIN: READY``, ``NOT INSERTED``, ``NOT READY``, …"""

    state: str
    line: str = ""


@value
class Restarted:
    """``RDY``: the module has just booted."""

    line: str = ""


@value
class Started:
    """``SMS Ready`` or ``Call Ready``: the module has booted, perhaps a while ago."""

    line: str = ""


@value
class PoweredDown:
    """``NORMAL POWER DOWN`` and its kin: the module is going off."""

    line: str = ""


@value
class PsmEntered:
    """``+CPSMSTATUS: "ENTER PSM"``: the module sleeps and will not answer."""

    line: str = ""


@value
class PsmLeft:
    """``+CPSMSTATUS: "EXIT PSM"``."""

    line: str = ""


@value
class Unknown:
    """Any other line that came unasked."""

    line: str


Urc: TypeAlias = (
    PacketArrived
    | Overflow
    | Unanswered
    | SocketError
    | BearerUp
    | BearerDown
    | CardState
    | Restarted
    | Started
    | PoweredDown
    | PsmEntered
    | PsmLeft
    | Unknown
)
"""Each has ``line``, the text as it came."""


def read_urc(line: str) -> Urc:
    """Read a line that came unasked; whatever it is, it is something."""
    name, colon, rest = line.partition(":")
    if colon:
        reader = _WITH_VALUES.get(name)
        return (reader(rest.strip(), line) if reader else None) or Unknown(line)
    plain = _PLAIN.get(line.strip().upper())
    return plain(line) if plain else Unknown(line)


def is_known(line: str) -> bool:
    """Whether a line is one that modules say unasked, and so no answer to a command whose answer has no name."""
    name, colon, _ = line.partition(":")
    return name in _NAMES if colon else line.strip().upper() in _PLAIN


def _arrived(rest: str, line: str) -> Urc | None:
    match _numbers(rest):
        case [mid, size, payload_size]:
            return PacketArrived(mid, size, payload_size, line)
        case _:
            return None


def _action(rest: str, line: str) -> Urc | None:
    match _numbers(rest):
        case [1, mid]:
            return Overflow(mid, line)
        case [2, mid]:
            return Unanswered(mid, line)
        case [3, *_]:
            return SocketError(line)
        case _:
            return None


def _bearer(rest: str, line: str) -> Urc | None:
    """``ACTIVE`` as the SIM7000 says it, ``0,ACTIVE`` as the SIM7080 does."""
    before, _, state = rest.rpartition(",")
    index = int(before) if before.isascii() and before.isdecimal() else 0
    match state.strip():
        case "ACTIVE":
            return BearerUp(index, line)
        case "DEACTIVE":
            return BearerDown(index, line)
        case _:
            return None


def _psm(rest: str, line: str) -> Urc | None:
    match rest.strip('" ').upper():
        case "ENTER PSM":
            return PsmEntered(line)
        case "EXIT PSM":
            return PsmLeft(line)
        case _:
            return None


def _numbers(text: str) -> list[int]:
    """The numbers between commas; none at all when anything else is among them."""
    pieces = [piece.strip() for piece in text.split(",")]
    if all(piece.isascii() and piece.isdecimal() and len(piece) < 10 for piece in pieces):
        return [int(piece) for piece in pieces]
    return []


_WITH_VALUES: dict[str, Callable[[str, str], Urc | None]] = {
    "+CCOAPRECV": _arrived,
    "+CCOAPRCV": _arrived,
    "+CCOAPACTION": _action,
    "+APP PDP": _bearer,
    "+CPIN": lambda rest, line: CardState(rest, line),
    "+CPSMSTATUS": _psm,
}

_PLAIN: dict[str, Callable[[str], Urc]] = {
    "RDY": Restarted,
    "SMS READY": Started,
    "CALL READY": Started,
    "NORMAL POWER DOWN": PoweredDown,
    "UNDER-VOLTAGE POWER DOWN": PoweredDown,
    "OVER-VOLTAGE POWER DOWN": PoweredDown,
}

_NAMES = frozenset(
    (
        *_WITH_VALUES,
        *("+CFUN", "+CREG", "+CGREG", "+CEREG", "+CTZV", "+CTZE", "*PSUTTZ", "*PSNWID", "DST", "+CGEV", "+CMTI"),
        *(
            "+CDNSGIP",
            "+SNPING4",
            "+CSQN",
            "+CUSD",
            "+CIEV",
            "+CRING",
            "UNDER-VOLTAGE WARNNING",
            "OVER-VOLTAGE WARNNING",
        ),
    )
)
"""What modules of this family say unasked (SIM7000 AT manual), known to us or not."""
