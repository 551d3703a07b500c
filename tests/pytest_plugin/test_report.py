"""A failing test says its seed, how to run it again, and what was said and sent; and it leaves journal and capture."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from modemtwin.world.journal.journal import parse_journal
from modemtwin.world.journal.replay import replay
from tests.pytest_plugin.conftest import Run

pytest_plugins = ["pytester"]

FAILING = """
@pytest.mark.modem_path("nb-iot-deep", loss=0.4)
async def test_it(driver, coap_server):
    await driver.at("AT+CCOAPREAD=7")
    assert (await driver.get(coap_server.url + "/nothing")).code == "2.05"
"""


def _files(result: pytest.RunResult) -> list[str]:
    return [line.strip() for line in result.outlines if re.match(r" +/.*(?:journal|pcapng)$", line)]


def test_the_report_holds_seed_command_dialogue_reasons_and_datagrams(run: Run) -> None:
    result = run(FAILING, "--modemtwin-seed=5")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "modemtwin: seed 5",
            ">   *assert (await driver.get(*",
            "*AssertionError: assert '4.04' == '2.05'",
            "*- modemtwin -*",
            "seed 5; the same again:",
            "    pytest * test_it.py::test_it --modemtwin-seed 5",
            "it failed at *.* s",
            "left behind, *",
            "*- modemtwin: AT dialogue and datagrams -*",
            "     0.000 s  [*]   PWRKEY is pulled",
            "              > AT+CCOAPREAD=7",
            "              < +CME ERROR: 3   ← 3: there is no CoAP object: send AT+CCOAPINIT first",
            "* ──► 192.0.2.1:5683  CON GET /nothing, mid 1, *",
            "                  lost on the way up: chance",
            '* ◄── 192.0.2.1:5683  ACK 4.04 Not Found, mid 1, *"Not Found"',
        ]
    )


def test_its_command_fails_in_the_same_way(run: Run) -> None:
    first = run(FAILING, "--modemtwin-seed=random")
    (command,) = (line for line in first.outlines if line.startswith("    pytest "))
    again = run("", *(word for word in shlex.split(command)[1:] if not word.startswith("-p")))
    again.assert_outcomes(failed=1)
    told = [[line for line in each.outlines if re.search(" [<>─◄]+ | s  ", line)] for each in (first, again)]
    assert len(told[0]) > 40
    assert told[0] == told[1]


def test_the_journal_replays_and_the_capture_is_one(run: Run) -> None:
    capture, journal = _files(run(FAILING))
    text = Path(journal).read_text("utf-8")
    assert replay(text) is None
    assert len(parse_journal(text)[1]) > 50
    blocks = Path(capture).read_bytes()
    assert (blocks[:4], blocks[8:12]) == (b"\x0a\x0d\x0d\x0a", b"\x4d\x3c\x2b\x1a")
    assert b"AT+CCOAPREAD=7" in blocks
    assert b"there is no CoAP object" in blocks


def test_files_go_where_the_option_says(run: Run, pytester: pytest.Pytester) -> None:
    result = run(FAILING, "--modemtwin-dir", str(pytester.path / "left"))
    folder = pytester.path / "left" / "test_it.py-test_it"
    assert _files(result) == [str(folder / "capture.pcapng"), str(folder / "m1.journal")]


def test_tests_whose_names_differ_in_odd_characters_have_folders_of_their_own(
    run: Run, pytester: pytest.Pytester
) -> None:
    run(
        """
        @pytest.mark.parametrize("text", ["a/b", "a b", "a-b", "x" * 150 + "/", "y" + "x" * 150])
        def test_it(modem, text):
            assert False
        """,
        "--modemtwin-dir",
        "left",
    ).assert_outcomes(failed=5)
    folders = sorted(path.name for path in pytester.path.joinpath("left").iterdir())
    assert len(folders) == 5
    assert "test_it.py-test_it-a-b" in folders


def test_what_a_long_journal_has_forgotten_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modemtwin.pytest_plugin.stand._ENTRIES_KEPT", 250)
    result = run(
        """
        async def test_it(driver):
            for _ in range(300):
                await driver.at("AT")
            assert False
        """
    )
    result.stdout.re_match_lines(
        [
            r"the journal and the capture of m1 begin after its first \d+ entries, for the last 250 are kept: .*",
            r"… \d+ lines before these are in the journal",
            r" +0\.996 s  [<>] ",
        ]
    )


def test_the_command_names_the_configuration_too(run: Run, pytester: pytest.Pytester) -> None:
    result = run(FAILING, "-o", "xfail_strict=true", "--rootdir", str(pytester.path))
    result.stdout.fnmatch_lines([f"    pytest * --rootdir {pytester.path} -o xfail_strict=true test_it.py::test_it"])


def test_a_folder_that_cannot_be_made_is_said_and_the_rest_is_told(run: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("file").touch()
    result = run(FAILING, "--modemtwin-dir", str(pytester.path / "file"))
    result.stdout.fnmatch_lines(["nothing could be left behind in *: Not a directory", "seed 0; the same again:"])


def test_a_disk_that_fills_up_is_said_and_what_is_there_is_listed(run: Run, pytester: pytest.Pytester) -> None:
    folder = pytester.path / "left" / "test_it.py-test_it"
    folder.mkdir(parents=True)
    (folder / "capture.pcapng").symlink_to("/dev/full")
    result = run("def test_it(modem): assert False", "--modemtwin-dir", "left")
    result.stdout.fnmatch_lines(
        ["not all could be left behind in left/*: No space left on device", "left behind, *", "*/m1.journal"]
    )


def test_a_driver_that_cannot_connect_fails_the_set_up_with_the_same_report(run: Run) -> None:
    result = run(
        """
        @pytest.mark.modem_settings("card.present=false")
        async def test_it(driver):
            pass
        """
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["modemtwin.host.errors.CardError: *", "*AT dialogue*", "*← 10: *"])


def test_a_test_that_waits_for_what_never_comes_ends_at_once_and_says_where(run: Run) -> None:
    result = run(
        """
        async def wait_for_it():
            await asyncio.Event().wait()

        async def test_it(driver):
            await wait_for_it()
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["at * s nothing more is going to happen: locks.py:* in test_it.py:10 (test_it) waits for what never comes"]
    )


