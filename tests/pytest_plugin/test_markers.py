"""The markers make the world; a mistake in one is a sentence with the nearest right word."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.conftest import Run

pytest_plugins = ["pytester"]


def test_markers_choose_profile_path_seed_settings_and_what_connect_gets(run: Run) -> None:
    run(
        """
        pytestmark = [pytest.mark.modem_settings("cell.signal=5", "card.pin=1234"), pytest.mark.modem_seed(3)]

        @pytest.mark.modem_profile("sim7080")
        @pytest.mark.modem_path("nb-iot-deep", loss=0, up={"delay": 9})
        @pytest.mark.modem_settings("cell.signal=6")
        @pytest.mark.modem_connect(pin="1234", attach=False)
        async def test_it(world, modem, driver):
            assert driver.identity.dialect.lower() == "sim7080"
            assert modem.station.cell.settings.signal == 6
            assert modem.journal.header.card.pin == "1234"
            assert (modem.path.settings.up.delay, modem.path.settings.down.delay) == (9, 2.0)
            assert world.seed == 3
        """,
        "--modemtwin-seed=7",
    ).assert_outcomes(passed=1)


def test_a_scenario_lies_beside_the_test_or_in_the_rootdir(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makefile(".toml", village='[cell]\noperator = "1NCE"\n')
    pytester.mkdir("deep").joinpath("cellar.toml").write_text("[cell]\nsignal = 1\n")
    pytester.path.joinpath("deep", "test_deep.py").write_text(
        "import pytest\n"
        '@pytest.mark.modem_scenario("cellar.toml")\n'
        "def test_beside(modem): assert modem.station.cell.settings.signal == 1\n"
        '@pytest.mark.modem_scenario("village.toml")\n'
        "def test_root(modem): assert modem.station.cell.settings.operator == '1NCE'\n"
    )
    run("").assert_outcomes(passed=2)


MISTAKES = [
    (
        'modem_path("nb-iot-dep")',
        'modem_path: path.preset: "nb-iot-dep" is unknown; did you mean "nb-iot-deep"?; allowed: *',
    ),
    ("modem_path(los=0.3)", 'modem_path: path.los: there is no such key; did you mean "loss"?'),
    ("modem_path(loss=30)", "modem_path: path.loss: 30 is out of range; allowed: a number from 0 to 1"),
    ('modem_profile("sim7008")', "modem_profile: *sim7008*sim7000*"),
    ("modem_profile(7)", "modem_profile: 7 is no text"),
    ('modem_pth("lan")', 'modem_pth: there is no such marker; did you mean "modem_path"?'),
    ("modem_seed()", "modem_seed: missing a required argument: 'seed'; write @pytest.mark.modem_seed(7)"),
    ('modem_seed("x")', "modem_seed: 'x' is no whole number"),
    ('modem_scenario("no.toml")', "modem_scenario: there is no file no.toml in *"),
    ('modem_settings("cell.signl=5")', 'modem_settings: cell.signl: there is no such key; did you mean "cell.signal"?'),
    ('modem_settings("quirks.Q-QUEUE-FUL=hold")', 'modem_settings: *did you mean "Q-QUEUE-FULL"?'),
    ("modem_connect(pim=1)", "modem_connect: connect() takes no 'pim'; did you mean \"pin\"?"),
    ("virtual_time(5)", "virtual_time: too many positional arguments; write @pytest.mark.virtual_time"),
]


@pytest.mark.parametrize(("marker", "sentence"), MISTAKES, ids=[marker for marker, _ in MISTAKES])
def test_a_mistake_is_one_line_with_the_nearest_right_word(run: Run, marker: str, sentence: str) -> None:
    result = run(
        f"""
        @pytest.mark.{marker}
        def test_it(modem):
            pass
        """,
        "-W",
        "ignore::pytest.PytestUnknownMarkWarning",
    )
    result.assert_outcomes(errors=1)
    line = f"test_it.py::test_it: {sentence}".replace("[", "[[]")
    result.stdout.fnmatch_lines([line])
    result.stdout.no_fnmatch_line("*During handling*")
    result.stdout.no_fnmatch_line("*marks.py*")


OPTIONS = [
    ("--modemtwin-seed x", "argument --modemtwin-seed: 'x' is no seed; write a whole number, or random"),
    ("--quirks Q-QUEUE-FUL", "argument --quirks: there is no quirk Q-QUEUE-FUL; did you mean Q-QUEUE-FULL?"),
    ("--quirks Q-QUEUE-FULL=x", "argument --quirks: Q-QUEUE-FULL cannot be 'x'; choose hold or drop-new or drop-old"),
    ("--at-coverage tests", "argument --at-coverage: 'tests' is no percentage; write --at-coverage=40, or *"),
    ("--urc-sweep-at 5", "argument --urc-sweep-at: '5' is no position; write gap:12 or cut:17, *"),
    ("--urc-sweep-most 0", "argument --urc-sweep-most: '0' is no whole number from 1"),
    ("--urc \r", "argument --urc: '\\r' is no line that a modem says"),
    ("--modem-port p@x", "argument --modem-port: 'x' is no rate of a serial port, which is a number such as 115200"),
    ("--modem-port p --modem-server h", "argument --modem-server: *coap*"),
    ("--modem-server coap://h", "--modem-server and --modem-apn belong to a real module: say --modem-port too"),
    ("--modem-port p --quirks all", "--quirks needs the virtual modem, and --modem-port names a real one"),
    ("--urc-sweep --urc-sweep-at cut:1", "--urc-sweep tries every position, and --urc-sweep-at one of them: choose"),
]


@pytest.mark.parametrize(("words", "sentence"), OPTIONS, ids=[words for words, _ in OPTIONS])
def test_a_mistake_on_the_command_line_is_one_line_too(run: Run, words: str, sentence: str) -> None:
    result = run("def test_it(): pass", *words.split(" "))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{sentence}"])
    result.stderr.no_fnmatch_line("*Traceback*")
