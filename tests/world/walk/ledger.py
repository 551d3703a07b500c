"""Every ``+CCOAPACTION: 0,mid`` is accounted for: answered, ``2,mid``, ``3``, or gone with its object.

    0,mid ──► open ──the datagram leaves──► sent ──► answered │ 2,mid │ 3
                └── 2,mid │ 3 ──► ended         TERM, restart, PSM, power off: all of them, without a word

What needs no answer (an ACK, a response) needs no end either, but may have one. ``2,mid`` comes at most once, but for
an observation: each state of it that cannot be fetched as a whole ends so. ``3`` does not say whose end it is, so as
many as there were are forgiven.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from modemtwin.coap.message import Message, decode
from modemtwin.coap.numbers import ACK, EMPTY, OBSERVE, RST, is_request, is_response
from tests.world.walk.tap import require

__all__ = ["Ledger"]

_BEGUN = re.compile(r"\+CCOAPACTION: 0,(\d+)")
_ENDED = re.compile(r"\+CCOAPACTION: (?:2,(\d+)|3)")


@dataclass(slots=True)
class _Packet:
    """One packet of the TE."""

    mid: int
    sent: Message | None = None
    answered: bool = False
    ended: bool = False

    @property
    def observes(self) -> bool:
        """Whether it has wanted to observe something."""
        return self.sent is not None and self.sent.first(OBSERVE) == b""

    @property
    def is_owed(self) -> bool:
        """Whether the TE has yet to hear of it."""
        return not self.answered and not self.ended and (self.sent is None or is_request(self.sent.code))


class Ledger:
    """The packets of one modem, as long as their object lives. ``counts``: how they ended."""

    def __init__(self) -> None:
        self._packets: dict[int, _Packet] = {}  # the last of each mid
        self._nameless = self._nameable = 0
        self._object: object = None
        self.counts: Counter[str] = Counter()

    def at(self, coap: object) -> bool:
        """Say which CoAP object there is; give whether it is another one than before."""
        if coap is self._object:
            return False
        self.counts["gone with the object"] += sum(packet.is_owed for packet in self._packets.values())
        self._packets.clear()
        self._nameless = self._nameable = 0
        self._object = coap
        return True

    def reply(self, body: str, lines: list[str], coap: object) -> None:
        """A line has been answered; what it began before it ended the object is gone with that."""
        begun = [int(found[1]) for line in lines if (found := _BEGUN.fullmatch(line))]
        if self.at(coap):
            last = body.upper().rpartition("+CCOAPTERM")[2].count("+CCOAPACTION")
            begun = begun[-last:] if last and coap is not None else []
        for mid in begun:
            self.counts["begun"] += 1
            self._nameable += 1
            self._packets.pop(mid, None)
            self._packets[mid] = _Packet(mid)

    def urc(self, text: str, coap: object) -> None:
        """A URC is announced."""
        self.at(coap)
        found = _ENDED.fullmatch(text)
        if found is None:
            return
        if found[1] is None:
            self._nameless += 1
            self.counts["socket error"] += 1
            require(self._nameless <= self._nameable, "the end of a packet, and none is open", *self._packets.values())
            return
        packet = self._packets.get(int(found[1]))
        open_ = packet is not None and (not packet.ended or packet.observes)
        require(open_, "the end of a packet that is not open", text, packet)
        assert packet is not None
        self._nameable -= not (packet.ended or packet.observes)
        packet.ended = True
        self.counts["given up"] += 1

    def sent(self, data: bytes) -> None:
        """A datagram left."""
        message = decode(data)
        require(isinstance(message, Message), "what leaves is no message", data)
        assert isinstance(message, Message)
        packet = self._packets.get(message.mid)
        if packet is not None and packet.sent is None:
            packet.sent = message

    def heard(self, data: bytes) -> None:
        """A datagram came: whom may it answer? It is not ours to judge whether it does so in every respect."""
        message = decode(data)
        if not isinstance(message, Message):
            return
        ours = self._packets.get(message.mid) if message.type in (ACK, RST) else None
        if ours is not None and (message.type == RST or message.code != EMPTY):
            self._answer(ours)
        if is_response(message.code):
            for packet in self._packets.values():
                if packet.sent is not None and packet.sent.token == message.token:
                    self._answer(packet)

    def _answer(self, packet: _Packet) -> None:
        if not packet.answered:
            packet.answered = True
            self.counts["answered"] += 1

    def close(self) -> None:
        """Hours of silence have passed: nothing may be owed."""
        owed = [packet for packet in self._packets.values() if packet.is_owed]
        require(len(owed) <= self._nameless, "packets without an end", *owed)
