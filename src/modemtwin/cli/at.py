"""``modemtwin at LINE …``: AT commands by hand, one after the other."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from modemtwin.amount import amount
from modemtwin.cli import statuses
from modemtwin.cli.connection import add_connection, run_on_module
from modemtwin.cli.options import OptionParser, seconds

if TYPE_CHECKING:
    from modemtwin.cli.notices import Notices
    from modemtwin.host.aio import Module
    from modemtwin.host.response import Answer
    from modemtwin.host.urcs import Urc

__all__ = ["arguments", "meaning", "run", "shown_lines"]

_MORE = """\
The lines of the answer go to standard output, the result to standard error. It ends at the first ERROR. What the module
says unasked meanwhile goes to standard error as well; --wait stays to hear more of it.

"""

_EXAMPLES = """\
    modemtwin at "AT+CSQ"
    modemtwin at "AT+COPS?" "AT+CGATT?" --port /dev/ttyUSB2
    modemtwin at "AT+CNACT=1" --wait 2
    modemtwin at "AT+CPIN?" --json | python3 -m json.tool
"""

_CME = re.compile(r"\+CM[ES] ERROR: *(.*)")

_LONG = 60
"""Characters of a line that are worth showing again when it is none."""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin at LINE [LINE …] [--wait SECONDS] [--port PORT] [OPTIONS]"
    parser.epilog = _MORE + statuses.epilogue(_EXAMPLES)
    parser.add_argument("lines", metavar="LINE", nargs="+", type=_line, help='such as "AT+CSQ"; quote it for the shell')
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=seconds(0.1, 86_400),
        help="for each answer (default: what the command takes)",
    )
    parser.add_argument(
        "--wait", metavar="SECONDS", type=seconds(0, 86_400), default=0.0, help="listen so much longer at the end"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a command")
    add_connection(parser)


def run(options: argparse.Namespace) -> int:
    """Type the lines."""
    return run_on_module(options, lambda module, notices: _type(options, module, notices), attach=False)


def meaning(result: str) -> str | None:
    """What a ``+CME ERROR`` says in words (TS 27.007 §9.2); None for any other result."""
    from modemtwin.at.reply import CME_ERRORS

    found = _CME.fullmatch(result)
    if found is None:
        return None
    return CME_ERRORS.get(int(found[1])) if found[1].isdigit() else found[1]


def shown_lines(answer: Answer) -> str:
    """The lines of an answer as a terminal may show them: what is not printable is escaped."""
    return "".join(f"{''.join(map(_harmless, line))}\n" for line in answer.lines)


async def _type(options: argparse.Namespace, module: Module, notices: Notices) -> int:
    import asyncio

    def heard(urc: Urc) -> None:
        if options.json:
            _print_object("urc", {"line": urc.line})
        elif not options.verbose:
            notices.say(urc.line, "yellow")

    stop = module.subscribe(heard)
    try:
        for turn, line in enumerate(options.lines, 1):
            answer = await module.at(line, timeout=options.timeout)
            _show(options, line, answer, notices)
            if not answer.ok:
                left = len(options.lines) - turn
                if left:
                    notices.say(f"{amount(left, 'line was', 'lines were')} not sent")
                return statuses.REFUSED
        await asyncio.sleep(options.wait)
    finally:
        stop()
    return statuses.DONE


def _show(options: argparse.Namespace, line: str, answer: Answer, notices: Notices) -> None:
    explained = meaning(answer.result)
    notices.wipe()
    if options.json:
        from modemtwin.at.redaction import masked
        from modemtwin.cli.vocabulary import known_commands

        told = {"lines": list(answer.lines), "result": answer.result, "ok": answer.ok, "meaning": explained}
        _print_object("reply", {"command": masked(line, known_commands()), **told})
    elif sys.stdout.isatty():
        print(shown_lines(answer), end="", flush=True)
    else:
        sys.stdout.buffer.write("".join(f"{each}\n" for each in answer.lines).encode("latin-1"))
        sys.stdout.buffer.flush()
    words = f" · {explained}" if explained and explained not in answer.result else ""
    notices.say(f"{answer.result}{words}", "green" if answer.ok else "red")


def _print_object(kind: str, told: dict[str, object]) -> None:
    from modemtwin.cli.json_lines import line

    print(line(kind, told), flush=True)


def _line(text: str) -> str:
    stripped = text.strip()
    if stripped[:2].upper() != "AT" and stripped.upper() != "A/":
        meant = f"; did you mean {_meant(stripped)!r}?" if len(stripped) < _LONG else ""
        shown = f"{text[:_LONG]}…" if len(text) > _LONG else text
        raise argparse.ArgumentTypeError(f"{shown!r} does not begin with AT{meant}")
    if any(letter < " " for letter in stripped):
        raise argparse.ArgumentTypeError(f"{text!r} holds a control character; give each line an argument of its own")
    if not all(ord(letter) < 256 for letter in stripped):
        raise argparse.ArgumentTypeError(f"{text!r} holds a character that is more than a byte")
    return stripped


def _meant(text: str) -> str:
    return f"AT{text.upper()}" if text[:1] in "+&" else f"AT+{text.upper()}"


def _harmless(letter: str) -> str:
    return letter if letter.isprintable() or letter == "\t" else f"\\x{ord(letter):02x}"
