"""The module as a whole: what it keeps over a power cycle, what it was told, and its clock.

saved     flash: written by the command that sets it (AUTO_SAVE in the manual) or by ``AT&W``; survives everything
settings  memory: what the TE set since the boot
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from modemtwin.clockwork import Micros
from modemtwin.modem.doors import Note, PowerOff, Save
from modemtwin.modem.parts.events import Emit

_FIRST_MOMENT = datetime(1980, 1, 6)
"""What the real-time clock shows when nobody has set it."""


class Device:
    """Flash, settings and the clock.

    ``saved`` is JSON-like data; unknown keys in it are kept, so that a state file of a later version is not spoiled.
    """

    __slots__ = ("_clock", "_emit", "_saved", "off_wanted", "restart_wanted", "settings")

    def __init__(self, saved: Mapping[str, object], emit: Emit) -> None:
        self._emit = emit
        self._saved: dict[str, Any] = dict(saved)
        self.settings: dict[str, tuple[Any, ...]] = {}
        self.restart_wanted = False
        self.off_wanted = False
        self._clock = (_FIRST_MOMENT, 0, 0)

    def kept(self, key: str, default: Any = None) -> Any:
        """What flash holds under this key."""
        return self._saved.get(key, default)

    def keep(self, key: str, value: Any) -> None:
        """Write to flash; writing what is there already is no effect."""
        if self._saved.get(key) != value:
            self._saved[key] = value
            self._emit(Save(dict(self._saved)))

    def boot(self, now: Micros) -> None:
        """Forget what was only in memory."""
        self.settings.clear()
        self.restart_wanted = self.off_wanted = False
        self._clock = (_FIRST_MOMENT, 0, now)

    def set_clock(self, local: datetime, quarters: int, now: Micros) -> None:
        """Set the real-time clock to a local time in a zone of so many quarters of an hour."""
        self._clock = (local, quarters, now)

    def clock(self, now: Micros) -> tuple[datetime, int]:
        """Local time and its zone in quarters of an hour."""
        local, quarters, since = self._clock
        return local + timedelta(microseconds=now - since), quarters

    def restart(self) -> None:
        """Boot again, once the reply to this command is out."""
        self.restart_wanted = True

    def power_off(self, why: str) -> None:
        """Switch off, once the reply to this command is out."""
        self.off_wanted = True
        self._emit(Note(f"the module is off: {why}"))
        self._emit(PowerOff())
