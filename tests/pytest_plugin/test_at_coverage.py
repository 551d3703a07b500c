"""``--at-coverage`` tells which forms and URCs were exercised, also across processes, and may fail the run."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.conftest import Run

pytest_plugins = ["pytester"]

TWO_TESTS = """
def test_forms(modem):
    modem.type_("AT+CSQ;+CCOAPREAD=1")
    modem.type_("ate")
    modem.type_("AT+NONSENSE")

async def test_urcs(driver, coap_server, modem):
    await driver.get(coap_server.url + "/test")
    modem.drop_bearer()
    modem.remove_card()
"""


def test_forms_and_urcs_are_listed(run: Run) -> None:
    result = run(
        TWO_TESTS, "--at-coverage", "--at-coverage-of=+C[SC][QO]*", "--at-coverage-of=E", "--at-coverage-of=+[AC]P*N*"
    )
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "* of * forms exercised: ATE<value>, AT+CPIN?, AT+CSQ, AT+CCOAPINIT, AT+CCOAPURL=<url>, *AT+CCOAPACTION, *",
            "not: *AT+CSQ=?, AT+CCOAPINIT=?, *AT+CCOAPTERM*",
            "* of * URCs exercised: +CCOAPRECV, *",
            "not: +CCOAPACTION: 1, *",
        ]
    )


def test_a_run_below_the_threshold_fails_though_its_tests_pass(run: Run) -> None:
    result = run(TWO_TESTS, "--at-coverage=90")
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.re_match_lines([r"FAILED: \d+\.\d % is less than the 90 % that --at-coverage asks for"])
    assert run("", "--at-coverage=1").ret == pytest.ExitCode.OK


def test_workers_hand_over_what_they_have_seen(run: Run) -> None:
    alone = run(TWO_TESTS, "--at-coverage=1")
    shared = run("", "--at-coverage=1", "-n2", apart=True)
    shared.assert_outcomes(passed=2)
    told = [[line for line in result.outlines if "exercised" in line or "%" in line] for result in (alone, shared)]
    assert told[0][-1].endswith("% of forms and URCs")
    assert told[0][-3:] == told[1][-3:]
    assert run("", "--at-coverage=90", "-n2", apart=True).ret == pytest.ExitCode.TESTS_FAILED


def test_a_pattern_that_fits_no_name_is_told(run: Run) -> None:
    result = run(TWO_TESTS, "--at-coverage=10", "--at-coverage-of=+CSQ", "--at-coverage-of=+CCOPA*")
    result.stdout.fnmatch_lines(["--at-coverage-of +CCOPA[*]: no command and no URC has such a name"])
    result.stdout.no_fnmatch_line("--at-coverage-of +CSQ*")


def test_a_spelling_stays_whole_though_it_is_longer_than_a_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    result = run(TWO_TESTS, "--at-coverage", "--at-coverage-of=+CGDCONT")
    result.stdout.fnmatch_lines(["*AT+CGDCONT=<cid>[[],<PDP_type>[]]*<emergency_flag>]"])


def test_what_is_only_listed_is_not_held_to_a_threshold(run: Run) -> None:
    result = run(TWO_TESTS, "--at-coverage=90", "--urc-sweep", "--collect-only")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*--at-coverage*")
    result.stdout.no_fnmatch_line("*--urc-sweep*")
