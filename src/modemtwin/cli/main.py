"""``modemtwin VERB``: finds the verb, reads its options, and turns every failure into one line and an exit status.

    0 done · 1 failed · 2 the command line is wrong · 3 a port or an extra is missing · 130 interrupted
    4 CoAP 4.xx · 5 CoAP 5.xx · 6 no answer in time · 7 ERROR from the module: see ``statuses``

A verb is one row of ``GROUPS``; its module is imported only when the verb is used, and imports what it runs only when
it runs, so that ``--help`` and ``--version`` stay quick.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from modemtwin.version import __version__

if TYPE_CHECKING:
    from modemtwin.cli.options import OptionParser

__all__ = ["GROUPS", "VERBS", "Verb", "main", "verb_help"]


class Verb(NamedTuple):
    """One verb: its module has ``arguments(parser) -> None`` and ``run(options) -> int``, the exit status."""

    name: str
    summary: str
    module: str


GROUPS: dict[str, tuple[Verb, ...]] = {
    "the virtual modem": (
        Verb("demo", "play SIMCom's CoAP note on a virtual modem and show the dialogue", "modemtwin.cli.demo"),
        Verb("modem", "run a virtual modem on a pty, on TCP, on a serial port or right here", "modemtwin.cli.modem"),
        Verb("control", "let something happen to a running modem: faults, card, cell", "modemtwin.cli.control"),
        Verb("serve", "run a CoAP server for modems to talk to", "modemtwin.cli.serve"),
    ),
    "CoAP through a module, real or virtual": (
        Verb("get", "get a resource through a module", "modemtwin.cli.request"),
        Verb("put", "put a payload where a URL says", "modemtwin.cli.request"),
        Verb("post", "post a payload to a resource", "modemtwin.cli.request"),
        Verb("delete", "delete a resource", "modemtwin.cli.request"),
        Verb("fetch", "get part of a resource, as a payload says", "modemtwin.cli.request"),
        Verb("patch", "change part of a resource", "modemtwin.cli.request"),
        Verb("ipatch", "change part of a resource, to the same end when it is done twice", "modemtwin.cli.request"),
        Verb("observe", "show each state of a resource", "modemtwin.cli.observe"),
        Verb("discover", "list what a server has", "modemtwin.cli.discover"),
        Verb("ping", "see whether a CoAP endpoint is there", "modemtwin.cli.ping"),
    ),
    "AT commands by hand": (
        Verb("info", "show module, card, signal, registration and bearer", "modemtwin.cli.info"),
        Verb("at", "send AT commands by hand", "modemtwin.cli.at"),
        Verb("terminal", "an AT prompt with history, completion and help", "modemtwin.cli.terminal"),
    ),
    "proof": (
        Verb("play", "play a transcript against a virtual modem or against any port", "modemtwin.cli.play"),
        Verb("conform", "hold a module, real or virtual, against COAP-AN and tell its quirks", "modemtwin.cli.conform"),
    ),
    "what --journal wrote": (
        Verb("replay", "replay a journal and show where the modem does something else", "modemtwin.cli.replay"),
        Verb("explain", "tell the story of one message of a journal", "modemtwin.cli.explain"),
        Verb("minimise", "cut the journal of a failing run down to what it takes to fail", "modemtwin.cli.minimise"),
        Verb("cost", "say what a journal costs: bytes, time on the air, energy", "modemtwin.cli.cost"),
        Verb("capture", "turn a journal into a capture for Wireshark", "modemtwin.cli.capture"),
    ),
    "modemtwin itself": (
        Verb("completion", "write a completion script for bash, zsh or tcsh", "modemtwin.cli.completion"),
        Verb("reference", "write the reference pages, generated from the tables", "modemtwin.cli.reference"),
    ),
}
"""Every verb, under the heading that it has in the help."""

VERBS: tuple[Verb, ...] = tuple(verb for verbs in GROUPS.values() for verb in verbs)

_SILENT = ("demo", "play", "control", "completion", "reference")
"""Verbs without ``-v``: of a fault in them the details are told at once."""

_EXAMPLES = """\
examples:
  modemtwin demo                                nothing to prepare
  modemtwin serve                               a CoAP server on 127.0.0.1, for the next lines
  modemtwin get coap://127.0.0.1/time -v        through a virtual modem of its own
  modemtwin modem --pty /tmp/sim7000            a virtual modem for your firmware, or for the next line
  modemtwin get coap://127.0.0.1/time --port /tmp/sim7000

