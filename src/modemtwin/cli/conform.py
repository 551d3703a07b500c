"""``modemtwin conform``: holds a module against COAP-AN, line by line, and finds out which choices it has made."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from modemtwin.cli.connection import add_port
from modemtwin.cli.options import OptionParser, file_name, number, profile
from modemtwin.option import checked

if TYPE_CHECKING:
    from modemtwin.world.conformance.dialogue import Dialogue
    from modemtwin.world.conformance.programme import Plan

__all__ = ["arguments", "run"]

_MORE = """\
It types the lines of SIMCom's note into the module, and those of a probe for each quirk, and compares what comes back
with what a virtual modem answers to the same lines. Signal, addresses, mids and what a server says may vary. A line
that differs is explained by the choices of quirks that make a virtual modem say the same; see docs/howto/conform.md.

--save FILE writes a profile with the choices found, and a transcript of all that was said beside it (FILE with .at):
`modemtwin modem --profile FILE` then behaves as this module did.

Lines that need an answer from the network need a server: `modemtwin serve` where the module can reach it, named by
--server. A virtual module on this machine gets one by itself. Before anything that writes to flash or takes the module
off the network it asks; without a terminal that is left out, unless --yes is given.

In every case, Ctrl-C too, the module is left as it was found.

examples:
  modemtwin conform
  modemtwin conform --profile sim7000-literal --json
  modemtwin conform --port /dev/ttyUSB2 --server coap://203.0.113.7 --apn iot.1nce.net --save mine.toml
  modemtwin conform --profile mine.toml --transcript mine.at

exit status:
  0 all agrees or is explained · 1 something differs · 2 the command line is wrong · 3 the port cannot be had, or has
  gone · 6 no answer in time · 7 the module refused what everything else needs, or started again · 130 interrupted
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin conform [--port PORT [--server URL] | --profile NAME] [OPTIONS]"
    parser.epilog = _MORE
    add_port(parser, "a virtual modem of its own, in virtual time")
    parser.add_argument("--profile", metavar="NAME", type=profile, help="without --port: its firmware, or a TOML file")
    parser.add_argument("--server", metavar="URL", type=checked(_server), help="coap://HOST[:PORT], for the module")
    parser.add_argument("--apn", metavar="NAME", type=checked(_apn), help="the card's APN (default: the network's)")
    parser.add_argument(
        "--transcript",
        metavar="FILE",
        type=file_name,
        action="append",
        default=[],
        help="hold it against this file instead, or one that ships (coap-an/…); repeatable",
    )
    parser.add_argument(
        "--save", metavar="FILE", type=checked(_toml), help="write a profile, and a transcript beside it"
    )
    parser.add_argument("--yes", action="store_true", help="ask nothing: flash may be written, the radio may go off")
    parser.add_argument("--slow", action="store_true", help="play also what takes minutes (Q-TIMEOUT)")
    parser.add_argument(
        "--patience", metavar="SECONDS", type=number(1, 600), default=5, help="wait so long for a reply (default: 5)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line, for programs")
    parser.add_argument("-q", "--quiet", action="store_true", help="show only lines that differ, and the end")


def run(options: argparse.Namespace) -> int:
    """Find out what is to be played, ask what must be asked, and play it."""
    if wrong := _contradiction(options):
        return _complain(wrong)
    try:
        own = _own(options.transcript)
    except OSError as error:
        return _complain(f"{error.filename} cannot be read: {error.strerror}")
    except ValueError as error:
        return _complain(*str(error).splitlines()[:5])
    from modemtwin.cli.conformance_report import JsonReport, TextReport
    from modemtwin.cli.conformance_run import knock, play, rehearse
    from modemtwin.cli.until_stopped import log_to_stderr, run_until_stopped
    from modemtwin.world.conformance.programme import Plan

    report = JsonReport(quiet=options.quiet) if options.json else TextReport(quiet=options.quiet)
    report.against = ", ".join(options.transcript)
    plan = Plan(own=own, slow=options.slow or not options.port)
    if options.port is None:
        return rehearse(options, plan, report)
    log_to_stderr(0)
    if not options.yes:
        if _answers() and (status := run_until_stopped(lambda: knock(options, report), stopped=130)):
            return status
        _ask(plan)
    return run_until_stopped(lambda: play(options, plan, report), stopped=130)


def _contradiction(options: argparse.Namespace) -> str:
    if options.port and options.profile:
        return "--profile is for a virtual modem of this process, and --port for any other module: take one of them"
    if options.save and options.transcript:
        return "--save writes what the probes tell, and with --transcript none is played: take one of them"
    if options.server and not options.port:
        return "--server is for a module at a --port; the virtual modem of this process has a server of its own"
    if options.save and not Path(options.save).parent.is_dir():
        return f"--save: there is no folder {Path(options.save).parent}"
    return ""


def _own(files: list[str]) -> list[Dialogue]:
    from modemtwin.io.text_file import read_text
    from modemtwin.world.conformance.dialogue import read_dialogues
    from modemtwin.world.transcripts.shipped import shipped, shipped_names

    dialogues: list[Dialogue] = []
    for file in files:
        ships = not Path(file).exists() and file in shipped_names()
        try:
            found = read_dialogues(file if ships else Path(file).name, shipped(file) if ships else read_text(file))
        except ValueError as error:
            raise ValueError("\n".join(f"{file}: {line}" for line in str(error).splitlines())) from None
        if not found:
            raise ValueError(f"{file}: there is nothing to type in it")
        dialogues += found
    return dialogues


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _ask(plan: Plan) -> None:
    """Ask for every dialogue that does something lasting; what is not granted is left out."""
    for name, rows in plan.lasting().items():
        what = "; ".join(dict.fromkeys(f"{typed.decode('latin-1')} {row.what}" for typed, row in rows))
        if not _answers():
            plan.refused[name] = f"{what} (--yes plays it)"
        elif not _granted(f"{name}: {what}."):
            plan.refused[name] = what


def _answers() -> bool:
    """Whether there is a person to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _granted(what: str) -> bool:
    width = shutil.get_terminal_size().columns - 1
    print("\n".join(textwrap.wrap(what, width, break_on_hyphens=False)), file=sys.stderr)
    print("Play it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _complain(*lines: str) -> int:
    for line in lines:
        print(f"modemtwin conform: {line}", file=sys.stderr)
    return 2


# ── options ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _server(text: str) -> str:
    from modemtwin.coap.uri import parse

    url = text.rstrip("/")
    parse(url)
    if url.count("/") > 2 or "?" in url:
        raise ValueError(f"{text!r}: name the server only, coap://HOST[:PORT]; the paths are the transcripts'")
    return url


def _apn(text: str) -> str:
    if not text or not text.isascii() or not text.isprintable() or '"' in text:
        raise ValueError(f"{text!r} is no APN")
    return text


def _toml(text: str) -> str:
    if not text.endswith(".toml"):
        raise ValueError(f"{text!r}: a profile is a TOML file; write {text or 'mine'}.toml")
    return text
