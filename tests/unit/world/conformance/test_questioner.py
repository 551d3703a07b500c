"""One question after the other."""

from __future__ import annotations

import re

import pytest

from modemtwin.clockwork import seconds
from modemtwin.world.conformance.questioner import Answer, Ask, Questioner

ASK = Ask(b"AT+CSQ", seconds(5))
SEND = Ask(b"AT+CCOAPACTION", seconds(5), re.compile(rb"\+CCOAP"), seconds(20))


def answered(ask: Ask, said: bytes) -> Answer | None:
    questioner = Questioner()
    questioner.ask(ask, 0)
    return questioner.hear(said, seconds(1))


def test_a_question_is_typed_with_a_carriage_return() -> None:
    assert Questioner().ask(ASK, 0) == b"AT+CSQ\r"


def test_a_reply_is_whole_with_its_result() -> None:
    assert answered(ASK, b"\r\n+CSQ: 27,99\r\n\r\nOK\r\n") == Answer((b"+CSQ: 27,99", b"OK"))


def test_the_echo_is_no_part_of_the_reply() -> None:
    assert answered(ASK, b"AT+CSQ\r\r\n+CSQ: 27,99\r\n\r\nOK\r\n") == Answer((b"+CSQ: 27,99", b"OK"), echoed=True)


@pytest.mark.parametrize("result", [b"ERROR", b"+CME ERROR: 3", b"+CME ERROR: operation not allowed"])
def test_behind_an_error_nothing_is_waited_for(result: bytes) -> None:
    assert answered(SEND, b"\r\n" + result + b"\r\n") == Answer((result,))


def test_the_urc_of_a_command_belongs_to_its_answer_and_is_timed() -> None:
    questioner = Questioner()
    questioner.ask(SEND, 0)
    assert questioner.hear(b"\r\n+CCOAPACTION: 0,1\r\n\r\nOK\r\n", seconds(1)) is None
    assert questioner.next_timer() == seconds(21)
    assert questioner.hear(b"\r\n+CCOAPRECV: 1,14,9\r\n", seconds(4)) is None
    assert questioner.next_timer() == seconds(4.1)
    wanted = Answer((b"+CCOAPACTION: 0,1", b"OK"), (b"+CCOAPRECV: 1,14,9",), took=seconds(3))
    assert questioner.fire(seconds(4.1)) == wanted


def test_a_urc_that_never_comes_is_waited_for_as_long_as_it_may_take() -> None:
    questioner = Questioner()
    questioner.ask(SEND, 0)
    questioner.hear(b"\r\n+CCOAPACTION: 0,1\r\n\r\nOK\r\n", seconds(1))
    assert questioner.fire(seconds(20.9)) is None
    assert questioner.fire(seconds(21)) == Answer((b"+CCOAPACTION: 0,1", b"OK"))


def test_a_module_that_says_nothing_gives_no_whole_answer() -> None:
    questioner = Questioner()
    questioner.ask(ASK, 0)
    assert questioner.fire(seconds(4.9)) is None
    assert questioner.fire(seconds(5)) == Answer((), whole=False)


def test_a_payload_that_is_shorter_than_it_says_is_heard_when_the_time_is_over() -> None:
    questioner = Questioner()
    questioner.ask(Ask(b"AT+CCOAPREAD=1", seconds(5)), 0)
    assert questioner.hear(b"\r\n+CCOAPREAD: 99,Not Found\r\n\r\nOK\r\n", seconds(1)) is None
    assert questioner.fire(seconds(5)) == Answer((b"+CCOAPREAD: 99,Not Found", b"OK"))


@pytest.mark.parametrize("urc", [b"*PSUTTZ: 19/06/26,06:04:03", b"DST: 0", b"+CREG: 1", b"SMS Ready"])
def test_what_any_module_may_say_at_any_time_belongs_to_no_answer(urc: bytes) -> None:
    questioner = Questioner()
    questioner.ask(ASK, 0)
    assert questioner.hear(b"\r\n" + urc + b"\r\n\r\n+CSQ: 27,99\r\n\r\nOK\r\n", 1) == Answer((b"+CSQ: 27,99", b"OK"))
    assert questioner.strays == [urc]


def test_a_reply_that_looks_like_such_a_urc_is_a_reply() -> None:
    answer = answered(Ask(b"AT+CREG?", seconds(5)), b"\r\n+CREG: 0,1\r\n\r\nOK\r\n")
    assert answer == Answer((b"+CREG: 0,1", b"OK"))


def test_what_came_between_two_questions_belongs_to_neither() -> None:
    questioner = Questioner()
    questioner.ask(ASK, 0)
    questioner.hear(b"\r\nOK\r\n", 1)
    questioner.hear(b"\r\n+CCOAPRECV: 1,14,9\r\n", 2)
    questioner.ask(ASK, 3)
    assert questioner.hear(b"\r\nOK\r\n", 4) == Answer((b"OK",))
    assert questioner.strays == [b"+CCOAPRECV: 1,14,9"]


@pytest.mark.parametrize("sign", [b"RDY", b"NORMAL POWER DOWN"])
def test_a_module_that_starts_again_is_noticed_at_once(sign: bytes) -> None:
    assert answered(ASK, b"\r\n" + sign + b"\r\n") == Answer((), whole=False, restarted=True)


def test_a_urc_right_behind_a_result_that_none_belongs_to_belongs_to_nothing() -> None:
    questioner = Questioner()
    questioner.ask(SEND, 0)
    assert questioner.hear(b"\r\nERROR\r\n\r\n+CCOAPRECV: 1,14,9\r\n", 1) == Answer((b"ERROR",))
    questioner.ask(ASK, 2)
    assert questioner.strays == [b"+CCOAPRECV: 1,14,9"]


def test_an_empty_question_only_listens() -> None:
    questioner = Questioner()
    assert questioner.ask(Ask(b"", 0, follows=seconds(2)), 0) == b""
    assert questioner.fire(seconds(2)) == Answer(())
