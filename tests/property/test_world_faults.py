"""Any faults at all: the world goes on, the journal replays, the same seed gives the same bytes, and all of it ends."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modemtwin.world.fault.fault import Fault
from modemtwin.world.fault.kinds import OneOf, OneOfOrNot
from modemtwin.world.fault.table import ACTS, FAULT_KEYS, OCCASIONS, check_fault, keys_of
from modemtwin.world.journal.redactor import INEXACT
from modemtwin.world.journal.replay import replay
from modemtwin.world.mobile import Mobile
from modemtwin.world.schema import Number, Whole
from modemtwin.world.world import World
from tests.world.plays import trying

_KINDS = {key.name.removeprefix("fault."): key.kind for key in FAULT_KEYS}
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "at": st.floats(0, 60),
    "period": st.floats(0.5, 60),
    "after": st.floats(0, 30),
    "before": st.floats(30, 90),
    "by": st.floats(0, 10),
    "lasting": st.floats(0, 30),
    "code": st.sampled_from(["2.05", "GET", "4.xx", "request", "response", "empty", "POST"]),
    "token": st.sampled_from(["", "ab", "0011"]),
    "option": st.sampled_from(["Observe", "Uri-Path", "#60000"]),
    "path": st.sampled_from(["/", "/time", "fault"]),
    "payload": st.sampled_from(["", ".", "fault", r"^\d+$", "(a|b)+"]),
    "text": st.sampled_from(["", ".", "AT", "CCOAP", "OK", "ERROR", r"^\+"]),
    "reply": st.sampled_from(["RST", "ACK", "4.04", "5.03", "2.05"]),
    "pin": st.sampled_from(["1234", "99999999"]),
    "mid": st.integers(0, 4),
    "nth": st.integers(1, 5),
    "every": st.integers(1, 4),
    "times": st.integers(1, 5),
    "copies": st.integers(1, 2),
    "length": st.integers(0, 20),
    "commands": st.integers(1, 5),
    "packets": st.integers(1, 20),
    "baud": st.sampled_from([50, 300, 9_600, 4_000_000]),
}


def _value(name: str) -> st.SearchStrategy[Any]:
    if name in _VALUES:
        return _VALUES[name]
    match _KINDS[name]:
        case OneOf(words):
            return st.sampled_from(words)
        case OneOfOrNot() as kind:
            return st.sampled_from(kind.every)
        case Whole(low, high):
            return st.integers(low, high)
        case Number(low, high):
            return st.floats(low, high)
        case kind:
            raise AssertionError(f"no values of {kind} for {name}")


@st.composite
def _faults(draw: st.DrawFn) -> Fault:
    act = ACTS[draw(st.sampled_from(sorted(ACTS)))]
    row = OCCASIONS[draw(st.sampled_from(act.on))]
    names = draw(st.lists(st.sampled_from(sorted({*keys_of(row.build), *row.counts})), unique=True, max_size=4))
    keys = {"do": act.name, "on": row.name} | {name: draw(_value(name)) for name in (*names, *keys_of(act.build))}
    return check_fault(keys)


def _run(faults: list[Fault], seed: int) -> tuple[World, Mobile]:
    world = World(seed)
    world.add_server()
    modem = world.add_modem(path={"delay": 0.2, "loss": 0.1}, faults=faults, program=trying)
    world.run_for(150)
    return world, modem


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_faults(), min_size=1, max_size=4), st.integers(0, 5))
def test_whatever_goes_wrong_the_journal_replays_and_the_seed_gives_it_again(faults: list[Fault], seed: int) -> None:
    world, modem = _run(faults, seed)
    text = modem.journal.text()
    if len(modem.journal) < 3_000:  # copies of copies of lines are many, and the journal in memory has an end
        assert replay(text) is None or INEXACT in text
    again, other = _run(faults, seed)
    assert (again.log(), other.journal.text()) == (world.log(), text)


@settings(max_examples=60, deadline=None)
@given(st.lists(_faults(), min_size=1, max_size=4))
def test_a_modem_answers_again_once_its_faults_are_taken_away(faults: list[Fault]) -> None:
    world = World(1)
    modem = world.add_modem()
    world.run_for(3)
    modem.arm(*faults)
    modem.to_modem(b"AT\rAT+CGMM\rAT+CPIN?\r")
    world.run_for(20)
    modem.disarm()
    world.run_for(60)
    modem.to_modem(b"\r")
    modem.te.unread.clear()
    assert modem.type_("AT").endswith("\r\nOK\r\n")


@given(_faults())
def test_a_fault_says_itself_in_words_that_make_it_again(fault: Fault) -> None:
    if "'" in fault.words or "*" in fault.words or '"' in fault.words:  # what a shell would have to quote, or a PIN
        return
    words = dict(word.split("=", 1) for word in fault.words.split(" "))
    assert check_fault(words, typed=True).words == fault.words
