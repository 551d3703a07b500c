"""How the value of an option is read."""

from __future__ import annotations

import argparse

import pytest

from modemtwin.option import checked


def test_a_wrong_value_is_complained_of_in_the_words_of_who_read_it(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser(prog="knock")
    parser.add_argument("--times", type=checked(int))
    assert parser.parse_args(["--times", "3"]).times == 3
    with pytest.raises(SystemExit):
        parser.parse_args(["--times", "often"])
    complaint = capsys.readouterr().err.splitlines()[-1]
    assert complaint == "knock: error: argument --times: invalid literal for int() with base 10: 'often'"
