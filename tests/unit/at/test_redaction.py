"""Passwords and PINs stay out of logs and journals."""

from __future__ import annotations

import pytest

from modemtwin.at.arguments import Text
from modemtwin.at.redaction import masked, masked_with, secret_spans
from modemtwin.at.reply import Ok
from modemtwin.at.table import Command, Table
from tests.unit.at.toy import TABLE, refusal


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("AT+CPIN=1234", "AT+CPIN=****"),
        ('at+cpin="1234","5678"\r', 'at+cpin="****","****"\r'),
        ("AT+CSQ;+CPIN = 1234 ;+CSQ", "AT+CSQ;+CPIN = **** ;+CSQ"),
        ('AT+CNCFG=1,"ctnb","cdma","1234",0', 'AT+CNCFG=1,"ctnb","cdma","****",*'),
        ('+CNCFG: 1,"ctnb","cdma","1234",0', '+CNCFG: 1,"ctnb","cdma","****",*'),
        ("AT+CNCFG=1,ctnb,cdma,12 34", "AT+CNCFG=1,ctnb,cdma,*****"),
        ('AT+CNCFG=1,"a","b","12,3;4";+CSQ', 'AT+CNCFG=1,"a","b","******";+CSQ'),
        ("AT+CPIN?;+CPIN=?", "AT+CPIN?;+CPIN=?"),
        ("+CPIN: READY", "+CPIN: READY"),
        ("AT+CSQ", "AT+CSQ"),
        ("AT+CPINR?", "AT+CPINR?"),
        ("AT+CPINN=?; +CPINN = ? ;+CPINN?", "AT+CPINN=?; +CPINN = ? ;+CPINN?"),
    ],
)
def test_secret_arguments_are_masked(line: str, shown: str) -> None:
    assert masked(line, TABLE) == shown


def test_a_reason_that_quotes_a_line_quotes_no_secret() -> None:
    line, reason = masked_with("AT+CFUN=AT+CPIN=1234", "<fun> must be 0 or 1; found AT+CPIN=1234", TABLE)
    assert (line, reason) == ("AT+CFUN=************", "<fun> must be 0 or 1")
    assert masked_with("AT+CPIN=1234", '"1234" is wrong', TABLE) == ("AT+CPIN=****", '"****" is wrong')
    assert masked_with("AT+CPIN=abcd", "=abcd is wrong, or abcd", TABLE) == ("AT+CPIN=****", "=**** is wrong, or abcd")
    assert masked_with("AT+CSQ", "it has 1234", TABLE) == ("AT+CSQ", "it has 1234")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('AT+CPIN="12;34;+CSQ', "AT+CPIN=***********"),
        ('AT+CNCFG=1,"ctnb,"cdma","1234"', "AT+CNCFG=1,*******************"),
        (r'AT+CNCFG=1,"a\","b","1234",0', "AT+CNCFG=1,*****************"),
        ("AT+CPIN 1234", "AT+CPIN ****"),
        ("AT+CPIN1234", "AT+CPIN****"),
        ("AT+CPIN?1234", "AT+CPIN*****"),
        ("AT+CPI\x08PIN=1234\r", "AT+CPI\x08PIN=****\r"),
        ("AT+CPINN=1234", "AT+CPINN=****"),
        ("AT+CPIN:1234", "AT+CPIN:****"),
        ('AT+CPI"1234"', "AT+CPI******"),
        ("AT+CPI,1234", "AT+CPI,****"),
        ('AT+CLCK="SC",0,"1234";+CSQ', "AT+CLCK=*************;+CSQ"),
        ('AT+URL="coap://user:pw@192.0.2.1/x"', "AT+URL=****************************"),
        ("AT+CX\x08PIN=19\x08234\r\n", "AT+CX\x08PIN=******\r\n"),
        ("AT+CPIN=1234\x089\x08\r\n", "AT+CPIN=*******\r\n"),
        ("AT+CNCFG=1,ctnb,cdma,12;34", "AT+CNCFG=1,ctnb,cdma,**;**"),
        ("AT+CNCFG=1,ctnb,cdma,pa;ss;wo=rd;+CSQ", "AT+CNCFG=1,ctnb,cdma,**;**;*****;+CSQ"),
        ("AT+CSQ;nonsense", "AT+CSQ;nonsense"),
        ('AT+CPIN="1234";nonsense', 'AT+CPIN="****";nonsense'),
    ],
)
def test_a_malformed_line_shows_rather_less(line: str, shown: str) -> None:
    assert masked(line, TABLE) == shown


def test_the_rest_of_a_password_with_a_semicolon_is_refused_without_being_named() -> None:
    why = "what stands behind the ; is no command; text that has a semicolon in it needs quotes"
    assert refusal("AT+CNCFG=1,ctnb,cdma,12;swordfish") == ("AT*********", 601, why)


def test_spans_are_places_in_the_line() -> None:
    assert secret_spans('AT+CPIN="1234",5678', TABLE) == [(9, 13), (15, 19)]


def test_a_table_without_secrets_masks_nothing() -> None:
    assert secret_spans("AT+CPIN=1234", Table[None]([])) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("AT+CPIN=12x4", ("AT+CPIN=****", 795, "<pin> must be 4 to 8 digits")),
        ('AT+CPIN="1234', ("AT+CPIN=*****", 603, "the quote that opens argument 1 is never closed")),
        ("AT+CPIN1234", ("AT+CPIN****", 601, "there is no command +CPIN****; did you mean +CPIN?")),
    ],
)
def test_a_refusal_shows_no_secret(line: str, expected: tuple[str, int, str]) -> None:
    assert refusal(line) == expected


def test_an_argument_may_be_secret_only_behind_some_words() -> None:
    rows: Table[None] = Table(
        [
            Command(
                name="+SET",
                section="ours",
                title="Set",
                example="AT+SET=APN,ctnb",
                write=lambda device, values, now: Ok(),
                arguments=(Text("name"), Text("value", secret=True, secret_behind=("PWD",))),
            )
        ]
    )
    assert masked('AT+SET="APN","ctnb"', rows) == 'AT+SET="APN","ctnb"'
    assert masked('AT+SET="pwd","geheim";+SET=APN,ctnb', rows) == 'AT+SET="pwd","******";+SET=APN,ctnb'
