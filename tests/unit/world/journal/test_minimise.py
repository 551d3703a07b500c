"""The least that still fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemtwin.modem.doors import BearerGranted, CardRemoved, Effect, Note, PowerOn, Stimulus, UartRx, UartTx
from modemtwin.world.journal.journal import Entry, Header, Journal, parse_journal
from modemtwin.world.journal.minimise import minimise, minimise_journal, rerun, told
from modemtwin.world.journal.replay import replay
from tests.unit.world.far_end import FarEnd


def test_what_is_not_needed_is_left_out() -> None:
    runs: list[list[int]] = []

    def fails(items: list[int]) -> bool:
        runs.append(items)
        return {3, 70}.issubset(items)

    assert minimise(range(100), fails) == [3, 70]
    assert len(runs) < 60


def test_it_stops_when_it_is_enough() -> None:
    runs: list[int] = []

    def fails(items: list[int]) -> bool:
        runs.append(len(items))
        return 3 in items

    kept = minimise(range(1000), fails, enough=lambda: len(runs) > 11)
    assert fails(kept)
    assert len(kept) < 1000


@given(st.sets(st.integers(0, 40), min_size=1), st.integers(41, 60))
def test_what_is_left_is_exactly_what_it_takes(needed: set[int], size: int) -> None:
    assert minimise(range(size), lambda items: needed.issubset(items)) == sorted(needed)


@given(st.lists(st.integers(0, 9), min_size=3, max_size=30))
def test_no_single_item_can_be_left_out_where_the_failure_is_no_set(items: list[int]) -> None:
    def fails(kept: list[int]) -> bool:
        return sum(kept) % 7 == sum(items) % 7 and len(kept) > 1

    kept = minimise(items, fails)
    assert fails(kept)
    assert not any(fails(kept[:place] + kept[place + 1 :]) for place in range(len(kept)))


def test_what_can_be_left_out_once_something_behind_it_is_gone_is_left_out() -> None:
    assert minimise(range(10), lambda items: 9 in items and (1 in items or 8 not in items)) == [9]


def test_what_does_not_fail_is_an_error() -> None:
    with pytest.raises(ValueError, match="with all of them it does not fail"):
        minimise([1, 2], lambda items: False)


def test_a_journal_is_cut_down_to_the_lines_that_it_takes() -> None:
    conversation = FarEnd()
    conversation.type("ATI\rAT+CSQ\r", chunk=3)
    for path in ("time", "hello", "large"):
        conversation.ask(f'code,1,uri-path,0,"{path}"')
    conversation.type("AT+CCOAPTERM\rAT+CCOAPREAD=1\r")
    header, entries = parse_journal(conversation.written)
    least = minimise_journal(header, entries, lambda run: any("there is no CoAP object" in line for line in told(run)))
    assert [entry.stimulus for entry in least.entries] == [PowerOn(), UartRx(b"AT+CCOAPREAD=1\r")]
    assert (least.stimuli, least.of) == (2, sum(1 for unit in least.entries) + least.of - 2)
    assert least.of > 15
    assert least.least


def test_time_runs_on_by_the_modems_timers() -> None:
    conversation = FarEnd(lost=range(100))
    conversation.type("ATI\r")
    conversation.ask("code,1", wait=100)
    conversation.type("AT+CSQ\r")
    header, entries = parse_journal(conversation.written)
    least = minimise_journal(header, entries, lambda run: any("+CCOAPACTION: 2,1" in line for line in told(run)))
    typed = [entry.stimulus.data for entry in least.entries if isinstance(entry.stimulus, UartRx)]
    assert typed == [b"AT+CNACT=1\r", b"AT+CCOAPINIT\r", b'AT+CCOAPURL="coap://198.51.100.9"\r', b"AT+CCOAPACTION\r"]
    assert BearerGranted(0, "10.94.36.44") in [entry.stimulus for entry in least.entries]
    assert least.entries[-1].effects[-1] == UartTx(b"\r\n+CCOAPACTION: 2,1\r\n"), "nothing comes after the failure"


def test_what_is_left_replays() -> None:
    conversation = FarEnd(lost=[1, 2])
    conversation.ask("code,1")
    header, entries = parse_journal(conversation.written)
    least = minimise_journal(header, entries, lambda run: any("+CCOAPRECV" in line for line in told(run)))
    journal = Journal(header)
    for entry in least.entries:
        journal.record(*entry)
    assert replay(journal.text()) is None


def test_what_fails_only_later_is_not_taken_for_the_failure() -> None:
    conversation = FarEnd(lost=range(5, 100))
    for _ in range(3):
        conversation.ask("code,1", wait=100)
    header, entries = parse_journal(conversation.written)
    assert "+CCOAPACTION: 2,3" in conversation.written
    least = minimise_journal(header, entries, lambda run: any("+CCOAPACTION: 2,3" in line for line in told(run)))
    typed = [entry.stimulus.data for entry in least.entries if isinstance(entry.stimulus, UartRx)]
    assert typed.count(b"AT+CCOAPACTION\r") == 3
    assert least.entries[-1].now <= entries[-1].now


def test_something_between_the_pieces_of_a_line_stays_between_them() -> None:
    entries = [
        Entry(0, PowerOn(), ()),
        Entry(1, UartRx(b"AT+C"), ()),
        Entry(2, CardRemoved(), ()),
        Entry(3, UartRx(b"PIN?\r"), ()),
    ]
    least = minimise_journal(
        Header(), entries, lambda run: any("no SIM card in the holder" in line for line in told(run))
    )
    assert [(entry.now, entry.stimulus) for entry in least.entries] == [(e.now, e.stimulus) for e in entries]


def test_it_says_whether_all_was_tried() -> None:
    runs = 0

    def enough() -> bool:
        nonlocal runs
        runs += 1
        return runs > 3

    entries = [Entry(now, UartRx(b"ATI\r"), ()) for now in range(100)]
    entries.insert(0, Entry(0, PowerOn(), ()))
    assert not minimise_journal(Header(), entries, lambda run: len(run) > 50, enough=enough).least
    assert minimise_journal(Header(), entries, lambda run: len(run) > 50).least


def test_a_command_line_that_came_in_pieces_is_left_out_whole() -> None:
    entries = [Entry(0, PowerOn(), ()), *(Entry(1, UartRx(bytes((key,))), ()) for key in b"AT\rATI\rAT+CSQ\r")]
    least = minimise_journal(Header(), entries, lambda run: any("R1529" in line for line in told(run)))
    assert [entry.stimulus for entry in least.entries] == [
        PowerOn(),
        UartRx(b"A"),
        UartRx(b"T"),
        UartRx(b"I"),
        UartRx(b"\r"),
    ]


def test_a_journal_that_does_not_fail_again_is_an_error() -> None:
    with pytest.raises(ValueError, match="it does not fail"):
        minimise_journal(Header(), [Entry(0, PowerOn(), (Note("boom"),))], lambda run: "boom" in list(told(run)))


class Fragile:
    """A modem that fails at the third line."""

    def __init__(self) -> None:
        self._count = 0

    def handle(self, stimulus: Stimulus, now: int) -> list[Effect]:
        self._count += 1
        if self._count == 3:
            raise AssertionError("three are too many")
        return [UartTx(b"\r\nOK\r\n")]

    def next_timer(self) -> int | None:
        return None


def test_a_modem_that_fails_itself_says_so_in_the_end() -> None:
    entries = rerun(Header(), [(now, UartRx(b"AT\r")) for now in range(9)], 10, lambda header: Fragile())
    assert len(entries) == 3
    assert entries[-1].effects == (Note("the modem itself failed: AssertionError: three are too many"),)
