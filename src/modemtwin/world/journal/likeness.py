"""Says whether a command line whose secrets are hidden is understood as it was typed: else its journal may not replay.

AT+CPIN="1234"       AT+CPIN="0000"        alike: the same calls, faults and refusals
AT+CPI\\x0e="1234"    AT+CP*\\x0e="****"     not alike: there is no such command, and then no command at all
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from modemtwin.at.syntax import Call

__all__ = ["Parse", "alike"]

Parse: TypeAlias = Callable[[str], list[Call]]
"""Takes apart what stands behind ``AT``."""


def alike(typed: str, shown: str, parse: Parse, find: Callable[[str], Sequence[tuple[int, int]]]) -> bool:
    """Say whether both texts, which begin behind ``AT``, do the same but for what a secret is; ``find`` finds those."""
    return _reading(typed, parse, find) == _reading(shown, parse, find)


def _reading(text: str, parse: Parse, find: Callable[[str], Sequence[tuple[int, int]]]) -> list[tuple[object, ...]]:
    return [
        (
            call.name,
            call.form,
            call.fault,
            _refused(call.source, find),
            [(argument.quoted, len(argument.text), argument.text.isdigit()) for argument in call.arguments],
        )
        for call in parse(text)
    ]


def _refused(source: str, find: Callable[[str], Sequence[tuple[int, int]]]) -> str:
    """Write a call as a refusal does, which stands in the journal."""
    line = f"AT{source}"
    for start, end in find(line):
        line = line[:start] + "*" * (end - start) + line[end:]
    return line
