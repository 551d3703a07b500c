"""A deadline is one: whatever is waited for, the module or the network, the call ends when it said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modemtwin.clockwork import seconds
from modemtwin.host import contacting, exchange, observation
from modemtwin.host.errors import Mute, NoAnswer, TimedOut
from modemtwin.host.knowledge import Settings
from tests.unit.host.scripted import Answer, ScriptedDesk
from tests.unit.host.stage import URL, question
from tests.unit.host.test_misbehaving_modules import ANSWERING, at, connected, fails, get

QUESTIONS = ("AT+CGMM", "AT+CGSN", "AT+CGMR", "AT+CGMI")
CALLS: tuple[Callable[..., Any], ...] = (exchange.request, exchange.ping, exchange.gather, observation.observe)


def spent(desk: ScriptedDesk, error: type[Exception], procedure: Any) -> tuple[float, str]:
    begun = desk.now
    caught = fails(desk, error, procedure)  # type: ignore[arg-type]
    return (desk.now - begun) / 1e6, str(caught)


@pytest.mark.parametrize("call", CALLS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("silent", ["AT+CCOAPINIT", "AT+CCOAPACTION"])
def test_a_module_that_falls_silent_cannot_hold_a_call_beyond_its_deadline(
    call: Callable[..., Any], silent: str
) -> None:
    desk = connected({silent: None})
    asked = question(desk, f"{URL}/test", deadline=2.0)
    assert spent(desk, Mute, call(desk.known, asked)) == (
        2.0,
        f"{URL}/test: nothing within 2 s; {silent} is not answered yet",
    )


def test_nor_can_one_that_is_being_looked_for() -> None:
    desk = connected(ANSWERING | {"AT+CSQ": None})
    desk.rules |= dict.fromkeys(QUESTIONS)
    fails(desk, TimedOut, at(desk, "AT+CSQ", 1))
    assert spent(desk, Mute, get(desk, deadline=3.0)) == (
        3.0,
        f"{URL}/test: nothing within 3 s; the module does not answer",
    )


def test_a_late_answer_to_what_was_given_up_is_nobodys_and_the_next_call_gets_its_own() -> None:
    def late(desk: ScriptedDesk, line: str) -> Answer:
        desk.say(b"\r\nOK\r\n", after=4)
        return None

    desk = connected(ANSWERING | {"AT+CCOAPINIT": [late, ""]})
    assert spent(desk, Mute, get(desk, deadline=2.0))[0] == 2.0
    desk.rules["AT+CCOAPHEAD=1,1"] = str(ANSWERING["AT+CCOAPHEAD=1,1"]).replace("002A", "002B")
    assert desk.run(get(desk, deadline=5.0)).text == "hello world"


def test_a_call_that_waits_for_its_turn_says_so() -> None:
    def slow(desk: ScriptedDesk, line: str) -> Answer:
        desk.say(b'\r\n+COPS: 0,0,"CHN-CT",9\r\n\r\nOK\r\n', after=20)
        return None

    desk = connected({"AT+COPS?": slow})
    other = desk.start(at(desk, "AT+COPS?", 30))
    begun = desk.now
    error = fails(desk, TimedOut, get(desk, deadline=1.0))
    assert (desk.now - begun, str(error)) == (
        seconds(1),
        f"{URL}/test: nothing within 1 s; other calls are before it",
    )
    assert not isinstance(error, Mute)
    assert desk.result(other).lines == ['+COPS: 0,0,"CHN-CT",9']


def test_a_silent_peer_is_given_up_at_the_deadline_and_the_queue_was_looked_into_before() -> None:
    desk = connected({})
    assert spent(desk, NoAnswer, get(desk, deadline=2.0))[0] == 2.0
    assert desk.lines[-1] == "AT+CCOAPACTION=4"


def test_a_bearer_that_does_not_come_back_says_what_it_waits_for() -> None:
    rules: dict[str, Answer] = {
        "AT+CNACT?": ['+CNACT: 1,"10.0.0.1"', '+CNACT: 0,"0.0.0.0"'],
        "AT+CGATT?": "+CGATT: 0",
        "AT+CEREG?": "+CEREG: 0,2",
        "AT+CREG?": "+CREG: 0,2",
    }
    desk = connected(rules)
    desk.say(b"\r\n+APP PDP: DEACTIVE\r\n")
    desk.wait(0.1)
    assert spent(desk, TimedOut, get(desk, deadline=4.0)) == (
        4.0,
        f"{URL}/test: nothing within 4 s; searching for the network; signal -59 dBm",
    )


def test_connecting_to_a_mute_port_ends_at_the_deadline() -> None:
    desk = ScriptedDesk(dict.fromkeys(QUESTIONS), wanted=Settings(deadline=3))
    assert spent(desk, Mute, contacting.connect(desk.known)) == (
        3.0,
        "AT: nothing within 3 s; the module does not answer",
    )


def test_a_module_that_falls_silent_while_it_is_brought_online_holds_nobody_for_long() -> None:
    rules: dict[str, Answer] = {"AT+CNACT?": '+CNACT: 0,"0.0.0.0"', "AT+CGATT?": None}
    desk = ScriptedDesk(rules, wanted=Settings(deadline=20))
    after, why = spent(desk, Mute, contacting.connect(desk.known))
    assert (after, why) == (22.0, "bringing the module online: nothing within 20 s; AT+CGATT? is not answered yet")


def test_a_module_that_has_fallen_silent_is_left_soon() -> None:
    desk = connected({"AT+CCOAPINIT": None})
    fails(desk, Mute, get(desk, deadline=2.0))
    begun = desk.now
    desk.run(contacting.leave(desk.known))
    assert desk.now - begun == seconds(3)


def test_a_module_that_speaks_again_is_left_as_it_was_found() -> None:
    def late(desk: ScriptedDesk, line: str) -> Answer:
        desk.say(b"\r\nOK\r\n", after=4)
        return None

    desk = connected({"AT+CCOAPINIT": late})
    fails(desk, Mute, get(desk, deadline=2.0))
    desk.run(contacting.leave(desk.known))
    assert desk.lines[-4:] == ["AT+CMEE?", "AT+CCOAPTERM", "AT+CMEE=0", "ATE1"]


def test_a_short_deadline_on_a_module_that_answers_does_not_call_it_mute() -> None:
    def slow(desk: ScriptedDesk, line: str) -> Answer:
        desk.say(b"\r\nOK\r\n", after=0.5)
        return None

    desk = connected({"AT+CCOAPINIT": slow})
    error = fails(desk, TimedOut, get(desk, deadline=0.2))
    assert not isinstance(error, Mute)
