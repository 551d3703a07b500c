"""How a module is treated."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.world.conformance.manners import Addressing, addressed, followed, lasting, patience

THERE = Addressing("coap://203.0.113.7:5700", "coap://203.0.113.7:9", None)
WITH_APN = Addressing(apn="iot.1nce.net")
SIM7080 = Addressing(sim7080=True)


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        (b"AT+CFUN=1,1", "restarts"),
        (b"at+cfun=0", "takes the module off the network"),
        (b'AT+CGDCONT=1,"IP",""', "writes the APN of context 1 to flash"),
        (b'AT+CGDCONT=2,"IP",""', "writes a context to flash"),
        (b'AT+CNCFG=1,"a"', "sets the APN of the application bearer"),
        (b"AT+CNCFG=0,1", "sets the APN of the application bearer"),
        (b"AT+IPR=115200", "writes the rate of the UART"),
        (b"AT&W", "stored settings"),
        (b"ATE0&F", "stored settings"),
        (b"ATZ", "resets"),
        (b"AT+CPOWD=1", "switches the module off"),
        (b"AT+CREBOOT", "restarts"),
        (b"AT+CPIN=1234", "attempt"),
        (b"AT+CNMP=38", "writes a setting to flash"),
        (b"AT+CSQ;+CFUN=1,1", "restarts"),
    ],
)
def test_what_lasts_is_known(typed: bytes, what: str) -> None:
    row = lasting(typed)
    assert row is not None
    assert what in row.what


@pytest.mark.parametrize(
    "typed", [b"AT", b"ATE0", b"AT+CFUN?", b"AT+CNACT=1", b"AT+CCOAPINIT", b"AT+CGDCONT?", b"AT+CNCFG=?", b"AT+CPIN?"]
)
def test_what_is_gone_at_power_off_is_not_asked_for(typed: bytes) -> None:
    assert lasting(typed) is None


@pytest.mark.parametrize(
    ("typed", "to", "instead"),
    [
        (b'AT+CCOAPURL="coap://198.181.39.174"', THERE, b'AT+CCOAPURL="coap://203.0.113.7:5700"'),
        (b'AT+CCOAPURL="coap://198.181.39.174:61616/a?b"', THERE, b'AT+CCOAPURL="coap://203.0.113.7:5700/a?b"'),
        (b"AT+CCOAPURL=coap://192.0.2.1/a", THERE, b"AT+CCOAPURL=coap://203.0.113.7:5700/a"),
        (b'AT+CCOAPURL="coap://192.0.2.2"', THERE, b'AT+CCOAPURL="coap://203.0.113.7:9"'),
        (b'AT+CCOAPURL="coap://192.0.2.22"', THERE, b'AT+CCOAPURL="coap://192.0.2.22"'),
        (b'AT+CCOAPURL="coaps://198.181.39.174"', THERE, b'AT+CCOAPURL="coaps://198.181.39.174"'),
        (b'AT+CNACT=1,"cmnet"', THERE, b"AT+CNACT=1"),
        (b'AT+CNACT=1,"cmnet"', WITH_APN, b'AT+CNACT=1,"iot.1nce.net"'),
        (b"AT+CNACT=1", WITH_APN, b"AT+CNACT=1"),
        (b'AT+CNCFG=1,"ctnb","cdma","1234"', THERE, b"AT+CNCFG=1"),
        (b'AT+CNCFG=1,"ctnb","cdma","1234"', WITH_APN, b'AT+CNCFG=1,"iot.1nce.net"'),
        (b'AT+CGDCONT=1,"IP","ctnb"', THERE, b'AT+CGDCONT=1,"IP",""'),
        (b'AT+CGDCONT=1,"IP","ctnb"', WITH_APN, b'AT+CGDCONT=1,"IP","iot.1nce.net"'),
        (b'AT+CGDCONT=1,"IP",""', WITH_APN, b'AT+CGDCONT=1,"IP",""'),
        (b"AT+CNACT=1", SIM7080, b"AT+CNACT=0,1"),
        (b'AT+CNACT=1,"cmnet"', SIM7080, b"AT+CNACT=0,1"),
        (b"AT+CNACT=0,1", SIM7080, b"AT+CNACT=0,1"),
        (b'AT+CNCFG=1,"ctnb","cdma","1234"', SIM7080, b"AT+CNCFG=0,1"),
        (b'AT+CNCFG=1,"ctnb"', Addressing(apn="a", sim7080=True), b'AT+CNCFG=0,1,"a"'),
    ],
)
def test_a_line_goes_to_where_the_module_is(typed: bytes, to: Addressing, instead: bytes) -> None:
    assert addressed(typed, to) == instead


def test_an_apn_is_taken_as_it_stands() -> None:
    assert addressed(b'AT+CNACT=1,"x"', Addressing(apn=r"a\1b")) == rb'AT+CNACT=1,"a\1b"'


def test_the_times_of_the_manual_count_where_they_are_longer() -> None:
    assert patience(b"AT+CSQ", seconds(5)) == seconds(5)
    assert patience(b"AT+CNACT=1", seconds(5)) == seconds(75)
    assert patience(b"AT+CNACT?", seconds(5)) == seconds(5)
    assert patience(b"AT+CFUN=1", seconds(20)) == seconds(20)


def test_work_that_goes_on_behind_ok_is_known() -> None:
    assert [followed(line) is not None for line in (b"AT+CCOAPACTION", b"AT+CNACT=1", b"AT+CFUN=1")] == [True] * 3
    assert [followed(line) for line in (b"AT+CCOAPACTION=4", b"AT+CNACT?", b"AT+CNACT=?", b"AT+CFUN=0")] == [None] * 4
