"""Values as a script writes them: bytes, numbers, and what is taken from datagrams that came before.

    8a21   "12:00"   41*200   ..      Literal      bytes; None among them is any byte
    first.token   first.etag          Reference    a field of a captured datagram
    77   first.mid+1   1000+i         Number       a sum
    i/1/64                            Block        number, more, size (RFC 7959 §2.2)
    *   none                          Presence     there, whatever it is; not there

They are read once, and mean something only in a ``Scope``: that of the running script.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from modemtwin.coap.message import Malformed, Message, decode, number, uint
from modemtwin.coap.numbers import OPTIONS
from modemtwin.modem.doors import Address
from modemtwin.world.schema import nearest

__all__ = [
    "COUNTER",
    "DATAGRAM",
    "Block",
    "Captured",
    "Literal",
    "Names",
    "Number",
    "Presence",
    "Reference",
    "Scope",
    "Value",
    "as_bytes",
    "as_number",
    "fits",
    "option_number",
    "read_bytes",
    "read_number",
    "read_option",
    "read_piece",
    "written",
]

LONGEST = 65_507
"""The longest payload of a UDP datagram over IPv4, in bytes."""

OPTION_NUMBERS: dict[str, int] = {option.name.lower(): option.number for option in OPTIONS.values()}
"""Option names as scripts spell them."""


class Captured(NamedTuple):
    """A datagram that came; ``message`` is None when it is no CoAP."""

    data: bytes
    source: Address
    message: Message | None

    @classmethod
    def of(cls, data: bytes, source: Address) -> Captured:
        """Decode a datagram, if it can be."""
        message = decode(data)
        return cls(data, source, None if isinstance(message, Malformed) else message)


@dataclass(slots=True)
class Scope:
    """What a running script knows: datagrams by name, and the counters of its repeats."""

    datagrams: dict[str, Captured] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)


class Literal(NamedTuple):
    """Bytes; None is any byte."""

    pattern: tuple[int | None, ...]


class Reference(NamedTuple):
    """A field of a captured datagram: ``mid``, ``token``, ``payload``, an option's number, or "" for all its bytes."""

    name: str
    field: str | int


class Number(NamedTuple):
    """A sum of terms, each with its sign: numbers, references to fields, names of counters."""

    terms: tuple[tuple[int, int | Reference | str], ...]


class Block(NamedTuple):
    """The value of a Block option (RFC 7959 §2.2); ``exponent`` is SZX."""

    number: Number
    more: Number
    exponent: int


class Presence(NamedTuple):
    """Not which value, only whether there is one."""

    there: bool


Names: TypeAlias = Mapping[str, str]
"""The names that a line of a script may use: DATAGRAM or COUNTER for each."""

DATAGRAM, COUNTER = "datagram", "counter"

Value: TypeAlias = Literal | Reference | Number | Block | Presence

_FIELDS = sorted(("mid", "token", "payload", *OPTION_NUMBERS), key=len, reverse=True)
_NAME = r"[A-Za-z][A-Za-z0-9_]*"
_FIELD = rf"(?:{'|'.join(_FIELDS)}|option-[0-9]+)"
_TERM = rf"(?:0x[0-9a-fA-F]+|[0-9]+|{_NAME}\.{_FIELD}|{_NAME})"
_SUM = re.compile(rf"{_TERM}(?:[+-]{_TERM})*")
_TERMS = re.compile(rf"([+-]?)({_TERM})")
_REFERENCE = re.compile(rf"({_NAME})\.({_FIELD})")
_DOTTED = re.compile(rf"({_NAME})\.([A-Za-z][A-Za-z0-9-]*)")
_REPEATED = re.compile(r'("(?:[^"\\]|\\.)*"|(?:[0-9A-Fa-f]{2}|\.\.)*)(?:\*([0-9]+))?')
_BLOCK = re.compile(r"([^/]+)/([^/]+)/([0-9]+)")
_ESCAPE = re.compile(r'\\(?:x([0-9A-Fa-f]{2})|([rnt\\"]))|\\')
_ESCAPED = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\", '"': b'"'}
_SIZES = {16 << exponent: exponent for exponent in range(8)}


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def option_number(name: str) -> int:
    """Say which option is meant: by name, or ``option-65001``; ValueError names the nearest."""
    found = re.fullmatch(r"option-([0-9]{1,5})", name.lower())
    if found is not None and int(found[1]) <= 0xFFFF:
        return int(found[1])
    if name.lower() in OPTION_NUMBERS:
        return OPTION_NUMBERS[name.lower()]
    known = [*OPTION_NUMBERS, "mid", "token", "payload"]
    raise ValueError(f'there is no field "{name}"{nearest(name.lower(), known) or "; write option-N for any other"}')


