"""An observation (RFC 7641): registered, notified of every change, and cancelled on the way out.

GET Observe 0 ──► response ──► notification, notification, … ──┬─► no Observe, or an error code: it has ended
                                                               └─► Cancelled: GET Observe 1, same token (RFC 7641 §3.6)
"""

from __future__ import annotations

from dataclasses import replace

from modemtwin.clockwork import Micros, seconds
from modemtwin.host.assembling import Sent, transmit
from modemtwin.host.errors import ModemError, ResetByPeer
from modemtwin.host.exchange import Question, hear, response, send, trouble
from modemtwin.host.knowledge import Knowledge
from modemtwin.host.response import Response
from modemtwin.host.steps import Cancelled, Procedure, Produce, Take
from modemtwin.host.switchboard import Arrival, Item, Line
from modemtwin.host.urcs import Overflow, SocketError, Unanswered

__all__ = ["observe"]

_REGISTER, _DEREGISTER = 0, 1
_HALF = 1 << 23
_STALE_AFTER = seconds(128)
_FAREWELL = seconds(5)


def observe(known: Knowledge, question: Question) -> Procedure[None]:
    """Observe a resource and produce each response; ends when the server ends it."""
    began = known.now
    question = replace(question, packet=question.packet.replace(observe=_REGISTER))
    line = known.board.open(question.packet.token)
    try:
        sent = yield from send(known, question, line)
        first = yield from hear(known, line, question, sent, began)
        if first.received.type == "RST":
            raise ResetByPeer(f"{question.url}: the peer answered with RST", sent.mid)
        yield Produce(response(known, first, question.url, sent, began))
        if _goes_on(first):
            yield from _follow(known, line, question, sent, began, first)
    except Cancelled:
        yield from _say_goodbye(known, line, question)
        raise
    finally:
        known.board.close(line)


def _follow(
    known: Knowledge, line: Line, question: Question, sent: Sent, began: Micros, last: Arrival
) -> Procedure[None]:
    while _goes_on(last):
        item: Item = yield Take(line)
        match item:
            case Arrival(received) if received.type != "RST":
                if not _goes_on(item) or _is_fresher(item, last):
                    last = item
                    yield Produce(_notification(known, item, question.url, sent, began))
            case Arrival() | Overflow() | SocketError():
                pass  # of another exchange: notifications come without being waited for
            case _:
                raise (yield from trouble(known, item, question.url, sent.mid, known.now - began))


def _notification(known: Knowledge, arrival: Arrival, url: str, sent: Sent, began: Micros) -> Response:
    return response(known, arrival, url, sent, began)


def _goes_on(arrival: Arrival) -> bool:
    """Whether more may come: a success with Observe (RFC 7641 §3.2, §4.2)."""
    head = arrival.received.head
    return head.observe is not None and head.code.startswith("2.")


def _is_fresher(new: Arrival, old: Arrival) -> bool:
    """Whether a notification is newer than another and not one that was overtaken (RFC 7641 §3.4)."""
    v1, v2 = old.received.head.observe, new.received.head.observe
    if v1 is None or v2 is None or new.at > old.at + _STALE_AFTER:
        return True
    return 0 < v2 - v1 < _HALF or v1 - v2 > _HALF


def _say_goodbye(known: Knowledge, line: Line, question: Question) -> Procedure[None]:
    """Cancel it at the server; whatever goes wrong, nobody waits for it any more."""
    packet = question.packet.replace(observe=_DEREGISTER)
    try:
        sent = yield from transmit(known, packet, question.place)
        known.board.bind(line, sent.mid)
        until = known.now + _FAREWELL
        while (item := (yield Take(line, until))) is not None:
            if isinstance(item, ModemError | Unanswered | SocketError):
                return
            if isinstance(item, Arrival) and item.received.head.observe is None:
                return
    except ModemError:
        return
