"""Stimuli and effects as JSON: ``{"UartRx": {"data": "AT\\r"}}``, read back by the types of the doors' own fields.

bytes of the UART    text, one character for each byte (latin-1)          bytes of a datagram    hex
an enumeration       its name           an address, a tuple    a list     nothing                null
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NoReturn, TypeAlias, Union, get_args, get_origin, get_type_hints

from modemtwin.modem import doors
from modemtwin.modem.doors import Card, Effect, Stimulus, UartRx, UartTx

__all__ = ["decode", "decode_card", "encode", "encode_card"]

_BY_NAME: dict[str, type] = {each.__name__: each for each in (*get_args(Stimulus), *get_args(Effect))}
_TEXTUAL = (UartRx, UartTx)


def encode(value: Stimulus | Effect) -> dict[str, object]:
    """Turn a stimulus or an effect into what JSON can write."""
    return {type(value).__name__: _fields(value)}


def decode(notation: object) -> Any:
    """Turn it back. ValueError says what does not fit."""
    if not isinstance(notation, dict) or len(notation) != 1:
        raise ValueError("a stimulus or effect is an object with one key, its name")
    ((name, values),) = notation.items()
    if name not in _BY_NAME:
        raise ValueError(f'there is no stimulus or effect "{name}"')
    return _build(_BY_NAME[name], values)


def encode_card(card: Card | None) -> dict[str, object] | None:
    """Turn a card into what JSON can write."""
    return None if card is None else _fields(card)


def decode_card(notation: object) -> Card | None:
    """Turn it back. ValueError says what does not fit."""
    card: Card | None = None if notation is None else _build(Card, notation)
    return card


def _fields(value: Any) -> dict[str, object]:
    textual = isinstance(value, _TEXTUAL)
    return {each.name: _encoded(getattr(value, each.name), textual=textual) for each in fields(value)}


def _encoded(value: Any, *, textual: bool) -> object:
    match value:
        case bytes():
            return value.decode("latin-1") if textual else value.hex()
        case Enum():
            return value.name
        case tuple() | list():
            return [_encoded(each, textual=textual) for each in value]
        case Mapping():
            return {str(key): _encoded(each, textual=textual) for key, each in value.items()}
        case _ if is_dataclass(value):
            return _fields(value)
        case _:
            return value


_Read: TypeAlias = Callable[[Any], Any]


@cache
def _required(kind: type) -> set[str]:
    """The fields without a default: a field that came later has one, and older journals are read still."""
    return {each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING}


def _build(kind: type, values: object) -> Any:
    readers = _readers(kind)
    if not isinstance(values, dict) or not _required(kind) <= values.keys() <= readers.keys():
        raise ValueError(f"{kind.__name__} has the fields {', '.join(readers) or 'none'}")
    try:
        return kind(**{name: readers[name](each) for name, each in values.items()})
    except ValueError as error:
        raise ValueError(f"{kind.__name__}: {error}") from None


@cache
def _readers(kind: type) -> dict[str, _Read]:
    """Say how each field of a stimulus or effect is read: once, for a journal may have a million of them."""
    textual = kind in _TEXTUAL
    return {name: _reader(hint, textual=textual) for name, hint in get_type_hints(kind, vars(doors)).items()}


def _reader(hint: Any, *, textual: bool) -> _Read:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        (real,) = (each for each in arguments if each is not NoneType)
        read = _reader(real, textual=textual)
        return lambda value: None if value is None else read(value)
    if origin is tuple:
        return _tuple_reader(arguments, textual=textual)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return lambda value: value if isinstance(value, dict) else _refuse(value)
    assert isinstance(hint, type), "a field is of a plain type, a tuple, a mapping, or one of these or None"
    return _plain_reader(hint, textual=textual)


def _tuple_reader(arguments: tuple[Any, ...], *, textual: bool) -> _Read:
    if arguments[-1] is Ellipsis:
        one = _reader(arguments[0], textual=textual)
        return lambda value: tuple(map(one, value)) if isinstance(value, list) else _refuse(value)
    each = [_reader(argument, textual=textual) for argument in arguments]

    def read(value: Any) -> Any:
        if not isinstance(value, list) or len(value) != len(each):
            _refuse(value)
        return tuple(one(part) for one, part in zip(each, value, strict=True))

    return read


def _plain_reader(hint: type, *, textual: bool) -> _Read:
    if is_dataclass(hint):
        return lambda value: _build(hint, value)
    if issubclass(hint, Enum):
        members = hint.__members__
        return lambda value: members[value] if isinstance(value, str) and value in members else _refuse(value)
    if hint is bytes:
        read = _latin_1 if textual else bytes.fromhex
        return lambda value: read(value) if isinstance(value, str) else _refuse(value)
    if issubclass(hint, str):
        return lambda value: hint(value) if isinstance(value, str) else _refuse(value)
    assert hint in (int, bool), "there is no other plain type"
    return lambda value: value if type(value) is hint else _refuse(value)


def _latin_1(text: str) -> bytes:
    return text.encode("latin-1")


def _refuse(value: object) -> NoReturn:
    raise ValueError(f"{value!r} does not fit")
