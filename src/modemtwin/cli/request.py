"""``modemtwin get|put|post|delete|fetch|patch|ipatch URL``: one request through a module, and its response.

The body goes to standard output, what there is to say about it to standard error, and the code into the exit status.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from modemtwin.cli import statuses
from modemtwin.cli.connection import add_bearer, add_connection, complain, run_on_module
from modemtwin.cli.options import OptionParser, file_name, seconds
from modemtwin.option import checked

if TYPE_CHECKING:
    from modemtwin.cli.notices import Notices
    from modemtwin.host.aio import Module

__all__ = ["add_target", "arguments", "parse_token", "read_format", "read_url", "run"]

_EXAMPLES = {
    "get": """\
        modemtwin get coap://127.0.0.1/time
        modemtwin get coap://127.0.0.1/large --output large.txt
        modemtwin get coap://127.0.0.1/test --json | python3 -m json.tool
        modemtwin get coap://127.0.0.1/test --port /dev/ttyUSB2 --apn iot.1nce.net -v
    """,
    "put": """\
        modemtwin put coap://127.0.0.1/store --payload "21.5"
        modemtwin put coap://127.0.0.1/store --file picture.jpg --content-format octet-stream
        printf '{"on": true}' | modemtwin put coap://127.0.0.1/store - --content-format json
    """,
    "post": """\
        modemtwin post coap://127.0.0.1/test --payload "hello"
        modemtwin post coap://127.0.0.1/test --non --query unit=C --payload "21.5"
    """,
    "delete": "modemtwin delete coap://127.0.0.1/led",
    "fetch": """modemtwin fetch coap://127.0.0.1/json --payload '["unit"]' --content-format json""",
    "patch": """modemtwin patch coap://127.0.0.1/json --payload '{"unit": "bit"}' --content-format merge-patch+json""",
    "ipatch": """modemtwin ipatch coap://127.0.0.1/json --payload '{"name": null}' --content-format merge-patch+json""",
}

_WITHOUT_PAYLOAD = ("get", "delete")
_NAMES = {"ipatch": "iPATCH"}


def arguments(parser: OptionParser) -> None:
    """Declare the options; which they are depends on the verb."""
    verb: str = parser.get_default("verb")
    takes_payload = verb not in _WITHOUT_PAYLOAD
    body = " [--payload TEXT | --file FILE | -]" if takes_payload else ""
    parser.usage = f"modemtwin {verb} URL{body} [--port PORT] [OPTIONS]"
    parser.epilog = (
        "The body goes to standard output byte for byte, the code to standard error: 2.05 Content · 12 bytes ·\n"
        "text/plain · 0.21 s. The diagnostic of a 4.xx or 5.xx goes to standard error too.\n\n"
        + statuses.epilogue(_EXAMPLES[verb])
    )
    add_target(parser)
    if takes_payload:
        parser.add_argument("stdin", metavar="-", nargs="?", type=_dash, help="take the payload from standard input")
        sources = parser.add_mutually_exclusive_group()
        sources.add_argument("--payload", metavar="TEXT", help="the payload, as it stands here")
        sources.add_argument("--file", metavar="FILE", type=file_name, help="the payload: what is in this file")
        parser.add_argument(
            "--payload-append",
            action="store_true",
            default=None,
            help="the module adds the payloads of several AT+CCOAPPARA up, so that a long one can go in pieces",
        )
        parser.add_argument(
            "--content-format", metavar="NAME", type=read_format, help="of the payload: json, cbor, text, 50"
        )
    parser.add_argument(
        "--accept", metavar="NAME", type=read_format, help="the content format that the answer should have"
    )
    parser.add_argument("--non", action="store_true", help="send a NON: nobody repeats it when it gets lost")
    parser.add_argument(
        "--token", metavar="HEX", type=checked(parse_token), help="up to 8 bytes (default: the driver's choice)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")
    parser.add_argument("--output", metavar="FILE", type=file_name, help="write the body there")
    add_connection(parser)
    add_bearer(parser)


def add_target(parser: OptionParser) -> None:
    """The URL and what every request takes."""
    parser.add_argument("url", metavar="URL", type=checked(read_url), help="coap://HOST[:PORT]/PATH[?QUERY]")
    parser.add_argument(
        "--query", metavar="K=V", action="append", default=[], help="one more argument of the query (repeatable)"
    )
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=seconds(0.1, 86_400),
        help="wait so long for the answer (default: as long as the module does, some 93 s for a CON)",
    )


def run(options: argparse.Namespace) -> int:
    """Send the request and show what comes back."""
    from modemtwin.cli.output import unwritable

    if options.output and (why := unwritable(options.output)):
        return complain(options, f"--output: {why}")
    try:
        payload = _payload(options)
    except OSError as error:
        return complain(options, f"{error.filename} cannot be read: {error.strerror}")
    except ValueError as error:
        return complain(options, str(error))
    return run_on_module(options, lambda module, notices: _request(options, payload, module, notices))


async def _request(options: argparse.Namespace, payload: bytes, module: Module, notices: Notices) -> int:
    from modemtwin.cli.output import Sink, headline, response_line

    notices.expect_transfer(len(payload))
    method = _NAMES.get(options.verb, options.verb.upper())
    response = await module.request(
        method,
        options.url,
        payload,
        type="NON" if options.non else "CON",
        token=options.token,
        content_format=vars(options).get("content_format"),
        accept=options.accept,
        query=options.query,
        deadline=options.timeout,
        progress=notices.waiting,
    )
    notices.say(headline(response), "green" if response.ok else "red")
    try:
        if options.output is not None and response.ok:
            Sink(options.output).write(response.payload)
        if options.json:
            print(response_line(response, method), flush=True)
        elif options.output is None and response.ok:
            Sink().write(response.payload)
    except BrokenPipeError:
        raise
    except OSError as error:
        if options.output is None:
            raise
        print(f"{options.program}: {options.output} cannot be written: {error.strerror}", file=sys.stderr)
        return statuses.FAILED
    return statuses.of_code(response.number)


def _payload(options: argparse.Namespace) -> bytes:
    known = vars(options)
    text, file, dash = known.get("payload"), known.get("file"), known.get("stdin")
    if dash and (text is not None or file is not None):
        raise ValueError("the payload comes from standard input (-), or from --payload, or from --file: choose one")
    if dash:
        return sys.stdin.buffer.read()
    if file is not None:
        with open(file, "rb") as stream:
            return stream.read()
    return b"" if text is None else os.fsencode(text)


def _dash(text: str) -> str:
    if text != "-":
        raise argparse.ArgumentTypeError(f"there is no argument {text}; a payload goes behind --payload or --file")
    return text


def read_url(text: str) -> str:
    """An option that takes a URL."""
    from modemtwin.cli.address import parse_url

    return parse_url(text)


def read_format(text: str) -> int:
    """An option that takes a content format."""
    from modemtwin.cli.formats import parse_format

    return checked(parse_format)(text)


def parse_token(text: str) -> bytes:
    """Read a token in hex; ValueError, with a sentence, for what is none."""
    try:
        token = bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"{text!r} is not in hex: two digits a byte, such as 8A21") from None
    if len(token) > 8:
        raise ValueError(f"{text!r} has {len(token)} bytes, but a token has 8 at most (RFC 7252 §3)")
    return token
