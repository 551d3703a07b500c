"""``modemtwin info``: module, card, signal, registration and bearer on one screen."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from modemtwin.cli import statuses
from modemtwin.cli.connection import add_connection, run_on_module
from modemtwin.cli.options import OptionParser

if TYPE_CHECKING:
    from modemtwin.cli.notices import Notices
    from modemtwin.cli.style import Style
    from modemtwin.host.aio import Module
    from modemtwin.host.response import Info, Signal

__all__ = ["arguments", "information_line", "run", "screen"]

_EXAMPLES = """\
    modemtwin info
    modemtwin info --port /dev/ttyUSB2
    modemtwin info --json | python3 -m json.tool
"""

_STEPS = "▂▄▆█"
_GOOD = {"READY", "home", "roaming"}


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    parser.usage = "modemtwin info [--port PORT] [--json] [-v]"
    parser.epilog = "It only asks, and changes nothing.\n\n" + statuses.epilogue(_EXAMPLES)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_connection(parser)


def run(options: argparse.Namespace) -> int:
    """Ask and show."""
    return run_on_module(options, lambda module, notices: _ask(options, module, notices), attach=False)


async def _ask(options: argparse.Namespace, module: Module, notices: Notices) -> int:
    from modemtwin.cli.style import Style

    info = await module.info()
    notices.close()
    print(information_line(options.port, info) if options.json else screen(info, Style(sys.stdout)), flush=True)
    return statuses.DONE


def screen(info: Info, style: Style) -> str:
    """The screen, as text."""
    identity, bearer = info.identity, info.bearer
    attached = "attached" if info.attached else "not attached"
    rows = {
        "module": f"{identity.manufacturer} {identity.model}",
        "firmware": identity.revision,
        "IMEI": identity.imei,
        "SIM": style(info.sim, "green" if info.sim in _GOOD else "red"),
        "signal": _signal(info.signal, style),
        "registration": style(info.registration, "green" if info.registration in _GOOD else "yellow") + f", {attached}",
        "operator": info.operator or "none",
        "technology": info.technology or "none",
        "bearer": f"{bearer.address or 'up'}{f', APN {bearer.apn}' if bearer.apn else ''}" if bearer.active else "down",
    }
    width = max(map(len, rows))
    return "\n".join(f"{style(name.ljust(width), 'dim')}  {value}" for name, value in rows.items())


def information_line(port: str, info: Info) -> str:
    """The same as a line of ``--json``."""
    from modemtwin.cli.json_lines import line

    identity, signal, bearer = info.identity, info.signal, info.bearer
    told: dict[str, object] = {
        "port": port,
        "manufacturer": identity.manufacturer,
        "model": identity.model,
        "revision": identity.revision,
        "imei": identity.imei,
        "dialect": identity.dialect,
        "sim": info.sim,
        "rssi": signal.rssi if signal.dbm is not None else None,
        "dbm": signal.dbm,
        "registration": info.registration,
        "attached": info.attached,
        "operator": info.operator or None,
        "technology": info.technology or None,
        "apn": bearer.apn or None,
        "address": bearer.address or None,
    }
    return line("info", told)


def _signal(signal: Signal, style: Style) -> str:
    if signal.dbm is None:
        return style("unknown", "yellow")
    full = min(4, signal.rssi // 6 + (signal.rssi > 0))
    colour = "red" if full < 2 else "yellow" if full < 3 else "green"
    return f"{style(_STEPS[:full], colour)}{style(_STEPS[full:], 'dim')}  {signal.dbm} dBm ({signal.rssi} of 31)"
