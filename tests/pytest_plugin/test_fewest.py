"""``--fewest-faults`` says which faults a failing test takes, and leaves a run and a scenario with only these."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from modemtwin.world.journal.replay import replay
from modemtwin.world.scenario.scenario import parse_scenario
from tests.pytest_plugin.conftest import Run

pytest_plugins = ["pytester"]

VILLAGE = """\
# a bad day

# the first three requests
[[fault]]
do = "drop"
type = "CON"
times = 3

[[fault]]
do = "busy"
at = 100

[[fault]]
do = "mute"
at = 200
lasting = 1

# and the answers to the others
[[fault]]
do = "drop"
code = "2.05"
times = 2

[[fault]]
do = "delay"
code = "2.05"
by = 0.1

[[fault]]
do = "lose-coverage"
at = 290
lasting = 5
"""

GETS = """
from modemtwin import faults

@pytest.mark.modem_scenario("village.toml")
async def test_it(driver, coap_server, modem):
    modem.arm(faults.duplicate(direction="in", nth=7), faults.restart(at=4000))
    assert (await driver.get(coap_server.url + "/time", deadline=300)).ok
"""

ONCE = "from pathlib import Path\nfrom modemtwin import faults\n"


@pytest.fixture
def village(pytester: pytest.Pytester) -> Path:
    """A scenario beside the test file."""
    return pytester.makefile(".toml", village=VILLAGE)


@pytest.mark.usefixtures("village")
def test_the_faults_that_it_takes_are_named_by_their_lines_and_the_rest_is_left_out(
    run: Run, pytester: pytest.Pytester
) -> None:
    result = run(GETS, "--fewest-faults", "--modemtwin-dir=left")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- modemtwin: AT dialogue and datagrams -*",
            "*- modemtwin: the fewest faults -*",
            "fails with 2 of its 8 faults, found in 11 more runs",
            "    fault 1  village.toml:4   do=drop type=CON times=3",
            "    fault 4  village.toml:19  do=drop code=2.05 times=2",
            "without either, it passes",
            "the same with only these:",
            "    pytest * test_it.py::test_it --only-faults 1,4",
            "left behind, of that run:",
            "    left/test_it.py-test_it/fewest/capture.pcapng",
            "    left/test_it.py-test_it/fewest/m1.journal",
            "    left/test_it.py-test_it/fewest/village.toml",
            "*= --fewest-faults: what these tests fail with =*",
            "test_it.py::test_it: fails with 2 of its 8 faults: 1 (village.toml:4), 4 (village.toml:19)",
        ],
        consecutive=False,
    )
    left = pytester.path / "left" / "test_it.py-test_it"
    journal = (left / "fewest" / "m1.journal").read_text("utf-8")
    assert "the ACK with 2.05 Content to the modem is lost" in journal
    assert replay(journal) is None
    text = (left / "fewest" / "village.toml").read_text("utf-8")
    assert text.startswith("# village.toml with those of its faults that test_it.py::test_it takes to fail\n# a bad")
    assert list(map(str, parse_scenario(text).faults)) == ["do=drop type=CON times=3", "do=drop code=2.05 times=2"]


@pytest.mark.usefixtures("village")
def test_its_command_fails_with_those_and_without_one_of_them_the_test_passes(run: Run) -> None:
    found = run(GETS, "--fewest-faults")
    (line,) = (line for line in found.outlines if "--only-faults" in line)
    again = run("", *(word for word in shlex.split(line)[1:] if not word.startswith("-p")))
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["--only-faults 1,4: of 8 that it arms"])
    for some in ("1", "4", "2,3,5,6,7,8", "none"):
        run("", "--only-faults", some).assert_outcomes(passed=1)


@pytest.mark.usefixtures("village")
def test_the_same_is_found_every_time(run: Run) -> None:
    told = [run(text, "--fewest-faults", "--modemtwin-seed=3").outlines for text in (GETS, "")]
    found = [[line for line in lines if re.search("fault [0-9]|more runs|without", line)] for lines in told]
    assert len(found[0]) == 4
    assert found[0] == found[1]


def test_faults_that_the_test_and_its_fixtures_arm_are_named_by_the_line_that_does(run: Run) -> None:
    result = run(
        """
        from modemtwin import faults

        @pytest.fixture
        def early(modem):
            modem.arm(faults.mute(at=500), faults.pull_card(at=0))

        async def test_set_up(early, driver):
            pass

        @pytest.fixture
        def late(modem):
            modem.arm(faults.restart(at=999))
            yield
            modem.arm(faults.busy())
            assert modem.type_("AT").ok

        def test_tear_down(late, world):
            settings = {"scenario": '[[fault]]\\ndo = "restart"\\nat = 99\\n', "faults": [faults.mute(at=9)]}
            world.add_modem("meter", **settings)
        """,
        "--fewest-faults",
    )
    result.assert_outcomes(errors=2, passed=1)
    result.stdout.fnmatch_lines_random(
        [
            "    fault 2  test_it.py:10  do=pull-card at=0",
            "    fault 4  test_it.py:19  do=busy",
            "test_it.py::test_set_up: fails with 1 of its 2 faults: 2 (test_it.py:10)",
            "test_it.py::test_tear_down: fails with 1 of its 4 faults: 4 (test_it.py:19)",
        ]
    )


@pytest.mark.usefixtures("village")
def test_a_test_that_fails_without_any_fault_or_has_none_is_said_to(run: Run) -> None:
    result = run(
        """
        @pytest.mark.modem_scenario("village.toml")
        def test_it(modem):
            assert False

        def test_other(modem):
            assert False

        def test_fine(modem):
            pass

        @pytest.mark.xfail
        @pytest.mark.modem_scenario("village.toml")
        def test_known(modem):
            assert False
        """,
        "--fewest-faults",
    )
    result.assert_outcomes(failed=2, passed=1, xfailed=1)
    result.stdout.fnmatch_lines(
        [
            "fails without any fault, found in 2 more runs",
            "    pytest * --only-faults none",
            "test_it.py::test_it: fails without any fault",
            "test_it.py::test_other: fails, and has no faults",
        ]
    )


def test_a_test_that_is_not_the_same_twice_is_said_to_be(run: Run) -> None:
    result = run(
        f"""{ONCE}
        def test_it(modem):
            modem.arm(faults.busy(at=9), faults.restart(at=99))
            before, _ = Path("before").exists(), Path("before").touch()
            assert before

        def test_that_fails_thrice(modem):
            modem.arm(faults.busy(), faults.restart(at=99))
            with Path("after").open("a") as file:
                file.write("x")
            refused = not modem.type_("AT").ok
            assert not refused or len(Path("after").read_text()) > 4
        """.replace("\n        ", "\n"),
        "--fewest-faults",
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "fails with both of its faults, but then with the same it passes: not faults and seed alone decide",
            "fails with 1 of its 2 faults, but then with the same it passes: not faults and seed alone decide",
        ]
    )


def test_a_run_that_fails_otherwise_is_none_that_fails(run: Run) -> None:
    result = run(
        """
        from modemtwin import faults

        async def test_it(modem, driver):
            modem.arm(faults.busy(text="CSQ", direction="in", nth=1), faults.restart(at=9999))
            reply = await driver.at("AT+CSQ", check=False)
            if reply.ok:
                await asyncio.Event().wait()
            assert reply.ok
        """,
        "--fewest-faults",
    )
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines(
        [
            "fails with 1 of its 2 faults, found in 3 more runs",
            r"without it, it fails otherwise: Stuck at locks.py:\d+ \(wait\) in test_it.py:12 \(test_it\) waits for .*",
        ]
    )


def test_fixtures_are_set_up_for_each_run_and_wider_ones_once(run: Run) -> None:
    run(
        """
        from modemtwin import faults
        lives = []

        @pytest.fixture(scope="module")
        def wide():
            lives.append("wide")
            yield
            lives.append("wide ended")

        @pytest.fixture(scope="class")
        def narrow():
            lives.append("narrow")
            yield
            lives.append("narrow ended")

        @pytest.fixture
        def own(modem, record_property):
            record_property("run", "of it")
            lives.append("own")
            yield
            lives.append("own ended")

        class TestFirst:
            def test_it(self, wide, narrow, own, modem):
                modem.arm(faults.busy(), faults.restart(at=99))
                assert modem.type_("AT").ok

        def test_it(wide):
            assert lives == ["wide", "narrow", *["own", "own ended"] * 5, "narrow ended"]
        """,
        "--fewest-faults",
    ).assert_outcomes(failed=1, passed=1)


def test_what_fails_when_wider_fixtures_end_is_reported(run: Run) -> None:
    result = run(
        """
        from modemtwin import faults

        @pytest.fixture(scope="module")
        def wide():
            yield
            assert False, "it ends badly"

        def test_it(modem, wide):
            modem.arm(faults.busy())
            assert modem.type_("AT").ok
        """,
        "--fewest-faults",
    )
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["*it ends badly", "fails with its one fault, found in 2 more runs"])


MANY = """
from modemtwin import faults

