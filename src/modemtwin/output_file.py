"""Opens a file that is written while a modem runs: what keeps it from that is a sentence, and nothing is waited for.

A pipe has to be read by somebody already: on an event loop no Ctrl-C interrupts a program that waits for that.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

__all__ = ["open_output"]


def open_output(path: Path, what: str) -> int:
    """Begin a file anew, and give its descriptor; OSError with a sentence that begins with ``what`` it is."""
    begin = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        file = os.open(path, begin, 0o666)
    except OSError as error:
        raise OSError(f"{what} {path} cannot be written: {_why(path, error)}") from None
    os.set_blocking(file, True)
    return file


def _why(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no folder {path.parent}"
    if error.errno == errno.ENXIO:
        return "nobody reads this pipe: start what reads it first"
    return str(error.strerror)
