"""The golden table: how a hundred exchanges end, and how long they take, for each loss and delay.

``python -m tests.world.table`` writes ``tests/golden/outcomes.txt`` anew; a difference there is a change of
behaviour, to be read before it is kept.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from modemtwin.clockwork import MICROSECONDS
from modemtwin.world.world import World
from tests.world.plays import exchanges

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "outcomes.txt"
LOSSES = (0.0, 0.05, 0.1, 0.3, 0.5, 0.9, 1.0)
DELAYS = (0.0, 0.15, 0.9, 1.6, 5.0, 40.0)
EXCHANGES = 100


def table() -> str:
    """Write the table."""
    lines = ["# loss  delay/s  answered  given up  datagrams up  seconds"]
    lines += [row(loss, delay) for loss in LOSSES for delay in DELAYS]
    return "\n".join(lines) + "\n"


def row(loss: float, delay: float) -> str:
    """Run one world."""
    world = World(seed=round(loss * 100) + round(delay * 1000))
    world.add_server()
    ups = Counter[str]()
    world.on_fate = lambda fate: ups.update([fate.direction])
    path = {"delay": delay, "jitter": delay / 10, "loss": loss}
    modem = world.add_modem(path=path, program=exchanges(EXCHANGES))
    world.run_until(lambda: modem.te.is_done, within=1e6)
    ends = Counter(modem.te.result)
    took = world.now / MICROSECONDS
    return f"{loss:6.2f} {delay:8.2f} {ends['answered']:9} {ends['given up']:9} {ups['up']:13} {took:14.6f}"


if __name__ == "__main__":
    GOLDEN.write_text(table(), "utf-8")
