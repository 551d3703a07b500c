"""What a procedure may wait for: a generator yields one of these, and the session resumes it with what came of it.

def signal() -> Procedure[int | None]:
    return (yield from ask(commands.SIGNAL)).dbm
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import Any, Generic, TypeAlias, TypeVar

from modemtwin.clockwork import Micros
from modemtwin.host.commands import Command
from modemtwin.host.response import Received
from modemtwin.value import value

__all__ = [
    "Acquire",
    "Ask",
    "Box",
    "Cancelled",
    "Collect",
    "Gate",
    "Limit",
    "Procedure",
    "Produce",
    "Release",
    "Step",
    "Take",
    "Tell",
    "Unclaimed",
    "ask",
    "pause",
]

T = TypeVar("T")


class Cancelled(Exception):
    """Nobody waits for this procedure any more. It may clean up on the module, and then lets this pass."""


@value
class Ask:
    """Send a command; resumes with what its answer was read as, or raises ``Rejected``, ``TimedOut`` or the like."""

    command: Command[Any]


class Box(Generic[T]):
    """Where things for one procedure are put: items wait, or the procedure does."""

    __slots__ = ("_wake", "items", "waiter")

    def __init__(self, wake: Callable[[Any], None]) -> None:
        self.items: deque[T] = deque()
        self.waiter: Any = None
        self._wake = wake

    def put(self, item: T) -> None:
        """Add an item; whoever waits at the box will get it."""
        self.items.append(item)
        if self.waiter is not None:
            self._wake(self.waiter)


@value
class Take:
    """Wait for an item in a box; resumes with it, or with None once ``until`` has come."""

    box: Box[Any]
    until: Micros | None = None


class Gate:
    """Lets one procedure in at a time, as often as it likes; a procedure that ends has left."""

    __slots__ = ("owner", "queue")

    def __init__(self) -> None:
        self.owner: Any = None
        self.queue: deque[Any] = deque()


@value
class Acquire:
    """Wait until the gate is free, and go in."""

    gate: Gate


@value
class Release:
    """Leave the gate."""

    gate: Gate


@value
class Limit:
    """From now on the procedure may wait until a moment, whatever for; then ``TimedOut`` is raised where it waits.

    ``what`` and ``span``, in seconds, are for the error. Until None: as long as it takes.
    """

    until: Micros | None
    what: str = ""
    span: float = 0.0


@value
class Tell:
    """Say to whoever started the procedure, in words, what it does or waits for."""

    text: str


@value
class Produce:
    """Hand over one of many results."""

    item: object


@value
class Unclaimed:
    """A packet that no procedure waits for."""

    received: Received


@value
class Collect:
    """See whether the module's queue holds a packet that nobody heard of."""


Step: TypeAlias = Ask | Take | Acquire | Release | Limit | Tell | Produce | Unclaimed | Collect
Procedure: TypeAlias = Generator[Step, Any, T]


def ask(command: Command[T]) -> Procedure[T]:
    """Send a command and give what its answer was read as."""
    answer: T = yield Ask(command)
    return answer


def pause(until: Micros) -> Procedure[None]:
    """Let time pass."""
    yield Take(Box(lambda waiter: None), until)
