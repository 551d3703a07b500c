"""Basic commands and what governs the line itself (V.250 §6)."""

from __future__ import annotations

import pytest

from modemtwin.modem.doors import BaudRate, Note, PowerOn, Save, UartRx, UartTx
from tests.modem_harness import lines, modem, powered, refusal, registered, say, say_all, text, type_


def test_attention_is_answered_with_echo_on() -> None:
    assert type_(powered(), "AT") == [UartTx(b"AT\r\r\nOK\r\n")]


@pytest.mark.parametrize("typed", [b"AT\r", b"AT\r\n", b"at\r", b"\r\n\r\nAT\r", b"\nAt\r"])
def test_a_line_ends_with_cr_and_a_line_feed_is_ignored(typed: bytes) -> None:
    assert text(powered().handle(UartRx(typed), 0)).endswith(b"\r\r\nOK\r\n")


def test_echo_is_turned_off_behind_its_own_line() -> None:
    made = powered()
    assert text(type_(made, "ATE0")) == b"ATE0\r\r\nOK\r\n"
    assert text(type_(made, "AT")) == b"\r\nOK\r\n"
    assert text(type_(made, "ATE1")) == b"\r\nOK\r\n"
    assert text(type_(made, "AT")) == b"AT\r\r\nOK\r\n"


def test_short_results_are_numbers() -> None:
    made = registered()
    assert text(type_(made, "ATE0V0")) == b"ATE0V0\r0\r"
    assert text(type_(made, "AT+CSQ")) == b"+CSQ: 27,99\r\n0\r"
    assert text(type_(made, "AT+NONE")) == b"4\r"


def test_results_can_be_suppressed() -> None:
    made = registered()
    assert text(type_(made, "ATE0Q1")) == b"ATE0Q1\r"
    assert text(type_(made, "AT+CSQ")) == b"\r\n+CSQ: 27,99\r\n"
    assert text(type_(made, "AT+NONE")) == b""
    assert text(type_(made, "ATQ0")) == b"\r\nOK\r\n"


def test_the_long_line_of_the_drivers_runs() -> None:
    assert say(registered(), "ATE1Q0S0=1V1;+CSQ;+CGATT?") == ["+CSQ: 27,99", "+CGATT: 1", "OK"]


def test_the_example_of_basic_extended_and_basic_again_runs() -> None:
    assert say(powered(), "ATE1Q0S0=1S3=13V1X4;+IFC=0,0;+IPR=115200") == ["OK"]


def test_the_last_line_can_be_repeated_at_once() -> None:
    made = registered()
    say(made, "AT+CSQ")
    assert made.handle(UartRx(b"A/"), 0) == [UartTx(b"A/\r\n+CSQ: 27,99\r\n\r\nOK\r\n")]


@pytest.mark.parametrize(
    ("register", "value"), [("S0", "000"), ("S3", "013"), ("S4", "010"), ("S5", "008"), ("S7", "060")]
)
def test_registers_read_three_digits(register: str, value: str) -> None:
    assert say(powered(), f"AT{register}?") == [value, "OK"]


def test_registers_keep_what_is_set() -> None:
    made = powered()
    assert say_all(made, "ATS0=2", "ATS5=127", "ATS7=30", "ATS0?S5?S7?") == ["002", "127", "030", "OK"]


@pytest.mark.parametrize(
    "line", ["ATS3=10", "ATS4=13", "ATS5=128", "ATS0=256", "ATS7=0", "ATE2", "ATV2", "ATQ3", "ATX5"]
)
def test_a_value_out_of_range_is_refused_and_changes_nothing(line: str) -> None:
    made = powered()
    assert refusal(made, line)[0] == 793
    assert text(type_(made, "ATS0?S3?S4?S5?S7?")).endswith(
        b"\r\n000\r\n\r\n013\r\n\r\n010\r\n\r\n008\r\n\r\n060\r\n\r\nOK\r\n"
    )


def test_559_characters_and_39_commands_are_the_most_of_a_line() -> None:
    made = powered()
    assert say(made, "AT" + "E1" * 39) == ["OK"]
    assert refusal(made, "AT" + "E1" * 40)[0] == 608
    assert say(made, "AT+CSCS=" + " " * 549 + "IRA;") == ["OK"]
    assert refusal(made, "AT+CSCS=" + " " * 550 + "IRA;")[0] == 765


