"""Stimuli and effects as JSON: ``{"UartRx": {"data": "AT\\r"}}``, read back by the types of the doors' own fields.

bytes of the UART    text, one character for each byte (latin-1)          bytes of a datagram    hex
an enumeration       its name           an address, a tuple    a list     nothing                null
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

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


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, vars(doors))


@cache
def _required(kind: type) -> set[str]:
    """The fields without a default: a field that came later has one, and older journals are read still."""
    return {each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING}


def _build(kind: type, values: object) -> Any:
    hints = _hints(kind)
    if not isinstance(values, dict) or not _required(kind) <= set(values) <= set(hints):
        raise ValueError(f"{kind.__name__} has the fields {', '.join(hints) or 'none'}")
    textual = kind in _TEXTUAL
    try:
        return kind(**{name: _decoded(hints[name], value, textual=textual) for name, value in values.items()})
    except ValueError as error:
        raise ValueError(f"{kind.__name__}: {error}") from None


def _decoded(hint: Any, value: Any, *, textual: bool) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        (real,) = (each for each in arguments if each is not NoneType)
        return None if value is None else _decoded(real, value, textual=textual)
    if origin is tuple and isinstance(value, list):
        kinds = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        if len(kinds) == len(value):
            return tuple(_decoded(kind, each, textual=textual) for kind, each in zip(kinds, value, strict=True))
    elif isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, dict):
        return value
    elif isinstance(hint, type) and origin is None:
        return _decoded_plain(hint, value, textual=textual)
    raise ValueError(f"{value!r} does not fit")


def _decoded_plain(hint: type, value: Any, *, textual: bool) -> Any:
    if is_dataclass(hint):
        return _build(hint, value)
    if issubclass(hint, Enum) and isinstance(value, str) and value in hint.__members__:
        return hint[value]
    if hint is bytes and isinstance(value, str):
        return value.encode("latin-1") if textual else bytes.fromhex(value)
    if issubclass(hint, str) and isinstance(value, str):
        return hint(value)
    if hint in (int, bool) and type(value) is hint:
        return value
    raise ValueError(f"{value!r} does not fit")
