"""Reads scripts: every mistake is told, with its line and the word that was meant.

line ──► words ──► keyword, clauses (as, at, from, to, within), and what is left: a datagram
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import TypeVar

from modemtwin.clockwork import Micros
from modemtwin.modem.doors import Address
from modemtwin.world.net.route import parse_address
from modemtwin.world.schema import nearest
from modemtwin.world.script.datagram import KEYWORDS, read_draft, read_pattern
from modemtwin.world.script.script import (
    ANOTHER_ADDRESS,
    ANOTHER_PORT,
    After,
    Door,
    Drop,
    End,
    Expect,
    ExpectNothing,
    Ignore,
    Repeat,
    Script,
    Send,
    Step,
)
from modemtwin.world.script.value import COUNTER, DATAGRAM
from modemtwin.world.transcripts.transcript import parse_span

__all__ = ["parse_script"]

_KEYWORDS = ("expect", "send", "after", "drop", "ignore", "repeat", "end")
_CLAUSES = ("as", "at", "from", "to", "within", "for")
_MOST_REPEATS = 1_000_000
_DEEPEST = 8

_WORD = re.compile(r'\s*((?:[^\s"#]|"(?:[^"\\]|\\.)*"|(?<=\S)#)+)')
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

T = TypeVar("T")


def parse_script(text: str) -> Script:
    """Read a script; the ValueError has a line for every mistake in it."""
    parser = _Parser()
    for number, line in enumerate(text.splitlines(), 1):
        parser.take(number, line)
    parser.finish()
    if parser.mistakes:
        parser.mistakes.sort(key=itemgetter(0))
        raise ValueError("\n".join(f"line {number}: {mistake}" for number, mistake in parser.mistakes))
    return Script(tuple(parser.steps), text)


def _words(line: str) -> list[str]:
    """Split at blanks outside of quotes, up to a comment."""
    words: list[str] = []
    place = 0
    while (found := _WORD.match(line, place)) is not None:
        words.append(found[1])
        place = found.end()
    rest = line[place:].strip()
    if rest and not rest.startswith("#"):
        raise ValueError(f"{rest} has a quote that does not end")
    return words


class _Parser:
    """Reads line by line; knows which names there are, and which repeats are open."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.mistakes: list[tuple[int, str]] = []
        self._names: dict[str, str] = {}
        self._open: list[int] = []
        self._heard = False

    def take(self, number: int, line: str) -> None:
        """Read one line."""
        try:
            if words := _words(line):
                self.steps.append(self._step(number, words[0], words[1:]))
        except ValueError as error:
            self.mistakes += [(number, mistake) for mistake in str(error).splitlines()]

    def finish(self) -> None:
        """Look for what is missing at the end."""
        self.mistakes += [(self.steps[place].line, 'this repeat has no "end"') for place in self._open]
        if not self.steps and not self.mistakes:
            self.mistakes.append((1, "there is no step in this script"))

    def _step(self, line: int, keyword: str, words: list[str]) -> Step:
        match keyword.lower():
            case "expect" if words[:1] == ["nothing"]:
                if words[1:2] != ["for"]:
                    raise ValueError("say for how long: expect nothing for 5 s")
                return ExpectNothing(line, parse_span(" ".join(words[2:])))
            case "expect":
                return self._expect(line, words)
            case "send":
                return self._send(line, words)
            case "after":
                return After(line, parse_span(" ".join(words)))
            case "drop":
                return self._drop(line, words)
            case "ignore":
                return Ignore(line, read_pattern(words, self._names))
            case "repeat":
                return self._repeat(line, words)
            case "end":
                return self._end(line, words)
            case _:
                near = nearest(keyword.lower(), _KEYWORDS) or f": there are {', '.join(_KEYWORDS)}"
                raise ValueError(f'"{keyword}" begins no step{near}')

    def _expect(self, line: int, words: list[str]) -> Expect:
        clauses = _Clauses(words, ("as", "at", "within"))
        pattern = clauses.attempt(lambda: read_pattern(clauses.rest, self._names))
        door = clauses.attempt(lambda: _door(clauses.take("at")))
        within = clauses.attempt(lambda: _span(clauses.take("within")))
        name = clauses.attempt(lambda: self._new_name(clauses.take("as"), DATAGRAM))
        self._heard = True
        clauses.done()
        assert pattern is not None, "done() has told of the mistake"
        return Expect(line, pattern, name, door, within)

    def _send(self, line: int, words: list[str]) -> Send:
        clauses = _Clauses(words, ("to", "from"))
        draft = clauses.attempt(lambda: read_draft(clauses.rest, self._names))
        door = clauses.attempt(lambda: _door(clauses.take("from")))
        to = clauses.attempt(lambda: self._destination(clauses.take("to")))
        clauses.done()
        assert draft is not None, "done() has told of the mistake"
        return Send(line, draft, to, door or "")

    def _destination(self, words: list[str] | None) -> str | Address | None:
        if words is None:
            if not self._heard:
                raise ValueError("no line before this one takes a datagram, so say where it goes: to HOST:PORT")
            return None
        if len(words) == 1 and self._names.get(words[0]) == DATAGRAM:
            return words[0]
        if len(words) != 1 or ":" not in words[0]:
            near = nearest(" ".join(words), sorted(self._names))
            raise ValueError(f'"to {" ".join(words)}" is neither the name of a datagram nor HOST:PORT{near}')
        return parse_address(words[0])

    def _drop(self, line: int, words: list[str]) -> Drop:
        if not words:
            raise ValueError("say how many: drop 2, or drop 2 CON GET")
        self._heard = True
        count = _count(words[0], "drop 2")
        return Drop(line, count, read_pattern(words[1:] or ["any"], self._names))

    def _repeat(self, line: int, words: list[str]) -> Repeat:
        clauses = _Clauses(words, ("as",))
        count = clauses.attempt(lambda: _count(" ".join(clauses.rest), "repeat 10"))
        name = clauses.attempt(lambda: self._new_name(clauses.take("as"), COUNTER))
        if len(self._open) >= _DEEPEST:
            clauses.mistakes.append(f"more than {_DEEPEST} repeats stand inside each other")
        # It opens a block even with mistakes in it: its "end" is then none.
        self._open.append(len(self.steps))
        self.mistakes += [(line, mistake) for mistake in clauses.mistakes]
        return Repeat(line, count or 1, name)

    def _end(self, line: int, words: list[str]) -> End:
        if words:
            raise ValueError(f'nothing stands behind "end", but there is "{" ".join(words)}"')
        if not self._open:
            raise ValueError('there is no repeat before this "end"')
        start = self._open.pop()
        repeat = self.steps[start]
        assert isinstance(repeat, Repeat)
        self.steps[start] = replace(repeat, end=len(self.steps))
        if repeat.name is not None:
            del self._names[repeat.name]
        return End(line, start)

    def _new_name(self, words: list[str] | None, kind: str) -> str | None:
        if words is None:
            return None
        name = " ".join(words)
        taken = {word.lower() for word in (*KEYWORDS, *_KEYWORDS, *_CLAUSES)}
        if _NAME.fullmatch(name) is None or name.lower() in taken:
            raise ValueError(f'"as {name}": a name is a letter, then letters, digits and _, and no keyword')
        if re.fullmatch(r"[A-Fa-f0-9]+", name):
            raise ValueError(f'"as {name}": this could be bytes in hex; take a name with another letter in it')
        if self._names.get(name, kind) != kind or (kind == COUNTER and name in self._names):
            raise ValueError(f'"as {name}": there is a {self._names[name]} of this name already')
        self._names[name] = kind
        return name


