"""Lines out of bytes."""

from __future__ import annotations

import pytest

from modemtwin.world.conformance.hearing import Hearing

SAID = (
    b"AT+CCOAPREAD=1\r\r\n+CCOAPREAD: 9,a\r\nOK\r\nb\n\r\n\r\nOK\r\n"
    b"\r\n+CCOAPHEAD: 0,4,\x60\x0d\x0a\x01\r\n\r\nOK\r\n\r\n+CCOAPHEAD: 0,4,60840001\r\n\r\nOK\r\n"
    b"\r\n+CCOAPHEAD: 1,1,2,0,4.04,1,,,,\r\n\r\nOK\r\n\r\n+CCOAPRECV: 1,14,9\r\n"
)
LINES = [
    b"AT+CCOAPREAD=1",
    b"+CCOAPREAD: 9,a\r\nOK\r\nb\n",
    b"OK",
    b"+CCOAPHEAD: 0,4,\x60\x0d\x0a\x01",
    b"OK",
    b"+CCOAPHEAD: 0,4,60840001",
    b"OK",
    b"+CCOAPHEAD: 1,1,2,0,4.04,1,,,,",
    b"OK",
    b"+CCOAPRECV: 1,14,9",
]


def heard(*pieces: bytes) -> list[bytes]:
    hearing, lines = Hearing(), []
    for piece in pieces:
        hearing.feed(piece)
        while (line := hearing.line()) is not None:
            lines.append(line)
    return lines


def test_a_payload_is_counted_though_it_holds_line_ends_and_ok() -> None:
    assert heard(SAID) == LINES


def test_the_bytes_may_come_in_two_pieces_cut_anywhere() -> None:
    for cut in range(len(SAID)):
        assert heard(SAID[:cut], SAID[cut:]) == LINES, cut


def test_the_bytes_may_come_one_by_one() -> None:
    assert heard(*(bytes([byte]) for byte in SAID)) == LINES


def test_half_a_line_is_no_line() -> None:
    assert heard(b"\r\n+CSQ: 27,9") == []


@pytest.mark.parametrize("said", [b"\r\n+CCOAPREAD: 99,short\r\n\r\nOK\r\n", b"\r\n+CCOAPHEAD: 0,99,60\r\n\r\nOK\r\n"])
def test_a_payload_shorter_than_it_says_can_be_taken_as_it_is(said: bytes) -> None:
    hearing = Hearing()
    hearing.feed(said)
    lines = [hearing.line(counted=False), hearing.line(counted=False)]
    assert lines == [said.split(b"\r\n")[1], b"OK"]


def test_what_was_half_heard_can_be_forgotten() -> None:
    hearing = Hearing()
    hearing.feed(b"\r\n+CSQ: 2")
    hearing.clear()
    hearing.feed(b"\r\nOK\r\n")
    assert hearing.line() == b"OK"
