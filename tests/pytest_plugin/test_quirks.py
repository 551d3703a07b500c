"""``--quirks`` makes one test of each choice that the ledger leaves open."""

from __future__ import annotations

import pytest

from modemtwin.modem.quirks import LEDGER
from modemtwin.pytest_plugin.quirks import choices
from tests.pytest_plugin.conftest import Run

pytest_plugins = ["pytester"]

EXPECTS_RECV = """
async def test_it(modem, coap_server, world):
    modem.type_("AT+CNACT=1")
    world.run_for(9)
    modem.type_("AT+CCOAPINIT")
    modem.type_(f'AT+CCOAPURL="{coap_server.url}"')
    modem.type_("AT+CCOAPACTION")
    world.run_for(9)
    assert b"+CCOAPRECV: 1," in modem.te.unread
"""


def test_every_choice_is_a_test_and_those_that_break_it_are_named(run: Run) -> None:
    result = run(EXPECTS_RECV, "--quirks", "all")
    result.assert_outcomes(passed=len(choices(["all"])) - 1, failed=1)
    result.stdout.fnmatch_lines(
        ["    pytest * 'test_it.py::test_it[[]Q-RECV-NAME=rcv]' --quirks Q-RECV-NAME=rcv", "FAILED test_it.py::*"]
    )
    run("", "test_it.py::test_it[Q-RECV-NAME=rcv]", "--quirks", "Q-RECV-NAME=rcv").assert_outcomes(failed=1)


def test_the_driver_works_under_every_choice(run: Run) -> None:
    result = run(
        """
        async def test_it(driver, coap_server):
            assert (await driver.put(coap_server.url + "/kept", "x" * 500)).ok
            assert (await driver.get(coap_server.url + "/kept", type="NON")).payload == b"x" * 500
        """,
        "--quirks=all",
    )
    result.assert_outcomes(passed=len(choices(["all"])))


def test_what_pytest_does_not_repeat_is_told(run: Run) -> None:
    result = run(
        """
        import unittest

        class TestOld(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _modem(self, modem):
                self.modem = modem

            def test_it(self):
                assert self.modem.type_("AT").ok
        """,
        "--quirks=all",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["test_it.py::TestOld::test_it: --quirks: pytest does not repeat methods of a unittest*"]
    )


def test_what_asks_for_a_modem_while_it_runs_is_not_repeated_and_that_is_told(run: Run) -> None:
    result = run(
        """
        def test_late(request):
            assert request.getfixturevalue("modem").type_("AT").ok

        @pytest.mark.virtual_time
        async def test_without():
            await asyncio.sleep(86_400)
        """,
        "--quirks=all",
    )
    result.assert_outcomes(passed=2)
    told = [line for line in result.outlines if "--quirks" in line]
    assert told == [
        "test_it.py::test_late: --quirks: it was not known to need a modem before it ran: let it ask by an argument"
    ]


def test_tests_without_a_modem_stay_one(run: Run) -> None:
    run("def test_it(): pass", "--quirks=all").assert_outcomes(passed=1)


def test_all_means_every_choice_where_there_is_more_than_one() -> None:
    chosen = choices(["all"])
    assert chosen[0] == "usual"
    assert len(set(chosen)) == len(chosen)
    assert {each.partition("=")[0] for each in chosen[1:]} == {
        entry.id for entry in LEDGER.values() if len(entry.choices) > 1 or entry.seconds
    }


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (["q-recv-name=rcv"], ["Q-RECV-NAME=rcv"]),
        (["Q-RECV-NAME"], ["usual", "Q-RECV-NAME=recv", "Q-RECV-NAME=rcv"]),
        (["Q-TIMEOUT"], ["usual", "Q-TIMEOUT=rfc7252", "Q-TIMEOUT=30"]),
        (["Q-TIMEOUT=45", "Q-RECV-NAME=rcv", "Q-TIMEOUT=45"], ["Q-TIMEOUT=45", "Q-RECV-NAME=rcv"]),
    ],
)
def test_choices_may_be_named(wanted: list[str], chosen: list[str]) -> None:
    assert choices(wanted) == chosen
