"""One message, to and from the bytes of a datagram: RFC 7252 §3.

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    ┌───┬───┬───────┬───────────────┬───────────────────────────────┐
    │Ver│ T │  TKL  │     Code      │          Message ID           │
    ├───┴───┴───────┴───────────────┴───────────────────────────────┤
    │ Token (TKL bytes), options, and after 0xFF the payload        │
    └───────────────────────────────────────────────────────────────┘

A datagram that breaks this format is a value, ``Malformed``, not an exception: a peer sent it, nobody here erred.
"""

from __future__ import annotations

import struct
from operator import itemgetter
from typing import NamedTuple

from modemtwin.amount import amount
from modemtwin.coap.numbers import ACK, CON, EMPTY, NON, RST, TYPES, dotted, is_request, is_reserved

LARGEST_OPTION = 0xFFFF
"""The highest option number of the registry (RFC 7252 §12.2)."""

LONGEST_VALUE = 269 + 0xFFFF
"""The longest option value that the format can carry, in bytes (RFC 7252 §3.1)."""

_pack_header = struct.Struct(">BBH").pack
_SHORT_HEADS = {
    delta: tuple(bytes((delta << 4 | length,) if delta < 13 else (0xD0 | length, delta - 13)) for length in range(13))
    for delta in range(64)
}
_NOT_EMPTY = frozenset(code for code in range(1, 256) if not is_reserved(code))


class Message(NamedTuple):
    """A CoAP message. ``options`` are (number, value) pairs; an absent payload is empty."""

    type: int = CON
    code: int = EMPTY
    mid: int = 0
    token: bytes = b""
    options: tuple[tuple[int, bytes], ...] = ()
    payload: bytes = b""

    def under(self, mid: int) -> Message:
        """Return the same message with another mid."""
        kind, code, _, token, options, payload = self
        return Message(kind, code, mid, token, options, payload)  # _replace() takes three times as long

    def first(self, number: int) -> bytes | None:
        """Return the value of the first option with this number, or None."""
        for each, value in self.options:
            if each == number:
                return value
        return None

    def values(self, number: int) -> list[bytes]:
        """Return the values of all options with this number, in order."""
        return [value for each, value in self.options if each == number]


class Malformed(NamedTuple):
    """A datagram with a message format error, and what could be read of it.

    ``type`` and ``mid`` are None where not even the header is CoAP's: such a datagram is ignored in silence.
    """

    reason: str
    type: int | None
    mid: int | None


def encode(message: Message) -> bytes:
    """Write a message as the bytes of a datagram; options are sorted by number, equal ones keep their order.

    Raises ValueError, with a sentence, for what the format cannot carry.
    """
    kind, code, mid, token, options, payload = message
    if kind > 3 or len(token) > 8 or code not in _NOT_EMPTY:
        _refuse_header(message)
    try:
        datagram = head = _pack_header(0x40 | kind << 4 | len(token), code, mid) + token
    except struct.error:
        _refuse_header(message)
        raise
    if options:
        # The quick way serves where all are in order, every length fits into its nibble and every delta is short.
        previous = 0
        try:
            for number, value in options:
                datagram += _SHORT_HEADS[number - previous][len(value)] + value
                previous = number
        except LookupError:
            datagram = head + _encode_options(options)
        if previous > LARGEST_OPTION:
            datagram = head + _encode_options(options)
    return datagram + b"\xff" + payload if payload else datagram


def decode(data: bytes) -> Message | Malformed:
    """Read the bytes of a datagram, options in the order they came. Never raises, whatever the bytes are."""
    size = len(data)
    if size < 4:
        return Malformed(f"the datagram has {amount(size, 'byte')}, fewer than a header", None, None)
    head, code = data[0], data[1]
    if head >> 6 != 1:
        return Malformed(f"the version is {head >> 6}, not 1", None, None)
    kind, mid, body = head >> 4 & 3, data[2] << 8 | data[3], 4 + (head & 15)
    reason: str | None = None
    if body > 12:
        reason = f"the token length is {body - 4}, more than 8"
    elif body > size:
        reason = f"the datagram ends within the token, after {size - 4} of {body - 4} bytes"
    elif not code and size > 4:
        reason = "an empty message carries something after its header"
    elif code >= 0xC0 or 0x20 <= code < 0x40:
        reason = f"code {dotted(code)} is of a reserved class"
    elif size == body:
        return Message(kind, code, mid, data[4:])
    else:
        options: list[tuple[int, bytes]] = []
        try:
            position = _read_options(data, body, options)
        except _FormatError as error:
            reason = str(error)
        except IndexError:
            reason = "the datagram ends within the head of an option"
        else:
            return Message(kind, code, mid, data[4:body], tuple(options), data[position:])
    return Malformed(reason, kind, mid)


