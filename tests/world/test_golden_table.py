"""The outcome of a hundred exchanges for each loss and delay is what it was, to the microsecond."""

from __future__ import annotations

import pytest

from tests.world.table import DELAYS, EXCHANGES, GOLDEN, LOSSES, row


def rows() -> dict[tuple[float, float], str]:
    lines = GOLDEN.read_text("utf-8").splitlines()[1:]
    return {(float(line.split()[0]), float(line.split()[1])): line for line in lines}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_row_of_the_golden_table_comes_out_the_same(loss: float) -> None:
    assert [row(loss, delay) for delay in DELAYS] == [rows()[loss, delay] for delay in DELAYS]


def test_the_table_says_what_anybody_would_expect() -> None:
    ends = {key: tuple(map(int, line.split()[2:5])) for key, line in rows().items()}
    assert ends[0.0, 0.15] == (EXCHANGES, 0, EXCHANGES)  # nothing lost, nothing sent twice
    assert ends[1.0, 0.15] == (0, EXCHANGES, 5 * EXCHANGES)  # everything lost, five attempts each
    assert ends[0.0, 1.6][2] > EXCHANGES  # a round trip longer than ACK_TIMEOUT has requests sent twice for nothing
    assert ends[0.0, 40.0][0] < EXCHANGES  # an answer after the last wait comes too late
    for delay in DELAYS:
        answered = [ends[loss, delay][0] for loss in (0.0, 0.3, 0.5, 0.9, 1.0)]
        assert answered == sorted(answered, reverse=True)
