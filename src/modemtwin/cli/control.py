"""``modemtwin control ADDRESS VERB…``: tells a running modem what is to happen to it."""

from __future__ import annotations

import argparse
import json
import sys

from modemtwin.cli.options import OptionParser, file_name

__all__ = ["arguments", "run"]

_MORE = """\
ADDRESS is the socket that `modemtwin modem --control ADDRESS` made; only its owner may use it. Verbs:

{verbs}
The keys of `fault add` are those of [[fault]] in a scenario.

examples:
  modemtwin control /tmp/sim7000.control status
  modemtwin control /tmp/sim7000.control set signal=5
  modemtwin control /tmp/sim7000.control fault add do=drop type=ACK nth=2
  modemtwin control /tmp/sim7000.control fault add do=lose-coverage lasting=40
  modemtwin control /tmp/sim7000.control journal 3

exit status:
  0 done · 1 no modem answers there · 2 the verb or its words are wrong
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin control ADDRESS VERB [WORD …] [--json]"
    parser.epilog = _MORE.format(verbs=_verbs())
    parser.add_argument("address", metavar="ADDRESS", type=file_name, help="the socket of the modem")
    parser.add_argument("words", metavar="VERB", nargs="+", help="what is to happen, and with what")
    parser.add_argument("--json", action="store_true", help="print the answer as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Tell it, and print what it says."""
    from modemtwin.io.control_client import ControlError, tell

    try:
        answer = tell(options.address, options.words)
    except ControlError as error:
        print(f"modemtwin control: {error}", file=sys.stderr)
        return 1
    if not answer["ok"]:
        for mistake in answer.get("mistakes", ()):
            print(f"modemtwin control: {mistake}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(answer.get("data", {}), ensure_ascii=False))
    else:
        for line in answer.get("lines", ()):
            print(line)
    return 0


def _verbs() -> str:
    from modemtwin.io.control_verbs import VERBS

    width = max(len(verb.usage) for verb in VERBS.values())
    return "".join(f"  {verb.usage:<{width}}  {verb.about}\n" for verb in VERBS.values())
