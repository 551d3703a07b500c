"""The sleep of the UART, as ``AT+CSCLK`` allows it: what is typed meanwhile is lost. All else goes on: radio, CoAP.

    Awake ──AT+CSCLK=1: DTR off, and quiet for sleep-delay──► Asleep ──DTR on───────► Waking ──wake-time──► Awake
    Awake ──AT+CSCLK=2: quiet for idle-delay────────────────► Asleep ──first byte───► Waking
                                                              Asleep ──a URC goes out──────────────────────► Awake

The UART is quiet while no byte is heard or written, no line is half typed, no command is held, and it is not in data
mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from modemtwin.amount import amount
from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.modem.doors import Note
from modemtwin.modem.parts.events import Emit
from modemtwin.modem.parts.lines import Lines
from modemtwin.modem.profile import Profile

OFF, BY_DTR, BY_ITSELF = 0, 1, 2
"""What ``AT+CSCLK`` takes."""


@dataclass(frozen=True, slots=True)
class Awake:
    """Bytes are heard; ``sleeps`` is when that ends, None while it may not."""

    sleeps: Micros | None = None


@dataclass(frozen=True, slots=True)
class Asleep:
    """Bytes are lost."""


@dataclass(frozen=True, slots=True)
class Waking:
    """Bytes are lost until its clock runs."""

    until: Micros


State: TypeAlias = Awake | Asleep | Waking


class SlowClock:
    """``mode`` is that of ``AT+CSCLK``; while it is 0 nobody needs to ask for anything else here."""

    def __init__(self, profile: Profile, lines: Lines, emit: Emit) -> None:
        self._profile = profile
        self._lines = lines
        self._emit = emit
        self.boot()

    def boot(self) -> None:
        """Never sleep."""
        self.mode = OFF
        self._state: State = Awake()

    def choose(self, mode: int) -> None:
        """Allow the sleep, in one way or the other, or not."""
        self.mode = mode
        self._state = Awake()

    @property
    def hears(self) -> bool:
        """Whether bytes are heard."""
        return isinstance(self._state, Awake)

    def rest(self, *, busy: bool, active: bool, now: Micros) -> None:
        """Count the quiet time, after each thing that happens. ``active``: bytes were heard or written by it."""
        if not isinstance(self._state, Awake):
            return
        if busy or not (self.mode == BY_ITSELF or (self.mode == BY_DTR and not self._dtr)):
            self._state = Awake()
        elif active or self._state.sleeps is None:
            delay = self._profile.sleep_delay if self.mode == BY_DTR else self._profile.idle_delay
            self._state = Awake(now + seconds(delay))

    def take(self, size: int, now: Micros) -> bool:
        """The TE types so many bytes: say whether they are heard."""
        match self._state:
            case Awake():
                return True
            case Asleep():
                if self.mode == BY_ITSELF:
                    self._wake(now)
                    self._lose(size, "the UART slept (AT+CSCLK=2); they only woke it")
                else:
                    self._lose(size, "the UART sleeps (AT+CSCLK=1) until DTR goes on")
            case Waking(until):
                left = (until - now) / MICROSECONDS
                self._lose(size, f"the UART is still waking up, for another {left:g} s")
            case unreachable:
                assert_never(unreachable)
        return False

    def sense(self, now: Micros) -> None:
        """The TE has set its lines."""
        if isinstance(self._state, Asleep) and self.mode == BY_DTR and self._dtr:
            self._wake(now)

    def stir(self) -> None:
        """A URC goes out: for that the UART wakes at once, and hears again for a while."""
        self._state = Awake()

    def fire(self, now: Micros) -> None:
        """Fall asleep, or be awake."""
        match self._state:
            case Awake(sleeps) if sleeps is not None and now >= sleeps:
                self._state = Asleep()
                why = "DTR is off" if self.mode == BY_DTR else f"nothing was typed for {self._profile.idle_delay:g} s"
                self._emit(Note(f"the UART sleeps (AT+CSCLK={self.mode}): {why}"))
            case Waking(until) if now >= until:
                self._state = Awake()
                self._emit(Note("the UART is awake"))
            case _:
                pass

    def next_timer(self) -> Micros | None:
        """When it falls asleep or is awake."""
        match self._state:
            case Awake(sleeps):
                return sleeps
            case Asleep():
                return None
            case Waking(until):
                return until

    @property
    def _dtr(self) -> bool:
        """Whether DTR is on, as far as the module can tell."""
        return self._lines.dtr if self._lines.wired else self._profile.dtr_open

    def _wake(self, now: Micros) -> None:
        self._state = Waking(now + seconds(self._profile.wake_time))

    def _lose(self, size: int, why: str) -> None:
        self._emit(Note(f"{amount(size, 'byte was', 'bytes were')} lost: {why}"))
