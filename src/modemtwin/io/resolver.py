"""Names to addresses without ever keeping the modem waiting: a few threads ask the system's resolver.

The threads are daemons of our own, because the ones of the event loop are waited for at exit, and a name server that
does not answer would hold up the end of the program.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["Resolver", "find", "lookup"]

_THREADS = 4
_WAITING = 64

_log = logging.getLogger(__name__)

Answered: TypeAlias = Callable[[str, tuple[str, ...], str], None]
"""Called with the name, its addresses, best first, and the reason when there are none."""


class Resolver:
    """Looks names up, at most four at a time; ``answered`` is called in the event loop."""

    def __init__(self, answered: Answered, ask: Callable[[str], tuple[str, ...]] | None = None) -> None:
        self._answered = answered
        self._ask = ask or lookup
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[str] = deque()
        self._busy = 0
        self._closed = False

    def resolve(self, name: str) -> None:
        """Ask for a name; the answer comes later, also when it is a failure."""
        if self._busy < _THREADS:
            self._busy += 1
            threading.Thread(target=self._work, args=(name,), name="resolver", daemon=True).start()
        elif len(self._waiting) < _WAITING:
            self._waiting.append(name)
        else:
            self._loop.call_soon(self._answer, name, (), "too many names are being looked up already")

    def close(self) -> None:
        """Answer no more. A thread that still waits for the name server ends by itself."""
        self._closed = True
        self._waiting.clear()

    def _work(self, name: str) -> None:
        addresses: tuple[str, ...] = ()
        reason = ""
        try:
            addresses = self._ask(name)
        except UnicodeError:
            reason = f"{name!r} is no name of a host"
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
        try:
            self._loop.call_soon_threadsafe(self._done, name, addresses, reason)
        except RuntimeError:
            _log.debug("a name was resolved after the end: %s", name)

    def _done(self, name: str, addresses: tuple[str, ...], reason: str) -> None:
        self._busy -= 1
        if self._waiting and not self._closed:
            self.resolve(self._waiting.popleft())
        self._answer(name, addresses, reason)

    def _answer(self, name: str, addresses: tuple[str, ...], reason: str) -> None:
        if not self._closed:
            self._answered(name, addresses, reason)


async def find(name: str) -> str:
    """Give the best address of a host; LookupError says why there is none. Whoever waits may be cancelled."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        pass
    else:
        return name
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def answered(_: str, addresses: tuple[str, ...], reason: str) -> None:
        if addresses:
            found.set_result(addresses[0])
        else:
            found.set_exception(LookupError(reason or "it has no address"))

    resolver = Resolver(answered)
    try:
        resolver.resolve(name)
        return await found
    finally:
        resolver.close()


def lookup(name: str) -> tuple[str, ...]:
    """Ask the system: each address once, IPv4 first, else in the order of the answer; OSError or ValueError."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)  # stable: most cells of NB-IoT give IPv4 only
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
