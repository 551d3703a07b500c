"""A TE and one module: it finds out what is there, plays, and leaves the module as it was."""

from __future__ import annotations

import pytest

from modemtwin.world.conformance.dialogue import Dialogue, read_dialogues
from modemtwin.world.conformance.encounter import Encounter
from modemtwin.world.conformance.exchange import Exchange, Failure, Identity, Mute, NoBearer
from modemtwin.world.conformance.manners import Addressing
from modemtwin.world.conformance.questioner import Answer
from tests.unit.world.conformance.scripted import ERROR, MUTE, OK, Scripted

GREETING = [b"AT", b"ATE0", b"AT", b"AT+CGMI", b"AT+CGMM", b"ATI", b"AT+CGMR", b"AT+CMEE?", b"AT+CNACT?"]
RESTARTED = Answer((), whole=False, restarted=True)


def dialogue(text: str) -> Dialogue:
    (only,) = read_dialogues("session", text)
    return only


def greeted(module: Scripted, addressing: Addressing | None = None) -> Encounter:
    encounter = Encounter(addressing or Addressing())
    module.run(encounter.greet())
    module.typed.clear()
    return encounter


def test_a_module_is_asked_who_it_is_and_an_object_of_a_run_before_is_ended() -> None:
    module = Scripted()
    identity = module.run(Encounter(Addressing()).greet())
    assert module.typed == [*GREETING, b"AT+CCOAPTERM"]
    assert identity == Identity(
        {
            "manufacturer": "SIMCOM_Ltd",
            "model": "SIMCOM_SIM7000G",
            "information": "SIM7000G R1529",
            "revision": "Revision:1529B08SIM7000G",
        }
    )
    assert (identity.sim7080, identity.profile) == (False, "sim7000")


@pytest.mark.parametrize("model", ["SIMCOM_SIM7080", "SIMCOM_SIM7070G", "SIM7090"])
def test_the_dialect_is_told_by_the_model(model: str) -> None:
    module = Scripted({b"AT+CGMM": Answer((model.encode(), b"OK"))})
    assert module.run(Encounter(Addressing()).greet()).profile == "sim7080"


def test_a_module_that_does_not_say_who_it_is_is_taken_for_a_sim7000() -> None:
    module = Scripted(dict.fromkeys((b"AT+CGMM", b"AT+CGMI", b"AT+CGMR", b"ATI"), ERROR))
    assert module.run(Encounter(Addressing()).greet()) == Identity({})


def test_a_first_line_that_is_lost_is_typed_again() -> None:
    module = Scripted({b"AT": [ERROR, MUTE, OK]})
    module.run(Encounter(Addressing()).greet())
    assert module.typed[:4] == [b"AT", b"AT", b"AT", b"ATE0"]


def test_a_mute_module_is_given_up_with_what_to_try() -> None:
    module = Scripted({b"AT": MUTE})
    with pytest.raises(Mute, match="nothing answers AT there; is it the right port"):
        module.run(Encounter(Addressing()).greet())
    assert module.typed == [b"AT", b"AT", b"AT"]


def test_echo_errors_and_bearer_are_left_as_they_were_found() -> None:
    module = Scripted(
        {
            b"AT": [Answer((b"OK",), echoed=True), OK],
            b"AT+CMEE?": Answer((b"+CMEE: 2", b"OK")),
            b"AT+CMEE=0": OK,
            b"AT+CMEE=2": OK,
            b"AT+CNACT?": Answer((b'+CNACT: 1,"10.94.36.44"', b"OK")),
        }
    )
    encounter = greeted(module)
    module.run(encounter.play(dialogue("> AT+CNACT=0\n> AT+CNACT=1\n> AT+CNACT=0\n")))
    module.typed.clear()
    assert module.run(encounter.farewell()) is True
    assert module.typed == [b"AT+CNACT=1", b"AT+CMEE=2", b"ATE1"]


def test_a_module_whose_bearer_was_down_is_left_without_one() -> None:
    module = Scripted()
    encounter = greeted(module)
    assert module.run(encounter.connect()) is None
    assert module.run(encounter.reach()) is None
    module.typed.clear()
    module.run(encounter.farewell())
    assert module.typed == [b"AT+CNACT=0"]


def test_a_dialogue_is_played_line_by_line_from_a_fresh_start_and_cleared_up_behind() -> None:
    module = Scripted()
    encounter = greeted(module)
    played = module.run(encounter.play(dialogue("> AT+CCOAPINIT\n< OK\n> AT+NONE\n< ERROR\n")))
    assert played == [Exchange(1, b"AT+CCOAPINIT", (b"OK",)), Exchange(3, b"AT+NONE", (b"ERROR",))]
    assert module.typed == [b"AT+CCOAPINIT", b"AT+NONE", b"AT+CCOAPTERM"]


