"""Takes the secrets out of journal entries before anybody reads them, and leaves the dialogue such that it replays.

    entries ──► held back while a line is half typed, or half written ──► secrets found ──► entries without them

The TE types in pieces of any size, the modem echoes them and reads back what it was told, so a secret may lie across
many entries. Every secret is replaced by something of the same length: digits by other digits, the same by the same and
different ones by different ones, so that a right PIN stays right and a wrong one wrong; all else by asterisks. A single
digit stays: ``at.redaction`` is on the safe side and counts what follows a password in, such as the way to send it.

A garbled line may be understood in another way once its secrets are hidden. Before such a line stands an entry that
says so: ``INEXACT``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import NamedTuple, TypeAlias

from modemtwin.clockwork import Micros
from modemtwin.modem.doors import (
    BearerOpen,
    Card,
    CardInserted,
    Effect,
    Note,
    Save,
    Secret,
    Stimulus,
    Struck,
    UartRx,
    UartTx,
)
from modemtwin.world.journal.likeness import Parse, alike

__all__ = ["INEXACT", "Entry", "Find", "Hide", "Pseudonyms", "Redactor", "asterisks"]

Find: TypeAlias = Callable[[str], Sequence[tuple[int, int]]]
"""Says where secrets stand in a command line from ``AT`` on, or in an information line."""

Hide: TypeAlias = Callable[[str], str]
"""Gives something as long as a secret, in its place."""

INEXACT = (
    "this journal may not replay from here: a line with a secret is garbled, and with the secret hidden it is "
    "understood in another way"
)
"""What is noted before such a line."""

_MOST_HELD = 1000
_LONGEST_LINE = 4096
_EDITOR = re.compile(r"[Ss][^\r=]{0,24}5[^\r=]{0,24}=([^\rSs]{0,24})")  # ATS5=35, however it was typed
_MOST_EDITORS = 8
_CONTROLS = "".join(map(chr, range(32))) + "\x7f"
_PREFIX = re.compile(r"[Aa]\n*([Tt]|/|\Z)")  # as at.line hunts for it
_DIGITS = re.compile(r'(["\s]*)([0-9]+)(["\s]*)')
_ESCAPED = re.compile(r'(\\[0-9A-Fa-f]{2})|([\\"])|[\s\S]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_FIELD = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^",;]*))\s*([,;]|\Z)', re.DOTALL)
_SECRET_KEY = re.compile(r"pass|pwd|pin\b|puk", re.IGNORECASE)


class Entry(NamedTuple):
    """One call of ``Modem.handle``."""

    now: Micros
    stimulus: Stimulus
    effects: tuple[Effect, ...]


def asterisks(secret: str) -> str:
    """Hide a secret behind asterisks; quotes and escapes stay what they are, so that the line keeps its meaning."""
    return _ESCAPED.sub(lambda found: r"\2A" if found[1] else found[2] or "*", secret)


class Pseudonyms:
    """Gives every secret of digits other digits, for as long as it lives; hides all others behind asterisks."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._next: dict[int, int] = {}

    def __call__(self, secret: str) -> str:
        """Give the pseudonym of a secret."""
        found = _DIGITS.fullmatch(secret)
        return found[1] + self._digits(found[2]) + found[3] if found else asterisks(secret)

    def _digits(self, secret: str) -> str:
        if len(secret) == 1:
            return secret
        if secret not in self._given:
            number = self._next.get(len(secret), 0)
            if f"{number:0{len(secret)}d}" == secret:
                number += 1
            self._next[len(secret)] = number + 1
            self._given[secret] = f"{number % 10 ** len(secret):0{len(secret)}d}"
        return self._given[secret]


