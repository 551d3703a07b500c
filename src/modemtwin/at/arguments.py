"""Typed arguments, named as the manual names them: each turns the text between two commas into a value.

What does not fit is refused with the number that fits it: 791 too few, 792 too many, 793 out of range, 794 wrong
type, 795 wrong format, 796 nothing where something must be.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from modemtwin.at.reply import Refusal

__all__ = [
    "Argument",
    "Choice",
    "Digits",
    "Hex",
    "Int",
    "Pair",
    "Pairs",
    "RawArgument",
    "Rest",
    "Text",
    "parse_arguments",
]

_NUMBER = re.compile(r"-?[0-9]+")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*")


class RawArgument(NamedTuple):
    """An argument as it was typed: without its quotes and escapes, and whether it had quotes."""

    text: str
    quoted: bool = False

    @property
    def missing(self) -> bool:
        """Whether there is nothing at all between the commas."""
        return not self.text and not self.quoted


_MISSING = RawArgument("")


@dataclass(frozen=True, slots=True)
class Argument:
    """What every argument has.

    ``optional``: it may be left out, or empty, and is ``default`` then. ``secret``: its text is shown to nobody, or,
    where ``secret_behind`` lists words in capitals, to nobody when the argument before it is one of them.
    """

    name: str
    optional: bool = field(default=False, kw_only=True)
    default: Any = field(default=None, kw_only=True)
    secret: bool = field(default=False, kw_only=True)
    secret_behind: tuple[str, ...] = field(default=(), kw_only=True)
    many: ClassVar[bool] = False

    @property
    def spelling(self) -> str:
        """The manual's notation: ``<mid>``, or ``[<mid>]`` where it may be left out."""
        return f"[<{self.name}>]" if self.optional else f"<{self.name}>"

    def allowed(self) -> str:
        """Say in words what fits."""
        raise NotImplementedError

    def parse(self, given: RawArgument) -> Any:
        """Turn what was typed into the value; raise ``Refusal`` when it does not fit."""
        raise NotImplementedError

    def number(self, digits: str) -> int | str | None:
        """Give the value of bare digits, as ``parse`` would; None where that has to look at them."""
        return None

    def refusal(self, error: int, given: RawArgument | None = None) -> Refusal:
        """Say what does not fit, and show it unless it is secret."""
        found = "" if given is None or self.secret else f"; found {_shown(given)}"
        return Refusal(error, f"<{self.name}> must be {self.allowed()}{found}")


@dataclass(frozen=True, slots=True)
class Int(Argument):
    """A whole decimal number within bounds, without quotes."""

    low: int
    high: int

    def allowed(self) -> str:
        return f"a number {self.low}–{self.high}" if self.low < self.high else str(self.low)

    def parse(self, given: RawArgument) -> int:
        text, quoted = given
        if quoted or not _NUMBER.fullmatch(text):
            raise self.refusal(794, given)
        value = int(text)
        if not self.low <= value <= self.high:
            raise self.refusal(793, given)
        return value

    def number(self, digits: str) -> int | None:
        value = int(digits)
        return value if self.low <= value <= self.high else None


@dataclass(frozen=True, slots=True)
class Text(Argument):
    """Any text, quoted or bare; its length in bytes is within bounds."""

    longest: int = 559
    shortest: int = 0

    def allowed(self) -> str:
        return f"text of {self.shortest} to {self.longest} bytes"

    def parse(self, given: RawArgument) -> str:
        if not self.shortest <= len(given.text) <= self.longest:
            raise self.refusal(795, given)
        return given.text


@dataclass(frozen=True, slots=True)
class Hex(Argument):
    """Bytes as hex digits in any case, quoted or bare; their number is within bounds."""

    longest: int = 279
    shortest: int = 0

    def allowed(self) -> str:
        return f"{self.shortest} to {self.longest} bytes, two hex digits each"

    def parse(self, given: RawArgument) -> bytes:
        if not _HEX.fullmatch(given.text) or not self.shortest <= len(given.text) // 2 <= self.longest:
            raise self.refusal(795, given)
        return bytes.fromhex(given.text)


@dataclass(frozen=True, slots=True)
class Digits(Argument):
    """A string of decimal digits, quoted or bare, of one of some lengths: a PIN, an IMSI."""

    lengths: Sequence[int]

    def allowed(self) -> str:
        lengths = [str(length) for length in self.lengths]
        return f"{' or '.join(lengths) if len(lengths) < 4 else f'{lengths[0]} to {lengths[-1]}'} digits"

    def parse(self, given: RawArgument) -> str:
        if not given.text.isdecimal() or len(given.text) not in self.lengths:
            raise self.refusal(795, given)
        return given.text


