"""Bursts: how long they last, and arithmetic that is the same on every machine."""

from __future__ import annotations

import math
from random import Random

import pytest

from modemtwin.world.net.bursts import Bursts, faded


@pytest.mark.parametrize("span", [0.0, 1e-9, 0.001, 0.5, 1.0, 3.0, 10.0, 39.9])
def test_the_fading_is_that_of_the_exponential(span: float) -> None:
    assert faded(span) == pytest.approx(math.exp(-span), rel=1e-3, abs=1e-18)


def test_the_fading_of_a_long_span_is_nothing() -> None:
    assert faded(40.1) == faded(1e300) == 0.0


def test_the_fading_comes_out_the_same_to_the_last_bit() -> None:
    assert [faded(span).hex() for span in (0.1, 1.0, 7.0)] == [
        "0x1.cf46d9c1ad02cp-1",
        "0x1.78b56f287dc31p-2",
        "0x1.de1995d6bc4d6p-11",
    ]


def test_a_second_look_at_the_same_moment_sees_the_same() -> None:
    bursts = Bursts(10, 10, Random(3))
    for now in range(0, 100_000_000, 7_000_000):
        assert len({bursts.are_on(now) for _ in range(5)}) == 1