def test_what_breaks_into_the_loop_says_where_the_test_was(run: Run) -> None:
    result = run(
        """
        async def test_it(world):
            world.after(90, lambda: pytest.fail("the time is up"))
            while True:
                await asyncio.sleep(60)

        @pytest.mark.timeout(1)
        async def test_behind_a_port(modem_port):
            await asyncio.sleep(100)

        async def test_that_fails_by_itself(driver):
            pytest.fail("it is mine")
        """
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "the time is up",
            "at 90.000 s of virtual time",
            "  *test_it.py:9 (test_it)",
            "*- modemtwin -*",
            "Timeout (>1.0s) from pytest-timeout.",
            "  *test_it.py:13 (test_behind_a_port)",
            ">   *pytest.fail(*",
            "E  *Failed: it is mine",
        ]
    )


def test_a_real_socket_in_virtual_time_is_refused_in_a_sentence(run: Run) -> None:
    result = run(
        """
        async def test_it(driver):
            await asyncio.open_connection("127.0.0.1", 9)
        """
    )
    result.stdout.fnmatch_lines(["E  *RealThing: create_connection: no real socket, *"])


def test_an_interrupt_says_where_in_virtual_time_it_came(run: Run) -> None:
    result = run(
        """
        import os, signal

        async def test_it(driver, world):
            world.after(86400, lambda: os.kill(os.getpid(), signal.SIGINT))
            while True:
                await asyncio.sleep(60)
        """,
        apart=True,
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*KeyboardInterrupt: at 864* s in * in test_it.py:11 (test_it)"])


def test_what_several_modems_say_is_told_in_the_order_of_time(run: Run) -> None:
    result = run(
        """
        def test_it(world, modem):
            other = world.add_modem("meter")
            modem.type_("AT")
            other.type_("AT+CPIN=1234")
            assert False
        """
    )
    result.stdout.fnmatch_lines(["* m1  > AT", "* m1  < OK", "* meter  > AT+CPIN=0000", "* meter  < ERROR   ← *"])
    assert [path.rpartition("/")[2] for path in _files(result)] == ["capture.pcapng", "m1.journal", "meter.journal"]


def test_a_test_behind_a_port_reports_too(run: Run) -> None:
    result = run(
        """
        import os

        def test_it(modem_port):
            port = os.open(modem_port, os.O_RDWR | os.O_NOCTTY)
            os.write(port, b"AT+CCOAPREAD=1\\r")
            got = b""
            while b"ERROR" not in got:
                got += os.read(port, 99)
            os.close(port)
            assert got == b"OK"
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*> AT+CCOAPREAD=1", "*< ERROR   ← 3: there is no CoAP object*"])


def test_a_passing_test_leaves_nothing(run: Run, pytester: pytest.Pytester) -> None:
    run("async def test_it(driver): pass", "--modemtwin-dir", str(pytester.path / "left")).assert_outcomes(passed=1)
    assert not pytester.path.joinpath("left").exists()


def test_a_restart_by_a_fault_is_told_once(run: Run) -> None:
    result = run(
        """
        from modemtwin import faults

        def test_it(world, modem):
            modem.arm(faults.restart(at=1))
            world.run_for(2)
            assert False
        """
    )
    told = [line.strip() for line in result.outlines if "reset" in line or "restarts" in line]
    assert told == ['1.000 s  *   fault "do=restart at=1": the module is reset', "*   the module restarts"]
