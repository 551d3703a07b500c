"""The command table: one row of plain data for each command, in the manual's order and words.

    command line ──► calls ──► rows, forms, arguments ──► Errand, Errand, … ──► done one by one by the interpreter

What a line means needs neither device nor clock, so it is found out once for a line that comes again and again.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Generic, TypeAlias, TypeVar

from modemtwin.at.arguments import Argument, RawArgument, parse_arguments
from modemtwin.at.reply import Ok, Refusal, Reply
from modemtwin.at.syntax import Call, Escapes, Form, parse_line
from modemtwin.clockwork import Micros

__all__ = ["Action", "Command", "Errand", "Table"]

D = TypeVar("D")

Action: TypeAlias = Callable[[D, Micros], Reply]
"""Does to a device what a command says; raises ``Refusal`` when that cannot be."""

Errand: TypeAlias = tuple[str, Action[D] | Call]
"""One command of a line: its text, and what does it.

That is the call itself where the row has to be asked again when its turn comes: for the reason of a refusal that is
certain, whatever the device says, or because it has no effect.
"""

_MOST_KNOWN = 64
"""Command lines whose meaning a table keeps."""

_NAME = re.compile(r"[+*#$%^][A-Z0-9!%\-./:_]+|[&\\]?[A-Z]|S[0-9]+|")


@dataclass(frozen=True, kw_only=True)  # no slots: with them Command[Device](...) fails on Python 3.11
class Command(Generic[D]):
    """A command of a device ``D``: its names, and one function for each form it has.

    name       as the manual spells it, in capitals: ``+CSQ``, ``E``, ``&W``, ``S3``; empty is the bare ``AT``
    section    where it is described: ``COAP-AN §3.4``
    title      the manual's own words for it
    example    a line that works, or would: it begins with ``AT``
    test       ``=?``: its information lines, separated by line feeds (empty: plain ``OK``), or
               ``test(device, now)``; None where there is no such form
    read       ``?``: ``read(device, now)``
    write      ``=…``: ``write(device, values, now)``; ``values`` has one entry for each of ``arguments``
    execute    nothing behind the name: ``execute(device, now)``
    arguments  what the write form takes
    stub       why the command is accepted without effect, or with less than it says; empty when it does its work
    reads_back False when the information lines of a row with secret arguments are no image of those arguments
               (``+CPIN: READY``); True hides the same fields of ``+NAME: …`` as of ``+NAME=…``

    The number behind a basic command is its one argument, and 0 when there is none (V.250 §5.3.1): a row with
    ``write`` alone takes ``ATE`` as ``ATE0``, a row with ``execute`` alone takes ``ATZ0`` as ``ATZ``.
    """

    name: str
    section: str
    title: str
    example: str
    test: str | Callable[[D, Micros], Reply] | None = None
    read: Callable[[D, Micros], Reply] | None = None
    write: Callable[[D, tuple[Any, ...], Micros], Reply] | None = None
    execute: Callable[[D, Micros], Reply] | None = None
    arguments: tuple[Argument, ...] = ()
    stub: str = ""
    reads_back: bool = True

    def __post_init__(self) -> None:
        for wrong in self._mistakes():
            raise ValueError(f"command row {self.name or 'AT'}: {wrong}")

    @property
    def extended(self) -> bool:
        """Whether the command has the extended syntax (V.250 §5.4) and not the basic one (§5.3)."""
        return self.name[:1] in "+*#$%^" and self.name != ""

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms that the command has, in the manual's order."""
        return tuple(form for form in ("test", "read", "write", "execute") if getattr(self, form) is not None)

    @property
    def first_secret(self) -> int | None:
        """Where the first secret argument of the write form stands."""
        return next((place for place, argument in enumerate(self.arguments) if argument.secret), None)

    @property
    def most_arguments(self) -> float:
        """How many arguments the write form takes."""
        return inf if self.arguments and self.arguments[-1].many else len(self.arguments)

    @property
    def secret_behind(self) -> tuple[str, ...]:
        """The words behind one of which that argument is secret; none: it always is."""
        return () if self.first_secret is None else self.arguments[self.first_secret].secret_behind

    def spelling(self, form: str) -> str:
        """Spell a form of the command as the manual does: ``AT+CCOAPHEAD=<mid>,<convert>``."""
        ends = {"test": "=?", "read": "?", "execute": ""}
        if form != "write":
            return f"AT{self.name}{ends[form]}"
        listed = ",".join(argument.spelling for argument in self.arguments).replace(",[", "[,")
        sign = "=" if self.extended or self.name.startswith("S") else ""
        return f"AT{self.name}{sign}{listed}"

    def action(self, form: Form, arguments: Sequence[RawArgument]) -> Action[D]:
        """Give what a call does; raise ``Refusal`` when there is no such form or an argument does not fit."""
        match form:
            case "write" if self.write is not None:
                return _writing(self.write, parse_arguments(self.arguments, arguments))
            case "execute" if self.execute is not None:
                return self.execute
            case "read" if self.read is not None:
                return self.read
            case "test" if self.test is not None:
                return _testing(self.test)
            case _:
                return self._numbered(form, arguments)

    def numeric_action(self, given: str) -> Action[D] | None:
        """Give what a write form does that is given numbers alone; None where ``action`` has to look at them."""
        texts = given.split(",")
        if self.write is None or len(texts) != len(self.arguments) or not all(map(str.isdecimal, texts)):
            return None
        values = [argument.number(text) for argument, text in zip(self.arguments, texts, strict=True)]
        return None if None in values else _writing(self.write, tuple(values))

    def _numbered(self, form: Form, arguments: Sequence[RawArgument]) -> Action[D]:
        """Take a basic command without a number for one with 0, and the other way round (V.250 §5.3.1)."""
        if not self.extended and len(self.name) - self.name.startswith(("&", "\\")) == 1:
            if form == "execute" and self.write is not None:
                number = () if self.name == "D" else (RawArgument("0"),)
                return _writing(self.write, parse_arguments(self.arguments, number))
            if form == "write" and self.execute is not None:
                if all(given.text.strip("0") == "" for given in arguments):
                    return self.execute
                raise Refusal(793, f"{self.name} takes no number but 0; found {arguments[0].text}")
        has = ", ".join(self.spelling(form) for form in self.forms)
        raise Refusal(4, f"{self.name or 'AT'} has no {form} form; it has {has}")

    def _mistakes(self) -> Iterator[str]:
        if not _NAME.fullmatch(self.name):
            yield f"no command has the name {self.name!r}"
        if not self.section or not self.title:
            yield "it needs a section and a title"
        if not self.example.startswith("AT"):
            yield f"the example {self.example!r} does not begin with AT"
        if not self.forms:
            yield "it has no form at all"
        if (self.write is None) != (not self.arguments):
            yield "a write form has arguments, and nothing else has"
        if self.stub != self.stub.strip() or (self.stub and " " not in self.stub):
            yield f"stub says why in words, not {self.stub!r}"
        optional = [argument.optional for argument in self.arguments]
        if optional != sorted(optional):
            yield "an argument that may be left out comes before one that may not"
        if any(argument.many for argument in self.arguments[:-1]):
            yield "only the last argument takes all that is left"


