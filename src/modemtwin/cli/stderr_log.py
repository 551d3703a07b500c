"""The log on standard error: what a full pipe has no room for is left out, for the device must not wait for its reader.

line ──► room? ──► standard error
          └─ no ──► counted, and told when there is room again
"""

from __future__ import annotations

import logging
import select
from typing import TextIO

from modemtwin.amount import amount

__all__ = ["StderrLog"]


class StderrLog(logging.StreamHandler[TextIO]):
    """Writes log lines to ``stream`` while it takes them at once.

    A program that starts a modem may never read what it says. Then the pipe is full after 64 KiB, and a handler that
    waits would stop the modem in the middle of a command, deaf to signals too.
    """

    _left_out = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or count it."""
        if not self._room():
            self._left_out += 1
            return
        if self._left_out:
            lines = amount(self._left_out, "line is", "lines are")
            self.stream.write(f"modemtwin: {lines} missing here: nobody was reading\n")
            self._left_out = 0
            if not self._room():
                self._left_out = 1
                return
        super().emit(record)

    def _room(self) -> bool:
        try:
            return bool(select.select([], [self.stream.fileno()], [], 0)[1])
        except (OSError, ValueError):  # no descriptor behind it, or one that select does not know: it never waits
            return True
