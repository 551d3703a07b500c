"""``modemtwin capture JOURNAL FILE``: a journal as a capture for Wireshark."""

from __future__ import annotations

import argparse
import os
import struct
import sys
from typing import TYPE_CHECKING, BinaryIO

from modemtwin.cli.journals import leave, open_journal
from modemtwin.cli.options import OptionParser, file_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modemtwin.world.journal import Entry

__all__ = ["arguments", "run", "write_capture"]

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
    recording = open_journal("capture", options.journal)
    if options.file == "-":
        return write_capture("capture", sys.stdout.buffer, recording.name, recording.entries)
    if options.journal != "-" and os.path.realpath(options.file) == os.path.realpath(options.journal):
        leave("capture", f"{options.file} is the journal itself: name another file")
    try:
        with open(options.file, "wb") as file:
            return write_capture("capture", file, recording.name, recording.entries)
    except OSError as error:
        print(f"modemtwin capture: {options.file} cannot be written: {error.strerror}", file=sys.stderr)
        return 1


def write_capture(verb: str, file: BinaryIO, name: str, entries: Iterable[Entry]) -> int:
    """Write entries as a capture; leaves with status 2 at an entry that no packet can be made of."""
    from modemtwin.capture.capture import Capture

    capture = Capture(file.write, about=f"made of {name}")
    for number, entry in enumerate(entries, 1):
        try:
            capture.add("", entry)
        except (ValueError, struct.error) as error:
            leave(verb, f"{name}: entry {number} cannot be a packet: {error}")
    capture.close()
    file.flush()
    return 0
