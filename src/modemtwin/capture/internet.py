"""Datagrams and pings as the IP packets that carried them: headers made anew, checksums right.

    IPv4: RFC 791 §3.1   IPv6: RFC 8200 §3   UDP: RFC 768   echo: RFC 792, RFC 4443 §4.1

The modem hands over datagrams, not packets; hop limit, identification and the echo's identifier are made up.
"""

from __future__ import annotations

import ipaddress
import struct
from functools import lru_cache

from modemtwin.modem.doors import Address

__all__ = ["echo_packet", "udp_packet"]

_ICMP, _UDP, _ICMPV6 = 1, 17, 58
_HOPS = 64
_LONGEST = {4: 0xFFFF - 20, 16: 0xFFFF}
"""The most bytes behind the header: its length field counts the header too, or does not (RFC 791 §3.1, RFC 8200 §3)."""
_DO_NOT_FRAGMENT = 0x4000
_pack_ipv4 = struct.Struct(">BBHHHBBH").pack
_pack_ipv6 = struct.Struct(">IHBB").pack
_pack_four = struct.Struct(">HHHH").pack


def udp_packet(source: Address, destination: Address, data: bytes) -> bytes:
    """Give the packet of a datagram. The peer's address says which IP it is; a host of the other one is mapped.

    ValueError: an address is none, or the datagram is longer than a packet can be.
    """
    (source_host, source_port), (destination_host, destination_port) = source, destination
    here, there = _hosts(source_host, destination_host)
    length = 8 + len(data)
    if length > _LONGEST[len(here)]:
        raise ValueError(f"no packet carries a datagram of {len(data)} bytes")
    if not (0 <= source_port <= 0xFFFF and 0 <= destination_port <= 0xFFFF):
        raise ValueError(f"from port {source_port} to port {destination_port}: a port is a number up to 65535")
    ports = struct.pack(">HHH", source_port, destination_port, length)
    checksum = _checksum(_pseudo(here, there, length, _UDP) + ports + b"\0\0" + data) or 0xFFFF  # 0 means: none
    return _packet(here, there, _UDP, ports + checksum.to_bytes(2, "big") + data)


def echo_packet(source: str, destination: str, sequence: int, size: int, *, reply: bool) -> bytes:
    """Give the packet of an ICMP echo request or reply with ``size`` bytes, all of them zero; ValueError as above."""
    here, there = _hosts(source, destination)
    if not 0 <= size <= _LONGEST[len(here)] - 8:
        raise ValueError(f"no packet carries an echo of {size} bytes")
    kinds = (8, 0) if len(here) == 4 else (128, 129)
    protocol = _ICMP if len(here) == 4 else _ICMPV6
    rest = struct.pack(">HH", 0, sequence & 0xFFFF) + bytes(size)
    kind = bytes((kinds[reply], 0))
    covered = b"" if protocol == _ICMP else _pseudo(here, there, 4 + len(rest), protocol)
    checksum = _checksum(covered + kind + b"\0\0" + rest)
    return _packet(here, there, protocol, kind + checksum.to_bytes(2, "big") + rest)


def _packet(here: bytes, there: bytes, protocol: int, payload: bytes) -> bytes:
    if len(here) == 16:
        return _pack_ipv6(6 << 28, len(payload), protocol, _HOPS) + here + there + payload
    length = 20 + len(payload)
    # An atomic datagram needs no identification (RFC 6864 §4.1).
    bare = _pack_ipv4(0x45, 0, length, 0, _DO_NOT_FRAGMENT, _HOPS, protocol, 0) + here + there
    checksum = _checksum(bare)
    return _pack_ipv4(0x45, 0, length, 0, _DO_NOT_FRAGMENT, _HOPS, protocol, checksum) + bare[12:] + payload


def _pseudo(here: bytes, there: bytes, length: int, protocol: int) -> bytes:
    """Give what a checksum covers beside the payload; the order of its words does not matter (RFC 1071 §2)."""
    return here + there + _pack_four(length >> 16, length & 0xFFFF, 0, protocol)


def _checksum(data: bytes) -> int:
    """Give the one's complement sum of the 16-bit words (RFC 1071 §1): a number is that modulo 0xFFFF."""
    if len(data) & 1:
        data += b"\0"
    number = int.from_bytes(data, "big")
    return 0xFFFF - (number % 0xFFFF or (0xFFFF if number else 0))


@lru_cache(maxsize=1024)
def _hosts(one: str, other: str) -> tuple[bytes, bytes]:
    """Give both as bytes of equal length: where they are of two kinds, IPv4 in IPv6 (RFC 4291 §2.5.5.2)."""
    pair = [ipaddress.ip_address(host.partition("%")[0]).packed for host in (one, other)]
    if len(pair[0]) != len(pair[1]):
        pair = [host.rjust(16, b"\0") if len(host) == 16 else b"\0" * 10 + b"\xff\xff" + host for host in pair]
    return pair[0], pair[1]
