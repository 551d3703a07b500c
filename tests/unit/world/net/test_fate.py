"""Fates, as lines that a person reads."""

from __future__ import annotations

from modemtwin.world.net.fate import Arrival, Fate, Lost, Outcome, passage, told


def shown(outcome: Outcome, data: bytes = b"\x40\x01") -> str:
    return told(Fate(1_500_000, "m1", "up", ("10.0.0.16", 49152), ("2001:db8::1", 5683), data, outcome))


def test_a_fate_is_one_line() -> None:
    start = "1.500000 m1 up 10.0.0.16:49152 > [2001:db8::1]:5683 4001"
    assert shown((Arrival(2_000_000, b"\x40\x01"),)) == f"{start} arrives 2.000000"
    assert shown((Arrival(2_000_000, b"\x40\x01"), Arrival(2_000_001, b"\x40\x03"))) == (
        f"{start} arrives 2.000000 and 2.000001 as 4003"
    )
    assert shown(Lost("chance")) == f"{start} lost: chance"


def test_a_log_with_a_clock_of_its_own_has_no_second_one() -> None:
    ends = ("10.0.0.16", 49152), ("192.0.2.1", 5683)
    late = (Arrival(2_000_000, b"@"), Arrival(2_500_000, b"A"))
    assert passage(Fate(1_500_000, "m1", "up", *ends, b"@", late)) == (
        "m1 up 10.0.0.16:49152 > 192.0.2.1:5683 40 arrives after 0.500000 s and 1.000000 s as 41"
    )
    assert passage(Fate(1_500_000, "m1", "up", *ends, b"@", Lost("chance"))).endswith(" 40 lost: chance")


def test_an_empty_datagram_shows_a_dash() -> None:
    assert " - arrives" in shown((Arrival(0, b""),), b"")
