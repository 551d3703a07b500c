"""``modemtwin discover URL``: what a server, or every server of a group, has to offer (RFC 6690)."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from modemtwin.amount import amount
from modemtwin.cli import statuses
from modemtwin.cli.connection import add_bearer, add_connection, run_on_module
from modemtwin.cli.options import OptionParser
from modemtwin.cli.request import add_target

if TYPE_CHECKING:
    from modemtwin.cli.notices import Notices
    from modemtwin.host.aio import Module
    from modemtwin.host.response import Link

__all__ = ["arguments", "run"]

_MORE = """\
One line for each link on standard output: where it leads, and its attributes. Without a path it asks for
/.well-known/core. To a multicast address it sends a NON, and waits for whoever answers.

"""

_EXAMPLES = """\
    modemtwin discover coap://127.0.0.1
    modemtwin discover coap://127.0.0.1 --query rt=core.s --json
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin discover URL [--query K=V] [--port PORT] [OPTIONS]"
    parser.epilog = _MORE + statuses.epilogue(_EXAMPLES)
    add_target(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a link")
    add_connection(parser)
    add_bearer(parser)


def run(options: argparse.Namespace) -> int:
    """Ask and list."""
    return run_on_module(options, lambda module, notices: _discover(options, module, notices))


async def _discover(options: argparse.Namespace, module: Module, notices: Notices) -> int:
    from modemtwin.cli.json_lines import line

    links = await module.discover(options.url, query=options.query, deadline=options.timeout)
    notices.say(amount(len(links), "link"), "dim")
    urls = [_whole(options.url, link.target) for link in links]
    width = max(map(len, urls), default=0)
    for url, link in zip(urls, links, strict=True):
        if options.json:
            print(line("link", {"url": url, "target": link.target, "attributes": dict(link.attributes)}))
        else:
            print(_shown(url.ljust(width), link))
    sys.stdout.flush()
    return statuses.DONE


def _whole(asked: str, target: str) -> str:
    """Where a link leads; a target that is no URL belongs to the server that was asked (RFC 6690 §2.1)."""
    if "://" in target:
        return target
    scheme, _, rest = asked.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0]}/{target.removeprefix('/')}"


def _shown(url: str, link: Link) -> str:
    from modemtwin.cli.style import Style

    words = [name if value is None else f"{name}={value}" for name, value in link.attributes]
    return f"{url}  {Style(sys.stdout)('  '.join(words), 'dim')}".rstrip()
