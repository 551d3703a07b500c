"""Takes faults out of the text of a scenario, and leaves the rest of it as it was written, comments too.

    # what this fault is for      goes and stays with its table
    [[fault]]                     fault 1
    do = "drop"

A comment at the very top belongs to the whole.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection

from modemtwin.world.scenario.toml_lines import TomlLines

__all__ = ["shortened"]


def shortened(text: str, kept: Collection[int]) -> str:
    """Give a scenario with these of its ``[[fault]]`` tables, counted from 1.

    ValueError, as the end of a sentence, when they are written in another way, such as ``fault = [{…}]``.
    """
    lines = [f"{line}\n" for line in text.split("\n")]  # as TomlLines counts them
    lines[-1] = lines[-1][:-1]
    tables = TomlLines(text).tables
    begins = [_begin(lines, line) for _, line in tables] + [len(lines)]
    out = lines[: begins[0]]
    goes = False
    for (path, _), begin, end in zip(tables, begins, begins[1:], strict=False):
        if not path.startswith("fault[") or path.endswith("]"):
            goes = path.startswith("fault[") and int(path[6:-1]) not in kept
        out += [] if goes else lines[begin:end]
    made = "".join(out)
    whole = tomllib.loads(text)
    whole["fault"] = [fault for number, fault in enumerate(whole.get("fault", ()), 1) if number in kept]
    if tomllib.loads(made) != {name: table for name, table in whole.items() if name != "fault" or table}:
        raise ValueError("its faults do not stand in [[fault]] tables of their own")
    return made


def _begin(lines: list[str], line: int) -> int:
    """Say where a table begins whose header stands in a line, counted from 1: with the comment right above it."""
    begin = line - 1
    while begin > 0 and lines[begin - 1].lstrip().startswith("#"):
        begin -= 1
    return begin or line - 1
