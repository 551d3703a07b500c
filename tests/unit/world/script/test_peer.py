"""The scripted peer as a machine: what it says, what it waits for, and what it finds wrong."""

from __future__ import annotations

from modemtwin.clockwork import Micros, seconds
from modemtwin.modem.doors import Address
from modemtwin.world.script.parser import parse_script
from modemtwin.world.script.peer import (
    MOST_DIFFERENCES,
    MOST_WAITING,
    PATIENCE,
    Differed,
    Event,
    Heard,
    ScriptedPeer,
    Sent,
)
from modemtwin.world.transcripts.transcript import Difference

TE: Address = ("192.0.2.7", 40001)
OTHER: Address = ("192.0.2.8", 40001)
ASK = bytes.fromhex("40010001b474696d65")


def peer(text: str, *, first_patience: Micros | None = None) -> ScriptedPeer:
    made = ScriptedPeer(parse_script(text), first_patience=first_patience)
    assert made.start(0) == []
    return made


def sent(events: list[Event]) -> list[str]:
    return [event.data.hex() for event in events if isinstance(event, Sent)]


SEPARATE = """\
expect CON GET /time as first
send ACK empty first.mid
after 2 s
send CON 2.05 mid=77 token=first.token content-format=0 payload="12:00"
expect ACK empty 77
"""


def test_a_conversation_goes_in_lockstep_to_the_end_of_the_script() -> None:
    machine = peer(SEPARATE)
    assert (machine.next_timer(), machine.line) == (None, 1)
    assert machine.receive(ASK, TE, seconds(9)) == [Heard(1, "", TE, ASK), Sent(2, "", TE, bytes.fromhex("60000001"))]
    assert machine.next_timer() == seconds(11)
    assert machine.fire(seconds(10.9)) == []
    assert machine.fire(seconds(11)) == [Sent(4, "", TE, bytes.fromhex("4045004dc0ff") + b"12:00")]
    assert machine.next_timer() == seconds(11) + PATIENCE
    assert machine.receive(bytes.fromhex("6000004d"), TE, seconds(12)) == [Heard(5, "", TE, bytes.fromhex("6000004d"))]
    assert (machine.ended, machine.differences, machine.next_timer(), machine.line) == (True, [], None, 0)
    assert machine.receive(ASK, TE, seconds(13)) == machine.fire(seconds(13)) == []


def test_what_comes_instead_is_told_and_the_peer_waits_on() -> None:
    machine = peer(SEPARATE)
    (differed,) = machine.receive(bytes.fromhex("50020001"), TE, 0)
    wanted = Difference(
        1,
        "CON GET /time as first",
        "NON POST /, mid 1 (50020001): the type is not CON, the code is not 0.01, Uri-Path is not 74696d65",
    )
    assert differed == Differed(wanted)
    assert sent(machine.receive(ASK, TE, 1)) == ["60000001"]
    assert machine.differences == [wanted]


def test_what_does_not_come_ends_the_play() -> None:
    machine = peer("expect CON\nexpect ACK within 3 s\nexpect RST\n")
    machine.receive(ASK, TE, seconds(1))
    assert machine.next_timer() == seconds(4)
    machine.fire(seconds(4))
    assert (machine.ended, machine.differences) == (True, [Difference(2, "ACK within 3 s", "nothing within 3 s")])


def test_the_first_datagram_may_take_as_long_as_its_own_patience() -> None:
    assert peer("drop 2").next_timer() is None
    machine = peer("drop 2", first_patience=seconds(7))
    assert machine.next_timer() == seconds(7)
    machine.receive(ASK, TE, seconds(5))
    assert machine.next_timer() == seconds(5) + PATIENCE


def test_what_comes_while_time_passes_waits_for_its_line() -> None:
    machine = peer("expect CON as first\nafter 2 s\nexpect bytes first\nsend ACK empty first.mid\n")
    machine.receive(ASK, TE, 0)
    assert machine.receive(ASK, TE, seconds(1)) == []
    assert machine.fire(seconds(2)) == [Heard(3, "", TE, ASK), Sent(4, "", TE, bytes.fromhex("60000001"))]


def test_silence_that_is_broken_is_a_difference() -> None:
    machine = peer("expect CON\nexpect nothing for 5 s\n")
    machine.receive(ASK, TE, 0)
    machine.receive(ASK, TE, seconds(1))
    assert (machine.ended, machine.next_timer()) == (False, seconds(5))
    machine.fire(seconds(5))
    assert machine.ended
    assert machine.differences == [Difference(2, "nothing for 5 s", "CON GET /time, mid 1 (40010001b474696d65)")]


def test_what_is_left_over_at_the_end_is_a_difference() -> None:
    machine = peer("expect CON\nafter 1 s\n")
    machine.receive(ASK, TE, 0)
    machine.receive(ASK, TE, 1)
    machine.fire(seconds(1))
    assert machine.differences == [Difference(3, "nothing more", "CON GET /time, mid 1 (40010001b474696d65)")]


