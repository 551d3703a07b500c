"""``modemtwin minimise JOURNAL --fails TEXT``: the least that still fails."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from modemtwin.amount import amount
from modemtwin.cli.journals import leave, open_journal
from modemtwin.cli.options import OptionParser, file_name, number
from modemtwin.option import checked

if TYPE_CHECKING:
    from collections.abc import Callable

    from modemtwin.cli.journals import Recording
    from modemtwin.world.journal.journal import Entry, Header
    from modemtwin.world.journal.minimise import Minimised

__all__ = ["arguments", "run"]

_MORE = """\
A run fails when TEXT stands in something that comes out of the modem: a line of the UART, the reason of an ERROR, a
note, a datagram in the words of `modemtwin explain`. The journal is played again and again with less and less in it:
first the shortest beginning that still fails, then without whatever can be left out of that. Command lines are left
out whole, and the modem's timers run by themselves. What is left is a journal too, for `replay` and `explain`.

A Ctrl-C ends the search and takes what was found so far.

examples:
  modemtwin minimise day.journal --fails '+CCOAPACTION: 2' --out small.journal
  modemtwin minimise day.journal --regex --fails 'receive queue.*full'

exit status:
  0 cut down · 1 played again it does not fail, or the result cannot be written · 2 the journal cannot be replayed
  130 interrupted: what was found so far is written
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin minimise JOURNAL --fails TEXT [--regex] [--out FILE] [--within SECONDS] [--json]"
    parser.epilog = _MORE
    parser.add_argument("journal", metavar="JOURNAL", type=file_name, help="what --journal wrote, or - for stdin")
    parser.add_argument("--fails", metavar="TEXT", required=True, type=checked(_text), help="what a failing run says")
    parser.add_argument("--regex", action="store_true", help="TEXT is a regular expression")
    parser.add_argument(
        "--out", metavar="FILE", type=file_name, help="write the journal here; without it, or -: stdout"
    )
    parser.add_argument(
        "--within",
        metavar="SECONDS",
        type=number(1, 86_400),
        default=60,
        help="stop looking then, and take what was found (default: 60)",
    )
    parser.add_argument("--json", action="store_true", help="say what was left out as one JSON object; needs --out")


def run(options: argparse.Namespace) -> int:
    """Cut it down and write what is left."""
    from time import monotonic

    from modemtwin.io.interruption import stoppable
    from modemtwin.world.journal.minimise import minimise_journal

    if options.out == "-":
        options.out = None
    if options.json and not options.out:
        leave("minimise", "--json needs --out: both want standard output")
    fails = _predicate(options.fails, regex=options.regex)
    recording = open_journal("minimise", options.journal, whole=True)
    end = monotonic() + options.within
    with stoppable() as stopped:
        try:
            least = minimise_journal(
                recording.header, recording.entries, fails, enough=lambda: stopped() or monotonic() > end
            )
        except ValueError:
            print(f"modemtwin minimise: {recording.name}: {_why_not(recording, options, fails)}", file=sys.stderr)
            return 1
    if not _write(options.out, recording.header, least.entries):
        return 1
    if options.json:
        from modemtwin.cli.json_lines import line as json_line

        found = {"stimuli": least.stimuli, "of": least.of, "runs": least.runs, "least": least.least}
        told = {"journal": recording.name, "out": options.out, **found, "entries": len(least.entries)}
        print(json_line("minimised", told))
    else:
        summary = _summary(
            recording.name, least, stopped="you stopped it" if stopped() else "no time was left (--within)"
        )
        print(summary, file=sys.stdout if options.out else sys.stderr)
    return 130 if stopped() else 0


def _why_not(recording: Recording, options: argparse.Namespace, fails: Callable[[list[Entry]], bool]) -> str:
    if fails(recording.entries):
        replay = f"`modemtwin replay {options.journal}` shows where it does something else now"
        return f"it says {options.fails!r}, but played again it does not: {replay}"
    return f"played again, nothing that comes out of it says {options.fails!r}"


def _summary(name: str, least: Minimised, *, stopped: str) -> str:
    are = "is" if least.stimuli == 1 else "are"
    more = "" if least.least else f"; fewer may do, but {stopped}"
    return f"{name}: {least.stimuli} of {least.of} stimuli {are} enough, found in {amount(least.runs, 'run')}{more}"


def _predicate(text: str, *, regex: bool) -> Callable[[list[Entry]], bool]:
    from modemtwin.world.journal.minimise import told

    if not regex:
        return lambda entries: any(text in line for line in told(entries))
    try:
        pattern = re.compile(text)
    except re.error as error:
        leave("minimise", f"--fails: {text!r} is no regular expression: {error}")
    return lambda entries: any(pattern.search(line) for line in told(entries))


def _write(name: str | None, header: Header, entries: list[Entry]) -> bool:
    from modemtwin.world.journal.journal import JournalWriter

    lines: list[str] = []
    writer = JournalWriter(header, lines.append)
    for entry in entries:
        writer.record(*entry)
    writer.close()
    if name is None:
        sys.stdout.write("".join(lines))
        return True
    try:
        with open(name, "w", encoding="utf-8") as file:
            file.writelines(lines)
    except OSError as error:
        print(f"modemtwin minimise: {name} cannot be written: {error.strerror}", file=sys.stderr)
        return False
    return True


def _text(text: str) -> str:
    if not text:
        raise ValueError("it is empty, and every run says nothing")
    return text
