"""``--urc-sweep`` finds the first URC, and the first cut, that a program cannot stand."""

from __future__ import annotations

from modemtwin.pytest_plugin.disturbance import Disturbance, Position, parse_position
from modemtwin.pytest_plugin.sweep import Swept, positions
from tests.pytest_plugin.conftest import Run

pytest_plugins = ["pytester"]

TAKES_THE_FIRST_LINE = """
class Gateway:
    def __init__(self, transport):
        self.pieces = asyncio.Queue()
        self.transport = transport
        transport.listen(self.pieces.put_nowait, lambda reason: None)

    async def ask(self, line):
        self.transport.write(line + b"\\r")
        heard = b""
        while b"OK\\r\\n" not in heard:
            heard += await self.pieces.get()
        return heard.replace(line + b"\\r", b"").split()[0]

async def test_it(modem_transport):
    gateway = Gateway(modem_transport)
    assert await gateway.ask(b"ATI") == b"SIM7000G"
    assert await gateway.ask(b"AT+CPIN?") == b"+CPIN:"
"""

READS_WHOLE_LINES_ONLY = """
async def test_it(modem_transport):
    pieces = asyncio.Queue()
    modem_transport.listen(pieces.put_nowait, lambda reason: None)
    modem_transport.write(b"AT+CGMM\\r")
    piece = await pieces.get()
    while b"AT+CGMM\\r" not in piece:
        piece = await pieces.get()
    assert piece.endswith(b"OK\\r\\n")
"""


def test_the_first_urc_that_breaks_a_program_is_told_and_how_to_run_there_again(run: Run) -> None:
    result = run(TAKES_THE_FIRST_LINE, "--urc-sweep")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">   *assert await gateway.ask(b*ATI*",
            "--urc-sweep: it breaks when the URC 'UNDER-VOLTAGE WARNNING' came before the echo of ATI",
            "    pytest * test_it.py::test_it --urc-sweep-at gap:0 --urc 'UNDER-VOLTAGE WARNNING'",
            "test_it.py::test_it: breaks at gap:0",
        ]
    )
    run("", "--urc-sweep-at", "gap:0").assert_outcomes(failed=1)
    run("", "--urc-sweep-at", "gap:1").assert_outcomes(failed=1)
    run("").assert_outcomes(passed=1)


def test_the_first_cut_that_breaks_a_program_is_told(run: Run) -> None:
    result = run(READS_WHOLE_LINES_ONLY, "--urc-sweep")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "--urc-sweep: it breaks when what the modem wrote came in two pieces, cut at | : *|*",
            "    pytest * --urc-sweep-at cut:0",
        ]
    )


def test_the_driver_stands_urcs_and_cuts_all_over_a_conversation(run: Run) -> None:
    result = run(
        """
        async def test_it(driver, coap_server):
            response = await driver.put(coap_server.url + "/kept", "OK")
            assert (await driver.get(coap_server.url + "/kept")).text == "OK"
        """,
        "--urc-sweep",
        "--urc-sweep-most=160",  # all of them, more than 1,500, take too long for every day
    )
    result.assert_outcomes(passed=1)
    (told,) = (line for line in result.outlines if line.startswith("test_it.py::test_it: "))
    gaps, cuts, left_out = (int(word.split()[0]) for word in told.partition(": ")[2].split(", "))
    assert gaps + cuts == 160
    assert gaps > 5
    assert left_out > 1000


def test_on_a_line_with_a_rate_a_urc_waits_for_the_whole_of_a_reply(run: Run) -> None:
    result = run(
        """
        @pytest.mark.modem_settings("uart.pace=true", "uart.baud=1200")
        async def test_it(modem_transport, modem):
            heard = bytearray()
            modem_transport.listen(heard.extend, lambda reason: None)
            modem_transport.write(b"AT+CSQ\\r")
            await asyncio.sleep(60)
            modem.change(signal=3)
            assert heard.replace(b"\\r\\nURC\\r\\n", b"") == b"AT+CSQ\\r\\r\\n+CSQ: 99,99\\r\\n\\r\\nOK\\r\\n"
            assert heard.find(b"URC") in (-1, 2, heard.find(b"OK") + 6)
        """,
        "--urc-sweep",
        "--urc=URC",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["test_it.py::test_it: 2 gaps, * cuts"])


def test_the_text_of_the_urc_may_be_chosen(run: Run) -> None:
    result = run(TAKES_THE_FIRST_LINE, "--urc-sweep", "--urc", "DST: 1")
    result.stdout.fnmatch_lines(["*E*b'DST:'*", "*the URC 'DST: 1' came before*"])