def test_so_many_are_dropped_and_others_are_told() -> None:
    machine = peer("drop 2 CON\nexpect NON\n")
    events = [event for data in (ASK, b"\x60\0\0\1", ASK) for event in machine.receive(data, TE, 0)]
    assert [type(event) for event in events] == [Heard, Differed, Heard]
    assert machine.line == 2


def test_what_is_ignored_counts_as_never_having_come() -> None:
    machine = peer("expect CON as first\nignore CON\nexpect ACK\n")
    machine.receive(ASK, TE, 0)
    assert machine.receive(ASK, TE, 0) == [Heard(0, "", TE, ASK)]
    machine.receive(b"\x60\0\0\1", TE, 0)
    assert (machine.ended, machine.differences) == (True, [])


def test_a_repeat_counts_from_zero() -> None:
    machine = peer("expect CON\nrepeat 3 as i\nrepeat 2 as j\nsend RST empty i+i+j\nend\nend\n")
    assert sent(machine.receive(ASK, TE, 0)) == [f"7000000{mid}" for mid in range(6)]
    assert machine.ended


def test_a_storm_leaves_others_their_turn() -> None:
    machine = peer("expect CON\nrepeat 1000 as i\nsend RST empty i\nend\n")
    datagrams = sent(machine.receive(ASK, TE, 5))
    assert len(datagrams) < 200
    while not machine.ended:
        assert machine.next_timer() == 5
        datagrams += sent(machine.fire(5))
    assert datagrams == [f"7000{mid:04x}" for mid in range(1000)]


def test_it_answers_whoever_was_taken_last_or_whoever_is_named() -> None:
    machine = peer("expect CON as first\nexpect NON\nsend RST empty 1\nsend RST empty 2 to first\n")
    machine.receive(ASK, TE, 0)
    events = machine.receive(b"\x50\1\0\2", OTHER, 0)
    assert [(event.destination, event.line) for event in events if isinstance(event, Sent)] == [(OTHER, 3), (TE, 4)]


def test_it_sends_and_hears_at_other_doors() -> None:
    machine = peer("expect CON\nsend CON GET 1 from another port\nexpect RST at another port\n")
    events = machine.receive(ASK, TE, 0)
    assert events[1] == Sent(2, "another port", TE, bytes.fromhex("40010001"))
    machine.receive(b"\x70\0\0\1", TE, 1)
    assert machine.differences[0].got == "RST empty, mid 1 (70000001): it came to where the peer listens"
    machine.receive(b"\x70\0\0\1", TE, 2, door="another port")
    assert machine.ended


def test_a_script_may_begin_to_speak() -> None:
    machine = ScriptedPeer(parse_script("send CON empty 1 to 192.0.2.7:40001\nexpect RST empty 1\n"))
    assert machine.start(0) == [Sent(1, "", TE, bytes.fromhex("40000001"))]
    machine.receive(bytes.fromhex("70000001"), TE, 1)
    assert (machine.ended, machine.differences) == (True, [])


def test_a_field_that_did_not_come_cannot_be_sent_and_ends_the_play() -> None:
    machine = peer("expect CON as first\nsend ACK 2.05 first.mid etag=first.etag\nexpect NON\n")
    machine.receive(ASK, TE, 0)
    assert machine.ended
    assert machine.differences == [
        Difference(2, "send ACK 2.05 first.mid etag=first.etag", "no datagram, for first has no ETag")
    ]


def test_a_field_that_did_not_come_fits_nothing() -> None:
    machine = peer("expect CON as first\nexpect ACK etag=first.etag\n")
    machine.receive(ASK, TE, 0)
    machine.receive(b"\x60\0\0\1", TE, 0)
    assert machine.differences[0].got == "ACK empty, mid 1 (60000001): first has no ETag"


def test_another_conversation_ends_after_so_many_differences() -> None:
    machine = peer("expect CON\n")
    for _ in range(MOST_DIFFERENCES):
        assert not machine.ended
        machine.receive(b"\x60\0\0\1", TE, 0)
    assert (machine.ended, len(machine.differences)) == (True, MOST_DIFFERENCES)


def test_no_more_waits_than_there_is_room_for() -> None:
    machine = peer(f"expect CON\nafter 1 s\ndrop {MOST_WAITING + 1}\n")
    for _ in range(MOST_WAITING + 3):
        machine.receive(ASK, TE, 0)
    assert len(machine.fire(seconds(1))) == MOST_WAITING
    assert not machine.ended


def test_whoever_stops_it_is_told_where_it_stood() -> None:
    machine = peer("expect CON\nexpect ACK\n")
    machine.receive(ASK, TE, 0)
    machine.stop()
    machine.stop()
    assert (machine.ended, machine.differences) == (
        True,
        [Difference(2, "ACK", "nothing before the play was stopped")],
    )
