"""Tells a running modem something through its control socket, and waits for the answer."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import struct
from collections.abc import Sequence
from typing import Any

__all__ = ["ControlError", "tell"]

_MOST = 16 * 1024 * 1024

_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid: unix(7), SO_PEERCRED


class ControlError(Exception):
    """There is no modem at that address, or it does not answer; a sentence says which."""


def tell(address: str, words: Sequence[str], *, within: float = 10.0) -> dict[str, Any]:
    """Send words, and give the answer as ``io.control`` describes it. ControlError when there is none in time."""
    if not hasattr(socket, "AF_UNIX"):
        raise ControlError("this system has no Unix sockets, and so no modem that can be controlled")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(within)
        try:
            link.connect(address)
            _refuse_a_stranger(link, address)
            with contextlib.suppress(BrokenPipeError):  # it hung up on us: why, is there to be read
                link.sendall(json.dumps({"do": list(words)}).encode() + b"\n")
            answer = _line(link)
        except FileNotFoundError:
            raise ControlError(f"there is no {address}: start a modem with --control {address}") from None
        except ConnectionRefusedError:
            if not stat.S_ISSOCK(os.stat(address).st_mode):
                raise ControlError(f"{address} is no socket: name what modemtwin modem --control made") from None
            raise ControlError(f"nobody listens to {address}: the modem that made it has ended") from None
        except PermissionError:
            raise ControlError(f"{address} is another user's: only its owner may use it") from None
        except TimeoutError:
            raise ControlError(f"{address} does not answer within {within:g} s") from None
        except OSError as error:
            raise ControlError(f"{address}: {error.strerror or error}") from None
    try:
        told = json.loads(answer)
    except ValueError:
        told = None
    if not isinstance(told, dict) or "ok" not in told:
        raise ControlError(f"{address} gives no answer of a modem's control socket")
    return told


def _refuse_a_stranger(link: socket.socket, address: str) -> None:
    """Tell nothing, PINs least of all, to another user who listens there."""
    if hasattr(socket, "SO_PEERCRED"):
        _, user, _ = _CREDENTIALS.unpack(link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
        if os.geteuid() not in (user, 0) and user != 0:
            raise ControlError(f"{address} is another user's, number {user}: nothing was told to it")


def _line(link: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\n"):
        piece = link.recv(64 * 1024)
        if not piece or len(answer) > _MOST:
            break
        answer += piece
    return answer
