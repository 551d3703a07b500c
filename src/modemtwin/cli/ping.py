"""``modemtwin ping URL``: whether a CoAP endpoint is there, and how far away (RFC 7252 §4.3)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from modemtwin.cli import statuses
from modemtwin.cli.connection import add_bearer, add_connection, run_on_module
from modemtwin.cli.options import OptionParser, number, seconds
from modemtwin.cli.request import read_url
from modemtwin.option import checked

if TYPE_CHECKING:
    from modemtwin.cli.notices import Notices
    from modemtwin.host.aio import Module

__all__ = ["arguments", "run"]

_MORE = """\
It sends an empty CON, which whoever speaks CoAP answers with an RST; the path does not matter. The status is 0 when one
answer came at least, 6 when none did.

"""

_EXAMPLES = """\
    modemtwin ping coap://127.0.0.1
    modemtwin ping coap://127.0.0.1 --count 3 --interval 0.2
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin ping URL [--count N] [--interval SECONDS] [--port PORT] [OPTIONS]"
    parser.epilog = _MORE + statuses.epilogue(_EXAMPLES)
    parser.add_argument("url", metavar="URL", type=checked(read_url), help="coap://HOST[:PORT]")
    parser.add_argument(
        "--count", metavar="N", type=number(1, 1_000_000), default=1, help="so many times (default: once)"
    )
    parser.add_argument(
        "--interval", metavar="SECONDS", type=seconds(0, 86_400), default=1.0, help="between two (default: 1)"
    )
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=seconds(0.1, 86_400), default=10.0, help="for each (default: 10)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a ping")
    add_connection(parser)
    add_bearer(parser)


def run(options: argparse.Namespace) -> int:
    """Ping as often as was asked."""
    return run_on_module(options, lambda module, notices: _ping(options, module, notices))


async def _ping(options: argparse.Namespace, module: Module, notices: Notices) -> int:
    import asyncio

    from modemtwin.cli.output import span

    times = []
    for turn in range(1, options.count + 1):
        if turn > 1:
            await asyncio.sleep(options.interval)
        elapsed = await _once(options, module)
        times += [elapsed] if elapsed is not None else []
        notices.wipe()
        _tell(options, turn, elapsed)
    if options.count > 1:
        summary = f"{len(times)} of {options.count} answered"
        if times:
            mean = sum(times) / len(times)
            summary += f"; {span(min(times))} at least, {span(mean)} on average, {span(max(times))} at most"
        notices.say(summary)
    return statuses.DONE if times else statuses.TIMEOUT


async def _once(options: argparse.Namespace, module: Module) -> float | None:
    from modemtwin.host.errors import NoAnswer

    try:
        return await module.ping(options.url, deadline=options.timeout)
    except NoAnswer:
        return None


def _tell(options: argparse.Namespace, turn: int, elapsed: float | None) -> None:
    if options.json:
        from modemtwin.cli.json_lines import line

        rounded = None if elapsed is None else round(elapsed, 6)
        told = {"url": options.url, "number": turn, "ok": elapsed is not None, "elapsed": rounded}
        print(line("ping", told), flush=True)
    elif elapsed is None:
        print(f"{options.url}: no answer within {options.timeout:g} s", flush=True)
    else:
        from modemtwin.cli.output import span

        print(f"{options.url}: RST after {span(elapsed)}", flush=True)
