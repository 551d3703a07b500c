"""The CoAP object's socket: datagrams in and out of one local port, over IPv4 and IPv6.

asyncio's own datagram transport costs a factor of three, so the sockets are drained by hand, up to 64 datagrams for
each time the loop wakes up. What is sent meanwhile may be answered meanwhile: a peer on this machine often has the
processor next, so its answer is the next datagram, without the loop.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Collection
from typing import TypeAlias

from modemtwin.coap.group import is_group
from modemtwin.io import groups
from modemtwin.io.vigil import Vigil
from modemtwin.modem.doors import Address

__all__ = ["UdpSocket"]

_BATCH = 64
_TRIES = 64
_LONGEST = 65_535

_log = logging.getLogger(__name__)

_Scoped: TypeAlias = tuple[str, int, int, int]
"""An IPv6 socket address with the index of its interface, which a link-local one is nothing without."""

Arrived: TypeAlias = Callable[[Address, bytes], None]
Failed: TypeAlias = Callable[[str, Address | None], None]


class UdpSocket:
    """One UDP port. ``arrived`` gets each datagram, ``failed`` each error of the socket, with its peer where known.

    ``drained`` is called after the last of those that arrived together: the place to set timers, for none rings before.

    An answer of ICMP is no error here: an unconnected socket of Linux reports none, so a peer that is not there is a
    silent peer on every system.
    """

    def __init__(self, arrived: Arrived, failed: Failed, drained: Callable[[], None] | None = None) -> None:
        self._arrived, self._failed, self._drained = arrived, failed, drained
        self._loop = asyncio.get_running_loop()
        self._sockets: dict[int, socket.socket] = {}
        self._memberships: list[socket.socket] = []
        self._host, self._port = "", 0
        self._groups_here = False
        self._sent, self._awake = 0, False
        self._vigil = Vigil()

    def open(self, port: int = 0, *, host: str = "0.0.0.0", avoid: Collection[int] = ()) -> int:
        """Take a local port, ``port`` or any that is not in ``avoid``, and say which; OSError when there is none."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = _bind(family, host, port) if port else _bind_elsewhere(family, host, avoid)
        self._watch(family, bound)
        self._host, self._port = host, int(bound.getsockname()[1])
        if port and host == "0.0.0.0":
            self._open_ipv6()  # a port that peers know is one they may address over IPv6 first
        return self._port

    def join(self, group: str, arrived: Arrived) -> None:
        """Hear a multicast group too, on the port and the interface of this socket; OSError where that cannot be.

        ``arrived`` gets what is sent to the group.
        """
        family = socket.AF_INET6 if ":" in group else socket.AF_INET
        bound = self._sockets.get(family)
        if bound is None:
            raise OSError("no socket for this kind of address")
        host = self._host if (":" in self._host) == (":" in group) else "::"
        groups.share_port(bound)
        for joined in groups.members(group, self._port, host):
            self._memberships.append(joined)
            self._loop.add_reader(joined, self._readable, joined, arrived)

    def speak_to_groups(self, host: str) -> None:
        """Send what goes to groups by the interface of ``host``; OSError where that cannot be."""
        bound = self._sockets.get(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if bound is not None:
            groups.speak_to_groups(bound, host)

    def reach_groups_here(self) -> None:
        """Send what goes to groups by the loopback too: servers may be there that nobody else reaches."""
        self._groups_here = True

    def send(self, destination: Address, data: bytes) -> None:
        """Send one datagram. What does not fit into the system's buffer is lost, as it may be on any path."""
        six = ":" in destination[0]
        out = self._sockets.get(socket.AF_INET6 if six else socket.AF_INET)
        if out is None and six and self._sockets:
            out = self._open_ipv6()
        if out is None:
            self._failed("no socket for this kind of address", destination)
            return
        self._sent += 1
        if not self._awake:
            self._awake = True
            self._loop.call_soon(self._stay_awake, out)
        here = self._groups_here and is_group(destination[0]) and _send_here(out, data, destination)
        try:
            self._send(out, data, _without_zone(*destination) if six and "%" in destination[0] else destination)
        except (BlockingIOError, InterruptedError):
            _log.debug("the UDP buffer is full: a datagram to %s port %d is lost", *destination)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            if here:
                _log.info("the group %s is reached on this machine only: %s", destination[0], reason)
            else:
                self._failed(reason, destination)

    def close(self) -> None:
        """Give the port back. Closing twice is harmless."""
        for watched in (*self._sockets.values(), *self._memberships):
            self._loop.remove_reader(watched)
            watched.close()
        self._sockets.clear()
        self._memberships.clear()

    def stop(self) -> None:
        """Give the port back for good; here that is the same."""
        self.close()

    @staticmethod
    def _send(out: socket.socket, data: bytes, destination: Address | _Scoped) -> None:
        try:
            out.sendto(data, destination)
        except ConnectionRefusedError:  # some systems report here what an earlier datagram met
            out.sendto(data, destination)

    def _open_ipv6(self) -> socket.socket | None:
        try:
            try:
                bound = _bind(socket.AF_INET6, "::", self._port)
            except OSError:  # another program has this port over IPv6
                bound = _bind(socket.AF_INET6, "::", 0)
        except OSError as error:
            _log.debug("no IPv6 here: %s", error)
            return None
        self._watch(socket.AF_INET6, bound)
        return bound

    def _watch(self, family: int, bound: socket.socket) -> None:
        self._sockets[family] = bound
        self._loop.add_reader(bound, self._readable, bound, self._arrived)

    def _readable(self, bound: socket.socket, arrived: Arrived) -> None:
        self._awake = True  # the drain itself looks for the answers to what it sends
        try:
            self._drain(bound, arrived)
        finally:
            self._awake = False
            if self._drained is not None and bound.fileno() >= 0:
                self._drained()

    def _stay_awake(self, bound: socket.socket) -> None:
        """Look for the answer to what was just sent, before the event loop goes to sleep."""
        self._awake = False
        if bound.fileno() >= 0 and self._vigil.sees(bound):
            self._readable(bound, self._arrived)

    def _drain(self, bound: socket.socket, arrived: Arrived) -> None:
        sent = self._sent
        for _ in range(_BATCH):
            try:
                data, source = bound.recvfrom(_LONGEST)
            except (BlockingIOError, InterruptedError):
                if sent == self._sent or not self._vigil.sees(bound):
                    return
                sent = self._sent
                continue
            except (ConnectionRefusedError, ConnectionResetError) as error:
                _log.debug("a peer has no such port: %s", error)
                continue
            except OSError as error:
                if bound.fileno() >= 0:  # else closed by what the datagram before this one led to
                    self._failed(error.strerror or str(error), None)
                return
            arrived(source if len(source) == 2 else _seen(source), data)


def _send_here(out: socket.socket, data: bytes, destination: Address) -> bool:
    """Send to a group by the loopback, unless an interface is named; say whether that was possible."""
    if "%" in destination[0]:
        return False
    try:
        groups.send_here(out, data, destination)
    except OSError as error:
        _log.debug("no group on the loopback: %s", error)
        return False
    return True


def _seen(source: _Scoped) -> Address:
    """Write an IPv6 source with its zone, where it has one."""
    return (f"{source[0]}%{source[3]}" if source[3] else source[0]), source[1]


def _without_zone(host: str, port: int) -> _Scoped:
    address, _, zone = host.partition("%")
    return address, port, 0, int(zone) if zone.isdigit() else socket.if_nametoindex(zone)


def _bind(family: int, host: str, port: int) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        groups.hear_no_groups(bound)
        bound.bind((host, port) if "%" not in host else _without_zone(host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _bind_elsewhere(family: int, host: str, avoid: Collection[int]) -> socket.socket:
    """Bind to any port but these: the refused ones are held until the end, so that none is offered twice."""
    refused: list[socket.socket] = []
    try:
        for _ in range(_TRIES):
            bound = _bind(family, host, 0)
            if bound.getsockname()[1] not in avoid:
                return bound
            refused.append(bound)
    finally:
        for each in refused:
            each.close()
    raise OSError(f"no free UDP port beside the {len(avoid)} that were used lately")
