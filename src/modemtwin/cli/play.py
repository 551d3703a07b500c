"""``modemtwin play FILE``: a transcript against a fresh modem, or against any port."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from modemtwin.cli.connection import add_port
from modemtwin.cli.options import OptionParser, number, real_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modemtwin.world.transcripts.transcript import Difference, Transcript

__all__ = ["arguments", "run"]

_MOST = 10
"""Mistakes that are shown; a file with more of them is no transcript at all."""

_MORE = """\
A transcript is text: `> AT+CSQ` is typed, `< +CSQ: 27,99` is expected, `=> 40010001` is a datagram that leaves and
`<= 60450001` one that arrives, `... 2 s` lets time pass. Without --port it is played against a fresh virtual modem,
where no time is lost. With --port the lines that a TE can type and read are played in real time against whatever is
there. The exit status is 0 when everything was as written, 1 when something was not.

With --scenario the virtual modem begins as a scenario says, faults and timeline too; what the transcript sets up
changes that. With --fewest-faults a transcript that parts is played again with fewer and fewer of its faults, those of
the scenario and those of its own `! fault` lines, and it says with which of them it still parts first at the same line.
A Ctrl-C ends that search and takes what was found so far.

examples:
  modemtwin play session.at
  modemtwin play session.at --scenario village.toml
  modemtwin play session.at --scenario village.toml --fewest-faults --out small.toml
  modemtwin play coap-an/5-coap-examples
  modemtwin play session.at --port /dev/ttyUSB2 --baud 9600

exit status:
  0 as written · 1 something is not · 2 the command line is wrong, or the file is no transcript
  3 the port cannot be had, or has gone · 130 interrupted; of --fewest-faults what was found so far is said
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = (
        "modemtwin play FILE [--port PORT [--baud N] [--patience SECONDS] | --scenario FILE] "
        "[--fewest-faults [--out FILE] [--within SECONDS]] [-q]"
    )
    parser.epilog = _MORE
    parser.add_argument(
        "file", metavar="FILE", help="the transcript: a file, one that ships (coap-an/…), or - for standard input"
    )
    add_port(parser, "a fresh virtual modem, in virtual time")
    parser.add_argument(
        "--patience", metavar="SECONDS", type=number(1, 600), default=5, help="wait so long for a line (default: 5)"
    )
    parser.add_argument(
        "--scenario", metavar="FILE", type=real_file, help="begin as this scenario says: card, cell, faults, timeline"
    )
    parser.add_argument(
        "--fewest-faults", action="store_true", help="when it parts, look for the fewest faults with which it does"
    )
    parser.add_argument(
        "--out", metavar="FILE", type=real_file, help="with --fewest-faults: write the scenario with only these"
    )
    parser.add_argument(
        "--within",
        metavar="SECONDS",
        type=number(1, 86_400),
        default=60,
        help="with --fewest-faults: stop looking then, and take what was found (default: 60)",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing when everything is as written")


def run(options: argparse.Namespace) -> int:
    """Play the file and show where it parts."""
    from modemtwin.world.transcripts.transcript import parse_transcript

    if contradiction := _contradiction(options):
        return _complain(contradiction)
    try:
        text = _read(options.file)
        transcript = parse_transcript(text)
    except OSError as error:
        return _complain(f"{options.file} cannot be read: {error.strerror}{_shipped_hint(options.file)}")
    except ValueError as error:
        lines = [f"{options.file}: {line}" for line in str(error).splitlines()]
        more = [f"and {len(lines) - _MOST} lines more; is it a transcript?"] if len(lines) > _MOST else []
        return _complain(*lines[:_MOST], *more)
    if not transcript.steps:
        return _complain(f"{options.file}: there is nothing to play in it")
    if options.port:
        return _play_live(transcript, text, options)
    from modemtwin.cli.fewest import Plays

    try:
        plays = Plays(transcript, options.file, options.scenario)
        differences = plays.play()
    except OSError as error:
        return _complain(f"{options.scenario} cannot be read: {error.strerror}")
    except ValueError as error:
        return _complain(*(f"{options.scenario}: {line}" for line in str(error).splitlines()))
    status = _report(options, text, differences)
    if differences and options.fewest_faults:
        return plays.look(differences, options.out, options.within)
    return status


def _contradiction(options: argparse.Namespace) -> str:
    """Say what does not go together; empty when all does."""
    if options.port and (options.scenario or options.fewest_faults):
        return "--scenario and --fewest-faults need the virtual modem, and --port names another"
    if options.out and not (options.fewest_faults and options.scenario):
        return "--out writes the scenario that --fewest-faults has cut down: say --scenario and --fewest-faults too"
    if options.out and any(Path(options.out).absolute() == Path(name).absolute() for name in _read_files(options)):
        return f"--out would write over {options.out}, which is read"
    return ""


def _read_files(options: argparse.Namespace) -> list[str]:
    return [name for name in (options.file, options.scenario) if name and name != "-"]


def _play_live(transcript: Transcript, text: str, options: argparse.Namespace) -> int:
    from modemtwin.cli.until_stopped import log_to_stderr, run_until_stopped
    from modemtwin.host.errors import ModemError
    from modemtwin.io.driver_port import open_port
    from modemtwin.io.live_player import LivePlayer

    async def playing() -> int:
        try:
            player = LivePlayer(await open_port(options.port, baud=options.baud), patience=options.patience)
            differences = await player.play(transcript)
        except ModemError as error:
            from modemtwin.cli.failure import report_failure

            return report_failure(options.program, error)
        if player.unseen:
            print(_unseen([step.line for step in player.unseen]), file=sys.stderr)
        return _report(options, text, differences)

    log_to_stderr(0)
    return run_until_stopped(playing, stopped=130)


def _unseen(lines: Sequence[int]) -> str:
    about = "about datagrams, time or set-up and cannot be seen from a port"
    if len(lines) == 1:
        return f"1 line is {about}; it is line {lines[0]}"
    return f"{len(lines)} lines are {about}; the first is line {lines[0]}"


def _report(options: argparse.Namespace, text: str, differences: Sequence[Difference]) -> int:
    from modemtwin.cli.differences import report

    return report(options.file, text, differences, leads=lambda line: line.startswith(">"), quiet=options.quiet)


def _read(name: str) -> str:
    from modemtwin.io.text_file import read_text
    from modemtwin.world.transcripts.shipped import shipped, shipped_names

    if name != "-" and not Path(name).exists() and name in shipped_names():
        return shipped(name)
    text = read_text(0 if name == "-" else name)
    return textwrap.dedent(text)  # a session copied out of a page comes with the page's margin


def _shipped_hint(name: str) -> str:
    from modemtwin.cli.options import nearest
    from modemtwin.world.transcripts.shipped import shipped_names

    return nearest(name.removesuffix(".at"), shipped_names())


def _complain(*lines: str) -> int:
    for line in lines:
        print(f"modemtwin play: {line}", file=sys.stderr)
    return 2
