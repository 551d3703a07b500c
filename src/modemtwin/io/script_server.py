"""A scripted peer on real UDP ports: one where it listens, and one for each other door of its script."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Callable, Iterable
from functools import partial

from modemtwin.clockwork import Micros
from modemtwin.coap.summary import described_datagram
from modemtwin.io import host_port
from modemtwin.io.alarm import Alarm, now
from modemtwin.io.byte_pipe import PortError
from modemtwin.io.coap_server import listen
from modemtwin.io.udp import UdpSocket
from modemtwin.modem.doors import Address
from modemtwin.world.script.peer import PATIENCE, Differed, Event, Heard, ScriptedPeer, Sent
from modemtwin.world.script.script import ANOTHER_ADDRESS, ANOTHER_PORT, Door, Script

__all__ = ["ScriptServer"]

_log = logging.getLogger(__name__)


class ScriptServer:
    """Plays one script once, on ``host`` and ``port``; 0 takes any port. ``open()`` needs a running event loop.

    ``told`` gets each event as it comes. ``ended`` is done when the play is over; ``peer.differences`` then tells how
    it went.
    """

    def __init__(
        self,
        script: Script,
        host: str = "127.0.0.1",
        port: int = 5683,
        *,
        patience: Micros = PATIENCE,
        first_patience: Micros | None = None,
        told: Callable[[Event], None] | None = None,
    ) -> None:
        self.host, self.port = host, port
        self.peer = ScriptedPeer(script, patience=patience, first_patience=first_patience)
        self._script = script
        self._told = told
        self._sockets: dict[Door, UdpSocket] = {}

    @property
    def address(self) -> str:
        """``host:port`` where it listens, once it is open."""
        return host_port.join(self.host, self.port)

    def open(self) -> None:
        """Take the ports; PortError when one cannot be had. Nothing is said before ``start``."""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._alarm = Alarm(self.peer.next_timer, lambda: self._do(self.peer.fire(now())))
        self.host, self.port = listen(self._socket(""), self.host, self.port)
        try:
            for door in self._script.doors:
                self._open_door(door)
        except PortError:
            self.close()
            raise

    def start(self) -> None:
        """Begin with the first line."""
        self._do(self.peer.start(now()))

    def close(self) -> None:
        """Give the ports back."""
        self._alarm.stop()
        for each in self._sockets.values():
            each.close()

    def _open_door(self, door: Door) -> None:
        match door:
            case _ if door == ANOTHER_PORT:
                listen(self._socket(door), self.host, 0)
            case _ if door == ANOTHER_ADDRESS:
                listen(self._socket(door), _neighbour(self.host), self.port)
            case _:
                listen(self._socket(door), *host_port.split(door))

    def _socket(self, door: Door) -> UdpSocket:
        opened = self._sockets[door] = UdpSocket(partial(self._arrived, door), self._failed)
        return opened

    def _arrived(self, door: Door, source: Address, data: bytes) -> None:
        self._do(self.peer.receive(data, source, now(), door=door))

    def _failed(self, reason: str, peer: Address | None) -> None:
        _log.warning("towards %s: %s", host_port.join(*peer) if peer else "anybody", reason)

    def _do(self, events: Iterable[Event]) -> None:
        for event in events:
            if self._told is not None:
                self._told(event)
            match event:
                case Sent(line, door, destination, data):
                    self._sockets[door].send(destination, data)
                    _log.info("line %d: ──► %s%s", line, described_datagram(data), f" from {door}" if door else "")
                case Heard(0, _, source, data):
                    _log.info("ignored: ◄── %s from %s", described_datagram(data), host_port.join(*source))
                case Heard(line, _, source, data):
                    _log.info("line %d: ◄── %s from %s", line, described_datagram(data), host_port.join(*source))
                case Differed(difference):
                    _log.info("%s", difference)
        self._alarm.arm(self.peer.next_timer())
        if self.peer.ended and not self.ended.done():
            self.ended.set_result(None)


def _neighbour(host: str) -> str:
    """Another address of this machine: 127.0.0.2 beside 127.0.0.1. IPv6 has but one on the loopback."""
    address = ipaddress.ip_address(host)
    if not (address.version == 4 and (address.is_loopback or address.is_unspecified)):
        raise PortError(
            f'"{ANOTHER_ADDRESS}" than {host}: none is known; listen on 127.0.0.1, or write "from HOST:PORT"'
        )
    return "127.0.0.1" if host == "127.0.0.2" else "127.0.0.2"
