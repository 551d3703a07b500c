"""Procedures that take turns: each runs until it waits, for a command, for an item in a box, or before a gate.

begin ──► ready ──► running ──Take──► at a box    ──put, until──► ready
                       ├──Acquire──► at a gate    ──Release─────► ready
                       └──Ask, …───► ``outside``  ──resume──────► ready
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from modemtwin.clockwork import Micros
from modemtwin.host.steps import Acquire, Box, Gate, Limit, Procedure, Release, Step, Take

__all__ = ["Task", "Tasks"]


@dataclass(slots=True, eq=False)
class Task:
    """A procedure that runs, under a number. ``internal``: the session's own, of which nobody outside hears.

    ``told`` is what it said last that it does or waits for.
    """

    number: int
    procedure: Procedure[Any]
    internal: bool = False
    box: Box[Any] | None = None
    until: Micros | None = None
    gate: Gate | None = None
    limit: Limit | None = None
    told: str = ""
    inside: list[Gate] = field(default_factory=list)


class Tasks:
    """``outside`` does the steps that are neither box nor gate: True when the task waits for ``resume``.

    ``ended`` hears of the end of each: its result, or the error that it failed with.
    """

    def __init__(
        self, outside: Callable[[Task, Step], bool], ended: Callable[[Task, Any, Exception | None], None]
    ) -> None:
        self._outside = outside
        self._ended = ended
        self._ready: deque[tuple[Task, Any, Exception | None]] = deque()
        self._number = 0
        self.running: dict[int, Task] = {}

    @property
    def ready(self) -> bool:
        """Whether somebody can run."""
        return bool(self._ready)

    def begin(self, procedure: Procedure[Any], *, internal: bool = False) -> Task:
        """Make a task that will run in its turn."""
        self._number += 1
        task = self.running[self._number] = Task(self._number, procedure, internal)
        self._ready.append((task, None, None))
        return task

    def run(self, now: Micros) -> None:
        """Let everybody run who can, until all of them wait."""
        while self._ready:
            self._run(*self._ready.popleft(), now)

    def resume(self, task: Task, value: Any = None, error: Exception | None = None) -> None:
        """What an outside step came to."""
        if task.number in self.running:
            self._ready.append((task, value, error))

    def throw(self, task: Task, error: Exception) -> None:
        """Take a task away from wherever it waits, and let it see an error there."""
        self._leave_box(task)
        if task.gate is not None:
            task.gate.queue.remove(task)
            task.gate = None
        waiting = [each for each in self._ready if each[0] is not task]
        self._ready.clear()
        self._ready.extend(waiting)
        self._ready.append((task, None, error))

    def wake(self, task: Task) -> None:
        """There is an item in the box where the task waits."""
        box = task.box
        assert box is not None, "only who waits at a box is woken"
        self._leave_box(task)
        self._ready.append((task, box.items.popleft(), None))

    def fire(self, now: Micros) -> None:
        """Whoever has waited at a box for long enough goes on without an item."""
        for task in self.running.values():
            if task.until is not None and task.until <= now:
                self._leave_box(task)
                self._ready.append((task, None, None))

    def overdue(self, now: Micros) -> list[tuple[Task, Limit]]:
        """Whoever has reached the limit that it set itself."""
        found = [(task, task.limit) for task in self.running.values() if task.limit is not None]
        return [(task, limit) for task, limit in found if limit.until is not None and limit.until <= now]

    def next_timer(self) -> Micros | None:
        """When somebody has waited for long enough."""
        nearest: Micros | None = None
        for task in self.running.values():
            limit = task.limit
            for moment in (task.until, None if limit is None else limit.until):
                if moment is not None and (nearest is None or moment < nearest):
                    nearest = moment
        return nearest

    def _run(self, task: Task, value: Any, error: Exception | None, now: Micros) -> None:
        procedure = task.procedure
        while True:
            try:
                step = procedure.send(value) if error is None else procedure.throw(error)
            except StopIteration as done:
                return self._end(task, done.value, None)
            except Exception as failure:
                return self._end(task, None, failure)
            value = error = None
            match step:
                case Take(box, until):
                    if box.items:
                        value = box.items.popleft()
                    elif until is None or until > now:
                        task.box, task.until, box.waiter = box, until, task
                        return None
                case Acquire(gate):
                    if self._enter(task, gate):
                        return None
                case Release(gate):
                    self._leave(task, gate)
                case Limit():
                    task.limit = step
                case _:
                    if self._outside(task, step):
                        return None

    def _end(self, task: Task, result: Any, error: Exception | None) -> None:
        del self.running[task.number]
        for gate in tuple(task.inside):
            self._leave(task, gate)
        self._ended(task, result, error)

    def _leave_box(self, task: Task) -> None:
        if task.box is not None:
            task.box.waiter = None
        task.box = task.until = None

    def _enter(self, task: Task, gate: Gate) -> bool:
        """Whether the task has to wait before the gate."""
        if gate.owner is task:
            return False
        if gate.owner is not None:
            gate.queue.append(task)
            task.gate = gate
            return True
        gate.owner = task
        task.inside.append(gate)
        return False

    def _leave(self, task: Task, gate: Gate) -> None:
        if gate.owner is not task:
            return
        task.inside.remove(gate)
        gate.owner = gate.queue.popleft() if gate.queue else None
        if gate.owner is not None:
            gate.owner.gate = None
            gate.owner.inside.append(gate)
            self._ready.append((gate.owner, None, None))
