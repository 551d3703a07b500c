"""A TE hears the same however its module's bytes come in pieces, and never chokes on odd ones."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from modemtwin.clockwork import seconds
from modemtwin.world.conformance.questioner import Answer, Ask, Questioner
from modemtwin.world.conformance.variation import Likeness, compare_lines

SEND = Ask(b"AT+CCOAPACTION", seconds(5), re.compile(rb"\+CCOAP"), seconds(20))
LINES = st.sampled_from(
    [
        b"+CCOAPACTION: 0,1",
        b"+CCOAPREAD: 9,a\r\nOK\r\nb\r",
        b"+CCOAPHEAD: 0,4,\r\n\r\n",
        b"+CCOAPHEAD: 1,1,2,0,4.04,1,,,",
        b"*PSUTTZ: 19/06/26,06:04:03",
        b"AT+CCOAPACTION",
        b"+CSQ: 27,99",
    ]
)


def heard(pieces: list[bytes]) -> tuple[Answer | None, list[bytes]]:
    questioner = Questioner()
    questioner.ask(SEND, 0)
    answers = [questioner.hear(piece, 1) for piece in pieces]
    answers.append(questioner.fire(seconds(30)))
    return next((each for each in answers if each is not None), None), questioner.strays


@given(st.lists(LINES, max_size=5), st.sampled_from([b"OK", b"ERROR"]), st.lists(LINES, max_size=2), st.data())
def test_a_reply_is_the_same_in_any_pieces(
    lines: list[bytes], result: bytes, behind: list[bytes], data: st.DataObject
) -> None:
    said = b"".join(b"\r\n" + line + b"\r\n" for line in (*lines, result, *behind))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(said)), max_size=8)))
    pieces = [said[start:end] for start, end in zip([0, *cuts], [*cuts, len(said)], strict=True)]
    whole, pieced = heard([said]), heard(pieces)
    assert pieced[0] == whole[0]


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_odd_bytes_give_an_answer_in_time(pieces: list[bytes]) -> None:
    answer, _ = heard(pieces)
    assert answer is not None


@given(st.one_of(LINES, st.binary(max_size=30)), st.one_of(LINES, st.binary(max_size=30)))
def test_two_lines_are_as_near_from_either_side_and_every_line_is_itself(one: bytes, other: bytes) -> None:
    assert compare_lines(one, one) == Likeness.AGREES
    assert compare_lines(one, other) == compare_lines(other, one)
