"""The dialogue: lines, replies, held commands, URCs."""

from __future__ import annotations

import pytest

from modemtwin.at.interpreter import Interpreter, LineSettings, Remarks
from modemtwin.at.reply import Ok, Refused
from modemtwin.at.table import Command, Table
from modemtwin.clockwork import seconds
from tests.unit.at.toy import TABLE, Desk, Toy, refusal, talk

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"


def test_the_echo_comes_back_before_the_reply() -> None:
    assert talk("AT", echo=True) == b"AT\r\r\nOK\r\n"
    assert talk("AT+CSQ", echo=True) == b"AT+CSQ\r\r\n+CSQ: 27,99\r\n\r\nOK\r\n"


def test_echo_is_turned_off_behind_the_line_that_says_so() -> None:
    assert Desk().type_("ATE0\r\nAT\r\n") == b"ATE0\r\r\nOK\r\n\r\nOK\r\n"


def test_the_commands_of_a_line_run_in_order_and_end_in_one_result() -> None:
    assert talk("ATE1Q0S0=1V1;+CSQ;+CGATT?") == b"\r\n+CSQ: 27,99\r\n\r\n+CGATT: 0\r\n" + OK


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("ATS3?", b"\r\n013\r\n" + OK),
        ("at+cgatt=?", OK),
        ("AT+CSQ=?", b"\r\n+CSQ: (0-31,99),(0-7,99)\r\n" + OK),
        ("AT+TEXT=?", b"\r\n+TEXT: a\r\n" + OK),
        ("AT+LINES=?", b"\r\n+LINES: 1\r\n\r\n+LINES: 2\r\n" + OK),
        ("AT+CGATT=1;+CGATT?", b"\r\n+CGATT: 1\r\n" + OK),
        ("AT+CIPSHUT", b"\r\nSHUT OK\r\n"),
        ("AT+CIPSHUT;+CSQ", b"\r\n+CSQ: 27,99\r\n" + OK),
        ("AT+CIFSR", b"\r\n10.0.0.1\r\n"),
        ("AT+CIFSR;E0", b"\r\n10.0.0.1\r\n" + OK),
        ("+++AT", OK),
    ],
)
def test_a_form_gives_its_answer(line: str, reply: bytes) -> None:
    assert talk(line) == reply


def test_a_basic_command_without_number_is_one_with_0_and_the_other_way_round() -> None:
    desk = Desk(echo=False)
    assert desk.type_("AT&C&C1ZZ0&F0\r") == OK
    assert desk.toy.done == ["&C0", "&C1", "Z", "Z", "&F"]
    assert refusal("ATZ1") == ("ATZ1", 793, "Z takes no number but 0; found 1")


def test_the_dial_string_is_all_up_to_a_semicolon() -> None:
    desk = Desk(echo=False)
    assert desk.type_("ATD*99#;&C1\r") == OK
    assert desk.toy.done == ["D*99#", "&C1"]
    assert refusal("ATD") == ("ATD", 791, "<number> is missing; it must be text of 1 to 559 bytes")


def test_the_first_command_that_fails_ends_the_line() -> None:
    desk = Desk(echo=False)
    assert desk.type_("AT+CSQ;+CGATT=2;&C1\r") == b"\r\n+CSQ: 27,99\r\n" + ERROR
    assert desk.toy.done == []
    assert desk.reasons == [("AT+CGATT=2", 793, "<state> must be 0 or 1; found 2")]


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("AT+CSQQ", ("AT+CSQQ", 601, "there is no command +CSQQ; did you mean +CSQ?")),
        ("ATX4", ("ATX4", 601, "there is no command X")),
        ("AT+CSQ?", ("AT+CSQ?", 4, "+CSQ has no read form; it has AT+CSQ=?, AT+CSQ")),
        ("AT+CSQ=1", ("AT+CSQ=1", 4, "+CSQ has no write form; it has AT+CSQ=?, AT+CSQ")),
        ("ATS3", ("ATS3", 4, "S3 has no execute form; it has ATS3?, ATS3=<value>")),
        ("AT+CSQ 1", ("AT+CSQ 1", 603, "nothing but a semicolon may follow the name")),
        ('AT+TEXT="a', ('AT+TEXT="a', 603, "the quote that opens argument 1 is never closed")),
        ('AT+PARA=?"CODE",1', ('AT+PARA=?"CODE",1', 765, "text behind =? makes it no test form, and ? is no name")),
        ("AT+CGATT=4?", ("AT+CGATT=4?", 794, "<state> must be 0 or 1; found 4?")),
    ],
)
def test_a_refusal_has_its_number_and_a_sentence(line: str, refused: tuple[str, int, str]) -> None:
    assert refusal(line) == refused
    assert talk(line) == ERROR


