"""``modemtwin modem``: a virtual modem on a port, until it is stopped."""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TextIO

from modemtwin.cli.options import OptionParser, file_name, number, profile, real_file
from modemtwin.option import checked

if TYPE_CHECKING:
    from modemtwin.capture.capture_file import CaptureFile
    from modemtwin.io.virtual_modem import VirtualModem

__all__ = ["arguments", "run"]

_MORE = """\
When a TE may connect, one line says where, on standard output: "ready pty /tmp/sim7000". The log goes to standard
error; with -v it shows the reason of every ERROR. SIGUSR1 pulls PWRKEY, for a modem that AT+CPOWD switched off or
that is in PSM.

examples:
  modemtwin modem --pty /tmp/sim7000
  modemtwin modem --tcp 127.0.0.1:0 --route 198.181.39.174=127.0.0.1:5683
  modemtwin modem --rfc2217 127.0.0.1:2217
  modemtwin modem --serial /dev/ttyUSB0@115200 --profile sim7080
  modemtwin modem --stdio --set cell.signal=5 -v
  modemtwin modem --pace 9600
  modemtwin modem --tcp 127.0.0.1:0 --journal day.journal --pcap day.pcapng
  modemtwin modem --path nb-iot-deep --seed 7 --set path.loss=0.3
  modemtwin modem --pty /tmp/sim7000 --control /tmp/sim7000.control

exit status:
  0 stopped, by Ctrl-C or SIGTERM · 1 the port or a file failed while it ran, or a file cannot be written
  2 the command line is wrong · 3 the port cannot be had
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = (
        "modemtwin modem [--pty LINK | --tcp HOST:PORT | --rfc2217 HOST:PORT | --serial DEVICE[@BAUD] | --stdio] "
        "[OPTIONS]"
    )
    parser.epilog = _MORE
    _add_ports(parser)
    _add_network(parser)
    _add_modem(parser)
    _add_records(parser)
    parser.add_argument("-v", "--verbose", action="count", default=0, help="say why; -vv says more")


def _add_ports(parser: OptionParser) -> None:
    ports = parser.add_mutually_exclusive_group()
    ports.add_argument(
        "--pty",
        metavar="LINK",
        nargs="?",
        const=False,
        type=_link,
        help="a fresh pty behind this symbolic link (the default; without LINK: modemtwin in $XDG_RUNTIME_DIR, else "
        "modemtwin-USER in the folder for temporary files)",
    )
    ports.add_argument("--tcp", metavar="HOST:PORT", type=checked(_tcp), help="a TCP port; port 0 takes any")
    ports.add_argument(
        "--rfc2217",
        metavar="HOST:PORT",
        type=checked(_tcp),
        help="a TCP port that speaks RFC 2217: rate and modem lines through telnet; port 0 takes any",
    )
    ports.add_argument(
        "--serial",
        metavar="DEVICE[@BAUD]",
        type=checked(_serial),
        help="a serial port, at 115200 when no rate is given",
    )
    ports.add_argument("--stdio", action="store_true", help="standard input and output; the ready line goes to stderr")
    parser.add_argument(
        "--pace",
        metavar="BAUD",
        nargs="?",
        const=115_200,
        type=number(300, 4_000_000),
        help="let bytes take the time of a UART: at the rate of AT+IPR, else at this one (without BAUD: 115200)",
    )


def _add_network(parser: OptionParser) -> None:
    parser.add_argument(
        "--route",
        metavar="HOST[:PORT]=HOST:PORT",
        action="append",
        default=[],
        type=checked(_route),
        help="carry datagrams for the first address to the second (repeatable)",
    )
    parser.add_argument(
        "--path",
        metavar="NAME",
        type=checked(_path),
        help="what lies between the modem and its peers: nb-iot-good, nb-iot-deep, cat-m1, gprs, lan or satellite",
    )
    parser.add_argument(
        "--coap-port", metavar="N", type=number(1, 65_535), default=0, help="the modem's UDP port, for peers to know"
    )


def _add_modem(parser: OptionParser) -> None:
    parser.add_argument(
        "--profile", metavar="NAME", type=profile, help="the firmware, or a TOML file (default: sim7000)"
    )
    parser.add_argument("--scenario", metavar="FILE", type=real_file, help="card, cell, routes and timeline, in TOML")
    parser.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], help="one setting of the scenario (repeatable)"
    )
    parser.add_argument(
        "--state", metavar="FILE", type=real_file, help="keep here what a module keeps over a power cycle"
    )
    parser.add_argument("--seed", metavar="N", type=number(0, 2**64 - 1), help="chance that can be had again")


def _add_records(parser: OptionParser) -> None:
    parser.add_argument(
        "--journal", metavar="FILE", type=real_file, help="write down everything that happens; passwords are left out"
    )
    parser.add_argument(
        "--pcap",
        metavar="FILE",
        type=file_name,
        help="capture AT lines and datagrams for Wireshark, as pcapng; - is standard output",
    )
    parser.add_argument(
        "--control", metavar="SOCKET", type=real_file, help="a Unix socket through which `modemtwin control` works"
    )


def run(options: argparse.Namespace) -> int:
    """Check everything, then open the port and run."""
    from modemtwin.cli.until_stopped import log_to_stderr, run_until_stopped

    log_to_stderr(options.verbose)
    try:
        if options.serial and options.pace:
            raise ValueError("a serial port has a pace of its own: leave --pace away")
        seed = _seed(options)
        capture = _capture(options, seed)
        twin = _twin(options, seed, capture)
    except ValueError as error:
        _complain(*str(error).splitlines())
        return 2
    except OSError as error:
        _complain(f"{error.filename} cannot be read: {error.strerror}")
        return 2
    out = sys.stderr if options.stdio or _captures_to_stdout(options) else sys.stdout
    return run_until_stopped(lambda: _serve(twin, capture, options.control, out))


def _seed(options: argparse.Namespace) -> int:
    seed: int | None = options.seed
    if seed is None:
        import random

        seed = random.SystemRandom().randrange(2**32)  # the journal says which it was
    return seed


def _capture(options: argparse.Namespace, seed: int) -> CaptureFile | None:
    if not options.pcap:
        return None
    import os
    import time

    from modemtwin.capture.capture_file import CaptureFile
    from modemtwin.cli.capture import TERMINAL
    from modemtwin.io.alarm import now
    from modemtwin.io.virtual_modem import check_apart

    for role, file in (("scenario", options.scenario), ("journal", options.journal), ("state file", options.state)):
        check_apart({f"the {role}": file, "the capture": options.pcap})
    if _captures_to_stdout(options):
        if options.stdio:
            raise ValueError("--stdio is the UART, and --pcap wants standard output too: name a file for the capture")
        if os.isatty(1):
            raise ValueError(TERMINAL)
    about = f"profile {options.profile or 'of the scenario'}, seed {seed}"
    return CaptureFile(options.pcap, epoch=time.time_ns() // 1000 - now(), about=about)


def _captures_to_stdout(options: argparse.Namespace) -> bool:
    from modemtwin.cli.capture import is_standard_output

    return bool(options.pcap) and is_standard_output(options.pcap)


def _twin(options: argparse.Namespace, seed: int, capture: CaptureFile | None) -> VirtualModem:
    from modemtwin.io.virtual_modem import VirtualModem

    return VirtualModem(
        options.profile,
        _port(options),
        scenario=options.scenario,
        settings=[*_pace(options.pace), *options.set],
        routes=options.route,
        path=options.path,
        coap_port=options.coap_port,
        journal=options.journal,
        state=options.state,
        seed=seed,
        watch=capture.watch() if capture else None,
    )


def _pace(baud: int | None) -> list[str]:
    return [] if baud is None else ["uart.pace=true", f"uart.baud={baud}"]


def _port(options: argparse.Namespace) -> str:
    if options.tcp:
        return f"tcp://{options.tcp}"
    if options.rfc2217:
        return f"rfc2217://{options.rfc2217}"
    if options.serial:
        return f"serial:{options.serial}"
    if options.stdio:
        return "stdio"
    from modemtwin.io.pty import default_link

    return f"pty:{options.pty or default_link()}"


async def _serve(twin: VirtualModem, capture: CaptureFile | None, control: str | None, out: TextIO) -> int:
    import asyncio
    import signal

    from modemtwin.io.byte_pipe import PortError
    from modemtwin.io.state_file import StateError

    ready = False
    try:
        async with twin, _controlled(twin, control):
            if capture:
                capture.open()  # like the journal, not before the port is ours
            asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, twin.power_on)
            ready = True
            print(f"ready {twin.ready}", file=out, flush=True)
            await twin.ended()
    except PortError as error:
        _complain(str(error))
        return 1 if ready else 3
    except (StateError, ValueError, OSError) as error:
        if ready:
            raise
        _complain(str(error))
        return 1
    finally:
        if capture:
            capture.close()
    return 0


@asynccontextmanager
async def _controlled(twin: VirtualModem, control: str | None) -> AsyncIterator[None]:
    """Have the control socket, if there is to be one, for as long as the modem."""
    if control is None:
        yield
        return
    from modemtwin.io.control import ControlSocket

    door = ControlSocket(twin, control)
    await door.open()
    try:
        yield
    finally:
        door.close()


def _complain(*lines: str) -> None:
    if len(lines) > 1:
        lines = (f"{len(lines)} mistakes:", *(f"  {line}" for line in lines))
    print("\n".join((f"modemtwin modem: {lines[0]}", *lines[1:])), file=sys.stderr)


# The checks below import what they need when an option is there, so that --help stays quick.


def _link(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it names no link; without LINK it takes the usual one")
    if text.endswith("/"):
        raise argparse.ArgumentTypeError(f"{text!r} is a folder; name the link in it, such as {text}sim7000")
    return text


def _tcp(text: str) -> str:
    from modemtwin.io import host_port

    return host_port.join(*host_port.split(text))


def _serial(text: str) -> str:
    from modemtwin.io.serial import split

    device, rate = split(text)
    return f"{device}@{rate}"


def _route(text: str) -> str:
    from modemtwin.world.net.route import parse_route

    parse_route(text)
    return text


def _path(text: str) -> str:
    from modemtwin.world.net.path_keys import preset

    if "=" in text:
        raise ValueError(f'"{text}" is no name of a path; a key of it goes with --set path.KEY=VALUE')
    preset(text)
    return text
