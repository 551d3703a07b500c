"""The path: delay, rate, losses, copies and order, each with chance as an argument."""

from __future__ import annotations

from random import Random

import pytest

from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.world.net.fate import Arrival, Lost, Outcome
from modemtwin.world.net.path import PERFECT, Path, PathSettings, Way, WaySettings

DATA = bytes(22)  # 50 bytes with its headers: 400 bits


class Dice(Random):
    """Chance that is told what to say, and then says 0.5."""

    def __init__(self, *told: float) -> None:
        super().__init__(0)
        self.told = list(told)

    def random(self) -> float:
        return self.told.pop(0) if self.told else 0.5


def way(*told: float, **settings: float) -> Way:
    return Way(WaySettings(**settings), Dice(*told))  # type: ignore[arg-type]  # the names are the settings'


def arrivals(outcome: Outcome) -> list[Micros]:
    assert not isinstance(outcome, Lost)
    return [copy.at for copy in outcome]


def test_a_perfect_path_delivers_at_once() -> None:
    path = Path(PERFECT, Random(1), Random(2))
    assert path.up.handle(DATA, 7) == (Arrival(7, DATA),)
    assert path.down.handle(DATA, 8) == (Arrival(8, DATA),)


def test_a_delay_is_the_same_for_all_and_jitter_adds_a_share_of_itself() -> None:
    assert arrivals(way(delay=0.3).handle(DATA, 1_000_000)) == [1_300_000]
    assert arrivals(way(0.25, delay=0.3, jitter=0.4).handle(DATA, 0)) == [400_000]


def test_jitter_keeps_the_order() -> None:
    jittery = way(0.9, 0.0, delay=0.1, jitter=1)
    assert arrivals(jittery.handle(DATA, 0)) == [1_000_000]
    assert arrivals(jittery.handle(DATA, 10)) == [1_000_000]


def test_bits_leave_one_after_the_other_headers_counted() -> None:
    slow = way(rate=400)
    assert [arrivals(slow.handle(DATA, now)) for now in (0, 0, 5_000_000)] == [[1_000_000], [2_000_000], [6_000_000]]


def test_what_would_wait_too_long_for_its_turn_is_lost() -> None:
    slow = way(rate=400, backlog=1.5)
    outcomes = [slow.handle(DATA, 0) for _ in range(4)]
    assert [isinstance(outcome, Lost) for outcome in outcomes] == [False, False, True, True]
    assert outcomes[2] == Lost("the queue is full: more than 1.5 s wait to be sent")
    assert arrivals(slow.handle(DATA, 2_000_000)) == [3_000_000]


@pytest.mark.parametrize(("half", "answer"), [(True, 2_000_000), (False, 1_000_000)])
def test_half_duplex_lets_one_direction_wait_for_the_other(half: bool, answer: Micros) -> None:
    slow = WaySettings(rate=400)
    path = Path(PathSettings(slow, slow, half_duplex=half), Random(1), Random(2))
    path.up.handle(DATA, 0)
    assert arrivals(path.down.handle(DATA, 0)) == [answer]


def test_what_is_lost_was_on_the_air_all_the_same() -> None:
    lossy = way(0.0, 0.9, rate=400, loss=0.5)
    assert lossy.handle(DATA, 0) == Lost("chance")
    assert arrivals(lossy.handle(DATA, 0)) == [2_000_000]


def test_what_does_not_fit_the_mtu_is_lost_and_its_size_is_told() -> None:
    narrow = way(mtu=78)
    assert narrow.handle(bytes(50), 0) == (Arrival(0, bytes(50)),)
    assert narrow.handle(bytes(51), 0) == Lost("79 bytes do not fit the MTU of 78")


def test_a_duplicate_comes_with_the_original_or_later() -> None:
    twice = way(0.0, 0.5, delay=1, duplicate=0.1)
    assert twice.handle(DATA, 0) == (Arrival(1_000_000, DATA), Arrival(1_500_000, DATA))


def test_what_is_held_back_is_overtaken() -> None:
    mixed = way(0.0, 0.9, delay=0.1, reorder=0.5, reorder_by=2)
    assert arrivals(mixed.handle(DATA, 0)) == [2_100_000]
    assert arrivals(mixed.handle(DATA, 10)) == [100_010]


def test_corruption_turns_one_bit_over() -> None:
    assert way(0.0, 0.5, corrupt=1).handle(b"\x00\x00", 0) == (Arrival(0, b"\x00\x01"),)
    assert way(0.0, corrupt=1).handle(b"", 0) == (Arrival(0, b""),)


def test_a_burst_loses_what_falls_into_it() -> None:
    bursty = Way(WaySettings(burst_every=60, burst_length=5), Random(4))
    fates = [isinstance(bursty.handle(DATA, second * MICROSECONDS), Lost) for second in range(60_000)]
    assert sum(fates) / len(fates) == pytest.approx(5 / 65, abs=0.01)
    runs = "".join(".x"[lost] for lost in fates).split(".")
    lengths = [len(run) for run in runs if run]
    assert sum(lengths) / len(lengths) > 3  # by themselves they would come one at a time


@pytest.mark.parametrize("loss", [0.05, 0.3, 0.5])
def test_the_share_that_is_lost_is_the_one_that_was_asked_for(loss: float) -> None:
    lossy = Way(WaySettings(loss=loss), Random(9))
    lost = sum(isinstance(lossy.handle(DATA, 0), Lost) for _ in range(20_000)) / 20_000
    assert lost == pytest.approx(loss, abs=4 * (loss * (1 - loss) / 20_000) ** 0.5)


def test_each_direction_has_its_own_settings_and_its_own_chance() -> None:
    path = Path(PathSettings(WaySettings(loss=1), WaySettings(delay=2)), Random(1), Random(2))
    assert path.up.handle(DATA, 0) == Lost("chance")
    assert path.down.handle(DATA, 0) == (Arrival(seconds(2), DATA),)