async def test_it(modem, driver):
    modem.arm(*(faults.drop(direction="out", text="OK", nth=nth) for nth in range(1, 31)))
    assert (await driver.at("AT")).ok
"""


def test_the_search_ends_after_so_many_runs(run: Run) -> None:
    result = run(MANY, "--fewest-faults", "--fewest-faults-most=4")
    result.stdout.re_match_lines(
        [
            "fails with 7 of its 30 faults, found in 4 more runs",
            r"fewer may do, but no run was left \(--fewest-faults-most\)",
            r"test_it.py::test_it: .*: 1 \(test_it.py:9\), .*, 4 \(test_it.py:9\) and 3 more",
        ]
    )


def test_a_run_that_would_go_on_for_ever_without_a_fault_ends_with_the_search(run: Run) -> None:
    result = run(
        """
        from modemtwin import faults

        async def test_it(modem, driver):
            modem.arm(faults.restart(at=9), faults.mute(at=60))
            while True:
                await driver.at("AT")
                await asyncio.sleep(1)
        """,
        "--fewest-faults",
        "--fewest-faults-within=1",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["fails with both of its faults, found in 2 more runs", "fewer may do, but no time was left (*-within)"]
    )


def _interrupted(*, run: int, times: int) -> str:
    """MANY, with so many Ctrl-C in its n-th run."""
    interrupt = f"""
