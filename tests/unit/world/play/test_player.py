"""The player, against the real modem: what agrees, and what each kind of difference looks like."""

from __future__ import annotations

import pytest

from modemtwin.world.play.player import play
from modemtwin.world.transcripts.transcript import Difference, parse_transcript


def played(text: str) -> list[Difference]:
    return play(parse_transcript(text))


EXAMPLE = """\
# COAP-AN §5
> AT+CNACT=1,"cmnet"
< OK
... 0.49 s
< +APP PDP: ACTIVE
> AT+CCOAPINIT
< OK
> AT+CCOAPURL="coap://198.181.39.174"
< OK
> AT+CCOAPPARA=code,1,uri-path,0,"home/query",uri-query,0,"address=1",payload,0,"hello world"
< OK
> AT+CCOAPACTION
< +CCOAPACTION: 0,1
< OK
=> to 198.181.39.174:5683 40010001 b4 "home" 05 "query" 49 "address=1" ff "hello world"
... 0.6 s
<= 60840001 ff "Not Found"
< +CCOAPRECV: 1,14,9
> AT+CCOAPREAD=1
< +CCOAPREAD: 9,Not Found
< OK
"""


def test_the_example_of_the_note_agrees() -> None:
    assert played(EXAMPLE) == []


def test_an_empty_transcript_agrees() -> None:
    assert played("") == []


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ("< +CCOAPRECV: 1,14,9", "< +CCOAPRECV: 1,14,8", (18, "'+CCOAPRECV: 1,14,8'", "'+CCOAPRECV: 1,14,9'")),
        ("< +CCOAPACTION: 0,1\n", "", (13, "'OK'", "'+CCOAPACTION: 0,1' before it")),
        ("9,Not Found\n< OK\n", "9,Not Found\n", (21, "nothing more before this line", "'OK'")),
        ("9,Not Found\n", "9,Not Found\n< MORE\n", (21, "'MORE'", "'OK'")),
        (
            "... 0.49 s\n",
            "... 0.48 s\n",
            (5, "'+APP PDP: ACTIVE'", "nothing"),
        ),
    ],
)
def test_a_difference_is_told_with_its_line(before: str, after: str, difference: tuple[int, str, str]) -> None:
    differences = played(EXAMPLE.replace(before, after))
    assert differences[0] == difference


def test_a_missing_line_does_not_spoil_the_next() -> None:
    assert played("> AT+CSQ\n< +CSQ: 27,99\n< +MORE: 1\n< OK\n") == [(3, "'+MORE: 1'", "'OK'")]


def test_a_wrong_datagram_and_a_missing_one_are_told() -> None:
    ready = "! ready\n> AT+CCOAPACTION\n< +CCOAPACTION: 0,1\n< OK\n"
    assert played(ready + "=> 400100..\n") == []
    assert played(ready + "=> 4002....\n") == [
        (5, "=> to 192.0.2.1:5683 4002....", "=> to 192.0.2.1:5683 40010001")  # any address will do: both show the one
    ]
    assert played(ready + "=> to 192.0.2.2:5683 40010001\n") == [
        (5, "=> to 192.0.2.2:5683 40010001", "=> to 192.0.2.1:5683 40010001")
    ]
    assert played(ready) == [(5, "nothing more before this line", "=> to 192.0.2.1:5683 40010001")]
    assert played("> AT\n< OK\n=> 40") == [(3, "=> 40", "nothing")]


def test_a_datagram_that_leaves_too_early_is_told() -> None:
    text = "! ready\n> AT+CCOAPACTION\n=> 40010001\n< +CCOAPACTION: 0,1\n< OK\n"
    assert played(text)[0] == (3, "=> 40010001", "'+CCOAPACTION: 0,1', 'OK' before it")


def test_nothing_can_come_from_nowhere() -> None:
    assert played("> AT\n< OK\n<= 40") == [
        (3, "a peer to come from", "none: nothing was sent yet; write <= from HOST:PORT")
    ]


def test_the_bytes_are_there_for_whom_they_matter() -> None:
    assert (
        played(r"""
> AT
<| AT\r\r\nOK\r\n
> ATE0
<| ATE0\r\r\nOK\r\n
> AT
<| \r\nOK\r\n
> ATV0
<| 0\r
""")
        == []
    )
    assert played("> AT\n<| AT\\r\\nOK\\r\\n\n")[0] == (2, r"'AT\r\nOK\r\n'", r"'AT\r\r\nOK\r'")


def test_a_payload_with_line_feeds_is_one_line() -> None:
    text = r"""
! ready
> AT+CCOAPACTION
< +CCOAPACTION: 0,1
< OK
=> 40010001
<= 60450001 ff 610d0a0a62
< +CCOAPRECV: 1,10,5
> AT+CCOAPREAD=1
< +CCOAPREAD: 5,a\x0d\x0a\x0ab
< OK
"""
    assert played(text) == []


