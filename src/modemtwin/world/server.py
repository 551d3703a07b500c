"""A CoAP server in a world: a peer on an address, which may stop, start and forget.

arrive ──► machine.receive ──► Transmit ──► net
timer  ──► machine.fire    ──┘ └── Request ──► on_request: what the application sees
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from modemtwin.clockwork import Micros
from modemtwin.coap.events import Event, Request, Transmit
from modemtwin.modem.doors import Address
from modemtwin.world.net.nat import Nat
from modemtwin.world.net.net import Net
from modemtwin.world.net.path import Path
from modemtwin.world.timers import Timer, Timers

__all__ = ["CoapMachine", "Server"]


class CoapMachine(Protocol):
    """The contract of ``Peer``."""

    def receive(self, data: bytes, source: Address, now: Micros, *, multicast: bool = False) -> list[Event]:
        """Take a datagram."""

    def fire(self, now: Micros) -> list[Event]:
        """Do what is due."""

    def next_timer(self) -> Micros | None:
        """Say when ``fire`` is to be called."""


class Server:
    """One server. ``on_request`` is called with the moment and each request that its application sees, once each.

    It may stop or restart the server: the request is not answered then.
    """

    def __init__(
        self,
        name: str,
        address: Address,
        path: Path | None,
        build: Callable[[], CoapMachine],
        *,
        timers: Timers,
        net: Net,
    ) -> None:
        self.name, self.address, self.path = name, address, path
        self.nat: Nat | None = None
        self.machine: Any = build()
        self.is_up = True
        self.on_request: Callable[[Micros, Request], None] | None = None
        self._build = build
        self._timers, self._net = timers, net
        self._timer = Timer(timers, Server._ring, self)

    @property
    def url(self) -> str:
        """Its address as a URL, to which a path can be added."""
        host, port = self.address
        shown = f"[{host}]" if ":" in host else host
        return f"coap://{shown}" if port == 5683 else f"coap://{shown}:{port}"

    def stop(self) -> None:
        """Let it crash: it hears nothing, and what it knew is gone."""
        self.is_up = False
        self._timer.set(None)

    def start(self) -> None:
        """Start it anew, without any memory of before; nothing happens when it is up."""
        if not self.is_up:
            self.machine = self._build()
            self.is_up = True

    def restart(self) -> None:
        """Stop it and start it at once."""
        self.stop()
        self.start()

    def arrive(self, source: Address, destination: Address, data: bytes, *, multicast: bool) -> str:
        """Take a datagram from the net."""
        if not self.is_up:
            return f"the server {self.name} is down"
        self._do(self.machine.receive(data, source, self._timers.now, multicast=multicast))
        return ""

    def send(self, data: bytes, destination: Address) -> None:
        """Send a datagram as it is, from the server's address."""
        self._net.send(self, self.address, destination, data)

    def _ring(self) -> None:
        self._do(self.machine.fire(self._timers.now))

    def _do(self, events: list[Event]) -> None:
        machine = self.machine
        try:
            for event in events:
                if isinstance(event, Transmit):
                    self._net.send(self, self.address, event.destination, event.data)
                elif isinstance(event, Request) and self.on_request is not None:
                    self.on_request(self._timers.now, event)
                    if not self.is_up or self.machine is not machine:
                        break  # it crashed at this request, and what it would have said is gone with it
        finally:  # also when a callback failed: the server has not
            self._timer.set(self.machine.next_timer() if self.is_up else None)
