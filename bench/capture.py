"""How many datagrams a second go into a capture: our writer beside python-pcapng's and scapy's.

All three write enhanced packet blocks of the same packet to /dev/null; the whole way from a journal's entry, with IP
headers and checksums, is measured alone. The others are no dependency of ours: what is not installed is left out.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from timeit import timeit
from typing import Any, BinaryIO

from bench.figures import Figure, in_turn, share
from modemtwin.capture.capture import Capture
from modemtwin.capture.internet import udp_packet
from modemtwin.capture.pcapng import LINKTYPE_RAW, PcapngWriter
from modemtwin.modem.doors import BearerGranted, DatagramTx, SocketOpened, Tick, UartRx, UartTx
from modemtwin.world.journal.journal import Entry

ROUNDS = 7
PACKETS = 20_000
SLOW = 1_000

PEER = ("198.51.100.9", 5683)
PACKET = udp_packet(("10.94.36.44", 40001), PEER, bytes.fromhex("4201000bbeefb474696d65"))


def run(effort: float = 1.0) -> list[Figure]:
    """Measure packets per second."""
    rounds, packets = share(ROUNDS, effort), share(PACKETS, effort)
    with open(os.devnull, "wb", 4096) as nowhere:  # buffered as scapy's
        ours = _rate(_our_writer(nowhere), packets)
        figures = []
        for name, make in (("python-pcapng", _python_pcapng), ("scapy", _scapy)):
            theirs = make(nowhere)
            if theirs is not None:
                mine, others = in_turn(rounds, ours, _rate(theirs, share(SLOW, effort)))
                figures.append(Figure("packets into a capture", mine, "/s", name, others))
        if not figures:
            (mine,) = in_turn(rounds, ours)
            figures.append(Figure("packets into a capture", mine, "/s"))
        (entries,) = in_turn(rounds, _rate(_our_capture(nowhere), packets))
    return [*figures, Figure("entries of a journal, a line or a datagram each", entries, "/s")]


def _rate(write: Callable[[], object], count: int) -> Callable[[], float]:
    return lambda: count / timeit(write, number=count)


def _our_writer(nowhere: BinaryIO) -> Callable[[], object]:
    writer = PcapngWriter(nowhere.write)
    interface = writer.interface(LINKTYPE_RAW, "bearer", "bench")
    return lambda: writer.packet(interface, 1_700_000_000_000_000, PACKET)


def _our_capture(nowhere: BinaryIO) -> Callable[[], object]:
    capture = Capture(nowhere.write)
    capture.add("", Entry(0, BearerGranted(0, "10.94.36.44"), ()))
    capture.add("", Entry(0, SocketOpened(40001), ()))
    entries = (
        Entry(1, UartRx(b"AT+CCOAPACTION\r"), (UartTx(b"\r\n+CCOAPACTION: 0,11\r\n\r\nOK\r\n"),)),
        Entry(1, Tick(), (DatagramTx(PEER, PACKET[28:]),)),
    )
    turn = iter(range(1 << 62))
    return lambda: capture.add("", entries[next(turn) & 1])


def _python_pcapng(nowhere: BinaryIO) -> Callable[[], object] | None:
    try:
        blocks: Any = importlib.import_module("pcapng.blocks")
        writing: Any = importlib.import_module("pcapng")
    except ImportError:
        return None
    section = blocks.SectionHeader(options={})
    interface = section.new_member(blocks.InterfaceDescription, link_type=LINKTYPE_RAW)
    writer = writing.FileWriter(nowhere, section)

    def write() -> None:
        block = section.new_member(blocks.EnhancedPacket, interface_id=interface.interface_id)
        block.timestamp = 1_700_000_000.0
        block.packet_data = PACKET
        writer.write_block(block)

    return write


def _scapy(nowhere: BinaryIO) -> Callable[[], object] | None:
    try:
        utils: Any = importlib.import_module("scapy.utils")
    except ImportError:
        return None
    writer = utils.PcapNgWriter(os.devnull)
    writer.f.close()
    writer.f = nowhere  # it opens files by their name only
    writer.linktype = LINKTYPE_RAW
    writer.write_header(None)
    return lambda: writer.write_packet(PACKET, sec=1_700_000_000, usec=0)
