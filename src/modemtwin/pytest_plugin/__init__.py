"""pytest with a world in it: fixtures for modem, server and driver, in virtual time; how-to in docs/howto/pytest.md.

    --urc-sweep ────► sweep ────┬──► rerun ──► fixtures ──► stand ──► world
    --fewest-faults ► fewest ───┘      └──► failed ──► report

These are the hooks. What they need is imported when a test uses a fixture, so that other tests pay nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any

import pytest

from modemtwin.pytest_plugin.fixtures import (
    _modemtwin_quirk,
    _modemtwin_stand,
    coap_server,
    driver,
    modem,
    modem_port,
    modem_transport,
    world,
)
from modemtwin.pytest_plugin.keys import COVERAGE, ORIGIN, PAST, SEED, STAND, STAND_FIXTURE, is_ours
from modemtwin.pytest_plugin.tables import MARKERS

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

__all__ = [
    "_modemtwin_quirk",
    "_modemtwin_stand",
    "coap_server",
    "driver",
    "modem",
    "modem_port",
    "modem_transport",
    "world",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    from modemtwin.pytest_plugin.options import add_options

    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, choose the seed, and begin to count what is exercised."""
    from modemtwin.pytest_plugin.options import read_seed

    for marker in MARKERS:
        takes = f"({marker.takes})" if marker.takes else ""
        config.addinivalue_line("markers", f"{marker.name}{takes}: {marker.about}")
    config.stash[SEED] = read_seed(config)
    if config.getoption("at_coverage") is not None and _runs(config):
        from modemtwin.pytest_plugin.coverage import Coverage

        config.stash[COVERAGE] = Coverage(config.getoption("at_coverage_of") or ())


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what this run is like, where it is not like any other."""
    from modemtwin.pytest_plugin.options import header

    return header(config)


def _runs(config: pytest.Config) -> bool:
    """Say whether tests are run, and not only listed."""
    return not (config.getoption("collectonly") or config.getoption("setupplan"))


# ── collection ────────────────────────────────────────────────────────────────────────────────────────────────────


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``--quirks``: make one test of each choice."""
    wanted = metafunc.config.getoption("quirks")
    if wanted and STAND_FIXTURE in metafunc.fixturenames:
        from modemtwin.pytest_plugin.quirks import choices, parametrize

        parametrize(metafunc, choices(wanted))


def pytest_itemcollected(item: pytest.Item) -> None:
    """A coroutine with the marker ``virtual_time`` needs a stand without asking for a fixture."""
    names = getattr(item, "fixturenames", None)
    if names is not None and STAND_FIXTURE not in names and item.get_closest_marker("virtual_time"):
        names.append(STAND_FIXTURE)


# ── a run ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """``--urc-sweep`` and ``--fewest-faults``: run a test again and again."""
    runs: Callable[[pytest.Item, pytest.Item | None], Iterable[pytest.TestReport]]
    if not is_ours(item):
        return None
    if item.config.getoption("urc_sweep"):
        from modemtwin.pytest_plugin.sweep import run_swept as runs
    elif item.config.getoption("fewest_faults"):
        from modemtwin.pytest_plugin.fewest import run_with_fewer as runs
    else:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in runs(item, nextitem):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Run an asynchronous fixture on the loop of the test."""
    __tracebackhide__ = True
    from modemtwin.pytest_plugin.coroutines import as_functions, is_asynchronous

    if fixturedef.scope != "function" or not is_asynchronous(fixturedef) or not is_ours(request.node):
        return (yield)
    with as_functions(fixturedef, request.instance, request.getfixturevalue(STAND_FIXTURE)):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run a coroutine on the loop of its stand."""
    stand = pyfuncitem.stash.get(STAND, None)
    if stand is None:
        return (yield)
    from modemtwin.pytest_plugin.coroutines import as_function

    with as_function(pyfuncitem, stand):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failure what our side of it knows."""
    report = yield
    stand = item.stash.get(STAND, None)
    if stand is not None and report.failed:
        from modemtwin.pytest_plugin.failure import explain
        from modemtwin.pytest_plugin.origin import origin_of

        explain(item, stand, report)
        if item.stash.get(ORIGIN, None) is None:
            item.stash[ORIGIN] = origin_of(call, item.config.rootpath)
    if stand is not None and call.when == "teardown":
        from modemtwin.pytest_plugin.summary import note_undone

        if stand.past is not None:
            note_undone(item, stand.past, report)
            item.stash[PAST] = stand.past
        del item.stash[STAND]
    return report


# ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of pytest-xdist has ended: take what its tests have exercised."""
    coverage = node.config.stash.get(COVERAGE, None)
    if coverage is not None:
        coverage.seen.update(getattr(node, "workeroutput", {}).get("modemtwin at-coverage", ()))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """``--at-coverage``: fail a run below the threshold."""
    coverage = session.config.stash.get(COVERAGE, None)
    if coverage is not None:
        from modemtwin.pytest_plugin.summary import close_coverage

        close_coverage(session, coverage)


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Tell what was swept, what was exercised, and what could not be done."""
    from modemtwin.pytest_plugin.summary import tell_coverage, tell_fewest, tell_sweep, tell_undone

    tell_undone(terminalreporter)
    if config.getoption("urc_sweep") and _runs(config):
        tell_sweep(terminalreporter)
    if config.getoption("fewest_faults") and _runs(config):
        tell_fewest(terminalreporter)
    coverage = config.stash.get(COVERAGE, None)
    if coverage is not None:
        tell_coverage(terminalreporter, coverage, config.getoption("at_coverage"))
