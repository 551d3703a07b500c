"""What a part has to say to the TE, or to a command that waits for it. How it is spelled is not the part's business."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TypeAlias

from modemtwin.modem.doors import Effect, Registration
from modemtwin.value import value


class Happening:
    """What all events have in common: they stay inside the modem."""

    __slots__ = ()


class CardStatus(Enum):
    """What ``+CPIN`` says of the card (TS 27.007 §8.3)."""

    READY = "READY"
    PIN = "SIM PIN"
    PUK = "SIM PUK"
    NOT_READY = "NOT READY"
    NOT_INSERTED = "NOT INSERTED"


@value
class Booted(Happening):
    """The module is up; ``level`` is that of ``+CFUN``."""

    level: int


@value
class CardChanged(Happening):
    """The card is in another state than before."""

    status: CardStatus


@value
class RegistrationShown(Happening):
    """The network's view of the modem has changed; ``moved``: only the place where it is."""

    registration: Registration
    moved: bool = False


@value
class BearerUp(Happening):
    """The bearer on this channel is there."""

    channel: int
    address: str


@value
class BearerDown(Happening):
    """The bearer on this channel is gone, or was not granted. ``asked``: the TE wanted it so."""

    channel: int
    reason: str
    asked: bool = False


@value
class PacketReceived(Happening):
    """A packet lies in the receive queue; sizes in bytes."""

    mid: int
    size: int
    payload: int


@value
class QueueFull(Happening):
    """A packet found no room in the receive queue, whose first packet has this mid."""

    mid: int


@value
class TimedOut(Happening):
    """Nothing came back for the packet with this mid."""

    mid: int


@value
class SocketBroken(Happening):
    """The exchange with this mid ended for want of a socket, a bearer or an address."""

    mid: int


@value
class NameFound(Happening):
    """A host name was looked up; no address means that there is none."""

    name: str
    addresses: tuple[str, ...]
    reason: str


@value
class PingReturned(Happening):
    """An echo request was answered after so many milliseconds, or not at all."""

    sequence: int
    address: str
    milliseconds: int | None


@value
class TimersGranted(Happening):
    """The network's T3412 or T3324 are others than before."""


@value
class CycleGranted(Happening):
    """The network's eDRX cycle or paging window is another than before."""


@value
class PsmEntered(Happening):
    """The module goes to PSM now."""


@value
class PsmLeft(Happening):
    """The module has come out of PSM."""


Event: TypeAlias = (
    Booted
    | CardChanged
    | RegistrationShown
    | BearerUp
    | BearerDown
    | PacketReceived
    | QueueFull
    | TimedOut
    | SocketBroken
    | NameFound
    | PingReturned
    | TimersGranted
    | CycleGranted
    | PsmEntered
    | PsmLeft
)

Emit: TypeAlias = Callable[["Effect | Event"], None]
"""How a part says something: an effect for the world, or an event for the TE."""
