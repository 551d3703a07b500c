"""What a fault can ask of a datagram, and what it can do to one.

matcher(occasion) ──► is_meant(message)          is it one of those that are meant?
changed, answered ──► what arrives instead
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeAlias, assert_never

from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.message import Malformed, Message, decode, encode
from modemtwin.coap.numbers import ACK, CON, EMPTY, NON, RST, TYPES, URI_PATH, is_request
from modemtwin.world.fault.fault import Answer, Change, Corrupt, Delay, Drop, Duplicate, Garble, OnDatagram, Truncate
from modemtwin.world.fault.kinds import codes_of, finder, option_of

__all__ = ["Flights", "Matcher", "answered", "can_answer", "changed", "has_field", "matcher", "turned"]

Matcher: TypeAlias = Callable[[Message | Malformed], bool]

Flights: TypeAlias = list[tuple[Micros, bytes]]
"""What arrives, and how much later than it would have."""

_REPLIES = {"RST": RST, "ACK": ACK}


def matcher(occasion: OnDatagram) -> Matcher:
    """Make the question whether a message is one of those that are meant; what is no CoAP is so if nothing is asked."""
    tests = _tests(occasion)

    def is_meant(message: Message | Malformed) -> bool:
        if isinstance(message, Malformed):
            return not tests
        return all(test(message) for test in tests)

    return is_meant


def _tests(occasion: OnDatagram) -> list[Callable[[Message], bool]]:
    tests: list[Callable[[Message], bool]] = []
    if occasion.type:
        kind = TYPES.index(occasion.type)
        tests.append(lambda message: message.type == kind)
    if occasion.code:
        codes = codes_of(occasion.code)
        tests.append(lambda message: message.code in codes)
    if occasion.mid is not None:
        tests.append(lambda message: message.mid == occasion.mid)
    if occasion.token is not None:
        token = bytes.fromhex(occasion.token)
        tests.append(lambda message: message.token == token)
    if occasion.option:
        number = option_of(occasion.option)
        tests.append(lambda message: any(each == number for each, _ in message.options))
    if occasion.path is not None:
        path = [segment.encode() for segment in occasion.path.strip("/").split("/") if segment]
        tests.append(lambda message: is_request(message.code) and message.values(URI_PATH) == path)
    if occasion.payload is not None:
        is_found = finder(occasion.payload)
        tests.append(lambda message: is_found(message.payload))
    return tests


def changed(act: Change, flights: Flights, random: Random) -> Flights:
    """Give what arrives of a datagram or a line, and how much later, instead of what would have."""
    match act:
        case Drop() | Answer():
            return []
        case Delay(by):
            return [(later + seconds(by), data) for later, data in flights]
        case Duplicate(copies, by):
            return [(later + seconds(by) * copy, data) for later, data in flights for copy in range(copies + 1)]
        case Truncate(length):
            return [(later, data[:length]) for later, data in flights]
        case Corrupt():
            return [(later, turned(act, data, random)) for later, data in flights]
        case Garble():
            return [(later, garbled(data, random)) for later, data in flights]
        case unreachable:
            assert_never(unreachable)


def garbled(data: bytes, random: Random) -> bytes:
    """Turn one bit over, but none of the CR and LF at either end."""
    first = len(data) - len(data.lstrip(b"\r\n"))
    length = len(data.strip(b"\r\n"))
    if not length:
        return data
    bit = int(random.random() * length * 8)
    garbled = bytearray(data)
    garbled[first + (bit >> 3)] ^= 1 << (bit & 7)
    return bytes(garbled)


# ── corruption ────────────────────────────────────────────────────────────────────────────────────────────────────


def turned(act: Corrupt, data: bytes, random: Random) -> bytes:
    """Turn one bit of the field over; the same bytes when there is no such field."""
    first, last = _bits(act.field, data)
    if first >= last:
        return data
    bit = first + int(random.random() * (last - first))
    changed = bytearray(data)
    changed[bit >> 3] ^= 0x80 >> (bit & 7)
    return bytes(changed)


def has_field(field: str, message: Message | Malformed) -> bool:
    """Say whether there is such a field to corrupt."""
    if isinstance(message, Malformed):
        return field in ("any", "version", "type")
    held = {"token": message.token, "options": message.options, "payload": message.payload}
    return bool(held.get(field, True))


def _bits(field: str, data: bytes) -> tuple[int, int]:
    """Say where a field is, in bits from the first: RFC 7252 §3."""
    match field:
        case "any":
            return 0, len(data) * 8
        case "version":
            return 0, 2 if data else 0
        case "type":
            return 2, 4 if data else 0
    message = decode(data)
    if isinstance(message, Malformed):
        return 0, 0
    token_end = 4 + len(message.token)
    payload = len(data) - len(message.payload)
    options_end = payload - 1 if message.payload else payload
    start, end = {
        "code": (1, 2),
        "mid": (2, 4),
        "token": (4, token_end),
        "options": (token_end, options_end),
        "payload": (payload, len(data)),
    }[field]
    return start * 8, end * 8


# ── answers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def can_answer(act: Answer, message: Message | Malformed) -> bool:
    """Say whether a message may be answered so: CON and NON only, by a code only requests (RFC 7252 §4.2, §5.2)."""
    if isinstance(message, Malformed) or message.type not in (CON, NON):
        return False
    return act.reply in _REPLIES or is_request(message.code)


def answered(act: Answer, message: Message, random: Random) -> bytes:
    """Write the answer: with a code piggybacked on the ACK of a CON, as a NON to a NON (RFC 7252 §5.2.1, §5.2.3)."""
    if act.reply in _REPLIES:
        return encode(Message(_REPLIES[act.reply], EMPTY, message.mid))
    (code,) = codes_of(act.reply)
    if message.type == CON:
        return encode(Message(ACK, code, message.mid, message.token))
    return encode(Message(NON, code, random.getrandbits(16), message.token))
