"""What the plugin has: its options, markers and fixtures as data, which the plugin and its reference page work by."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["FIXTURES", "MARKERS", "OPTIONS", "Fixture", "Marker", "Option"]


class Option(NamedTuple):
    """An option of the command line. ``metavar`` is empty for a flag; ``bare`` is its value when none is given."""

    flag: str
    metavar: str
    about: str
    example: str
    repeatable: bool = False
    bare: str | None = None

    @property
    def name(self) -> str:
        """What ``config.getoption`` calls it."""
        return self.flag.removeprefix("--").replace("-", "_")


class Marker(NamedTuple):
    """A marker: its name, what it takes, what it does."""

    name: str
    takes: str
    about: str
    example: str


class Fixture(NamedTuple):
    """A fixture."""

    name: str
    type: str
    about: str


OPTIONS = (
    Option(
        "--modemtwin-seed",
        "N|random",
        "the seed of every test that has no modem_seed marker (default: 0); random takes another one each time",
        "pytest --modemtwin-seed random",
    ),
    Option(
        "--modemtwin-dir",
        "DIR",
        "where a failing test leaves its journals and its capture (default: in pytest's folder for temporary files)",
        "pytest --modemtwin-dir failures",
    ),
    Option(
        "--urc-sweep",
        "",
        "run each test again with a URC in every legal gap, and with what the modem writes cut at every byte",
        "pytest --urc-sweep tests/test_driver.py",
    ),
    Option(
        "--urc",
        "TEXT",
        "the URC of --urc-sweep (default: UNDER-VOLTAGE WARNNING)",
        "pytest --urc-sweep --urc '+CPSMSTATUS: \"ENTER PSM\"'",
    ),
    Option(
        "--urc-sweep-most",
        "N",
        "run a test at most so often for --urc-sweep; of more positions every so manieth is taken (default: 2000)",
        "pytest --urc-sweep --urc-sweep-most 200",
    ),
    Option(
        "--urc-sweep-at",
        "gap:N|cut:N",
        "run at this position of the sweep and at no other, as the report of a failure says",
        "pytest --urc-sweep-at cut:17 tests/test_driver.py::test_report",
    ),
    Option(
        "--fewest-faults",
        "",
        "run a test that fails again with fewer and fewer of its faults, and say which of them it takes",
        "pytest --fewest-faults tests/test_driver.py",
    ),
    Option(
        "--fewest-faults-most",
        "N",
        "run a test at most so often for --fewest-faults, and take what was found (default: 500)",
        "pytest --fewest-faults --fewest-faults-most 50",
    ),
    Option(
        "--fewest-faults-within",
        "SECONDS",
        "stop looking so long after a test has failed, and take what was found (default: 60)",
        "pytest --fewest-faults --fewest-faults-within 600",
    ),
    Option(
        "--only-faults",
        "N,N|none",
        "arm only these of the faults of a test, as the report of --fewest-faults numbers them",
        "pytest --only-faults 3,7 tests/test_driver.py::test_report",
    ),
    Option(
        "--quirks",
        "all|ID[=CHOICE]",
        "run each test under every choice of every quirk, of one, or under one choice",
        "pytest --quirks all",
        repeatable=True,
    ),
    Option(
        "--at-coverage",
        "[PERCENT]",
        "show which commands, forms and URCs the tests exercised; fail below so many percent",
        "pytest --at-coverage=40",
        bare="0",
    ),
    Option(
        "--at-coverage-of",
        "PATTERN",
        "count only what has such a name, as in a shell: '+CCOAP*'",
        "pytest --at-coverage=80 --at-coverage-of '+CCOAP*' --at-coverage-of +CNACT",
        repeatable=True,
    ),
    Option(
        "--modem-port",
        "PORT",
        "run on the real module there, in real time; tests that need the virtual one are skipped",
        "pytest --modem-port /dev/ttyUSB2@115200 --modem-server coap://203.0.113.7",
    ),
    Option(
        "--modem-server",
        "URL",
        "with --modem-port: the server that coap_server gives, such as `modemtwin serve` where the module reaches it",
        "pytest --modem-port /dev/ttyUSB2 --modem-server coap://203.0.113.7",
    ),
    Option(
        "--modem-apn",
        "APN",
        "with --modem-port: the APN of the card (default: the network's)",
        "pytest --modem-port /dev/ttyUSB2 --modem-apn iot.1nce.net",
    ),
)

MARKERS = (
    Marker("modem_profile", "NAME", "which firmware: a profile, or a TOML file", 'modem_profile("sim7080")'),
    Marker(
        "modem_path",
        "PRESET, **KEYS",
        "what lies between modem and server: a preset, and the keys of [path] that differ",
        'modem_path("nb-iot-deep", loss=0.3)',
    ),
    Marker("modem_seed", "N", "the seed of all chance", "modem_seed(7)"),
    Marker(
        "modem_scenario",
        "FILE",
        "a scenario, beside the test file or below pytest's rootdir",
        'modem_scenario("village.toml")',
    ),
    Marker(
        "modem_settings",
        "*KEY=VALUE",
        "single settings of the scenario; those of class and module hold too",
        'modem_settings("cell.signal=5", "quirks.Q-QUEUE-FULL=drop-old")',
    ),
    Marker(
        "modem_connect",
        "**ARGUMENTS",
        "what the fixture driver gives to connect()",
        'modem_connect(apn="ctnb", attach=False)',
    ),
    Marker("virtual_time", "", "run this coroutine in the world's time, though it uses no fixture", "virtual_time"),
)

FIXTURES = (
    Fixture("world", "World", "a world in virtual time; one for each test"),
    Fixture("modem", "Mobile", "a modem of that world, as the markers say"),
    Fixture("coap_server", "Server", "a CoAP server of that world, coap.example at 192.0.2.1; `coap_server.url`"),
    Fixture(
        "driver",
        "Module",
        "the driver, connected to the modem and online: modemtwin.host.aio.Module in a coroutine, and in any other "
        "test modemtwin.host.blocking.Module; both in the world's time",
    ),
    Fixture("modem_transport", "Transport", "the wire to the modem, for a `connect()` of your own"),
    Fixture(
        "modem_port",
        "str",
        "a pty with the modem behind it, for a program under test; the world then runs by itself, in real time",
    ),
)
