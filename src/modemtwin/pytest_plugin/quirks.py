"""``--quirks``: every test under every choice that the ledger leaves open, as parameters of the test.

test_report[Q-QUEUE-FULL=drop-old]  test_report[Q-RECV-NAME=rcv] …        and test_report[usual], without a choice
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from modemtwin.modem.quirks import LEDGER, check

__all__ = ["USUAL", "choices", "is_repeated", "parametrize", "quirk_of"]

USUAL = "usual"
"""The name of the run under what the profile chooses."""

_SECONDS = "30"
"""A choice for a quirk that takes a number of seconds."""

_PARAMETER = "_modemtwin_quirk"


def choices(wanted: Iterable[str]) -> list[str]:
    """List the choices that ``all``, ``ID`` or ``ID=CHOICE`` mean, in the ledger's order; ValueError for none."""
    found: list[str] = []
    for each in wanted:
        quirk, equals, choice = each.partition("=")
        if each == "all":
            found += [USUAL, *(pair for quirk in LEDGER for pair in _open(quirk))]
        elif equals:
            found.append(f"{quirk.upper()}={check(quirk.upper(), choice)}")
        elif quirk.upper() in LEDGER:
            found += [USUAL, *_open(quirk.upper())]
        else:
            check(quirk, "")  # says which one was meant
    return list(dict.fromkeys(found))


def parametrize(metafunc: pytest.Metafunc, wanted: list[str]) -> None:
    """Make one test of each choice."""
    metafunc.fixturenames.append(_PARAMETER)
    metafunc.parametrize(_PARAMETER, wanted, indirect=True, ids=wanted)


def quirk_of(item: pytest.Item) -> str | None:
    """Say under which choice this test runs; None for what the profile chooses."""
    callspec = getattr(item, "callspec", None)
    chosen: str = callspec.params.get(_PARAMETER, USUAL) if callspec else USUAL
    return None if chosen == USUAL else chosen


def is_repeated(item: pytest.Item) -> bool:
    """Say whether this is one of the tests that ``--quirks`` makes of one."""
    callspec = getattr(item, "callspec", None)
    return callspec is not None and _PARAMETER in callspec.params


def _open(quirk: str) -> Iterator[str]:
    """The choices of a quirk, where there is more than one."""
    entry = LEDGER[quirk]
    listed = [*entry.choices, *([_SECONDS] if entry.seconds else [])]
    if len(listed) > 1:
        yield from (f"{quirk}={choice}" for choice in listed)
