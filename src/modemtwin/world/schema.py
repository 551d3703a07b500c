"""What a setting may be, as data: the scenario's checker, ``--set`` and the reference page all read these rows.

A ``Key`` has a dotted name, a kind, a default, and words. A kind checks a value that TOML or Python gave, and reads
one that was typed as text; both raise ``ValueError`` with the end of a sentence that begins with the key.
"""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from modemtwin.amount import amount, figure

__all__ = [
    "Address4",
    "Choice",
    "Digits",
    "Flag",
    "Key",
    "Kind",
    "Number",
    "Text",
    "Texts",
    "Whole",
    "hyphened",
    "nearest",
    "nearest_key",
    "underscored",
]


class Kind(Protocol):
    """A kind of value."""

    @property
    def allowed(self) -> str:
        """Say what is allowed, in words."""

    def check(self, value: object) -> object:
        """Give the value back as the program uses it."""

    def read(self, text: str) -> object:
        """Read a value that was typed as text, and check it."""


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: ``name`` is dotted (``cell.bearer_delay``), ``unit`` may be empty.

    Files and command lines spell names with hyphens, Python with underscores; either is understood.
    """

    name: str
    kind: Kind
    default: object
    doc: str
    unit: str = ""

    @property
    def spelling(self) -> str:
        """The name as a file spells it."""
        return hyphened(self.name)

    def check(self, value: object, path: str = "") -> object:
        """Check a value; the error names the key, or the path it stands at, and says what is allowed."""
        try:
            return self.kind.check(value)
        except ValueError as error:
            raise ValueError(f"{path or self.spelling}: {error}; allowed: {self.allowed}") from None

    @property
    def allowed(self) -> str:
        """Say what is allowed, in words, with the unit."""
        return f"{self.kind.allowed}, in {self.unit}" if self.unit else self.kind.allowed

    def read(self, text: str) -> object:
        """Read a value out of text; errors as in ``check``."""
        try:
            return self.kind.read(text)
        except ValueError as error:
            raise ValueError(f"{self.spelling}: {error}; allowed: {self.allowed}") from None


def hyphened(name: str) -> str:
    """Spell a name as files do."""
    return name.replace("_", "-")


def underscored(name: str) -> str:
    """Spell a name as Python does."""
    return name.replace("-", "_")


def nearest_key(word: str, names: Iterable[str]) -> str:
    """Say which key was meant, spelled in the way of whoever misspelled it."""
    return nearest(word, names if "_" in word else map(hyphened, names))


def nearest(word: str, words: Iterable[str]) -> str:
    """Say which known word was meant, the first of several that are as near; empty when none is near."""
    near = {known: difflib.SequenceMatcher(None, known, word[:64]).ratio() for known in words}
    best = max(near, key=near.__getitem__, default="")
    return f'; did you mean "{best}"?' if near.get(best, 0) >= 0.5 else ""


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from ``low`` to ``high``, or one of a few others."""

    low: int
    high: int
    others: tuple[int, ...] = ()

    @property
    def allowed(self) -> str:
        """Say what is allowed, in words."""
        return ", or ".join([f"a whole number from {self.low} to {self.high}", *map(str, self.others)])

    def check(self, value: object) -> int:
        """Refuse what is no whole number, or out of range."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{_shown(value)} is not a whole number")
        if not self.low <= value <= self.high and value not in self.others:
            raise ValueError(f"{value} is out of range")
        return value

    def read(self, text: str) -> int:
        """Read decimal or 0x digits."""
        try:
            return self.check(int(text, 0) if text[:2].lower() == "0x" else int(text))
        except ValueError as error:
            raise ValueError(str(error) if "range" in str(error) else f"{_shown(text)} is not a whole number") from None


@dataclass(frozen=True, slots=True)
class Number:
    """A number from ``low`` to ``high``; where ``optional``, "never" stands for none."""

    low: float
    high: float
    optional: bool = False

    @property
    def allowed(self) -> str:
        """Say what is allowed, in words."""
        return f"a number from {figure(self.low)} to {figure(self.high)}" + (', or "never"' if self.optional else "")

    def check(self, value: object) -> float | None:
        """Refuse what is no number, or out of range."""
        if self.optional and (value is None or value == "never"):
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{_shown(value)} is not a number")
        if not self.low <= value <= self.high:
            raise ValueError(f"{figure(value)} is out of range")
        return float(value)

    def read(self, text: str) -> float | None:
        """Read a decimal number."""
        if self.optional and text == "never":
            return None
        try:
            number = float(text)
        except ValueError:
            raise ValueError(f"{_shown(text)} is not a number") from None
        return self.check(number)


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    allowed: str = "true or false"

    def check(self, value: object) -> bool:
        """Refuse what is neither."""
        if not isinstance(value, bool):
            raise ValueError(f"{_shown(value)} is neither true nor false")
        return value

    def read(self, text: str) -> bool:
        """Read the word."""
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{_shown(text)} is neither true nor false")
        return text.lower() == "true"


@dataclass(frozen=True, slots=True)
class Text:
    """Text of a bounded length; ``of`` makes another type of it, such as one that no log shows.

    ``printed``: a modem says it on its UART, with one byte for each character.
    """

    longest: int = 150
    of: type[str] = str
    printed: bool = False

    @property
    def allowed(self) -> str:
        """Say what is allowed, in words."""
        return f"text of at most {self.longest} characters{' of latin-1' if self.printed else ''}"

    def check(self, value: object) -> str:
        """Refuse what is no text, too long, or has control characters in it."""
        if not isinstance(value, str):
            raise ValueError(f"{_shown(value)} is not text")
        if len(value) > self.longest:
            raise ValueError(f"{len(value)} characters are too many")
        if not value.isprintable():
            raise ValueError("a control character is in it")
        if self.printed and (strange := next((each for each in value if ord(each) > 0xFF), "")):
            raise ValueError(f'no modem prints "{strange}"')
        return self.of(value)

    def read(self, text: str) -> str:
        """Take the text as it is."""
        return self.check(text)


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of text."""

    allowed: str = 'a list of text, such as ["ctnb", "cmnet"]'

    def check(self, value: object) -> tuple[str, ...]:
        """Refuse what is no list of text."""
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"{_shown(value)} is not a list of text")
        return tuple(value)

    def read(self, text: str) -> tuple[str, ...]:
        """Read words with commas between them."""
        return tuple(part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class Digits:
    """Decimal digits, so many of them; 0 among ``lengths`` lets it be empty. No error shows them: they may be a PIN."""

    lengths: tuple[int, ...]
    of: type[str] = str

    @property
    def allowed(self) -> str:
        """Say what is allowed, in words."""
        counts = sorted(length for length in self.lengths if length)
        row = len(counts) > 2 and counts == list(range(counts[0], counts[-1] + 1))
        words = f"{counts[0]} to {counts[-1]}" if row else " or ".join(map(str, counts))
        return f"{words} digits in quotes" + (', or ""' if 0 in self.lengths else "")

    def check(self, value: object) -> str:
        """Refuse what is not digits, or not so many."""
        if not isinstance(value, str):
            raise ValueError("the value is not text in quotes")
        if value and not (value.isascii() and value.isdigit()):
            raise ValueError("there is more than digits in it")
        if len(value) not in self.lengths:
            raise ValueError(amount(len(value), "digit is not right", "digits are not right"))
        return self.of(value)

    def read(self, text: str) -> str:
        """Take the digits as they are, or out of the quotes that a file has round them."""
        return self.check(text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text)


@dataclass(frozen=True, slots=True)
class Address4:
    """An IP address."""

    allowed: str = "an IPv4 address such as 10.94.36.44"

    def check(self, value: object) -> str:
        """Refuse what is no address."""
        try:
            return str(ipaddress.IPv4Address(value if isinstance(value, str) else ""))
        except ValueError:
            raise ValueError(f"{_shown(value)} is not an IPv4 address") from None

    def read(self, text: str) -> str:
        """Read the address."""
        return self.check(text)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, each of which stands for a value."""

    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def allowed(self) -> str:
        """Say what is allowed, in words."""
        return ", ".join(f'"{word}"' for word in self.values)

    def check(self, value: object) -> object:
        """Refuse what is none of them, and name the nearest."""
        if isinstance(value, str):
            return self.read(value)
        if value in self.values.values():
            return value
        raise ValueError(f"{_shown(value)} is unknown")

    def read(self, text: str) -> object:
        """Read the word."""
        if text in self.values:
            return self.values[text]
        raise ValueError(f"{_shown(text)} is unknown{nearest(text, self.values)}")
