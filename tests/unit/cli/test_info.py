"""The screen of ``modemtwin info``."""

from __future__ import annotations

import io

import pytest

from modemtwin.cli.at import meaning, shown_lines
from modemtwin.cli.info import screen
from modemtwin.cli.style import Style
from modemtwin.host.response import Answer
from tests.unit.cli.values import information


def test_everything_is_on_one_screen() -> None:
    assert screen(information(), Style(io.StringIO())).splitlines() == [
        "module        SIMCOM_Ltd SIMCOM_SIM7000G",
        "firmware      1529B08SIM7000G",
        "IMEI          869951031234568",
        "SIM           READY",
        "signal        ▂▄▆█  -59 dBm (27 of 31)",
        "registration  home, attached",
        "operator      CHN-CT",
        "technology    NB-IoT",
        "bearer        10.94.36.44, APN ctnb",
    ]


def test_what_is_not_known_is_said_so() -> None:
    shown = screen(information(rssi=99, registration="searching", active=False), Style(io.StringIO())).splitlines()
    assert shown[4:] == [
        "signal        unknown",
        "registration  searching, not attached",
        "operator      none",
        "technology    none",
        "bearer        down",
    ]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("OK", None),
        ("ERROR", None),
        ("+CME ERROR: 10", "SIM not inserted"),
        ("+CME ERROR: SIM not inserted", "SIM not inserted"),
        ("+CME ERROR: 4711", None),
    ],
)
def test_a_cme_error_is_told_in_words(result: str, words: str | None) -> None:
    assert meaning(result) == words


def test_the_lines_of_an_answer_move_no_cursor() -> None:
    assert shown_lines(Answer(["+CCOAPREAD: 3,\x1b[J", "é"], "OK")) == "+CCOAPREAD: 3,\\x1b[J\né\n"
