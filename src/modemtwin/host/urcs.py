"""What a module says unasked, as values; one that the driver does not know is ``Unknown`` and loses nothing."""

from __future__ import annotations

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
