"""Runs a conformance run to its exit status, whatever happens in it: in this process, or at a port."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from modemtwin.cli.conformance_report import Report
from modemtwin.cli.failure import for_the_shell, status_of
from modemtwin.clockwork import seconds
from modemtwin.host.errors import ModemError, PortClosed
from modemtwin.host.transport import Transport
from modemtwin.io.byte_pipe import PortError
from modemtwin.io.conformance_port import LocalServers, ModulePort, is_on_this_machine
from modemtwin.io.driver_port import open_port
from modemtwin.io.profile_file import find_profile
from modemtwin.world.conformance.encounter import Encounter
from modemtwin.world.conformance.exchange import Failure, Mute
from modemtwin.world.conformance.manners import Addressing
from modemtwin.world.conformance.programme import Outcome, Plan, perform
from modemtwin.world.conformance.record import profile_text, transcript_text
from modemtwin.world.conformance.stage import Stage
from modemtwin.world.conformance.verdict import Verdict
from modemtwin.world.scenario.scenario import Scenario

__all__ = ["knock", "play", "rehearse"]


def rehearse(options: argparse.Namespace, plan: Plan, report: Report) -> int:
    """Play it with a virtual modem of this process, in virtual time."""
    name, overrides = find_profile(options.profile or "sim7000")
    report.where = f"a virtual modem, profile {options.profile or 'sim7000'}"
    addressing = Addressing(apn=options.apn)
    stage = Stage(Scenario(profile=name, overrides=overrides), seed=1)
    outcome = stage.run(perform(Encounter(addressing), plan, report))
    return _conclude(options, outcome, report, addressing)


async def knock(options: argparse.Namespace, report: Report) -> int:
    """See whether the port can be had at all, before a person is asked anything; give 0, or the exit status."""
    try:
        (await open_port(options.port, baud=options.baud)).close()
    except ModemError as error:
        return _port_fault(report, error)
    return 0


async def play(options: argparse.Namespace, plan: Plan, report: Report) -> int:
    """Play it at a port, and leave the module as it was found."""
    report.where = options.port
    try:
        port = await open_port(options.port, baud=options.baud)
    except ModemError as error:
        return _port_fault(report, error)
    servers = LocalServers() if options.server is None and is_on_this_machine(port.name) else None
    try:
        if servers:
            servers.open()
        addressing = _addressing(options, servers.url if servers else "", servers.mute_url if servers else "")
        plan.server = bool(servers or options.server)
        return await _encounter(port, options, plan, report, addressing)
    except PortError as error:
        return report.failed("PortError", str(error), 3)
    finally:
        port.close()
        if servers:
            servers.close()


def _port_fault(report: Report, error: ModemError) -> int:
    message, hint = for_the_shell(error)
    return report.failed(type(error).__name__, message, status_of(error), hint)


def _addressing(options: argparse.Namespace, server: str, mute: str) -> Addressing:
    usual = Addressing()
    return Addressing(options.server or server or usual.server, mute or usual.mute, options.apn)


async def _encounter(
    port: Transport, options: argparse.Namespace, plan: Plan, report: Report, addressing: Addressing
) -> int:
    module = ModulePort(port)
    encounter = Encounter(addressing, usual=seconds(options.patience))
    try:
        outcome = await module.run(perform(encounter, plan, report))
        if not await _leave(module, encounter, interrupted=False):
            report.aside("the module did not let itself be left as it was found")
    except PortClosed as error:
        return _port_fault(report, error)
    except Failure as failure:
        await _leave(module, encounter, interrupted=True)
        return report.failed(type(failure).__name__, str(failure), 6 if isinstance(failure, Mute) else 7)
    except asyncio.CancelledError:
        left = await _leave(module, encounter, interrupted=True)
        report.failed(
            "Interrupted", f"interrupted; {'the module is left as it was found' if left else 'the module is gone'}", 130
        )
        raise
    except Exception:  # whoever reads the report may go away in the middle of it
        await _leave(module, encounter, interrupted=True)
        raise
    report.besides(module.strays)
    return _conclude(options, outcome, report, addressing)


async def _leave(module: ModulePort, encounter: Encounter, *, interrupted: bool) -> bool:
    """Leave the module as it was found, and say whether it let itself be left so."""
    try:
        return await module.run(encounter.farewell(interrupted=interrupted))
    except PortClosed:
        return False


def _conclude(options: argparse.Namespace, outcome: Outcome, report: Report, addressing: Addressing) -> int:
    saved: list[str] = []
    if options.save:
        try:
            saved = _save(Path(options.save), outcome, addressing)
        except OSError as error:
            return report.failed("OSError", f"{error.filename} cannot be written: {error.strerror}", 1)
    status = 1 if outcome.count(Verdict.DIFFERS) else 6 if options.server and outcome.server_why else 0
    report.ended(outcome, status, saved)
    return status


def _save(file: Path, outcome: Outcome, addressing: Addressing) -> list[str]:

    beside = file.with_suffix(".at")
    title = " ".join(outcome.identity.facts.get(key, "") for key in ("model", "revision")).strip() or "a module"
    file.write_text(profile_text(outcome), "utf-8")
    beside.write_text(transcript_text(f"What {title} said", outcome.played, addressing), "utf-8")
    return [str(file), str(beside)]
