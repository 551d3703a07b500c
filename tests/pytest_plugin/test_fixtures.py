"""The fixtures give each test a world, and its coroutines that world's time."""

from __future__ import annotations

import sys

import pytest

from tests.pytest_plugin.conftest import Run

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("options", [["--asyncio-mode=auto"], ["--asyncio-mode=strict"], ["-p", "no:asyncio"]])
def test_thirty_hours_of_reports_pass_whether_pytest_asyncio_is_there_or_not(run: Run, options: list[str]) -> None:
    if "no:asyncio" in options:
        options = [*options, "-o", "asyncio_default_fixture_loop_scope=", "-W", "ignore::pytest.PytestConfigWarning"]
    run(
        """
        async def test_it(driver, coap_server, world):
            for hour in range(30):
                assert (await driver.get(coap_server.url + "/test")).text == "hello world"
                await asyncio.sleep(3600)
            assert 30 * 3600 <= asyncio.get_running_loop().time() == world.now / 1e6 < 30 * 3601
        """,
        *options,
    ).assert_outcomes(passed=1)


def test_a_test_that_is_no_coroutine_gets_a_driver_without_await_in_the_same_time(run: Run) -> None:
    run(
        """
        @pytest.mark.modem_path(delay=5)
        def test_it(driver, coap_server, world):
            before = world.now
            assert driver.get(coap_server.url + "/test").code == "2.05"
            assert 10e6 <= world.now - before < 10.1e6
            with driver.observe(coap_server.url + "/time") as states:
                assert [next(states).code, next(states).code] == ["2.05", "2.05"]
        """
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_asynchronous_fixtures_live_on_the_loop_of_the_test(run: Run, mode: str) -> None:
    run(
        """
        seen = []

        @pytest.fixture
        async def gateway(modem_transport):
            async with connect(modem_transport, attach=False) as module:
                yield module
            seen.append(asyncio.get_running_loop().time() > 3600)

        @pytest.fixture
        async def model(gateway):
            await asyncio.sleep(1)
            return gateway.identity.model

        class TestGateway:
            @pytest.fixture
            async def answer(self, gateway):
                self.asked = True
                return await gateway.at("AT+CSQ")

            async def test_it(self, model, answer):
                assert "SIM7000" in model and answer.ok and self.asked
                await asyncio.sleep(3600)

        def test_the_gateway_was_closed_in_the_time_of_its_world():
            assert seen == [True]
        """,
        f"--asyncio-mode={mode}",
    ).assert_outcomes(passed=2)


def test_coroutines_that_hypothesis_calls_run_in_the_time_of_the_world(run: Run) -> None:
    run(
        """
        from hypothesis import HealthCheck, given, settings, strategies

        times = []

        @given(strategies.integers(1, 5))
        @settings(max_examples=5, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        async def test_it(world, hours):
            before = world.now
            await asyncio.sleep(hours * 3600)
            times.append((world.now - before) / 3600e6 == hours)

        def test_they_did():
            assert len(times) >= 2 and all(times)
        """
    ).assert_outcomes(passed=2)


def test_a_marker_alone_puts_a_coroutine_into_virtual_time(run: Run) -> None:
    run(
        """
        @pytest.mark.virtual_time
        async def test_it():
            await asyncio.sleep(1e6)
            async with asyncio.timeout(5e5):
                await asyncio.to_thread(sum, [])
        """
    ).assert_outcomes(passed=1)


def test_coroutines_without_our_fixtures_are_left_alone(run: Run) -> None:
    run(
        """
        async def test_it():
            assert type(asyncio.get_running_loop()).__module__.startswith("asyncio.")
        """,
        "--asyncio-mode=auto",
    ).assert_outcomes(passed=1)


def test_each_test_has_a_world_of_its_own_and_the_same_seed_gives_the_same_bytes(run: Run) -> None:
    run(
        """
        journals = []

        @pytest.mark.modem_seed(1)
        @pytest.mark.modem_path("nb-iot-deep")
        class TestOnce:
            async def test_it(self, driver, coap_server, modem):
                await driver.get(coap_server.url + "/test")
                journals.append(modem.journal.text())

        class TestAgain(TestOnce):
            pass

        @pytest.mark.modem_path("nb-iot-deep")
        async def test_otherwise(driver, coap_server, modem):
            await TestOnce().test_it(driver, coap_server, modem)

        def test_the_journals():
            assert journals[0] == journals[1] != journals[2]
        """
    ).assert_outcomes(passed=4)


def test_a_program_in_another_process_talks_to_the_modem_through_a_pty(run: Run) -> None:
    program = (
        "import os, sys; port = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); got = b''\n"
        "os.write(port, b'AT+CNACT=1\\r')\n"
        "while b'ACTIVE' not in got: got += os.read(port, 99)\n"
        "print(got.count(b'OK'))"
    )
    run(
        f"""
        import subprocess

        def test_it(modem_port, modem, world):
            done = subprocess.run([{sys.executable!r}, "-c", {program!r}, modem_port], capture_output=True, timeout=20)
            assert done.stdout == b"1\\n"
            modem.change(signal=7)
            with pytest.raises(RuntimeError, match="has a program at work"):
                modem.type_("AT+CSQ")
            assert modem.station.cell.settings.signal == 7
            assert modem.name in world.modems
            with pytest.raises(RuntimeError, match="the world runs by itself, in real time"):
                world.run_for(1)

        async def test_a_driver_on_the_port_runs_in_real_time(modem_port, coap_server):
            async with connect(modem_port) as module:
                assert (await module.get(coap_server.url + "/test")).ok

        def test_one_uart_has_one_user(modem_port, driver):
            pass
        """
    ).assert_outcomes(passed=2, errors=1)


def test_whoever_closes_the_wire_gives_the_uart_back(run: Run) -> None:
    run(
        """
        async def test_it(modem_transport, modem):
            with pytest.raises(RuntimeError, match="has a program at work"):
                modem.type_("AT")
            async with connect(modem_transport, attach=False):
                pass
            assert modem.type_("AT").ok
        """
    ).assert_outcomes(passed=1)


def test_programs_of_the_te_run_as_in_any_world(run: Run) -> None:
    run(
        """
        def program(te):
            yield Type("AT+CNACT=1")
            return (yield Await("+APP PDP: ACTIVE"))

        def test_it(world, modem):
            other = world.add_modem(program=program)
            modem.play(program)
            world.run_until(lambda: modem.te.is_done and other.te.is_done, within=60)
            assert modem.te.result == other.te.result == "+APP PDP: ACTIVE"
        """
    ).assert_outcomes(passed=1)


def test_a_run_that_does_not_use_it_does_not_import_it(run: Run) -> None:
    run(
        """
        import sys

        def test_it():
            rooms = {name.split(".")[1] for name in sys.modules if name.startswith("modemtwin.")}
            assert rooms <= {"option", "pytest_plugin", "version"}
            assert not {"stand", "report", "sweep", "coverage"} & {name.rpartition(".")[2] for name in sys.modules}
        """,
        apart=True,
        head="",
    ).assert_outcomes(passed=1)