def test_ready_means_bearer_object_and_url() -> None:
    module = Scripted()
    encounter = greeted(module, Addressing(server="coap://203.0.113.7"))
    module.run(encounter.play(dialogue("! ready\n> AT+CCOAPACTION\n")))
    url = b'AT+CCOAPURL="coap://203.0.113.7"'
    assert module.typed == [b"AT+CNACT=1", b"AT+CCOAPINIT", url, b"AT+CCOAPACTION", b"AT+CCOAPTERM"]


def test_the_mid_of_the_transcript_is_the_one_that_the_module_gave() -> None:
    module = Scripted()
    encounter = greeted(module)
    text = "! ready\n> AT+CCOAPACTION\n< +CCOAPACTION: 0,1\n> AT+CCOAPREAD=1\n> AT+CCOAPHEAD=1,0\n> AT+CCOAPREAD=2\n"
    played = module.run(encounter.play(dialogue(text)))
    typed = [each.typed for each in played]
    assert typed == [b"AT+CCOAPACTION", b"AT+CCOAPREAD=70", b"AT+CCOAPHEAD=70,0", b"AT+CCOAPREAD=2"]
    assert played[-1].mids == (70,)


def test_what_stood_in_flash_is_written_back() -> None:
    module = Scripted(
        {
            b"AT+CGDCONT?": Answer((b'+CGDCONT: 1,"IP","mine","0.0.0.0",0,0,0,0', b'+CGDCONT: 2,"IP",""', b"OK")),
            b"AT+CNCFG?": Answer((b'+CNCFG: 1,"mine","me","secret",2', b"OK")),
        }
    )
    encounter = greeted(module)
    module.run(encounter.play(dialogue('> AT+CGDCONT=1,"IP","ctnb"\n> AT+CNCFG=1,"ctnb","cdma","1234"\n')))
    assert module.typed == [
        b"AT+CGDCONT?",
        b"AT+CNCFG?",
        b'AT+CGDCONT=1,"IP",""',
        b"AT+CNCFG=1",
        b'AT+CNCFG=1,"mine","me","secret",2',
        b'AT+CGDCONT=1,"IP","mine"',
    ]


def test_what_stood_in_flash_is_written_back_when_the_run_ends_early_too() -> None:
    module = Scripted({b"AT+CNCFG?": Answer((b'+CNCFG: 1,"mine","","",0', b"OK")), b"AT+CSQ": MUTE})
    encounter = greeted(module)
    with pytest.raises(Mute, match="does not answer AT"):
        module.run(encounter.play(dialogue('> AT+CNCFG=1,"ctnb"\n> AT+CSQ\n')))
    module.typed.clear()
    module.run(encounter.farewell(interrupted=True))
    assert module.typed == [b'AT+CNCFG=1,"mine"']


def test_a_radio_that_was_switched_off_is_switched_on_again_when_the_run_ends_early() -> None:
    module = Scripted({b"AT+CFUN=0": OK, b"AT+CFUN=1": OK, b"AT+CPIN?": MUTE})
    encounter = greeted(module)
    with pytest.raises(Mute):
        module.run(encounter.play(dialogue("> AT+CFUN=0\n> AT+CPIN?\n> AT+CFUN=1\n")))
    module.typed.clear()
    module.run(encounter.farewell(interrupted=True))
    assert module.typed == [b"AT+CFUN=1"]


def test_a_bearer_that_went_down_with_the_radio_comes_up_again_at_the_end() -> None:
    up = Answer((b'+CNACT: 1,"10.94.36.44"', b"OK"))
    module = Scripted(
        {b"AT+CFUN=0": OK, b"AT+CFUN=1": OK, b"AT+CNACT?": up, b"AT+CGATT?": Answer((b"+CGATT: 1", b"OK"))}
    )
    encounter = greeted(module)
    module.run(encounter.play(dialogue("> AT+CFUN=0\n> AT+CFUN=1\n")))
    module.typed.clear()
    module.run(encounter.farewell())
    assert module.typed == [b"AT+CNACT=1"]


def test_after_cfun_1_the_network_is_waited_for() -> None:
    module = Scripted({b"AT+CFUN=1": OK, b"AT+CGATT?": [Answer((b"+CGATT: 0", b"OK")), Answer((b"+CGATT: 1", b"OK"))]})
    encounter = greeted(module)
    module.run(encounter.play(dialogue("> AT+CFUN=1\n")))
    assert module.typed == [b"AT+CFUN=1", b"AT+CGATT?", b"AT+CGATT?"]