@dataclass(frozen=True, slots=True, init=False)
class Choice(Argument):
    """One of some values: numbers without quotes, words in any case, quoted or bare. The value is as listed here."""

    values: tuple[int | str, ...]
    _by_text: Mapping[str, int | str] = field(repr=False, compare=False)

    def __init__(
        self, name: str, *values: int | str, optional: bool = False, default: Any = None, secret: bool = False
    ) -> None:
        fields = {"name": name, "optional": optional, "default": default, "secret": secret, "values": values}
        fields["secret_behind"] = ()
        for attribute, value in fields.items():
            object.__setattr__(self, attribute, value)
        object.__setattr__(self, "_by_text", {str(value).upper(): value for value in values})

    def allowed(self) -> str:
        listed = list(map(str, self.values))
        return f"{', '.join(listed[:-1])} or {listed[-1]}" if len(listed) > 1 else listed[0]

    def parse(self, given: RawArgument) -> int | str:
        text, quoted = given
        value = self._by_text.get(text.upper())
        if value is None and not quoted and _NUMBER.fullmatch(text):
            value = self._by_text.get(str(int(text)))
        if value is None:
            numbers = all(isinstance(one, int) for one in self.values)
            raise self.refusal(794 if numbers and not _NUMBER.fullmatch(text) else 793, given)
        if quoted and isinstance(value, int):
            raise self.refusal(794, given)
        return value

    def number(self, digits: str) -> int | str | None:
        return self._by_text.get(digits)


@dataclass(frozen=True, slots=True)
class Rest(Argument):
    """All arguments that are left, as they were typed: a tuple of ``RawArgument``; ``what`` says what they are."""

    what: str = "any arguments"
    many: ClassVar[bool] = True

    def allowed(self) -> str:
        return self.what

    def parse_all(self, given: Sequence[RawArgument]) -> tuple[RawArgument, ...]:
        return tuple(given)


class Pair(NamedTuple):
    """One pair of ``AT+CCOAPPARA``: the name as the row lists it, its 0/1 code where it takes one, the value."""

    name: str
    code: int | None
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Pairs(Argument):
    """``<name>[,<code>],<value>`` over and over (COAP-AN §3.3): a tuple of ``Pair``.

    ``names`` lists the names in small letters, and says of each whether it takes the 0/1 code. Names are understood
    in any case, quoted or bare.
    """

    names: Mapping[str, bool]
    many: ClassVar[bool] = True

    @property
    def spelling(self) -> str:
        return "<name>[,<code>],<value>[,…]"

    def allowed(self) -> str:
        return f"pairs of a name and a value, the names being {', '.join(self.names)}"

    def parse_all(self, given: Sequence[RawArgument]) -> tuple[Pair, ...]:
        pairs = []
        left = iter(given)
        for raw in left:
            name = raw.text.lower()
            coded = self.names.get(name)
            if coded is None:
                raise Refusal(765, self._unknown(raw))
            code = next(left, None) if coded else None
            value = next(left, None)
            if value is None:
                raise Refusal(791, f"{name} must be followed by {'a code 0 or 1 and a value' if coded else 'a value'}")
            pairs.append(Pair(name, None if code is None else _code(name, code), value.text, value.quoted))
        return tuple(pairs)

    def _unknown(self, given: RawArgument) -> str:
        if not given.text:
            return "a name is missing: there is nothing before the comma"
        if given.text.startswith("?"):
            return "text behind =? makes it no test form, and ? is no name"
        near = difflib.get_close_matches(given.text.lower()[:32], self.names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(self.names)}"
        return f"<{self.name}> has no {_shown(given)}; {hint}"


def parse_arguments(specs: Sequence[Argument], raw: Sequence[RawArgument]) -> tuple[Any, ...]:
    """Turn the arguments of a write form into one value for each of ``specs``; raise ``Refusal`` when they do not fit.

    From the first secret argument on no text is shown: whoever leaves a comma out shifts a password into the next.
    """
    values: list[Any] = []
    given = len(raw)
    try:
        for place, spec in enumerate(specs):
            if spec.many:
                values.append(_parse_rest(spec, raw[place:]))
                given = place + 1
            elif place < given and raw[place] != _MISSING:
                values.append(spec.parse(raw[place]))
            elif spec.optional:
                values.append(spec.default)
            else:
                raise _missing(spec, place < given - 1)
    except Refusal as refusal:
        if any(spec.secret for spec in specs[: place + 1]):
            raise specs[place].refusal(refusal.error) from None
        raise
    if given > len(specs):
        listed = ",".join(spec.spelling for spec in specs).replace(",[", "[,")
        raise Refusal(792, f"there are {given} arguments, but it takes only {listed}")
    return tuple(values)


def _parse_rest(spec: Argument, raw: Sequence[RawArgument]) -> Any:
    if not isinstance(spec, (Rest, Pairs)):
        raise TypeError(f"<{spec.name}> cannot take all that is left")
    if len(raw) == 1 and raw[0].missing:
        raw = ()
    if not raw and not spec.optional:
        raise _missing(spec, between=False)
    return spec.parse_all(raw) if raw else spec.default if spec.default is not None else ()


def _missing(spec: Argument, between: bool) -> Refusal:
    if between:
        return Refusal(796, f"<{spec.name}> is empty; it must be {spec.allowed()}")
    return Refusal(791, f"<{spec.name}> is missing; it must be {spec.allowed()}")


def _code(name: str, given: RawArgument) -> int:
    if given.text not in ("0", "1"):
        error = 793 if given.text.isdecimal() else 794
        found = _shown(given)
        raise Refusal(error, f"{name} takes a code before its value, 0 for text or 1 for hex digits; found {found}")
    return int(given.text)


def _shown(given: RawArgument) -> str:
    if given.missing:
        return "nothing"
    text = given.text if len(given.text) <= 40 else given.text[:40] + "…"
    return f'"{text}"' if given.quoted else text
