"""A part of what ``python3 run.py walk`` walks; and what the watchers of the walk are there to see, they see."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from modemtwin.clockwork import MICROSECONDS
from modemtwin.coap.message import Message, encode
from tests.world.random_walk import Grown
from tests.world.walk.ledger import Ledger
from tests.world.walk.machine import Walk, made
from tests.world.walk.moves import Hands, Move, Pass, Type
from tests.world.walk.tap import Broken
from tests.world.walk.walker import Walker, again

_PART = settings(
    settings.get_profile("gate"),
    max_examples=50,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
)
_MOVES: tuple[Move, ...] = (Hands(0, "go online"), Type(0, b"AT+CCOAPACTION\r"), Pass(5 * MICROSECONDS))


def test_a_random_walk_finds_nothing() -> None:
    before = made["moves"]
    run_state_machine_as_test(Walk, settings=_PART)
    assert made["moves"] - before > 1_000


def test_another_seed_is_another_walk() -> None:
    one, other = (again(seed, ("first",), _MOVES).bytes_of_it() for seed in (0, 1))
    assert one != other


class Tampered:
    """An interpreter that says something else than it should."""

    def __init__(self, real: Any, text: bytes, instead: bytes) -> None:
        self._real, self._text, self._instead = real, text, instead

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def step(self, now: int) -> bytes | None:
        said: bytes | None = self._real.step(now)
        return said and said.replace(self._text, self._instead)


@pytest.mark.parametrize(
    ("text", "instead", "what"),
    [
        (b"\r\nOK\r\n", b"", "a line has no result"),
        (b"\r\nOK\r\n", b"\r\nOK\r\n\r\nOK\r\n", "a line has more than one result"),
        (b"\r\nOK\r\n", b"\r\n+CCOAPRECV: 1,4,0\r\n\r\nOK\r\n", "a URC inside the reply to a line"),
        (b"AT\r", b"A\r", "the echo is not what was typed"),
    ],
)
def test_a_reply_that_is_not_right_is_seen(text: bytes, instead: bytes, what: str) -> None:
    walker = Walker(0, ("first",))
    tap = walker.watched[0].tap
    tap._real = Tampered(tap._real, text, instead)
    with pytest.raises(Broken, match=what):
        walker.make(Type(0, b"AT\r"))


_SEARCHING: tuple[Move, ...] = (Hands(0, "go online"), Type(0, b"AT+COPS=?\r"), Pass(MICROSECONDS))


def test_typing_on_may_break_a_search_off() -> None:
    tap = again(0, ("first",), (*_SEARCHING, Type(0, b"AT\r"))).watched[0].tap
    assert (tap.open, tap.counts["lines broken off"]) == (None, 1)


@pytest.mark.parametrize(
    ("attribute", "instead", "what"),
    [("open", b"+CNACT=1", "while another one is held"), ("_held_at", 1 << 40, "too early")],
)
def test_a_line_that_may_not_be_broken_off_is_seen(attribute: str, instead: object, what: str) -> None:
    walker = again(0, ("first",), _SEARCHING)
    tap = walker.watched[0].tap
    setattr(tap, attribute, instead)
    with pytest.raises(Broken, match=what):
        walker.make(Type(0, b"AT\r"))


def test_a_call_that_the_journal_has_not_is_seen() -> None:
    walker = again(0, ("first",), _MOVES)
    walker.check_journals()
    walker.watched[0].mobile.journal._entries.pop()
    with pytest.raises(Broken, match="the journal has not every call"):
        walker.check_journals()


def test_a_table_that_grows_is_seen() -> None:
    walker = again(0, ("first",), _MOVES)
    walker.look_closely()
    walker.watched[0].modem._parts.device.settings.update({str(number): () for number in range(1_000)})
    with pytest.raises(Broken, match=r"device\.settings has 10\d\d entries"):
        walker.look_closely()


def test_the_ledger_wants_one_end_for_each_packet() -> None:
    coap, ledger = object(), Ledger()
    ledger.reply("+CCOAPACTION", ["+CCOAPACTION: 0,1"], coap)
    ledger.sent(encode(Message(0, 1, 1)))
    with pytest.raises(Broken, match="packets without an end"):
        ledger.close()
    ledger.urc("+CCOAPACTION: 2,1", coap)
    ledger.close()
    with pytest.raises(Broken, match="the end of a packet that is not open"):
        ledger.urc("+CCOAPACTION: 2,1", coap)
    ledger.reply("+CCOAPTERM", [], None)
    with pytest.raises(Broken, match="none is open"):
        ledger.urc("+CCOAPACTION: 3", None)


@pytest.mark.parametrize(("late", "flat"), [(10_000_000, True), (10_400_000, True), (10_600_000, False)])
def test_memory_is_flat_when_it_grows_by_no_more_than_chance_makes_of_it(late: int, flat: bool) -> None:
    grown = Grown()
    grown.early, grown.late = 10_000_000, late
    assert grown.is_flat == flat
