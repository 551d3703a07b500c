"""Contexts and bearers as the SIM7000 spells them (COAP-AN §4, TS 27.007 §10.1)."""

from __future__ import annotations

import dataclasses

import pytest

from modemtwin.clockwork import seconds
from modemtwin.modem.doors import (
    BearerClose,
    BearerGranted,
    BearerLost,
    BearerOpen,
    Note,
    PowerOn,
    Refused,
    Registration,
    RegistrationChanged,
    Save,
    Secret,
    Technology,
    Tick,
    UartTx,
)
from tests.modem_harness import (
    ADDRESS,
    HOME,
    SEARCHING,
    lines,
    modem,
    online,
    powered,
    refusal,
    registered,
    say,
    say_all,
    text,
    type_,
    wait,
    without_notes,
)

# ── AT+CNACT ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ok_comes_first_and_the_bearer_once_the_cell_has_decided() -> None:
    made = registered()
    assert type_(made, "AT+CNACT=1") == [UartTx(b"AT+CNACT=1\r\r\nOK\r\n"), BearerOpen(0, "ctnb")]
    assert say(made, "AT+CNACT?") == ['+CNACT: 2,"0.0.0.0"', "OK"]
    assert made.handle(BearerGranted(0, ADDRESS), seconds(0.5)) == [UartTx(b"\r\n+APP PDP: ACTIVE\r\n")]
    assert say(made, "AT+CNACT?") == ['+CNACT: 1,"10.94.36.44"', "OK"]


def test_a_cell_that_refuses_is_told_as_deactive_with_the_reason_in_the_journal() -> None:
    made = registered()
    type_(made, 'AT+CNACT=1,"foo"')
    assert made.handle(BearerLost(0, 'the cell rejected APN "foo"'), 0) == [
        Note('no bearer: the cell rejected APN "foo"'),
        UartTx(b"\r\n+APP PDP: DEACTIVE\r\n"),
    ]
    assert say(made, "AT+CNACT?") == ['+CNACT: 0,"0.0.0.0"', "OK"]


def test_deactivating_is_told_once_the_cell_confirms() -> None:
    made = online()
    assert type_(made, "AT+CNACT=0") == [UartTx(b"AT+CNACT=0\r\r\nOK\r\n"), BearerClose(0)]
    assert made.handle(BearerLost(0, "closed by the TE"), 0) == [UartTx(b"\r\n+APP PDP: DEACTIVE\r\n")]


def test_the_apn_is_that_of_the_argument_else_of_cncfg_else_of_the_network() -> None:
    made = registered()
    assert type_(made, "AT+CNACT=1")[1] == BearerOpen(0, "ctnb")
    made.handle(BearerLost(0, "no"), 0)
    say(made, 'AT+CNCFG=1,"own"')
    assert type_(made, "AT+CNACT=1")[1] == BearerOpen(0, "own")
    made.handle(BearerLost(0, "no"), 0)
    assert type_(made, 'AT+CNACT=1,"cmnet"')[1] == BearerOpen(0, "cmnet")
    made.handle(BearerLost(0, "no"), 0)
    assert type_(made, "AT+CNACT=1,iot.1nce.net")[1] == BearerOpen(0, "iot.1nce.net")


def test_user_and_password_go_to_the_cell() -> None:
    made = registered()
    say(made, 'AT+CNCFG=1,"ctnb","cdma","1234"')
    assert type_(made, "AT+CNACT=1")[1] == BearerOpen(0, "ctnb", "cdma", Secret("1234"))


def test_activating_what_is_active_is_an_error_and_changes_nothing() -> None:
    made = online()
    assert refusal(made, "AT+CNACT=1") == (3, "the bearer is active already: it cannot be activated now")
    assert say(made, "AT+CNACT?") == ['+CNACT: 1,"10.94.36.44"', "OK"]


def test_dropping_what_is_inactive_is_an_error() -> None:
    assert refusal(registered(), "AT+CNACT=0") == (3, "the bearer is not active: there is nothing to drop")


def test_in_mode_1_a_drop_of_the_network_is_final() -> None:
    made = online()
    assert made.handle(BearerLost(0, "the network is tired"), 0) == [
        Note("no bearer: the network is tired"),
        UartTx(b"\r\n+APP PDP: DEACTIVE\r\n"),
    ]
    assert made.next_timer() is None


