"""A state that changes by itself."""

from __future__ import annotations

from modemtwin.clockwork import seconds
from modemtwin.world.peer.restless import Restless
from modemtwin.world.peer.shelf import Thing


def state(count: int) -> Thing:
    return Thing(b"state %d" % count, 0)


def test_it_counts_every_five_seconds_from_when_it_is_first_asked() -> None:
    restless = Restless()
    moments = (1000, 1004.9, 1005, 1009.9, 1010, 1101)
    assert [restless.at(seconds(moment)) for moment in moments] == [state(count) for count in (1, 1, 2, 2, 3, 21)]


def test_it_says_when_it_changes() -> None:
    restless = Restless()
    assert [restless.next_change(seconds(now)) for now in (10, 12, 15, 33)] == [
        seconds(15),
        seconds(15),
        seconds(20),
        seconds(35),
    ]


def test_what_is_put_lasts_as_long_as_any_state() -> None:
    restless = Restless()
    restless.change(Thing(b"x", 50), seconds(3))
    assert restless.next_change(seconds(3)) == seconds(8)
    assert [restless.at(seconds(now)) for now in (3, 7.9, 8, 13)] == [
        Thing(b"x", 50),
        Thing(b"x", 50),
        state(2),
        state(3),
    ]


def test_what_is_removed_comes_back_and_starts_over() -> None:
    restless = Restless()
    assert restless.at(0) == state(1)
    restless.change(None, seconds(22))
    assert [restless.at(seconds(now)) for now in (22, 26.9, 27, 32)] == [None, None, state(1), state(2)]
