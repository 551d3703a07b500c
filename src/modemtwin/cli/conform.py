"""``modemtwin conform``: holds a module against COAP-AN, line by line, and finds out which choices it has made."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from modemtwin.cli.options import OptionParser, checked, file_name, number

if TYPE_CHECKING:
    from modemtwin.cli.conformance_report import Report
    from modemtwin.io.conformance_port import ModulePort
    from modemtwin.world.conformance.dialogue import Dialogue
    from modemtwin.world.conformance.encounter import Encounter
    from modemtwin.world.conformance.manners import Addressing
    from modemtwin.world.conformance.programme import Outcome, Plan

__all__ = ["arguments", "run"]

_MORE = """\
It types the lines of SIMCom's note into the module, and those of a probe for each quirk, and compares what comes back
with what a virtual modem answers to the same lines. Signal, addresses, mids and what a server says may vary. A line
that differs is explained by the choices of quirks that make a virtual modem say the same; see docs/howto/conform.md.

--save FILE writes a profile with the choices found, and a transcript of all that was said beside it (FILE with .at):
`modemtwin modem --profile FILE` then behaves as this module did.

Lines that need an answer from the network need a server: `modemtwin serve` where the module can reach it, named by
--server. A virtual module on this machine gets one by itself. Before anything that writes to flash or takes the module
off the network it asks; without a terminal that is left out, unless --yes is given.

exit status: 0 all agrees or is explained; 1 something differs; 2 usage; 3 the port; 6 no answer in time; 7 the module
refused what everything else needs, or started again; 130 interrupted. In every case the module is left as it was found.

examples:
  modemtwin conform
  modemtwin conform --profile sim7000-literal --json
  modemtwin conform --port /dev/ttyUSB2 --server coap://203.0.113.7 --apn iot.1nce.net --save mine.toml
  modemtwin conform --profile mine.toml --transcript mine.at
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin conform [--port PORT [--server URL] | --profile NAME] [OPTIONS]"
    parser.epilog = _MORE
    parser.add_argument(
        "--port",
        metavar="PORT",
        type=checked(_port),
        help="socket://HOST:PORT or DEVICE[@BAUD]; without it a virtual modem of this process",
    )
    parser.add_argument(
        "--profile", metavar="NAME", type=checked(_profile), help="without --port: its firmware, or a TOML file"
    )
    parser.add_argument("--server", metavar="URL", type=checked(_server), help="coap://HOST[:PORT], for the module")
    parser.add_argument("--apn", metavar="NAME", type=checked(_apn), help="the card's APN (default: the network's)")
    parser.add_argument(
        "--transcript",
        metavar="FILE",
        type=file_name,
        action="append",
        default=[],
        help="hold it against this file instead (repeatable)",
    )
    parser.add_argument(
        "--save", metavar="FILE", type=checked(_toml), help="write a profile, and a transcript beside it"
    )
    parser.add_argument("--yes", action="store_true", help="ask nothing: flash may be written, the radio may go off")
    parser.add_argument("--slow", action="store_true", help="play also what takes minutes (Q-TIMEOUT)")
    parser.add_argument(
        "--patience", metavar="SECONDS", type=number(1, 600), default=5, help="wait so long for a reply (default: 5)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line, for programs")
    parser.add_argument("-q", "--quiet", action="store_true", help="show only lines that differ, and the end")


def run(options: argparse.Namespace) -> int:
    """Find out what is to be played, ask what must be asked, and play it."""
    if wrong := _contradiction(options):
        return _complain(wrong)
    try:
        own = _own(options.transcript)
    except OSError as error:
        return _complain(f"{error.filename} cannot be read: {error.strerror}")
    except ValueError as error:
        return _complain(*str(error).splitlines()[:5])
    from modemtwin.cli.conformance_report import JsonReport, TextReport
    from modemtwin.world.conformance.programme import Plan

    report = JsonReport() if options.json else TextReport(quiet=options.quiet)
    plan = Plan(own=own, slow=options.slow or not options.port)
    if options.port is None:
        return _rehearse(options, plan, report)
    if not options.yes:
        _ask(plan)
    from modemtwin.cli.until_stopped import log_to_stderr, run_until_stopped

    log_to_stderr(0)
    return run_until_stopped(lambda: _perform(options, plan, report), stopped=130)


def _contradiction(options: argparse.Namespace) -> str:
    if options.port and options.profile:
        return "--profile is for a virtual modem of this process, and --port for any other module: take one of them"
    if options.save and options.transcript:
        return "--save writes what the probes tell, and with --transcript none is played: take one of them"
    if options.server and not options.port:
        return "--server is for a module at a --port; the virtual modem of this process has a server of its own"
    if options.save and not Path(options.save).parent.is_dir():
        return f"--save: there is no folder {Path(options.save).parent}"
    return ""


def _own(files: list[str]) -> list[Dialogue]:
    from modemtwin.io.text_file import read_text
    from modemtwin.world.conformance.dialogue import read_dialogues

    dialogues: list[Dialogue] = []
    for file in files:
        try:
            found = read_dialogues(Path(file).name, read_text(file))
        except ValueError as error:
            raise ValueError("\n".join(f"{file}: {line}" for line in str(error).splitlines())) from None
        if not found:
            raise ValueError(f"{file}: there is nothing to type in it")
        dialogues += found
    return dialogues


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _ask(plan: Plan) -> None:
    """Ask for every dialogue that does something lasting; what is not granted is left out."""
    for name, rows in plan.lasting().items():
        what = "; ".join(dict.fromkeys(f"{typed.decode('latin-1')} {row.what}" for typed, row in rows))
        if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
            plan.refused[name] = f"{what} (--yes plays it)"
        elif not _granted(f"{name}: {what}.\nPlay it? [y/N] "):
            plan.refused[name] = what


