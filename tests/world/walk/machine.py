"""The walk as Hypothesis makes it: many short ones, each in a world of its own, shrunken when one finds something.

rule ──► moves, drawn by Hypothesis ──► Walker.make ──► what must hold, holds
teardown ──► silence, journals that play again, the same walk once more, byte by byte
"""

from __future__ import annotations

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.world.walk.moves import KINDS, Hands, Move, Pass
from tests.world.walk.walker import MODEMS, Walker, again

__all__ = ["Walk", "made"]

made: Counter[str] = Counter()
"""How many moves have been made by now, and walks."""


@st.composite
def _moves(draw: st.DrawFn, *kinds: str, most: int = 1) -> tuple[Move, ...]:
    """Draw some moves of these kinds."""
    chance = draw(st.randoms(use_true_random=False))
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=most))
    return tuple(KINDS[kind][1](chance, 0) for kind in chosen)


class Walk(RuleBasedStateMachine):
    """A walk through one world with one modem. It begins online, for most of what is worth it needs that."""

    def __init__(self) -> None:
        super().__init__()
        self.seed, self.names = 0, MODEMS[:1]
        self.walker: Walker | None = None
        self.moves: list[Move] = []
        self.well = False

    @initialize(seed=st.integers(0, 9), name=st.sampled_from(MODEMS))
    def begin(self, seed: int, name: str) -> None:
        """Make the world."""
        self.seed, self.names, self.well = seed, (name,), True
        self.walker = Walker(seed, self.names)
        made["walks"] += 1
        self.make(Hands(0, "go online"))

    @rule(moves=_moves("type", most=4))
    def types(self, moves: tuple[Move, ...]) -> None:
        """A TE types."""
        self.make(*moves)

    @rule(moves=_moves("ask", "ask", "ask", "pass", "answer", most=4))
    def asks(self, moves: tuple[Move, ...]) -> None:
        """A TE sends packets."""
        self.make(*moves)

    @rule(moves=_moves("ask", "type", "pass", "answer", most=6))
    def converses(self, moves: tuple[Move, ...]) -> None:
        """A TE types, and time passes, and a peer answers in its own way."""
        self.make(*moves)

    @rule(moves=_moves("wait", "wait", "arrive", "arrive", "hands", "type", "ask", most=4))
    def waits(self, moves: tuple[Move, ...]) -> None:
        """A line waits for something, and much happens meanwhile."""
        self.make(*moves, Pass(1_000_000), *moves[1:], Pass(10_000_000))

    @rule(moves=_moves("pass"))
    def time_passes(self, moves: tuple[Move, ...]) -> None:
        """Nothing is done for a while."""
        self.make(*moves)

    @rule(moves=_moves("arrive", most=12))
    def peers_send(self, moves: tuple[Move, ...]) -> None:
        """Datagrams arrive that nobody asked for."""
        self.make(*moves)

    @rule(moves=_moves("arm", "arm", "disarm", "cell", "hands", most=2))
    def something_goes_wrong(self, moves: tuple[Move, ...]) -> None:
        """A fault is armed, the cell changes, somebody pulls the card."""
        self.make(*moves)

    @rule(moves=_moves("go online"))
    def goes_online(self, moves: tuple[Move, ...]) -> None:
        """Somebody puts it right."""
        self.make(*moves)

    def make(self, *moves: Move) -> None:
        """Make moves; what they break is raised."""
        assert self.walker is not None
        self.well = False
        for move in moves:
            self.moves.append(move)
            made["moves"] += 1
            self.walker.make(move)
        self.well = True

    def teardown(self) -> None:
        """When all went well: is it well in the end, and would it be the same again?"""
        if not self.well or self.walker is None:
            return
        told = self.walker.bytes_of_it()
        self.walker.check_journals()
        self.walker.settle()
        self.walker.look_closely()
        assert again(self.seed, self.names, self.moves).bytes_of_it() == told, "the second time it is another walk"
