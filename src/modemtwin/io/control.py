"""The control socket of a running modem: a Unix socket for its owner alone, one line of JSON there and one back.

    {"do": ["fault", "add", "do=drop", "type=ACK"]}
    {"ok": true, "lines": ["1  do=drop type=ACK"], "data": {"number": 1, "fault": "do=drop type=ACK"}}
    {"ok": false, "mistakes": ["there is no verb \\"statsu\\"; did you mean \\"status\\"?"]}

A connection may carry many lines. The socket has mode 0600, and whoever connects is asked for its user by the system.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import stat
import struct
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from modemtwin.io.byte_pipe import PortError

if TYPE_CHECKING:
    from modemtwin.io.virtual_modem import VirtualModem

__all__ = ["ControlSocket"]

LONGEST_LINE = 64 * 1024
MOST_CLIENTS = 8
PATIENCE = 60.0
"""Seconds for which a client may say nothing, or not read."""

LONGEST_NAME = 103 if sys.platform == "darwin" else 107
"""Bytes of a socket's path, less the null behind it (unix(7))."""

_TURN, _LOOK = 2.0, 0.02
"""Seconds to wait for another modem that takes its address in the same folder, and between two looks."""

_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid: unix(7), SO_PEERCRED

_log = logging.getLogger("modemtwin.control")


class ControlSocket:
    """Takes orders for one modem, from ``open()`` to ``close()``. PortError when the socket cannot be had."""

    def __init__(self, modem: VirtualModem, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()
        self._modem = modem
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        self._node: tuple[int, int] | None = None

    async def open(self) -> None:
        """Take the address; one that a modem left behind when it was killed is taken over."""
        if not hasattr(socket, "AF_UNIX"):
            raise PortError(f"control socket {self.path} cannot be had: this system has no Unix sockets")
        _check_folder(self.path)
        async with _alone_in(self.path):
            _clear_away(self.path)
            listener = _listen(self.path)
            found = os.lstat(self.path)
        self._node = (found.st_dev, found.st_ino)
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=LONGEST_LINE)

    def close(self) -> None:
        """Hang up, and remove the socket when it still is ours. Closing twice is harmless."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for client in list(self._clients):
            client.transport.abort()
        with contextlib.suppress(OSError):
            found = os.lstat(self.path)
            if (found.st_dev, found.st_ino) == self._node:
                os.unlink(self.path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        refusal = self._refusal(writer)
        self._clients.add(writer)
        try:
            if refusal:
                _log.warning("a client was turned away: %s", refusal)
                await _say(writer, {"ok": False, "mistakes": [refusal]})
                return
            while line := await asyncio.wait_for(_line(reader), PATIENCE):
                await _say(writer, self._answer(line))
        except ValueError:
            await _say(writer, {"ok": False, "mistakes": [f"the line is longer than {LONGEST_LINE} bytes"]})
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # it has gone, or says nothing, or the modem is stopped
        finally:
            self._clients.discard(writer)
            writer.close()

    def _refusal(self, writer: asyncio.StreamWriter) -> str:
        if len(self._clients) >= MOST_CLIENTS:
            return f"{MOST_CLIENTS} clients are connected already"
        peer = writer.get_extra_info("socket")
        if hasattr(socket, "SO_PEERCRED"):  # elsewhere the mode of the socket has to do
            _, user, _ = _CREDENTIALS.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
            if user not in (os.geteuid(), 0):
                return f"user {user} is not the owner of this modem"
        return ""

    def _answer(self, line: bytes) -> dict[str, object]:
        from modemtwin.io.control_verbs import perform

        try:
            answer = perform(self._modem, _words(line))
        except ValueError as error:
            return {"ok": False, "mistakes": str(error).splitlines()}
        return {"ok": True, "lines": answer.lines, "data": answer.data}


async def _line(reader: asyncio.StreamReader) -> bytes:
    """Read a whole line; nothing at the end, and half a line is nothing. ValueError when it is too long."""
    line = await reader.readline()
    return line if line.endswith(b"\n") else b""


async def _say(writer: asyncio.StreamWriter, answer: dict[str, object]) -> None:
    writer.write(json.dumps(answer).encode() + b"\n")
    with contextlib.suppress(OSError):
        await asyncio.wait_for(writer.drain(), PATIENCE)


def _words(line: bytes) -> list[str]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError('a line is a JSON object such as {"do": ["status"]}') from None
    words = told.get("do") if isinstance(told, dict) else None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError('"do" is a list of words, such as {"do": ["status"]}')
    return words


# ── the address ───────────────────────────────────────────────────────────────────────────────────────────────────


def _check_folder(path: Path) -> None:
    """Refuse a folder in which others could put a socket of theirs in the place of ours."""
    try:
        folder = os.stat(path.parent)
    except OSError as error:
        raise PortError(f"control socket {path} cannot be had: the folder {path.parent}: {error.strerror}") from None
    sticky = folder.st_mode & stat.S_ISVTX
    if folder.st_uid not in (os.geteuid(), 0) or (folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not sticky):
        raise PortError(
            f"control socket {path}: others may write to {path.parent}; take a folder of your own, "
            "such as $XDG_RUNTIME_DIR"
        )


@contextlib.asynccontextmanager
async def _alone_in(path: Path) -> AsyncIterator[None]:
    """Keep other modems out: of two that find the same dead socket, one would remove the new one of the other."""
    import fcntl

    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for _ in range(round(_TURN / _LOOK)):
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_LOOK)
            except OSError:
                break  # a file system without locks
        else:
            raise PortError(f"control socket {path} cannot be had: another program keeps {path.parent} locked")
        yield
    finally:
        os.close(folder)


def _listen(path: Path) -> socket.socket:
    """Bind, owner only from the first moment on, and listen."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(before)
        listener.listen(MOST_CLIENTS)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise PortError(f"control socket {path} cannot be had: {_why(path, error)}") from None
    return listener


def _clear_away(path: Path) -> None:
    """Remove a socket that nobody listens to; PortError when somebody does, or when it is something else."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(mode):
        raise PortError(f"control socket {path} cannot be had: there is a file of that name, and it is no socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            _remove(path)
            return
        except OSError as error:
            raise PortError(f"control socket {path} cannot be had: {_why(path, error)}") from None
    raise PortError(f"control socket {path} cannot be had: another modem listens to it")


def _remove(path: Path) -> None:
    try:
        os.unlink(path)
    except OSError as error:
        raise PortError(
            f"control socket {path} cannot be had: somebody left one behind that cannot be removed: {error.strerror}"
        ) from None


def _why(path: Path, error: OSError) -> str:
    if "too long" in str(error):
        return (
            f"its name has {len(os.fsencode(path))} bytes, and that of a socket at most {LONGEST_NAME}; take a shorter"
        )
    return str(error.strerror or error)
