"""A transcript as a TE can play it."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.world.conformance.dialogue import Dialogue, Line, Ready, read_dialogues

SESSION = """\
! profile sim7000
> AT+CCOAPINIT=?
< OK
! ready
> AT+CCOAPACTION
< +CCOAPACTION: 0,1
< OK
=> 40010001
... 8 s
<= 60450001
< +CCOAPRECV: 1,4,0
"""


def only(text: str) -> Dialogue:
    (dialogue,) = read_dialogues("session", text)
    return dialogue


def test_what_is_typed_is_a_line_with_what_is_written_below_it() -> None:
    assert only(SESSION).cues == (
        Line(2, b"AT+CCOAPINIT=?", None, (b"OK",)),
        Ready(4),
        Line(5, b"AT+CCOAPACTION", seconds(8), (b"+CCOAPACTION: 0,1", b"OK", b"+CCOAPRECV: 1,4,0")),
    )


def test_what_cannot_be_played_from_a_port_is_listed() -> None:
    assert only(SESSION).unseen == (1, 8, 10)


def test_a_set_up_that_chooses_is_noticed() -> None:
    assert only(SESSION).chosen
    assert not only("> AT\n< OK\n").chosen


def test_raw_bytes_are_lines_without_their_framing_and_the_echo() -> None:
    assert only("> AT\n<| AT\\r\\r\\nOK\\r\\n\n").lines == (Line(1, b"AT", None, (b"OK",)),)


def test_a_packet_that_is_sent_needs_a_server_once_there_is_an_object() -> None:
    assert only(SESSION).needs_server
    assert only("> AT+CCOAPACTION\n< +CCOAPACTION: 0,1\n< OK\n").needs_server
    assert not only("> AT+CCOAPACTION\n< ERROR\n").needs_server


def test_without_a_server_it_ends_before_the_first_packet() -> None:
    assert only(SESSION).without_server().lines == (Line(2, b"AT+CCOAPINIT=?", None, (b"OK",)),)


def test_nobody_is_at_the_mute_address() -> None:
    dialogue = only('! ready\n> AT+CCOAPURL="coap://192.0.2.2"\n< OK\n> AT+CCOAPACTION\n')
    assert dialogue.needs_silence
    assert not dialogue.needs_server


def test_one_that_works_on_the_bearer_begins_without_one() -> None:
    assert only("> AT+CNACT=1\n").needs_bearer_down
    assert not only("> AT+CNACT?\n").needs_bearer_down


def test_one_that_waits_for_minutes_is_slow() -> None:
    assert only("> AT\n... 300 s\n").is_slow
    assert not only("> AT\n... 8 s\n").is_slow


def test_a_file_may_hold_several() -> None:
    dialogues = read_dialogues("mine.at", "! afresh one\n> AT\n< OK\n! afresh two words\n> ATI\n! afresh empty\n")
    assert [(each.name, [line.typed for line in each.lines]) for each in dialogues] == [
        ("one", [b"AT"]),
        ("two words", [b"ATI"]),
    ]


def test_a_text_that_is_no_transcript_is_refused_with_its_line() -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_dialogues("mine.at", "> AT\nOK\n")
