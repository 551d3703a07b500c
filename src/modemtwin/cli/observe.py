"""``modemtwin observe URL``: the states of a resource, one after the other (RFC 7641)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from modemtwin.cli import statuses
from modemtwin.cli.connection import add_bearer, add_connection, complain, run_on_module
from modemtwin.cli.options import OptionParser, file_name, number
from modemtwin.cli.request import add_target, parse_token, read_format
from modemtwin.option import checked

if TYPE_CHECKING:
    from modemtwin.cli.notices import Notices
    from modemtwin.host.aio import Module

__all__ = ["arguments", "run"]

_MORE = """\
Each state goes to standard output with a line end behind it; with --json each is an object. It runs until Ctrl-C, until
--count states have come, or until the server ends it, and takes the observation back when it leaves.

"""

_EXAMPLES = """\
    modemtwin observe coap://127.0.0.1/time --count 3
    modemtwin observe coap://127.0.0.1/obs --count 2 --json | python3 -m json.tool --json-lines
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin observe URL [--count N] [--port PORT] [OPTIONS]"
    parser.epilog = _MORE + statuses.epilogue(_EXAMPLES)
    add_target(parser)
    parser.add_argument("--count", metavar="N", type=number(1, 1_000_000), help="leave after so many states")
    parser.add_argument("--accept", metavar="NAME", type=read_format, help="the content format that they should have")
    parser.add_argument("--token", metavar="HEX", type=checked(parse_token), help="up to 8 bytes")
    parser.add_argument("--json", action="store_true", help="one JSON object a state")
    parser.add_argument("--output", metavar="FILE", type=file_name, help="write the states there")
    add_connection(parser)
    add_bearer(parser)


def run(options: argparse.Namespace) -> int:
    """Observe until there is enough."""
    from modemtwin.cli.output import unwritable

    if options.output and (why := unwritable(options.output)):
        return complain(options, f"--output: {why}")
    return run_on_module(options, lambda module, notices: _observe(options, module, notices))


async def _observe(options: argparse.Namespace, module: Module, notices: Notices) -> int:
    from modemtwin.cli.output import Sink, headline, response_line

    sink, seen, status = Sink(options.output), 0, statuses.DONE
    given = {"token": options.token, "accept": options.accept, "query": options.query, "deadline": options.timeout}
    async with module.observe(options.url, **given) as observation:
        async for response in observation:
            seen += 1
            status = statuses.of_code(response.number)
            notices.say(headline(response), "green" if response.ok else "red")
            if options.output is not None and response.ok:
                sink.write(response.payload, separate=True)
            if options.json:
                print(response_line(response, "GET"), flush=True)
            elif options.output is None and response.ok:
                sink.write(response.payload, separate=True)
            if seen == options.count:
                return status
    if status == statuses.DONE:
        notices.say("the server has ended the observation")
    return status
