"""Membership of multicast groups: the sockets that hear what is sent to a group, and nothing else.

unicast socket 127.0.0.1:5683 ◄── questions to us; every answer leaves from here
group socket 224.0.1.187:5683 ◄── questions to the group

A socket that is bound to the group's own address hears only what was sent to that address, so nobody has to look into
ancillary data to tell the two apart, and two servers of one machine may share a group and a port.
"""

from __future__ import annotations

import socket
import struct
import sys
from contextlib import suppress

__all__ = ["ALL_COAP_NODES", "hear_no_groups", "members", "send_here", "share_port", "speak_to_groups"]

ALL_COAP_NODES = ("224.0.1.187", "ff02::fd", "ff05::fd")
"""The groups of all CoAP nodes: IPv4, and IPv6 with link-local and site-local scope (RFC 7252 §12.8)."""

_IP_MULTICAST_ALL = 49
_IPV6_MULTICAST_ALL = 29
"""Linux: whether a socket bound to no address hears groups that others have joined. Python has no names for them."""

_LOOPBACKS = ("lo", "lo0")


def members(group: str, port: int, host: str) -> list[socket.socket]:
    """Open sockets that hear ``group`` on the interface of ``host``; OSError where there can be none.

    It is one, but for a group of link-local scope and a host that names no interface: then one for each interface.
    """
    if ":" not in group:
        return [_member_ipv4(group, port, host)]
    index = _interface(host)
    if index or not group.startswith("ff02:"):
        return [_member_ipv6(group, port, index)]
    opened: list[socket.socket] = []
    refusal = OSError("no interface for this group")
    for index, _ in socket.if_nameindex():
        try:
            opened.append(_member_ipv6(group, port, index))
        except OSError as error:
            refusal = error
    if not opened:
        raise refusal
    return opened


def share_port(bound: socket.socket) -> None:
    """Let a socket that is bound to no address share its port with those of groups."""
    # Only now, and not before it was bound: a port that another program has must still be refused.
    if bound.getsockname()[0] in ("0.0.0.0", "::"):
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def hear_no_groups(bound: socket.socket) -> None:
    """Let a socket hear nothing of what is sent to groups that only others have joined."""
    ipv6 = bound.family == socket.AF_INET6
    level, option = (socket.IPPROTO_IPV6, _IPV6_MULTICAST_ALL) if ipv6 else (socket.IPPROTO_IP, _IP_MULTICAST_ALL)
    if sys.platform == "linux":  # elsewhere a socket hears only what it has joined anyway
        with suppress(OSError):  # IPv6 knows it since Linux 4.20
            bound.setsockopt(level, option, 0)


def speak_to_groups(bound: socket.socket, host: str) -> None:
    """Let what a socket sends to groups leave by the interface of ``host``; OSError where that cannot be."""
    if bound.family == socket.AF_INET6:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, _interface(host))
    else:
        bound.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _packed(host))


def send_here(bound: socket.socket, data: bytes, destination: tuple[str, int]) -> None:
    """Send one datagram to the members of a group on this machine's loopback; OSError where that cannot be."""
    if bound.family == socket.AF_INET6:
        level, option, anywhere = socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, struct.pack("@I", 0)
        here = struct.pack("@I", _interface("::1"))
    else:
        level, option, anywhere = socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _packed("0.0.0.0")
        here = _packed("127.0.0.1")
    bound.setsockopt(level, option, here)
    try:
        bound.sendto(data, destination)
    finally:
        bound.setsockopt(level, option, anywhere)


def _member_ipv4(group: str, port: int, host: str) -> socket.socket:
    opened = _shared(socket.AF_INET)
    try:
        opened.bind((group, port))
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, _packed(group) + _packed(host))
    except OSError:
        opened.close()
        raise
    return opened


def _member_ipv6(group: str, port: int, index: int) -> socket.socket:
    opened = _shared(socket.AF_INET6)
    try:
        opened.bind((group, port, 0, index))
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, _packed(group) + struct.pack("@I", index))
    except OSError:
        opened.close()
        raise
    return opened


def _shared(family: int) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_DGRAM)
    opened.setblocking(False)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    hear_no_groups(opened)  # but its own: nor what came by an interface where only others have joined
    return opened


def _packed(address: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def _interface(host: str) -> int:
    """Return the index of the interface that an IPv6 address names; 0 lets the system choose."""
    _, percent, zone = host.partition("%")
    if percent:
        return int(zone) if zone.isdigit() else socket.if_nametoindex(zone)
    if host == "::1":
        return next((index for index, name in socket.if_nameindex() if name in _LOOPBACKS), 0)
    return 0
