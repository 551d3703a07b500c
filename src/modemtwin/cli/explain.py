"""``modemtwin explain JOURNAL MID``: the story of one message, from the keystroke to the last ACK."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from modemtwin.cli.journals import open_journal
from modemtwin.cli.options import OptionParser, file_name, number

if TYPE_CHECKING:
    from modemtwin.world.story.story import Story

__all__ = ["arguments", "run"]

_MOST_RANGES = 20

_MORE = """\
Without MID it lists the messages, one a line: when it began, its mid, what it was, how it ended. A mid names a message
between two endpoints only and comes round again, so there may be more than one story of it; < marks what the peer
began. Times are in seconds since the first entry of the journal.

examples:
  modemtwin explain day.journal
  modemtwin explain day.journal 1
  modemtwin explain day.journal 1 --json | jq -r .steps[].sentence

exit status:
  0 told · 1 there is no such message · 2 the journal cannot be read
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin explain JOURNAL [MID] [--json]"
    parser.epilog = _MORE
    parser.add_argument("journal", metavar="JOURNAL", type=file_name, help="what --journal wrote, or - for stdin")
    parser.add_argument("mid", metavar="MID", nargs="?", type=number(0, 65_535), help="the message ID")
    parser.add_argument("--json", action="store_true", help="one JSON object for each message, for programs")


def run(options: argparse.Namespace) -> int:
    """Tell it."""
    from modemtwin.cli.json_lines import line as json_line
    from modemtwin.modem.profile import tailor
    from modemtwin.world.story.narrator import stories

    recording = open_journal("explain", options.journal)
    profile = tailor(recording.header.profile, recording.header.overrides)
    told = stories(recording.entries, profile.transmission())
    if options.mid is not None:
        wanted = [story for story in told if story.mid == options.mid]
        if not wanted:
            known = _ranges({story.mid for story in told}) or "none"
            print(f"modemtwin explain: no message has mid {options.mid}; there are: {known}", file=sys.stderr)
            return 1
        told = wanted
    start = recording.entries[0].now if recording.entries else 0
    for story in told:
        if options.json:
            print(json_line("message", _told(story, start, steps=options.mid is not None)))
        elif options.mid is None:
            print(_line(story, start))
        else:
            _tell(story)
    if not told and not options.json:
        print(f"{recording.name}: no message left the modem or came to it")
    return 0


def _line(story: Story, start: int) -> str:
    mark = " " if story.ours else "<"
    what = story.what or "never left the modem"
    return f"{(story.now - start) / 1_000_000:>12.3f} s {mark} {story.mid:>5}  {what}  → {story.ending}"


def _ranges(mids: set[int]) -> str:
    """Write mids as ``1-24, 56051``; not without end."""
    ranges: list[list[int]] = []
    for mid in sorted(mids):
        if ranges and mid == ranges[-1][1] + 1:
            ranges[-1][1] = mid
        else:
            ranges.append([mid, mid])
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in ranges[:_MOST_RANGES]]
    return ", ".join([*shown, "…"] if len(ranges) > _MOST_RANGES else shown)


def _tell(story: Story) -> None:
    from modemtwin.cli.style import Style

    style = Style(sys.stdout)
    width = max(40, shutil.get_terminal_size((120, 24)).columns)
    wrapper = textwrap.TextWrapper(width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    print(style(f"mid {story.mid}: {story.what or 'never left the modem'}", "bold"))
    for step in story.steps:
        for line in wrapper.wrap(step.sentence):
            print(line)
    print(style(f"  In the end: {story.ending}.", "bold"))


def _told(story: Story, start: int, *, steps: bool) -> dict[str, object]:
    from modemtwin.io import host_port

    told = [{"at": (step.now - start) / 1_000_000, "sentence": step.sentence} for step in story.steps]
    return {
        "mid": story.mid,
        "at": (story.now - start) / 1_000_000,
        "ours": story.ours,
        "peer": None if story.peer is None else host_port.join(*story.peer),
        "what": story.what,
        "outcome": story.ending,
        "steps": told if steps else None,
    }
