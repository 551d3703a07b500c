"""What may be different between two modules that agree."""

from __future__ import annotations

import pytest

from modemtwin.world.conformance.exchange import Exchange
from modemtwin.world.conformance.variation import ROWS, Likeness, compare, compare_lines

AGREES, VARIES, DIFFERS = Likeness.AGREES, Likeness.VARIES, Likeness.DIFFERS


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        (b"+CSQ: 27,99", b"+CSQ: 27,99", AGREES),
        (b"+CSQ: 27,99", b"+CSQ: 11,0", VARIES),
        (b"+CSQ: 27,99", b"+CSQ: 27", DIFFERS),
        (b"+CSQ: 27,99", b"ERROR", DIFFERS),
        (b'+COPS: 0,0,"CHN-CT",9', b'+COPS: 0,0,"O2, UK",7', VARIES),
        (b'+COPS: 0,0,"CHN-CT",9', b"+COPS: 0", DIFFERS),
        (b'+CGNAPN: 1,"ctnb"', b'+CGNAPN: 0,""', VARIES),
        (b'+CNACT: 1,"10.94.36.44"', b'+CNACT: 1,"2001:db8::1"', VARIES),
        (b'+CNACT: 1,"10.94.36.44"', b'+CNACT: 0,"0.0.0.0"', DIFFERS),
        (b'+CNACT: 1,"10.94.36.44"', b'+CNACT: 0,1,"10.94.36.44"', DIFFERS),
        (b"+CCOAPRECV: 1,14,9", b"+CCOAPRECV: 2,40,35", VARIES),
        (b"+CCOAPRECV: 1,14,9", b"+CCOAPRCV: 1,14,9", DIFFERS),
        (b"+CCOAPACTION: 0,1", b"+CCOAPACTION: 0,77", VARIES),
        (b"+CCOAPACTION: 0,1", b"+CCOAPACTION: 2,1", DIFFERS),
        (b"+CCOAPACTION: 4,1,1", b"+CCOAPACTION: 4,1,77", VARIES),
        (b"+CCOAPACTION: 4,0,0", b"+CCOAPACTION: 4,0,77", DIFFERS),
        (b"+CCOAPACTION: 4,1,1", b"+CCOAPACTION: 4,2,1", DIFFERS),
        (b"+CCOAPACTION: 3", b"+CCOAPACTION: 2,1", DIFFERS),
        (b"+CCOAPHEAD: 1,1,2,0,4.04,1,,,,,", b'+CCOAPHEAD: 1,1,0,2,2.05,9,0102,50,,"a,b",', VARIES),
        (b"+CCOAPHEAD: 1,1,2,0,4.04,1,,,,,", b"+CCOAPHEAD: 1,1,2,0,4.04,1,,,,", DIFFERS),
        (b"+CCOAPHEAD: 1,1,2,0,4.04,1,,,,,", b"+CCOAPHEAD: 0,1,2,0,4.04,1,,,,,", DIFFERS),
        (b"+CCOAPHEAD: 0,4,60840001", b"+CCOAPHEAD: 0,5,60450001C0", VARIES),
        (b"+CCOAPHEAD: 0,4,60840001", b"+CCOAPHEAD: 0,4,\x60\x84\x00\x01", DIFFERS),
        (b"+CCOAPHEAD: 0,4,\x60\x84\x00\x0a", b"+CCOAPHEAD: 0,5,\x60\x45\x00\x01\xc0", VARIES),
        (b"+CCOAPHEAD: 0,4,60840001", b"+CCOAPHEAD: 0,4,608400", DIFFERS),
        (b"+CCOAPHEAD: 0,4,60840001", b"+CCOAPHEAD: 1,1,2,0,4.04,1,,,,,", DIFFERS),
        (b"+CCOAPREAD: 9,Not Found", b"+CCOAPREAD: 5,a\r\nOK", VARIES),
        (b"+CCOAPREAD: 9,Not Found", b"+CCOAPREAD: 9,short", DIFFERS),
        (b"ERROR", b"+CME ERROR: operation not allowed", VARIES),
        (b"ERROR", b"OK", DIFFERS),
        (b"+CCOAPPARA: token, ((0-a", b"+CCOAPPARA: token,((0-a", VARIES),
        (b"+CPIN: READY", b"+CPIN: NOT READY", DIFFERS),
    ],
)
def test_two_lines_are_as_near_as_the_table_says(one: bytes, other: bytes, likeness: Likeness) -> None:
    assert compare_lines(one, other) == likeness
    assert compare_lines(other, one) == likeness


def test_a_mid_is_that_of_the_same_packet_whatever_its_number() -> None:
    assert compare_lines(b"+CCOAPRECV: 2,14,9", b"+CCOAPRECV: 71,14,9", (1, 2), (70, 71)) == VARIES
    assert compare_lines(b"+CCOAPRECV: 2,14,9", b"+CCOAPRECV: 70,14,9", (1, 2), (70, 71)) == DIFFERS
    assert compare_lines(b"+CCOAPRECV: 900,9,4", b"+CCOAPRECV: 901,9,4", (1,), (70,)) == VARIES
    assert compare_lines(b"+CCOAPRECV: 900,9,4", b"+CCOAPRECV: 70,9,4", (1,), (70,)) == DIFFERS


def test_an_answer_is_as_near_as_its_line_that_is_farthest_apart() -> None:
    one = Exchange(1, b"AT+CSQ", (b"+CSQ: 27,99", b"OK"))
    assert compare(one, one) == AGREES
    assert compare(one, Exchange(1, b"AT+CSQ", (b"+CSQ: 1,9", b"OK"))) == VARIES
    assert compare(one, Exchange(1, b"AT+CSQ", (b"+CSQ: 1,9", b"ERROR"))) == DIFFERS
    assert compare(one, Exchange(1, b"AT+CSQ", (b"OK",))) == DIFFERS
    assert compare(one, Exchange(1, b"AT+CSQ", one.reply, (b"+CPIN: READY",))) == DIFFERS


def test_a_line_in_the_reply_is_not_a_line_behind_it() -> None:
    inside = Exchange(1, b"AT+CFUN=0", (b"+CPIN: NOT READY", b"OK"))
    behind = Exchange(1, b"AT+CFUN=0", (b"OK",), (b"+CPIN: NOT READY",))
    assert compare(inside, behind) == DIFFERS


@pytest.mark.parametrize("template", [template for template, _ in ROWS])
def test_every_row_says_why_and_fits_something(template: str) -> None:
    samples = {"number": "1", "text": "x", "ip": "10.0.0.1", "mid": "1", "code": "2.05", "fields": ",", "head": "41"}
    samples |= {"payload": "A", "error": "ERROR"}
    line = template
    for kind, sample in samples.items():
        line = line.replace(f"<{kind}>", sample).replace(f"<!{kind}>", sample)
    assert "<" not in line
    assert compare_lines(line.encode(), line.encode()) == AGREES
    assert dict(ROWS)[template]
