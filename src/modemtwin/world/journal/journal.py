"""The journal: what went into the modem, when, and what came out. With the seed it is a complete reproduction.

    {"modemtwin": "journal", "version": 1, "profile": "sim7000", …, "seed": 0, "lost": 0}
    {"now": 1500000, "in": {"UartRx": {"data": "AT\\r"}}, "out": [{"UartTx": {"data": "AT\\r\\r\\nOK\\r\\n"}}]}

The first line says what the modem was built of, each other one is a call of it. A line holds one JSON object, so that
a file is whole up to its last line whatever ends the program. In memory the journal is the last so many entries as
they are; every way to see it goes through the redactor.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Any, Protocol

from modemtwin.amount import amount
from modemtwin.at.redaction import secret_spans
from modemtwin.at.syntax import parse_line
from modemtwin.clockwork import Micros
from modemtwin.modem.board import Modem
from modemtwin.modem.commands import table
from modemtwin.modem.doors import Card, Effect, Stimulus
from modemtwin.modem.profile import tailor
from modemtwin.world.journal.likeness import Parse
from modemtwin.world.journal.notation import decode, decode_card, encode, encode_card
from modemtwin.world.journal.redactor import Entry, Find, Pseudonyms, Redactor, redacted

__all__ = [
    "ENTRIES_KEPT",
    "Entry",
    "Header",
    "Journal",
    "JournalWriter",
    "Machine",
    "build_modem",
    "parse_journal",
]

ENTRIES_KEPT = 10_000
"""So many entries a journal has in memory, as a rule."""

_VERSION = 1


class Machine(Protocol):
    """The contract of the modem."""

    def handle(self, stimulus: Stimulus, now: Micros) -> list[Effect]:
        """Take a stimulus; give the effects in order."""

    def next_timer(self) -> Micros | None:
        """Say when ``Tick`` is due."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a modem was built of: profile name, overrides (profile keys and quirk ids), card, saved values, seed.

    ``lost`` counts the entries before the first one that are not there any more.
    """

    profile: str = "sim7000"
    overrides: Mapping[str, object] = field(default_factory=dict)
    card: Card | None = field(default_factory=Card)
    saved: Mapping[str, object] = field(default_factory=dict)
    seed: int = 0
    lost: int = 0

    @property
    def loss(self) -> str:
        """Say how many entries are not there any more, as the beginning of a sentence."""
        return f"the first {amount(self.lost, 'entry of this journal is', 'entries of this journal are')} lost"

    def find_secrets(self) -> Find:
        """Say how secrets are found in what this modem hears and says."""
        rows = table(tailor(self.profile, self.overrides).dialect)
        return lambda line: secret_spans(line, rows)

    def parse(self) -> Parse:
        """Say how this modem takes a command line apart."""
        return partial(parse_line, escapes=tailor(self.profile, self.overrides).escapes)


class JournalWriter:
    """Writes a journal as text while it grows: the header at once, then one line for each entry, secrets replaced.

    ``write`` gets whole lines, ``watch`` what they say. Entries of a half-typed command line are held back until the
    line is complete.
    """

    def __init__(
        self, header: Header, write: Callable[[str], None] | None, watch: Callable[[Entry], None] | None = None
    ) -> None:
        self._write = write
        self._watch = watch
        self._redactor = Redactor(header.find_secrets(), Pseudonyms(), cut=header.lost > 0, parse=header.parse())
        if write:
            write(_header_line(header, self._redactor))

    def record(self, now: Micros, stimulus: Stimulus, effects: tuple[Effect, ...]) -> None:
        """Add an entry."""
        self._tell(self._redactor.add(Entry(now, stimulus, effects)))

    def close(self) -> None:
        """Write what is still held back."""
        self._tell(self._redactor.flush())

    def _tell(self, entries: list[Entry]) -> None:
        for entry in entries:
            if self._write:
                self._write(_entry_line(entry))
            if self._watch:
                self._watch(entry)


class Journal:
    """The last ``limit`` entries, in memory; ``write`` also gets all of them as text, line by line.

    ``watch`` gets all of them as they are, secrets replaced: a capture of a run that goes on.
    """

    __slots__ = ("_count", "_entries", "_writer", "header")

    def __init__(
        self,
        header: Header,
        limit: int = ENTRIES_KEPT,
        *,
        write: Callable[[str], None] | None = None,
        watch: Callable[[Entry], None] | None = None,
    ) -> None:
        self.header = header
        # (now, stimulus, effect, effect, …), flat: there may be millions, and the collector of garbage sees each tuple.
        self._entries: deque[tuple[Any, ...]] = deque(maxlen=limit)
        self._count = 0
        self._writer = JournalWriter(header, write, watch) if write or watch else None

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<Journal: {len(self)} entries of {self._count}>"

    @property
    def total(self) -> int:
        """So many entries there have been since the beginning."""
        return self.header.lost + self._count

    @property
    def lost(self) -> int:
        """So many entries, the first ones, are not there any more."""
        return self.total - len(self._entries)

    def record(self, now: Micros, stimulus: Stimulus, effects: Sequence[Effect]) -> None:
        """Add an entry."""
        self._count += 1
        self._entries.append((now, stimulus, *effects))
        if self._writer is not None:
            self._writer.record(now, stimulus, tuple(effects))

    def entries(self) -> list[Entry]:
        """List the entries, secrets replaced."""
        redactor = Redactor(self.header.find_secrets(), Pseudonyms(), cut=self.lost > 0)
        redactor.card(self.header.card)
        return list(redacted(self._kept(), redactor))

    def text(self) -> str:
        """Give the journal as text, secrets replaced; ``replay`` reads it when nothing of it is lost."""
        lines: list[str] = []
        writer = JournalWriter(replace(self.header, lost=self.lost), lines.append)
        for entry in self._kept():
            writer.record(*entry)
        writer.close()
        return "".join(lines)

    def tail(self, count: int) -> list[str]:
        """Give the last entries as lines of JSON, secrets replaced."""
        return [_entry_line(entry).rstrip() for entry in self.entries()[-count:]]

    def close(self) -> None:
        """Hand what is still held back to ``write``."""
        if self._writer is not None:
            self._writer.close()

    def _kept(self) -> Iterator[Entry]:
        return (Entry(now, stimulus, tuple(effects)) for now, stimulus, *effects in self._entries)


def parse_journal(text: str) -> tuple[Header, list[Entry]]:
    """Read a journal. ValueError names the line and what is wrong with it; half a line at the end is left out."""
    if not text.strip():
        raise ValueError("it is empty; a journal begins with a header")
    if "\n" not in text:
        raise ValueError("line 1 ends in the middle, or this is not a journal of modemtwin")
    lines = _whole_lines(text)
    header = _parse_header(next(lines))
    entries: list[Entry] = []
    for number, line in enumerate(lines, 2):
        if not line:  # an editor's
            continue
        entry = _parse_entry(number, line)
        if entries and entry.now < entries[-1].now:
            before = entries[-1].now
            raise ValueError(f"line {number}: its time, {entry.now}, is before that of the line above, {before}")
        entries.append(entry)
    return header, entries


def _whole_lines(text: str) -> Iterator[str]:
    """Give the lines that have ended, one by one: there may be a million."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1