class Table(Generic[D]):
    """The rows of one device. Iterates in their order; finds by name in any case; refuses two rows of one name.

    ``elsewhere`` says of names that this device does not have where they belong.
    """

    def __init__(self, rows: Iterable[Command[D]], elsewhere: Mapping[str, str] | None = None) -> None:
        self.elsewhere = dict(elsewhere or {})
        self._rows: dict[str, Command[D]] = {}
        for row in rows:
            if row.name in self._rows:
                raise ValueError(f"two command rows are named {row.name or 'AT'}")
            self._rows[row.name] = row
        self._takes = {row.name: row.most_arguments for row in self if row.first_secret is None}
        self._numeric = {row.name: row for row in self if row.extended and row.write and not row.stub}
        self._bare = (Call("", "execute", (), ""),) if "" in self._rows else ()
        self._known: dict[tuple[Escapes, str], Sequence[Errand[D]]] = {}
        named = [name for name, row in self._rows.items() if row.first_secret is not None]
        named.sort(key=len, reverse=True)
        #: Finds the name of a command with secret arguments, anywhere in a text; None when no command has any.
        self.secret_names: re.Pattern[str] | None = None
        if named:
            self.secret_names = re.compile(f"(?:{'|'.join(map(re.escape, named))})(?![A-Z])", re.IGNORECASE)

    def errands(self, body: str, escapes: Escapes = "backslash") -> Sequence[Errand[D]]:
        """Say what a command line means.

        Firmware types the same lines again and again, so the last ones are known, whichever modem they were typed to;
        but none that may hold a secret: a name that may be misspelt, a stray argument, user information in a URL. Nor
        one that holds numbers alone: it is understood at once, and likely to come with others the next time.
        """
        known = self._known.get((escapes, body))
        if known is not None:
            return known
        name, _, given = body.partition("=")
        row = self._numeric.get(name)
        if row is not None and (act := row.numeric_action(given)) is not None:
            return ((body, act),)
        calls = parse_line(body, escapes) or self._bare
        errands = tuple(map(self._errand, calls))
        if "@" not in body and all(map(self._is_harmless, calls)):
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[escapes, body] = errands
        return errands

    def _errand(self, call: Call) -> Errand[D]:
        row = self._rows.get(call.name)
        if row is None or row.stub or call.fault:
            return call.source, call
        try:
            return call.source, row.action(call.form, call.arguments)
        except Refusal:
            return call.source, call

    def _is_harmless(self, call: Call) -> bool:
        return len(call.arguments) <= self._takes.get(call.name, -1) and not call.fault

    def __iter__(self) -> Iterator[Command[D]]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, name: str) -> Command[D] | None:
        """Find the row of a command by its name, in any case."""
        return self._rows.get(name) or self._rows.get(name.upper())

    def nearest(self, name: str) -> list[str]:
        """List up to three names that a person may have meant by one that is not there."""
        return difflib.get_close_matches(name.upper()[:32], self._rows, n=3, cutoff=0.7)


def _writing(write: Callable[[D, tuple[Any, ...], Micros], Reply], values: tuple[Any, ...]) -> Action[D]:
    return lambda device, now: write(device, values, now)


def _testing(test: str | Action[D]) -> Action[D]:
    if isinstance(test, str):
        lines = Ok(tuple(test.split("\n")) if test else ())
        return lambda device, now: lines
    return test
