"""Datagrams as a script writes them: what ``send`` sends, and what ``expect`` compares with.

    words of a line ──► Bytes    literal, with references and unknown bytes
                   └──► Fields   type, code, mid, token, options, payload; in a pattern what is not named does not count

Whatever is wrong with the words is told, not only the first of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from modemtwin.amount import amount
from modemtwin.coap import numbers
from modemtwin.coap.message import Malformed, Message, decode, encode
from modemtwin.coap.numbers import CODES, OPTIONS, TYPES, URI_PATH, URI_QUERY, dotted
from modemtwin.world.schema import nearest
from modemtwin.world.script.value import (
    OPTION_NUMBERS,
    Literal,
    Names,
    Number,
    Presence,
    Reference,
    Scope,
    Value,
    as_bytes,
    as_number,
    fits,
    option_number,
    read_bytes,
    read_number,
    read_option,
    read_piece,
    written,
)

__all__ = ["KEYWORDS", "Bytes", "Datagram", "Fields", "compose", "faults", "read_draft", "read_pattern"]

_METHODS = {name.upper(): code for code, name in CODES.items() if code < 0x20} | {"EMPTY": numbers.EMPTY}
_CODE = re.compile(r"([0-7])\.([0-3][0-9])")
_SHORT_CODE = re.compile(r"([0-7])\.(\d)")

KEYWORDS = (*TYPES, *(CODES[code] for code in sorted(_METHODS.values()) if code), "empty", "any", "bytes")
"""The words that stand for themselves in a datagram."""

_KNOWN = (
    *KEYWORDS,
    *(word.lower() for word in KEYWORDS),
    *("as", "at", "from", "to", "within"),
    *(f"{name}=" for name in ("mid", "token", "payload", *OPTION_NUMBERS)),
)


@dataclass(frozen=True, slots=True)
class Bytes:
    """Literal bytes, piece by piece; a number is two bytes."""

    pieces: tuple[Literal | Reference | Number, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields of a message; None: not named. ``options`` are in the order of the line."""

    type: int | None = None
    code: int | None = None
    mid: Number | None = None
    token: Value | None = None
    options: tuple[tuple[int, Value], ...] = ()
    payload: Value | None = None


Datagram: TypeAlias = Bytes | Fields


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def read_pattern(words: list[str], names: Names) -> Datagram:
    """Read what to expect; ValueError with a line for each mistake."""
    if not words:
        raise ValueError("say what to expect: type, code, mid, token, options, payload, or any")
    if [word.lower() for word in words] == ["any"]:
        return Fields()
    return _read_datagram(words, names)


def read_draft(words: list[str], names: Names) -> Datagram:
    """Read what to send; ValueError with a line for each mistake."""
    if not words:
        raise ValueError("say what to send: type, code and mid at least, or bytes and the bytes")
    draft = _read_datagram(words, names)
    if isinstance(draft, Bytes):
        unknown = any(isinstance(piece, Literal) and None in piece.pattern for piece in draft.pieces)
        mistakes = ["what is sent has no unknown bytes: write them instead of .."] if unknown else []
    else:
        mistakes = list(_missing(draft))
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return draft


def _read_datagram(words: list[str], names: Names) -> Datagram:
    mistakes: list[str] = []
    pieces: list[Literal | Reference | Number] = []
    fields = Fields()
    literal = words[0].lower() == "bytes"
    for word in words[1:] if literal else words:
        try:
            if literal:
                pieces.append(read_piece(word, names))
            else:
                fields = _add(fields, word, names)
        except ValueError as error:
            mistakes.append(str(error))
    if words[-1].lower() == "bytes":
        mistakes.append("say which bytes: hex, text in quotes, first.mid, first")
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return Bytes(tuple(pieces)) if literal else fields


def _add(fields: Fields, word: str, names: Names) -> Fields:
    """Take one word in."""
    key, equals, text = word.partition("=")
    if word.startswith("/"):
        return _once(fields, options=(*fields.options, *_location(word)))
    if equals and not key.startswith('"'):
        return _add_value(fields, key, text, names)
    if word.upper() in TYPES:
        return _once(fields, type=TYPES.index(word.upper()))
    if word.upper() in _METHODS:
        return _once(fields, code=_METHODS[word.upper()])
    if (found := _CODE.fullmatch(word)) is not None and int(found[2]) < 32:
        return _once(fields, code=int(found[1]) << 5 | int(found[2]))
    if (found := _SHORT_CODE.fullmatch(word)) is not None:
        raise ValueError(f'"{word}" is no code: write {found[1]}.0{found[2]}')
    if word[0].isdigit() or "." in word or any(part in names for part in re.split(r"[+-]", word)):
        return _once(fields, mid=read_number(word, names))
    raise ValueError(f'"{word}" is no word of a datagram{nearest(word, _KNOWN)}')


def _add_value(fields: Fields, key: str, text: str, names: Names) -> Fields:
    match key.lower():
        case "mid":
            return _once(fields, mid=read_number(text, names))
        case "token":
            return _once(fields, token=read_bytes(text, names))
        case "payload":
            return _once(fields, payload=read_bytes(text, names))
        case _:
            option = option_number(key)
            return replace(fields, options=(*fields.options, (option, read_option(option, text, names))))