def test_cmee_chooses_how_a_refusal_is_told() -> None:
    desk = Desk(echo=False)
    assert desk.type_("AT+CMEE=1;+NONE\r") == b"\r\n+CME ERROR: 601\r\n"
    assert desk.type_("AT+CMEE=2;+CGATT=7\r") == b"\r\n+CME ERROR: value out of range\r\n"
    assert desk.type_("ATV0+NONE\r") == b"+CME ERROR: unrecognised command\r"


def test_numeric_replies_have_no_header() -> None:
    desk = Desk(echo=False)
    assert desk.type_("ATV0\r") == b"0\r"
    assert desk.type_("AT+CSQ\r") == b"+CSQ: 27,99\r\n0\r"
    assert desk.type_("AT+NONE\r") == b"4\r"
    assert desk.type_("AT+CIPSHUT\r") == b"SHUT OK\r"


def test_q1_suppresses_results_and_urcs_and_leaves_information_text() -> None:
    desk = Desk(echo=False)
    assert desk.type_("ATQ1\r") == b""
    assert desk.type_("AT+CSQ\rAT+NONE\r") == b"\r\n+CSQ: 27,99\r\n"
    desk.interpreter.announce("+APP PDP: ACTIVE")
    assert desk.interpreter.announcements(0) == b""
    assert desk.type_("ATQ0\r") == OK


def test_a_slash_runs_the_last_line_again_without_cr() -> None:
    assert Desk().type_("AT+CSQ\rA/") == b"AT+CSQ\r\r\n+CSQ: 27,99\r\n" + OK + b"A/\r\n+CSQ: 27,99\r\n" + OK
    assert Desk(echo=False).type_("a/") == OK


def test_a_line_over_559_bytes_does_not_run() -> None:
    fits = "+TEXT=" + "x" * 553
    assert talk("AT" + fits) == b"\r\n+TEXT: 553," + b"x" * 553 + b"\r\n" + OK
    desk = Desk(echo=False)
    assert desk.type_(f"AT&C1;{fits}\r") == ERROR
    assert desk.toy.done == []
    assert [refused[1:] for refused in desk.reasons] == [(765, "the line has more than 559 bytes behind AT")]
    assert desk.type_("A/") == ERROR


def test_a_line_of_more_than_39_commands_does_not_run() -> None:
    desk = Desk(echo=False)
    assert desk.type_("AT" + "&C1" * 39 + "\r") == OK
    assert desk.type_("AT" + "&C1" * 40 + "\r") == ERROR
    assert len(desk.toy.done) == 39
    assert [refused[1:] for refused in desk.reasons] == [(608, "the line has 40 commands; 39 may be on one line")]


def test_bytes_over_127_and_line_ends_pass_through_a_payload() -> None:
    typed = 'AT+TEXT="é\r\n'.encode()
    assert Desk(echo=False).type_('AT+TEXT="é"\r'.encode()) == b"\r\n+TEXT: 2,\xc3\xa9\r\n" + OK
    assert Desk(echo=False).type_(typed) == ERROR
    row = Command[None](
        name="+READ",
        section="COAP-AN §3.6",
        title="Read",
        example="AT+READ",
        execute=lambda none, now: Ok(("3,\r\nx",)),
    )
    interpreter = Interpreter(Table([row]), None, LineSettings(echo=False))
    interpreter.feed(b"AT+READ\r")
    assert interpreter.step(0) == b"\r\n3,\r\nx\r\n" + OK


