"""``--modem-port`` runs the same tests on a module that is somewhere else."""

from __future__ import annotations

import pytest

from tests.end_to_end.program import Program
from tests.pytest_plugin.conftest import Run

pytest_plugins = ["pytester"]

TESTS = """
async def test_driver(driver, coap_server):
    assert (await driver.get(coap_server.url + "/test")).text == "hello world"

def test_driver_without_await(driver):
    assert driver.at("AT").ok

async def test_transport(modem_transport):
    async with connect(modem_transport, attach=False) as module:
        assert "SIM7000" in module.identity.model

def test_port(modem_port):
    assert modem_port.startswith(("socket://127.0.0.1:", "/dev/"))

async def test_world(world):
    pass

def test_modem(modem):
    pass

@pytest.mark.modem_settings("cell.signal=9")
def test_port_again(modem_port):
    pass
"""


def test_the_same_tests_run_on_both_and_what_needs_a_world_is_skipped(run: Run) -> None:
    run(TESTS).assert_outcomes(passed=7)
    with Program("serve", "--port", "0") as server, Program("modem", "--tcp", "127.0.0.1:0") as modem:
        port = f"socket://{modem.ready.split()[2]}"
        real = ["--modem-port", port, "-rs", "--asyncio-mode=auto"]
        result = run("", *real, "--modem-server", f"coap://{server.ready.split()[2]}/")
        result.assert_outcomes(passed=5, skipped=2)
        result.stdout.fnmatch_lines([f"modemtwin: on the real module at {port}", "SKIPPED * world: socket://*"])
        run("", *real).stdout.fnmatch_lines(["SKIPPED * which server does the module reach? *"])


def test_a_failure_on_a_real_module_shows_what_was_said_and_the_command(run: Run) -> None:
    with Program("modem", "--tcp", "127.0.0.1:0") as modem:
        port = f"socket://{modem.ready.split()[2]}"
        result = run(
            """
            async def test_it(modem_transport):
                async with connect(modem_transport, attach=False) as module:
                    await module.at("AT+CPIN=4711")
                    assert False

            @pytest.mark.virtual_time
            async def test_a_year():
                await asyncio.sleep(86400 * 365)
            """,
            "--modem-port",
            port,
        )
    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            f"on the real module at {port}; the same again:",
            f"    pytest * test_it.py::test_it --modem-port {port}",
            "*- modemtwin: AT dialogue -*",
            "* > AT[+]CGMM",
            "* < *SIM7000G*",
            "* > AT[+]CPIN=[*][*][*][*]",
            "* < +CME ERROR: *",
        ]
    )


def test_processes_do_not_share_a_module(run: Run) -> None:
    result = run("async def test_it(driver): pass", "--modem-port", "/dev/ttyNOWHERE", "-n2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --modem-port is one module, which processes cannot share: leave -n out"])


def test_a_port_that_is_not_there_fails_the_test_in_a_sentence(run: Run) -> None:
    result = run("async def test_it(driver): pass", "--modem-port", "/dev/ttyNOWHERE")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["modemtwin.host.errors.PortMissing: /dev/ttyNOWHERE*", "on the real module at *"])
