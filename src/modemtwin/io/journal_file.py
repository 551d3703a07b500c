"""The file behind ``--journal``: each line is on its way to the disk as soon as it is written."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TextIO

from modemtwin.output_file import open_output

__all__ = ["JournalFile"]

_log = logging.getLogger(__name__)


class JournalFile:
    """A text file that takes lines. A disk that is full ends the journal, with one log line, and not the modem."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()
        self._file: TextIO | None = None
        self._early: list[str] = []
        self._broken = False

    def open(self) -> None:
        """Begin the file anew; OSError with a sentence when it cannot be. What was written before opens it."""
        self._file = os.fdopen(open_output(self.path, "journal"), "w", encoding="utf-8", buffering=1)
        for text in self._early:
            self.write(text)
        self._early.clear()

    def write(self, text: str) -> None:
        """Add whole lines."""
        if self._file is None:
            self._early.append(text)
        elif not self._broken:
            try:
                self._file.write(text)
            except OSError as error:
                self._broken = True
                _log.error("the journal %s ends here: %s", self.path, error.strerror)

    def close(self) -> None:
        """Close the file. Closing twice is harmless."""
        if self._file is None:
            return
        try:
            self._file.close()
        except OSError as error:
            if not self._broken:
                _log.error("the end of the journal %s is lost: %s", self.path, error.strerror)
        self._file = None
