"""Shows where a play parted from what was written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from modemtwin.amount import amount
from modemtwin.cli.style import Style
from modemtwin.world.transcripts.transcript import Difference

__all__ = ["report"]

_MOST_BEFORE = 8


def report(
    name: str, text: str, differences: Sequence[Difference], *, leads: Callable[[str], bool], quiet: bool = False
) -> int:
    """Show each difference below the lines that lead to it, from the last one that ``leads``; give the exit status."""
    if not differences:
        if not quiet:
            print(f"{name}: as written")
        return 0
    style, lines = Style(sys.stdout), text.splitlines()
    for difference in differences:
        print(style(f"{name}:{difference.line}", "bold"))
        for number, line in _before(lines, difference.line, leads):
            print(style(f"  {number:>4}   {line}", "dim"))
        print(style(f"       - {difference.expected}", "red"))
        print(style(f"       + {difference.got}", "green"))
    print(f"{name}: parts in {amount(len(differences), 'place')}")
    return 1


def _before(lines: Sequence[str], line: int, leads: Callable[[str], bool]) -> list[tuple[int, str]]:
    end = min(line, len(lines))
    lead = next((place for place in range(end - 1, -1, -1) if leads(lines[place])), 0)
    return [(place + 1, lines[place]) for place in range(max(lead, line - _MOST_BEFORE), end)]
