"""Echo values prove that a request is fresh (RFC 9175 §2)."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import Micros, seconds
from modemtwin.world.peer.freshness import FRESH_FOR, Freshness

THEN = seconds(1000)


@pytest.mark.parametrize(
    ("now", "proven"),
    [(THEN, True), (THEN + FRESH_FOR, True), (THEN + FRESH_FOR + 1, False), (THEN - 1, False)],
)
def test_a_value_proves_freshness_for_ten_seconds(now: Micros, proven: bool) -> None:
    freshness = Freshness(b"secret")
    assert freshness.is_proven(freshness.value(THEN), now) is proven


@pytest.mark.parametrize("value", [None, b"", b"\x00" * 16, b"\xff" * 40])
def test_what_the_server_never_said_proves_nothing(value: bytes | None) -> None:
    assert not Freshness(b"secret").is_proven(value, THEN)


def test_a_value_cannot_be_made_younger_nor_by_another_server() -> None:
    freshness = Freshness(b"secret")
    value = freshness.value(THEN)
    younger = (THEN + 1).to_bytes(8, "big") + value[8:]
    assert not freshness.is_proven(younger, THEN + 1)
    assert not freshness.is_proven(Freshness(b"another").value(THEN), THEN)


def test_a_value_is_as_long_as_the_option_allows() -> None:
    assert len(Freshness(b"").value(-1)) == 16  # RFC 9175 §2.1: 1 to 40 bytes
