"""IP packets made of datagrams: headers byte by byte, checksums by the receiver's rule."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemtwin.capture.internet import echo_packet, udp_packet


def total(data: bytes) -> int:
    """One's complement sum as a receiver makes it: 0xFFFF where the checksum is right (RFC 1071 §1)."""
    data += b"\0" * (len(data) % 2)
    number: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while number > 0xFFFF:
        number = (number & 0xFFFF) + (number >> 16)
    return number


def pseudo(packet: bytes) -> bytes:
    """The pseudo header that a receiver makes of an IP packet (RFC 768, RFC 8200 §8.1)."""
    if packet[0] >> 4 == 4:
        return packet[12:20] + struct.pack(">HH", packet[9], len(packet) - 20)
    return packet[8:40] + struct.pack(">II", len(packet) - 40, packet[6])


def test_a_datagram_over_ipv4_byte_by_byte() -> None:
    assert udp_packet(("10.94.36.44", 40001), ("198.51.100.9", 5683), bytes.fromhex("40010001")) == bytes.fromhex(
        "4500 0020 0000 4000 40 11 e206 0a5e242c c6336409 9c41 1633 000c b498 40010001"
    )


def test_a_datagram_over_ipv6_byte_by_byte() -> None:
    packet = udp_packet(("2001:db8::1", 5683), ("2001:db8::2", 40001), b"x")
    assert packet[:48] == bytes.fromhex(
        "60000000 0009 11 40 20010db8000000000000000000000001 20010db8000000000000000000000002 1633 9c41 0009 79f2"
    )


def test_an_ipv4_bearer_is_mapped_where_the_peer_has_ipv6() -> None:
    packet = udp_packet(("10.94.36.44", 40001), ("fe80::1%eth0", 5683), b"")
    assert packet[8:40] == bytes(10) + bytes.fromhex("ffff0a5e242c fe80000000000000 0000000000000001")


@given(st.binary(max_size=80), st.integers(0, 65535), st.booleans())
def test_the_checksums_are_right(data: bytes, port: int, wide: bool) -> None:
    here, there = ("2001:db8::1", "2001:db8::ffff") if wide else ("10.0.0.1", "255.255.255.255")
    packet = udp_packet((here, port), (there, 5683), data)
    head = 40 if wide else 20
    assert wide or total(packet[:20]) == 0xFFFF
    assert total(pseudo(packet) + packet[head:]) == 0xFFFF
    assert packet[head + 6 : head + 8] != b"\0\0", "a checksum of 0 would mean that there is none (RFC 768)"


def test_a_checksum_that_comes_out_as_zero_is_written_as_ones() -> None:
    found = [udp_packet(("0.0.0.0", 0), ("0.0.0.0", 0), struct.pack(">H", each))[26:28] for each in range(0x10000)]
    assert b"\xff\xff" in found
    assert b"\0\0" not in found


@pytest.mark.parametrize("reply", [False, True])
def test_a_ping_over_ipv4_and_ipv6(reply: bool) -> None:
    four = echo_packet("10.0.0.1", "10.0.0.2", 3, 32, reply=reply)
    six = echo_packet("2001:db8::1", "2001:db8::2", 3, 32, reply=reply)
    assert (four[9], four[20], four[24:28]) == (1, 0 if reply else 8, b"\0\0\0\3")
    assert (six[6], six[40], six[44:48]) == (58, 129 if reply else 128, b"\0\0\0\3")
    assert total(four[20:]) == 0xFFFF
    assert total(pseudo(six) + six[40:]) == 0xFFFF
    assert len(four) == 20 + 8 + 32


def test_what_no_packet_can_carry_is_refused_in_a_sentence() -> None:
    four, six = ("192.0.2.1", 5683), ("2001:db8::1", 5683)
    assert len(udp_packet(four, four, bytes(65_507))) == 0xFFFF
    assert len(udp_packet(six, six, bytes(65_527))) == 40 + 0xFFFF
    assert len(echo_packet("10.0.0.1", "10.0.0.2", 3, 65_507, reply=True)) == 0xFFFF
    for end, size in ((four, 65_508), (six, 65_528)):
        with pytest.raises(ValueError, match=f"no packet carries a datagram of {size} bytes"):
            udp_packet(end, end, bytes(size))
    for size in (-1, 65_508, 10**15):
        with pytest.raises(ValueError, match=f"no packet carries an echo of {size} bytes"):
            echo_packet("10.0.0.1", "10.0.0.2", 3, size, reply=False)
    for ports in ((65_536, 1), (1, -1)):
        with pytest.raises(
            ValueError, match=f"from port {ports[0]} to port {ports[1]}: a port is a number up to 65535"
        ):
            udp_packet(("10.0.0.1", ports[0]), ("10.0.0.2", ports[1]), b"")