def test_programs_of_the_te_are_swept_and_what_is_typed_by_hand_is_not(run: Run) -> None:
    result = run(
        """
        def careless(te):
            yield Type("ATE0")
            bytes(te.unread) and 1 / 0
            return (yield Type("AT+CGMM"))

        def test_program(world, modem):
            modem.play(careless)
            world.run_until(lambda: modem.te.is_done, within=9)

        def test_hand(modem):
            assert modem.type_("ATE0") == "ATE0\\r\\r\\nOK\\r\\n"
        """,
        "--urc-sweep",
    )
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*ZeroDivisionError*", "*test_it.py::test_program*"])


def test_wider_fixtures_live_through_the_sweep_and_end_once(run: Run) -> None:
    run(
        """
        lives = []

        @pytest.fixture(scope="module")
        def wide():
            lives.append("begun")
            yield
            lives.append("ended")

        @pytest.fixture(scope="class")
        def narrow():
            yield
            lives.append("class ended")

        class TestFirst:
            async def test_it(self, wide, narrow, modem_transport):
                modem_transport.write(b"AT\\r")
                await asyncio.sleep(1)

        def test_it(wide):
            assert lives == ["begun", "class ended"]
        """,
        "--urc-sweep",
    ).assert_outcomes(passed=2)


def test_a_test_that_fails_undisturbed_is_not_swept(run: Run) -> None:
    result = run(
        """
        async def test_it(driver):
            assert False
        """,
        "--urc-sweep",
    )
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*it breaks when*")
    result.stdout.fnmatch_lines(["test_it.py::test_it: not swept, for it fails undisturbed"])


def test_where_there_is_nothing_to_disturb_the_end_says_so(run: Run) -> None:
    result = run("def test_it(modem): assert modem.type_('AT').ok", "--urc-sweep")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["no test; only those that *"])


def test_of_too_many_positions_every_so_manieth_is_taken(run: Run) -> None:
    result = run("async def test_it(driver): pass", "--urc-sweep", "--urc-sweep-most", "10")
    result.assert_outcomes(passed=1)
    result.stdout.re_match_lines([r"test_it.py::test_it: \d+ gaps?, \d+ cuts?, \d+ positions left out"])


def test_each_run_has_the_time_that_pytest_timeout_gives_a_test(run: Run) -> None:
    run(
        """
        import time

        async def test_it(modem_transport):
            modem_transport.write(b"AT\\r")
            time.sleep(0.2)
            await asyncio.sleep(1)
        """,
        "--urc-sweep",
        "--timeout=1",
    ).assert_outcomes(passed=1)


def test_a_position_that_a_test_does_not_reach_is_told(run: Run) -> None:
    result = run("async def test_it(modem_transport): modem_transport.write(b'AT\\r')", "--urc-sweep-at=gap:99")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["test_it.py::test_it: --urc-sweep-at gap:99 was not reached: it has 2 gaps and *"])


def test_positions_are_counted_and_spread() -> None:
    counted = Disturbance(gaps=2, cuts=3)
    every = [Position("gap", 0), Position("gap", 1), Position("cut", 0), Position("cut", 1), Position("cut", 2)]
    assert positions(counted, 5) == (every, Swept(2, 3, 0))
    assert positions(counted, 2) == ([every[0], every[2]], Swept(1, 1, 3))
    assert [parse_position(str(position)) for position in every] == every


def test_a_cut_is_at_the_same_byte_whatever_is_written_at_once() -> None:
    for pieces in ([b"abcdef"], [b"ab", b"cdef"], [b"abc", b"def"]):
        disturbance = Disturbance(Position("cut", 2))
        halves = [half for piece in pieces for half in disturbance.split(piece)]
        assert b"".join(halves) == b"abcdef"
        assert disturbance.cuts == 5
        assert disturbance.told.endswith("|def")
    assert disturbance.told == "what the modem wrote came a little after what came before it : |def"
    assert halves == [b"abc", b"", b"", b"def"]


def test_a_cut_does_not_show_a_password() -> None:
    disturbance = Disturbance(Position("cut", 30))
    line = b'AT+CNCFG=1,"ctnb","user","geheim",0\r\r\nOK\r\n'
    assert disturbance.split(line) == (line[:31], line[31:])
    assert "geh" not in disturbance.told
    assert "|" in disturbance.told
