"""A virtual module with a CoAP server behind it, in virtual time: where dialogues are played to know what to expect.

steps ──Ask──► questioner ──► modem of a world ══ datagrams ══► 192.0.2.1  a server, as ``modemtwin serve`` is
  ▲ ◄─Answer─────┘ ◄──────────────┘              ══► 192.0.2.2  nobody: what goes there is lost
"""

from __future__ import annotations

from typing import TypeVar

from modemtwin.clockwork import Micros, earliest
from modemtwin.modem.doors import Effect, UartTx
from modemtwin.world.conformance.exchange import Steps
from modemtwin.world.conformance.questioner import Answer, Ask, Questioner
from modemtwin.world.scenario.scenario import Scenario
from modemtwin.world.world import World

__all__ = ["Stage"]

T = TypeVar("T")

_PATH = {"delay": 0.02}
_SETTLING = 5.0


class Stage:
    """One module, switched on and registered; ``run`` runs the steps of a TE to their end at once."""

    def __init__(self, scenario: Scenario, *, seed: int = 0) -> None:
        self._world = World(seed)
        self._world.add_server("192.0.2.1")
        self._modem = self._world.add_modem(scenario=scenario, path=_PATH)
        self._world.run_for(_SETTLING + scenario.cell.registration_delay)
        self._questioner = Questioner()
        self._answer: Answer | None = None
        self._modem.on_effect = self._hear

    def run(self, steps: Steps[T]) -> T:
        """Run steps to their end; whatever they raise is raised."""
        try:
            ask = next(steps)
            while True:
                ask = steps.send(self._put(ask))
        except StopIteration as end:
            result: T = end.value
            return result

    def _put(self, ask: Ask) -> Answer:
        self._answer = None
        if typed := self._questioner.ask(ask, self._world.now):
            self._modem.to_modem(typed)
        while self._answer is None:
            due = earliest(self._questioner.next_timer(), self._world.next_timer())
            if not self._world.run_to(due, lambda: self._answer):
                self._answer = self._questioner.fire(self._world.now)
        return self._answer

    def _hear(self, now: Micros, effect: Effect) -> None:
        if isinstance(effect, UartTx):
            self._answer = self._questioner.hear(effect.data, now) or self._answer
