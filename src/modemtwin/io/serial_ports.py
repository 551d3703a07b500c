"""What serial ports this machine has, whose they are, and in what words one cannot be had."""

from __future__ import annotations

import difflib
import errno
import glob
import os
import sys
from collections.abc import Iterable

__all__ = ["group", "holder", "listed", "nearest", "present", "why_not"]

_USUAL = ("/dev/ttyUSB*", "/dev/ttyACM*", "/dev/ttyAMA*", "/dev/serial[0-9]", "/dev/cu.usb*")
_MOST_SHOWN = 6


def present() -> list[str]:
    """List the ports that a module may stand behind."""
    if sys.platform == "win32":
        import serialx

        return sorted(each.device for each in serialx.list_serial_ports())
    return sorted(each for pattern in _USUAL for each in glob.glob(pattern))


def nearest(device: str, ports: Iterable[str] | None = None) -> str:
    """Say which ports there are in place of one that is not: the likeliest first."""
    there = sorted(present() if ports is None else ports, key=lambda each: (-_likeness(device, each), each))
    if not there:
        return "this machine has no serial port at the moment"
    if _likeness(device, there[0]) > 0.8 and len(there) > 1:
        return f"did you mean {there[0]}? there are also {listed(there[1:])}"
    return f"there {'is' if len(there) == 1 else 'are'} {listed(there)}"


def why_not(device: str, error: OSError) -> str:
    """Say in a sentence, without the name of the device, why it cannot be opened."""
    match error.errno:
        case errno.ENOENT if os.path.islink(device):
            return f"it is a link to {os.readlink(device)}, which is gone; does the modem behind it still run?"
        case errno.ENOENT:
            return f"there is no such device; {nearest(device)}"
        case errno.ENXIO | errno.ENODEV:
            return "the device is there, but nothing is behind it; is it plugged in?"
        case errno.EACCES | errno.EPERM:
            return f"no permission; it belongs to {owner(device)}"
        case errno.EBUSY | errno.EWOULDBLOCK:
            return f"it is in use by {holder(device)}"
        case errno.ENOTTY | errno.EINVAL:
            return "it is no serial port"
        case errno.EISDIR:
            return "it is a folder, no serial port"
        case _:
            return f"it cannot be opened: {error.strerror or error}"


def group(device: str) -> str:
    """The group that may use a device; empty when it is root's alone, or nobody knows."""
    try:
        import grp

        name = grp.getgrgid(os.stat(device).st_gid).gr_name
    except (ImportError, KeyError, OSError):
        return ""
    return "" if name == "root" else name


def owner(device: str) -> str:
    """Whom a device belongs to, and how one joins."""
    name = group(device)
    if not name:
        return "root"
    return f"the group {name}; join it: sudo usermod -aG {name} $USER, then log in again"


def holder(device: str) -> str:
    """Name the program that has a device open, where Linux tells us; else ``another program``."""
    path = os.path.realpath(device)
    for process in glob.glob("/proc/[0-9]*"):
        number = int(process.rpartition("/")[2])
        files = _open_files(process)
        # Who has the other end of a pty, such as a virtual modem, holds this end open too, and does not use it.
        behind_it = path.startswith("/dev/pts/") and any(each.endswith("/ptmx") for each in files)
        if number != os.getpid() and path in files and not behind_it:
            return f"{_program(process)} (process {number})"
    return "another program"


def _open_files(process: str) -> list[str]:
    try:
        return [os.readlink(f"{process}/fd/{each}") for each in os.listdir(f"{process}/fd")]
    except OSError:
        return []  # another user's, or gone


def _program(process: str) -> str:
    try:
        with open(f"{process}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip() or "another program"
    except OSError:
        return "another program"


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio()


def listed(ports: list[str]) -> str:
    """Name some ports, and say how many more there are."""
    more = f" and {len(ports) - _MOST_SHOWN} more" if len(ports) > _MOST_SHOWN else ""
    return ", ".join(ports[:_MOST_SHOWN]) + more
