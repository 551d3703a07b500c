"""A driver on a desk, and a clock that jumps: that of a world. What its wire leads to is a matter of each kind of desk.

procedures ──► Session ──Write──► take ──► whatever stands there for a module
                  ▲ ◄──────────── hear ◄──┘
"""

from __future__ import annotations

from typing import Any

from modemtwin.clockwork import Micros, earliest, seconds
from modemtwin.host.knowledge import Knowledge
from modemtwin.host.session import Done, Effect, Failed, Produced, Said, Session, Settings, Stray, Told, Write
from modemtwin.host.steps import Procedure
from modemtwin.host.urcs import Urc
from modemtwin.world.world import World

_LONGEST = seconds(4000)


class Desk:
    """``told``, ``urcs``, ``strays``, ``produced`` and ``ended`` are what the session said."""

    def __init__(self, wanted: Settings) -> None:
        self.world = World(1)
        self.told: list[str] = []
        self.urcs: list[Urc] = []
        self.strays: list[Any] = []
        self.produced: dict[int, list[Any]] = {}
        self.ended: dict[int, Any] = {}
        self.session = Session(wanted)

    @property
    def now(self) -> Micros:
        return self.world.now

    @property
    def known(self) -> Knowledge:
        return self.session.known

    def start(self, procedure: Procedure[Any]) -> int:
        number, effects = self.session.start(procedure, self.now)
        self._do(effects)
        return number

    def run(self, procedure: Procedure[Any]) -> Any:
        """Run a procedure to its end: its result, or the error that it failed with is raised."""
        return self.result(self.start(procedure))

    def result(self, number: int) -> Any:
        end = self.now + _LONGEST
        while number not in self.ended:
            assert self.step(end), "nothing ever happens any more"
        ended = self.ended[number]
        if isinstance(ended, Failed):
            raise ended.error
        return ended.result

    def cancel(self, number: int) -> None:
        self._do(self.session.cancel(number, self.now))

    def wait(self, span: float) -> None:
        end = self.now + seconds(span)
        while self.step(end):
            pass
        self.world.run_to(end, lambda: False)

    def step(self, end: Micros) -> bool:
        """Let happen what happens next; False when there is nothing before the end."""
        due = earliest(self.session.next_timer(), self.world.next_timer())
        if due is None or due > end:
            return False
        self.world.run_to(max(due, self.now), lambda: False)
        if (timer := self.session.next_timer()) is not None and timer <= self.now:
            self._do(self.session.fire(self.now))
        return True

    def take(self, data: bytes) -> None:
        """Take what the driver writes."""
        raise NotImplementedError

    def hear(self, data: bytes) -> None:
        """Let the driver read."""
        self._do(self.session.receive(data, self.now))

    def _do(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Write(data):
                    self.take(data)
                case Done(number) | Failed(number):
                    self.ended[number] = effect
                case Produced(number, item):
                    self.produced.setdefault(number, []).append(item)
                case Told(_, text):
                    self.told.append(text)
                case Said(urc):
                    self.urcs.append(urc)
                case Stray(received):
                    self.strays.append(received)
