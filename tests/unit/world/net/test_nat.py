"""The NAT: bindings that live as long as somebody inside speaks."""

from __future__ import annotations

from modemtwin.world.net.nat import Nat

INSIDE, OTHER = ("10.0.0.16", 49152), ("10.0.0.16", 49153)


def test_one_source_keeps_its_port_as_long_as_it_speaks() -> None:
    nat = Nat("198.18.0.1", 30)
    assert [nat.outbound(INSIDE, now) for now in (0, 30, 60)] == [("198.18.0.1", 40000)] * 3
    assert nat.outbound(OTHER, 60) == ("198.18.0.1", 40001)


def test_after_silence_the_binding_is_gone_and_the_next_one_is_another() -> None:
    nat = Nat("198.18.0.1", 30)
    nat.outbound(INSIDE, 0)
    assert nat.inbound(40000, 30) == INSIDE
    assert nat.inbound(40000, 31) is None
    assert nat.outbound(INSIDE, 31) == ("198.18.0.1", 40001)
    assert nat.inbound(40000, 31) is None
    assert nat.inbound(40001, 31) == INSIDE


def test_what_comes_in_keeps_no_binding_alive() -> None:
    nat = Nat("198.18.0.1", 30)
    nat.outbound(INSIDE, 0)
    assert nat.inbound(40000, 25) == INSIDE
    assert nat.inbound(40000, 40) is None


def test_a_port_that_was_never_bound_is_nobodys() -> None:
    assert Nat("198.18.0.1", 30).inbound(40000, 0) is None


def test_bindings_that_are_over_are_forgotten() -> None:
    nat = Nat("198.18.0.1", 10)
    for number in range(60_000):  # more than there are ports
        nat.outbound(("10.0.0.16", number), number * 11)
    assert nat.inbound(nat.outbound(INSIDE, 700_000)[1], 700_000) == INSIDE
