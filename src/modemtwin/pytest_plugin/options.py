"""The options: declared from their table, and checked before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modemtwin.option import checked
from modemtwin.pytest_plugin.tables import OPTIONS, Option

__all__ = ["add_options", "header", "read_seed"]

_URC = "UNDER-VOLTAGE WARNNING"
_MOST = 2000
_MOST_TRIALS = 500
_LONGEST_SEARCH = 60


def add_options(parser: pytest.Parser) -> None:
    """Declare the options to pytest."""
    group = parser.getgroup("modemtwin", "modemtwin: a virtual SIM7000 in virtual time")
    for option in OPTIONS:
        group.addoption(option.flag, **_arguments(option))


def _arguments(option: Option) -> dict[str, Any]:
    about: dict[str, Any] = {"help": option.about.replace("%", "%%"), "dest": option.name}
    if not option.metavar:
        return {**about, "action": "store_true", "default": False}
    read, usual = _READERS.get(option.name, (str, None))
    about |= {
        "metavar": option.metavar[1:-1] if option.metavar.startswith("[") else option.metavar,
        "default": usual,
        "type": checked(read),
    }
    if option.repeatable:
        about["action"] = "append"
    if option.bare is not None:
        about |= {"nargs": "?", "const": read(option.bare)}
    return about


def _seed(text: str) -> int | str:
    if text == "random":
        return text
    if not text.isdecimal() or len(text) > 20:
        raise ValueError(f"{text!r} is no seed; write a whole number, or random")
    return int(text)


def _percent(text: str) -> float:
    try:
        percent = float(text)
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise ValueError(f"{text!r} is no percentage; write --at-coverage=40, or --at-coverage behind the test files")
    return percent


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 10**9:
        raise ValueError(f"{text!r} is no whole number from 1")
    return int(text)


def _quirk(text: str) -> str:
    from modemtwin.pytest_plugin.quirks import choices

    choices([text])
    return text


def _position(text: str) -> object:
    from modemtwin.pytest_plugin.disturbance import parse_position

    return parse_position(text)


def _numbers(text: str) -> object:
    from modemtwin.pytest_plugin.arming import parse_numbers

    return parse_numbers(text)


def _urc(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError(f"{text!r} is no line that a modem says")
    return text


def _port(text: str) -> str:
    from modemtwin.pytest_plugin.real import split_port

    if not split_port(text)[0].strip():
        raise ValueError("it names no port; write /dev/ttyUSB2 or /dev/ttyUSB2@115200")
    return text


def _url(text: str) -> str:
    from modemtwin.coap.uri import parse

    parse(text)
    return text


_READERS: dict[str, tuple[Callable[[str], object], object]] = {
    "modemtwin_seed": (_seed, None),
    "at_coverage": (_percent, None),
    "urc_sweep_most": (_count, _MOST),
    "quirks": (_quirk, None),
    "urc_sweep_at": (_position, None),
    "urc": (_urc, _URC),
    "fewest_faults_most": (_count, _MOST_TRIALS),
    "fewest_faults_within": (_count, _LONGEST_SEARCH),
    "only_faults": (_numbers, None),
    "modem_port": (_port, None),
    "modem_server": (_url, None),
}
"""How the value of an option is read, and what it is without it; the others are text, and nothing."""


def read_seed(config: pytest.Config) -> int:
    """Choose the seed of the run, and refuse options that do not go together.

    :raises pytest.UsageError: with a sentence.
    """
    if config.getoption("modem_port"):
        for name in ("urc_sweep", "urc_sweep_at", "fewest_faults", "only_faults", "quirks", "at_coverage"):
            if config.getoption(name) not in (None, False):
                flag = next(option.flag for option in OPTIONS if option.name == name)
                raise pytest.UsageError(f"{flag} needs the virtual modem, and --modem-port names a real one")
        if config.getoption("tx", None):  # what -n, too, comes to in pytest-xdist
            raise pytest.UsageError("--modem-port is one module, which processes cannot share: leave -n out")
    elif config.getoption("modem_server") or config.getoption("modem_apn"):
        raise pytest.UsageError("--modem-server and --modem-apn belong to a real module: say --modem-port too")
    if config.getoption("urc_sweep") and config.getoption("urc_sweep_at"):
        raise pytest.UsageError("--urc-sweep tries every position, and --urc-sweep-at one of them: choose")
    if config.getoption("fewest_faults"):
        _check_fewest(config)
    seed = config.getoption("modemtwin_seed")
    if seed == "random":
        from random import SystemRandom

        return SystemRandom().getrandbits(32)
    return int(seed or 0)


def _check_fewest(config: pytest.Config) -> None:
    if config.getoption("only_faults") is not None:
        raise pytest.UsageError("--fewest-faults looks for the faults, and --only-faults says which: choose")
    if config.getoption("urc_sweep"):
        raise pytest.UsageError("--urc-sweep first; then --fewest-faults, with the --urc-sweep-at that it has found")
    if config.getoption("usepdb"):
        raise pytest.UsageError("--fewest-faults first, then --pdb, which would open at every run of a test")


def header(config: pytest.Config) -> str | None:
    """Say what this run is like, where it is not like any other."""
    from modemtwin.pytest_plugin.keys import SEED

    told = []
    if config.getoption("modemtwin_seed") is not None:
        told.append(f"seed {config.stash[SEED]}")
    if config.getoption("modem_port"):
        told.append(f"on the real module at {config.getoption('modem_port')}")
    return f"modemtwin: {', '.join(told)}" if told else None
