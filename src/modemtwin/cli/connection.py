"""The options that lead to a module, and the one way from there to a verb's work and back.

    options ──► connect(…) ──► work(module, notices) ──► exit status
                   │  Ctrl-C, an error: the module is left as it was found

A password never stands on the command line, where every user of the machine could read it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from modemtwin.cli import statuses
from modemtwin.cli.options import OptionParser, file_name, number, seconds
from modemtwin.option import checked

if TYPE_CHECKING:
    from modemtwin.cli.notices import Notices
    from modemtwin.host.aio import Module

__all__ = [
    "ONLINE_DEADLINE",
    "VIRTUAL",
    "Work",
    "add_bearer",
    "add_connection",
    "add_port",
    "complain",
    "connect_arguments",
    "run_on_module",
]

Work: TypeAlias = "Callable[[Module, Notices], Awaitable[int]]"

VIRTUAL = "twin://sim7000?Q-PAYLOAD-APPEND=append"
"""A virtual modem in this process, one that takes payloads of any length."""

ONLINE_DEADLINE = 180.0


def add_connection(parser: OptionParser) -> None:
    """Options that say where the module is."""
    group = parser.add_argument_group("the module")
    add_port(group, "$MODEMTWIN_PORT, else a virtual modem of its own")
    group.set_defaults(port=os.environ.get("MODEMTWIN_PORT") or VIRTUAL)
    group.add_argument("-v", "--verbose", action="count", default=0, help="show the AT dialogue; -vv with its times")


def add_port(group: argparse._ActionsContainer, default: str) -> None:
    """The options that name a port, in the same words for every verb; ``default`` is what it is without one."""
    group.add_argument(
        "--port",
        metavar="PORT",
        type=checked(_port),
        help="/dev/ttyUSB2, COM5, '/dev/ttyUSB*', socket://HOST:PORT, rfc2217://HOST:PORT or twin://PROFILE (default: "
        f"{default})",
    )
    group.add_argument(
        "--baud", metavar="N", type=number(50, 4_000_000), default=115_200, help="of a serial port (default: 115200)"
    )


def add_bearer(parser: OptionParser) -> None:
    """Options for the way into the network."""
    group = parser.add_argument_group("the network")
    group.add_argument("--apn", metavar="APN", help="default: whatever the network chooses")
    group.add_argument("--user", metavar="USER", help="for an APN that asks for one")
    group.add_argument(
        "--password-file",
        metavar="FILE",
        type=file_name,
        help="the password for it: the first line of this file (default: $MODEMTWIN_APN_PASSWORD)",
    )
    group.add_argument("--pin", metavar="PIN", help="of the SIM card; it is tried once (default: $MODEMTWIN_PIN)")
    group.add_argument(
        "--online-within",
        metavar="SECONDS",
        type=seconds(1, 3600),
        default=ONLINE_DEADLINE,
        help=f"give up when the module is not online by then (default: {ONLINE_DEADLINE:g})",
    )


def connect_arguments(options: argparse.Namespace) -> dict[str, object]:
    """What ``connect`` is given, beside what it is to tell; OSError and ValueError, when the password is not there."""
    known = vars(options)
    given: dict[str, object] = {"baud": options.baud, "pin": known.get("pin") or os.environ.get("MODEMTWIN_PIN")}
    if "apn" in known:
        given |= {"apn": options.apn, "user": options.user, "password": _password(options.password_file)}
        given |= {"deadline": options.online_within, "payload_append": known.get("payload_append")}
    return given


def run_on_module(options: argparse.Namespace, work: Work, *, attach: bool = True) -> int:
    """Connect, do the work, leave the module as it was found; give the exit status."""
    try:
        arguments = {**connect_arguments(options), "attach": attach}
    except OSError as error:
        return complain(options, f"{error.filename} cannot be read: {error.strerror}")
    except ValueError as error:
        return complain(options, str(error))
    from modemtwin.cli.until_stopped import log_to_stderr, run_until_stopped

    log_to_stderr(options.verbose)
    return run_until_stopped(lambda: _connected(options, arguments, work), stopped=statuses.INTERRUPTED)


def complain(options: argparse.Namespace, sentence: str) -> int:
    """Say what is wrong with the command line; give the exit status."""
    print(f"{options.program}: {sentence}", file=sys.stderr)
    return statuses.USAGE


async def _connected(options: argparse.Namespace, arguments: dict[str, object], work: Work) -> int:
    from modemtwin import connect
    from modemtwin.cli.failure import report_failure
    from modemtwin.cli.notices import Notices
    from modemtwin.host.errors import ModemError

    notices = Notices(options.verbose)
    try:
        async with connect(options.port, waiting=notices.waiting, trace=notices.trace, **arguments) as module:  # type: ignore[arg-type]
            return await work(module, notices)
    except ModemError as error:
        notices.close()
        return report_failure(options.program, error, json=getattr(options, "json", False))
    finally:
        notices.close()


def _port(text: str) -> str:
    from modemtwin.io.driver_port import check_port

    if not text:
        raise ValueError("it names no port")
    try:
        check_port(text)
    except ValueError as error:
        hint = "" if "did you mean" in str(error) else getattr(error, "hint", "")
        raise ValueError(f"{error}{f'; {hint}' if hint else ''}") from None
    return text


def _password(file: str | None) -> str | None:
    if file is None:
        return os.environ.get("MODEMTWIN_APN_PASSWORD")
    with open(file, "rb") as stream:
        first = stream.readline(1024).rstrip(b"\r\n")
    if not first:
        raise ValueError(f"--password-file: the first line of {file} is empty")
    return first.decode("latin-1")
