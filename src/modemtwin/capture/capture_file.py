"""The file behind ``--pcap``: each block is on its way to the disk as soon as it is written, in one piece.

A disk that is full ends the capture behind its last whole block, with one log line, and not the modem. A named pipe
will do as well: ``wireshark -k -i PIPE`` shows what happens while it happens; who reads it must be there first, and
keep up. Under an event loop all that one turn of it brings is written when the turn is over; elsewhere what was sent
last waits for the next moment, or ``close()``.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import select
import stat
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from modemtwin.capture.capture import Capture
from modemtwin.clockwork import Micros
from modemtwin.output_file import open_output
from modemtwin.world.journal.journal import Entry

__all__ = ["CaptureFile"]

PATIENCE = 5.0
"""Seconds for which a full pipe may hold up everything."""

_log = logging.getLogger(__name__)


class CaptureFile:
    """A capture in a file that grows; ``epoch`` and ``about`` as those of ``Capture``. ``-`` is standard output.

        with CaptureFile("day.pcapng") as capture:
            world.add_modem("meter", watch=capture.watch("meter"))

    ``watch`` may take entries before the file is open.
    """

    def __init__(self, path: str | os.PathLike[str], *, epoch: Micros = 0, about: str = "") -> None:
        self._is_stdout = os.fspath(path) == "-"
        self.path = Path(path) if self._is_stdout else Path(path).absolute()
        self._name = "on standard output" if self._is_stdout else str(self.path)
        self._file: FileIO | None = None
        self._early: list[bytes] = []
        self._size = 0
        self._is_pipe = False
        self.failure: OSError | None = None
        """What ended it before its time."""
        self._capture = Capture(self._write, epoch=epoch, about=about)

    def __enter__(self) -> CaptureFile:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def watch(self, name: str = "") -> Callable[[Entry], None]:
        """Give a function that takes the entries of one modem; what can be no packet is logged and left out."""

        def watch(entry: Entry) -> None:
            self._attempt(lambda: self._capture.add(name, entry))
            if not self._capture.is_settled:
                self._settle_soon()

        return watch

    def _settle_soon(self) -> None:
        with contextlib.suppress(RuntimeError):  # a world without a loop: its next moment settles this one
            asyncio.get_running_loop().call_soon(self._attempt, self._capture.settle)

    def _attempt(self, act: Callable[[], None]) -> None:
        try:
            act()
        except ValueError as error:  # a modem does not end because its capture cannot go on
            _log.error("the capture %s lacks an entry, of which no packet can be made: %s", self._name, error)

    def open(self) -> None:
        """Begin the file anew; OSError with a sentence when it cannot be. What was written before opens it."""
        self._file = FileIO(_another_stdout() if self._is_stdout else open_output(self.path, "capture"), "w")
        self._is_pipe = hasattr(select, "poll") and stat.S_ISFIFO(os.fstat(self._file.fileno()).st_mode)
        for block in self._early:
            self._write(block)
        self._early.clear()

    def close(self) -> None:
        """Write the lines that have not ended, and close the file. Closing twice is harmless."""
        if self._file is not None:
            self._capture.close()
            self._file.close()
            self._file = None

    def _write(self, block: bytes) -> None:
        if self._file is None:
            self._early.append(block)
        elif self.failure is None:
            try:
                if self._is_pipe and not _takes_more(self._file):
                    raise TimeoutError(errno.ETIMEDOUT, f"whoever reads it has taken nothing for {PATIENCE:g} s")
                written = self._file.write(block)
                if written != len(block):
                    written = self._file.write(block[written:])  # which says why it was cut
            except OSError as error:
                self._end(self._file, error)
            else:
                self._size += len(block)

    def _end(self, file: FileIO, error: OSError) -> None:
        self.failure = error
        _log.error("the capture %s ends here: %s", self._name, error.strerror)
        if not self._is_stdout and stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.truncate(self._size)


def _another_stdout() -> int:
    """Give another descriptor of standard output: closing it closes nobody else's."""
    try:
        return os.dup(1)
    except OSError as error:
        raise OSError(f"capture on standard output cannot be written: {error.strerror}") from None


def _takes_more(pipe: FileIO) -> bool:
    """Wait until a pipe has room, and say whether it has: nothing interrupts a write that waits for it."""
    poll = select.poll()
    poll.register(pipe, select.POLLOUT)
    return bool(poll.poll(PATIENCE * 1000))
