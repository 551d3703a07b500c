"""The commands of all tasks, one after the other on the one UART; and the search for the module when it is lost.

put ──► jobs ──► dialogue ──► answered(task, value, error)
                    │ silence
                    ▼
                 contact ──found──► jobs go on          ──mute──► every job fails
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.host.commands import ACT, Command
from modemtwin.host.contact import Contact
from modemtwin.host.dialogue import Dialogue, Heard, Replied
from modemtwin.host.errors import Asleep, ModemError, Mute, TimedOut, Unreadable
from modemtwin.host.knowledge import Knowledge
from modemtwin.host.refusals import rejected
from modemtwin.host.response import Answer
from modemtwin.host.steps import Cancelled
from modemtwin.host.tasks import Task

__all__ = ["Questions"]

_HINT = "the module fell silent in the middle of it; the next call looks whether it is still there"
_LONG = seconds(1)
"""How long a plain command may take before the module is called silent; most take milliseconds (field)."""

_SILENT = "the module does not answer"
_WAKING = "the module is in PSM and sleeps: waking it with AT"

Answered = Callable[[Task, Any, Exception | None], None]


@dataclass(slots=True, eq=False)
class _Job:
    """``task`` is None when nobody waits for the answer any more."""

    task: Task | None
    command: Command[Any]
    retries: int
    cancelled: bool = False
    asked: Micros = 0


class Questions:
    """Every answer goes to ``answered``; what is found out about the module on the way goes into ``known``."""

    def __init__(self, known: Knowledge, answered: Answered, tell: Callable[[Task, str], None]) -> None:
        self._known = known
        self._answered = answered
        self._tell = tell
        self._dialogue = Dialogue()
        self._jobs: deque[_Job] = deque()
        self._job: _Job | None = None
        self._contact: Contact | None = None
        self._in_step = False

    @property
    def acting(self) -> bool:
        """Whether ``AT+CCOAPACTION`` is out: the mid that it will tell may be spoken of before."""
        return self._dialogue.out is ACT

    def put(self, task: Task, command: Command[Any]) -> None:
        """Let a command be asked in its turn."""
        self._jobs.append(_Job(task, command, command.retries))

    def withdraw(self, task: Task) -> bool:
        """Do not ask what the task wants; False when it is being asked, and its answer must come first."""
        if self._job is not None and self._job.task is task:
            self._job.cancelled = True
            return False
        self._jobs = deque(job for job in self._jobs if job.task is not task)
        return True

    def abandon(self, task: Task, now: Micros) -> tuple[bool, str]:
        """Ask nothing more for a task, and keep the answer to what is out from it.

        Whether the module is silent, and why the task waits, in words.
        """
        job = self._job
        if job is not None and job.task is task:
            job.task = None
            self._known.silent = now - job.asked >= _LONG
            return self._known.silent, f"{job.command.shown} is not answered yet"
        waits = any(job.task is task for job in self._jobs)
        self._jobs = deque(job for job in self._jobs if job.task is not task)
        if waits and self._contact is not None:
            self._known.silent = True
            return True, _SILENT
        return False, "other calls are before it" if waits else task.told

    def drop(self) -> None:
        """Forget every question: nobody is there any more who could answer."""
        self._dialogue.give_up()
        self._jobs.clear()
        self._job = self._contact = None
        self._in_step = False

    def receive(self, data: bytes) -> list[Heard]:
        """Take in what came; give what came unasked."""
        heard: list[Heard] = []
        for event in self._dialogue.receive(data):
            if isinstance(event, Heard):
                heard.append(event)
            elif self._contact is not None:
                self._contacted(event, self._contact)
            elif self._job is not None:
                job, self._job = self._job, None
                self._finish(job, event)
        return heard

    def next(self, now: Micros) -> bytes:
        """The bytes of the next question; none when one is out, or there is nothing to ask."""
        if self._dialogue.out is not None or not (self._jobs or self._contact):
            return b""
        if not self._in_step:
            return self._look(now)
        self._job = self._jobs.popleft()
        self._job.asked = now
        return self._dialogue.ask(self._job.command, now)

    def fire(self, now: Micros) -> None:
        """The answer that is waited for has not come."""
        if self._dialogue.deadline is None or now < self._dialogue.deadline:
            return
        if self._contact is not None:
            self._contact.unfinished(*self._dialogue.unfinished())
        self._dialogue.give_up()
        self._in_step = False
        job, self._job = self._job, None
        if job is None or job.task is None:
            return
        if job.cancelled:
            self._answered(job.task, None, Cancelled())
        elif job.retries:
            job.retries -= 1
            self._jobs.appendleft(job)
        else:
            command = job.command
            self._answered(job.task, None, TimedOut(command.shown, command.timeout / MICROSECONDS, hint=_HINT))

    def next_timer(self) -> Micros | None:
        """When the answer that is waited for is overdue."""
        return self._dialogue.deadline

    def sleep(self) -> None:
        """The module says that it goes to sleep."""
        self._known.asleep = True
        self._in_step = False

    def _finish(self, job: _Job, replied: Replied) -> None:
        self._known.silent = False
        if job.task is None:
            return
        command = job.command
        answer: Any = None
        error: Exception | None = None
        if job.cancelled:
            error = Cancelled()
        elif command.open:
            answer = Answer([_decoded(line) for line in replied.lines], replied.result)
        elif replied.result not in command.finals:
            error = rejected(command.shown, replied.result)
        else:
            try:
                answer = command.read(replied.lines)
            except (ValueError, LookupError):
                error = Unreadable(command.shown, replied.lines[-1] if replied.lines else replied.result)
        self._answered(job.task, answer, error)

    # ── looking for the module ────────────────────────────────────────────────────────────────────────────────────

    def _look(self, now: Micros) -> bytes:
        if self._contact is None:
            self._contact = Contact(now, now + seconds(self._patience()))
            if self._known.asleep and (task := self._jobs[0].task) is not None:
                self._tell(task, _WAKING)
        elif self._contact.hopeless(now):
            self._despair(self._contact, now)
            return b""
        return self._dialogue.ask(self._contact.question(now), now)

    def _patience(self) -> float:
        """How long to look for the module: at first no longer than it may take to be online."""
        settings = self._known.settings
        return settings.mute_after if self._known.met else min(settings.mute_after, settings.deadline)

    def _contacted(self, replied: Replied, contact: Contact) -> None:
        if contact.answered(replied):
            known = self._known
            if not known.met:
                known.quiet_found, known.terse_found = contact.quiet, contact.terse
            known.met = self._in_step = True
            known.asleep = known.mute = known.silent = False
            known.echoes = self._dialogue.echoes
            known.model = contact.model or known.model
            self._contact = None
        elif replied.result == "OK" and contact.asked is not None:
            self._dialogue.go_on(contact.asked, contact.due)  # of a run before: to ask again would never catch up

    def _despair(self, contact: Contact, now: Micros) -> None:
        after = (now - contact.began) / MICROSECONDS
        error: ModemError
        if self._known.asleep:
            error = Asleep("AT", after, "the module said that it enters PSM, and sleeps")
        elif contact.refused:
            error = Unreadable(contact.last, contact.refused)
        else:
            error = Mute("AT", after, _SILENT)
        self._known.mute = True
        self._contact = None
        jobs, self._jobs = self._jobs, deque()
        for job in jobs:
            if job.task is not None:
                self._answered(job.task, None, error)


def _decoded(line: str) -> str:
    """UTF-8 out of a line that has a character for a byte; the line itself when it is none."""
    if line.isascii():
        return line
    try:
        return line.encode("latin-1").decode()
    except UnicodeDecodeError:
        return line