def test_what_is_typed_while_a_command_is_held_runs_afterwards() -> None:
    desk = Desk()
    assert desk.type_("AT+WAIT;+CSQ\rAT+CGATT?\r\nAT") == b"AT+WAIT;+CSQ\r"
    assert desk.interpreter.held
    assert desk.happen("something else") == b""
    assert desk.happen("ready") == (
        b"\r\n+WAIT: ready\r\n\r\n+CSQ: 27,99\r\n" + OK + b"AT+CGATT?\r\r\n+CGATT: 0\r\n" + OK + b"AT"
    )


def test_a_refusal_while_a_command_is_held_ends_its_line() -> None:
    desk = Desk(echo=False)
    assert desk.type_("AT+WAIT;+CSQ\r") == b""
    assert desk.happen("lost") == ERROR
    assert desk.reasons == [("AT+WAIT", 30, "the network went away")]
    assert desk.type_("AT\r") == OK


def test_a_command_that_is_held_too_long_is_late() -> None:
    desk = Desk(echo=False)
    desk.type_("AT+WAIT\rAT+CSQ\r", now=seconds(1))
    assert desk.interpreter.next_timer() == seconds(6)
    assert desk.wait(seconds(6) - 1) == b""
    assert desk.wait(seconds(6)) == ERROR + b"\r\n+CSQ: 27,99\r\n" + OK
    assert desk.interpreter.next_timer() is None
    assert desk.reasons == [("AT+WAIT", 604, "nothing came within 5 s")]


def test_a_line_may_hold_more_than_once() -> None:
    desk = Desk(echo=False)
    desk.type_("AT+WAIT;+WAIT\r")
    assert desk.happen("ready") == b"\r\n+WAIT: ready\r\n"
    assert desk.happen("ready") == b"\r\n+WAIT: ready\r\n" + OK
    assert desk.happen("ready") == b""


def test_one_byte_aborts_a_command_that_may_be_aborted_and_is_run_behind_it() -> None:
    desk = Desk(echo=False)
    assert desk.type_("AT+SEARCH=?;+CSQ\r\nAT+CSQ\r") == b""
    assert desk.type_("AT+CGATT?\r", now=seconds(1) - 1) == b""
    assert desk.wait(seconds(2)) == b""
    csq, cgatt = b"\r\n+CSQ: 27,99\r\n" + OK, b"\r\n+CGATT: 0\r\n" + OK
    assert desk.type_("A", now=seconds(2)) == ERROR + csq + cgatt
    assert desk.type_("T\r", now=seconds(2)) == OK
    assert desk.reasons == [("AT+SEARCH=?", 767, "the TE typed on")]


def test_what_comes_too_early_to_abort_a_command_never_does() -> None:
    desk = Desk(echo=False)
    desk.type_("AT+SEARCH=?\r\n")
    assert desk.type_("\n", now=seconds(1) - 1) == b""
    assert desk.wait(seconds(5)) == b"\r\n+SEARCH: 1\r\n" + OK
    assert desk.type_("AT+SEARCH=?\r", now=seconds(5)) == b""
    assert desk.type_("\r", now=seconds(6)) == ERROR


def test_type_ahead_beyond_64_kib_is_lost_and_reported() -> None:
    desk = Desk(echo=False)
    desk.type_("AT+WAIT\r")
    assert desk.type_(b"\n" * 65_530) == b""
    assert desk.type_(b"AT+CSQ\r\n") == b""
    assert desk.happen("ready") == b"\r\n+WAIT: ready\r\n" + OK
    assert desk.remarks == [Remarks(lost=2)]
    assert not desk.interpreter.remarked


def test_a_urc_waits_for_the_final_result_of_a_held_command() -> None:
    desk = Desk(echo=False)
    desk.type_("AT+WAIT\r")
    desk.interpreter.announce("+APP PDP: ACTIVE")
    assert desk.interpreter.announcements(seconds(4)) == b""
    assert desk.happen("ready") == b"\r\n+WAIT: ready\r\n" + OK + b"\r\n+APP PDP: ACTIVE\r\n"


def test_a_urc_waits_for_a_half_typed_line_but_not_for_ever() -> None:
    desk = Desk()
    assert desk.type_("AT+C", now=seconds(10)) == b"AT+C"
    assert desk.interpreter.announce("+CPIN: READY")
    assert desk.interpreter.next_timer() == seconds(11)
    assert desk.interpreter.announcements(seconds(11) - 1) == b""
    assert desk.interpreter.announcements(seconds(11)) == b"\r\n+CPIN: READY\r\n"
    assert desk.interpreter.next_timer() is None
    assert desk.type_("SQ\r", now=seconds(12)) == b"SQ\r\r\n+CSQ: 27,99\r\n" + OK


