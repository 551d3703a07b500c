"""Operator and registration."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.modem.board import Modem
from modemtwin.modem.doors import (
    RadioOff,
    RadioOn,
    Refused,
    Registration,
    RegistrationChanged,
    SignalChanged,
    Technology,
    Tick,
    UartTx,
)
from tests.modem_harness import HOME, SEARCHING, lines, powered, refusal, registered, say, say_all, text, type_


def searched(modem: Modem) -> list[str]:
    """What the search finds, which answers at its time."""
    say(modem, "AT+COPS=?")
    due = modem.next_timer()
    assert due is not None
    return lines(modem.handle(Tick(), due))


def taken_in_by(technology: Technology, registration: Registration = Registration.HOME) -> RegistrationChanged:
    return RegistrationChanged(registration, technology, "CHN-CT", "46011", "ctnb", 0x5AE1, 187214780)


@pytest.mark.parametrize(
    ("technology", "number"),
    [(Technology.GSM, 0), (Technology.EGPRS, 3), (Technology.CAT_M, 7), (Technology.NB_IOT, 9)],
)
def test_the_operator_comes_with_the_technology(technology: Technology, number: int) -> None:
    made = powered()
    made.handle(taken_in_by(technology), 0)
    assert say(made, "AT+COPS?") == [f'+COPS: 0,0,"CHN-CT",{number}', "OK"]


def test_without_registration_there_is_only_the_mode() -> None:
    assert say(powered(), "AT+COPS?") == ["+COPS: 0", "OK"]


def test_the_format_may_be_the_number_of_the_operator() -> None:
    assert say_all(registered(), "AT+COPS=3,2", "AT+COPS?") == ['+COPS: 0,2,"46011",9', "OK"]


def test_deregistering_leaves_the_network_and_automatic_comes_back() -> None:
    made = registered()
    assert type_(made, "AT+COPS=2") == [UartTx(b"AT+COPS=2\r\r\nOK\r\n"), RadioOff()]
    assert type_(made, "AT+COPS=0")[-1] == RadioOn("460111234567890")
    assert made.handle(HOME, seconds(9)) == [UartTx(b"\r\nOK\r\n")]


def test_selection_fails_after_120_seconds() -> None:
    made = powered()
    assert text(type_(made, "AT+COPS=0")) == b"AT+COPS=0\r"
    assert made.handle(Tick(), seconds(120)) == [
        UartTx(b"\r\nERROR\r\n"),
        Refused("AT+COPS=0", 30, "no network took the modem in within 120 s"),
    ]


def test_an_operator_that_is_not_here_is_refused_and_the_modem_stays() -> None:
    made = registered()
    assert refusal(made, 'AT+COPS=1,0,"VODAFONE"') == (
        30,
        'there is no operator "VODAFONE" here; the cell is of "CHN-CT"',
    )
    assert say(made, "AT+COPS?") == ['+COPS: 0,0,"CHN-CT",9', "OK"]


def test_the_operator_that_is_here_can_be_chosen() -> None:
    assert say_all(registered(), 'AT+COPS=1,2,"46011"', "AT+COPS?") == ['+COPS: 1,2,"46011",9', "OK"]


@pytest.mark.parametrize("line", ["AT+COPS=1", "AT+COPS=1,0", "AT+COPS=3"])
def test_modes_that_need_more_say_so(line: str) -> None:
    assert refusal(registered(), line)[0] == 791


def test_the_operators_around_are_those_of_the_cell() -> None:
    assert searched(registered()) == ['+COPS: (2,"CHN-CT","CHN-CT","46011",9),,(0-4),(0-2)', "OK"]
    assert searched(powered()) == ["+COPS: ,,(0-4),(0-2)", "OK"]


def test_a_search_takes_its_time() -> None:
    made = registered(search_time=90.0)
    say(made, "AT+COPS=?")
    assert (made.next_timer(), made.handle(Tick(), seconds(90) - 1)) == (seconds(90), [])


def test_the_operator_that_the_modem_has_left_is_found_still_until_it_is_gone() -> None:
    made = registered()
    say(made, "AT+COPS=2")
    assert searched(made) == ['+COPS: (1,"CHN-CT","CHN-CT","46011",9),,(0-4),(0-2)', "OK"]
    assert refusal(made, 'AT+COPS=1,2,"26201"') == (30, 'there is no operator "26201" here; the cell is of "46011"')
    type_(made, "AT+COPS=0")
    made.handle(SEARCHING, 0)
    made.handle(HOME, 0)
    made.handle(SEARCHING, 0)
    assert searched(made) == ["+COPS: ,,(0-4),(0-2)", "OK"]


def test_a_search_needs_the_radio() -> None:
    made = registered()
    say(made, "AT+CFUN=4")
    assert refusal(made, "AT+COPS=?")[0] == 797


def test_a_modem_that_the_te_deregistered_says_so_until_it_is_told_otherwise() -> None:
    made = registered()
    assert say_all(made, 'AT+COPS=1,2,"46011"', "AT+COPS=2", "AT+COPS?") == ["+COPS: 2", "OK"]
    type_(made, "AT+COPS=0")
    made.handle(HOME, 0)
    assert say(made, "AT+COPS?") == ['+COPS: 0,2,"46011",9', "OK"]


@pytest.mark.parametrize("command", ["+CREG", "+CGREG", "+CEREG"])
@pytest.mark.parametrize(
    "registration",
    [Registration.OFF, Registration.HOME, Registration.SEARCHING, Registration.DENIED, Registration.ROAMING],
)
def test_registration_is_read_as_n_and_stat(command: str, registration: Registration) -> None:
    made = powered()
    made.handle(taken_in_by(Technology.NB_IOT, registration), 0)
    assert say(made, f"AT{command}?") == [f"{command}: 0,{int(registration)}", "OK"]


@pytest.mark.parametrize("command", ["+CREG", "+CGREG", "+CEREG"])
def test_n_turns_the_urcs_on(command: str) -> None:
    made = powered()
    assert made.handle(SEARCHING, 0) == []
    say(made, f"AT{command}=1")
    assert made.handle(HOME, 0) == [UartTx(f"\r\n{command}: 1\r\n".encode())]
    assert made.handle(HOME, 0) == []
    assert say(made, f"AT{command}?") == [f"{command}: 1,1", "OK"]
    say(made, f"AT{command}=0")
    assert made.handle(SEARCHING, 0) == []


def test_n_2_tells_the_place_too() -> None:
    made = powered()
    say(made, "AT+CEREG=2")
    assert lines(made.handle(HOME, 0)) == ['+CEREG: 1,"5AE1","0B28ABBC",9']
    assert say(made, "AT+CEREG?") == ['+CEREG: 2,1,"5AE1","0B28ABBC",9', "OK"]


def test_a_change_of_place_is_told_only_to_who_wants_places() -> None:
    made = registered()
    say_all(made, "AT+CREG=2", "AT+CEREG=1", "AT")
    moved = RegistrationChanged(Registration.HOME, Technology.NB_IOT, "CHN-CT", "46011", "ctnb", 0x5AE2, 1)
    assert lines(made.handle(moved, 0)) == ['+CREG: 1,"5AE2","00000001",9']


@pytest.mark.parametrize("value", ["3", "x", ""])
def test_n_is_0_to_2(value: str) -> None:
    assert refusal(registered(), f"AT+CEREG={value}")[0] in (791, 793, 794)


def test_the_system_information_without_service() -> None:
    made = powered()
    assert say(made, "AT+CPSI?") == ["+CPSI: NO SERVICE,Online", "OK"]
    say(made, "AT+CFUN=4")
    assert say(made, "AT+CPSI?") == ["+CPSI: NO SERVICE,Offline", "OK"]
    say(made, "AT+CFUN=0")
    assert say(made, "AT+CPSI?") == ["+CPSI: NO SERVICE,Low Power Mode", "OK"]


def test_the_system_information_under_nb_iot_has_14_fields() -> None:
    [line, result] = say(registered(), "AT+CPSI?")
    assert (line[:43], len(line.split(",")), result) == ("+CPSI: LTE NB-IOT,Online,460-11,0x5AE1,1872", 14, "OK")


def test_the_system_information_names_the_technology() -> None:
    made = powered()
    made.handle(SignalChanged(99, 99), 0)
    made.handle(taken_in_by(Technology.CAT_M), 0)
    assert say(made, "AT+CPSI?")[0].startswith("+CPSI: LTE CAT-M1,Online,460-11,")
    made.handle(taken_in_by(Technology.GSM), 0)
    assert say(made, "AT+CPSI?")[0].startswith("+CPSI: GSM,Online,460-11,0x5AE1,187214780,")
