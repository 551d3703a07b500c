"""The driver without clock and port: procedures take turns on one UART, and whatever comes finds the one it is for.

start, cancel, receive, lost, fire ──► [Write, Done, Failed, Produced, …]        next_timer ──► fire

procedures ──Ask──► questions, one after the other ──► bytes
     ▲ ──Take──► boxes ◄── switchboard ◄── packets, URCs ◄── bytes
     └── Gate: who assembles a packet is alone with it (COAP-AN §3.3)
"""

from __future__ import annotations

from collections import deque
from typing import Any, TypeAlias, assert_never

from modemtwin.clockwork import Micros, earliest
from modemtwin.host import collecting, contacting, urcs
from modemtwin.host.errors import ModemError, Mute, Restarted, TimedOut
from modemtwin.host.knowledge import Knowledge, Settings
from modemtwin.host.questions import Questions
from modemtwin.host.response import Received
from modemtwin.host.steps import (
    Acquire,
    Ask,
    Cancelled,
    Collect,
    Limit,
    Procedure,
    Produce,
    Release,
    Step,
    Take,
    Tell,
    Unclaimed,
)
from modemtwin.host.switchboard import Switchboard
from modemtwin.host.tasks import Task, Tasks
from modemtwin.host.urcs import Urc
from modemtwin.value import value

__all__ = ["Done", "Effect", "Failed", "Produced", "Said", "Session", "Settings", "Stray", "Told", "Write"]


@value
class Write:
    """Bytes for the module."""

    data: bytes


@value
class Done:
    """A procedure has come to its end."""

    task: int
    result: Any


@value
class Failed:
    """A procedure has failed: with a ``ModemError``, ``Cancelled`` when it was told to end, or a fault of ours."""

    task: int
    error: Exception


@value
class Produced:
    """One of the many results of a procedure."""

    task: int
    item: Any


@value
class Told:
    """What a procedure does or waits for, in words."""

    task: int
    text: str


@value
class Said:
    """A URC."""

    urc: Urc


@value
class Stray:
    """A packet that nobody waits for."""

    received: Received


Effect: TypeAlias = Write | Done | Failed | Produced | Told | Said | Stray