def _once(fields: Fields, **given: Any) -> Fields:
    for name in given:
        if name != "options" and getattr(fields, name) is not None:
            raise ValueError(f"the {name} is given twice")
    return replace(fields, **given)


def _location(word: str) -> Iterator[tuple[int, Value]]:
    """``/a/b?c&d`` as options; ``/`` alone as their absence."""
    path, _, query = word.partition("?")
    if path == "/":
        yield URI_PATH, Presence(False)
    for option, text, mark in ((URI_PATH, path[1:], "/"), (URI_QUERY, query, "&")):
        if text:
            yield from ((option, Literal(tuple(part.encode()))) for part in text.split(mark))


def _missing(draft: Fields) -> Iterator[str]:
    if draft.type is None:
        yield f"the type is missing: {', '.join(TYPES)}"
    if draft.code is None:
        yield "the code is missing: GET, 2.05, empty"
    elif numbers.is_reserved(draft.code):
        yield f"code {dotted(draft.code)} is of a reserved class: send it as bytes"
    if draft.mid is None:
        yield "the mid is missing: a number, or first.mid"
    for name, value in (("token", draft.token), ("payload", draft.payload), *_named(draft.options)):
        if value == Presence(True) or (isinstance(value, Literal) and None in value.pattern):
            yield f"{name}: what is sent has no unknown bytes: write them"
    if isinstance(draft.token, Literal) and len(draft.token.pattern) > 8:
        yield f"a token has at most 8 bytes, not {len(draft.token.pattern)}: send it as bytes"


def _named(options: Iterable[tuple[int, Value]]) -> Iterator[tuple[str, Value]]:
    yield from ((_name(option), value) for option, value in options)


def _name(option: int) -> str:
    return OPTIONS[option].name if option in OPTIONS else f"option {option}"


# ── meaning ───────────────────────────────────────────────────────────────────────────────────────────────────────


def compose(draft: Datagram, scope: Scope) -> bytes:
    """Write the datagram; ValueError, with a sentence, when it cannot be."""
    if isinstance(draft, Bytes):
        return b"".join(_piece(piece, scope) for piece in draft.pieces)
    assert draft.type is not None, "read_draft() wants one"
    assert draft.code is not None, "read_draft() wants one"
    assert draft.mid is not None, "read_draft() wants one"
    options = tuple((option, as_bytes(value, scope)) for option, value in draft.options if value != Presence(False))
    token = as_bytes(draft.token, scope) if draft.token is not None else b""
    payload = as_bytes(draft.payload, scope) if draft.payload is not None else b""
    return encode(Message(draft.type, draft.code, as_number(draft.mid, scope) & 0xFFFF, token, options, payload))


def faults(pattern: Datagram, data: bytes, scope: Scope) -> list[str]:
    """Say what about a datagram is not as the script wants it; nothing when all is."""
    if isinstance(pattern, Bytes):
        whole: list[int | None] = []
        for piece in pattern.pieces:
            whole += piece.pattern if isinstance(piece, Literal) else _piece(piece, scope)
        return [] if fits(Literal(tuple(whole)), data, scope) else list(_where_they_part(whole, data))
    if pattern == Fields():
        return []
    message = decode(data)
    if isinstance(message, Malformed):
        return [message.reason]
    return list(_field_faults(pattern, message, scope))


def _piece(piece: Literal | Reference | Number, scope: Scope) -> bytes:
    if isinstance(piece, Number):
        return (as_number(piece, scope) & 0xFFFF).to_bytes(2, "big")
    return as_bytes(piece, scope)


def _where_they_part(whole: list[int | None], data: bytes) -> Iterator[str]:
    for place, (one, other) in enumerate(zip(whole, data, strict=False)):
        if one not in (None, other):
            yield f"byte {place} is {other:02x}, not {one:02x}"
            return
    yield f"it has {amount(len(data), 'byte')}, not {len(whole)}"


def _field_faults(pattern: Fields, message: Message, scope: Scope) -> Iterator[str]:
    if pattern.type not in (None, message.type):
        yield f"the type is not {TYPES[pattern.type or 0]}"
    if pattern.code not in (None, message.code):
        yield f"the code is not {dotted(pattern.code or 0)}"
    if pattern.mid is not None and (mid := as_number(pattern.mid, scope) & 0xFFFF) != message.mid:
        yield f"the mid is not {mid}"
    if pattern.token is not None and not fits(pattern.token, message.token, scope):
        yield f"the token is not {written(pattern.token, scope)}"
    for option in dict.fromkeys(option for option, _ in pattern.options):
        wanted = [value for each, value in pattern.options if each == option]
        if not _options_fit(wanted, message.values(option), scope):
            yield f"{_name(option)} is not {', '.join(written(value, scope) for value in wanted)}"
    if pattern.payload is not None and not fits(pattern.payload, message.payload, scope):
        yield f"the payload is not {written(pattern.payload, scope)}"


def _options_fit(wanted: list[Value], values: list[bytes], scope: Scope) -> bool:
    if isinstance(wanted[0], Presence):
        return bool(values) == wanted[0].there
    return len(wanted) == len(values) and all(map(lambda one, other: fits(one, other, scope), wanted, values))