def test_in_mode_2_the_modem_activates_again_by_itself() -> None:
    made = registered()
    type_(made, "AT+CNACT=2")
    made.handle(BearerGranted(0, ADDRESS), 0)
    assert lines(made.handle(BearerLost(0, "dropped"), seconds(100))) == ["+APP PDP: DEACTIVE"]
    assert wait(made, seconds(200)) == [(seconds(105), BearerOpen(0, "ctnb"))]
    assert made.handle(BearerLost(0, "no"), seconds(106)) == [Note("the bearer did not come back: no")]
    assert wait(made, seconds(200)) == [(seconds(111), BearerOpen(0, "ctnb"))]
    assert lines(made.handle(BearerGranted(0, "10.0.0.9"), seconds(112))) == ["+APP PDP: ACTIVE"]
    say(made, "AT+CNACT=0")
    made.handle(BearerLost(0, "closed by the TE"), seconds(113))
    assert wait(made, seconds(900)) == []


def test_the_time_before_the_next_attempt_is_a_fact_of_the_profile() -> None:
    made = registered(reactivation_delay=60.0)
    type_(made, "AT+CNACT=2")
    made.handle(BearerGranted(0, ADDRESS), 0)
    made.handle(BearerLost(0, "dropped"), 0)
    assert made.next_timer() == seconds(60)


@pytest.mark.parametrize(
    ("argument", "error"), [("3", 793), ("x", 794), ("", 791), ("1,a,b", 792), ("1," + "a" * 151, 795), ("0,1", 3)]
)
def test_arguments_that_do_not_fit_are_refused(argument: str, error: int) -> None:
    made = registered()
    assert refusal(made, f"AT+CNACT={argument}")[0] == error
    assert say(made, "AT+CNACT?") == ['+CNACT: 0,"0.0.0.0"', "OK"]


def test_the_test_forms_say_what_fits() -> None:
    assert say(powered(), "AT+CNACT=?") == ["+CNACT: (0-2)", "OK"]
    assert say(powered(), "AT+CNCFG=?") == ["+CNCFG: (0-2),150,127,127,(0-3)", "OK"]


# ── AT+CNCFG ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("argument", "line"),
    [
        ('1,"ctnb","cdma","1234"', '+CNCFG: 1,"ctnb","cdma","1234",0'),
        ('1,"ctnb","cdma","1234",3', '+CNCFG: 1,"ctnb","cdma","1234",3'),
        ("0,1", '+CNCFG: 0,"1","","",0'),
        ("0,0", '+CNCFG: 0,"0","","",0'),
        ("2", '+CNCFG: 2,"","","",0'),
        ("1,iot.1nce.net", '+CNCFG: 1,"iot.1nce.net","","",0'),
        ('1,"apn","","<user><pass>",3', '+CNCFG: 1,"apn","","<user><pass>",3'),
    ],
)
def test_the_configuration_is_read_back(argument: str, line: str) -> None:
    assert say_all(powered(), f"AT+CNCFG={argument}", "AT+CNCFG?") == [line, "OK"]


def test_a_later_configuration_replaces_the_whole_of_the_earlier() -> None:
    assert say_all(powered(), 'AT+CNCFG=1,"a","u","p",1', 'AT+CNCFG=0,"b"', "AT+CNCFG?") == [
        '+CNCFG: 0,"b","","",0',
        "OK",
    ]


@pytest.mark.parametrize(("argument", "error"), [("3", 793), ("", 791), ('1,"a","b","c",4', 793), ("1,a,b,c,0,0", 792)])
def test_a_configuration_that_does_not_fit_changes_nothing(argument: str, error: int) -> None:
    made = powered()
    say(made, 'AT+CNCFG=1,"ctnb","cdma","1234"')
    assert refusal(made, f"AT+CNCFG={argument}")[0] == error
    assert say(made, "AT+CNCFG?") == ['+CNCFG: 1,"ctnb","cdma","1234",0', "OK"]


