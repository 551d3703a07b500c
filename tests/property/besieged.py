"""A conversation besieged by hostile peers: what it heard and said, and what holds whatever they do.

rules of ``test_coap_hostile_peer`` ── arrive, wait, note ──► Besieged ──► WaryConversation
                                                              └─ after each step: bounds, and nobody is flooded
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from modemtwin.clockwork import seconds
from modemtwin.coap.conversation import (
    Broken,
    Event,
    GivenUp,
    Notification,
    Request,
    Reset,
    Response,
    Transmit,
)
from modemtwin.coap.events import Remark
from modemtwin.coap.message import Malformed, Message, decode, encode
from modemtwin.coap.numbers import ACK, CON, CONTENT, GET, OBSERVE, RST, URI_PATH, Bounds, Transmission
from modemtwin.coap.strangers import FACTOR, Strangers, headers
from modemtwin.coap.wary import WaryConversation

TIGHT = Bounds(body=2048, exponent=6, memory=4096, transfers=3, observations=2, observers=2, answers=2)
SMALL = Transmission(seen_limit=16, open_limit=4, waiting_limit=3)
MAX_TRANSMIT_WAIT = seconds(93)
"""RFC 7252 §4.8.2, with the values of §4.8."""
PEERS = (("192.0.2.1", 5683), ("192.0.2.2", 5683), ("2001:db8::3", 40_000))
HONEST, SILENT = ("192.0.2.77", 5683), ("192.0.2.78", 5683)
GROUP = ("224.0.1.187", 5683)
VICTIM, FLEETING = "203.0.113.9", "192.0.2.200"
TRUE = PEERS[2]
"""Who may come back with his Echo; the others are never verified."""
KEY = b"what nobody knows"

Address: TypeAlias = tuple[str, int]


class Besieged(RuleBasedStateMachine):
    """One conversation, its owner who asks and answers, and what came of it all.

    ``heard`` and ``told`` count bytes by address, headers and all; ``asked`` is what the owner wants to know, by mid,
    ``ends`` how often he was told of it; ``groups`` is what he wants to know of a group, ``members`` who answered it;
    ``questions`` is every request that went out: where to, mid, token.
    """

    def __init__(self) -> None:
        super().__init__()
        self.strangers = Strangers(KEY, everywhere=True)
        self.now = 0
        self.heard: Counter[Address] = Counter()
        self.told: Counter[Address] = Counter()
        self.verified: set[Address] = set()
        self.asked: dict[int, tuple[Message, Address]] = {}
        self.ends: Counter[int] = Counter()
        self.groups: dict[int, Message] = {}
        self.members: set[tuple[int, Address]] = set()
        self.questions: dict[tuple[Address, int], bytes] = {}
        self.sent_mids: set[tuple[Address, int]] = set()
        self.unpaid: set[Address] = set()
        self.last: tuple[Message, Address] | None = None
        self.open: list[Request] = []

    @initialize(first_mid=st.sampled_from((1, 0xFFFD)))
    def begin(self, first_mid: int) -> None:
        self.machine = WaryConversation(Random(1), SMALL, TIGHT, first_mid=first_mid, strangers=self.strangers)

    # ── what holds ────────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def nobody_is_flooded(self) -> None:
        for where, told in self.told.items():
            assert where in self.verified or told <= FACTOR * self.heard[where], where

    @invariant()
    def every_table_is_bounded(self) -> None:
        if not hasattr(self, "machine"):
            return
        sizes = self.machine.sizes()
        limits = {
            "seen": SMALL.seen_limit,
            "open": SMALL.open_limit,
            "unacknowledged": SMALL.open_limit,
            "waiting": SMALL.waiting_limit + TIGHT.transfers + TIGHT.observers,
            "mids": 0x10000,
            "in flight": 0x10000,
            "awaiting": sizes["in flight"],
            "timers": 2 * sizes["in flight"] + 65,
            "standing": 2 * TIGHT.observations,
            "transfers": TIGHT.transfers,
            "fetched bytes": TIGHT.memory + TIGHT.body,
            "observations": TIGHT.observations,
            "questions": TIGHT.observations,
            "quiet": sizes["in flight"],
            "observers": TIGHT.observers,
            "leisurely": TIGHT.observers,
            "asked": TIGHT.observers,
            "assembled": TIGHT.transfers,
            "assembled bytes": TIGHT.memory,
            "portioned": TIGHT.transfers,
            "portioned bytes": TIGHT.memory,
            "strangers": 4096,
            "verified": len(self.verified),
        }
        assert set(limits) == set(sizes), "a table without a bound"
        assert {name: size for name, size in sizes.items() if size > limits[name]} == {}

    def teardown(self) -> None:
        """Leave the conversation alone until nothing is due: all has ended once, and it works as ever."""
        if not hasattr(self, "machine"):
            return
        self.wait(seconds(3600))
        sizes = self.machine.sizes()
        left = {name: sizes[name] for name in ("in flight", "awaiting", "waiting", "transfers", "questions")}
        assert left == dict.fromkeys(left, 0), left
        assert [mid for mid in self.asked if self.ends[mid] != 1] == []
        self._asks_of_the_honest()
        self._asks_of_the_silent()

    def _asks_of_the_honest(self) -> None:
        request = Message(CON, GET, self.machine.next_mid(self.now), b"last", ((URI_PATH, b"a"),))
        sent = self.machine.send(request, HONEST, self.now)
        assert sent == [Transmit(HONEST, encode(request))]
        answer = encode(Message(ACK, CONTENT, request.mid, b"last", (), b"in order"))
        told = self.machine.receive(answer, HONEST, self.now)
        message = decode(answer)
        assert isinstance(message, Message)
        assert told == [Response(message, answer, HONEST, request)]

    def _asks_of_the_silent(self) -> None:
        begun = self.now
        request = Message(CON, GET, self.machine.next_mid(self.now), b"late", ((URI_PATH, b"a"),))
        self.asked = {request.mid: (request, SILENT)}
        self.ends.clear()
        self.note(self.machine.send(request, SILENT, self.now))
        while not self.ends:
            moment = self.machine.next_timer()
            assert moment is not None
            assert moment - begun <= MAX_TRANSMIT_WAIT
            self.now = moment
            self.note(self.machine.fire(moment))
        assert self.ends == {request.mid: 1}

    # ── bookkeeping ───────────────────────────────────────────────────────────────────────────────────────────────

    def wait(self, span: int) -> None:
        """Let time pass, and every timer fire when it is due."""
        end = self.now + span
        while (moment := self.machine.next_timer()) is not None and moment <= end:
            assert moment >= self.now, "time goes backwards"
            self.now = moment
            self.note(self.machine.fire(moment))
            after = self.machine.next_timer()
            assert after is None or after > moment, "what was due is still due"
        self.now = end

    def arrive(self, data: bytes, where: Address, *, room: bool = True, multicast: bool = False) -> list[Event]:
        """Let a datagram arrive."""
        self.heard[where] += len(data) + headers(where)
        events = self.machine.receive(data, where, self.now, room=room, multicast=multicast)
        if not self.is_wanted(decode(data), where):
            told = [event for event in events if isinstance(event, Response | Notification | Broken | Reset)]
            assert told == [], "what was not asked for"
        self.note(events)
        return events

    def is_wanted(self, message: Message | Malformed, where: Address) -> bool:
        """Say whether a datagram belongs to anything that was sent there."""
        if isinstance(message, Malformed):
            return False
        if message.type == RST:
            return (where, message.mid) in self.sent_mids or where in self.unpaid
        if message.type == ACK:
            return self.questions.get((where, message.mid)) == message.token
        return any(
            whither in (where, GROUP) and token == message.token for (whither, _), token in self.questions.items()
        )

    def note(self, events: list[Event]) -> None:
        """Take notice of what the conversation tells."""
        for event in events:
            match event:
                case Transmit(destination, data):
                    self.sent(destination, data)
                case Remark(_, peer):  # something for him was not paid for: what he rejects may be that
                    self.unpaid.add(peer)
                case Request():
                    self.open = [*self.open[-3:], event]
                case Response(message, _, source, request):
                    self.judge(message, source, request)
                    self.end(request, source)
                case Notification(message, _, source, request):
                    assert self.asked[request.mid] == (request, source)
                    assert len(message.payload) <= 1024
                case GivenUp(message, destination) | Broken(message, destination) | Reset(_, _, destination, message):
                    self.end(message, destination)

    def sent(self, destination: Address, data: bytes) -> None:
        message = decode(data)
        assert not isinstance(message, Malformed)
        self.sent_mids.add((destination, message.mid))
        if 0 < message.code < 0x20:
            self.last = message, PEERS[0] if destination == GROUP else destination
            self.questions[destination, message.mid] = message.token
        elif (message.type, message.code) != (CON, 0):
            self.told[destination] += len(data) + headers(destination)

    def judge(self, message: Message, source: Address, request: Message) -> None:
        """A response must have come from where it was asked for, and belong to what was asked."""
        assert message.token == request.token
        assert len(message.payload) <= 1024
        if request.mid not in self.groups:
            assert self.asked[request.mid] == (request, source)
            return
        assert self.groups[request.mid] == request
        assert (request.mid, source) not in self.members, "a member is heard once"
        self.members.add((request.mid, source))
        assert sum(mid == request.mid for mid, _ in self.members) <= TIGHT.answers

    def end(self, message: Message, where: Address) -> None:
        """Count an end of what the owner asked; an observation that lapses is told of once more, after its answer."""
        if self.asked.get(message.mid) == (message, where):
            observes = message.first(OBSERVE) == b""
            if not (observes and self.ends[message.mid] == 1):
                self.ends[message.mid] += 1
            assert self.ends[message.mid] == 1, message
