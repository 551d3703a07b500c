"""A random walk: whatever a TE types, whatever goes wrong and whoever sends what, the modem keeps its rules.

    a quarter of the steps     many short walks of Hypothesis, each in a new world, shrunken when one finds something
    all the others             one world that grows old, from a seed: its memory late beside its memory early

``python -m tests.world.random_walk --steps 200000`` walks the whole, the tests a part of it.
"""

from __future__ import annotations

import argparse
import gc
import time
import tracemalloc
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from random import Random

from tests.world.walk.moves import Move, draw
from tests.world.walk.walker import MODEMS, Walker

__all__ = ["Grown", "long_walk"]

_SHORT = 4
"""One step in so many is one of a short walk."""

_STEPS_EACH = 50
_KEPT = 1_000
_SHOWN = 60
_TOLD_EVERY = 10_000
_SETTLE_EVERY = 1_000
_LOOK_EVERY = 250
_ENOUGH = 20_000
"""Steps in one world whose first tenth fills what is bounded: of fewer nobody can say whether memory is flat."""

_MOST_GROWTH = 0.05
_LEAST_GROWTH = 512 * 1024


class Grown:
    """How much memory a walk takes: ``early`` after a tenth of it, ``late`` at its end, in bytes."""

    def __init__(self) -> None:
        self.early = self.late = 0

    @property
    def is_flat(self) -> bool:
        """Whether it has not grown by more than what chance makes of it."""
        return self.late - self.early <= max(_LEAST_GROWTH, self.early * _MOST_GROWTH)

    def __str__(self) -> str:
        late, early = (f"{size / 1024:,.0f} KiB" for size in (self.late, self.early))
        return f"memory {early} after a tenth of the steps, {late} after all"


def long_walk(walker: Walker, moves: Iterable[Move], steps: int) -> Grown:
    """Walk so many steps in one world; it is put right now and then, and its memory weighed when it is at rest."""
    grown = Grown()
    weigh_at = max(1, steps // 10)
    tracemalloc.start()
    try:
        for step, move in enumerate(moves, 1):
            walker.make(move)
            if step % _LOOK_EVERY == 0:
                walker.look_closely()
            if step % _SETTLE_EVERY == 0 or step in (weigh_at, steps):
                walker.settle()
            if step == weigh_at:
                grown.early = _weigh()
            if step == steps:
                grown.late = _weigh()
                break
    finally:
        tracemalloc.stop()
    return grown


def _weigh() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def main() -> int:
    """Walk, and say what came of it."""
    parser = argparse.ArgumentParser(
        prog="run.py walk", description="Walk at random through commands, faults, datagrams and time."
    )
    parser.add_argument("--steps", type=int, default=200_000, help="all walks together (default: 200000)")
    parser.add_argument("--seed", type=int, default=0, help="another seed is another walk (default: 0)")
    options = parser.parse_args()
    if options.steps < 100:
        parser.error(f"--steps: {options.steps} are too few for a walk; 100 is the least")
    try:
        return 0 if _short(options.steps // _SHORT, options.seed) and _long(options.steps, options.seed) else 1
    except KeyboardInterrupt:
        print("\ninterrupted")
        return 130


@contextmanager
def _telling(made: Counter[str]) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if not made["found"]:
            print(f"{error}\n\nfound at step {made['moves']:,}; now the shortest is looked for\n", flush=True)
        made["found"] += 1
        raise


def _short(steps: int, seed: int) -> bool:
    """Let Hypothesis walk; what it finds it shows shrunken, as it would be typed again."""
    from hypothesis import HealthCheck, settings
    from hypothesis import seed as seeded
    from hypothesis.stateful import run_state_machine_as_test

    from tests.world.walk.machine import Walk, made

    class Telling(Walk):
        """Says at once what it finds: to find the shortest that does takes minutes."""

        def make(self, *moves: Move) -> None:
            with _telling(made):
                super().make(*moves)

        def teardown(self) -> None:
            with _telling(made):
                super().teardown()

    begun, turn = time.perf_counter(), 0
    while made["moves"] < steps:
        chosen = settings(
            max_examples=max(1, min(200, (steps - made["moves"]) // _STEPS_EACH)),
            stateful_step_count=_STEPS_EACH,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        try:
            run_state_machine_as_test(seeded(seed * 1_000 + turn)(Telling), settings=chosen)
        except Exception as error:
            print(f"a short walk found something (--seed {seed}, turn {turn}), the shortest that does:\n")
            print("\n".join((*getattr(error, "__notes__", ()), f"\n{type(error).__name__}: {error}")))
            return False
        turn += 1
    print(
        f"{made['moves']:,} steps in {made['walks']:,} short walks, each played again from its journal and once more "
        f"from its seed, in {time.perf_counter() - begun:.0f} s",
        flush=True,
    )
    return True


def _long(steps: int, seed: int) -> bool:
    """Walk on in one world for the steps that are left."""
    from tests.world.walk.machine import made

    left = max(10, steps - made["moves"])
    chance, walker, last = Random(seed), Walker(seed, keep=_KEPT), deque[Move](maxlen=_SHOWN)
    begun = time.perf_counter()

    def moves() -> Iterable[Move]:
        for step in count(1):
            move = draw(chance, len(MODEMS))
            last.append(move)
            yield move
            if step % _TOLD_EVERY == 0:
                print(f"    {step:,} of {left:,} steps in one world, {time.perf_counter() - begun:.0f} s", flush=True)

    try:
        grown = long_walk(walker, moves(), left)
    except Exception as error:
        print(f"the long walk found something (--seed {seed}) at step {walker.counts.total():,}; the last moves:\n")
        print("\n".join(f"    {move!r}," for move in last))
        print("\n".join((*getattr(error, "__notes__", ()), f"\n{type(error).__name__}: {error}")))
        return False
    took, days = time.perf_counter() - begun, walker.world.now / 86_400e6
    print(f"{left:,} steps in one world, {days:,.0f} days of it, in {took:.0f} s: {grown}")
    print("\n".join(f"    {count:>12,}  {what}" for what, count in sorted(walker.tallies().items())))
    if left < _ENOUGH:
        print(f"whether memory is flat cannot be said of fewer than {_ENOUGH:,} steps in one world")
        return True
    print(f"the memory is {'' if grown.is_flat else 'not '}flat")
    return grown.is_flat


if __name__ == "__main__":
    raise SystemExit(main())