def test_a_module_without_bearer_says_so_with_what_to_try() -> None:
    module = Scripted({b"AT+CNACT=1": Answer((b"OK",), (b"+APP PDP: DEACTIVE",))})
    encounter = greeted(module)
    why = module.run(encounter.connect())
    assert why is not None
    with pytest.raises(NoBearer, match=r"AT\+CNACT=1 gives OK, \+APP PDP: DEACTIVE; is it registered"):
        module.run(encounter.play(dialogue("! ready\n> AT+CCOAPACTION\n")))


def test_a_server_that_does_not_answer_is_told_in_words() -> None:
    module = Scripted({b"AT+CCOAPACTION": Answer((b"+CCOAPACTION: 0,1", b"OK"), (b"+CCOAPACTION: 3",))})
    why = module.run(greeted(module).reach())
    assert why == "no answer of coap://192.0.2.1 reached the module (it said +CCOAPACTION: 0,1, OK, +CCOAPACTION: 3)"
    assert module.typed[-1] == b"AT+CCOAPTERM"


def test_a_module_that_stalls_is_told_and_its_object_ended() -> None:
    module = Scripted({b"AT+CSQ": MUTE})
    encounter = greeted(module)
    with pytest.raises(Mute, match=r"the module does not answer AT\+CSQ, nor says OK or ERROR"):
        module.run(encounter.play(dialogue("> AT+CCOAPINIT\n> AT+CSQ\n")))
    module.typed.clear()
    assert module.run(encounter.farewell(interrupted=True)) is True
    assert module.typed == [b"AT+CCOAPTERM"]


def test_an_object_that_may_have_been_made_is_ended_too() -> None:
    module = Scripted({b"AT+CCOAPINIT": MUTE})
    encounter = greeted(module)
    with pytest.raises(Mute):
        module.run(encounter.play(dialogue("> AT+CCOAPINIT\n")))
    module.typed.clear()
    module.run(encounter.farewell(interrupted=True))
    assert module.typed == [b"AT+CCOAPTERM"]


def test_a_module_that_is_dead_is_not_asked_for_long() -> None:
    module = Scripted({b"AT+CSQ": MUTE, b"AT+CCOAPTERM": [OK, MUTE], b"AT": [Answer((b"OK",), echoed=True), OK]})
    encounter = greeted(module)
    with pytest.raises(Mute):
        module.run(encounter.play(dialogue("> AT+CCOAPINIT\n> AT+CSQ\n")))
    module.typed.clear()
    assert module.run(encounter.farewell(interrupted=True)) is False
    assert module.typed == [b"AT+CCOAPTERM"]


def test_a_module_that_starts_again_is_told_with_the_line_before() -> None:
    module = Scripted({b"AT+CSQ": RESTARTED})
    encounter = greeted(module)
    with pytest.raises(Failure, match=r"the module has started again, at AT\+CSQ after AT\+CCOAPINIT"):
        module.run(encounter.play(dialogue("> AT+CCOAPINIT\n> AT+CSQ\n")))


def test_an_echo_that_was_off_tells_of_a_start_without_a_word() -> None:
    module = Scripted({b"AT+CSQ": Answer((b"+CSQ: 1,1", b"OK"), echoed=True)})
    encounter = greeted(module)
    with pytest.raises(Failure, match="has started again"):
        module.run(encounter.play(dialogue("> AT+CSQ\n")))


def test_an_echo_that_cannot_be_turned_off_tells_nothing() -> None:
    echoed = Answer((b"OK",), echoed=True)
    module = Scripted({b"AT": echoed, b"AT+CSQ": Answer((b"+CSQ: 1,1", b"OK"), echoed=True)})
    encounter = greeted(module)
    assert len(module.run(encounter.play(dialogue("> AT+CSQ\n")))) == 1


@pytest.mark.parametrize("held", [0, 2, 10])
def test_the_receive_queue_is_measured(held: int) -> None:
    sent = Answer((b"+CCOAPACTION: 0,1", b"OK"), (b"+CCOAPRECV: 1,14,9",))
    full = Answer((b"+CCOAPACTION: 0,1", b"OK"), (b"+CCOAPACTION: 1,1",))
    module = Scripted({b"AT+CCOAPACTION": [*[sent] * held, full]})
    assert module.run(greeted(module).measure_queue()) == held


def test_a_receive_queue_without_end_is_not_filled_for_ever() -> None:
    module = Scripted()
    assert module.run(greeted(module).measure_queue()) is None
    assert module.typed.count(b"AT+CCOAPACTION") == 40