class Session:
    """One module on one port. ``known`` is what is known of it; procedures take it as their first argument."""

    def __init__(self, settings: Settings) -> None:
        self._tasks = Tasks(self._do, self._ended)
        self.known = Knowledge(settings, Switchboard(self._tasks.wake))
        self._questions = Questions(self.known, self._tasks.resume, self._told)
        self._held: deque[Urc] = deque()
        self._collector: Task | None = None
        self._checker: Task | None = None
        self._dead: ModemError | None = None
        self._effects: list[Effect] = []

    # ── the door ──────────────────────────────────────────────────────────────────────────────────────────────────

    def start(self, procedure: Procedure[Any], now: Micros) -> tuple[int, list[Effect]]:
        """Start a procedure; its number names it in effects and in ``cancel``."""
        task = self._tasks.begin(procedure)
        if self._dead is not None:
            self._tasks.throw(task, self._dead.with_traceback(None))
        return task.number, self._settle(now)

    def cancel(self, number: int, now: Micros) -> list[Effect]:
        """Tell a procedure to end. It may clean up first: its ``Done`` or ``Failed`` says when it has."""
        task = self._tasks.running.get(number)
        if task is not None and self._questions.withdraw(task):
            self._tasks.throw(task, Cancelled())
        return self._settle(now)

    def receive(self, data: bytes, now: Micros) -> list[Effect]:
        """The module wrote these bytes."""
        self.known.now = now  # URCs are stamped with it
        for heard in self._questions.receive(data):
            self._hear(heard.urc)
        return self._settle(now)

    def lost(self, error: ModemError, now: Micros) -> list[Effect]:
        """The port is gone: everything fails with this error, now and later."""
        self._dead = error
        self._fail_all(error)
        return self._settle(now)

    def fire(self, now: Micros) -> list[Effect]:
        """Do what is due."""
        self._questions.fire(now)
        self._tasks.fire(now)
        for task, limit in self._tasks.overdue(now):
            self._end_waiting(task, limit, now)
        return self._settle(now)

    def next_timer(self) -> Micros | None:
        """When something is due."""
        return earliest(self._questions.next_timer(), self._tasks.next_timer())

    def _settle(self, now: Micros) -> list[Effect]:
        """Let every procedure run until it waits; then ask the next question."""
        tasks, questions = self._tasks, self._questions
        self.known.now = now
        while True:
            tasks.run(now)
            if self._held and not questions.acting:
                self._dispatch(self._held.popleft())
            elif self._dead is None and (data := questions.next(now)):
                self._effects.append(Write(data))
                break
            elif not tasks.ready:
                break
        effects, self._effects = self._effects, []
        return effects

    # ── procedures ────────────────────────────────────────────────────────────────────────────────────────────────

    def _do(self, task: Task, step: Step) -> bool:
        """Do a step that the tasks leave to us: whether the procedure waits now."""
        match step:
            case Ask(command):
                self._questions.put(task, command)
                return True
            case Tell(text):
                self._told(task, text)
            case Produce(item):
                self._effects.append(Produced(task.number, item))
            case Unclaimed(received):
                self._effects.append(Stray(received))
            case Collect():
                self.known.check_queue = True
                self._collect()
            case Take() | Acquire() | Release() | Limit():
                raise AssertionError("the tasks do these")
            case unreachable:
                assert_never(unreachable)
        return False

    def _end_waiting(self, task: Task, limit: Limit, now: Micros) -> None:
        """Its deadline has come; the question that is out goes on waiting for its answer, which will be nobody's."""
        task.limit = None
        silent, why = self._questions.abandon(task, now)
        kind = Mute if silent else TimedOut
        self._tasks.throw(task, kind(limit.what, limit.span, why))

    def _told(self, task: Task, text: str) -> None:
        task.told = text
        self._effects.append(Told(task.number, text))

    def _ended(self, task: Task, result: Any, error: Exception | None) -> None:
        if not task.internal:
            self._effects.append(Done(task.number, result) if error is None else Failed(task.number, error))
            return
        if error is not None and not isinstance(error, ModemError | Cancelled):
            raise error
        if task is self._collector:
            self._collector = None
            if isinstance(error, ModemError):
                self.known.arrived.clear()
                self.known.board.announce(error)
            elif self.known.arrived or self.known.check_queue:
                self._collect()
            elif result and self.known.object:
                self._check()
        else:
            self._checker = None
            if result:
                self._start_anew(Restarted("the module has started anew"))

    def _fail_all(self, error: ModemError) -> None:
        self._questions.drop()
        self._held.clear()
        for task in tuple(self._tasks.running.values()):
            self._tasks.throw(task, error)

    # ── what comes unasked ────────────────────────────────────────────────────────────────────────────────────────

    def _hear(self, urc: Urc) -> None:
        self._effects.append(Said(urc))
        if isinstance(urc, urcs.Restarted | urcs.PoweredDown):
            self._dispatch(urc)  # whatever is out will not be answered
        else:
            self._held.append(urc)  # it may speak of a mid that an answer is about to name

    def _dispatch(self, urc: Urc) -> None:
        known = self.known
        match urc:
            case urcs.PacketArrived():
                known.arrived.append((urc, known.now))
                self._collect()
            case urcs.Overflow():
                known.board.announce(urc)
                known.check_queue = True
                self._collect()
            case urcs.Unanswered():
                known.board.unanswered(urc)
            case urcs.SocketError():
                known.board.announce(urc)
            case urcs.BearerUp() | urcs.BearerDown():
                self._bearer_changed(urc)
            case urcs.PsmEntered():
                self._questions.sleep()
            case urcs.PsmLeft():
                self.known.asleep = False
            case urcs.Restarted():
                self._start_anew(Restarted(f"the module has started anew (it said {urc.line})"))
            case urcs.PoweredDown():
                self._start_anew(Restarted(f"the module has switched itself off (it said {urc.line})"))
            case urcs.Started():
                self._check()
            case urcs.CardState() | urcs.Unknown():
                pass
            case unreachable:
                assert_never(unreachable)

    def _bearer_changed(self, urc: urcs.BearerUp | urcs.BearerDown) -> None:
        if urc.index == 0:
            self.known.bearer = isinstance(urc, urcs.BearerUp)
            self.known.board.bearer_changed(urc)

    def _collect(self) -> None:
        if self._collector is None:
            self._collector = self._tasks.begin(collecting.collect(self.known), internal=True)

    def _check(self) -> None:
        """See whether the module started anew without a word that we have heard.

        ``SMS Ready`` comes late in a boot: of one that we know of, or of one whose ``RDY`` was lost. And a module that
        refuses to tell of its queue has no CoAP object, though it should.
        """
        if self._checker is None and self.known.configured:
            self._checker = self._tasks.begin(contacting.has_restarted(self.known), internal=True)

    def _start_anew(self, error: Restarted) -> None:
        """Nothing that the module held is left. One that we have not met yet is just booting."""
        if not self.known.met:
            return
        self.known.forget()
        self._fail_all(error)
