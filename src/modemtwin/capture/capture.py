"""A capture: journal entries in, pcapng out, two interfaces for each modem.

    UartRx ─┐                       ┌─► NAME uart    a packet for each line typed and each reply
    UartTx ─┤                       │                comment: why it says ERROR
            ├─ Capture.add(entry) ──┤
    DatagramRx, DatagramTx ─────────┴─► NAME bearer  IP packets; the modem has the address that the bearer gave

It takes entries as the journal shows them, secrets replaced. Times are the journal's, behind ``epoch``. What the modem
sends is a packet also when a fault keeps it from the air: the journal says so right behind it, at the same moment, and
that is a comment on it. So what was sent waits until the moment is over, or ``settle()``.
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
    Struck,
    UartRx,
    UartTx,
)
from modemtwin.version import __version__
from modemtwin.world.journal.journal import Entry
from modemtwin.world.journal.uart_lines import UartLines

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
        self._holding: list[_Tap] = []
        self._moment: Micros = 0

    def add(self, name: str, entry: Entry) -> None:
        """Take one entry of a modem's journal; ``name`` tells the modems apart and may be empty when there is one."""
        if entry.now != self._moment:
            self.settle()
            self._moment = entry.now
        tap = self._taps.get(name)
        if tap is None:
            tap = self._taps[name] = _Tap(self._writer, name, self._epoch)
        if tap.add(entry) and tap not in self._holding:
            self._holding.append(tap)

    def settle(self) -> None:
        """Write what was sent just now: nothing more is to be said of it."""
        for tap in self._holding:
            tap.flush()
        self._holding.clear()

    @property
    def is_settled(self) -> bool:
        """Whether all that was sent is written."""
        return not self._holding

    def watch(self, name: str = "") -> Callable[[Entry], None]:
        """Give a function that takes the entries of one modem."""
        return partial(self.add, name)

    def close(self) -> None:
        """Write the lines that have not ended."""
        self.settle()
        for tap in self._taps.values():
            tap.close()


class _Packet:
    """A packet that may still get a comment; ``sent`` is the modem's datagram in it."""

    __slots__ = ("comments", "data", "direction", "interface", "sent")

    def __init__(self, interface: int, data: bytes, direction: int, comments: list[str], sent: bytes | None) -> None:
        self.interface, self.data, self.direction, self.comments = interface, data, direction, comments
        self.sent = sent


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
        self._before = 0  # so many of them are of entries before
        self._remarks: list[str] = []
        self._last: Micros = 0

    def add(self, entry: Entry) -> bool:
        """Take an entry; say whether its packets are held, for there is one of which more may be said."""
        now, stimulus, effects = entry
        self._last = now
        if isinstance(stimulus, Struck) and self._comment(stimulus):
            return True
        held, self._before = False, len(self._packets)
        try:
            self._take(stimulus)
            for effect in effects:
                self._give(effect)
            held = any(packet.sent is not None for packet in self._packets)
        finally:
            if self._remarks and len(self._packets) > self._before:
                self._packets[-1].comments += self._remarks
                self._remarks = []
            if not held:
                self.flush()
        return held

    def _comment(self, struck: Struck) -> bool:
        """Write on a packet what a fault does to it."""
        for packet in self._packets:
            if packet.sent is not None and packet.sent == struck.sent and struck.text not in packet.comments:
                packet.comments.append(struck.text)
                return True
        return False

    def close(self) -> None:
        for line, wrap in ((self._typed, exported_pdu.from_te), (self._written, exported_pdu.from_modem)):
            if line.half:
                self._put(self._uart, wrap(line.half))
                line.half = b""
        self.flush()

    def flush(self) -> None:
        packets, self._packets = self._packets, []
        for packet in packets:
            self._writer.packet(
                packet.interface,
                self._epoch + self._last,
                packet.data,
                direction=packet.direction,
                comments=packet.comments,
            )

    def _put(self, interface: int, data: bytes, direction: int = 0, *, sent: bytes | None = None) -> None:
        self._packets.append(_Packet(interface, data, direction, self._remarks, sent))
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
                self._put(self._bearer, udp_packet((self._host, self._port), destination, data), OUTBOUND, sent=data)
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
        comments = self._packets[-1].comments if len(self._packets) > self._before else self._remarks
        comments.append(text)