class _Clauses:
    """The words of a line, its clauses taken out; ``mistakes`` are those of the whole line."""

    def __init__(self, words: Sequence[str], allowed: tuple[str, ...]) -> None:
        self.rest: list[str] = []
        self.mistakes: list[str] = []
        self._taken: dict[str, list[str]] = {}
        waiting = list(words)
        while waiting:
            word = waiting.pop(0)
            if word not in _CLAUSES:
                self.rest.append(word)
                continue
            length = _clause_length(waiting)
            if word not in allowed:
                self.mistakes.append(f'"{word}" has no place in this line')
            elif word in self._taken:
                self.mistakes.append(f'"{word}" is said twice')
            self._taken[word] = waiting[:length]
            del waiting[:length]

    def take(self, word: str) -> list[str] | None:
        """What stands behind this word of the line; None where it is not said."""
        return self._taken.get(word)

    def attempt(self, read: Callable[[], T]) -> T | None:
        """Read a part of the line; a mistake in it is kept until ``done``."""
        try:
            return read()
        except ValueError as error:
            self.mistakes += str(error).splitlines()
            return None

    def done(self) -> None:
        """ValueError with every mistake of the line, if there is one."""
        if self.mistakes:
            raise ValueError("\n".join(self.mistakes))


def _clause_length(words: list[str]) -> int:
    two = words[:1] == ["another"] or (len(words) > 1 and words[1] in ("ms", "s", "min"))
    return 2 if two else 1


def _door(words: list[str] | None) -> Door | None:
    if words is None:
        return None
    door = " ".join(words)
    if door in (ANOTHER_PORT, ANOTHER_ADDRESS):
        return door
    if ":" not in door:
        near = nearest(door, (ANOTHER_PORT, ANOTHER_ADDRESS))
        raise ValueError(f'"{door}" is neither "{ANOTHER_PORT}", nor "{ANOTHER_ADDRESS}", nor HOST:PORT{near}')
    parse_address(door)
    return door


def _span(words: list[str] | None) -> Micros | None:
    return None if words is None else parse_span(" ".join(words))


def _count(text: str, example: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= _MOST_REPEATS):
        raise ValueError(f'"{text}" is no number from 1 to {_MOST_REPEATS}: write {example}')
    return int(text)
