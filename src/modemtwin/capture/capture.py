"""A capture: journal entries in, pcapng out, two interfaces for each modem.

    UartRx ─┐                       ┌─► NAME uart    a packet for each line typed and each reply
    UartTx ─┤                       │                comment: why it says ERROR
            ├─ Capture.add(entry) ──┤
    DatagramRx, DatagramTx ─────────┴─► NAME bearer  IP packets; the modem has the address that the bearer gave

It takes entries as the journal shows them, secrets replaced. Times are the journal's, behind ``epoch``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from modemtwin.capture import exported_pdu
from modemtwin.capture.internet import echo_packet, udp_packet
from modemtwin.capture.pcapng import INBOUND, LINKTYPE_RAW, LINKTYPE_UPPER_PDU, OUTBOUND, PcapngWriter
from modemtwin.clockwork import Micros
from modemtwin.modem.doors import (
    BearerGranted,
    BearerLost,
    DatagramRx,
    DatagramTx,
    Effect,
    Note,
    Ping,
    Pinged,
    Refused,
    SocketOpened,
    Stimulus,
    UartRx,
    UartTx,
)
from modemtwin.version import __version__
from modemtwin.world.journal import Entry
from modemtwin.world.uart_lines import UartLines

__all__ = ["Capture"]

_NOWHERE = "0.0.0.0"
_MOST_REMARKS = 100


class Capture:
    """Writes a capture; ``write`` gets whole blocks of bytes.

    ``epoch``: microseconds since 1970 at the moment that the journal's clock calls 0. ``about`` is a comment on it all.
    """

    def __init__(self, write: Callable[[bytes], object], *, epoch: Micros = 0, about: str = "") -> None:
        self._writer = PcapngWriter(write, application=f"modemtwin {__version__}", about=about)
        self._epoch = epoch
        self._taps: dict[str, _Tap] = {}

    def add(self, name: str, entry: Entry) -> None:
        """Take one entry of a modem's journal; ``name`` tells the modems apart and may be empty when there is one."""
        tap = self._taps.get(name)
        if tap is None:
            tap = self._taps[name] = _Tap(self._writer, name, self._epoch)
        tap.add(entry)

    def watch(self, name: str = "") -> Callable[[Entry], None]:
        """Give a function that takes the entries of one modem."""
        return partial(self.add, name)

    def close(self) -> None:
        """Write the lines that have not ended."""
        for tap in self._taps.values():
            tap.close()


class _Packet:
    """A packet that may still get a comment."""

    __slots__ = ("comments", "data", "direction", "interface")

    def __init__(self, interface: int, data: bytes, direction: int, comments: list[str]) -> None:
        self.interface, self.data, self.direction, self.comments = interface, data, direction, comments


class _Tap:
    """One modem: what must be known of it to write its packets."""

    def __init__(self, writer: PcapngWriter, name: str, epoch: Micros) -> None:
        prefix = f"{name} " if name else ""
        self._writer, self._epoch = writer, epoch
        self._bearer = writer.interface(LINKTYPE_RAW, f"{prefix}bearer", "IP packets of the modem's bearer")
        self._uart = writer.interface(LINKTYPE_UPPER_PDU, f"{prefix}uart", "AT commands between TE and modem")
        self._typed, self._written = UartLines(), UartLines()
        self._host, self._port = _NOWHERE, 0
        self._hosts: dict[int, str] = {}
        self._sizes: dict[int, int] = {}
        self._packets: list[_Packet] = []
        self._remarks: list[str] = []
        self._last: Micros = 0

    def add(self, entry: Entry) -> None:
        now, stimulus, effects = entry
        self._last = now
        try:
            self._take(stimulus)
            for effect in effects:
                self._give(effect)
        finally:
            if self._packets:
                self._flush()

    def close(self) -> None:
        for line, wrap in ((self._typed, exported_pdu.from_te), (self._written, exported_pdu.from_modem)):
            if line.half:
                self._put(self._uart, wrap(line.half))
                line.half = b""
        self._flush()

    def _flush(self) -> None:
        packets, self._packets = self._packets, []
        if self._remarks and packets:
            packets[-1].comments += self._remarks
            self._remarks = []
        for packet in packets:
            self._writer.packet(
                packet.interface,
                self._epoch + self._last,
                packet.data,
                direction=packet.direction,
                comments=packet.comments,
            )

    def _put(self, interface: int, data: bytes, direction: int = 0) -> None:
        self._packets.append(_Packet(interface, data, direction, self._remarks))
        self._remarks = []

    def _take(self, stimulus: Stimulus) -> None:
        match stimulus:
            case UartRx(data):
                for line in self._typed.add(data):
                    self._put(self._uart, exported_pdu.from_te(line))
            case DatagramRx(source, data):
                self._put(self._bearer, udp_packet(source, (self._host, self._port), data), INBOUND)
            case Pinged(sequence, address, milliseconds) if milliseconds is not None:
                size = self._sizes.pop(sequence, 0)
                self._put(self._bearer, echo_packet(address, self._host, sequence, size, reply=True), INBOUND)
            case SocketOpened(port):
                self._port = port
            case BearerGranted(cid, address):
                self._hosts[cid] = address
                self._host = address
            case BearerLost(cid):
                self._hosts.pop(cid, None)
                self._host = next(reversed(self._hosts.values()), self._host)
            case _:
                pass

    def _give(self, effect: Effect) -> None:
        match effect:
            case UartTx(data):
                for line in self._written.add(data):
                    self._put(self._uart, exported_pdu.from_modem(line))
            case DatagramTx(destination, data):
                self._put(self._bearer, udp_packet((self._host, self._port), destination, data), OUTBOUND)
            case Ping(address, sequence, size):
                self._sizes[sequence] = size
                self._put(self._bearer, echo_packet(self._host, address, sequence, size, reply=False), OUTBOUND)
            case Refused(command, error, reason):
                self._remark(f"{command}: error {error}: {reason}")
            case Note(text):
                self._remarks.append(text)  # on what follows
                del self._remarks[:-_MOST_REMARKS]
            case _:
                pass

    def _remark(self, text: str) -> None:
        """Comment on what was said last, which is the ERROR; on the next packet when nothing was said."""
        comments = self._packets[-1].comments if self._packets else self._remarks
        comments.append(text)
