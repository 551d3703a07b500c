"""Whatever a path is like, what it does to datagrams makes sense."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from modemtwin.clockwork import seconds
from modemtwin.world.net.fate import Lost
from modemtwin.world.net.path import OVERHEAD, PathSettings, Way, WaySettings
from modemtwin.world.world import World
from tests.world.plays import exchanges

SHARES = st.sampled_from([0.0, 0.1, 0.5, 1.0])
SPANS = st.sampled_from([0.0, 0.001, 0.3, 7.0])
WAYS = st.builds(
    WaySettings,
    delay=SPANS,
    jitter=SPANS,
    rate=st.sampled_from([0.0, 1.0, 264.0, 1e9]),
    backlog=st.none() | SPANS,
    mtu=st.sampled_from([0, 68, 200]),
    loss=SHARES,
    burst_every=SPANS,
    burst_loss=SHARES,
    duplicate=SHARES,
    reorder=SHARES,
    reorder_by=SPANS,
    corrupt=SHARES,
)
TRAFFIC = st.lists(st.tuples(st.integers(0, 5_000_000), st.binary(max_size=300)), max_size=30)


@given(WAYS, TRAFFIC, st.integers(0, 2**64 - 1))
def test_a_datagram_arrives_after_it_was_sent_once_or_twice_or_is_lost_for_a_reason(
    settings: WaySettings, traffic: list[tuple[int, bytes]], seed: int
) -> None:
    way, now = Way(settings, Random(seed)), 0
    for gap, data in traffic:
        now += gap
        outcome = way.handle(data, now)
        if isinstance(outcome, Lost):
            assert outcome.reason
            continue
        assert 1 <= len(outcome) <= 2
        slowest = (len(data) + OVERHEAD) * 8_000_000 / settings.rate if settings.rate else 0
        for copy in outcome:
            assert copy.at >= now + seconds(settings.delay) + slowest - 1
            flipped = sum((a ^ b).bit_count() for a, b in zip(copy.data, data, strict=True))
            assert flipped == (bool(data) if settings.corrupt == 1 else flipped if settings.corrupt else 0) <= 1


@given(WAYS, TRAFFIC, st.integers(0, 2**64 - 1))
def test_without_reordering_the_first_copies_keep_their_order(
    settings: WaySettings, traffic: list[tuple[int, bytes]], seed: int
) -> None:
    way, now, moments = Way(settings, Random(seed)), 0, list[int]()
    for gap, data in traffic:
        now += gap
        outcome = way.handle(data, now)
        if settings.reorder == 0 and not isinstance(outcome, Lost):
            moments.append(outcome[0].at)
    assert moments == sorted(moments)


@given(WAYS, WAYS, st.booleans(), st.integers(0, 1_000))
def test_over_any_path_each_exchange_ends_and_the_world_comes_to_rest(
    up: WaySettings, down: WaySettings, half_duplex: bool, seed: int
) -> None:
    world = World(seed)
    world.add_server()
    modem = world.add_modem(path=PathSettings(up, down, half_duplex), program=exchanges(2))
    world.run_until_idle(1e6)
    assert len(modem.te.result) == 2
