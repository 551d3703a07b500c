"""Reading packets out of the module's queue, in the order in which it told of them (COAP-AN §3.4 to §3.6).

    +CCOAPRECV: 1,14,9 ──► AT+CCOAPHEAD=1,1 ──► AT+CCOAPREAD=1 ──► switchboard

Two packets may share a mid; HEAD and READ take the oldest that was not read, so one after the other is right. READ
frees the place of the packet, also of one without payload.
"""

from __future__ import annotations

from modemtwin.host import commands
from modemtwin.host.errors import Rejected, Unreadable
from modemtwin.host.knowledge import Knowledge
from modemtwin.host.response import Received
from modemtwin.host.steps import Procedure, Unclaimed, ask
from modemtwin.host.switchboard import Arrival
from modemtwin.host.urcs import PacketArrived

__all__ = ["collect"]


def collect(known: Knowledge) -> Procedure[bool]:
    """Read what was announced; then, when asked to, see whether more is there.

    True when the module refuses to say what is there: it may have no CoAP object any more.
    """
    refused = False
    while known.arrived or known.check_queue:
        if known.arrived:
            urc, at = known.arrived.popleft()
            arrival = yield from _read(known, urc, at)
            if arrival is not None and not known.board.deliver(arrival):
                yield Unclaimed(arrival.received)
        else:
            known.check_queue = False
            refused = yield from _look(known)
    return refused


def _read(known: Knowledge, urc: PacketArrived, at: int) -> Procedure[Arrival | None]:
    try:
        head = yield from ask(commands.head(urc.mid))
        payload = yield from ask(commands.read(urc.mid))
    except Rejected:
        return None  # it is gone: another hand cleared the queue, or it was announced twice
    except Unreadable as error:
        known.board.announce(error)
        return None
    return Arrival(Received(head, payload, urc.size), at)


def _look(known: Knowledge) -> Procedure[bool]:
    """Ask for what nobody heard of: its URC was lost, or came before we did. True when the module refuses to tell."""
    try:
        count, mid = yield from ask(commands.QUEUE)
    except Rejected:
        return True
    except Unreadable:
        return False
    if count and not known.arrived:
        known.arrived.append((PacketArrived(mid, 0, 0), known.now))
        known.check_queue = count > 1
    return False
