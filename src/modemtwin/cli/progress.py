"""A bar for long transfers on a terminal: rich draws it where it is installed, else one line that is written over.

A module moves some hundred bytes a second over NB-IoT, so what a person wants to know is how long it will take.
"""

from __future__ import annotations

import shutil
import time
from typing import Protocol, TextIO

from modemtwin.cli.style import Style

__all__ = ["Bar", "PlainBar", "bar_for"]


class Bar(Protocol):
    """A progress bar."""

    def update(self, done: int, total: int) -> None:
        """Show that so many bytes are through, of so many."""

    def close(self) -> None:
        """Take it away."""


def bar_for(stream: TextIO) -> Bar:
    """The best bar that there is for this terminal."""
    try:
        return _RichBar(stream)
    except ImportError:
        return PlainBar(stream)


class PlainBar:
    """``━━━━━━━━──────── 12,288 of 65,536 bytes, 41 s left``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._style = Style(stream)
        self._begun = time.monotonic()
        self._shown = False

    def update(self, done: int, total: int) -> None:
        """Write the line over."""
        told = f"{done:,} of {total:,} bytes{self._left(done, total)}"
        width = max(min(shutil.get_terminal_size().columns - 1, 90) - 46, 5)
        full = width * done // max(total, 1)
        bar = self._style("━" * full, "green") + self._style("─" * (width - full), "dim")
        self._stream.write(f"\r\033[K{bar} {told}")
        self._stream.flush()
        self._shown = True

    def close(self) -> None:
        """Wipe the line."""
        if self._shown:
            self._stream.write("\r\033[K")
            self._stream.flush()
        self._shown = False

    def _left(self, done: int, total: int) -> str:
        spent = time.monotonic() - self._begun
        return f", {(total - done) * spent / done:.0f} s left" if done and spent > 2 else ""


class _RichBar:
    """The same, drawn by rich."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

        columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(file=stream), transient=True)
        self._task = self._progress.add_task("", total=None)
        self._progress.start()

    def update(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total)

    def close(self) -> None:
        self._progress.stop()
