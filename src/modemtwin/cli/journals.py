"""Reads the journal that a verb works on; whatever is wrong with it is one line with its place, and exit status 2."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple, NoReturn

if TYPE_CHECKING:
    from modemtwin.world.journal.journal import Entry, Header

__all__ = ["Recording", "leave", "open_journal"]

_LONGEST = 1 << 30


class Recording(NamedTuple):
    """A journal: the name it was given, what is in it."""

    name: str
    header: Header
    entries: list[Entry]


def open_journal(verb: str, name: str, *, whole: bool = False) -> Recording:
    """Read a journal, ``-`` from standard input. ``whole``: one whose beginning is lost will not do."""
    from modemtwin.io.text_file import read_text
    from modemtwin.world.journal.journal import parse_journal

    shown = "standard input" if name == "-" else name
    try:
        text = read_text(0 if name == "-" else name, longest=_LONGEST)
        header, entries = parse_journal(text)
    except OSError as error:
        leave(verb, f"{shown} cannot be read: {error.strerror}")
    except ValueError as error:
        leave(verb, f"{shown}: {error}")
    if whole and header.lost:
        leave(verb, f"{shown}: {header.loss}; it takes a whole one")
    if text and not text.endswith("\n"):
        line = text.count("\n") + 1
        print(f"modemtwin {verb}: {shown}: line {line} ends in the middle and is left out", file=sys.stderr)
    return Recording(shown, header, entries)


def leave(verb: str, message: str) -> NoReturn:
    """Say what is wrong and leave with status 2."""
    print(f"modemtwin {verb}: {message}", file=sys.stderr)
    raise SystemExit(2)
