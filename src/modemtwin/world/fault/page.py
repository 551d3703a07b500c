"""The reference of all faults, made of the rows that check them; each act in its three spellings."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import MISSING

from modemtwin.world.fault.fault import Count
from modemtwin.world.fault.state import STATES
from modemtwin.world.fault.table import ACTS, FAULT_KEYS, OCCASIONS, ActRow, OccasionRow, keys_of
from modemtwin.world.schema import Kind

__all__ = ["as_python", "as_words", "reference"]

_KEYS = {key.name.removeprefix("fault."): key for key in FAULT_KEYS}

_ABOUT = """\
A fault strikes on an *occasion*: a moment, a datagram, a line or a byte of the UART. Keys of the occasion say which are
meant, keys of the count which of those. What it does then is `do`. A scenario has `[[fault]]`, Python `modem.arm(…)`
and `add_modem(faults=…)`, a running modem `modemtwin control ADDRESS fault add …`; all three know the same keys.

The journal says of every strike which fault it was. What is left to chance hangs on the seed and on what the fault
says, not on other faults. Datagrams are struck between modem and path. What a fault does to the modem and round it
comes before what came in, and behind what went out. [How to](../howto/faults.md) shows them at work."""


_DURING = """\
With `during` a fault counts only what comes while that state holds: `during=exchange` with `nth=2` is the second one
behind which an answer is still awaited. A moment does not pass meanwhile: `at=60` with `during=bearer-up` strikes at
60 s, or as soon as there is a bearer after that. What has begun with `lasting` goes on whether the state does or not.
`not-` before the name of a state is all the time that it does not hold. `modemtwin control ADDRESS status` shows those
that hold."""


def reference() -> str:
    """Write the reference of all faults, in Markdown."""
    lines = [_ABOUT, "", "## On what occasion", ""]
    for row in OCCASIONS.values():
        lines += [f'### on = "{row.name}"', "", f"{_sentence(row.doc)}", "", *_rows(row.build), ""]
    lines += ["## Which of them", "", *_rows(Count), ""]
    lines += [f"`{row.name}` has {_listed(row.counts)}." for row in _choosy()]
    lines += ["", "## In which state", "", _DURING, "", "| `during` | |", "|---|---|"]
    lines += [f"| `{row.name}` | {row.doc} |" for row in STATES.values()]
    lines += ["", "## What happens", ""]
    for act in ACTS.values():
        lines += _act(act)
    return "\n".join(lines)


def _choosy() -> list[OccasionRow]:
    every = set(keys_of(Count))
    return [row for row in OCCASIONS.values() if set(row.counts) != every]


def _act(row: ActRow) -> list[str]:
    lines = [f"### {row.name}", "", _sentence(row.doc), ""]
    if keys_of(row.build):
        lines += [*_rows(row.build), ""]
    lines += [f"On {_listed(row.on)}.", ""]
    lines += ["```toml", "[[fault]]", row.example, "```", ""]
    lines += ["```python", as_python(row), "```", ""]
    return [*lines, f"    modemtwin control ADDRESS fault add {as_words(row)}", ""]


def as_python(row: ActRow) -> str:
    """Spell the example of an act in Python."""
    keys = tomllib.loads(row.example)
    name = str(keys.pop("do")).replace("-", "_")
    return f"faults.{name}({', '.join(f'{key}={_literal(value)}' for key, value in keys.items())})"


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def as_words(row: ActRow) -> str:
    """Spell the example of an act for a running modem."""
    keys = tomllib.loads(row.example)
    return " ".join(f"{key}={value}" for key, value in keys.items())


def _rows(build: Callable[..., object]) -> list[str]:
    lines = ["| key | allowed | default | unit | |", "|---|---|---|---|---|"]
    for name, default in keys_of(build).items():
        key = _KEYS[name]
        allowed = key.kind.allowed.replace("|", "\\|")
        lines.append(f"| `{name}` | {allowed} | {_default(key.kind, default)} | {key.unit} | {key.doc} |")
    return lines


def _default(kind: Kind, default: object) -> str:
    if default is MISSING:
        return "must be given"
    if default is None and getattr(kind, "optional", False):
        return "never"
    return "" if default in (None, "", 0) else f"{default}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
