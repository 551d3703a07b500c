"""Each key of a path does what its line in the reference says, by count: shares within four sigma, spans to the bit."""

from __future__ import annotations

from itertools import groupby, pairwise
from math import exp, sqrt
from random import Random

import pytest

from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.world.net.fate import Arrival, Lost
from modemtwin.world.net.path import OVERHEAD, Path, PathSettings, Way, WaySettings

COUNT = 10_000
DATA = bytes(22)
AIRTIME = (len(DATA) + OVERHEAD) * 8  # bits


def within_four_sigma(count: int, share: float, of: int = COUNT) -> bool:
    return abs(count / of - share) < 4 * sqrt(share * (1 - share) / of)


def sent(settings: WaySettings, *, every: float = 10.0, data: bytes = DATA, seed: int = 5) -> list[list[Arrival]]:
    """Send so many datagrams, one every so many seconds; give the copies of each that arrive, none for a lost one."""
    way = Way(settings, Random(seed))
    outcomes = [way.handle(data, number * seconds(every)) for number in range(COUNT)]
    return [[] if isinstance(outcome, Lost) else list(outcome) for outcome in outcomes]


def waits(copies: list[list[Arrival]], every: float = 10.0) -> list[Micros]:
    """How long each first copy took."""
    return [some[0].at - number * seconds(every) for number, some in enumerate(copies) if some]


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_duplicate_is_the_share_that_arrives_twice(share: float) -> None:
    copies = sent(WaySettings(delay=1, jitter=0.5, duplicate=share))
    assert {len(some) for some in copies} == {1, 2}
    assert within_four_sigma(sum(len(some) == 2 for some in copies), share)
    later = [some[1].at - some[0].at for some in copies if len(some) == 2]
    assert 0 <= min(later) < 0.05 * MICROSECONDS
    assert 1.45 * MICROSECONDS < max(later) < 1.5 * MICROSECONDS  # up to delay and jitter behind the first


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_reorder_is_the_share_that_is_held_back_and_reorder_by_is_for_how_long(share: float) -> None:
    took = waits(sent(WaySettings(delay=1, reorder=share, reorder_by=3)))
    assert set(took) == {1_000_000, 4_000_000}
    assert within_four_sigma(took.count(4_000_000), share)


def test_those_that_follow_closely_overtake_what_is_held_back() -> None:
    copies = sent(WaySettings(delay=1, reorder=0.2, reorder_by=3), every=0.5)
    moments = [some[0].at for some in copies]
    overtaken = sum(any(later < moment for later in moments[at + 1 : at + 7]) for at, moment in enumerate(moments))
    assert within_four_sigma(overtaken, 0.2)  # six come within the three seconds: hardly ever is each of them held back


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_corrupt_is_the_share_with_one_bit_turned_over_and_every_bit_has_its_turn(share: float) -> None:
    copies = sent(WaySettings(corrupt=share), data=bytes(4))
    turned = [int.from_bytes(some[0].data) for some in copies if some[0].data != bytes(4)]
    assert {bits.bit_count() for bits in turned} == {1}
    assert within_four_sigma(len(turned), share)
    for bit in range(32):
        assert within_four_sigma(turned.count(1 << bit), 1 / 32, len(turned))


def test_jitter_is_spread_evenly_from_nothing_to_its_whole() -> None:
    took = waits(sent(WaySettings(delay=0.3, jitter=0.4)))
    assert 300_000 <= min(took) < 301_000
    assert 699_000 < max(took) < 700_000
    assert abs(sum(took) / COUNT - 500_000) < 4 * 400_000 / sqrt(12 * COUNT)
    assert within_four_sigma(sum(span < 400_000 for span in took), 1 / 4)


@pytest.mark.parametrize("rate", [264, 15_000, 375_000])
def test_rate_is_bits_in_a_second_with_the_headers(rate: int) -> None:
    way = Way(WaySettings(rate=rate), Random(0))
    outcomes = [way.handle(DATA, 0) for _ in range(COUNT)]
    assert isinstance(outcomes[-1], tuple)
    bits = COUNT * (len(DATA) + OVERHEAD) * 8
    assert outcomes[-1][0].at / MICROSECONDS == pytest.approx(bits / rate, rel=1e-3)


def test_backlog_is_the_longest_wait_before_the_first_bit() -> None:
    way = Way(WaySettings(rate=AIRTIME, backlog=3), Random(0))  # a datagram takes a second
    outcomes = [way.handle(DATA, number * 100_000) for number in range(COUNT)]  # and ten of them come in one
    assert within_four_sigma(sum(not isinstance(outcome, Lost) for outcome in outcomes), 1 / 10)
    spans = [some[0].at - number * 100_000 for number, some in enumerate(outcomes) if not isinstance(some, Lost)]
    assert max(spans) == 4 * MICROSECONDS


@pytest.mark.parametrize(("half", "most"), [(True, 1), (False, 2)])
def test_half_duplex_halves_what_two_directions_carry(half: bool, most: int) -> None:
    slow = WaySettings(rate=AIRTIME, backlog=2)
    path = Path(PathSettings(slow, slow, half_duplex=half), Random(1), Random(2))
    ends = []
    for moment in range(0, 1_000 * MICROSECONDS, 250_000):
        for way in (path.up, path.down):
            outcome = way.handle(DATA, moment)
            ends += [] if isinstance(outcome, Lost) else [outcome[0].at]
    assert len(ends) == pytest.approx(1_000 * most, abs=3 * most)
    if half:  # never two at once
        assert all(later - earlier >= MICROSECONDS for earlier, later in pairwise(sorted(ends)))


def test_bursts_last_and_come_as_long_and_as_often_as_they_should() -> None:
    """Looked at once a second, a chain of good and bad spans of exponential length is one of good and bad looks."""
    every, length = 20.0, 5.0
    fates = [bool(some) for some in sent(WaySettings(burst_every=every, burst_length=length), every=1.0)]
    bad, faded = length / (every + length), exp(-(1 / every + 1 / length))
    for arrives, leaving in ((False, (1 - bad) * (1 - faded)), (True, bad * (1 - faded))):
        runs = [sum(1 for _ in run) for state, run in groupby(fates) if state == arrives]
        mean, sigma = 1 / leaving, sqrt(1 - leaving) / leaving  # the lengths of the runs are geometric
        assert abs(sum(runs) / len(runs) - mean) < 4 * sigma / sqrt(len(runs))
        assert max(runs) > 2 * mean


@pytest.mark.parametrize("loss", [0.25, 0.6, 1.0])
def test_burst_loss_is_the_share_lost_within_a_burst_and_loss_comes_on_top(loss: float) -> None:
    settings = WaySettings(loss=0.1, burst_every=20, burst_length=5, burst_loss=loss)
    way = Way(settings, Random(5))
    outcomes = [way.handle(DATA, number * seconds(600)) for number in range(COUNT)]  # far apart: each by itself
    assert within_four_sigma(outcomes.count(Lost("chance")), 0.1)
    assert within_four_sigma(outcomes.count(Lost("a burst of losses")), 0.9 * loss * 5 / 25)


def test_bursts_of_an_hour_are_seen_by_who_sends_once_in_a_day() -> None:
    lost = sum(not some for some in sent(WaySettings(burst_every=3 * 3600, burst_length=3600), every=86_400.0))
    assert within_four_sigma(lost, 1 / 4)
