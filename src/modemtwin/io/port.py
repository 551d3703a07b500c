"""The modem's ports as text: ``pty``, ``tcp://HOST:PORT`` and the like; ``FORMS`` lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from modemtwin.io import host_port
from modemtwin.io.byte_pipe import BytePipe

__all__ = ["FORMS", "parse_port"]

FORMS = "pty, pty:LINK, tcp://HOST:PORT, rfc2217://HOST:PORT, serial:DEVICE[@BAUD] or stdio"


def parse_port(text: str) -> BytePipe:
    """Make the pipe that a text names, without opening it; ValueError with a sentence when it names none."""
    kind, _, rest = text.partition(":")
    if kind not in _KINDS:
        raise ValueError(f"{text!r} is no port; write {FORMS}")
    return _KINDS[kind](rest)


# A Windows machine has no termios, so each kind is imported when it is asked for.


def _pty(rest: str) -> BytePipe:
    from modemtwin.io.pty import PtyPipe

    return PtyPipe(rest or None)


def _tcp(rest: str) -> BytePipe:
    from modemtwin.io.tcp import TcpPipe

    return TcpPipe(*host_port.split(rest.removeprefix("//")))


def _rfc2217(rest: str) -> BytePipe:
    from modemtwin.io.rfc2217 import Rfc2217Pipe

    return Rfc2217Pipe(*host_port.split(rest.removeprefix("//")))


def _serial(rest: str) -> BytePipe:
    from modemtwin.io.serial import SerialPipe, split

    return SerialPipe(*split(rest))


def _stdio(rest: str) -> BytePipe:
    from modemtwin.io.stdio import StdioPipe

    if rest:
        raise ValueError(f"stdio takes no {rest!r}")
    return StdioPipe()


_KINDS: Mapping[str, Callable[[str], BytePipe]] = {
    "pty": _pty,
    "tcp": _tcp,
    "rfc2217": _rfc2217,
    "serial": _serial,
    "stdio": _stdio,
}
