"""The kinds of line between driver and modem: the modem's end of each, and the port string that leads to it."""

from __future__ import annotations

from pathlib import Path

from modemtwin.io.byte_pipe import BytePipe
from modemtwin.io.memory import MemoryPipe
from modemtwin.io.pty import PtyPipe
from modemtwin.io.rfc2217 import Rfc2217Pipe
from modemtwin.io.tcp import TcpPipe

_SCHEMES = {"pty": "", "tcp": "socket://", "rfc2217": "rfc2217://"}


def modem_end(kind: str, folder: Path) -> BytePipe:
    """Make the modem's end of a line of this kind; what it leaves behind is in the folder."""
    match kind:
        case "memory":
            return MemoryPipe()
        case "pty":
            return PtyPipe(folder / "modem")
        case "tcp":
            return TcpPipe()
        case "rfc2217":
            return Rfc2217Pipe()
        case _:
            raise AssertionError(f"there is no line of kind {kind}")


def port_string(kind: str, address: str, *, pyserial: bool) -> str:
    """Say how the driver names the line to that address."""
    return f"{'pyserial+' if pyserial else ''}{_SCHEMES[kind]}{address}"
