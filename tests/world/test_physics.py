"""As many exchanges are given up as the arithmetic of five attempts says, and after the times of RFC 7252."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt

import pytest

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.modem.doors import Effect, UartTx
from modemtwin.world.mobile import Mobile
from modemtwin.world.world import World
from tests.world.plays import exchanges

MAX_TRANSMIT_WAIT = 93 * MICROSECONDS  # RFC 7252 §4.8.2
EXCHANGES = 4_000


def chance_of_no_answer(loss: float) -> float:
    """Five attempts, each of which is lost on its way there or its answer on its way back."""
    return float((1 - (1 - loss) ** 2) ** 5)


def test_the_arithmetic_gives_345_in_ten_thousand_at_thirty_percent() -> None:
    assert round(chance_of_no_answer(0.3), 4) == 0.0345


@pytest.mark.parametrize("loss", [0.1, 0.3, 0.5])
def test_the_share_of_timeouts_is_within_four_sigma_of_the_arithmetic(loss: float) -> None:
    world = World(seed=30)
    world.add_server()
    modem = world.add_modem(path={"delay": 0.15, "loss": loss})
    waits = listen_for_timeouts(modem)
    modem.play(exchanges(EXCHANGES))
    world.run_until(lambda: modem.te.is_done, within=1e6)
    expected = chance_of_no_answer(loss)
    sigma = sqrt(expected * (1 - expected) / EXCHANGES)
    assert set(modem.te.result) <= {"answered", "given up"}
    assert modem.te.result.count("given up") == len(waits)
    assert abs(len(waits) / EXCHANGES - expected) < 4 * sigma
    assert max(waits, default=0) <= MAX_TRANSMIT_WAIT


def listen_for_timeouts(modem: Mobile) -> list[Micros]:
    """Give a list that will hold how long after its ``0,mid`` each ``2,mid`` came."""
    begun: Micros = 0
    waits: list[Micros] = []

    def listen(now: Micros, effect: Effect) -> None:
        nonlocal begun
        if isinstance(effect, UartTx) and b"+CCOAPACTION: 0," in effect.data:
            begun = now
        if isinstance(effect, UartTx) and b"+CCOAPACTION: 2," in effect.data:
            waits.append(now - begun)

    modem.on_effect = listen
    return waits


def test_no_timeout_comes_later_than_max_transmit_wait_nor_earlier_than_the_shortest_waits_add_up_to() -> None:
    world = World(seed=1)
    modem = world.add_modem(path={"loss": 1.0})
    waits = listen_for_timeouts(modem)
    modem.play(exchanges(200))
    world.run_until(lambda: modem.te.is_done, within=1e6)
    assert len(waits) == 200
    assert max(waits) <= MAX_TRANSMIT_WAIT
    assert min(waits) >= 62 * MICROSECONDS  # RFC 7252 §4.2: 2 s, doubled four times, without the random factor
    assert max(waits) - min(waits) > 25 * MICROSECONDS  # the random factor is at work


def test_a_con_to_nobody_is_sent_five_times_with_the_gaps_doubled() -> None:
    world = World(seed=2)
    modem = world.add_modem(path={"loss": 1.0}, program=exchanges(1))
    world.run_until_idle()
    moments = [fate.now for fate in world.fates]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert modem.te.result == ["given up"]
    assert len(moments) == 5
    assert 2 * MICROSECONDS <= gaps[0] <= 3 * MICROSECONDS
    assert gaps == [gaps[0], 2 * gaps[0], 4 * gaps[0], 8 * gaps[0]]
