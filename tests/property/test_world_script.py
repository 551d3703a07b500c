"""For all texts and datagrams: a script is read or refused in words, and a scripted peer never raises."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modemtwin.world.script.parser import parse_script
from modemtwin.world.script.peer import MOST_DIFFERENCES, ScriptedPeer

WORDS = """
expect send after drop ignore repeat end CON NON ACK RST GET 2.05 7.31 empty any bytes nothing for 1 s 77 /a?b mid=1
token=8a token=first.token token=* payload=none payload="a payload="x"*9 block2=1/0/64 etag=first.etag option-9=00
first first.mid first.mid+1 i as i first from another port address to 192.0.2.1:1 at within # .. ff
"""

_words = st.sampled_from(WORDS.split())
_lines = st.lists(_words, max_size=8).map(" ".join)
_texts = st.one_of(st.text(max_size=80), st.lists(_lines, max_size=8).map("\n".join))

SCRIPT = parse_script(
    """\
drop 1
expect CON as first within 1 s
ignore ACK etag=first.etag
send ACK 2.05 first.mid+1 token=first.token payload=first.payload
repeat 3 as i
  expect any as next
  send bytes next.mid first i+1 from another port
end
expect nothing for 1 s
expect token=first.token uri-path=first.uri-path block2=next.block2
"""
)


@given(_texts)
def test_any_text_is_a_script_or_is_refused_with_lines(text: str) -> None:
    try:
        script = parse_script(text)
    except ValueError as error:
        for mistake in str(error).splitlines():
            assert mistake.startswith("line ")
    else:
        assert script.steps


@given(st.lists(st.tuples(st.binary(max_size=12), st.integers(0, 2_000_000)), max_size=30))
def test_a_peer_takes_any_datagrams_at_any_time(arrivals: list[tuple[bytes, int]]) -> None:
    machine = ScriptedPeer(SCRIPT)
    now = 0
    machine.start(now)
    for data, pause in arrivals:
        now += pause
        while (due := machine.next_timer()) is not None and due <= now:
            machine.fire(due)
        machine.receive(data, ("192.0.2.7", 40001), now)
    assert len(machine.differences) <= MOST_DIFFERENCES
    assert machine.ended == (machine.next_timer() is None and machine.line == 0)
