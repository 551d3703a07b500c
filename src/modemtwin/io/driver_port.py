"""A port string becomes an open ``Transport``: where the driver finds its module.

/dev/ttyUSB2   COM5   /dev/serial/by-id/*SIM7000*       a serial port, or the one that a pattern matches
socket://HOST:PORT                                      bytes on TCP: `modemtwin modem --tcp`, ser2net's raw mode
rfc2217://HOST:PORT                                     a serial port behind telnet (RFC 2217)
twin://PROFILE[?KEY=VALUE&…]                            a virtual modem in this process: see ``twin_port``
pyserial+…                                              any of the first three, through pyserial
"""

from __future__ import annotations

import difflib
import glob
import os
import re

from modemtwin.host.errors import InvalidArgument, PortError, PortMissing
from modemtwin.host.transport import Transport
from modemtwin.io import host_port

__all__ = ["check_port", "open_port"]

_SCHEMES = ("socket", "rfc2217", "twin")
_MEANT = {"tcp": "socket", "telnet": "rfc2217", "virtual": "twin", "serial": "", "file": "", "pty": ""}
"""What people write for one of ours; empty: a device needs none."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(/{0,2})(.*)", re.DOTALL)
_HOST_PORT = re.compile(r"[^/\\*?:]+:\d+|\[[^]]+\]:\d+")
_LANE = "pyserial+"


async def open_port(port: str, *, baud: int = 115_200) -> Transport:
    """Open a port, at ``baud`` bits per second where it has a rate.

    :raises InvalidArgument: the string names no port: a scheme, an address or a key that there is not.
    :raises PortError: ``PortMissing``, ``PortDenied``, ``PortBusy``, or the package that it needs is not installed.
    """
    _check_rate(baud)
    scheme, rest = check_port(port)
    if scheme == "twin":
        from modemtwin.io.twin_port import open_twin

        return await open_twin(port, rest)
    named = port.removeprefix(_LANE)
    if not scheme:
        named = _matched(named)
    if named != port and port.startswith(_LANE):
        from modemtwin.io.pyserial_port import open_pyserial

        return await open_pyserial(named, baud)
    from modemtwin.io.serialx_port import open_serialx

    return await open_serialx(named, baud, scheme)


def check_port(port: str) -> tuple[str, str]:
    """Give the scheme, which is empty for a device, and what stands behind it; nothing is opened yet.

    :raises InvalidArgument: the string names no port.
    """
    named = port.removeprefix(_LANE)
    scheme, rest = _split(named)
    if scheme == "twin" and named != port:
        raise InvalidArgument(f"{port!r}: a virtual modem in this process needs no {_LANE.rstrip('+')}")
    if scheme in ("socket", "rfc2217"):
        _check_address(named, rest)
    return scheme, rest


def _split(port: str) -> tuple[str, str]:
    """Take the scheme off, which is empty for a device; InvalidArgument for one that there is not."""
    if not port.strip():
        raise InvalidArgument("the port is empty", _forms())
    if not port.isprintable():
        raise InvalidArgument(f"{port!r} is no port: it holds a control character", _forms())
    if _HOST_PORT.fullmatch(port):
        raise InvalidArgument(f"{port!r} is no port; did you mean socket://{port}?", _forms())
    found = _SCHEME.fullmatch(port)
    if found is None:
        _check_device(port)
        return "", port
    scheme, slashes, rest = found[1].lower(), found[2], found[3]
    if scheme in _SCHEMES and slashes == "//":
        return scheme, rest
    likely = difflib.get_close_matches(scheme, [*_SCHEMES, *_MEANT], 1, 0.6)
    if not likely:
        raise InvalidArgument(f"{port!r} is no port", _forms())
    near = _MEANT.get(likely[0], likely[0])
    meant = f"{near}://{rest}" if near else port.partition(":")[2].removeprefix("//")
    raise InvalidArgument(f"{port!r} is no port; did you mean {meant}?", _forms())


def _forms() -> str:
    return "write a device such as /dev/ttyUSB2 or COM5, socket://HOST:PORT, rfc2217://HOST:PORT or twin://sim7000"


def _check_device(port: str) -> None:
    """``DEVICE@BAUD`` is how a modem's own side of a serial port is written (``modemtwin modem --serial``)."""
    device, _, rate = port.rpartition("@")
    if device and rate.isdecimal() and not os.path.exists(port):
        raise InvalidArgument(f"{port!r} is no port; did you mean {device}, and the baud rate {rate} by itself?")


def _check_address(port: str, rest: str) -> None:
    try:
        _, number = host_port.split(rest.partition("?")[0].partition("/")[0])
    except ValueError as error:
        raise InvalidArgument(f"{port!r} is no port: {error}", _forms()) from None
    if number == 0:
        raise InvalidArgument(f"{port!r} is no port: nobody listens on port 0", _forms())


def _check_rate(baud: int) -> None:
    if not 0 < baud <= 4_000_000:
        raise InvalidArgument(f"{baud} is no rate of a serial port, which is a number such as 115200")


def _matched(port: str) -> str:
    """Give the one device that a pattern matches, or the device as it stands."""
    if not glob.has_magic(port):
        return port
    found = sorted(glob.glob(port))
    if len(found) == 1:
        return found[0]
    from modemtwin.io.serial_ports import listed, nearest

    if not found:
        raise PortMissing(port, f"no device matches; {nearest(port)}")
    raise PortError(port, f"{len(found)} devices match: {listed(found)}", "name one of them")