def test_half_a_line_and_its_echo() -> None:
    assert played(">> AT+C\n>> SQ\n... 3 s\n>> \\x0d\n< +CSQ: 27,99\n< OK\n") == []


def test_time_passes_until_the_modem_says_something() -> None:
    assert played("> AT+CNACT=1\n< OK\n...\n< +APP PDP: ACTIVE\n") == []
    assert played("> AT\n< OK\n...\n") == [(3, "the modem to say something", "nothing within 600 s")]


def test_reasons_are_there_to_be_asked_for() -> None:
    assert played("> AT+CCOAPTERM\n< ERROR\n* there is no CoAP object\n") == []
    (difference,) = played("> AT+CCOAPTERM\n< ERROR\n* the moon\n")
    assert difference[:2] == (3, "a reason with 'the moon' in it")
    assert played("> AT\n< OK\n* the moon\n") == [(3, "a reason with 'the moon' in it", "none")]


@pytest.mark.parametrize(
    "text",
    [
        "! profile sim7080\n> AT+CNACT?\n" + "".join(f'< +CNACT: {n},0,"0.0.0.0"\n' for n in range(4)) + "< OK\n",
        "! profile sim7080\n! ready\n> AT+CCOAPACTION=4\n< +CCOAPACTION: 4,0,0\n< OK\n",
        '! quirk Q-CNACT-READ=three\n> AT+CNACT?\n< +CNACT: 0,0,"0.0.0.0"\n< OK\n',
        "! cell signal=99 operator='A B'\n> AT+CSQ\n< +CSQ: 99,99\n< OK\n",
        "! set cell.signal=3\n> AT+CSQ\n< +CSQ: 3,99\n< OK\n! cell signal=4\n> AT+CSQ\n< +CSQ: 4,99\n< OK\n",
        "! cold\n> AT+CEREG?\n< +CEREG: 0,2\n< OK\n... 0.5 s\n> AT+CEREG?\n< +CEREG: 0,1\n< OK\n",
        "! ready\n! drop bearer\n< +APP PDP: DEACTIVE\n",
        "! remove card\n< +CPIN: NOT INSERTED\n! insert card pin=4711\n< +CPIN: SIM PIN\n",
        "! card pin=4711\n> AT+CPIN?\n< +CPIN: SIM PIN\n< OK\n",
        "! ready coap://192.0.2.7:7000\n> AT+CCOAPACTION\n< +CCOAPACTION: 0,1\n< OK\n=> to 192.0.2.7:7000 40010001\n"
        "! socket fails\n< +CCOAPACTION: 3\n",
        "! name coap.me=192.0.2.8\n! ready coap://coap.me\n> AT+CCOAPACTION\n< +CCOAPACTION: 0,1\n< OK\n"
        '=> to 192.0.2.8:5683 40010001 37 "coap.me"\n',
        "! route 192.0.2.1=127.0.0.1:41000\n! ready\n> AT+CCOAPACTION\n< +CCOAPACTION: 0,1\n< OK\n"
        "=> to 127.0.0.1:41000 40010001\n<= 60450001\n< +CCOAPRECV: 1,4,0\n",
        "! seed 3\n> AT\n< OK\n",
    ],
)
def test_directives_do_what_they_say(text: str) -> None:
    assert played(text) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("> AT\n< OK\n! profile sim7080", "this stands before the first line of the dialogue"),
        ("! profile sim9000", '"sim9000" is unknown'),
        ("! cell sgnal=3", "there is no such key"),
        ("> AT\n< OK\n! cell sgnal=3", "there is no such key"),
        ("! set path.loss=1", "a transcript has no path: what it says is all that the network does"),
        ("! set uart.pace=true", "a transcript has no rate: only what it says lets time pass"),
        ("! drop everything", '"drop everything" is no directive as the format has it'),
    ],
)
def test_a_directive_that_cannot_be_followed_is_a_difference(text: str, why: str) -> None:
    differences = played(text)
    assert len(differences) == 1
    assert why in differences[0].got


def test_a_modem_that_does_not_get_ready_is_a_difference() -> None:
    (difference,) = played("! cell apn_policy=reject\n! ready\n")
    assert difference.expected == "a modem that gets ready"
    assert "'+APP PDP: DEACTIVE'" in difference.got


def test_a_difference_is_shown_for_a_person() -> None:
    assert str(Difference(3, "'OK'", "'ERROR'")) == "line 3: expected 'OK'\n  but got 'ERROR'"


def test_a_dialogue_that_begins_afresh_has_another_modem_of_the_same_set_up() -> None:
    init, signal = "> AT+CCOAPINIT\n< OK\n", "> AT+CSQ\n< +CSQ: 5,99\n< OK\n"
    assert played(f"! cell signal=5\n{init}! afresh another one\n{init}{signal}") == []
    assert played("> AT\n! afresh\n") == [(2, "nothing more before this line", "'OK'")]