def build_modem(header: Header) -> Modem:
    """Build the modem that a header describes."""
    profile = tailor(header.profile, header.overrides)
    return Modem(profile, Random(header.seed), card=header.card, saved=header.saved)


def _header_line(header: Header, redactor: Redactor) -> str:
    told = {
        "modemtwin": "journal",
        "version": _VERSION,
        "profile": header.profile,
        "overrides": dict(header.overrides),
        "card": encode_card(redactor.card(header.card)),
        "saved": redactor.values(header.saved),
        "seed": header.seed,
        "lost": header.lost,
    }
    return json.dumps(told) + "\n"


def _entry_line(entry: Entry) -> str:
    told = {"now": entry.now, "in": encode(entry.stimulus), "out": [encode(effect) for effect in entry.effects]}
    return json.dumps(told, separators=(", ", ": ")) + "\n"


def _object(number: int, line: str) -> dict[str, Any]:
    try:
        notation = json.loads(line)
    except (ValueError, RecursionError) as error:  # numbers and nests without end are no JSON of ours either
        raise ValueError(f"line {number}: this is not JSON: {getattr(error, 'msg', error)}") from None
    if not isinstance(notation, dict):
        raise ValueError(f"line {number}: this is not a JSON object")
    return notation


def _parse_header(line: str) -> Header:
    notation = _object(1, line) if line.strip() else {}
    if notation.get("modemtwin") != "journal":
        raise ValueError("line 1: there is no header; this is not a journal of modemtwin")
    version = notation.get("version")
    if version != _VERSION:
        raise ValueError(
            f"line 1: the journal is of version {json.dumps(version)}; this program reads version {_VERSION}"
        )
    kinds = {"profile": str, "overrides": dict, "saved": dict, "seed": int, "lost": int}
    for key, kind in {**kinds, "card": dict}.items():
        if type(notation.get(key)) is not kind and not (key == "card" and notation.get(key, ...) is None):
            raise ValueError(f"line 1: {key} is missing or of another type than it should be")
    try:
        card = decode_card(notation.get("card"))
        tailor(notation["profile"], notation["overrides"])
    except ValueError as error:
        raise ValueError(f"line 1: {error}") from None
    return Header(card=card, **{key: notation[key] for key in kinds})


def _parse_entry(number: int, line: str) -> Entry:
    notation = _object(number, line)
    if notation.get("modemtwin") == "journal":
        raise ValueError(f"line {number}: another journal begins here; each is a file of its own")
    now, effects = notation.get("now"), notation.get("out")
    if type(now) is not int or not isinstance(effects, list):
        raise ValueError(f"line {number}: an entry has now (whole microseconds), in and out")
    try:
        return Entry(now, decode(notation.get("in")), tuple(map(decode, effects)))
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from None