class Redactor:
    """Entries in, the same entries without secrets out, some of them later.

    ``cut``: the first entry may begin in the middle of a line, which is hidden whole. ``parse``: note a line which is
    not understood as it was typed.
    """

    def __init__(self, find: Find, hide: Hide, *, cut: bool = False, parse: Parse | None = None) -> None:
        self._hide = hide
        self._typed = _Lines(find, hide, ends="\r", blind=cut, parse=parse)
        self._written = _Lines(find, hide, ends="\r\n", blind=cut)
        self._held: list[Entry] = []

    def add(self, entry: Entry) -> list[Entry]:
        """Take an entry; give all that can be told by now."""
        self._held.append(entry)
        if isinstance(entry.stimulus, UartRx):
            self._typed.add(entry.stimulus.data)
        for effect in entry.effects:
            if isinstance(effect, UartTx):
                self._written.add(effect.data)
        half = _begins_command(self._typed.half) or self._written.half
        if half and len(self._held) < _MOST_HELD and max(self._typed.size, self._written.size) < _LONGEST_LINE:
            return []
        return self.flush()

    def flush(self) -> list[Entry]:
        """Give everything, half lines too."""
        erasers = self._typed.erasers()
        typed, written = self._typed.settle(erasers), self._written.settle(erasers)
        held, self._held = self._held, []
        noted = []
        if self._typed.inexact and held:
            self._typed.inexact = False
            noted = [Entry(held[0].now, Struck(INEXACT), (Note(INEXACT),))]
        return noted + [self._without_secrets(entry, typed, written) for entry in held]

    def card(self, card: Card | None) -> Card | None:
        """Give a card with the same imprint and other secrets."""
        return card and replace(card, pin=self._secret(card.pin), puk=self._secret(card.puk))

    def values(self, values: Mapping[str, object]) -> dict[str, object]:
        """Give saved values without passwords."""
        return {key: self._value(key, value) for key, value in values.items()}

    def _value(self, key: str, value: object) -> object:
        match value:
            case Mapping():
                return self.values(value)
            case list() | tuple():
                return [self._value(key, each) for each in value]
            case str() if isinstance(value, Secret) or _SECRET_KEY.search(key):
                return self._secret(value)
            case _:
                return value

    def _secret(self, secret: str) -> Secret:
        return Secret(self._hide(secret))

    def _without_secrets(self, entry: Entry, typed: Iterator[str], written: Iterator[str]) -> Entry:
        stimulus = entry.stimulus
        if isinstance(stimulus, UartRx):
            hidden = _take(typed, len(stimulus.data))
            if hidden != stimulus.data:
                written = _echo_hidden(stimulus.data, hidden, entry.effects, written)
            stimulus = UartRx(hidden)
        elif isinstance(stimulus, CardInserted):
            stimulus = CardInserted(self.card(stimulus.card) or stimulus.card)
        effects = (self._effect(effect, written) for effect in entry.effects)
        return Entry(entry.now, stimulus, tuple(effects))

    def _effect(self, effect: Effect, written: Iterator[str]) -> Effect:
        match effect:
            case UartTx(data):
                return UartTx(_take(written, len(data)))
            case BearerOpen():
                return replace(effect, password=self._secret(effect.password))
            case Save(values):
                return Save(self.values(values))
            case _:
                return effect


class _Lines:
    """One direction of the serial line: what was said since the last ``settle``, cut into lines.

    ``_told`` is the beginning of the current line that was given away already; ``blind`` hides the rest of it.
    ``inexact``: a line is not understood as it was said.
    """

    def __init__(self, find: Find, hide: Hide, *, ends: str, blind: bool, parse: Parse | None = None) -> None:
        self._parse = parse
        self.inexact = False
        self._find, self._hide, self._blind = find, hide, blind
        self._erasers = ["\b", _CONTROLS] if blind else ["\b"]
        self._end = re.compile(f"[{ends}]")
        self._echoes = "\n" in ends
        self._said: list[str] = []
        self._told = self._half = ""
        self.size = 0

    @property
    def half(self) -> str:
        """The line that has not ended, or its beginning when it is too long for one."""
        return self._half

    def add(self, data: bytes) -> None:
        """Take some bytes."""
        text = data.decode("latin-1")
        self._said.append(text)
        self.size += len(text)
        tail = self._end.split(text)
        self._half = (tail[-1] if len(tail) > 1 else self._half + text)[:_LONGEST_LINE]

    def erasers(self) -> list[str]:
        """List what may take a character back: backspace; once S5 was set, any control character, or the one it names.

        S5 may be a printable character too (V.250 §6.2.3), and each line is read with every one that it was lately.
        """
        text = "".join((self._told, *self._said))
        for found in _EDITOR.finditer(text) if "5" in text else ():
            named = [chr(int(number)) for number in re.findall(r"0*(\d{1,3})", found[1])]
            for each in (_CONTROLS, *(each for each in named if " " <= each < "\x7f")):
                if each not in self._erasers:
                    self._erasers.append(each)
        del self._erasers[2:-_MOST_EDITORS]  # behind backspace and control characters, the latest
        return self._erasers

    def settle(self, erasers: Sequence[str]) -> Iterator[str]:
        """Give what was said, character by character, secrets hidden whichever of ``erasers`` edits the line."""
        text, self._said, self.size = "".join(self._said), [], 0
        lines = self._end.split(text)
        ends = [*self._end.findall(text), ""]
        hidden = "".join(self._line(line, erasers, last=not end) + end for line, end in zip(lines, ends, strict=True))
        return iter(hidden)

    def _line(self, line: str, erasers: Sequence[str], *, last: bool) -> str:
        told, blind = self._told, self._blind
        if last:
            self._told += line
            if len(self._told) >= _LONGEST_LINE:
                self._told, self._blind = "", True
        else:
            self._told, self._blind = "", False
        if blind:
            return re.sub(r"[^AaTt/\x00-\x1f]", "*", line)
        hidden = self._hidden(told + line, erasers)
        if self._parse is not None and hidden != told + line and not last:
            self.inexact |= not self._is_alike(told + line, hidden)
        return hidden[len(told) :]

    def _is_alike(self, said: str, hidden: str) -> bool:
        assert self._parse is not None, "asked by whoever calls this"
        return alike(_body(said), _body(hidden), self._parse, self._find)

    def _hidden(self, line: str, erasers: Sequence[str]) -> str:
        """Hide the secrets of a line, whichever of its characters takes another one back."""
        others = [each for each in erasers[1:] if any(map(line.__contains__, each))]
        if not others and line.isprintable() and not self._find(line):
            return line
        shown, hidden = list(line), set[int]()
        for each in (erasers[0], *others):
            places, erased = _typed_places(line, each)
            suspect = self._find(_CONTROL.sub("", line).replace(each, ""))  # a secret may be all that was taken back
            if self._hide_spans(shown, line, places, hidden) or suspect:
                for place in erased:
                    # A quote stays, for a line that is read otherwise would lose its meaning.
                    if place not in hidden and line[place] != '"':
                        shown[place] = "*"
        if not (_PREFIX.match(line) if self._echoes else _command(line)):
            self._hide_spans(shown, line, list(range(len(line))), hidden)
        return "".join(shown)

    def _hide_spans(self, shown: list[str], line: str, places: list[int], hidden: set[int]) -> bool:
        """Hide the secrets of the characters at these places, and say whether there were any.

        What another way to read the line has ``hidden`` stays as it hid it, so that the same secret looks the same.
        """
        text = "".join(line[place] for place in places)
        spans = list(_exact(text, self._find))
        for start, end in spans:
            for place, character in zip(places[start:end], self._hide(text[start:end]), strict=True):
                if place not in hidden:
                    shown[place] = character
            hidden.update(places[start:end])
        return bool(spans)


