"""``modemtwin serve``: the embedded CoAP server, until it is stopped; or a scripted peer, until its script ends."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from modemtwin.cli.options import OptionParser, number
from modemtwin.option import checked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from modemtwin.io.coap_server import CoapServer
    from modemtwin.io.script_server import ScriptServer
    from modemtwin.world.script.script import Script

__all__ = ["arguments", "run"]

_MORE = """\
One line says where it listens, on standard output: "ready coap 127.0.0.1:5683". It serves /test, /separate, /query,
/large, /obs, /time and more, all of it listed by /.well-known/core, and whatever is PUT, up to 64 KiB each. /obs, /time
and what is PUT can be observed. /home/query is not found, as in SIMCom's note.

With --multicast it also answers what is sent to the groups of all CoAP nodes, 224.0.1.187 and, with an IPv6 address,
ff02::fd and ff05::fd, on the interface that has the address of --host, at the same port.

Who asks from another machine gets no more than three times what came from its address, until it has shown that the
address is its own: long answers come in small blocks, together with an Echo, and whoever brings that back gets large
ones. So nobody can make this server flood a third (RFC 7252, 11.3). Any client that knows blocks can go on as it is.
--limit everybody does the same to this machine, to try it; --limit nobody leaves it out, for a network you trust.

With --script it says exactly what the file says, datagram by datagram, and ends with it: status 0 when all came as
written, 1 when something else came, or nothing. A separate response whose ACK is lost, in a file lost.script:

  expect CON GET /time as first
  send ACK empty first.mid
  after 2 s
  send CON 2.05 mid=77 token=first.token payload="12:00"
  drop 1 ACK
  after 2 s
  send CON 2.05 mid=77 token=first.token payload="12:00"
  expect ACK empty 77

With --json the report is one object per line, "kind" first: "ready" with the address; "datagram" as it goes out or
comes in, with the line of the script (0: ignored), direction, peer, door, hex and text; at the end "difference" with
line, expected and got, and "script" with agrees.

examples:
  modemtwin serve --port 0
  modemtwin serve --host 0.0.0.0 -v
  modemtwin serve --host 192.0.2.7 --multicast
  modemtwin serve --host 192.0.2.7 --limit nobody
  modemtwin serve --script lost.script --timeout 30 -v
  modemtwin serve --script lost.script --json | jq .text

exit status:
  0 stopped, by Ctrl-C or SIGTERM; with --script all came as written · 1 something else came, or nothing
  2 the command line is wrong · 3 the UDP port cannot be had
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = (
        "modemtwin serve [--host HOST] [--port N] [[--multicast] [--limit WHO] | "
        "--script FILE [--timeout SECONDS] [--json]] [-v]"
    )
    parser.epilog = _MORE
    parser.add_argument(
        "--host", type=checked(_host), default="127.0.0.1", help="address to listen on (default: 127.0.0.1)"
    )
    parser.add_argument(
        "--port", metavar="N", type=number(0, 65_535), default=5683, help="UDP port; 0 takes any (default: 5683)"
    )
    parser.add_argument("--multicast", action="store_true", help="join the groups of all CoAP nodes")
    parser.add_argument(
        "--limit",
        metavar="WHO",
        choices=("strangers", "everybody", "nobody"),
        help="who gets small answers until the address is verified: strangers, which is all but this machine "
        "(default), everybody, nobody",
    )
    parser.add_argument("--script", metavar="FILE", help="play this script once; - is standard input")
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=number(1, 86_400),
        help="with --script: wait so long for each datagram (default: 100, but for ever for the first)",
    )
    parser.add_argument("--json", action="store_true", help="with --script: one JSON object per line, for programs")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="show every datagram, in and out")


def run(options: argparse.Namespace) -> int:
    """Open the port and serve."""
    from modemtwin.cli.until_stopped import log_to_stderr, run_until_stopped

    if options.script is not None and options.multicast:
        return _complain("--multicast goes without --script: a script plays one conversation")
    if options.script is not None and options.limit is not None:
        return _complain("--limit goes without --script: a script is played as it is written")
    if options.script is not None:
        return _run_script(options)
    if options.timeout is not None:
        return _complain("--timeout goes with --script")
    if options.json:
        return _complain("--json goes with --script")
    from modemtwin.io.coap_server import CoapServer

    log_to_stderr(options.verbose)
    return run_until_stopped(
        lambda: _serve(
            CoapServer(options.host, options.port, multicast=options.multicast, limited=options.limit or "strangers"),
            _say_ready,
            _never,
        )
    )


def _run_script(options: argparse.Namespace) -> int:
    from modemtwin.world.script.parser import parse_script

    try:
        script = parse_script(_read(options.script))
    except OSError as error:
        return _complain(f"{options.script} cannot be read: {error.strerror}")
    except ValueError as error:
        return _complain(*(f"{options.script}: {line}" for line in str(error).splitlines()))
    return _play(script, options)


def _play(script: Script, options: argparse.Namespace) -> int:
    from modemtwin.cli.differences import report
    from modemtwin.cli.script_report import JsonReport
    from modemtwin.cli.until_stopped import log_to_stderr, run_until_stopped
    from modemtwin.clockwork import seconds
    from modemtwin.io.script_server import ScriptServer
    from modemtwin.world.script.peer import PATIENCE

    limit = None if options.timeout is None else seconds(options.timeout)
    told = JsonReport() if options.json else None
    server = ScriptServer(
        script,
        options.host,
        options.port,
        patience=limit or PATIENCE,
        first_patience=limit,
        told=told.told if told else None,
    )
    log_to_stderr(options.verbose)

    async def played() -> None:
        server.start()
        await server.ended

    if status := run_until_stopped(lambda: _serve(server, told.ready if told else _say_ready, played)):
        return status
    server.peer.stop()
    if told is not None:
        return told.result(server.peer.differences)
    return report(options.script, script.text, server.peer.differences, leads=lambda line: bool(line.strip()))


def _host(text: str) -> str:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if not bare or (bare.count(":") == 1):
        raise ValueError(f"{text!r} is no address; write --host 127.0.0.1 --port 5683, for example")
    return bare


async def _serve(
    server: CoapServer | ScriptServer, ready: Callable[[str], None], over: Callable[[], Awaitable[None]]
) -> int:
    from modemtwin.io.byte_pipe import PortError
    from modemtwin.io.resolver import find

    try:
        server.host = await find(server.host)
        server.open()
    except LookupError as error:
        return _no_port(PortError(f"UDP {server.address} cannot be had: {error}"))
    except PortError as error:
        return _no_port(error)
    try:
        ready(server.address)
        await over()
    finally:
        server.close()
    return 0


def _say_ready(address: str) -> None:
    print(f"ready coap {address}", flush=True)


async def _never() -> None:
    import asyncio

    await asyncio.get_running_loop().create_future()


def _read(name: str) -> str:
    from modemtwin.io.text_file import read_text

    return read_text(0 if name == "-" else name)


def _no_port(error: Exception) -> int:
    print(f"modemtwin serve: {error}; name another --host or --port (0 takes any)", file=sys.stderr)
    return 3


def _complain(*lines: str) -> int:
    for line in lines:
        print(f"modemtwin serve: {line}", file=sys.stderr)
    return 2