# ── AT+CGDCONT ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("argument", "line"),
    [
        ('1,"IP",""', '+CGDCONT: 1,"IP","","0.0.0.0",0,0,0,0'),
        ('1,"IP","ctnb"', '+CGDCONT: 1,"IP","ctnb","0.0.0.0",0,0,0,0'),
        ('1,"IP","ctnb","0.0.0.0",0,0', '+CGDCONT: 1,"IP","ctnb","0.0.0.0",0,0,0,0'),
        ('1,"IPV4V6","ctnb","10.0.0.1",1,2,1,1', '+CGDCONT: 1,"IPV4V6","ctnb","10.0.0.1",1,2,1,1'),
        ("1,ip,ctnb", '+CGDCONT: 1,"IP","ctnb","0.0.0.0",0,0,0,0'),
    ],
)
def test_a_context_takes_3_6_or_8_arguments(argument: str, line: str) -> None:
    assert say_all(powered(), f"AT+CGDCONT={argument}", "AT+CGDCONT?") == [line, "OK"]


def test_contexts_are_kept_over_a_power_cycle() -> None:
    made = powered()
    echo, saved = type_(made, 'AT+CGDCONT=24,"IPV6","iot"')
    assert echo == UartTx(b'AT+CGDCONT=24,"IPV6","iot"\r\r\nOK\r\n')
    assert isinstance(saved, Save)
    again = modem(saved=saved.values)
    again.handle(PowerOn(), 0)
    assert say(again, "AT+CGDCONT?") == [
        '+CGDCONT: 1,"IP","","0.0.0.0",0,0,0,0',
        '+CGDCONT: 24,"IPV6","iot","0.0.0.0",0,0,0,0',
        "OK",
    ]


def test_a_context_given_its_cid_alone_is_forgotten() -> None:
    assert say_all(powered(), 'AT+CGDCONT=2,"IP","a"', "AT+CGDCONT=1", "AT+CGDCONT?") == [
        '+CGDCONT: 2,"IP","a","0.0.0.0",0,0,0,0',
        "OK",
    ]


@pytest.mark.parametrize(
    ("argument", "error"),
    [("0", 793), ("25", 793), ("100", 793), ('1,"X25"', 793), ('1,"IP","a","b",3', 793), ("", 791), ("x", 794)],
)
def test_a_context_that_does_not_fit_changes_nothing(argument: str, error: int) -> None:
    made = powered()
    assert refusal(made, f"AT+CGDCONT={argument}")[0] == error
    assert say(made, "AT+CGDCONT?") == ['+CGDCONT: 1,"IP","","0.0.0.0",0,0,0,0', "OK"]


def test_the_highest_cid_is_a_fact_of_the_profile() -> None:
    assert refusal(powered(contexts=3), 'AT+CGDCONT=4,"IP"') == (793, "<cid> is 1–3; found 4")
    assert say(powered(contexts=3), "AT+CGDCONT=?")[0] == '+CGDCONT: (1-3),"IP",,,(0-2),(0-4),(0-1),(0-1)'


def test_the_types_are_listed() -> None:
    assert [line.split(",")[1] for line in say(powered(), "AT+CGDCONT=?")[:-1]] == [
        '"IP"',
        '"PPP"',
        '"IPV6"',
        '"IPV4V6"',
    ]


# ── AT+CGNAPN, AT+CGACT, AT+CGPADDR ───────────────────────────────────────────────────────────────────────────────


def test_the_network_delivers_its_apn_after_lte_registration() -> None:
    assert say(powered(), "AT+CGNAPN") == ['+CGNAPN: 0,""', "OK"]
    assert say(registered(), "AT+CGNAPN") == ['+CGNAPN: 1,"ctnb"', "OK"]
    assert say(registered(), "AT+CGNAPN=?") == ["+CGNAPN: (0,1),50", "OK"]


def test_under_gsm_no_apn_is_delivered() -> None:
    made = powered()
    made.handle(RegistrationChanged(Registration.HOME, Technology.GSM, "CHN-CT", "46011", "ctnb"), 0)
    assert say(made, "AT+CGNAPN") == ['+CGNAPN: 0,""', "OK"]


def test_the_first_context_is_active_from_registration_on() -> None:
    assert say(powered(), "AT+CGACT?") == ["+CGACT: 1,0", "OK"]
    assert say(registered(), "AT+CGACT?") == ["+CGACT: 1,1", "OK"]


