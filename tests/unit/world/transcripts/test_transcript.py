"""Transcripts as text."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.world.transcripts.transcript import (
    Arrive,
    Direct,
    Expect,
    ExpectRaw,
    Leave,
    Reason,
    TypeIn,
    Wait,
    parse_transcript,
)


def test_every_kind_of_line_is_read() -> None:
    text = r"""
# COAP-AN §3.4
! cell signal=99 operator="CHN CT"
> AT+CCOAPACTION
>> AT\x0dAT+C
< +CCOAPREAD: 5,"a\b\x00é
<| \r\nOK\r\n\\\x41
=> 4001 .. 01
=> to [::1]:5683 ff "Hi"
<= 60840001 ff "Not Found"
<= from 192.0.2.9:5683 40
... 0.6 s
... 20ms
... 5 min
...
* the PIN is wrong
"""
    assert parse_transcript(text).steps == (
        Direct(3, ("cell", "signal=99", "operator=CHN CT")),
        TypeIn(4, b"AT+CCOAPACTION\r"),
        TypeIn(5, b"AT\rAT+C"),
        Expect(6, b'+CCOAPREAD: 5,"a\\b\x00\xc3\xa9'),
        ExpectRaw(7, b"\r\nOK\r\n\\A"),
        Leave(8, None, (0x40, 0x01, None, 0x01)),
        Leave(9, ("::1", 5683), (0xFF, 0x48, 0x69)),
        Arrive(10, None, bytes.fromhex("60840001ff") + b"Not Found"),
        Arrive(11, ("192.0.2.9", 5683), b"@"),
        Wait(12, seconds(0.6)),
        Wait(13, seconds(0.02)),
        Wait(14, seconds(300)),
        Wait(15, None),
        Reason(16, "the PIN is wrong"),
    )


def test_an_empty_line_may_be_typed() -> None:
    assert parse_transcript(">\n").steps == (TypeIn(1, b"\r"),)


def test_every_line_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="line 1") as caught:
        parse_transcript('AT\n>AT\n=> 4g\n<= 40 ..\n... soon\n! cel signal=1\n<= from 10.0.0.1 40\n!\n=> "x\n! cell "x')
    assert str(caught.value).splitlines() == [
        "line 1: 'AT' begins with none of # > >> < <| => <= ... * ! and a blank",
        "line 2: '>AT' begins with none of # > >> < <| => <= ... * ! and a blank",
        "line 3: '4g' is neither a hex byte, nor .., nor text in quotes",
        "line 4: what arrives has no unknown bytes: write them instead of ..",
        "line 5: 'soon' is no span of time; write 0.6 s, 20 ms or 5 min",
        'line 6: there is no directive "cel"; did you mean "cell"?',
        'line 7: "10.0.0.1" has no port',
        'line 8: there is no directive ""',
        "line 9: '\"x' is neither a hex byte, nor .., nor text in quotes",
        "line 10: No closing quotation",
    ]
