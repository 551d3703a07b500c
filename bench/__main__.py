"""``python3 run.py bench [NAME …]``: run the benchmarks and print their figures."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figure, Missing, table

NAMES = (
    "codec",
    "endpoint",
    "server",
    "blockwise",
    "growth",
    "retained",
    "at_exchange",
    "idle_memory",
    "pty_echo",
    "capture",
    "start",
    "world",
    "cli_start",
    "driver",
)


def main(words: Sequence[str] | None = None) -> int:
    """Run what is asked for; 3 when something is missing that it is to be compared with."""
    parser = _parser()
    options = parser.parse_args(words)
    if unknown := [name for name in options.names if name not in NAMES]:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}")
    print(f"Python {platform.python_version()}, {_aiocoap()}, {os.cpu_count()} cores, shared with others", flush=True)
    status = 0
    for name in options.names or NAMES:
        begun = time.monotonic()
        try:
            figures = measure(name, options.effort)
        except Missing as missing:
            print(f"\n{name}: {missing}", file=sys.stderr)
            status = 3
            continue
        print(f"\n{name} ({time.monotonic() - begun:.0f} s)\n\n{table(figures)}", flush=True)
    return status


def measure(name: str, effort: float) -> list[Figure]:
    """Run one benchmark."""
    figures: list[Figure] = importlib.import_module(f"bench.{name}").run(effort)
    return figures


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py bench", description="Measure ourselves beside others, in one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(NAMES)}; default: all")
    parser.add_argument(
        "--effort", type=float, default=1.0, metavar="F", help="do F times the work; 0.1 is quick and rough"
    )
    return parser


def _aiocoap() -> str:
    try:
        return f"aiocoap {importlib.metadata.version('aiocoap')}"
    except importlib.metadata.PackageNotFoundError:
        return "no aiocoap"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
    sys.exit(main())