def test_the_first_context_has_the_address_of_the_bearer() -> None:
    assert say(registered(), "AT+CGPADDR=1") == ["+CGPADDR: 1,0.0.0.0", "OK"]
    assert say(online(), "AT+CGPADDR=1") == ["+CGPADDR: 1,10.94.36.44", "OK"]


def test_the_first_context_has_the_address_of_the_attachment_to_lte_from_registration_on() -> None:
    made = powered()
    made.handle(dataclasses.replace(HOME, address="10.7.7.7"), 0)
    assert say(made, "AT+CGPADDR=1") == ["+CGPADDR: 1,10.7.7.7", "OK"]
    assert say_all(made, "AT+CGACT=0,1", "AT+CGPADDR=1") == ["+CGPADDR: 1,0.0.0.0", "OK"]
    assert say_all(made, "AT+CGACT=1,1", "AT+CGPADDR=1") == ["+CGPADDR: 1,10.7.7.7", "OK"]
    made.handle(SEARCHING, 0)
    assert say(made, "AT+CGPADDR=1") == ["+CGPADDR: 1,0.0.0.0", "OK"]


def test_the_first_context_is_deactivated_and_activated_at_once() -> None:
    made = online()
    assert say_all(made, "AT+CGACT=0,1", "AT+CGACT?") == ["+CGACT: 1,0", "OK"]
    assert say(made, "AT+CGPADDR=1") == ["+CGPADDR: 1,0.0.0.0", "OK"]
    assert say_all(made, "AT+CGACT=1,1", "AT+CGACT?") == ["+CGACT: 1,1", "OK"]


def test_another_context_is_active_once_the_cell_has_granted_it() -> None:
    made = registered()
    say(made, 'AT+CGDCONT=5,"IP","iot"')
    assert type_(made, "AT+CGACT=1,5") == [UartTx(b"AT+CGACT=1,5\r"), BearerOpen(21, "iot")]
    assert made.handle(BearerGranted(21, "10.0.0.5"), 0) == [UartTx(b"\r\nOK\r\n")]
    assert say(made, "AT+CGACT?") == ["+CGACT: 1,1", "+CGACT: 5,1", "OK"]
    assert say(made, "AT+CGPADDR") == ["+CGPADDR: 1,10.0.0.5", "+CGPADDR: 5,10.0.0.5", "OK"]
    assert say(made, "AT+CGACT=1,5") == ["OK"]
    assert type_(made, "AT+CGACT=0,5") == [UartTx(b"AT+CGACT=0,5\r\r\nOK\r\n"), BearerClose(21)]
    assert made.handle(BearerLost(21, "closed by the TE"), 0) == []
    assert say(made, "AT+CGACT?") == ["+CGACT: 1,1", "+CGACT: 5,0", "OK"]


def test_a_context_that_the_cell_refuses_is_an_error_with_its_reason() -> None:
    made = registered()
    say(made, 'AT+CGDCONT=5,"IP","foo"')
    type_(made, "AT+CGACT=1,5")
    assert without_notes(made.handle(BearerLost(21, 'the cell rejected APN "foo"'), 0)) == [
        UartTx(b"\r\nERROR\r\n"),
        Refused("AT+CGACT=1,5", 148, 'the cell rejected APN "foo"'),
    ]


def test_a_cell_that_does_not_answer_is_given_up_after_150_seconds() -> None:
    made = registered()
    say(made, 'AT+CGDCONT=5,"IP","iot"')
    type_(made, "AT+CGACT=1,5")
    assert made.next_timer() == seconds(150)
    assert text(made.handle(Tick(), seconds(150))) == b"\r\nERROR\r\n"


@pytest.mark.parametrize("line", ["AT+CGACT=1,5", "AT+CGACT=0,5", "AT+CGPADDR=5"])
def test_a_context_that_is_not_defined_is_an_error(line: str) -> None:
    assert refusal(registered(), line) == (3, "context 5 is not defined: send AT+CGDCONT=5,... first")


@pytest.mark.parametrize("line", ["AT+CGACT=2,1", "AT+CGACT=1,0", "AT+CGACT=1,25", "AT+CGPADDR=0", "AT+CGPADDR=25"])
def test_values_out_of_range_are_refused(line: str) -> None:
    assert refusal(registered(), line)[0] == 793
