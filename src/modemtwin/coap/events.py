"""What the endpoint tells: one small class for each thing that can happen.

They are values, to be compared whole; they are not frozen only because making a frozen one takes three times as long.
An address is what a socket calls one: ``(host, port)``, the host an IP address in text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from modemtwin.coap.message import Message

Address: TypeAlias = tuple[str, int]


@dataclass(slots=True)
class Transmit:
    """Send this datagram now."""

    destination: Address
    data: bytes


@dataclass(slots=True)
class Response:
    """``message`` answers ``request``, which was ours: piggybacked or separate. ``datagram`` is how it came."""

    message: Message
    datagram: bytes
    source: Address
    request: Message


@dataclass(slots=True)
class Notification:
    """``message`` is one more answer to ``request``, which stands: the state of what we observe (RFC 7641 §3.2)."""

    message: Message
    datagram: bytes
    source: Address
    request: Message


@dataclass(slots=True)
class Request:
    """A peer asks something of us and waits for an answer; ``multicast`` if it asked a whole group (RFC 7252 §8)."""

    message: Message
    datagram: bytes
    source: Address
    multicast: bool = False


@dataclass(slots=True)
class Reset:
    """A peer rejected ``sent``, a CON or NON of ours, with an RST; for a ping this is the pong (RFC 7252 §4.3)."""

    message: Message
    datagram: bytes
    source: Address
    sent: Message


@dataclass(slots=True)
class Acknowledged:
    """The empty ACK to this CON of ours arrived: no more retransmissions. A request still waits for its response."""

    mid: int
    destination: Address


@dataclass(slots=True)
class GivenUp:
    """Nothing more is expected of this message of ours; ``reason`` says in words what never came."""

    message: Message
    destination: Address
    reason: str


@dataclass(slots=True)
class Broken:
    """The bodies of this request of ours could not be carried to the end (RFC 7959); ``reason`` says why, in words."""

    request: Message
    destination: Address
    reason: str


@dataclass(slots=True)
class Withheld:
    """There was no room for this message, so it counts as lost on the way."""

    message: Message
    source: Address


@dataclass(slots=True)
class Ignored:
    """A datagram was rejected or ignored; ``reason`` says why, in words, for the journal."""

    reason: str
    source: Address


@dataclass(slots=True)
class Remark:
    """Something about what the owner asked of a peer that he may not have meant, in words, for the journal."""

    reason: str
    peer: Address


@dataclass(slots=True)
class Waiting:
    """NSTART: the CON with ``mid`` waits until the one with mid ``behind`` is through (RFC 7252 §4.7)."""

    mid: int
    destination: Address
    behind: int


Event: TypeAlias = (
    Transmit
    | Response
    | Notification
    | Request
    | Reset
    | Acknowledged
    | GivenUp
    | Broken
    | Withheld
    | Ignored
    | Remark
    | Waiting
)