'modemtwin VERB --help' tells more.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit status; without ``argv`` end the process with it."""
    words = list(sys.argv[1:] if argv is None else argv)
    if None in (sys.stdin, sys.stdout, sys.stderr) and "--stdio" not in words:  # which says itself that they are closed
        _fill_streams()
    status = _run(words)
    if argv is None:
        _leave(status)
    return status


def _fill_streams() -> None:
    """Put nothing where the caller has closed a stream: else a file of ours would get its number, and what is said."""
    import os

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _run(words: list[str]) -> int:
    try:
        status = _dispatch(words)
        if sys.stdout:
            sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return _reader_gone()
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            _reader_gone()
            _complain(f"the output cannot be written: {error.strerror}")
            return 1
        return _unexpected(error, details=_verbosity(words) > 1 or words[0] in _SILENT)


def _dispatch(words: list[str]) -> int:
    if not words:
        print(_help(), end="", file=sys.stderr)
        return 2
    first, *rest = words
    if first in ("-h", "--help", "help"):
        print(_help(), end="")
        return 0
    if first == "--version":
        print(f"modemtwin {__version__}")
        return 0
    by_name = {verb.name: verb for verb in VERBS}
    if first not in by_name:
        _complain(_unknown(first))
        return 2
    module, parser = _load(by_name[first])
    try:
        status: int = module.run(parser.parse_args(rest))
    except SystemExit as leaving:  # argparse leaves so
        return leaving.code if isinstance(leaving.code, int) else 1
    return status


def _leave(status: int) -> NoReturn:
    """End the process here: to take the interpreter down is a sixth of a short verb, and a Ctrl-C in it a traceback.

    Every verb has closed what it opened; what a failure left in the streams goes out here.
    """
    import os
    from contextlib import suppress

    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _complain(sentence: str) -> None:
    """Say it on standard error, if that takes anything."""
    from contextlib import suppress

    with suppress(OSError):
        print(f"modemtwin: {sentence}", file=sys.stderr)


def verb_help(verb: Verb) -> str:
    """What ``modemtwin VERB --help`` prints on a terminal of 100 columns."""
    return _load(verb)[1].page(100)


def _load(verb: Verb) -> tuple[ModuleType, OptionParser]:
    from modemtwin.cli.options import OptionParser

    module = import_module(verb.module)
    parser = OptionParser(prog=f"modemtwin {verb.name}", summary=verb.summary)
    module.arguments(parser)
    return module, parser


def _help() -> str:
    width = max(len(verb.name) for verb in VERBS)
    told = [
        "usage: modemtwin VERB [OPTIONS]\n\n"
        "A virtual SIM7000 with AT commands on a serial port and real CoAP on the network, and a driver for CoAP\n"
        "through a module, real or virtual.\n"
    ]
    for heading, verbs in GROUPS.items():
        rows = "".join(f"  {verb.name.ljust(width)}  {verb.summary}\n" for verb in verbs)
        told.append(f"{heading}:\n{rows}")
    return "\n".join([*told, _EXAMPLES])


def _unknown(word: str) -> str:
    from modemtwin.cli.options import nearest

    names = [verb.name for verb in VERBS]
    if word.startswith("-"):
        return (
            f"there is no option {word} before the verb{nearest(word, ['--help', '--version'])}; try: modemtwin --help"
        )
    return f"there is no verb {word!r}{nearest(word, names) or '; there are: ' + ', '.join(names)}"


def _reader_gone() -> int:
    """Whoever read our output went away (``| head``): no failure of ours, but nothing is left to be said either."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the interpreter complains at its exit
    return 1


def _verbosity(words: Sequence[str]) -> int:
    return sum(word == "--verbose" or (word[1:].count("v") if word.strip("v") == "-" else 0) for word in words)


def _unexpected(error: Exception, *, details: bool) -> int:
    """One line for a fault of ours; the traceback goes to a file, and only when it is asked for."""
    where = "run it again with -vv for the details"
    if details:
        import tempfile
        import traceback

        with tempfile.NamedTemporaryFile(
            "w", prefix="modemtwin-", suffix=".txt", encoding="utf-8", delete=False
        ) as file:
            traceback.print_exception(error, file=file)
        where = f"the details are in {file.name}"
    what = " ".join(f"{type(error).__name__}: {error}".split())
    _complain(f"a fault of modemtwin itself ({what}); please report it; {where}")
    return 1
