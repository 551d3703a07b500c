"""Every profile, and every choice of every quirk, is told by a run against a virtual modem that has it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from modemtwin.modem import profile as profiles
from modemtwin.modem.quirks import LEDGER
from modemtwin.world.conformance.dialogue import read_dialogues
from modemtwin.world.conformance.encounter import Encounter
from modemtwin.world.conformance.exchange import Exchange
from modemtwin.world.conformance.manners import Addressing
from modemtwin.world.conformance.programme import Outcome, Plan, perform
from modemtwin.world.conformance.record import profile_text, transcript_text
from modemtwin.world.conformance.stage import Stage
from modemtwin.world.conformance.verdict import Judge, Verdict
from modemtwin.world.scenario.scenario import Scenario
from tests.unit.world.conformance.listener import Silent

OTHER_CHOICES = [
    (quirk.id, choice)
    for quirk in LEDGER.values()
    for choice in (*list(quirk.choices)[1:], *(["12.5", "40"] if quirk.seconds else []))
]
ALL_OTHER = {
    "Q-RECV-NAME": "rcv",
    "Q-TEST-NAMES": "literal",
    "Q-CONVERT": "zero-parses",
    "Q-HEAD-FIELDS": "21",
    "Q-CNACT-READ": "three",
    "Q-CNACT-REPEAT": "ok",
    "Q-CNACT-OFF-URC": "literal",
    "Q-HEAD-RAW": "bytes",
    "Q-STRING-ESCAPES": "v250",
    "Q-PAYLOAD-APPEND": "append",
    "Q-PARA-KEEP": "keep",
    "Q-QUEUE-FULL": "drop-old",
    "Q-TIMEOUT": "30",
    "Q-INIT-TWICE": "ok",
}


def conform(profile: str, overrides: Mapping[str, object], plan: Plan | None = None) -> Outcome:
    """Hold a virtual modem against COAP-AN, and see that it is left as it was."""
    stage = Stage(Scenario(profile=profile, overrides=overrides), seed=5)
    encounter = Encounter(Addressing())
    outcome = stage.run(perform(encounter, plan or Plan(slow=True), Silent()))
    assert stage.run(encounter.farewell())
    return outcome


def found(outcome: Outcome) -> dict[str, str]:
    """The choices that are not the ledger's own."""
    return {each.quirk: each.choice for each in outcome.findings if each.choice and not each.is_default}


@pytest.mark.parametrize("profile", profiles.names())
def test_a_virtual_modem_of_each_profile_is_told_by_its_choices(profile: str) -> None:
    outcome = conform(profile, {})
    shipped = profiles.load(profile)
    assert found(outcome) == {quirk: shipped[quirk] for quirk in LEDGER if shipped[quirk] != LEDGER[quirk].default}
    assert outcome.count(Verdict.DIFFERS) == 0


@pytest.mark.parametrize(("quirk", "choice"), OTHER_CHOICES)
def test_exactly_the_choice_that_a_modem_has_made_is_found(quirk: str, choice: str) -> None:
    outcome = conform("sim7000", {quirk: choice})
    assert found(outcome) == {quirk: choice}
    assert outcome.count(Verdict.DIFFERS) == 0
    explained = [ruling.choices for ruling in outcome.rulings if ruling.verdict is Verdict.EXPLAINED]
    assert all(choices == {quirk: choice} for choices in explained)
    assert explained or LEDGER[quirk].seconds


def test_all_other_choices_at_once_are_untangled() -> None:
    outcome = conform("sim7000", ALL_OTHER)
    assert found(outcome) == ALL_OTHER
    assert outcome.count(Verdict.DIFFERS) == 0


@pytest.mark.parametrize("length", [2, 9, 25])
def test_a_queue_of_another_length_is_measured_and_its_quirk_told_all_the_same(length: int) -> None:
    outcome = conform("sim7000", {"queue_length": length, "Q-QUEUE-FULL": "drop-new"})
    assert outcome.facts == {"queue_length": length}
    assert found(outcome) == {"Q-QUEUE-FULL": "drop-new"}
    assert outcome.count(Verdict.DIFFERS) == 0


def test_what_cannot_be_told_apart_in_a_dialect_is_not_guessed() -> None:
    untold = [(each.quirk, each.why) for each in conform("sim7080", {}).findings if each.choice is None]
    assert untold == [
        ("Q-CNACT-READ", "the answers fit two and three alike"),
        ("Q-CNACT-TEST", "the answers fit answered and error alike"),
    ]


@pytest.mark.parametrize(
    ("profile", "overrides"),
    [
        ("sim7000", {}),
        ("sim7000-literal", {}),
        ("sim7080", {}),
        ("sim7000", ALL_OTHER),
        ("sim7000", {"queue_length": 3}),
    ],
)
def test_a_saved_profile_replays_the_captured_transcript_without_a_difference(
    profile: str, overrides: dict[str, object]
) -> None:
    first = conform(profile, overrides)
    base, changes = profiles.overlay(profile_text(first))
    captured = read_dialogues("captured", transcript_text("captured", first.played, Addressing()))
    assert len(captured) == len(first.played)
    again = conform(base, changes, Plan(own=captured, slow=True))
    assert len(again.rulings) == len(first.rulings)
    assert [ruling for ruling in again.rulings if ruling.verdict is Verdict.DIFFERS] == []


def test_the_captured_transcript_tells_another_modem_from_it() -> None:
    first = conform("sim7000-literal", {})
    captured = read_dialogues("captured", transcript_text("captured", first.played, Addressing()))
    again = conform("sim7000", {}, Plan(own=captured, slow=True))
    assert again.count(Verdict.DIFFERS) == sum(each.verdict is Verdict.EXPLAINED for each in first.rulings)


def test_an_answer_that_no_choice_gives_is_a_difference() -> None:
    judge = Judge("sim7000", Addressing())
    (dialogue,) = read_dialogues("session", "> AT+CCOAPINIT\n< OK\n> AT+CCOAPINIT\n< ERROR\n")
    odd = [Exchange(1, b"AT+CCOAPINIT", (b"OK",)), Exchange(3, b"AT+CCOAPINIT", (b"BUSY", b"OK"))]
    assert [ruling.verdict for ruling in judge.judge(dialogue, odd)] == [Verdict.AGREES, Verdict.DIFFERS]


def test_without_its_probe_a_line_is_explained_by_the_choice_that_gives_it() -> None:
    judge = Judge("sim7000", Addressing())
    (dialogue,) = read_dialogues("session", "> AT+CCOAPINIT\n< OK\n> AT+CCOAPINIT\n< ERROR\n")
    twice = [Exchange(1, b"AT+CCOAPINIT", (b"OK",)), Exchange(3, b"AT+CCOAPINIT", (b"OK",))]
    ruling = judge.judge(dialogue, twice)[1]
    assert (ruling.verdict, dict(ruling.choices)) == (Verdict.EXPLAINED, {"Q-INIT-TWICE": "ok"})


def test_an_answer_that_a_decision_of_ours_does_not_allow_is_told() -> None:
    judge = Judge("sim7000", Addressing())
    (dialogue,) = read_dialogues("probes/Q-CPIN-OFF", "> AT+CFUN=0\n> AT+CPIN?\n")
    off = Exchange(1, b"AT+CFUN=0", (b"+CPIN: NOT READY", b"OK"))
    (finding,) = judge.determine({"Q-CPIN-OFF": (dialogue, [off, Exchange(2, b"AT+CPIN?", (b"+CPIN: READY", b"OK"))])})
    assert (finding.choice, finding.why) == (None, "the module does something for which the ledger has no choice")