def _granted(question: str) -> bool:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


# ── playing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _rehearse(options: argparse.Namespace, plan: Plan, report: Report) -> int:
    """Play it with a virtual modem of this process, in virtual time."""
    from modemtwin.io.profile_file import find_profile
    from modemtwin.world.conformance.encounter import Encounter
    from modemtwin.world.conformance.manners import Addressing
    from modemtwin.world.conformance.programme import perform
    from modemtwin.world.conformance.stage import Stage
    from modemtwin.world.scenario import Scenario

    name, overrides = find_profile(options.profile or "sim7000")
    report.where = f"a virtual modem, profile {options.profile or 'sim7000'}"
    addressing = Addressing(apn=options.apn)
    stage = Stage(Scenario(profile=name, overrides=overrides), seed=1)
    outcome = stage.run(perform(Encounter(addressing), plan, report))
    return _conclude(options, outcome, report, addressing)


async def _perform(options: argparse.Namespace, plan: Plan, report: Report) -> int:
    from modemtwin.io.byte_pipe import PortError
    from modemtwin.io.conformance_port import LocalServers, is_on_this_machine

    servers = LocalServers() if options.server is None and is_on_this_machine(options.port) else None
    report.where = options.port
    try:
        if servers:
            servers.open()
    except PortError as error:
        return report.failed(str(error), 3)
    try:
        addressing = _addressing(options, servers.url if servers else "", servers.mute_url if servers else "")
        plan.server = bool(servers or options.server)
        return await _encounter(options, plan, report, addressing)
    finally:
        if servers:
            servers.close()


def _addressing(options: argparse.Namespace, server: str, mute: str) -> Addressing:
    from modemtwin.world.conformance.manners import Addressing

    usual = Addressing()
    return Addressing(options.server or server or usual.server, mute or usual.mute, options.apn)


async def _encounter(options: argparse.Namespace, plan: Plan, report: Report, addressing: Addressing) -> int:
    import asyncio

    from modemtwin.clockwork import seconds
    from modemtwin.io.byte_pipe import PortError
    from modemtwin.io.conformance_port import open_module
    from modemtwin.world.conformance.encounter import Encounter, Failure, Mute
    from modemtwin.world.conformance.programme import perform

    module = open_module(options.port)
    encounter = Encounter(addressing, usual=seconds(options.patience))
    try:
        module.open()
        outcome = await module.run(perform(encounter, plan, report))
        if not await _leave(module, encounter, interrupted=False):
            report.aside("the module did not let itself be left as it was found")
    except PortError as error:
        return report.failed(str(error), 3)
    except Failure as failure:
        await _leave(module, encounter, interrupted=True)
        return report.failed(str(failure), 6 if isinstance(failure, Mute) else 7)
    except asyncio.CancelledError:
        left = await _leave(module, encounter, interrupted=True)
        report.failed(f"interrupted; {'the module is left as it was found' if left else 'the module is gone'}", 130)
        raise
    finally:
        module.close()
    report.besides(module.strays)
    return _conclude(options, outcome, report, addressing)


async def _leave(module: ModulePort, encounter: Encounter, *, interrupted: bool) -> bool:
    """Leave the module as it was found, and say whether it let itself be left so."""
    from modemtwin.io.byte_pipe import PortError

    try:
        return await module.run(encounter.farewell(interrupted=interrupted))
    except PortError:
        return False


def _conclude(options: argparse.Namespace, outcome: Outcome, report: Report, addressing: Addressing) -> int:
    from modemtwin.world.conformance.verdict import Verdict

    saved: list[str] = []
    if options.save:
        try:
            saved = _save(Path(options.save), outcome, addressing)
        except OSError as error:
            return report.failed(f"{error.filename} cannot be written: {error.strerror}", 1)
    status = 1 if outcome.count(Verdict.DIFFERS) else 6 if options.server and outcome.server_why else 0
    report.ended(outcome, status, saved)
    return status


def _save(file: Path, outcome: Outcome, addressing: Addressing) -> list[str]:
    from modemtwin.world.conformance.record import profile_text, transcript_text

    beside = file.with_suffix(".at")
    title = " ".join(outcome.identity.facts.get(key, "") for key in ("model", "revision")).strip() or "a module"
    file.write_text(profile_text(outcome), "utf-8")
    beside.write_text(transcript_text(f"What {title} said", outcome.played, addressing), "utf-8")
    return [str(file), str(beside)]


def _complain(*lines: str) -> int:
    for line in lines:
        print(f"modemtwin conform: {line}", file=sys.stderr)
    return 2


# ── options ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _port(text: str) -> str:
    from modemtwin.io.live_player import parse_te_port

    parse_te_port(text)
    return text


def _profile(text: str) -> str:
    from modemtwin.io.profile_file import find_profile

    find_profile(text)
    return text


def _server(text: str) -> str:
    from modemtwin.coap.uri import parse

    url = text.rstrip("/")
    parse(url)
    if url.count("/") > 2 or "?" in url:
        raise ValueError(f"{text!r}: name the server only, coap://HOST[:PORT]; the paths are the transcripts'")
    return url


def _apn(text: str) -> str:
    if not text or not text.isascii() or not text.isprintable() or '"' in text:
        raise ValueError(f"{text!r} is no APN")
    return text


def _toml(text: str) -> str:
    if not text.endswith(".toml"):
        raise ValueError(f"{text!r}: a profile is a TOML file; write {text or 'mine'}.toml")
    return text
