"""The embedded CoAP server: the world's ``Peer`` on a real UDP port."""

from __future__ import annotations

import ipaddress
import logging
import socket
import sys
import time
from collections.abc import Iterable
from random import Random, SystemRandom
from typing import Literal, TypeAlias

from modemtwin.coap.events import Event, Ignored, Remark, Request, Transmit
from modemtwin.coap.numbers import BLOCK1, Transmission
from modemtwin.coap.strangers import Strangers
from modemtwin.coap.summary import described_datagram
from modemtwin.io import host_port
from modemtwin.io.alarm import Alarm, now
from modemtwin.io.byte_pipe import PortError
from modemtwin.io.groups import ALL_COAP_NODES
from modemtwin.io.udp import UdpSocket
from modemtwin.modem.doors import Address
from modemtwin.world.peer.peer import PROMPT, Peer

__all__ = ["CoapServer", "Limited", "audience", "listen"]

Limited: TypeAlias = Literal["strangers", "everybody", "nobody"]
"""Who gets small answers only, until the address is verified: all but this machine, all, nobody."""

_KEY_LENGTH = 16

_log = logging.getLogger(__name__)


class CoapServer:
    """A CoAP server on ``host`` and ``port``; 0 takes any port. ``open()`` needs a running event loop.

    ``multicast``: it joins the groups of all CoAP nodes on the interface of ``host``, under its own port. ``limited``:
    who gets no more than three times what came from there, until the address is verified (RFC 7252 §11.3).
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 5683,
        *,
        seed: int | None = None,
        multicast: bool = False,
        transmission: Transmission = PROMPT,
        limited: Limited = "strangers",
    ) -> None:
        self.host, self.port = host, port
        chance = SystemRandom() if seed is None else Random(seed)
        strangers = Strangers(chance.randbytes(_KEY_LENGTH), everywhere=limited == "everybody")
        self.peer = Peer(
            chance,
            epoch=time.time() - time.monotonic(),
            transmission=transmission,
            strangers=None if limited == "nobody" else strangers,
        )
        self._multicast = multicast

    @property
    def address(self) -> str:
        """``host:port``, once it is open."""
        return host_port.join(self.host, self.port)

    def open(self) -> None:
        """Take the port, and join the groups; PortError when that cannot be had."""
        self._socket = UdpSocket(self._arrived, self._failed, self._arm)
        self._alarm = Alarm(self.peer.next_timer, self._ring)
        self.host, self.port = listen(self._socket, self.host, self.port)
        if self._multicast:
            self._join()

    def close(self) -> None:
        """Give the port back."""
        self._alarm.stop()
        self._socket.close()

    def _join(self) -> None:
        """Join every group that there is a way to; one is enough."""
        refusals: list[str] = []
        wanted = [group for group in ALL_COAP_NODES if self.host == "0.0.0.0" or (":" in group) == (":" in self.host)]
        for group in wanted:
            try:
                self._socket.join(group, self._called)
                _log.info("joined %s", host_port.join(group, self.port))
            except OSError as error:
                refusals.append(f"{group}: {error.strerror or error}")
        if len(refusals) == len(wanted):
            self.close()
            raise PortError(f"no multicast group can be joined on {self.host}: {'; '.join(refusals)}")
        for refusal in refusals:
            _log.info("not joined, %s", refusal)
        if ipaddress.ip_address(self.host.partition("%")[0]).is_loopback:
            who = audience(self.host, sys.platform)
            _log.warning("on %s %s can reach the group; --host ADDRESS takes another", self.host, who)

    def _arrived(self, source: Address, data: bytes) -> None:
        if _log.isEnabledFor(logging.INFO):  # to describe a datagram takes longer than to answer one
            _log.info("◄── %s from %s", described_datagram(data), host_port.join(*source))
        self._do(self.peer.receive(data, source, now()))

    def _called(self, source: Address, data: bytes) -> None:
        if _log.isEnabledFor(logging.INFO):
            _log.info("◄── %s from %s to the group", described_datagram(data), host_port.join(*source))
        self._do(self.peer.receive(data, source, now(), multicast=True))

    def _ring(self) -> None:
        self._do(self.peer.fire(now()))
        self._arm()

    def _arm(self) -> None:
        self._alarm.arm(self.peer.next_timer())

    def _failed(self, reason: str, peer: Address | None) -> None:
        _log.info("towards %s: %s", host_port.join(*peer) if peer else "anybody", reason)

    def _do(self, events: Iterable[Event]) -> None:
        verbose = _log.isEnabledFor(logging.INFO)
        for event in events:
            if verbose:
                _tell(event)
            if isinstance(event, Transmit):
                self._socket.send(event.destination, event.data)


def audience(loopback: str, platform: str) -> str:
    """Say who reaches a group on the loopback; Linux has no way for IPv6 groups there (no ff00::/8 on ``lo``)."""
    return "nobody" if ":" in loopback and platform == "linux" else "only this machine"


def listen(opened: UdpSocket, host: str, port: int) -> Address:
    """Take a port of this machine, 0 for any, and say which; PortError when it cannot be had."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        address = found[0][4]
        literal = f"{address[0]!s}%{address[3]}" if len(address) == 4 and address[3] else str(address[0])
        return literal, opened.open(port, host=literal)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise PortError(f"UDP {host_port.join(host, port)} cannot be had: {why}") from None


def _tell(event: Event) -> None:
    match event:
        case Transmit(destination, data):
            _log.info("──► %s to %s", described_datagram(data), host_port.join(*destination))
        case Request(message, _, source) if message.first(BLOCK1) is not None:
            whole = len(message.payload)
            _log.info("from %s: mid %d completes a body of %d bytes", host_port.join(*source), message.mid, whole)
        case Ignored(reason, source):
            _log.info("from %s: %s", host_port.join(*source), reason)
        case Remark(reason, peer):
            _log.info("to %s: %s", host_port.join(*peer), reason)
        case _:
            _log.debug("%s", event)
