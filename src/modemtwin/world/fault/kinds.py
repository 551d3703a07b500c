"""Kinds of value that only faults have: codes, options, tokens, texts to be found. What is kept is text.

"2.05"  "GET"  "4.xx"  "request"  "response"  "empty"        a code, or several
"Observe"  "#6"                                              an option, by name or by number
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from modemtwin.coap.numbers import CODES, EMPTY, OPTIONS, dotted, is_request, is_reserved, is_response
from modemtwin.world.schema import nearest

__all__ = ["Code", "Codes", "Hex", "OneOf", "OneOfOrNot", "OptionName", "Pattern", "codes_of", "finder", "option_of"]

_CLASS = re.compile(r"[0245]\.xx")
_NUMBER = re.compile(r"#[0-9]{1,5}")
_NAMED = {name.upper(): code for code, name in CODES.items() if is_request(code)}
_DOTTED = {dotted(code): code for code in range(256) if not is_reserved(code)}
_GROUPS = {
    "request": frozenset(code for code in range(256) if is_request(code)),
    "response": frozenset(code for code in range(256) if is_response(code)),
    "empty": frozenset((EMPTY,)),
}
_OPTION_NUMBERS = {option.name.upper(): option.number for option in OPTIONS.values()}


def codes_of(text: str) -> frozenset[int]:
    """Give the codes that a text of ``Codes`` stands for; none when it is no such text."""
    if text in _GROUPS:
        return _GROUPS[text]
    if _CLASS.fullmatch(text):
        return frozenset(code for code in range(256) if code >> 5 == int(text[0]))
    code = _DOTTED.get(text, _NAMED.get(text.upper()))
    return frozenset() if code is None else frozenset((code,))


def option_of(text: str) -> int | None:
    """Give the number of an option that a text of ``OptionName`` stands for; None when there is none."""
    return int(text[1:]) if _NUMBER.fullmatch(text) else _OPTION_NUMBERS.get(text.upper())


def finder(pattern: str) -> Callable[[bytes], bool]:
    """Make the question whether what a ``Pattern`` says is found in bytes.

    They are read as UTF-8 where they are that, else as latin-1, which has a character for each byte.
    """
    search = re.compile(pattern).search

    def is_found(data: bytes) -> bool:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        return search(text) is not None

    return is_found


class _Told:
    """Text, checked in a way of its own."""

    def check(self, value: object) -> str:
        """Refuse what is no text, or not such a one."""
        if not isinstance(value, str):
            raise ValueError(f"{value} is not text in quotes")
        return self.read(value)

    def read(self, text: str) -> str:
        """Refuse what is not such a text."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class OneOf(_Told):
    """One of a few words; upper and lower case are the same."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """Say what is allowed, in words."""
        return ", ".join(f'"{word}"' for word in self.words)

    def read(self, text: str) -> str:
        """Find the word."""
        for word in self.words:
            if word.upper() == text.upper():
                return word
        raise ValueError(f'"{text}" is unknown{nearest(text, self.words)}')


@dataclass(frozen=True, slots=True)
class OneOfOrNot(_Told):
    """One of a few words, or one of them with ``not-`` before it."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """Say what is allowed, in words."""
        return f'{OneOf(self.words).allowed}, or "not-" and one of them'

    @property
    def every(self) -> tuple[str, ...]:
        """List all that may be said."""
        return (*self.words, *(f"not-{word}" for word in self.words))

    def read(self, text: str) -> str:
        """Find the word."""
        return OneOf(self.every).read(text)


@dataclass(frozen=True, slots=True)
class Codes(_Told):
    """A method or a response code (RFC 7252 §12.1), a class of them, or all that are requests or responses."""

    allowed: str = '"2.05", "GET", "4.xx", "request", "response", "empty"'

    def read(self, text: str) -> str:
        """Refuse what stands for no code."""
        if not codes_of(text):
            raise ValueError(f'"{text}" is no code{nearest(text, [*_NAMED, *_GROUPS, *_DOTTED])}')
        return text


@dataclass(frozen=True, slots=True)
class Code(_Told):
    """What answers a message: RST, an empty ACK, or a response code."""

    allowed: str = '"RST", "ACK" or a response code such as "5.03"'

    def read(self, text: str) -> str:
        """Refuse what is no answer."""
        if text.upper() in ("RST", "ACK"):
            return text.upper()
        if text not in _DOTTED or not is_response(_DOTTED[text]):
            raise ValueError(f'"{text}" is no answer{nearest(text, ["RST", "ACK", *_DOTTED])}')
        return text


@dataclass(frozen=True, slots=True)
class OptionName(_Told):
    """An option of CoAP by its name, or by ``#`` and its number."""

    allowed: str = 'the name of an option, such as "Observe", or "#" and its number'

    def read(self, text: str) -> str:
        """Refuse what is no option."""
        number = option_of(text)
        if number is None or number > 0xFFFF:
            raise ValueError(f'"{text}" is no option{nearest(text, [option.name for option in OPTIONS.values()])}')
        return text


@dataclass(frozen=True, slots=True)
class Hex(_Told):
    """Bytes in hex, at most so many."""

    longest: int

    @property
    def allowed(self) -> str:
        """Say what is allowed, in words."""
        return f"up to {self.longest} bytes in hex"

    def read(self, text: str) -> str:
        """Refuse what is no hex."""
        try:
            data = bytes.fromhex(text)
        except ValueError:
            raise ValueError(f'"{text}" is no hex') from None
        if len(data) > self.longest:
            raise ValueError(f"{len(data)} bytes are too many")
        return data.hex()


@dataclass(frozen=True, slots=True)
class Pattern(_Told):
    """A regular expression, found anywhere in bytes that are read as ``finder`` says."""

    allowed: str = "a regular expression of at most 200 characters"

    def read(self, text: str) -> str:
        """Refuse what is no regular expression."""
        if len(text) > 200:
            raise ValueError(f"{len(text)} characters are too many")
        try:
            re.compile(text)
        except (re.error, ValueError, OverflowError, RecursionError) as error:
            raise ValueError(f'"{text}" is no regular expression: {error}') from None
        return text
