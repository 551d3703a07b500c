"""Where passwords and PINs stand in what crosses the UART, so that no log and no journal shows them.

    AT+CNCFG=1,"ctnb","cdma","1234",0        +CNCFG: 1,"ctnb","cdma","1234",0
                              ~~~~  ~                                ~~~~  ~

The rule is on the safe side: from the first secret argument on, every field is secret; from where a line stops being
well formed, all of it is; and so is whatever an unknown command is given, for it may be a misspelt one. An unknown
command behind one with secrets may be the rest of a password with a semicolon, and is secret from its name on.
"""

from __future__ import annotations

import re
from typing import Any

from modemtwin.at.syntax import parse_line
from modemtwin.at.table import Command, Table

__all__ = ["ends_in_secret", "masked", "masked_with", "secret_spans"]

_FOUND = "; found "
_HARMLESS = re.compile(r"\s*(?:=\s*)?\?\s*(?:;|\Z)")
_TYPED = re.compile(r"[^=]*?[Aa][Tt]")
_GIVEN = re.compile(r"[=:?,] *|(?<=[A-Za-z0-9]) +|(?=\")")
_USER_INFORMATION = re.compile(r"://([^/@\"\s]+)@")
_SIGN = re.compile(r"\s*([=:]?)")
_FIELD = re.compile(r"\s*+(?:\"([^\"\\]*)\"|([^\",;\s](?:[^,;]*[^,;\s])?)?)\s*(?:([,;])|\Z)", re.DOTALL)


def secret_spans(line: str, table: Table[Any], *, s5: int = 8) -> list[tuple[int, int]]:
    """Find the secret arguments in a command line, or in an information line that reads them back.

    Gives ``(start, end)`` places in ``line``, in order, without their quotes. ``line`` is what was typed or written,
    with or without its end; ``s5`` is the editing character (V.250 §6.2.3), whose work is seen through.
    """
    if table.secret_names is None:
        return []
    if line.isprintable():
        return _spans(line, table)
    text, places = _edited(line, chr(s5))
    # What lies between two characters that remain was erased or is ignored; it goes with its neighbours.
    return [
        (places[start - 1] + 1, places[end] if end < len(text) else len(line.rstrip("\r\n")))
        for start, end in _spans(text, table)
    ]


def ends_in_secret(command: str, table: Table[Any]) -> bool:
    """Say whether what stands behind the semicolon of a command may be the rest of its secret, which has no quotes."""
    named = table.secret_names is not None and table.secret_names.search(command)
    return bool(named) and not command.rstrip().endswith(('"', "?"))


def masked(line: str, table: Table[Any]) -> str:
    """Give the line with an asterisk for each character of its secrets."""
    return masked_with(line, "", table)[0]


def masked_with(line: str, about: str, table: Table[Any]) -> tuple[str, str]:
    """Do so, and mask the same secrets where a text about the line quotes them.

    What it says of what was found there is left out: of a line without its secrets it would say something else, and a
    replay of the journal would part.
    """
    spans = secret_spans(line, table)
    about = about.partition(_FOUND)[0] if spans else about
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):  # the longest first
        about = _masked_in(about, line, start, end)
    for start, end in spans:
        line = line[:start] + "*" * (end - start) + line[end:]
    return line, about


def _masked_in(about: str, line: str, start: int, end: int) -> str:
    """Mask a secret of the line in a text: in quotes, beside what stands beside it there, or anywhere if it has digits.

    A password may be a word that the text has of its own; single characters stay.
    """
    secret = line[start:end]
    if len(secret) < 2:
        return about
    before, after = line[start - 1 : start].strip(), line[end : end + 1].strip()
    everywhere = any(map(str.isdigit, secret))
    left, found, right = about.partition(secret)
    shown = ""
    while found:
        # By hand: a pattern made of the secret would keep it in the cache of the module for patterns.
        beside = (before and left.endswith(before)) or (after and right.startswith(after))
        hidden = everywhere or beside or (left.endswith('"') and right.startswith('"'))
        shown += left + ("*" * len(secret) if hidden else secret)
        left, found, right = right.partition(secret)
    return shown + left


def _spans(text: str, table: Table[Any]) -> list[tuple[int, int]]:
    typed = _TYPED.match(text)
    spans = _of_secret_rows(text, table, typed=typed is not None)
    if typed is not None:
        spans += _of_others(text, typed.end(), table)
        spans += (found.span(1) for found in _USER_INFORMATION.finditer(text))
    return _merged(spans)


def _of_secret_rows(text: str, table: Table[Any], *, typed: bool) -> list[tuple[int, int]]:
    """Secrets of rows that have some, wherever their names stand."""
    spans: list[tuple[int, int]] = []
    assert table.secret_names is not None
    found = table.secret_names.search(text)
    while found:
        row = table.find(found[0])
        assert row is not None
        assert row.first_secret is not None
        place = found.end()
        sign = _SIGN.match(text, place)
        assert sign is not None
        if _HARMLESS.match(text, place) is None and (typed or sign[1] != ":" or row.reads_back):
            place = _fields(text, sign.end(), row, spans)
        found = table.secret_names.search(text, place)
    return spans


def _of_others(text: str, place: int, table: Table[Any]) -> list[tuple[int, int]]:
    """What a command that nobody knows is given, for it may be a misspelt one; and arguments beyond those of a row."""
    spans: list[tuple[int, int]] = []
    before, rest = "", place
    for call in parse_line(text[place:]):
        start = text.index(call.source, place)
        place = start + len(call.source)
        row, sign = table.find(call.name), _GIVEN.search(call.source)
        if (row is None or call.fault) and ends_in_secret(before, table):
            rest = (text.find(";", start) + 1 or len(text) + 1) - 1
            spans.append((start, rest))
        elif start >= rest:
            before = call.source
        if sign is None or start < rest:
            continue
        if row is None:
            if _HARMLESS.match(text, start + sign.start()) is None:
                spans.append((start + sign.end(), place))
        elif not call.fault and row.first_secret is None and row.arguments and not row.arguments[-1].many:
            _fields(text[:place], start + sign.end(), row, spans, first=len(row.arguments))
    return spans


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, without overlaps."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _fields(text: str, place: int, row: Command[Any], spans: list[tuple[int, int]], *, first: int | None = None) -> int:
    """Add the spans of one command's secret fields, ``first`` and on; give the place where the command ends."""
    first, behind = (row.first_secret or 0) if first is None else first, row.secret_behind
    number, before, harmless = 0, "", False
    while True:
        field = _FIELD.match(text, place)
        if field is None:
            # An escape, an open quote, text behind a quote: where the fields are is a matter of opinion from here.
            if text[place:].strip():
                spans.append((place, len(text)))
            return len(text)
        kind = 1 if field[1] is not None else 2
        if number == first and behind:
            harmless = before.upper() not in behind
        before = field[kind] or ""
        if number >= first and before and not harmless:
            spans.append(field.span(kind))
        place = field.end()
        if field[3] != ",":
            return place
        number += 1


def _edited(line: str, s5: str) -> tuple[str, list[int]]:
    """Give the line without control characters and what ``s5`` takes back, and where its characters stood."""
    places: list[int] = []
    for place, character in enumerate(line):
        if character == s5:
            del places[-1:]
        elif character >= " ":
            places.append(place)
    return "".join(line[place] for place in places), places