def test_a_urc_begins_its_wait_anew_with_each_byte() -> None:
    desk = Desk()
    desk.type_("A", now=0)
    desk.interpreter.announce("+CPIN: READY")
    assert desk.type_("T", now=seconds(0.9)) == b"T"
    assert desk.interpreter.next_timer() == seconds(1.9)
    assert desk.type_("\r", now=seconds(1)) == b"\r" + OK + b"\r\n+CPIN: READY\r\n"


def test_urcs_come_in_order_at_once_when_nobody_types() -> None:
    desk = Desk()
    desk.interpreter.announce("RDY")
    desk.interpreter.announce("+CFUN: 1")
    assert desk.interpreter.next_timer() is None
    assert desk.interpreter.announcements(0) == b"\r\nRDY\r\n\r\n+CFUN: 1\r\n"
    assert desk.interpreter.announcements(0) == b""


def test_a_urc_under_v0_has_no_header() -> None:
    desk = Desk(echo=False)
    desk.type_("ATV0\r")
    desk.interpreter.announce("+CPIN: READY")
    assert desk.interpreter.announcements(0) == b"+CPIN: READY\r\n"


def test_urcs_that_find_no_room_are_dropped_and_the_caller_is_told() -> None:
    toy = Toy()
    interpreter = Interpreter(TABLE, toy, toy.settings, most_announcements=2)
    assert [interpreter.announce(text) for text in ("1", "2", "3")] == [True, True, False]
    assert interpreter.announcements(0) == b"\r\n1\r\n\r\n2\r\n"


def test_a_stub_is_named_when_it_is_used_and_refused_where_stubs_are() -> None:
    desk = Desk(echo=False)
    assert desk.type_('AT+CLTS=1,"a"\r') == b"\r\n+CLTS: 1\r\n\r\n+CLTS: a\r\n" + OK
    assert desk.remarks == [Remarks(stubs=("+CLTS",))]
    strict = Desk(echo=False, refuse_stubs=True)
    assert strict.type_("AT+CLTS=1\r") == ERROR
    assert strict.remarks[0].refused == (
        Refused("AT+CLTS=1", 4, "+CLTS would be accepted without effect, which is refused here: there is no clock"),
    )


def test_escapes_are_a_matter_of_the_profile() -> None:
    line = r'AT+TEXT="\22"'
    assert talk(line) == b"\r\n+TEXT: 3,\\22\r\n" + OK
    assert talk(line, escapes="v250") == b'\r\n+TEXT: 1,"\r\n' + OK


def test_s3_and_s4_frame_the_replies() -> None:
    desk = Desk(echo=False)
    assert desk.type_("ATS4=35\r") == b"\r#OK\r#"
    assert desk.type_("ATS3=59\r") == b";#OK;#"
    assert desk.type_("AT;") == b";#OK;#"


def test_a_restart_forgets_input_held_command_and_urcs() -> None:
    desk = Desk(echo=False)
    desk.type_("AT+WAIT\rAT+CSQ\rAT+CS")
    desk.interpreter.announce("+CPIN: READY")
    desk.interpreter.reset()
    assert desk.interpreter.next_timer() is None
    assert desk.interpreter.announcements(seconds(9)) == b""
    assert desk.happen("ready") == b""
    assert desk.type_("Q\rAT\r") == OK


def test_what_was_typed_behind_a_line_can_be_taken_as_data() -> None:
    desk = Desk(echo=False)
    desk.interpreter.feed(b"ATD*99#\rAT\x7e")
    assert desk.interpreter.step(0) == OK
    assert desk.interpreter.drain() == b"AT\x7e"
    assert desk.interpreter.step(0) is None


def test_nothing_comes_of_nothing() -> None:
    desk = Desk()
    assert desk.interpreter.step(0) is None
    assert desk.interpreter.fire(0) is None
    assert desk.interpreter.offer("ready", 0) is None
