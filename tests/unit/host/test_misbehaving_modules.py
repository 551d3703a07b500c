"""Modules as they are in the field: late, mute, asleep, restarted, half configured by somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modemtwin.clockwork import seconds
from modemtwin.host import contacting, exchange, information, observation
from modemtwin.host.errors import (
    Asleep,
    BearerLost,
    Busy,
    CardError,
    InvalidArgument,
    ModemError,
    Mute,
    NoAnswer,
    PortClosed,
    QueueFull,
    Rejected,
    ResetByPeer,
    Restarted,
    SocketFailed,
    TimedOut,
    Unreadable,
)
from modemtwin.host.knowledge import Settings
from modemtwin.host.response import Answer as Answered
from modemtwin.host.steps import Procedure
from tests.unit.host.scripted import ERROR, GOOD, OK, Answer, ScriptedDesk, urc
from tests.unit.host.stage import URL, question

FOUND = "+CCOAPHEAD: 1,1,2,2,2.05,1,002A,0,,,,,0,,,,,,,,,,,"
ANSWERING: dict[str, Answer] = {
    "AT+CCOAPACTION": lambda desk, line: b"\r\n+CCOAPACTION: 0,1\r\n" + OK + urc("+CCOAPRECV: 1,17,11"),
    "AT+CCOAPHEAD=1,1": FOUND,
    "AT+CCOAPREAD=1": "+CCOAPREAD: 11,hello world",
}


def connected(rules: dict[str, Answer] | None = None, **kwargs: Any) -> ScriptedDesk:
    desk = ScriptedDesk(rules, **kwargs)
    desk.run(contacting.connect(desk.known))
    desk.lines.clear()
    return desk


def get(desk: ScriptedDesk, **fields: Any) -> Procedure[Any]:
    return exchange.request(desk.known, question(desk, f"{URL}/test", **fields))


def at(desk: ScriptedDesk, line: str, timeout: float | None = None) -> Procedure[Answered]:
    return information.by_hand(desk.known, line, timeout, check=False)


def fails(desk: ScriptedDesk, error: type[ModemError], procedure: Procedure[Any]) -> Any:
    with pytest.raises(error) as caught:
        desk.run(procedure)
    assert "\n" not in str(caught.value)
    return caught.value


# ── finding the module ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_module_that_answers_is_set_up_and_left_as_it_was_found() -> None:
    desk = ScriptedDesk()
    desk.run(contacting.connect(desk.known))
    desk.run(contacting.leave(desk.known))
    assert desk.lines == [
        *("AT+CGMM", "AT+CMEE?", "ATE0", "AT+CMEE=1", "AT+CGMI", "AT+CGMR", "AT+CGSN"),
        *("AT+CNACT?", "AT+CMEE=0", "ATE1"),
    ]


def test_echo_that_is_off_stays_off() -> None:
    desk = ScriptedDesk(echo=False)
    desk.run(contacting.connect(desk.known))
    desk.run(contacting.leave(desk.known))
    assert "ATE0" not in desk.lines
    assert "ATE1" not in desk.lines


def test_a_module_that_goes_on_echoing_is_understood_all_the_same() -> None:
    desk = connected(ANSWERING, keeps_echo=True)
    assert desk.run(get(desk)).text == "hello world"


@pytest.mark.parametrize("level", [1, 2])
def test_error_texts_that_are_on_already_are_put_back(level: int) -> None:
    desk = ScriptedDesk({"AT+CMEE?": f"+CMEE: {level}"})
    desk.run(contacting.connect(desk.known))
    desk.run(contacting.leave(desk.known))
    assert [line for line in desk.lines if line.startswith("AT+CMEE=")] == ["AT+CMEE=1", "AT+CMEE=2"][: 2 * (level - 1)]


def test_a_mute_port_says_what_to_try() -> None:
    desk = ScriptedDesk(dict.fromkeys(["AT+CGMM", "AT+CGSN", "AT+CGMR", "AT+CGMI"]))
    error = fails(desk, Mute, contacting.connect(desk.known))
    assert str(error) == "AT: nothing within 10 s; the module does not answer"
    assert all(word in error.hint for word in ("PWRKEY", "baud", "ttyUSB"))
    assert desk.now == seconds(10)


def test_a_module_that_boots_while_it_is_looked_for_is_found() -> None:
    def booted(desk: ScriptedDesk, line: str) -> Answer:
        return None if desk.now < seconds(4) else GOOD[f"AT{line.removeprefix('ATQ0V1').removeprefix('AT')}"]

    desk = ScriptedDesk(dict.fromkeys(["AT+CGMM", "AT+CGSN", "AT+CGMR", "AT+CGMI"], booted))
    desk.say(urc("RDY") + urc("+CFUN: 1") + urc("+CPIN: READY") + urc("SMS Ready"), after=3.5)
    desk.run(contacting.connect(desk.known))
    assert desk.told == []
    assert desk.known.configured


def test_a_module_that_boots_while_it_is_set_up_is_set_up_again() -> None:
    desk = ScriptedDesk({"AT+CGMR": [urc("RDY"), "Revision:1529B08SIM7000G"]})
    desk.run(contacting.connect(desk.known))
    assert desk.told == ["the module has started anew (it said RDY): setting it up again"]
    assert desk.lines.count("AT+CMEE=1") == 2


def test_a_module_that_restarts_again_and_again_is_given_up() -> None:
    desk = ScriptedDesk({"AT+CNACT?": urc("RDY")})
    error = fails(desk, Restarted, contacting.connect(desk.known))
    assert "current" in error.hint
    assert desk.lines.count("AT+CNACT?") == 4


def test_a_line_that_somebody_left_half_typed_is_ended() -> None:
    desk = ScriptedDesk({"AT+CCOAPPARA=AT+CGMM": ERROR})
    desk._typed = b"AT+CCOAPPARA="
    desk.run(contacting.connect(desk.known))
    assert desk.lines[:2] == ["AT+CCOAPPARA=AT+CGMM", "ATQ0V1+CGSN"]
    assert desk.known.echo_found


def test_results_that_were_suppressed_are_turned_on_again() -> None:
    rules: dict[str, Answer] = {
        "AT+CGMM": [b"\r\nSIMCOM_SIM7000G\r\n", "SIMCOM_SIM7000G"],  # ATQ1: no OK
        "AT+CGSN": [b"\r\n869951031234568\r\n", "869951031234568"],
        "ATQ0+CGMR": "Revision:1529B08SIM7000G",
    }
    desk = ScriptedDesk(rules)
    desk.run(contacting.connect(desk.known))
    assert desk.lines[:3] == ["AT+CGMM", "AT+CGSN", "ATQ0+CGMR"]


def test_terse_results_are_turned_off() -> None:
    desk = ScriptedDesk({"AT+CGMM": [b"SIMCOM_SIM7000G\r\n0\r", "SIMCOM_SIM7000G"]})  # ATV0
    desk.run(contacting.connect(desk.known))
    assert desk.known.model == "SIMCOM_SIM7000G"


def test_what_is_no_module_is_not_taken_for_one() -> None:
    desk = ScriptedDesk(dict.fromkeys(["AT+CGMM", "AT+CGSN", "AT+CGMR", "AT+CGMI"], ERROR))
    error = fails(desk, Unreadable, contacting.connect(desk.known))
    assert "ERROR" in str(error)


@pytest.mark.parametrize(
    ("model", "dialect"),
    [
        ("SIMCOM_SIM7000G", "sim7000"),
        ("SIMCOM_SIM7000E", "sim7000"),
        ("SIMCOM_SIM7080", "sim7080"),
        ("SIM7070G", "sim7080"),
    ],
)
def test_the_dialect_is_that_of_the_model(model: str, dialect: str) -> None:
    desk = ScriptedDesk({"AT+CGMM": model}, wanted=Settings(attach=False))
    desk.run(contacting.connect(desk.known))
    assert desk.known.dialect == dialect


# ── answers ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("result", "code", "text"),
    [
        ("ERROR", None, ""),
        ("+CME ERROR: 30", 30, "no network service"),
        ("+CME ERROR: no network service", 30, "no network service"),
        ("+CME ERROR: 9999", 9999, ""),
        ("+CMS ERROR: 500", 500, ""),
    ],
)
def test_a_refusal_is_read_whatever_cmee_is(result: str, code: int | None, text: str) -> None:
    desk = connected({"AT+CCOAPINIT": urc(result), "AT+CCOAPTERM": urc(result)})
    error = fails(desk, Rejected, get(desk))
    assert (error.command, error.code, error.text) == ("AT+CCOAPTERM", code, text)


def test_a_late_answer_is_not_taken_for_that_to_the_next_command() -> None:
    def late(desk: ScriptedDesk, line: str) -> Answer:
        desk.say(b"\r\n+CSQ: 11,99\r\n\r\nOK\r\n", after=5.5)
        return None

    desk = connected({"AT+CSQ": [late, "+CSQ: 27,99"], "AT+CGMM": "SIMCOM_SIM7000G"})
    error = fails(desk, TimedOut, at(desk, "AT+CSQ", 5))
    assert str(error) == "AT+CSQ: nothing within 5 s"
    answer = desk.run(at(desk, "AT+CSQ"))
    assert answer == Answered(["+CSQ: 27,99"], "OK")


def test_answers_to_the_questions_that_look_for_it_are_told_apart() -> None:
    """A module that is busy for three seconds answers everything at once; the next command gets its own answer."""

    def busy(desk: ScriptedDesk, line: str) -> Answer:
        texts = {"AT+CSQ": "+CSQ: 11,99", "AT+CGMM": "SIMCOM_SIM7000G", "ATQ0V1+CGSN": "869951031234568"}
        desk.say(b"\r\n" + texts[line].encode() + b"\r\n\r\nOK\r\n", after=max(0.0, 7.5 - (desk.now - begun) / 1e6))
        return None

    desk = connected({})
    begun = desk.now
    desk.rules |= {"AT+CSQ": [busy, "+CSQ: 27,99"], "AT+CGMM": [busy, "SIMCOM_SIM7000G"], "AT+CGSN": [busy, "8" * 15]}
    fails(desk, TimedOut, at(desk, "AT+CSQ", 5))
    assert desk.run(at(desk, "AT+CSQ")) == Answered(["+CSQ: 27,99"], "OK")
    assert desk.lines == ["AT+CSQ", "AT+CGMM", "ATQ0V1+CGSN", "ATQ0V1+CGMR", "AT+CSQ"]


def test_a_question_is_asked_again_but_what_may_not_be_done_twice_is_not() -> None:
    desk = connected({"AT+COPS?": [None, '+COPS: 0,0,"CHN-CT",9']})
    assert desk.run(information.inform(desk.known)).operator == "CHN-CT"
    assert desk.lines.count("AT+COPS?") == 2
    desk = connected(ANSWERING | {"AT+CCOAPACTION": None})
    error = fails(desk, TimedOut, get(desk))
    assert "AT+CCOAPACTION" in str(error)
    assert desk.lines.count("AT+CCOAPACTION") == 1


def test_an_answer_by_hand_has_every_line_but_urcs() -> None:
    desk = connected({"ATI": b"\r\nSIM7000G R1529\r\n" + urc('*PSUTTZ: 19/06/26,06:04:03","+32",0') + OK})
    assert desk.run(at(desk, "ATI")) == Answered(["SIM7000G R1529"], "OK")
    assert [each.line for each in desk.urcs] == ['*PSUTTZ: 19/06/26,06:04:03","+32",0']


def test_a_urc_with_the_name_of_an_action_is_no_answer_to_it() -> None:
    desk = connected(
        {"AT+CCOAPACTION": urc("+CCOAPACTION: 2,9") + urc("+CCOAPACTION: 0,7") + urc("+CCOAPACTION: 3") + OK}
    )
    assert desk.run(at(desk, "AT+CCOAPACTION")) == Answered(["+CCOAPACTION: 0,7"], "OK")
    assert [type(each).__name__ for each in desk.urcs] == ["Unanswered", "SocketError"]


@pytest.mark.parametrize("line", ["AT\rAT", "AT+CSQ\n", "+CSQ", "hello", ""])
def test_what_is_no_command_line_is_not_sent(line: str) -> None:
    desk = connected()
    fails(desk, InvalidArgument, at(desk, line))
    assert desk.lines == []


# ── packets ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["+CCOAPRECV", "+CCOAPRCV"])
@pytest.mark.parametrize("head", [FOUND, "+CCOAPHEAD: 1,1,2,2,2.05,1,002A,0,,,,,0,,,,,,,,"])
def test_either_name_of_the_urc_and_either_length_of_the_head_are_read(name: str, head: str) -> None:
    rules: dict[str, Answer] = {
        "AT+CCOAPACTION": b"\r\n+CCOAPACTION: 0,1\r\n" + OK + urc(f"{name}: 1,17,11"),
        "AT+CCOAPHEAD=1,1": head,
    }
    desk = connected(ANSWERING | rules)
    response = desk.run(get(desk))
    assert (response.code, response.text, response.head.block2) == ("2.05", "hello world", None)


def test_the_announcement_may_come_before_the_action_is_answered() -> None:
    def early(desk: ScriptedDesk, line: str) -> Answer:
        desk.say(urc("+CCOAPRECV: 1,17,11") + urc("+CCOAPACTION: 2,1"))
        desk.say(urc("+CCOAPACTION: 0,1") + OK, after=0.1)
        return None

    desk = connected(ANSWERING | {"AT+CCOAPACTION": early})
    error = fails(desk, NoAnswer, get(desk))
    assert (error.mid, error.why) == (1, "the module has given up (+CCOAPACTION: 2)")


def test_two_packets_with_one_mid_are_read_one_after_the_other() -> None:
    desk = connected(
        ANSWERING
        | {
            "AT+CCOAPACTION": b"\r\n+CCOAPACTION: 0,1\r\n" + OK + urc("+CCOAPRECV: 1,9,3") + urc("+CCOAPRECV: 1,17,11"),
            "AT+CCOAPHEAD=1,1": ["+CCOAPHEAD: 1,1,1,2,2.05,1,FFFF,,,,,,0,,,,,,,,,,,", FOUND],
            "AT+CCOAPREAD=1": ["+CCOAPREAD: 3,one", "+CCOAPREAD: 11,hello world"],
        }
    )
    assert desk.run(get(desk)).text == "hello world"
    assert [each.text for each in desk.strays] == ["one"]


def test_an_answer_whose_announcement_was_lost_is_found_before_giving_up() -> None:
    rules: dict[str, Answer] = {
        "AT+CCOAPACTION": "+CCOAPACTION: 0,1",
        "AT+CCOAPACTION=4": ["+CCOAPACTION: 4,1,1", "+CCOAPACTION: 4,0,0"],
    }
    desk = connected(ANSWERING | rules)
    assert desk.run(get(desk, deadline=3.0)).text == "hello world"


def test_a_queue_that_is_full_is_emptied() -> None:
    rules: dict[str, Answer] = {
        "AT+CCOAPACTION": b"\r\n+CCOAPACTION: 0,1\r\n" + OK + urc("+CCOAPACTION: 1,7"),
        "AT+CCOAPACTION=4": ["+CCOAPACTION: 4,2,7", "+CCOAPACTION: 4,1,8", "+CCOAPACTION: 4,0,0"],
        "AT+CCOAPHEAD=7,1": "+CCOAPHEAD: 1,1,1,0,2.05,7,,,,,,,0,,,,,,,,,,,",
        "AT+CCOAPHEAD=8,1": "+CCOAPHEAD: 1,1,1,0,2.05,8,,,,,,,0,,,,,,,,,,,",
        "AT+CCOAPREAD=7": "+CCOAPREAD: 0,",
        "AT+CCOAPREAD=8": "+CCOAPREAD: 0,",
    }
    desk = connected(rules)
    number = desk.start(get(desk, deadline=3.0))
    desk.wait(0.1)
    assert [each.mid for each in desk.strays] == [7, 8]  # at once: a queue that is full loses what comes
    with pytest.raises(QueueFull, match="queue"):
        desk.result(number)


def test_a_notification_that_was_overtaken_is_dropped() -> None:
    """RFC 7641 §3.4."""
    said = b"".join(urc(f"+CCOAPRECV: {mid},17,1") for mid in (1, 2, 3, 4))
    rules: dict[str, Answer] = {"AT+CCOAPACTION": b"\r\n+CCOAPACTION: 0,1\r\n" + OK + said}
    for mid, number in ((1, 5), (2, 7), (3, 6), (4, 8)):
        head = f"+CCOAPHEAD: 1,1,1,2,2.05,{mid},CAFE,,,,,,0,,,,,,,,{number},,,"
        rules |= {f"AT+CCOAPHEAD={mid},1": head, f"AT+CCOAPREAD={mid}": f"+CCOAPREAD: 1,{number}"}
    desk = connected(rules)
    observing = desk.start(observation.observe(desk.known, question(desk, f"{URL}/obs", token=b"\xca\xfe")))
    desk.wait(1)
    assert [each.text for each in desk.produced[observing]] == ["5", "7", "8"]


def test_what_the_module_says_of_an_exchange_becomes_its_error() -> None:
    def acting(text: str, **more: Answer) -> ScriptedDesk:
        return connected(ANSWERING | {"AT+CCOAPACTION": b"\r\n+CCOAPACTION: 0,1\r\n" + OK + urc(text)} | dict(more))

    desk = acting("+CCOAPACTION: 2,1")
    assert fails(desk, NoAnswer, get(desk)).mid == 1
    desk = acting("+CCOAPACTION: 3")
    fails(desk, SocketFailed, get(desk))
    desk = acting("+CCOAPACTION: 3")
    desk.rules["AT+CNACT?"] = '+CNACT: 0,"0.0.0.0"'
    fails(desk, BearerLost, get(desk))
    desk = acting("+APP PDP: DEACTIVE")
    fails(desk, BearerLost, get(desk))
    desk = acting("+CCOAPRECV: 1,4,0")
    desk.rules |= {
        "AT+CCOAPHEAD=1,1": "+CCOAPHEAD: 1,1,3,0,0.00,1,,,,,,,0,,,,,,,,,,,",
        "AT+CCOAPREAD=1": "+CCOAPREAD: 0,",
    }
    assert fails(desk, ResetByPeer, get(desk)).mid == 1


def test_a_timeout_of_another_mid_ends_nothing() -> None:
    desk = connected(ANSWERING | {"AT+CCOAPACTION": b"\r\n+CCOAPACTION: 0,1\r\n" + OK + urc("+CCOAPACTION: 2,9")})
    desk.say(urc("+CCOAPRECV: 1,17,11"), after=2)
    assert desk.run(get(desk)).text == "hello world"


@pytest.mark.parametrize(
    "head",
    [
        b"+CCOAPHEAD: 0,6,bE\x00\x01\r\n",  # as bytes, and the token is a line end
        b'+CCOAPHEAD: 1,1,2,2,2.05,1,0D0A,,,,,,0,,,"a\r\nOK\r\nb",,,,,,,,',
    ],
)
def test_a_head_may_hold_line_ends_of_a_peer(head: bytes) -> None:
    desk = connected(ANSWERING | {"AT+CCOAPHEAD=1,1": b"\r\n" + head + b"\r\n" + OK})
    assert desk.run(get(desk, token=b"\r\n", deadline=20.0)).text == "hello world"


def test_a_head_that_cannot_be_read_says_so() -> None:
    desk = connected(ANSWERING | {"AT+CCOAPHEAD=1,1": "+CCOAPHEAD: 1,1,2,2,blue"})
    assert fails(desk, Unreadable, get(desk)).line == "+CCOAPHEAD: 1,1,2,2,blue"


def test_too_many_exchanges_make_it_busy() -> None:
    desk = connected()
    for mid in range(1, 6):
        desk.rules["AT+CCOAPACTION"] = f"+CCOAPACTION: 0,{mid}"
        desk.start(get(desk))
        desk.wait(0.1)
    desk.rules["AT+CCOAPACTION"] = ERROR
    desk.rules["AT+CCOAPINIT"] = ERROR
    fails(desk, Busy, get(desk))


# ── the object, the bearer, the card ──────────────────────────────────────────────────────────────────────────────


def test_an_object_of_a_run_before_makes_way() -> None:
    desk = connected(ANSWERING | {"AT+CCOAPINIT": [ERROR, ""]})
    desk.run(get(desk))
    assert desk.lines[:3] == ["AT+CCOAPINIT", "AT+CCOAPTERM", "AT+CCOAPINIT"]


def test_an_object_that_has_gone_unannounced_is_made_again() -> None:
    desk = connected(ANSWERING)
    desk.run(get(desk))
    desk.rules["AT+CCOAPACTION"] = [ERROR, ANSWERING["AT+CCOAPACTION"]]
    desk.rules["AT+CCOAPHEAD=1,1"] = FOUND.replace("002A", "002B")
    desk.lines.clear()
    assert desk.run(get(desk)).text == "hello world"
    assert desk.lines[3:5] == ["AT+CNACT?", "AT+CCOAPINIT"]


def test_a_refusal_that_nothing_explains_is_passed_on_and_leaves_nothing_behind() -> None:
    desk = connected(ANSWERING)
    desk.run(get(desk))
    desk.rules |= {"AT+CCOAPINIT": [ERROR, ""], "AT+CCOAPACTION": [ERROR, ANSWERING["AT+CCOAPACTION"]]}
    error = fails(desk, Rejected, get(desk, accept=50))
    assert error.command == "AT+CCOAPACTION"
    desk.lines.clear()
    desk.rules["AT+CCOAPHEAD=1,1"] = FOUND.replace("002A", "002C")
    desk.run(get(desk))
    assert desk.lines[:2] == ["AT+CCOAPTERM", "AT+CCOAPINIT"]  # the refused packet held accept, this one does not


def test_a_bearer_that_is_up_is_left_up() -> None:
    desk = ScriptedDesk()
    desk.run(contacting.connect(desk.known))
    desk.run(contacting.leave(desk.known))
    assert not any(line.startswith("AT+CNACT=") for line in desk.lines)


def test_a_bearer_that_was_lost_is_brought_up_for_the_next_call() -> None:
    desk = connected(ANSWERING | {"AT+CNACT?": ['+CNACT: 1,"10.0.0.1"', '+CNACT: 0,"0.0.0.0"', '+CNACT: 1,"10.0.0.2"']})
    desk.say(urc("+APP PDP: DEACTIVE"))
    desk.wait(1)
    assert desk.run(get(desk)).text == "hello world"
    assert "AT+CNACT=1" in desk.lines
    assert desk.known.address == "10.0.0.2"


@pytest.mark.parametrize(
    ("answer", "state", "word"),
    [
        (urc("+CME ERROR: 10"), "NOT INSERTED", "insert"),
        ("+CPIN: SIM PIN", "SIM PIN", "pin="),
        ("+CPIN: SIM PUK", "SIM PUK", "PUK"),
        ("+CPIN: PH_SIM PIN", "PH_SIM PIN", "seated"),
    ],
)
def test_a_card_that_cannot_be_used_is_named(answer: Answer, state: str, word: str) -> None:
    desk = ScriptedDesk({"AT+CNACT?": '+CNACT: 0,"0.0.0.0"', "AT+CPIN?": answer})
    error = fails(desk, CardError, contacting.connect(desk.known))
    assert error.state == state
    assert word in error.hint


def test_a_pin_is_tried_once_and_never_shown() -> None:
    rules: dict[str, Answer] = {
        "AT+CNACT?": '+CNACT: 0,"0.0.0.0"',
        "AT+CPIN?": "+CPIN: SIM PIN",
        'AT+CPIN="1234"': urc("+CME ERROR: 16"),
    }
    desk = ScriptedDesk(rules, wanted=Settings(pin="1234"))
    error = fails(desk, Rejected, contacting.connect(desk.known))
    assert str(error) == 'AT+CPIN="****": the module answered +CME ERROR: 16 (incorrect password)'
    assert desk.lines.count('AT+CPIN="1234"') == 1


def test_a_pin_is_not_tried_again_while_the_card_thinks_about_it() -> None:
    rules: dict[str, Answer] = {
        "AT+CNACT?": ['+CNACT: 0,"0.0.0.0"', '+CNACT: 1,"10.0.0.1"'],
        "AT+CPIN?": ["+CPIN: SIM PIN", "+CPIN: SIM PIN", "+CPIN: READY"],
    }
    desk = ScriptedDesk(rules, wanted=Settings(pin="1234"))
    desk.run(contacting.connect(desk.known))
    assert desk.lines.count('AT+CPIN="1234"') == 1


@pytest.mark.parametrize("auth", [None, 1])
def test_a_password_is_never_shown(auth: int | None) -> None:
    line = f'AT+CNCFG=1,"ctnb","u","hush"{"" if auth is None else f",{auth}"}'
    desk = ScriptedDesk(
        {"AT+CNACT?": '+CNACT: 0,"0.0.0.0"', line: ERROR},
        wanted=Settings(apn="ctnb", user="u", password="hush", auth=auth),
    )
    assert "hush" not in str(fails(desk, Rejected, contacting.connect(desk.known)))
    assert line in desk.lines


def test_a_network_that_does_not_take_it_in_is_told_of_until_the_deadline() -> None:
    rules: dict[str, Answer] = {
        "AT+CNACT?": '+CNACT: 0,"0.0.0.0"',
        "AT+CGATT?": "+CGATT: 0",
        "AT+CEREG?": "+CEREG: 0,2",
        "AT+CREG?": "+CREG: 0,0",
        "AT+CSQ": "+CSQ: 12,99",
    }
    desk = ScriptedDesk(rules, wanted=Settings(deadline=60, apn="ctnb"))
    error = fails(desk, TimedOut, contacting.connect(desk.known))
    assert str(error) == "registering with the network: nothing within 60 s; searching for the network; signal -89 dBm"
    assert "searching for the network; signal -89 dBm" in desk.told
    assert [line for line in desk.lines if "CFUN=" in line or "CGDCONT=" in line] == [
        *("AT+CFUN=0", 'AT+CGDCONT=1,"IP","ctnb"', "AT+CFUN=1")
    ]


def test_a_network_that_refuses_the_bearer_is_told_of() -> None:
    rules: dict[str, Answer] = {
        "AT+CNACT?": '+CNACT: 0,"0.0.0.0"',
        "AT+CNACT=1": OK + urc("+APP PDP: DEACTIVE"),
    }
    desk = ScriptedDesk(rules, wanted=Settings(deadline=20, apn="foo", user="u", password="secret"))
    error = fails(desk, TimedOut, contacting.connect(desk.known))
    assert '"foo"' in str(error)
    assert 'AT+CNCFG=1,"foo","u","secret"' in desk.lines
    assert desk.lines.count("AT+CNACT=1") > 3


# ── restarts and sleep ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("said", ["RDY", "NORMAL POWER DOWN"])
def test_a_restart_ends_what_is_under_way_and_the_next_call_sets_up_anew(said: str) -> None:
    desk = connected(ANSWERING | {"AT+CCOAPACTION": ["+CCOAPACTION: 0,1", ANSWERING["AT+CCOAPACTION"]]})
    desk.say(urc(said), after=2)
    error = fails(desk, Restarted, get(desk))
    assert said in str(error)
    desk.echo = True
    desk.lines.clear()
    desk.rules["AT+CCOAPHEAD=1,1"] = FOUND.replace("002A", "002B")
    assert desk.run(get(desk)).text == "hello world"
    assert desk.lines[:4] == ["AT+CGMM", "AT+CMEE?", "ATE0", "AT+CMEE=1"]
    assert desk.lines[4:6] == ["AT+CNACT?", "AT+CCOAPINIT"]


def test_a_late_sms_ready_is_no_restart_unless_the_settings_are_gone() -> None:
    desk = connected({"AT+CMEE?": ["+CMEE: 1"], "AT+CCOAPACTION": "+CCOAPACTION: 0,1"})
    number = desk.start(get(desk))
    desk.say(urc("SMS Ready"), after=2)
    desk.wait(5)
    assert number not in desk.ended
    desk.rules["AT+CMEE?"] = "+CMEE: 0"
    desk.say(urc("SMS Ready"))
    with pytest.raises(Restarted):
        desk.result(number)


@pytest.mark.parametrize(("level", "error"), [("+CMEE: 0", Restarted), ("+CMEE: 1", NoAnswer)])
def test_a_module_that_refuses_to_tell_of_its_queue_may_have_restarted(level: str, error: type[ModemError]) -> None:
    desk = connected({"AT+CCOAPACTION": "+CCOAPACTION: 0,1", "AT+CCOAPACTION=4": ERROR})
    number = desk.start(get(desk, deadline=8.0))
    desk.wait(1)
    desk.rules["AT+CMEE?"] = level
    with pytest.raises(error):
        desk.result(number)
    assert desk.lines[-2:] == ["AT+CCOAPACTION=4", "AT+CMEE?"]


def test_a_restart_within_a_command_does_not_wait_for_its_answer() -> None:
    desk = connected({"AT+CSQ": urc("RDY")})
    begun = desk.now
    fails(desk, Restarted, at(desk, "AT+CSQ"))
    assert desk.now == begun


def test_a_sleeping_module_is_woken() -> None:
    desk = connected()
    desk.rules |= {"AT+CGMM": None, "AT+CGSN": None}
    desk.say(urc('+CPSMSTATUS: "ENTER PSM"'))
    desk.wait(1)
    assert desk.run(at(desk, "AT+CSQ")).ok
    assert desk.told == ["the module is in PSM and sleeps: waking it with AT"]
    assert not desk.known.asleep


def test_a_module_that_sleeps_on_says_how_to_wake_it() -> None:
    desk = connected()
    desk.rules |= dict.fromkeys(["AT+CGMM", "AT+CGSN", "AT+CGMR", "AT+CGMI"])
    desk.say(urc('+CPSMSTATUS: "ENTER PSM"'))
    desk.wait(1)
    error = fails(desk, Asleep, at(desk, "AT+CSQ"))
    assert "PWRKEY" in error.hint
    begun = desk.now
    desk.run(contacting.leave(desk.known))
    assert desk.now == begun


def test_a_port_that_goes_ends_everything() -> None:
    desk = connected()
    number = desk.start(get(desk))
    desk.wait(0.1)
    desk._do(desk.session.lost(PortClosed("/dev/ttyUSB2", "unplugged"), desk.now))
    with pytest.raises(PortClosed, match="unplugged"):
        desk.result(number)
    fails(desk, PortClosed, at(desk, "AT"))


def test_two_calls_take_turns() -> None:
    rules: dict[str, Answer] = {
        "AT+CCOAPACTION": ["+CCOAPACTION: 0,1", "+CCOAPACTION: 0,2"],
        "AT+CCOAPHEAD=1,1": FOUND,
        "AT+CCOAPHEAD=2,1": FOUND.replace(",1,002A", ",2,002B"),
        "AT+CCOAPREAD=1": "+CCOAPREAD: 3,one",
        "AT+CCOAPREAD=2": "+CCOAPREAD: 3,two",
    }
    desk = connected(rules)
    first, second = desk.start(get(desk)), desk.start(get(desk))
    desk.wait(1)
    paras = [line for line in desk.lines if line.startswith("AT+CCOAP")]
    assert [line[:14] for line in paras] == [
        *("AT+CCOAPINIT", 'AT+CCOAPURL="c', "AT+CCOAPPARA=c", "AT+CCOAPACTION"),
        *('AT+CCOAPURL="c', "AT+CCOAPPARA=c", "AT+CCOAPACTION"),
    ]
    desk.say(urc("+CCOAPRECV: 2,9,3") + urc("+CCOAPRECV: 1,9,3"))
    assert [desk.result(first).text, desk.result(second).text] == ["one", "two"]


def test_a_call_that_is_cancelled_among_its_commands_leaves_the_line_free() -> None:
    desk = connected(ANSWERING)
    number = desk.start(get(desk, accept=50))
    for _ in range(4):
        desk.step(desk.now + 1)
    desk.cancel(number)
    desk.wait(1)
    assert number in desk.ended
    desk.rules["AT+CCOAPHEAD=1,1"] = FOUND.replace("002A", "002B")
    assert desk.run(get(desk)).text == "hello world"


def everything() -> Iterator[type[ModemError]]:
    waiting: list[type[ModemError]] = [ModemError]
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        yield each


def test_every_error_says_what_to_try() -> None:
    """But those whose every message does: what is to be done about them depends on what it was."""
    from modemtwin.host.errors import InvalidArgument, NotSupported, PortError

    silent = {each for each in everything() if not each.hint}
    assert silent == {ModemError, CardError, InvalidArgument, NotSupported, PortError}


def test_the_error_tree_is_whole() -> None:
    from modemtwin.host import errors

    assert {each.__name__ for each in everything()} == set(errors.__all__)


@pytest.mark.parametrize("stale", [1, 2, 3, 7])
def test_answers_to_a_run_that_was_killed_are_not_taken_for_answers_to_this_one(stale: int) -> None:
    desk = ScriptedDesk()
    for number in range(stale):
        desk.say(b"\r\n+CSQ: 9,99\r\n\r\nOK\r\n" if number % 2 else b"\r\nOK\r\n")
    desk.run(contacting.connect(desk.known))
    assert desk.lines[:2] == ["AT+CGMM", "AT+CMEE?"]
    assert desk.now < seconds(0.1)