def read_number(text: str, names: Names) -> Number:
    """Read a sum; ``names`` are those that the script knows here."""
    if _SUM.fullmatch(text) is None:
        raise _bad_field(text, names) or ValueError(f'"{text}" is no number, and no sum of numbers and first.mid')
    terms = _TERMS.findall(text)
    return Number(tuple((-1 if sign == "-" else 1, _term(term, names)) for sign, term in terms))


def read_bytes(text: str, names: Names) -> Literal | Reference | Presence:
    """Read the value of a token, a payload or an opaque option."""
    if text in ("*", "none"):
        return Presence(text == "*")
    if (found := _REFERENCE.fullmatch(text)) is not None:
        return _reference(found[1], found[2], names)
    return _literal(text, names)


def read_piece(text: str, names: Names) -> Literal | Reference | Number:
    """Read one word of a line of bytes: hex, text in quotes, a whole datagram, a field, or a number of two bytes."""
    if (found := _REFERENCE.fullmatch(text)) is not None:
        return _reference(found[1], found[2], names)
    if names.get(text) == DATAGRAM:
        return Reference(text, "")
    if _REPEATED.fullmatch(text) is None and _SUM.fullmatch(text) is not None and not text.isdigit():
        return read_number(text, names)
    return _literal(text, names)


def read_option(option: int, text: str, names: Names) -> Value:
    """Read the value of an option, by the option's format (RFC 7252 §3.2)."""
    kind = OPTIONS[option].format if option in OPTIONS else "opaque"
    if text in ("*", "none") or text.startswith('"') or kind in ("opaque", "empty"):
        return read_bytes(text, names)
    if (found := _REFERENCE.fullmatch(text)) is not None and (kind == "uint" or found[1] in names):
        return _reference(found[1], found[2], names)
    if kind == "string":
        return Literal(tuple(text.encode()))
    if text.startswith("0x"):
        return _literal(text[2:], names)
    if OPTIONS[option].name.startswith("Block") and (block := _BLOCK.fullmatch(text)) is not None:
        return _block(block[1], block[2], block[3], names)
    return read_number(text, names)


def _block(count: str, more: str, size: str, names: Names) -> Block:
    if int(size) not in _SIZES:
        raise ValueError(f"{size} is no block size: there are {', '.join(map(str, _SIZES))}")
    return Block(read_number(count, names), read_number(more, names), _SIZES[int(size)])


def _literal(text: str, names: Names) -> Literal:
    found = _REPEATED.fullmatch(text)
    if found is None:
        raise _bad_field(text, names) or ValueError(f"{text} is neither hex bytes, nor text in quotes, nor a name")
    pattern = _unquoted(found[1]) if found[1].startswith('"') else _unhexed(found[1])
    times = int((found[2] or "1")[:6])
    if len(pattern) * times > LONGEST:
        raise ValueError(f"{len(pattern) * times} bytes do not fit into a datagram")
    return Literal(pattern * times)


def _unhexed(text: str) -> tuple[int | None, ...]:
    pairs = (text[place : place + 2] for place in range(0, len(text), 2))
    return tuple(None if pair == ".." else int(pair, 16) for pair in pairs)


def _unquoted(text: str) -> tuple[int, ...]:
    data, place, text = b"", 0, text[1:-1]
    for found in _ESCAPE.finditer(text):
        data += text[place : found.start()].encode()
        data += bytes([int(found[1], 16)]) if found[1] else _ESCAPED.get(found[2], b"\\")
        place = found.end()
    return tuple(data + text[place:].encode())


