"""Taking requests from the network (COAP-AN §2.1): the module is a server for as long as it has a CoAP object.

+CCOAPRECV ──► HEAD, READ ──► a code of class 0 ──► Request ──► AT+CCOAPPARA=type,"ACK",mid,<its mid>,code,45,…
"""

from __future__ import annotations

from modemtwin.host.assembling import demand_object
from modemtwin.host.contacting import prepare
from modemtwin.host.errors import BearerLost, Busy, ModemError
from modemtwin.host.knowledge import Knowledge
from modemtwin.host.packet import Packet
from modemtwin.host.response import Received
from modemtwin.host.steps import Acquire, Procedure, Produce, Release, Take
from modemtwin.host.switchboard import Arrival, Item
from modemtwin.host.urcs import BearerDown

__all__ = ["answer", "serve"]


def serve(known: Knowledge) -> Procedure[None]:
    """Produce the requests of peers until it is cancelled.

    :raises Busy: somebody else takes them already.
    """
    if known.board.serving is not None:
        raise Busy("somebody serves on this module already", "one serve() takes every request; tell them apart by path")
    line = known.board.serving = known.board.open(None)
    try:
        yield from prepare(known)
        yield Acquire(known.assembling)
        yield from demand_object(known)
        yield Release(known.assembling)
        while True:
            item: Item = yield Take(line)
            match item:
                case Arrival(received):
                    yield Produce(received)
                case BearerDown():
                    raise BearerLost("serving: the data connection was lost")
                case ModemError():
                    raise item
                case _:
                    pass  # the trouble of an exchange
    finally:
        known.board.close(line)


def answer(request: Received, code: int, payload: bytes, content_format: int | None, max_age: int | None) -> Packet:
    """The packet that answers a request.

    It goes as the ACK of the request's mid; where that has been sent meanwhile, or the request was a NON, the module
    makes of it what can still be sent. The token tells two requests with one mid apart.
    """
    return Packet(code, "ACK", request.mid, request.token or None, content_format, max_age=max_age, payload=payload)
