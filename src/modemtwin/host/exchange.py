"""One request and its response; a ping; one question to many (COAP-AN §5).

transmit ──► +CCOAPACTION: 0,<mid> ──► +CCOAPRECV … ──► Response
                                   ├─► +CCOAPACTION: 2,<mid> ──► NoAnswer
                                   ├─► +CCOAPACTION: 3       ──► SocketFailed, or BearerLost when it is down
                                   ├─► +APP PDP: DEACTIVE    ──► BearerLost
                                   └─► RST                   ──► ResetByPeer
"""

from __future__ import annotations

from typing import assert_never

from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.coap import uri
from modemtwin.host import commands
from modemtwin.host.assembling import Sent, transmit
from modemtwin.host.errors import BearerLost, ModemError, NoAnswer, QueueFull, ResetByPeer, SocketFailed
from modemtwin.host.knowledge import Knowledge
from modemtwin.host.packet import Packet
from modemtwin.host.response import Received, Response, Timing
from modemtwin.host.steps import Collect, Limit, Procedure, Take, Tell, ask
from modemtwin.host.switchboard import Arrival, Item, Line
from modemtwin.host.urcs import BearerDown, Overflow, SocketError, Unanswered
from modemtwin.value import value

__all__ = ["Question", "gather", "hear", "ping", "request", "respond", "send"]

_LONGEST = seconds(300)
"""When the module itself gives no exchange up: EXCHANGE_LIFETIME is 247 s (RFC 7252 §4.8.2)."""

_LAST_LOOK = seconds(2)
"""So long before the deadline, or for the last quarter of a short one, the queue is looked into."""

_LEISURE = seconds(6)
"""DEFAULT_LEISURE is 5 s (RFC 7252 §8.2); a little more for the way."""


@value
class Question:
    """What is to be sent where. ``url`` as the caller wrote it, ``place`` taken apart; ``deadline`` in seconds."""

    packet: Packet
    url: str
    place: uri.CoapUrl
    deadline: float | None = None
    told: bool = False


def send(known: Knowledge, question: Question, line: Line) -> Procedure[Sent]:
    """Send a packet within its deadline; a line hears what comes of it."""
    if question.deadline is not None:
        yield Limit(known.now + seconds(question.deadline), question.url, question.deadline)
    sent = yield from transmit(known, question.packet, question.place)
    yield Limit(None)  # from now on there is more to say than that it is over
    known.board.bind(line, sent.mid)
    return sent


def request(known: Knowledge, question: Question) -> Procedure[Response]:
    """Send a request and wait for its response."""
    began = known.now
    line = known.board.open(question.packet.token)
    try:
        sent = yield from send(known, question, line)
        if question.told:
            yield Tell(f"sent with mid {sent.mid}; waiting for the answer")
        arrival = yield from hear(known, line, question, sent, began)
        if arrival.received.type == "RST":
            raise ResetByPeer(f"{question.url}: the peer answered with RST", sent.mid)
        return response(known, arrival, question.url, sent, began)
    finally:
        known.board.close(line)


def response(known: Knowledge, arrival: Arrival, url: str, sent: Sent, began: Micros) -> Response:
    """A packet as the answer to a request that began at a moment."""
    received = arrival.received
    times = (sent.typed, sent.sent, max(arrival.at, sent.sent), known.now)
    timing = Timing(*((moment - began) / MICROSECONDS for moment in times))
    return Response(received.head, received.payload, received.size, url, sent.mid, timing)


def hear(known: Knowledge, line: Line, question: Question, sent: Sent, began: Micros) -> Procedure[Arrival]:
    """Wait at a line for a packet, which may be an RST.

    :raises ModemError: for whatever else comes, or when nothing does until the deadline.
    """
    span = _LONGEST if question.deadline is None else seconds(question.deadline)
    overflown = False
    end = began + span
    look = end - min(_LAST_LOOK, span // 4)
    for limit in (look, end):
        while True:
            item: Item | None = yield Take(line, limit)
            match item:
                case None:
                    break
                case Overflow():
                    overflown = True
                case Arrival():
                    return item
                case _:
                    raise (yield from trouble(known, item, question.url, sent.mid, known.now - began))
        if limit is look:
            yield Collect()  # perhaps the URC of the answer was lost: the queue knows
    if overflown:
        raise QueueFull(f"{question.url}: the module's receive queue was full, and the answer did not come")
    raise NoAnswer(question.url, span / MICROSECONDS, sent.mid, "the deadline has passed")


def trouble(known: Knowledge, item: Item, url: str, mid: int, waited: Micros) -> Procedure[ModemError]:
    """What an item that is no answer means for whoever waits for one."""
    match item:
        case Unanswered():
            return NoAnswer(url, round(waited / MICROSECONDS, 1), mid, "the module has given up (+CCOAPACTION: 2)")
        case BearerDown():
            return BearerLost(f"{url}: the data connection was lost before the answer came")
        case SocketError():
            status, _ = yield from ask(commands.BEARER)
            if status == 1:
                return SocketFailed(f"{url}: the module's CoAP socket reported an error (+CCOAPACTION: 3)")
            known.bearer = False
            return BearerLost(f"{url}: the data connection was lost before the answer came")
        case ModemError():
            return item
        case Arrival() | Overflow():
            raise AssertionError("these are no trouble")
        case unreachable:
            assert_never(unreachable)


def ping(known: Knowledge, question: Question) -> Procedure[float]:
    """Send an empty CON and wait for its RST (RFC 7252 §4.3); seconds from sending to hearing of it."""
    began = known.now
    line = known.board.open(None)
    try:
        sent = yield from send(known, question, line)
        arrival = yield from hear(known, line, question, sent, began)
        return max(0, arrival.at - sent.sent) / MICROSECONDS
    finally:
        known.board.close(line)


def gather(known: Knowledge, question: Question) -> Procedure[list[Received]]:
    """Send a NON to many and give all that answer within the deadline (RFC 7252 §8.2)."""
    line = known.board.open(question.packet.token)
    answers: list[Received] = []
    began = known.now
    try:
        sent = yield from send(known, question, line)
        until = sent.sent + _LEISURE if question.deadline is None else began + seconds(question.deadline)
        while (item := (yield Take(line, until))) is not None:
            match item:
                case Arrival(received) if received.type != "RST":
                    answers.append(received)
                case Overflow() | Unanswered() | Arrival():
                    pass  # who does not answer is not there
                case _:
                    raise (yield from trouble(known, item, question.url, sent.mid, 0))
        return answers
    finally:
        known.board.close(line)


def respond(known: Knowledge, packet: Packet) -> Procedure[int]:
    """Answer a request of a peer; the module knows where to. The mid under which the answer went out."""
    return (yield from transmit(known, packet, None)).mid