def _term(text: str, names: Names) -> int | Reference | str:
    if text[0].isdigit():
        if len(text) > 12:
            raise ValueError(f"{text[:12]}… is too large a number")
        return int(text, 16 if text.startswith("0x") else 10)
    name, dot, of = text.partition(".")
    if dot:
        reference = _reference(name, of, names)
        if reference.field in ("token", "payload"):
            raise ValueError(f"{text} is no number")
        return reference
    _known(name, COUNTER, names)
    return name


def _reference(name: str, of: str, names: Names) -> Reference:
    _known(name, DATAGRAM, names)
    return Reference(name, of if of in ("mid", "token", "payload") else option_number(of))


def _known(name: str, kind: str, names: Names) -> None:
    if name not in names:
        raise ValueError(f'no line before this one says "as {name}"{nearest(name, sorted(names))}')
    if names[name] != kind:
        raise ValueError(f"{name} is a {names[name]}{f': write {name}.mid' if kind == COUNTER else ', not a datagram'}")


def _bad_field(text: str, names: Names) -> ValueError | None:
    """What is wrong with ``first.mdi``, where it is that."""
    found = _DOTTED.fullmatch(text)
    if found is None or found[1] not in names:
        return None
    try:
        option_number(found[2])
    except ValueError as error:
        return error
    return None


# ── meaning ───────────────────────────────────────────────────────────────────────────────────────────────────────


def as_number(value: Number, scope: Scope) -> int:
    """Add up; ValueError when a datagram lacks the field."""
    return sum(sign * _term_of(term, scope) for sign, term in value.terms)


def as_bytes(value: Value, scope: Scope) -> bytes:
    """What to send; a number is a uint as short as it goes (RFC 7252 §3.2)."""
    match value:
        case Literal(pattern):
            return bytes(byte or 0 for byte in pattern)
        case Reference():
            return _field(value, scope)
        case Number() | Block():
            total = _total(value, scope)
            if total < 0:
                raise ValueError(f"{total} is below 0")
            return uint(total)
        case Presence():
            return b""


def fits(value: Value, data: bytes, scope: Scope) -> bool:
    """Say whether the bytes of a field are as the script wants them; numbers may have leading zeros."""
    match value:
        case Literal(pattern):
            pairs = zip(pattern, data, strict=False)
            return len(pattern) == len(data) and all(one is None or one == other for one, other in pairs)
        case Reference():
            return _field(value, scope) == data
        case Number() | Block():
            return _total(value, scope) == number(data)
        case Presence(there):
            return bool(data) == there


def written(value: Value, scope: Scope) -> str:
    """Show what a value means now, for a person."""
    match value:
        case Literal(pattern):
            return "".join(".." if byte is None else f"{byte:02x}" for byte in pattern) or "nothing"
        case Reference():
            return _field(value, scope).hex() or "nothing"
        case Number():
            return str(as_number(value, scope))
        case Block(count, more, exponent):
            return f"{as_number(count, scope)}/{as_number(more, scope)}/{16 << exponent}"
        case Presence(there):
            return "something" if there else "nothing"


def _total(value: Number | Block, scope: Scope) -> int:
    if isinstance(value, Number):
        return as_number(value, scope)
    return as_number(value.number, scope) << 4 | as_number(value.more, scope) << 3 | value.exponent


def _term_of(term: int | Reference | str, scope: Scope) -> int:
    match term:
        case Reference():
            return number(_field(term, scope))
        case str():
            return scope.counters[term]
        case _:
            return term


def _field(reference: Reference, scope: Scope) -> bytes:
    name, of = reference
    if name not in scope.datagrams:
        raise ValueError(f'"{name}" is no datagram that has come')
    data, _, message = scope.datagrams[name]
    if of == "":
        return data
    if of == "mid" and len(data) >= 4:
        return data[2:4]
    if message is None:
        raise ValueError(f"{name} is no CoAP message, so it has no {of}")
    if isinstance(of, int):
        value = message.first(of)
        if value is None:
            raise ValueError(f"{name} has no {OPTIONS[of].name if of in OPTIONS else f'option {of}'}")
        return value
    return message.token if of == "token" else message.payload