def test_nothing_of_an_overlong_line_runs() -> None:
    made = powered()
    refusal(made, "AT+CMEE=1;" + "E1" * 300)
    refusal(made, "AT+CMEE=1;" + "E1" * 39)
    assert say(made, "AT+CMEE?") == ["+CMEE: 0", "OK"]


@pytest.mark.parametrize(
    ("level", "result"), [(0, "ERROR"), (1, "+CME ERROR: 601"), (2, "+CME ERROR: unrecognised command")]
)
def test_errors_are_told_as_cmee_says(level: int, result: str) -> None:
    made = powered()
    assert say_all(made, f"AT+CMEE={level}", "AT+CMEE?") == [f"+CMEE: {level}", "OK"]
    assert say(made, "AT+NONE") == [result]


def test_cmee_is_not_stored() -> None:
    made = powered()
    say_all(made, "AT+CMEE=2", "AT&W", "ATZ")
    assert say(made, "AT+CMEE?") == ["+CMEE: 0", "OK"]


def test_the_stored_settings_come_back_with_z_and_with_a_boot() -> None:
    made = powered()
    effects = type_(made, "ATS0=3;S7=20;&W")
    circuits = {"carrier_detect": 1, "data_terminal_ready": 0}
    saved = {"line": {"echo": True, "verbose": True, "quiet": False, **circuits, "s0": 3, "s7": 20}}
    assert effects[1:] == [Save(saved)]
    assert say_all(made, "ATS0=5", "ATZ", "ATS0?") == ["003", "OK"]
    again = modem(saved=saved)
    again.handle(PowerOn(), 0)
    assert say(again, "ATS0?S7?") == ["003", "020", "OK"]


def test_the_factory_settings_come_back_with_and_f() -> None:
    made = powered(saved={"line": {"s0": 3, "echo": False}})
    assert text(type_(made, "AT&F")) == b"\r\nOK\r\n"
    assert text(type_(made, "ATS0?")) == b"ATS0?\r\r\n000\r\n\r\nOK\r\n"


def test_a_fixed_rate_is_kept_and_tells_the_line() -> None:
    made = powered()
    assert type_(made, "AT+IPR=115200") == [
        UartTx(b"AT+IPR=115200\r\r\nOK\r\n"),
        Save({"ipr": 115200}),
        BaudRate(115200),
    ]
    assert say(made, "AT+IPR?") == ["+IPR: 115200", "OK"]
    assert lines(type_(made, "AT+CREBOOT"))[2:] == ["RDY", "+CFUN: 1", "+CPIN: READY", "SMS Ready"]


def test_the_rate_is_found_by_itself_at_first() -> None:
    assert say(powered(), "AT+IPR?") == ["+IPR: 0", "OK"]


def test_a_rate_that_there_is_not_is_refused() -> None:
    assert refusal(powered(), "AT+IPR=115201")[0] == 793


def test_dialling_opens_data_mode_where_there_is_service() -> None:
    assert refusal(powered(), "ATD*99#")[0] == 30
    assert say(registered(), "ATD*99#") == ["CONNECT"]
    assert say(registered(), "ATD*99***1#") == ["CONNECT"]


@pytest.mark.parametrize("number", ["12345;", "*98#", "", "*99"])
def test_there_are_no_voice_calls(number: str) -> None:
    assert refusal(registered(), f"ATD{number}")[0] in (3, 791)


def test_hanging_up_is_fine() -> None:
    assert say(powered(), "ATH") == ["OK"]


@pytest.mark.parametrize("line", ["ATX4", "AT+CMUX=0", 'AT+CSCS="GSM"'])
def test_what_has_no_effect_is_accepted_and_noted(line: str) -> None:
    echo, note, *_ = type_(powered(), line)
    assert echo == UartTx(f"{line}\r\r\nOK\r\n".encode())
    assert isinstance(note, Note)
    assert " is accepted without effect: " in note.text


def test_the_character_set_and_the_flow_control_are_read_back() -> None:
    made = powered()
    say_all(made, 'AT+CSCS="GSM"', "AT+IFC=2,2", "AT+CFGRI=1", "AT")
    assert say(made, "AT+CSCS?;+IFC?;+CFGRI?") == ['+CSCS: "GSM"', "+IFC: 2,2", "+CFGRI: 1", "OK"]
