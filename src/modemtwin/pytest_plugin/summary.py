"""What is told at the end of a run: what ``--urc-sweep``, ``--fewest-faults`` and ``--at-coverage`` found, what was not

done.
"""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.unittest import TestCaseFunction

from modemtwin.amount import amount
from modemtwin.pytest_plugin.arming import written
from modemtwin.pytest_plugin.coverage import Coverage, Covered
from modemtwin.pytest_plugin.keys import Past, is_ours
from modemtwin.pytest_plugin.quirks import is_repeated

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

__all__ = ["close_coverage", "note_undone", "tell_coverage", "tell_fewest", "tell_sweep", "tell_undone"]

_UNDONE = "modemtwin not done"
_JOINT = "\N{NO-BREAK SPACE}"


def tell_sweep(terminal: TerminalReporter) -> None:
    """Tell of each test how often it was disturbed."""
    swept = [(nodeid, told) for nodeid, told in _noted(terminal, "urc-sweep") if not told.startswith("0 gaps, 0 cuts")]
    terminal.section("--urc-sweep: what these tests stand")
    for nodeid, value in swept:
        terminal.line(f"{nodeid}: {value}")
    if not swept:
        terminal.line("no test; only those that use a driver, a port or a program of the TE can be disturbed")


def tell_fewest(terminal: TerminalReporter) -> None:
    """Tell of each failing test which faults it takes."""
    terminal.section("--fewest-faults: what these tests fail with")
    found = _noted(terminal, "fewest-faults")
    for nodeid, value in found:
        terminal.line(f"{nodeid}: {value}")
    if not found:
        terminal.line("no test; only those that fail, and use a fixture of modemtwin, are run again")


def note_undone(item: pytest.Item, past: Past, report: pytest.TestReport) -> None:
    """Note what the options ask of a test, and what was not done with it: a run that passes would say otherwise."""
    position = item.config.getoption("urc_sweep_at")
    if position and not past.disturbance.told:
        gaps, cuts = amount(past.disturbance.gaps, "gap"), amount(past.disturbance.cuts, "cut")
        there = f"it has {gaps} and {cuts}, numbered from 0"
        report.user_properties.append((_UNDONE, f"--urc-sweep-at {position} was not reached: {there}"))
    unknown = (item.config.getoption("only_faults") or frozenset()) - past.arming.armed.keys()
    if unknown:
        there = f"it arms {len(past.arming.armed)}, numbered from 1" if past.arming.armed else "it arms none"
        report.user_properties.append((_UNDONE, f"--only-faults {written(unknown)}: there is no such fault; {there}"))
    if item.config.getoption("quirks") and (why := _unrepeated(item)):
        report.user_properties.append((_UNDONE, f"--quirks: {why}"))


def _unrepeated(item: pytest.Item) -> str:
    """Say why ``--quirks`` did not repeat a test; nothing when it did, or when a test in virtual time has no modem."""
    if is_repeated(item):
        return ""
    if isinstance(item, TestCaseFunction):
        return "pytest does not repeat methods of a unittest.TestCase"
    return "" if is_ours(item) else "it was not known to need a modem before it ran: let it ask by an argument"


def tell_undone(terminal: TerminalReporter) -> None:
    """Tell of each test what the options ask, and what was not done."""
    if undone := _noted(terminal, _UNDONE):
        terminal.section("modemtwin: not done")
        for nodeid, why in undone:
            terminal.line(f"{nodeid}: {why}", yellow=True)


def _noted(terminal: TerminalReporter, name: str) -> list[tuple[str, str]]:
    """What was noted under a name, with the test it was noted of."""
    reports = [report for reports in terminal.stats.values() for report in reports]
    properties = [(report, each) for report in reports for each in getattr(report, "user_properties", ())]
    return [(report.nodeid, value) for report, (key, value) in properties if key == name]


def close_coverage(session: pytest.Session, coverage: Coverage) -> None:
    """A worker hands over what its tests exercised; whoever has all of it fails the run below the threshold."""
    worker: Any = getattr(session.config, "workeroutput", None)
    if worker is not None:
        worker["modemtwin at-coverage"] = sorted(coverage.seen)
    elif _percent(coverage.listed()) < session.config.getoption("at_coverage") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def tell_coverage(terminal: TerminalReporter, coverage: Coverage, least: float) -> None:
    """Tell what was exercised, and what was not."""
    listed = coverage.listed()
    terminal.section("--at-coverage")
    for what, is_urc in (("forms", False), ("URCs", True)):
        some = [each for each in listed if each.is_urc == is_urc]
        done = [each.spelling for each in some if each.exercised]
        _tell(terminal, f"{len(done)} of {len(some)} {what} exercised", done)
        _tell(terminal, "not", [each.spelling for each in some if not each.exercised])
    for pattern in coverage.misnamed():
        terminal.line(f"--at-coverage-of {pattern}: no command and no URC has such a name", red=True)
    reached = _percent(listed)
    if reached < least:
        terminal.line(f"FAILED: {reached:.1f} % is less than the {least:g} % that --at-coverage asks for", red=True)
    else:
        terminal.line(f"{reached:.1f} % of forms and URCs")


def _percent(listed: list[Covered]) -> float:
    return 100 * sum(each.exercised for each in listed) / len(listed) if listed else 0.0


def _tell(terminal: TerminalReporter, what: str, names: list[str]) -> None:
    """List names, wrapped, an indented block."""
    joined = ", ".join(name.replace(" ", _JOINT) for name in names) or "none"
    width = max(shutil.get_terminal_size((100, 24)).columns, 40)
    wrapper = textwrap.TextWrapper(
        width, subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
    )  # a spelling is one word, and some are longer than a line
    for line in wrapper.wrap(f"{what}: {joined}"):
        terminal.line(line.replace(_JOINT, " "))
