"""``modemtwin completion SHELL``: a script that completes verbs and options in bash, zsh or tcsh."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from modemtwin.cli import statuses
from modemtwin.cli.options import OptionParser

__all__ = ["arguments", "run", "whole_parser"]

_MORE = """\
examples:
  modemtwin completion bash > ~/.local/share/bash-completion/completions/modemtwin
  modemtwin completion zsh > ~/.zfunc/_modemtwin
  modemtwin completion tcsh > ~/.modemtwin.tcsh

exit status:
  0 written · 2 the command line is wrong · 3 the extra `term` is missing
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin completion bash|zsh|tcsh"
    parser.epilog = _MORE
    parser.add_argument("shell", metavar="SHELL", choices=("bash", "zsh", "tcsh"), help="bash, zsh or tcsh")


def run(options: argparse.Namespace) -> int:
    """Write the script."""
    try:
        import shtab
    except ImportError:
        command = f"{sys.executable} -m pip install 'modemtwin[term]'"
        print(f"{options.program}: it needs shtab, which is not installed: {command}", file=sys.stderr)
        return statuses.MISSING
    print(shtab.complete(whole_parser(), options.shell))
    return statuses.DONE


def whole_parser() -> argparse.ArgumentParser:
    """One parser for all verbs, as shtab wants it."""
    from modemtwin.cli.main import VERBS

    whole = argparse.ArgumentParser(prog="modemtwin", description="A virtual SIM7000 and a driver for real ones.")
    whole.add_argument("--version", action="store_true", help="show the version")
    verbs = whole.add_subparsers(parser_class=OptionParser, metavar="VERB")
    for verb in VERBS:
        parser = verbs.add_parser(verb.name, summary=verb.summary, help=verb.summary, prog=f"modemtwin {verb.name}")
        import_module(verb.module).arguments(parser)
    return whole
