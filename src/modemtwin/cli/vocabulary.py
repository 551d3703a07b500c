"""What a person may type next at an AT prompt, and what it means; all of it read from the command table.

    AT+CCOAPPARA=code,1,uri-pa|           ──► uri-path   a path, its segments parted by /: 0 or 1, then …
    AT+CSQ;+CO|                           ──► +COPS   Operator selection
    AT+CNACT|                             ──► =?  ?  =

A place in a line is one of three: within a name, right behind one, within an argument.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from modemtwin.at.arguments import Argument, Choice, Pairs
from modemtwin.at.table import Command, Table

if TYPE_CHECKING:
    from modemtwin.modem.parts.parts import Parts

__all__ = ["Suggestion", "Vocabulary", "known_commands"]

_PARAMETERS = {
    "code": "method or response code, one byte in hex: 1 GET, 2 POST, 3 PUT, 4 DELETE, 45 for 2.05",
    "type": "CON, NON, ACK or RST",
    "mid": "message ID, 0–65535; without it the module counts",
    "token": "up to 8 bytes that come back in the answer",
    "content-format": "of the payload: 0 text, 40 link-format, 42 bytes, 50 JSON, 60 CBOR",
    "accept": "the content format that the answer should have",
    "uri-path": "a path, its segments parted by /",
    "uri-query": "arguments, parted by &",
    "etag": "up to 8 bytes that name a version",
    "observe": "0 registers, 1 deregisters",
    "max-age": "seconds for which the payload stays fresh",
    "size": "of the whole body, in bytes",
    "payload": "the payload",
}
"""The parameters of AT+CCOAPPARA in words (COAP-AN §3.3)."""

_VALUES = {
    "code": {"1": "GET", "2": "POST", "3": "PUT", "4": "DELETE", "5": "FETCH", "6": "PATCH", "7": "iPATCH"},
    "type": {'"CON"': "confirmable", '"NON"': "non-confirmable", '"ACK"': "answers", '"RST"': "rejects"},
    "observe": {"0": "register", "1": "deregister"},
}
"""What their values mean where they are few."""

_CODES = {"0": "the value is text", "1": "the value is hex digits"}
_FORMS = {"=?": "what it takes", "?": "what it is now", "=": "set it"}
_NAME = re.compile(r"[+*#$%^&\\]?[A-Za-z0-9!%.:_/-]*\Z")
_BEGINNING = re.compile(r"[+*#$%^&\\]?[A-Za-z0-9!%.:_/-]*")
_WRITE = re.compile(r"([+*#$%^][A-Za-z0-9!%.:_/-]+)=(?!\?)(.*)\Z", re.DOTALL)
_WIDTH = 100


class Suggestion(NamedTuple):
    """A way to go on: the text, how many characters before the cursor it takes the place of, what it means."""

    text: str
    replaces: int
    about: str


@cache
def known_commands() -> Table[Parts]:
    """Every command of both dialects; where both have one, the row of the SIM7000."""
    from modemtwin.modem.commands import rows

    return Table({row.name: row for row in chain(rows("sim7080"), rows("sim7000"))}.values())


class Vocabulary:
    """The commands of one dialect, ``sim7000`` or ``sim7080``."""

    def __init__(self, dialect: str) -> None:
        from modemtwin.modem.commands import table

        self._table: Table[Parts] = table(dialect)

    def suggestions(self, before: str) -> list[Suggestion]:
        """How the text before the cursor may go on."""
        if len(before) < 2 or before[:2].upper() != "AT":
            return [Suggestion("AT", len(before), "attention")] if before.upper() in ("", "A") else []
        command = _last_command(before[2:])
        written = _WRITE.match(command)
        if written:
            row = self._table.find(written[1])
            return list(_arguments(row, written[2])) if row else []
        if not _NAME.match(command):
            return []
        row = self._table.find(command) if command else None
        forms = list(_forms(row)) if row and row.extended else []
        return forms + list(self._names(command))

    def title(self, before: str) -> str:
        """What is being typed, in one line: the parameter of AT+CCOAPPARA, else the command; empty if unknown."""
        command = _last_command(before[2:]) if before[:2].upper() == "AT" else ""
        row = self._find(command) if command else None
        if row is None:
            return ""
        written = _WRITE.match(command)
        if written and row.arguments and isinstance(row.arguments[-1], Pairs):
            name = _current_pair(row.arguments[-1], _split(written[2]))
            if name:
                return f"{name}: {_PARAMETERS[name]}"
        return f"AT{row.name}  {row.title} ({row.section})"

    def described(self, line: str) -> str:
        """What the last command of a line is: its forms, its arguments, an example; or what may have been meant."""
        typed = line.strip()
        command = _last_command(typed[2:] if typed[:2].upper() == "AT" else typed)
        row = self._find(command)
        if row is None:
            begun = _BEGINNING.match(command)
            name = begun[0].upper() if begun else command
            near = self._table.nearest(name)
            return f"{name} is not known here" + (f"; did you mean AT{near[0]}?" if near else "")
        lines = [f"AT{row.name}  {row.title} ({row.section})"]
        lines += [f"  {form:8} {row.spelling(form)}" for form in row.forms]
        for argument in row.arguments:
            lines += _explained(argument)
        return "\n".join([*lines, f"  example  {row.example}"])

    def _find(self, command: str) -> Command[Parts] | None:
        begun = _BEGINNING.match(command)
        return (self._table.find(begun[0]) or self._table.find(f"+{begun[0]}")) if begun else None

    def _names(self, begun: str) -> Iterator[Suggestion]:
        for row in self._table:
            if row.name.startswith(begun.upper()) and row.name not in ("", begun.upper()):
                yield Suggestion(row.name, len(begun), row.title)


def _explained(argument: Argument) -> list[str]:
    if not isinstance(argument, Pairs):
        text = f"<{argument.name}>: {argument.allowed()}"
        return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="    ")
    return [
        f"  {name}{',0|1' if coded else ''},…".ljust(22) + _PARAMETERS[name] for name, coded in argument.names.items()
    ]


def _last_command(body: str) -> str:
    """What stands behind the last ``;`` that is outside of quotes (V.250 §5.4.5)."""
    start, quoted = 0, False
    for place, character in enumerate(body):
        if character == '"':
            quoted = not quoted
        elif character == ";" and not quoted:
            start = place + 1
    return body[start:].lstrip()


def _forms(row: Command[Parts]) -> Iterator[Suggestion]:
    has = {"=?": row.test is not None, "?": row.read is not None, "=": row.write is not None}
    return (Suggestion(form, 0, about) for form, about in _FORMS.items() if has[form])


def _arguments(row: Command[Parts], given: str) -> Iterator[Suggestion]:
    *whole, begun = _split(given)
    spec = row.arguments[min(len(whole), len(row.arguments) - 1)] if row.arguments else None
    if isinstance(spec, Pairs):
        values = _pair_values(spec, whole)
    elif spec is not None and (spec.many or len(whole) < len(row.arguments)):
        values = _plain_values(spec)
    else:
        values = {}
    for text, about in values.items():
        if text.lower().startswith(begun.lower()) and text != begun:
            yield Suggestion(text, len(begun), about)


def _plain_values(spec: Argument) -> dict[str, str]:
    if not isinstance(spec, Choice) or spec.secret:
        return {}
    return {str(each) if isinstance(each, int) else f'"{each}"': f"<{spec.name}>" for each in spec.values}


def _pair_values(spec: Pairs, whole: list[str]) -> dict[str, str]:
    """What may stand behind whole pairs of AT+CCOAPPARA and the beginning of one more."""
    rest = _behind_whole_pairs(spec, whole)
    if not rest:
        return {name: _PARAMETERS[name] for name in spec.names}
    coded = spec.names.get(rest[0])
    if coded:
        return _CODES if len(rest) == 1 else {}
    return _VALUES.get(rest[0], {})


def _current_pair(spec: Pairs, words: list[str]) -> str:
    """The name of the pair that is being typed; empty where none has begun."""
    *whole, begun = words
    rest = _behind_whole_pairs(spec, whole)
    name = rest[0] if rest else begun.strip('"').lower()
    return name if name in spec.names else ""


def _behind_whole_pairs(spec: Pairs, whole: list[str]) -> list[str]:
    rest = [word.strip().strip('"').lower() for word in whole]
    while rest and rest[0] in spec.names:
        length = 3 if spec.names[rest[0]] else 2
        if len(rest) < length:
            break
        rest = rest[length:]
    return rest


def _split(given: str) -> list[str]:
    """Part at the commas that are outside of quotes."""
    pieces, quoted = [""], False
    for character in given:
        if character == "," and not quoted:
            pieces.append("")
            continue
        quoted = quoted != (character == '"')
        pieces[-1] += character
    return [piece.lstrip() for piece in pieces]
