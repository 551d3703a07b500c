"""What is played, what is left out, and why."""

from __future__ import annotations

from modemtwin.world.conformance.dialogue import read_dialogues
from modemtwin.world.conformance.encounter import Encounter
from modemtwin.world.conformance.manners import Addressing
from modemtwin.world.conformance.probes import UNTOLD
from modemtwin.world.conformance.programme import Outcome, Plan, perform
from modemtwin.world.conformance.stage import Stage
from modemtwin.world.conformance.verdict import Verdict
from modemtwin.world.scenario.scenario import Scenario, apply_settings
from tests.unit.world.conformance.listener import Remembering

SERVERLESS = "no server answers (--server URL)"


def conform(plan: Plan, *settings: str, addressing: Addressing | None = None) -> tuple[Outcome, Remembering]:
    stage = Stage(apply_settings(Scenario(), settings))
    listener = Remembering()
    return stage.run(perform(Encounter(addressing or Addressing()), plan, listener)), listener


def test_without_a_server_every_line_that_needs_none_is_played() -> None:
    outcome, listener = conform(Plan(server=False, slow=True))
    assert outcome.count(Verdict.DIFFERS) == 0
    told = {each.quirk for each in outcome.findings}
    assert told >= {"Q-TEST-NAMES", "Q-CNACT-READ", "Q-STRING-ESCAPES", "Q-INIT-TWICE", "Q-TIMEOUT", "Q-CPIN-OFF"}
    needing = {"Q-RECV-NAME", "Q-CONVERT", "Q-HEAD-FIELDS", "Q-HEAD-RAW", "Q-PAYLOAD-APPEND", "Q-PARA-KEEP"}
    assert {quirk for quirk, why in listener.unknown.items() if why == SERVERLESS} == needing | {
        "Q-QUEUE-FULL",
        "Q-MID-REUSE",
    }
    assert listener.left["coap-an/3.2-ccoapurl"] == f"from line 17 on: {SERVERLESS}"
    assert [ruling.exchange.number for ruling in listener.judgements["coap-an/3.2-ccoapurl"]] == [4, 9, 15]


def test_a_server_that_does_not_answer_is_told_and_what_needs_it_left_out() -> None:
    outcome, listener = conform(Plan(), addressing=Addressing(server="coap://192.0.2.9"))
    assert outcome.server_why == listener.why
    assert listener.why is not None
    assert listener.why.startswith("no answer of coap://192.0.2.9 reached the module")
    assert listener.unknown["Q-RECV-NAME"] == SERVERLESS
    assert outcome.count(Verdict.DIFFERS) == 0


def test_without_a_bearer_the_rest_is_played() -> None:
    outcome, listener = conform(Plan(), "cell.apn-policy=reject")
    assert listener.why is not None
    assert "the module gets no bearer" in listener.why
    assert {each.quirk for each in outcome.findings} >= {"Q-TEST-NAMES", "Q-STRING-ESCAPES", "Q-INIT-TWICE"}
    assert listener.left["coap-an/5-coap-examples"] == listener.unknown["Q-CNACT-READ"] == listener.why
    assert outcome.count(Verdict.DIFFERS) == 0
    assert [ruling.exchange.number for ruling in listener.judgements["coap-an/3.4-ccoapaction"]] == [4, 9, 12, 14, 19]


def test_the_dialogues_that_repeat_another_one_are_left_out() -> None:
    _, listener = conform(Plan())
    again = "it types the lines of another one, under other choices of the quirks"
    assert [name for name, why in listener.left.items() if why == again] == [
        "coap-an/3.4-ccoapaction-literal",
        "coap-an/3.5-ccoaphead-literal",
        "coap-an/3.5-ccoaphead-zero-parses",
        "coap-an/3.6-ccoapread-literal",
        "coap-an/4.1-pdn-auto-activation-literal",
        "coap-an/4.2-apn-manual-configuration-literal",
        "coap-an/5-coap-examples-literal",
    ]


def test_what_takes_minutes_is_played_only_when_it_may() -> None:
    _, listener = conform(Plan())
    outside = {quirk: f"it cannot be told from outside, because {why}" for quirk, why in UNTOLD.items()}
    assert listener.unknown == {"Q-TIMEOUT": "it takes minutes (--slow plays it)"} | outside


def test_what_was_refused_is_not_played() -> None:
    plan = Plan(slow=True)
    assert list(plan.lasting()) == [
        "probes/Q-CSCLK-AUTO",
        "probes/Q-CPIN-OFF",
        "coap-an/4.1-pdn-auto-activation",
        "coap-an/4.2-apn-manual-configuration",
    ]
    plan.refused = dict.fromkeys(plan.lasting(), "it was not granted")
    _, listener = conform(plan)
    assert listener.unknown["Q-CPIN-OFF"] == "it was not granted"
    assert listener.left["coap-an/4.2-apn-manual-configuration"] == "it was not granted"
    assert "coap-an/4.1-pdn-auto-activation" not in listener.judgements


def test_what_lasts_in_a_dialogue_of_the_users_own_is_asked_for_too() -> None:
    plan = Plan(own=read_dialogues("mine.at", "> AT+CSQ\n> AT+CFUN=1,1\n"))
    ((name, rows),) = plan.lasting().items()
    assert (name, [(typed, row.what) for typed, row in rows]) == (
        "mine.at",
        [(b"AT+CFUN=1,1", "restarts the module")],
    )


def test_a_dialogue_of_the_users_own_is_held_against_what_is_written_in_it() -> None:
    own = read_dialogues("mine.at", "> AT+CSQ\n< +CSQ: 5,99\n< OK\n> AT+CPIN?\n< +CPIN: SIM PIN\n< OK\n")
    outcome, listener = conform(Plan(own=own))
    assert [ruling.verdict for ruling in listener.judgements["mine.at"]] == [Verdict.VARIES, Verdict.DIFFERS]
    assert outcome.findings == []


def test_a_place_where_everything_is_otherwise_still_agrees() -> None:
    settings = ["cell.signal=3", "cell.operator=o2 - de", "cell.technology=gsm", "cell.apn=iot.example"]
    outcome, _ = conform(Plan(), *settings)
    assert outcome.count(Verdict.DIFFERS) == 0
    assert outcome.count(Verdict.VARIES) >= 5
