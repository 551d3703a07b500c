"""Reading scripts: the steps of a good one, and every mistake of a bad one."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.numbers import ACK, CON, EMPTY, GET
from modemtwin.world.script.datagram import Fields
from modemtwin.world.script.parser import parse_script
from modemtwin.world.script.script import (
    ANOTHER_PORT,
    After,
    Drop,
    End,
    Expect,
    ExpectNothing,
    Ignore,
    Repeat,
    Send,
)
from modemtwin.world.script.value import Number, Reference

GOOD = """\
# A comment
expect CON GET as first within 3 s   # and another
  send ACK empty first.mid from another port to first
after 500ms
drop 2
drop 1 ACK
ignore CON
repeat 3 as i
send ACK empty i to 127.0.0.1:5683
end
expect nothing for 2 min
expect ACK at another port
"""


def test_a_script_is_its_steps() -> None:
    script = parse_script(GOOD)
    mid = Number(((1, Reference("first", "mid")),))
    assert script.steps == (
        Expect(2, Fields(CON, GET), "first", None, seconds(3)),
        Send(3, Fields(ACK, EMPTY, mid), "first", ANOTHER_PORT),
        After(4, seconds(0.5)),
        Drop(5, 2, Fields()),
        Drop(6, 1, Fields(ACK)),
        Ignore(7, Fields(CON)),
        Repeat(8, 3, "i", end=8),
        Send(9, Fields(ACK, EMPTY, Number(((1, "i"),))), ("127.0.0.1", 5683)),
        End(10, 6),
        ExpectNothing(11, seconds(120)),
        Expect(12, Fields(ACK), None, ANOTHER_PORT),
    )
    assert script.doors == (ANOTHER_PORT,)
    assert script.line(3) == "send ACK empty first.mid from another port to first"


def test_a_hash_in_quotes_is_no_comment_and_a_blank_in_them_ends_no_word() -> None:
    (step,) = parse_script('expect payload="a # b" # the end').steps
    assert step == parse_script(r'expect payload="a\x20#\x20b"').steps[0]


BAD = """\
expcet CON GET
expect CON GTE /x tokn=12 as a1
expect CON as first
send ACK empty firts.mid frm x
send ACK empty first.mdi to fist
after 2 days
repeat x
end
end
repeat 5 as i
expect payload="abc
drop
expect CON from another port
expect CON at another prot within x
expect CON as first as second
expect CON as GET
repeat 2 as first
expect nothing
"""

SAID = """\
line 1: "expcet" begins no step; did you mean "expect"?
line 2: "GTE" is no word of a datagram; did you mean "GET"?
line 2: there is no field "tokn"; did you mean "token"?
line 2: "as a1": this could be bytes in hex; take a name with another letter in it
line 4: no line before this one says "as firts"; did you mean "first"?
line 4: "frm" is no word of a datagram; did you mean "from"?
line 4: "x" is no word of a datagram
line 5: there is no field "mdi"; did you mean "mid"?
line 5: "to fist" is neither the name of a datagram nor HOST:PORT; did you mean "first"?
line 6: '2 days' is no span of time; write 0.6 s, 20 ms or 5 min
line 7: "x" is no number from 1 to 1000000: write repeat 10
line 9: there is no repeat before this "end"
line 10: this repeat has no "end"
line 11: "abc has a quote that does not end
line 12: say how many: drop 2, or drop 2 CON GET
line 13: "from" has no place in this line
line 14: "another prot" is neither "another port", nor "another address", nor HOST:PORT; did you mean "another port"?
line 14: 'x' is no span of time; write 0.6 s, 20 ms or 5 min
line 15: "as" is said twice
line 16: "as GET": a name is a letter, then letters, digits and _, and no keyword
line 17: "as first": there is a datagram of this name already
line 17: this repeat has no "end"
line 18: say for how long: expect nothing for 5 s
"""


def test_all_mistakes_are_told_with_their_lines_and_what_was_meant() -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_script(BAD)
    assert str(caught.value).splitlines() == SAID.splitlines()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: there is no step in this script"),
        ("# nothing\n", "line 1: there is no step in this script"),
        (
            "send CON GET 1",
            "line 1: no line before this one takes a datagram, so say where it goes: to HOST:PORT",
        ),
        ("send CON GET 1 to 127.0.0.1:0", 'line 1: "0" is not a port'),
        ("repeat 2 as i\nafter 1 s\nend\nsend CON GET i to 127.0.0.1:1", 'line 4: "i" is no word of a datagram'),
        ("repeat 2\n" * 9 + "after 1 s\n" + "end\n" * 9, "line 9: more than 8 repeats stand inside each other"),
        ("ignore", "line 1: say what to expect"),
        ("after", "line 1: '' is no span of time"),
        ("end x", 'line 1: nothing stands behind "end", but there is "x"'),
    ],
)
def test_a_mistake_of_the_whole_is_told_too(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_script(text)
    assert str(caught.value).startswith(said)


def test_a_counter_is_known_only_inside_its_repeat_and_may_serve_again() -> None:
    text = "expect CON as first\nrepeat 2 as i\nrepeat 2 as j\nsend ACK empty i+j\nend\nend\nrepeat 1 as i\nend\n"
    assert len(parse_script(text).steps) == 8
