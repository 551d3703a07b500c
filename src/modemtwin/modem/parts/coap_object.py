"""The CoAP object: a URL, a packet under assembly, a conversation on a socket, the queue of what came (COAP-AN §3).

URL, PARA ──► assembly ──ACTION──► [name looked up] ──► conversation ──► datagrams
                                                             │
HEAD, READ ◄────────────── receive queue ◄───────────────────┘
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Iterable
from random import Random
from typing import Any, assert_never

from modemtwin.at.reply import Refusal
from modemtwin.clockwork import Micros
from modemtwin.coap import events as coap
from modemtwin.coap import numbers, uri
from modemtwin.coap.conversation import Conversation
from modemtwin.coap.incoming import OpenRequest
from modemtwin.coap.message import Message
from modemtwin.coap.outgoing import Outgoing
from modemtwin.modem.doors import Address, DatagramTx, Effect, Note, Resolve, SocketClose, SocketOpen
from modemtwin.modem.parts.assembly import Assembly, refuse_what_coap_forbids
from modemtwin.modem.parts.events import Emit, PacketReceived, QueueFull, SocketBroken, TimedOut
from modemtwin.modem.parts.local_ports import LocalPorts
from modemtwin.modem.parts.receive_queue import Packet, ReceiveQueue
from modemtwin.modem.profile import Profile

_EMPTY = Assembly()

_SENDERS_KEPT = 256
"""Answers whose sender is remembered, so that an RST finds the way back."""


class CoapObject:
    """What ``AT+CCOAPINIT`` creates and ``AT+CCOAPTERM`` deletes.

    ``url`` and ``assembly`` are as the TE gave them; ``queue`` is what came.
    """

    __slots__ = (
        "_appends",
        "_conversation",
        "_destination",
        "_emit",
        "_fault",
        "_is_group",
        "_keeps",
        "_lookups",
        "_once",
        "_ports",
        "_profile",
        "_senders",
        "_sent",
        "_url",
        "assembly",
        "queue",
    )

    def __init__(self, profile: Profile, random: Random, ports: LocalPorts, emit: Emit, now: Micros) -> None:
        self._profile = profile
        self._appends = profile["Q-PAYLOAD-APPEND"] == "append"
        self._keeps = profile["Q-PARA-KEEP"] == "keep"
        self._emit = emit
        self._ports = ports
        self._conversation = Conversation(random, profile.transmission(), profile.bounds(), first_mid=1)
        self._lookups: dict[str, list[tuple[Message, int]]] = {}
        self._url: uri.CoapUrl | None = None
        self._destination: Address | None = None
        self._is_group = False
        self._once: tuple[tuple[int, bytes], ...] = ()
        self.assembly = _EMPTY
        self.queue = ReceiveQueue(profile.queue_length)
        self._senders: OrderedDict[int, Address] = OrderedDict()
        self._sent = DatagramTx(("", 0), b"")
        self._fault = ""
        emit(SocketOpen(ports.used(now)))

    def point_at(self, url: uri.CoapUrl) -> None:
        """Take a URL: host and port until the next, path and query for the next packet only (COAP-AN §3.2)."""
        address = None if url.named else ipaddress.ip_address(url.host)
        self._url = url
        self._destination = None if address is None else (str(address), url.port)
        self._is_group = address is not None and address.is_multicast
        self._once = uri.options(url)

    def assemble(self, pairs: Iterable[tuple[str, Any]]) -> None:
        """Add fields to the packet under assembly, all or none.

        :raises Refusal: when a field does not fit; the packet is then as it was.
        """
        self.assembly = self.assembly.add(
            pairs,
            append_payload=self._appends,
            longest_payload=self._profile.longest_body,
        )

    # ── sending ───────────────────────────────────────────────────────────────────────────────────────────────────

    def act(self, now: Micros) -> int:
        """Send the packet under assembly and start a new one.

        :returns: its mid.
        :raises Refusal: when RFC 7252 does not allow the packet, or there is no place to send it to or to wait in.
        """
        if self._fault:
            raise Refusal(161, f"there is no socket: {self._fault}; AT+CCOAPTERM and AT+CCOAPINIT try again")
        packet = self.assembly
        answered = self._asked(packet)
        sender = self._senders.get(packet.mid) if packet.mid is not None and packet.type == numbers.RST else None
        if self._url is None and answered is None:
            raise Refusal(3, 'there is no URL: send AT+CCOAPURL="coap://<host>" first')
        if answered is not None and packet.type == numbers.ACK and packet.code != numbers.EMPTY and _too_late(answered):
            mid = self._answer_late(packet, answered[0], answered[1], now)
        elif answered is not None:
            mid = self._answer(packet, answered[0], answered[1], now)
        elif sender is not None:
            mid = self._reject(packet, sender, now)
        else:
            mid = self._send(packet, now)
        self.assembly = packet.without_mid() if self._keeps else _EMPTY
        return mid

    def _asked(self, packet: Assembly) -> OpenRequest | None:
        """The request of a peer that a packet answers: of two with one mid, that with the packet's token."""
        if packet.type not in _ANSWERS or packet.mid is None:
            return None
        asked = self._conversation.open_request(packet.mid, token=packet.token)
        return asked or self._conversation.open_request(packet.mid)

    def _answer(self, packet: Assembly, request: Message, peer: Address, now: Micros) -> int:
        """An ACK or RST to a request of a peer goes out as assembled, to that peer (`Q-ANSWER-URL`)."""
        message = packet.message(packet.mid or 0, ())
        if packet.token is None and message.code != numbers.EMPTY:
            message = message._replace(token=request.token)  # RFC 7252 §5.3.1: the response bears the request's token
        refuse_what_coap_forbids(message)
        self._pass_on(self._conversation.send(message, peer, now))
        return message.mid

    def _answer_late(self, packet: Assembly, request: Message, peer: Address, now: Micros) -> int:
        """No ACK can carry the answer any more: it goes out on its own, with the request's token."""
        draft = packet.message(0, ())
        refuse_what_coap_forbids(draft)
        token = request.token if packet.token is None else packet.token
        message = draft._replace(type=request.type, mid=self._free_mid(now), token=token)
        why = "was acknowledged already" if request.type == numbers.CON else "is that of a NON"
        self._emit(Note(f"mid {request.mid} {why}: the answer goes out as {_TYPES[request.type]}"))
        self._pass_on(self._conversation.send(message, peer, now))
        return message.mid

    def _reject(self, packet: Assembly, sender: Address, now: Micros) -> int:
        """An RST goes to whoever sent what it rejects: to a notification, it ends the observation (RFC 7641 §3.6)."""
        message = packet.message(packet.mid or 0, ())
        refuse_what_coap_forbids(message)
        self._pass_on(self._conversation.send(message, sender, now))
        return message.mid

    def _send(self, packet: Assembly, now: Micros) -> int:
        url = self._url
        assert url is not None, "checked by act()"
        draft = packet.message(packet.mid or 0, self._once)
        refuse_what_coap_forbids(draft)
        if self._is_group and (reason := self._unfit_for_a_group(draft, url.host)) is not None:
            raise Refusal(3, reason)
        self._refuse_when_crowded(draft)
        message = draft.under(self._take_mid(packet, now))
        if self._once and packet.is_request:
            self._once = tuple(option for option in self._once if option[0] == numbers.URI_HOST)
        if self._destination is None:
            self._look_up(url, message)
        else:
            self._pass_on(self._conversation.send(message, self._destination, now))
        return message.mid

    def _unfit_for_a_group(self, message: Message, host: str) -> str | None:
        """Why a group cannot be sent this message, or None."""
        if message.type == numbers.CON:
            return f"a CON cannot go to the multicast group {host}: use type,NON (RFC 7252 §8.1)"
        block = 16 << self._profile.block_exponent
        if len(message.payload) > block:
            # RFC 7959 §2.8: a body for a group cannot be carried block by block, for nobody there says what it has.
            return f"the payload is {len(message.payload)} bytes; to the multicast group {host} go at most {block}"
        return None

    def _refuse_when_crowded(self, message: Message) -> None:
        waiting = self._conversation.waiting()
        if self._lookups:
            waiting += len(self._looked_up())
        if waiting >= self._profile.nstart_waiting and (message.type in (numbers.CON, numbers.NON) or self._lookups):
            raise Refusal(
                3, f"{waiting} packets wait to be sent already (NSTART, RFC 7252 §4.7): wait for their answers"
            )

    def _take_mid(self, packet: Assembly, now: Micros) -> int:
        if packet.mid is None:
            return self._free_mid(now)
        ours = packet.type in (numbers.CON, numbers.NON)
        if ours and (packet.mid in _mids(self._looked_up()) or self._conversation.mid_in_use(packet.mid, now)):
            raise Refusal(3, f"mid {packet.mid} is still in use: EXCHANGE_LIFETIME has not passed (RFC 7252 §4.4)")
        return packet.mid

    def _free_mid(self, now: Micros) -> int:
        """The next mid that neither a packet on its way has nor one whose host is being looked up."""
        taken = _mids(self._looked_up()) if self._lookups else ()
        try:
            while (mid := self._conversation.next_mid(now)) in taken:
                pass
        except LookupError:
            raise Refusal(3, "every mid was used within EXCHANGE_LIFETIME (RFC 7252 §4.4)") from None
        return mid

    def _looked_up(self) -> list[Message]:
        """What waits for the address of its host."""
        return [message for waiting in self._lookups.values() for message, _ in waiting]

    def _look_up(self, url: uri.CoapUrl, message: Message) -> None:
        waiting = self._lookups.setdefault(url.host, [])
        waiting.append((message, url.port))
        if len(waiting) == 1:
            self._emit(Resolve(url.host))

    # ── receiving ─────────────────────────────────────────────────────────────────────────────────────────────────

    def resolved(self, name: str, addresses: tuple[str, ...], reason: str, now: Micros) -> None:
        """A name was looked up: send what waits for it, or end it."""
        waiting = self._lookups.pop(name, ())
        if waiting and not addresses:
            self._emit(Note(f"no address for {name}: {reason or 'the name is unknown'}"))
        for message, port in waiting:
            if addresses:
                self._send_to(_literal(addresses[0]), port, message, now)
            else:
                self._emit(SocketBroken(message.mid))

    def _send_to(self, host: str, port: int, message: Message, now: Micros) -> None:
        """Send what has waited for its name. Only now is it known whether that is the name of a group."""
        reason = None
        if ipaddress.ip_address(host).is_multicast:
            reason = self._unfit_for_a_group(message, host)
        elif message.type <= numbers.NON and self._conversation.mid_in_use(message.mid, now):
            reason = "the question for a further block took this mid meanwhile"
        if reason is None:
            self._pass_on(self._conversation.send(message, (host, port), now))
        else:
            self._emit(Note(f"mid {message.mid}: {reason}"))
            self._emit(SocketBroken(message.mid))

    def receive(self, source: Address, data: bytes, now: Micros) -> None:
        """A datagram came."""
        room = self.queue.has_room or self._profile["Q-QUEUE-FULL"] != "hold"
        self._pass_on(self._conversation.receive(data, source, now, room=room))

    @property
    def ticking(self) -> Outgoing | None:
        """The only part that is ever due as things are; ``datagrams`` wants what it tells. None when there are more."""
        return self._conversation.ticking

    def datagrams(self, events: list[coap.Event], now: Micros) -> list[Effect] | None:
        """Give the datagrams that ``ticking`` tells of; None when it tells of anything else, which is emitted."""
        sent: list[Effect] = []
        for event in events:
            if not isinstance(event, coap.Transmit):
                self._pass_on(self._conversation.follow(events, now))
                return None
            sent.append(self._datagram(event))
        return sent

    def fire(self, now: Micros) -> None:
        """Do what is due."""
        self._pass_on(self._conversation.fire(now))

    def next_timer(self) -> Micros | None:
        """When something is due."""
        return self._conversation.next_timer()

    def in_flight(self) -> bool:
        """Say whether an answer or an ACK is awaited."""
        return self._conversation.in_flight()

    def lose_socket(self, reason: str) -> None:
        """The socket could not be had: nothing can be sent."""
        self._fault = reason
        self.break_off()

    def break_off(self, peer: Address | None = None) -> None:
        """Every exchange (with this peer) ends for want of a bearer or a socket."""
        if peer is None:
            ended = self._conversation.abandon() + self._looked_up()
            self._lookups.clear()
        else:
            ended = self._conversation.abandon_towards(peer)
        for message in ended:
            self._emit(SocketBroken(message.mid))

    def delete(self) -> None:
        """End every exchange silently and close the socket."""
        self._emit(SocketClose())

    def _pass_on(self, events: list[coap.Event]) -> None:
        for event in events:
            match event:
                # Names in a pattern cost time, and these two are nearly all there is.
                case coap.Transmit():
                    self._emit(self._datagram(event))
                case coap.Response() | coap.Notification():
                    self._remember(event.message.mid, event.source)
                    self._enqueue(event.message, event.datagram)
                case coap.Request(message, datagram):
                    self._enqueue(message, datagram)
                case coap.Reset(message, datagram, _, sent):
                    if sent.type == numbers.CON:
                        self._enqueue(message, datagram)
                case coap.GivenUp(message, _, reason) | coap.Broken(message, _, reason):
                    self._emit(Note(f"mid {message.mid}: {reason}"))
                    self._emit(TimedOut(message.mid))
                case coap.Withheld(message):
                    self._emit(Note(f"the receive queue is full: mid {message.mid} counts as lost on the way"))
                    self._tell_full()
                case coap.Waiting(mid, _, behind):
                    self._emit(Note(f"mid {mid} waits for mid {behind} (NSTART, RFC 7252 §4.7)"))
                case coap.Ignored(reason, source):
                    self._emit(Note(f"a datagram from {source[0]} port {source[1]}: {reason}"))
                case coap.Remark(reason, peer):
                    self._emit(Note(f"{peer[0]} port {peer[1]}: {reason}"))
                case coap.Acknowledged():
                    pass
                case unreachable:
                    assert_never(unreachable)

    def _datagram(self, event: coap.Transmit) -> DatagramTx:
        """A datagram goes. A retransmission is the one that went last: it is neither made nor kept twice."""
        if self._sent.data is not event.data or self._sent.destination is not event.destination:
            self._sent = DatagramTx(event.destination, event.data)
        return self._sent

    def _remember(self, mid: int, source: Address) -> None:
        """Note who sent an answer with this mid last."""
        self._senders[mid] = source
        self._senders.move_to_end(mid)
        if len(self._senders) > _SENDERS_KEPT:
            self._senders.popitem(last=False)

    def _enqueue(self, message: Message, datagram: bytes) -> None:
        if not self.queue.has_room:
            self._tell_full()
            if self._profile["Q-QUEUE-FULL"] == "drop-new":
                self._emit(Note(f"the receive queue is full: mid {message.mid} is dropped (Q-QUEUE-FULL)"))
                return
        self.queue.push(Packet(message, datagram))
        self._emit(PacketReceived(message.mid, len(datagram), len(message.payload)))

    def _tell_full(self) -> None:
        mid = self.queue.first_mid_once()
        if mid is not None:
            self._emit(QueueFull(mid))


def _mids(messages: Iterable[Message]) -> set[int]:
    return {message.mid for message in messages}


def _too_late(answered: OpenRequest) -> bool:
    """Whether an ACK cannot answer this request: it has had one, or is a NON (RFC 7252 §4.3)."""
    return answered.acknowledged or answered.message.type == numbers.NON


_ANSWERS = (numbers.ACK, numbers.RST)
_TYPES = numbers.TYPES


def _literal(host: str) -> str:
    """An IP address as a socket spells it, so that what comes back compares equal."""
    return str(ipaddress.ip_address(host))
