"""What programs send at start-up: kept and read back, or done; refused where the profile is strict."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.modem.commands import rows
from tests.modem_harness import powered, refusal, registered, say, say_all, type_

KEPT = [
    ("+CLTS", "0", "1", "1"),
    ("+CBATCHK", "1", "0", "0"),
    ("+CNMP", "2", "38", "38"),
    ("+CMNB", "3", "1", "1"),
    ("+CPSMS", '0,,,"01100000","00000000"', '1,,,"00111000","00000001"', '1,,,"00111000","00000001"'),
    ("+CEDRXS", '5,"0000"', '1,4,"0010"', '4,"0010"'),
    ("+CSCLK", "0", "1", "1"),
    ("+CNETLIGHT", "1", "0", "0"),
    ("+CMGF", "0", "1", "1"),
    ("+CSMS", "0,1,1,1", "1", "1,1,1,1"),
    ("+CNMI", "2,1,0,0,0", "1,2,0,0,0", "1,2,0,0,0"),
    ("+CSCS", '"IRA"', '"GSM"', '"GSM"'),
    ("+IFC", "0,0", "2,2", "2,2"),
    ("+CENG", "0,0,0,LTE", "1", "1,0,0,LTE"),
]


@pytest.mark.parametrize(("name", "first", "set_to", "then"), KEPT, ids=[each[0] for each in KEPT])
def test_what_is_set_is_read_back(name: str, first: str, set_to: str, then: str) -> None:
    made = powered()
    assert say(made, f"AT{name}?") == [f"{name}: {first}", "OK"]
    assert say_all(made, f"AT{name}={set_to}", f"AT{name}?") == [f"{name}: {then}", "OK"]


@pytest.mark.parametrize("name", [each[0] for each in KEPT])
def test_what_is_kept_has_a_test_form(name: str) -> None:
    assert say(powered(), f"AT{name}=?")[-1] == "OK"


@pytest.mark.parametrize("line", ["AT+CNMP=3", "AT+CMNB=0", "AT+CLTS=2", "AT+CPSMS=3", "AT+CSCLK=x", "AT+CEDRXS=1,3"])
def test_what_does_not_fit_is_refused_and_not_kept(line: str) -> None:
    made = powered()
    name = line[2:].split("=")[0]
    before = say(made, f"AT{name}?")
    assert refusal(made, line)[0] in (793, 794)
    assert say(made, f"AT{name}?") == before


def test_radio_preferences_are_kept_over_a_restart_and_the_rest_is_not() -> None:
    made = powered()
    say_all(made, "AT+CNMP=38", "AT+CMNB=2", "AT+CSCLK=1", 'AT+CEDRXS=1,5,"1001"', "AT+CREBOOT")
    assert say(made, "AT+CNMP?;+CMNB?;+CSCLK?;+CEDRXS?") == [
        "+CNMP: 38",
        "+CMNB: 2",
        "+CSCLK: 0",
        '+CEDRXS: 5,"1001"',
        "OK",
    ]


def test_bands_are_kept_for_each_technology_quoted_and_bare() -> None:
    made = powered()
    assert say_all(made, "AT+CBANDCFG=CAT-M,2,4,12", 'AT+CBANDCFG="NB-IOT",20', "AT+CBANDCFG?") == [
        '+CBANDCFG: "CAT-M",2,4,12',
        '+CBANDCFG: "NB-IOT",20',
        "OK",
    ]


@pytest.mark.parametrize("argument", ["CAT-M", "CAT-M,x", "CAT-M,0", "CAT-M,100", "LTE,1", '"NB-IOT",,'])
def test_bands_that_are_none_are_refused(argument: str) -> None:
    made = powered()
    before = say(made, "AT+CBANDCFG?")
    assert refusal(made, f"AT+CBANDCFG={argument}")[0] in (791, 793, 795)
    assert say(made, "AT+CBANDCFG?") == before


def test_the_clock_is_set_and_runs() -> None:
    made = powered()
    assert say(made, "AT+CCLK?") == ['+CCLK: "80/01/06,00:00:00+00"', "OK"]
    assert say(made, 'AT+CCLK="26/11/22,23:59:59+04"', seconds(10)) == ["OK"]
    assert say(made, "AT+CCLK?", seconds(11)) == ['+CCLK: "26/11/23,00:00:00+04"', "OK"]


@pytest.mark.parametrize(
    ("time", "error"),
    [("26-11-22", 795), ("26/13/01,00:00:00", 793), ("26/02/30,00:00:00", 793), ("26/11/22,24:00:00", 793), ("", 795)],
)
def test_a_time_that_is_none_is_refused(time: str, error: int) -> None:
    assert refusal(powered(), f'AT+CCLK="{time}"')[0] == error


def test_the_battery_is_full_enough() -> None:
    assert say(powered(), "AT+CBC") == ["+CBC: 0,85,3912", "OK"]


def test_the_stores_of_messages_are_kept() -> None:
    made = powered()
    assert say(made, 'AT+CPMS="SM","SM","SM"') == ["+CPMS: 0,10,0,10,0,10", "OK"]
    assert say(made, "AT+CPMS?") == ['+CPMS: "SM",0,10,"SM",0,10,"SM",0,10', "OK"]


STUBS = [row for dialect in ("sim7000", "sim7080") for row in rows(dialect) if row.stub]


@pytest.mark.parametrize("row", {row.name: row for row in STUBS}.values(), ids=lambda row: row.name)
def test_strict_refuses_what_would_have_no_effect(row: object) -> None:
    name = getattr(row, "name", "")
    line = {"D": "ATD*99#", "X": "ATX4"}.get(name, f"AT{name}=1")
    made = registered("strict")
    error, reason = refusal(made, line)
    assert (error, reason) == (
        4,
        f"{name} would be accepted without effect, which is refused here: {getattr(row, 'stub', '')}",
    )


def test_strict_does_what_it_can_do() -> None:
    assert say(registered("strict"), 'AT+CSQ;+CGDCONT=1,"IP","a";+CNACT=1') == ["+CSQ: 27,99", "OK"]


@pytest.mark.parametrize("dialect", ["sim7000", "sim7080"])
def test_every_row_has_a_form_that_answers_its_example(dialect: str) -> None:
    for row in rows(dialect):
        made = registered(dialect)
        if row.name.startswith("+CCOAP") and row.name not in ("+CCOAPINIT", "+CCOAPPDPID"):
            continue
        if row.name in ("+CDNSGIP", "+SNPING4", "+CIFSR", "+CIFSREX", "+CIICR"):
            continue
        result = say(made, row.example)
        assert result[0 if row.name == "+CPOWD" else -1] in ("OK", "CONNECT", "SHUT OK", "NORMAL POWER DOWN"), row.name


@pytest.mark.parametrize("dialect", ["sim7000", "sim7080"])
def test_every_test_form_ends_in_ok(dialect: str) -> None:
    for row in rows(dialect):
        if row.test is not None and row.name != "+COPS":  # which searches
            assert say(powered(dialect), f"AT{row.name}=?")[-1] == "OK", row.name


def test_names_are_the_same_in_small_letters() -> None:
    assert say(powered(), "at+cnmp=38;+cNmP?") == ["+CNMP: 38", "OK"]


def test_a_stub_that_is_read_is_noted_too() -> None:
    assert len(type_(powered(), "AT+CLTS?")) == 2
