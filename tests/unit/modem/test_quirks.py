"""The ledger: every quirk that was settled, and what is said of a choice that it does not have."""

from __future__ import annotations

import pytest

from modemtwin.modem.profile import load
from modemtwin.modem.quirks import LEDGER, check

SETTLED = {
    "Q-RECV-NAME": ["recv", "rcv"],
    "Q-TEST-NAMES": ["corrected", "literal"],
    "Q-CONVERT": ["one-parses", "zero-parses"],
    "Q-HEAD-FIELDS": ["24", "21"],
    "Q-CNACT-READ": ["two", "three"],
    "Q-CNACT-REPEAT": ["error", "ok"],
    "Q-CNACT-OFF-URC": ["deactive", "literal"],
    "Q-HEAD-RAW": ["hex", "bytes"],
    "Q-STRING-ESCAPES": ["backslash", "v250", "none"],
    "Q-PAYLOAD-APPEND": ["replace", "append"],
    "Q-PARA-KEEP": ["clear", "keep"],
    "Q-QUEUE-FULL": ["hold", "drop-new", "drop-old"],
    "Q-TIMEOUT": ["rfc7252"],
    "Q-INIT-TWICE": ["error", "ok"],
    "Q-CSCLK-AUTO": ["sleep", "error"],
    "Q-CNACT-TEST": ["answered", "error"],
}
"""The quirks and choices that are settled, default first."""


def test_the_ledger_begins_with_what_is_settled() -> None:
    assert [(id, list(LEDGER[id].choices)) for id in list(LEDGER)[: len(SETTLED)]] == list(SETTLED.items())


def test_what_stands_behind_it_are_decisions_of_ours() -> None:
    assert [len(quirk.choices) for quirk in list(LEDGER.values())[len(SETTLED) :]] == [1] * (len(LEDGER) - len(SETTLED))


@pytest.mark.parametrize("id", LEDGER)
def test_the_default_is_the_first_choice_and_the_default_profile_takes_it(id: str) -> None:
    assert LEDGER[id].default == next(iter(LEDGER[id].choices)) == load("sim7000")[id]


@pytest.mark.parametrize("id", LEDGER)
def test_every_quirk_says_what_the_sources_say_and_what_each_choice_means(id: str) -> None:
    quirk = LEDGER[id]
    assert quirk.sources.endswith(".")
    assert all(meaning and not meaning.endswith(".") for meaning in quirk.choices.values())


@pytest.mark.parametrize("choice", ["rfc7252", "12.5", "1", "600"])
def test_the_time_out_is_that_of_the_rfc_or_a_number_of_seconds(choice: str) -> None:
    assert check("Q-TIMEOUT", choice) == choice


@pytest.mark.parametrize("choice", ["0", "-1", "nan", "inf", "1e9", "soon"])
def test_a_time_out_that_is_no_span_is_refused(choice: str) -> None:
    with pytest.raises(ValueError, match="choose rfc7252 or a number of seconds above 0"):
        check("Q-TIMEOUT", choice)


def test_a_number_of_seconds_is_a_choice_of_no_other_quirk() -> None:
    with pytest.raises(ValueError, match="Q-CONVERT cannot be '1'; choose one-parses or zero-parses"):
        check("Q-CONVERT", "1")


def test_an_unknown_quirk_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no quirk Q-NONE; see the reference"):
        check("Q-NONE", "x")


def test_a_misspelt_quirk_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"there is no quirk q-recv-nam; did you mean Q-RECV-NAME\?"):
        check("q-recv-nam", "rcv")
