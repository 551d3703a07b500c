"""Blocks of a pcapng file, byte by byte."""

from __future__ import annotations

import struct

import pytest

from modemtwin.capture.pcapng import INBOUND, LINKTYPE_RAW, PcapngWriter

SECTION = bytes.fromhex(
    "0a0d0d0a 28000000 4d3c2b1a 0100 0000 ffffffffffffffff"
    "0400 0400 74657374"  # shb_userappl: test
    "0000 0000 28000000"
)

INTERFACE = bytes.fromhex(
    "01000000 30000000 6500 0000 00000000"
    "0200 0400 75617274"  # if_name: uart
    "0300 0300 782e7900"  # if_description: x.y
    "0900 0100 06000000"  # if_tsresol: microseconds
    "0000 0000 30000000"
)


def written() -> tuple[PcapngWriter, list[bytes]]:
    blocks: list[bytes] = []
    return PcapngWriter(blocks.append, application="test"), blocks


def test_it_begins_with_a_section_and_its_interfaces() -> None:
    writer, blocks = written()
    assert writer.interface(LINKTYPE_RAW, "uart", "x.y") == 0
    assert writer.interface(LINKTYPE_RAW, "uart", "x.y") == 1
    assert blocks == [SECTION, INTERFACE, INTERFACE]


def test_a_packet_is_a_block_with_its_time_in_microseconds() -> None:
    writer, blocks = written()
    writer.packet(1, 0x0005_0000_0001, b"abcde")
    assert blocks[1] == bytes.fromhex(
        "06000000 28000000 01000000 05000000 01000000 05000000 05000000 6162636465000000 28000000"
    )


def test_comments_and_direction_are_options() -> None:
    writer, blocks = written()
    writer.packet(0, 7, b"abcd", direction=INBOUND, comments=["é", "no"])
    assert blocks[1] == bytes.fromhex(
        "06000000 40000000 00000000 00000000 07000000 04000000 04000000 61626364"
        "0100 0200 c3a90000 0100 0200 6e6f0000 0200 0400 01000000 0000 0000 40000000"
    )


def test_a_comment_that_no_option_can_hold_is_cut() -> None:
    writer, blocks = written()
    writer.packet(0, 0, b"", comments=["x" * 100_000])
    assert struct.unpack_from("<HH", blocks[1], 28) == (1, 0xFFFC)


def test_a_comment_is_not_cut_in_the_middle_of_a_character() -> None:
    writer, blocks = written()
    writer.packet(0, 0, b"", comments=["x" + "é" * 50_000])
    assert struct.unpack_from("<HH", blocks[1], 28) == (1, 0xFFFB)
    assert blocks[1][32 : 32 + 0xFFFB].decode() == "x" + "é" * 32_765


@pytest.mark.parametrize("now", [-1, 1 << 64])
def test_a_time_that_no_capture_can_have_is_refused(now: int) -> None:
    writer, blocks = written()
    with pytest.raises(ValueError, match=f"{now} microseconds since 1970 is no time"):
        writer.packet(0, now, b"")
    writer.packet(0, (1 << 64) - 1, b"")
    assert len(blocks) == 2


def test_every_block_says_its_length_at_both_ends_and_ends_on_32_bits() -> None:
    writer, blocks = written()
    for size in range(9):
        writer.packet(0, 0, bytes(size), comments=["c" * size])
    for block in blocks:
        assert len(block) % 4 == 0
        assert struct.unpack_from("<I", block, 4)[0] == struct.unpack("<I", block[-4:])[0] == len(block)