runs = []

def interrupt():
    import os, signal
    runs.append(1)
    for _ in range({times} if len(runs) == {run} else 0):
        os.kill(os.getpid(), signal.SIGINT)

"""
    return MANY.replace("assert", "interrupt()\n    assert") + interrupt


def test_a_ctrl_c_takes_what_was_found_and_ends_the_session(run: Run) -> None:
    result = run(_interrupted(run=5, times=1) + "def test_after(modem): pass", "--fewest-faults", apart=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "fails with 15 of its 30 faults, found in 4 more runs",
            "fewer may do, but you stopped it",
            "*KeyboardInterrupt: --fewest-faults was stopped, and has told what was found so far",
        ]
    )


def test_a_second_ctrl_c_leaves_the_report_of_the_first_run(run: Run) -> None:
    result = run(_interrupted(run=4, times=2), "--fewest-faults", apart=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*TimedOut: AT: nothing within *"])
    result.stdout.no_fnmatch_line("*the fewest faults*")


def test_behind_a_port_too(run: Run) -> None:
    result = run(
        """
        import os, time
        from modemtwin import faults

        def test_it(modem_port, modem):
            modem.arm(*(faults.drop(direction="out", text="OK", nth=nth) for nth in (1, 2)))
            port = os.open(modem_port, os.O_RDWR | os.O_NOCTTY)
            os.write(port, b"ATI\\rAT+CGMM\\rAT+CGMM\\rAT+CNUM\\r")
            got = b""
            while b"ERROR" not in got:
                got += os.read(port, 99)
            os.close(port)
            assert got.count(b"OK") > 1
        """,
        "--fewest-faults",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["fails with both of its faults*", "    fault 1  the test  do=drop direction=out *"])


@pytest.mark.usefixtures("village")
def test_workers_of_xdist_search_and_what_they_found_is_told(run: Run) -> None:
    result = run(GETS + GETS.replace("test_it", "test_other"), "-n1", "--fewest-faults", apart=True)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines_random(
        [
            "    fault 4  village.toml:19  do=drop code=2.05 times=2",
            "    pytest * test_it.py::test_other --only-faults 1,4",
            "test_it.py::test_it: fails with 2 of its 8 faults: *",
            "test_it.py::test_other: fails with 2 of its 8 faults: *",
        ]
    )


def test_a_scenario_that_cannot_be_shortened_is_said(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makefile(".toml", village='fault = [{do = "busy", commands = 9}, {do = "restart", at = 99}]\n')
    result = run(
        """
        @pytest.mark.modem_scenario("village.toml")
        def test_it(modem):
            assert modem.type_("AT").ok
        """,
        "--fewest-faults",
    )
    result.stdout.fnmatch_lines(
        [
            "fails with 1 of its 2 faults*",
            "    fault 1  village.toml:1  do=busy commands=9",
            "village.toml was not shortened: its faults do not stand in *",
            "*/fewest/m1.journal",
        ]
    )


def test_where_nothing_can_be_left_behind_the_rest_is_told(run: Run, pytester: pytest.Pytester) -> None:
    folder = pytester.path / "left" / "test_it.py-test_it"
    folder.mkdir(parents=True)
    (folder / "fewest").touch()
    result = run(MANY, "--fewest-faults", "--modemtwin-dir=left")
    result.stdout.fnmatch_lines(["fails with 1 of its 30 faults*", "nothing could be left behind of that run"])


def test_a_failing_test_with_faults_says_that_they_can_be_cut_down(run: Run) -> None:
    result = run(MANY)
    result.stdout.fnmatch_lines(["it has 30 faults; --fewest-faults looks for those that it takes to fail"])


def test_a_fault_that_a_test_does_not_have_is_told(run: Run) -> None:
    result = run("def test_it(modem): pass", "--only-faults=3,1")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["test_it.py::test_it: --only-faults 1,3: there is no such fault; it arms none"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--only-faults=3,x"], "*'3,x' names no faults; write 3,7 or none, as the report of --fewest-faults does"),
        (["--only-faults=0"], "*'0' names no faults*"),
        (["--fewest-faults", "--only-faults=none"], "*--only-faults says which: choose"),
        (["--fewest-faults", "--urc-sweep"], "*--urc-sweep first; then --fewest-faults*"),
        (["--fewest-faults", "--pdb"], "*--fewest-faults first, then --pdb*"),
        (["--fewest-faults", "--modem-port=x"], "*--fewest-faults needs the virtual modem*"),
        (["--only-faults=none", "--modem-port=x"], "*--only-faults needs the virtual modem*"),
    ],
)
def test_options_that_say_nothing_are_refused_in_a_sentence(run: Run, options: list[str], says: str) -> None:
    result = run("def test_it(modem): pass", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([says])
