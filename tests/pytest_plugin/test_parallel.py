"""Tests run in parallel processes as they do in one."""

from __future__ import annotations

from tests.pytest_plugin.conftest import Run

pytest_plugins = ["pytester"]


def test_workers_of_xdist_run_ports_worlds_and_sweeps_and_report_failures(run: Run) -> None:
    result = run(
        """
        import os

        @pytest.mark.parametrize("number", range(3))
        def test_port(modem_port, number):
            port = os.open(modem_port, os.O_RDWR | os.O_NOCTTY)
            os.write(port, b"ATI\\r")
            got = b""
            while b"OK" not in got:
                got += os.read(port, 99)
            os.close(port)

        @pytest.mark.parametrize("number", range(3))
        async def test_world(driver, coap_server, number):
            assert (await driver.get(coap_server.url + "/test")).ok

        async def test_fails(driver):
            assert not (await driver.at("AT+CCOAPREAD=1")).lines is None
            assert False
        """,
        "-n2",
        "--urc-sweep",
        "--urc-sweep-most=20",
        "--quirks=Q-RECV-NAME=rcv",
        apart=True,
    )
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines_random(
        [
            "    pytest * 'test_it.py::test_fails[[]Q-RECV-NAME=rcv]' --quirks Q-RECV-NAME=rcv",
            "*← 3: there is no CoAP object*",
            "test_it.py::test_world[[]*]: * gaps, * cuts, * positions left out",
        ]
    )
