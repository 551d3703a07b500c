"""``modemtwin capture JOURNAL FILE``: a journal as a capture for Wireshark."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, BinaryIO

from modemtwin.cli.journals import leave, open_journal
from modemtwin.cli.options import OptionParser, file_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modemtwin.world.journal.journal import Entry

__all__ = ["TERMINAL", "arguments", "check_capture", "is_standard_output", "run", "write_capture"]

TERMINAL = "a capture is nothing to read on a terminal: name a file, or pipe it into tshark -r -"

_MORE = """\
The capture is pcapng with two interfaces: the IP packets of the bearer, and the lines of the UART, which Wireshark
shows with its AT dissector. Why a command was refused is a comment on the packet that says ERROR. Times are those of
the journal. CoAP on another port than 5683 needs "Decode As" in Wireshark, or -d udp.port==PORT,coap for tshark.

examples:
  modemtwin capture day.journal day.pcapng
  modemtwin capture day.journal - | tshark -r - -Y coap

exit status:
  0 written · 1 it cannot be written · 2 the journal cannot be read
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin capture JOURNAL FILE"
    parser.epilog = _MORE
    parser.add_argument("journal", metavar="JOURNAL", type=file_name, help="what --journal wrote, or - for stdin")
    parser.add_argument("file", metavar="FILE", type=file_name, help="the capture to write, or - for standard output")


def run(options: argparse.Namespace) -> int:
    """Convert it."""
    check_capture("capture", options.file, options.journal)
    recording = open_journal("capture", options.journal)
    return write_capture("capture", options.file, recording.name, recording.entries)


def check_capture(verb: str, file: str, journal: str) -> None:
    """Leave with status 2 where a capture would be written over the journal that it is made of, or to a terminal."""
    if journal != "-" and file != "-" and os.path.realpath(file) == os.path.realpath(journal):
        leave(verb, f"{file} is the journal itself: name another file")
    if is_standard_output(file) and os.isatty(1):
        leave(verb, TERMINAL)


def is_standard_output(file: str) -> bool:
    """Say whether a file is where we print to: ``-``, or ``/dev/stdout`` and the like."""
    try:
        return file == "-" or os.path.samestat(os.stat(file), os.fstat(1))
    except OSError:
        return False


def write_capture(verb: str, file: str, name: str, entries: Iterable[Entry]) -> int:
    """Write entries as a capture and give the exit status; leaves with 2 at an entry that no packet can be made of."""
    try:
        with open(1 if file == "-" else file, "wb", closefd=file != "-") as out:
            _write(verb, out, name, entries)
    except BrokenPipeError:
        raise  # somebody has seen enough; main knows what to do
    except OSError as error:
        shown = "standard output" if file == "-" else file
        print(f"modemtwin {verb}: {shown} cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _write(verb: str, out: BinaryIO, name: str, entries: Iterable[Entry]) -> None:
    from modemtwin.capture.capture import Capture

    capture = Capture(out.write, about=f"made of {name}")
    for number, entry in enumerate(entries, 1):
        try:
            capture.add("", entry)
        except ValueError as error:
            leave(verb, f"{name}: entry {number} cannot be a packet: {error}")
    capture.close()
