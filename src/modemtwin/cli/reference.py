"""``modemtwin reference``: writes the reference pages, or says which are stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from modemtwin.cli.options import OptionParser

__all__ = ["arguments", "run"]

_MORE = """\
examples:
  modemtwin reference docs/reference
  modemtwin reference docs/reference --check

exit status:
  0 written, or fresh · 1 a page is stale, or cannot be written · 2 the command line is wrong
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin reference FOLDER [--check]"
    parser.epilog = _MORE
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="where the pages stand")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a page is stale")


def run(options: argparse.Namespace) -> int:
    """Write the pages, or compare them."""
    from modemtwin.cli.pages import PAGES

    folder: Path = options.folder
    stale = []
    for name, page in PAGES.items():
        path, text = folder / name, page()
        try:
            if path.exists() and path.read_text("utf-8") == text:
                continue
            stale.append(name)
            if not options.check:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
        except OSError as error:
            print(f"modemtwin reference: {path} cannot be written: {error.strerror}", file=sys.stderr)
            return 1
    for name in stale:
        print(f"{folder / name}: {'stale' if options.check else 'written'}")
    return 1 if options.check and stale else 0
