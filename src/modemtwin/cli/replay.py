"""``modemtwin replay JOURNAL``: the same stimuli to a fresh modem, and where it does something else."""

from __future__ import annotations

import argparse
import json
import sys
from itertools import takewhile
from typing import TYPE_CHECKING

from modemtwin.amount import amount
from modemtwin.cli.journals import open_journal
from modemtwin.cli.options import OptionParser, file_name

if TYPE_CHECKING:
    from modemtwin.cli.journals import Recording
    from modemtwin.modem.doors import Effect, Stimulus
    from modemtwin.world.journal.journal import Entry
    from modemtwin.world.journal.replay import Parting

__all__ = ["arguments", "run"]

_BEFORE = 3
"""Entries that are shown above the one at which they part."""

_WIDEST = 200
"""Characters of a stimulus or an effect that are shown."""

_MORE = """\
A journal holds all that went into a modem, and its seed, so a replay does the same to the last byte. It stops at the
first effect that is another one than the journal has, or where a timer of the modem was due and the journal has
nothing, and shows it with the entries before it. What stands in the place of a secret is not compared. --pcap writes
what the modem of the replay did.

examples:
  modemtwin replay day.journal
  modemtwin replay day.journal --pcap day.pcapng
  modemtwin replay day.journal --json | jq .parting.entry

exit status:
  0 the same throughout · 1 another effect, or the capture cannot be written · 2 the journal cannot be replayed
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin replay JOURNAL [--pcap FILE] [--json]"
    parser.epilog = _MORE
    parser.add_argument("journal", metavar="JOURNAL", type=file_name, help="what --journal wrote, or - for stdin")
    parser.add_argument(
        "--pcap",
        metavar="FILE",
        type=file_name,
        help="write what happens as a capture for Wireshark; - is standard output",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")


def run(options: argparse.Namespace) -> int:
    """Replay it and show where it parts."""
    from contextlib import nullcontext, redirect_stdout

    from modemtwin.cli.capture import check_capture, is_standard_output, write_capture
    from modemtwin.world.journal.replay import replay_entries

    if options.pcap:
        check_capture("replay", options.pcap, options.journal)
    recording = open_journal("replay", options.journal, whole=True)
    played: list[Entry] = []
    parting = replay_entries(recording.header, recording.entries, watch=played.append if options.pcap else None)
    status = 0 if parting is None else 1
    if options.pcap:
        status = write_capture("replay", options.pcap, f"a replay of {recording.name}", played) or status
    aside = options.pcap and is_standard_output(options.pcap)
    with redirect_stdout(sys.stderr) if aside else nullcontext():
        _report(options, recording, parting)
    return status


def _report(options: argparse.Namespace, recording: Recording, parting: Parting | None) -> None:
    from modemtwin.cli.json_lines import line as json_line

    if options.json:
        print(json_line("replay", _told(recording, parting)))
    elif parting is None:
        print(f"{recording.name}: {amount(len(recording.entries), 'entry', 'entries')}, all as recorded")
    else:
        _show(recording, parting)


def _told(recording: Recording, parting: Parting | None) -> dict[str, object]:
    told: dict[str, object] = {"journal": recording.name, "entries": len(recording.entries), "agrees": parting is None}
    told["parting"] = None if parting is None else {**parting._asdict(), "line": parting.entry + 1}
    return told


def _show(recording: Recording, parting: Parting) -> None:
    from modemtwin.cli.style import Style
    from modemtwin.clockwork import MICROSECONDS
    from modemtwin.modem.doors import Struck
    from modemtwin.world.journal.redactor import INEXACT

    style, entries = Style(sys.stdout), recording.entries
    since = (parting.now - entries[0].now) / MICROSECONDS
    print(style(f"{recording.name}:{parting.entry + 1}: parts at entry {parting.entry}, {since:.6f} s in", "bold"))
    for number in range(max(0, parting.entry - 1 - _BEFORE), parting.entry - 1):
        entry = entries[number]
        print(style(f"  {number + 1:>5}   {_shown(entry.stimulus)}", "dim"))
        for effect in entry.effects:
            print(style(f"            {_shown(effect)}", "dim"))
    print(f"  {parting.entry:>5}   {_cut(parting.stimulus)}")
    if any(entry.stimulus == Struck(INEXACT) for entry in entries[: parting.entry]):
        print(f"  the journal itself says: {INEXACT}")
    both = zip(parting.recorded, parting.replayed, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], both))
    print(style(f"          - {_cut(parting.recorded, same)}", "red"))
    print(style(f"          + {_cut(parting.replayed, same)}", "green"))
    before = amount(parting.entry - 1, "entry", "entries")
    print(f"- is what the journal has, + what the modem does now; {before} before it are the same")


def _shown(value: Stimulus | Effect) -> str:
    from modemtwin.world.journal.notation import encode

    return _cut(json.dumps(encode(value)))


def _cut(text: str, where: int = 0) -> str:
    """Cut a long text to what stands around a place in it."""
    start = max(0, where - _WIDEST // 2) if len(text) > _WIDEST else 0
    end = start + _WIDEST
    return ("…" if start else "") + text[start:end] + (f"… ({len(text)} characters)" if end < len(text) else "")
