"""Timers as the network codes them."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.modem.parts import network_timers as timers


@pytest.mark.parametrize(
    ("octet", "span"),
    [
        (0b000_00001, 600.0),
        (0b001_00001, 3_600.0),
        (0b010_11111, 1_116_000.0),
        (0b011_00101, 10.0),
        (0b100_00010, 60.0),
        (0b101_00010, 120.0),
        (0b110_00001, 1_152_000.0),
    ],
)
def test_each_unit_of_t3412(octet: int, span: float) -> None:
    assert timers.periodic(octet) == seconds(span)
    assert timers.periodic(timers.periodic_octet(span)) == seconds(span)


@pytest.mark.parametrize(("octet", "span"), [(0b000_00101, 10), (0b001_00010, 120), (0b010_11111, 11_160), (0, 0)])
def test_each_unit_of_t3324(octet: int, span: float) -> None:
    assert timers.active(octet) == seconds(span)
    assert timers.active_octet(span) == octet


def test_an_unknown_unit_of_t3324_counts_minutes() -> None:
    assert timers.active(0b100_00011) == seconds(180)


def test_a_timer_that_is_off_has_no_span() -> None:
    assert timers.periodic(timers.OFF) is None
    assert timers.active(timers.OFF) is None


def test_a_span_that_cannot_be_coded_is_rounded_up_and_the_longest_is_the_end() -> None:
    assert timers.periodic(timers.periodic_octet(63)) == seconds(90)
    assert timers.active(timers.active_octet(1e9)) == seconds(11_160)


def test_cycles_of_edrx_from_5_seconds_to_3_hours() -> None:
    assert timers.cycle(0, narrow=False) == seconds(5.12)
    assert timers.cycle(2, narrow=True) == seconds(20.48)
    assert timers.cycle(9, narrow=True) == seconds(163.84)
    assert timers.cycle(15, narrow=True) == seconds(10_485.76)


def test_nb_iot_takes_a_cycle_that_it_does_not_have_for_20_seconds() -> None:
    assert timers.cycle(0, narrow=True) == timers.cycle(7, narrow=True) == seconds(20.48)


@pytest.mark.parametrize("narrow", [True, False])
def test_what_is_coded_is_at_least_what_was_wanted(narrow: bool) -> None:
    for span in (5.12, 20.48, 21, 300, 10_485.76):
        assert timers.cycle(timers.cycle_code(span, narrow=narrow), narrow=narrow) >= seconds(span)
    for span in (1.28, 2.56, 10.24, 20.48):
        assert timers.window(timers.window_code(span, narrow=narrow), narrow=narrow) >= seconds(span)


def test_windows_of_nb_iot_are_twice_as_long() -> None:
    assert timers.window(3, narrow=True) == seconds(10.24)
    assert timers.window(3, narrow=False) == seconds(5.12)
