"""What comes from outside goes to the part that it concerns: from the card, the network, the socket.

card ──► card      cell ──► radio, bearer, power saving      socket, names, pings ──► CoAP object, who asked
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

from modemtwin.clockwork import Micros
from modemtwin.modem.doors import (
    AreaAccepted,
    BearerGranted,
    BearerLost,
    CardInserted,
    CardRemoved,
    ConnectionChanged,
    DatagramRx,
    Paged,
    Pinged,
    RegistrationChanged,
    Resolved,
    SignalChanged,
    SocketFailed,
    SocketOpened,
)
from modemtwin.modem.parts.events import PingReturned
from modemtwin.modem.parts.parts import Parts

__all__ = ["Arrival", "arrive"]

Arrival: TypeAlias = (
    DatagramRx
    | SocketOpened
    | SocketFailed
    | Resolved
    | Pinged
    | SignalChanged
    | RegistrationChanged
    | BearerGranted
    | BearerLost
    | CardInserted
    | CardRemoved
    | AreaAccepted
    | ConnectionChanged
    | Paged
)


def arrive(stimulus: Arrival, parts: Parts, now: Micros) -> None:
    """Tell the part."""
    match stimulus:
        case DatagramRx():
            parts.datagram(stimulus.source, stimulus.data, now)
        case SocketOpened(port):
            parts.socket_opened(port, now)
        case SocketFailed(reason, peer):
            parts.socket_failed(reason, peer)
        case Resolved(name, addresses, reason):
            parts.resolved(name, addresses, reason, now)
        case Pinged(sequence, address, milliseconds):
            parts.emit(PingReturned(sequence, address, milliseconds))
        case SignalChanged():
            parts.radio.sense(stimulus)
        case RegistrationChanged():
            parts.hear(stimulus, now)
        case BearerGranted(cid, address):
            parts.bearer.granted(cid, address)
        case BearerLost(cid, reason):
            parts.bearer_lost(cid, reason, now)
        case CardInserted(card):
            parts.card.insert(card)
        case CardRemoved():
            parts.card.remove()
        case AreaAccepted():
            parts.power_saving.accepted(stimulus)
        case ConnectionChanged(connected):
            parts.power_saving.connection(connected=connected, now=now)
        case Paged(waiting, waited, lost):
            parts.power_saving.paged(waiting, waited, lost)
        case unreachable:
            assert_never(unreachable)
