"""The receive queue of the CoAP object (COAP-AN §3.4): what came, in its order, read or not.

A packet that was read stays readable until its room is needed. The queue is full when it is full of unread packets.
"""

from __future__ import annotations

from dataclasses import dataclass

from modemtwin.coap.message import Message


@dataclass(slots=True)
class Packet:
    """A message and the datagram that it came in; ``processed`` once its payload was read."""

    message: Message
    datagram: bytes
    processed: bool = False

    @property
    def head(self) -> bytes:
        """Header, token and options as they came, without the payload marker."""
        payload = len(self.message.payload)
        return self.datagram[: len(self.datagram) - payload - 1] if payload else self.datagram


class ReceiveQueue:
    """At most ``length`` packets."""

    __slots__ = ("_length", "_packets", "_processed", "_told")

    def __init__(self, length: int) -> None:
        self._length = length
        self._packets: list[Packet] = []
        self._processed = 0
        self._told = False

    @property
    def has_room(self) -> bool:
        """Whether a packet may come: there is a free place, or one that was read."""
        return self._processed > 0 or len(self._packets) < self._length

    def push(self, packet: Packet) -> None:
        """Take a packet in; the oldest that was read makes room if need be, else the oldest of all."""
        if len(self._packets) >= self._length:
            self._make_room()
        self._packets.append(packet)

    def _make_room(self) -> None:
        oldest = 0
        if self._processed:
            while not self._packets[oldest].processed:
                oldest += 1
            self._processed -= 1
        del self._packets[oldest]

    def first_mid_once(self) -> int | None:
        """The mid of the first packet, told once until there is room again: for the URC that says "full"."""
        if self._told or not self._packets:
            return None
        self._told = True
        return self._packets[0].message.mid

    def unprocessed(self) -> tuple[int, int]:
        """How many packets were not read, and the mid of the oldest of them; 0, 0 when there is none."""
        waiting = [packet for packet in self._packets if not packet.processed]
        return (len(waiting), waiting[0].message.mid) if waiting else (0, 0)

    def find(self, mid: int) -> Packet | None:
        """The oldest packet with this mid that was not read, else the oldest that was."""
        oldest = None
        for packet in self._packets:
            if packet.message.mid == mid:
                if not packet.processed:
                    return packet
                oldest = oldest or packet
        return oldest

    def read(self, packet: Packet) -> None:
        """Mark a packet processed: its room is free for the next."""
        self._processed += not packet.processed
        packet.processed = True
        self._told = False

    def clear(self) -> None:
        """Forget every packet."""
        self._packets.clear()
        self._processed = 0
        self._told = False
