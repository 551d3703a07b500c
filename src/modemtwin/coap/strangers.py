"""What an address that has not proven to be its sender's may get: three times what came from it, and no more.

    datagram in ──► saved + 3 × (headers + bytes)
    datagram out ◄─ saved - (headers + bytes)          does not fit ──► is not sent
    a request with the Echo that we gave to this address ──► verified: nothing is counted any more

Anybody can put another's address into a datagram; whoever answers large then does the flooding for him (RFC 7252
§11.3). RFC 9175 §2.4 takes the factor 3 and the counting of headers from RFC 9000, and Echo as the proof. Every
datagram counts: retransmissions, empty ACKs, notifications. Our own requests do not: nobody has made us send them.

The loopback is spared, for no datagram with such a source comes from outside (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
"""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from typing import TypeVar

from modemtwin.coap.events import Address, Event, Remark, Transmit
from modemtwin.coap.message import Malformed, Message, decode, encode
from modemtwin.coap.numbers import CON, ECHO, EMPTY, is_request

V = TypeVar("V")

__all__ = ["FACTOR", "Strangers", "headers"]

FACTOR = 3
"""How many times what came may go out (RFC 9175 §2.4, item 3)."""

MOST_SAVED = 4096
"""Bytes that one address may save up, so that nobody saves for a burst: enough to retransmit a small answer often."""

ACCOUNTS = 4096
"""Addresses that are counted for, and again so many that are verified; the oldest makes room, and begins anew."""

_EMPTY_ACK = 4
_ECHO_LENGTH = 8
_SHORTEST_PROOF = 4 + 2 + _ECHO_LENGTH
_HEAD_AND_TOKEN = 4 + 8
_OPTION_HEAD = 5
_ALWAYS_PAID = FACTOR * (42 + 4) - 42
"""What the shortest request pays for, over IPv4."""


def headers(address: Address) -> int:
    """Return the bytes of Ethernet, IP and UDP headers round a datagram (RFC 9175 §2.4, item 3)."""
    return 14 + 40 + 8 if ":" in address[0] else 14 + 20 + 8


class Strangers:
    """The accounts of all addresses. ``key``, up to 32 bytes, is what nobody else knows; it makes the Echo values.

    ``everywhere``: those on the loopback are strangers too.
    """

    __slots__ = ("_everywhere", "_key", "_saved", "_verified")

    def __init__(self, key: bytes, *, everywhere: bool = False) -> None:
        self._key = key
        self._everywhere = everywhere
        self._saved: OrderedDict[Address, int] = OrderedDict()
        self._verified: OrderedDict[Address, None] = OrderedDict()

    def trusts(self, address: Address) -> bool:
        """Say whether nothing is counted for this address: it is verified, or spared."""
        if not self._everywhere and (address[0][:4] == "127." or address[0] == "::1"):
            return True
        return address in self._verified

    def hear(self, data: bytes, source: Address) -> None:
        """Enter a datagram that has come, before it is dealt with; the right Echo in a request verifies its source."""
        if self.trusts(source):
            return
        if len(data) >= _SHORTEST_PROOF and self._is_proven(decode(data), source):
            self._saved.pop(source, None)
            _enter(self._verified, source, None)
            return
        earned = FACTOR * (headers(source) + len(data))
        _enter(self._saved, source, min(self._saved.get(source, 0) + earned, MOST_SAVED))

    def room(self, destination: Address) -> int | None:
        """Return how many bytes a datagram to this address may have now, None for any number."""
        if self.trusts(destination):
            return None
        return max(0, self._saved.get(destination, 0) - headers(destination))

    def room_for_answer(self, request: Message, source: Address, *, registers: bool = False) -> int | None:
        """Return how long an answer may be so that it can be so long each time, whatever was saved up.

        The payload of a request does not count, because questions for further blocks come without one. Who registers
        as an observer gets half of it, for the first notification comes before he says anything more.
        """
        room = self.room(source)
        return None if room is None else min(room, _earned(request, source) // (1 + registers) - headers(source))

    def room_for_notification(self, registration: Message, source: Address) -> int | None:
        """Return how long a notification may be: the first as the answer before it, then as the ACKs to it pay for."""
        room = self.room(source)
        if room is None:
            return None
        first = _earned(registration, source) // 2 - headers(source)
        return min(max(room, first), FACTOR * (headers(source) + _EMPTY_ACK) - headers(source))

    def affords(self, response: Message, destination: Address) -> bool:
        """Say whether any request pays for this answer beyond doubt; False may be wrong, but this is quickly said."""
        length = _HEAD_AND_TOKEN + 1 + len(response.payload)
        for _, value in response.options:
            length += _OPTION_HEAD + len(value)
        return length <= _ALWAYS_PAID and length + headers(destination) <= self._saved.get(destination, 0)

    def echo(self, address: Address) -> tuple[int, bytes]:
        """Return the option that proves an address once it comes back from there (RFC 9175 §2.3)."""
        name = f"{address[0]} {address[1]}".encode()
        return ECHO, hashlib.blake2s(name, key=self._key, digest_size=_ECHO_LENGTH).digest()

    def admitted(self, events: list[Event]) -> list[Event]:
        """Return the events with a remark in place of each datagram that may not be sent; the others are entered."""
        for index, event in enumerate(events):
            if type(event) is Transmit and not self._pays(event):
                events[index] = Remark(
                    f"{len(event.data)} bytes not sent: more than {FACTOR} times what came from this address, "
                    "which has not proven to be the sender's",
                    event.destination,
                )
        return events

    def sizes(self) -> dict[str, int]:
        """Return how many addresses are counted for, and how many are verified."""
        return {"strangers": len(self._saved), "verified": len(self._verified)}

    def _pays(self, event: Transmit) -> bool:
        destination, data = event.destination, event.data
        if _is_of_our_own_accord(data) or self.trusts(destination):
            return True
        left = self._saved.get(destination, 0) - headers(destination) - len(data)
        if left < 0:
            return False
        self._saved[destination] = left
        return True

    def _is_proven(self, message: Message | Malformed, source: Address) -> bool:
        if isinstance(message, Malformed) or not is_request(message.code):
            return False
        value = message.first(ECHO)
        return value is not None and hmac.compare_digest(value, self.echo(source)[1])


def _earned(request: Message, source: Address) -> int:
    """Return what a request without its payload is worth, headers and all."""
    return FACTOR * (headers(source) + len(encode(request._replace(payload=b""))))


def _is_of_our_own_accord(data: bytes) -> bool:
    """Say whether a datagram is a request or a ping of ours."""
    return is_request(data[1]) or (data[1] == EMPTY and data[0] >> 4 & 3 == CON)


def _enter(table: OrderedDict[Address, V], address: Address, value: V) -> None:
    table[address] = value
    table.move_to_end(address)
    if len(table) > ACCOUNTS:
        table.popitem(last=False)