def fault(message: Message) -> str | None:
    """Say in a sentence why nobody may send this message (RFC 7252 §4.3, Table 1), or None when it may go."""
    kind, code = message.type, message.code
    if (reason := _header_fault(message)) is not None:
        return reason
    if kind in (ACK, RST) and is_request(code):
        return f"a request cannot travel in an {TYPES[kind]}: send it as CON or NON"
    if kind == RST and code != EMPTY:
        return f"an RST is always empty, so it cannot carry {dotted(code)}"
    if kind == NON and code == EMPTY:
        return "an empty message cannot be NON: send it as CON (a ping), ACK or RST"
    return None


def uint(number: int) -> bytes:
    """Write a number as an option value: big-endian, as short as it goes, 0 as nothing (RFC 7252 §3.2)."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def number(value: bytes) -> int:
    """Read an option value of format uint; leading zeros are allowed (RFC 7252 §3.2)."""
    return int.from_bytes(value, "big")


class _FormatError(Exception):
    """A message format error among the options; never leaves this module."""


def _header_fault(message: Message) -> str | None:
    kind, code, mid, token, options, payload = message
    if not 0 <= kind <= 3:
        return f"there is no message type {kind}: take 0 to 3, {', '.join(TYPES)}"
    if not 0 <= code <= 0xFF:
        return f"code {code} does not fit into a byte"
    if is_reserved(code):
        return f"code {dotted(code)} is neither a method nor a response: its class is reserved"
    if not 0 <= mid <= 0xFFFF:
        return f"message ID {mid} does not fit into 16 bits: take 0 to 65535"
    if len(token) > 8:
        return f"a token has at most 8 bytes, not {len(token)}"
    if code == EMPTY and (token or options or payload):
        return "an empty message carries neither token nor options nor payload"
    return None


def _refuse_header(message: Message) -> None:
    if (reason := _header_fault(message)) is not None:
        raise ValueError(reason)


def _encode_options(options: tuple[tuple[int, bytes], ...]) -> bytes:
    data = bytearray()
    previous = 0
    for number, value in sorted(options, key=itemgetter(0)):
        if not 0 <= number <= LARGEST_OPTION:
            raise ValueError(f"there is no option {number}: option numbers run from 0 to {LARGEST_OPTION}")
        if len(value) > LONGEST_VALUE:
            raise ValueError(f"option {number} has {len(value)} bytes, more than the {LONGEST_VALUE} that fit")
        delta, delta_rest = _stretched(number - previous)
        length, length_rest = _stretched(len(value))
        data.append(delta << 4 | length)
        data += delta_rest + length_rest + value
        previous = number
    return bytes(data)


def _stretched(value: int) -> tuple[int, bytes]:
    """Split a delta or a length into its nibble and the bytes that follow (RFC 7252 §3.1)."""
    if value < 13:
        return value, b""
    if value < 269:
        return 13, bytes((value - 13,))
    return 14, (value - 269).to_bytes(2, "big")


def _read_options(data: bytes, position: int, options: list[tuple[int, bytes]]) -> int:
    """Append the options that begin at ``position`` and return where the payload begins, the end if there is none.

    Raises IndexError where the head of an option is cut off.
    """
    size = len(data)
    number = 0
    while position < size:
        head = data[position]
        position += 1
        delta, length = head >> 4, head & 15
        if delta > 12 or length > 12:
            if head == 0xFF:
                if position == size:
                    raise _FormatError("there is a payload marker but no payload")
                break
            delta, position = _stretch(data, position, delta, "delta")
            length, position = _stretch(data, position, length, "length")
        number += delta
        end = position + length
        if end > size:
            raise _FormatError(f"the datagram ends within option {number}, after {size - position} of {length} bytes")
        options.append((number, data[position:end]))
        position = end
    if number > LARGEST_OPTION:
        # Silent; we take the registry's 16 bits (RFC 7252 §12.2) for the end of all option numbers.
        raise _FormatError(f"option number {number} is above {LARGEST_OPTION}")
    return position


def _stretch(data: bytes, position: int, nibble: int, what: str) -> tuple[int, int]:
    """Complete a delta or a length with the bytes at ``position``; return it and where reading goes on."""
    if nibble < 13:
        return nibble, position
    if nibble == 13:
        return data[position] + 13, position + 1
    if nibble == 14:
        return (data[position] << 8 | data[position + 1]) + 269, position + 2
    raise _FormatError(f"the option {what} is 15, which is reserved for the payload marker")
