"""The NAT between a mobile network and the rest of the world, which forgets who has been silent.

    10.0.0.16:49152 ──► 198.18.0.1:40000 ──► server          within `timeout` of the last datagram from inside
                        198.18.0.1:40001 ──► server          after it: the same modem, another port
                    ✗── 198.18.0.1:40000 ◄── server          after it: nobody is there any more

Mapping and filtering do not depend on the far end, and only what comes from inside keeps a binding alive: the
strictest that RFC 4787 §4.3 allows a NAT to be.
"""

from __future__ import annotations

from modemtwin.clockwork import Micros
from modemtwin.modem.doors import Address

__all__ = ["Nat"]

FIRST_PORT = 40_000
_PORTS = 25_000


class Nat:
    """One public address with its bindings, each of which is forgotten ``timeout`` microseconds after its last use."""

    def __init__(self, host: str, timeout: Micros) -> None:
        self.host = host
        self._timeout = timeout
        self._next = 0
        self._ports: dict[Address, int] = {}
        self._inside: dict[int, tuple[Address, Micros]] = {}

    def outbound(self, source: Address, now: Micros) -> Address:
        """Say where a datagram from inside seems to come from."""
        port = self._ports.get(source)
        if port is None or self._is_over(port, now):
            port = self._bind(source, now)
        self._inside[port] = source, now
        return self.host, port

    def inbound(self, port: int, now: Micros) -> Address | None:
        """Say whom a datagram for this public port is for; None when the binding is forgotten, or never was."""
        return None if port not in self._inside or self._is_over(port, now) else self._inside[port][0]

    def _is_over(self, port: int, now: Micros) -> bool:
        return now - self._inside[port][1] > self._timeout

    def _bind(self, source: Address, now: Micros) -> int:
        for port in [port for port in self._inside if self._is_over(port, now)]:
            self._ports.pop(self._inside.pop(port)[0], None)
        while (port := FIRST_PORT + self._next % _PORTS) in self._inside:
            self._next += 1
        self._next += 1
        self._ports[source] = port
        return port
