"""A pseudo-terminal as the modem's UART, behind a link that keeps its name.

    TE ── link ──► /dev/pts/7 (slave) ══ master ──► modem

A modem outlives a TE that closes, or is killed, and comes back. What it says while no TE has the port open is lost,
and so is what the last TE left unread: as on a real line, a TE that comes later reads no old news. A TE that has typed
within the last half second counts as there, so that nothing of its reply is lost, whatever it does with the port.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import getpass
import logging
import os
import tempfile
from pathlib import Path

from modemtwin.io.byte_pipe import Ended, PortError, Received
from modemtwin.io.pty_hold import Hold
from modemtwin.io.stream import Stream

__all__ = ["PtyPipe", "default_link"]

_log = logging.getLogger(__name__)

_THERE = 0.5
"""For so many seconds after it was seen a TE counts as there."""

_FIRST_LOOK, _LONGEST_LOOK = 1.0, 32.0
"""Seconds from a write to the look for what nobody has read; it is repeated at twice the time, up to the longest."""


def default_link() -> str:
    """Where the link stands when nobody says: in XDG_RUNTIME_DIR, else in the folder for temporary files."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.path.isdir(runtime):
        return os.path.join(runtime, "modemtwin")
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        user = str(os.getuid())
    return os.path.join(tempfile.gettempdir(), f"modemtwin-{user}")


class PtyPipe:
    """A fresh pty; ``link`` is a symbolic link to it, made anew at each start and removed at the end, or None."""

    kind = "pty"

    def __init__(self, link: str | os.PathLike[str] | None = None) -> None:
        self._link = None if link is None else _Link(Path(os.path.abspath(link)))
        self._master = -1
        self._hold: Hold | None = None
        self._seen = 0.0
        self._look: asyncio.TimerHandle | None = None

    @property
    def address(self) -> str:
        return str(self._link.path) if self._link else self._hold.name if self._hold else ""

    def open(self, received: Received, ended: Ended) -> None:
        if self._link:
            self._link.claim()
        try:
            self._master, slave = os.openpty()
            self._hold = Hold(self._master, slave)
            os.set_blocking(self._master, False)
            if self._link:
                self._link.point_to(self._hold.name)
        except OSError as error:
            self.close()
            raise PortError(f"no pty can be had: {error.strerror or error}") from None
        except PortError:
            self.close()
            raise
        self._received, self._ended = received, ended
        self._loop = asyncio.get_running_loop()
        self._watch()

    def write(self, data: bytes) -> None:
        if self._is_heard():
            self._stream.write(data)
            if self._look is None:
                self._look = self._loop.call_later(_FIRST_LOOK, self._look_after, _FIRST_LOOK)

    def set_baud(self, rate: int) -> None:
        """A pty has no rate."""

    def close(self) -> None:
        hold, self._hold = self._hold, None
        if self._link:
            self._link.release(hold.name if hold else "")
        if self._look is not None:
            self._look.cancel()
        if hold is not None:
            if hasattr(self, "_stream"):
                self._stream.stop()
            hold.close()
            os.close(self._master)

    def _watch(self) -> None:
        self._stream = Stream(self.address, self._master, self._master, self._arrived, self._over)

    def _arrived(self, data: bytes) -> None:
        self._seen = self._loop.time()
        self._received(data)
        if self._hold:
            self._hold.share()

    def _is_heard(self) -> bool:
        """Say whether a TE has the port open; if none has, what waits for one is lost."""
        now = self._loop.time()
        if self._hold is None or now < self._seen + _THERE:
            return True
        if not self._hold.alone():
            self._seen = now
            return True
        self._stream.forget()
        self._hold.discard()
        return False

    def _look_after(self, waited: float) -> None:
        """Look after what was written: a TE that went without reading it leaves it to nobody."""
        self._look = None
        if self._hold and (self._hold.unread or self._stream.backlog) and self._is_heard():
            longer = min(2 * waited, _LONGEST_LOOK)
            self._look = self._loop.call_later(longer, self._look_after, longer)

    def _over(self, error: OSError | None) -> None:
        if error is None or error.errno == errno.EIO:
            try:
                self._renew()
            except OSError as again:
                error = again
            else:
                self._stream.stop()
                self._watch()
                return
        self._stream.stop()
        self._ended(f"the pty {self.address} is gone: {error.strerror}")

    def _renew(self) -> None:
        if self._hold:
            self._hold.renew()
            _log.info("%s was hung up and is open again", self.address)


class _Link:
    """A symbolic link that one modem at a time may own, which a lock on a hidden file beside it says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sidecar = path.with_name(f".{path.name}.lock")
        self._lock = -1

    def claim(self) -> None:
        """Take the lock; PortError when another modem has it, or when no link can stand here."""
        try:
            self._lock = self._locked()
        except BlockingIOError:
            raise PortError(
                f"another modem is running behind {self.path}; stop it, or give this one a link of its own: --pty LINK"
            ) from None
        except FileNotFoundError:
            raise PortError(f"no link {self.path} can be made: there is no folder {self.path.parent}") from None
        except OSError as error:
            raise PortError(f"no link {self.path} can be made: {error.strerror}") from None
        if self.path.is_symlink():
            if not os.readlink(self.path).startswith("/dev/"):
                self._refuse(f"{self.path} is a link to {os.readlink(self.path)}, which is no pty; it is left alone")
        elif self.path.is_dir():
            self._refuse(f"{self.path} is a folder; name a link in it, such as {self.path / 'sim7000'}")
        elif self.path.exists():
            self._refuse(f"{self.path} exists and is no link; it is left alone: name another with --pty LINK")

    def point_to(self, target: str) -> None:
        """Make or replace the link in one step."""
        fresh = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            with contextlib.suppress(FileNotFoundError):
                fresh.unlink()
            fresh.symlink_to(target)
            fresh.replace(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                fresh.unlink()
            raise PortError(f"no link {self.path} can be made: {error.strerror}") from None

    def release(self, target: str) -> None:
        """Remove the link, if it is still ours, and then the lock."""
        if self._lock < 0:
            return
        with contextlib.suppress(OSError):
            if target and os.readlink(self.path) == target:
                self.path.unlink()
        with contextlib.suppress(OSError):
            self._sidecar.unlink()
        os.close(self._lock)
        self._lock = -1

    def _locked(self) -> int:
        while True:
            lock = os.open(self._sidecar, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # The last owner may have removed the file between our two calls: then this lock guards nothing.
                if os.stat(self._sidecar).st_ino == os.fstat(lock).st_ino:
                    return lock
            except FileNotFoundError:
                pass
            except OSError:
                os.close(lock)
                raise
            os.close(lock)

    def _refuse(self, why: str) -> None:
        self.release("")
        raise PortError(why)