def _echo_hidden(data: bytes, hidden: bytes, effects: Iterable[Effect], written: Iterator[str]) -> Iterator[str]:
    """Hide in the echo what is hidden in what was typed: a URC may part the echo of a line, which is then no line.

    ``written`` goes on with what the effects write, of which only its own lines have been looked at.
    """
    said = b"".join(effect.data for effect in effects if isinstance(effect, UartTx))
    shown = list(islice(written, len(said)))
    begun = place = 0
    for line in data.splitlines(keepends=True):
        echo = line.rstrip(b"\n")
        found = said.find(echo, place)
        if found >= 0:
            place = found + len(echo)
            for offset in range(len(echo)):
                if hidden[begun + offset] != echo[offset]:
                    shown[found + offset] = chr(hidden[begun + offset])
        begun += len(line)
    return chain(shown, written)


def _exact(text: str, find: Find) -> Iterator[tuple[int, int]]:
    """Say where secrets stand, field by field also where ``find`` took the rest of a line for want of plain fields."""
    for start, end in find(text):
        if end < len(text.rstrip()) or text[start - 1 : start] == '"' or '"' not in text[start:end]:
            yield start, end
            continue
        place, more = start, True
        while more and (field := _FIELD.match(text, place)):
            yield field.span(1) if field[1] is not None else field.span(2)
            place, more = field.end(), field[3] == ","
        if more:
            yield place, end
        elif place < end:
            yield from ((place + first, place + last) for first, last in _exact(text[place:], find))
        return


def _command(line: str) -> re.Match[str] | None:
    """Find where a command line begins: the first ``AT`` that is no part of an ``A/``."""
    return next((found for found in _PREFIX.finditer(line) if found[1] != "/"), None)


def _body(line: str) -> str:
    """Give what the modem takes for the command line, behind its ``AT``."""
    places, _ = _typed_places(line, "\b")
    return "".join(line[place] for place in places[2:])


def _begins_command(line: str) -> bool:
    return _command(line) is not None


def _typed_places(line: str, erasers: str) -> tuple[list[int], list[int]]:
    """Say where the characters of a command line stand that hold, and where those that were taken back."""
    found = _command(line)
    if found is None or not found[1]:
        return [], []
    places, erased = [found.start(), found.end() - 1], []
    for place in range(found.end(), len(line)):
        if line[place] not in erasers:
            places.append(place)
        elif len(places) > 2:
            erased.append(places.pop())
    return places, erased


def _take(characters: Iterator[str], count: int) -> bytes:
    return "".join(islice(characters, count)).encode("latin-1")


def redacted(entries: Iterable[Entry], redactor: Redactor) -> Iterator[Entry]:
    """Give finished entries without secrets."""
    for entry in entries:
        yield from redactor.add(entry)
    yield from redactor.flush()
