"""What a person may type next at an AT prompt, and what it means; all of it read from the command table.

    AT+CCOAPPARA=code,1,uri-pa|           ──► uri-path   0 or 1, then a value
    AT+CSQ;+CO|                           ──► +COPS   Operator selection
    AT+CNACT|                             ──► =?  ?  =

A place in a line is one of three: within a name, right behind one, within an argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from modemtwin.at.arguments import Argument, Choice, Pairs
from modemtwin.at.table import Command, Table

if TYPE_CHECKING:
    from modemtwin.modem.parts.parts import Parts

__all__ = ["Suggestion", "described", "known_commands", "suggestions"]

_VALUES = {
    "code": {"1": "GET", "2": "POST", "3": "PUT", "4": "DELETE", "5": "FETCH", "6": "PATCH", "7": "iPATCH"},
    "type": {'"CON"': "confirmable", '"NON"': "non-confirmable", '"ACK"': "answers", '"RST"': "rejects"},
    "observe": {"0": "register", "1": "deregister"},
}
"""What the values of AT+CCOAPPARA mean where they are few (COAP-AN §3.3)."""

_CODES = {"0": "the value is text", "1": "the value is hex digits"}
_FORMS = {"=?": "what it takes", "?": "what it is now", "=": "set it"}
_NAME = re.compile(r"[+*#$%^&\\]?[A-Za-z0-9!%.:_/-]*\Z")
_BEGINNING = re.compile(r"[+*#$%^&\\]?[A-Za-z0-9!%.:_/-]*")
_WRITE = re.compile(r"([+*#$%^][A-Za-z0-9!%.:_/-]+)=(?!\?)(.*)\Z", re.DOTALL)


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


def suggestions(before: str) -> list[Suggestion]:
    """How the text before the cursor may go on."""
    if len(before) < 2 or before[:2].upper() != "AT":
        return [Suggestion("AT", len(before), "attention")] if before.upper() in ("", "A") else []
    command = _last_command(before[2:])
    written = _WRITE.match(command)
    if written:
        row = known_commands().find(written[1])
        return list(_arguments(row, written[2])) if row else []
    if not _NAME.match(command):
        return []
    row = known_commands().find(command) if command else None
    forms = list(_forms(row)) if row and row.extended else []
    return forms + list(_names(command))


def described(line: str) -> str:
    """What the last command of a line is, its forms, its arguments, an example; empty when nobody knows it."""
    typed = line.strip()
    body = typed[2:] if typed[:2].upper() == "AT" else typed
    begun = _BEGINNING.match(_last_command(body))
    assert begun is not None  # it may be empty
    name = begun[0].upper()
    row = known_commands().find(name) or known_commands().find(f"+{name}")
    if row is None:
        near = known_commands().nearest(name)
        return f"AT{name} is not known here" + (f"; did you mean AT{near[0]}?" if near else "")
    lines = [f"AT{row.name}  {row.title} ({row.section})"]
    lines += [f"  {form:8} {row.spelling(form)}" for form in row.forms]
    lines += [f"  <{argument.name}>: {argument.allowed()}" for argument in row.arguments]
    return "\n".join([*lines, f"  example  {row.example}"])


def _last_command(body: str) -> str:
    """What stands behind the last ``;`` that is outside of quotes (V.250 §5.4.5)."""
    start, quoted = 0, False
    for place, character in enumerate(body):
        if character == '"':
            quoted = not quoted
        elif character == ";" and not quoted:
            start = place + 1
    return body[start:].lstrip()


def _names(begun: str) -> Iterator[Suggestion]:
    for row in known_commands():
        if row.name.startswith(begun.upper()) and row.name not in ("", begun.upper()):
            yield Suggestion(row.name, len(begun), row.title)


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
    rest = [word.strip().strip('"').lower() for word in whole]
    while rest:
        coded = spec.names.get(rest[0])
        if coded is None:
            return {}
        if len(rest) == 1:
            return _CODES if coded else _VALUES.get(rest[0], {})
        if coded and len(rest) == 2:
            return {}
        rest = rest[3 if coded else 2 :]
    return {name: "0 or 1, then a value" if coded else "a value" for name, coded in spec.names.items()}


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
