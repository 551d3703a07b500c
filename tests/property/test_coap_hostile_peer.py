"""Whatever hostile peers send and whenever: nothing raises, nothing outgrows its bound, nobody is flooded through us,
and what the owner has asked comes to one end.
"""

from __future__ import annotations

from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from modemtwin.clockwork import seconds
from modemtwin.coap.conversation import Ignored, Request, Response, Transmit
from modemtwin.coap.message import Message, encode, uint
from modemtwin.coap.numbers import ACK, BLOCK2, CON, CONTENT, ECHO, GET, NON, OBSERVE, POST, RST, SIZE2, URI_PATH
from modemtwin.coap.strangers import Strangers
from modemtwin.coap.wary import WaryConversation
from tests.property import hostile
from tests.property.besieged import FLEETING, GROUP, HONEST, KEY, PEERS, TRUE, VICTIM, Address, Besieged

peers = st.sampled_from(PEERS)


class HostilePeers(Besieged):
    """The owner does as he likes, and the peers do their worst."""

    def __init__(self) -> None:
        super().__init__()
        self.asker: Address | None = None
        self.bursts = 0
        self.mids = 0x100

    # ── the owner ─────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(
        kind=st.sampled_from((CON, CON, NON)),
        where=peers,
        long=st.booleans(),
        options=st.sampled_from(((), ((OBSERVE, b""),), ((BLOCK2, b"\x00"),))),
    )
    def owner_asks(self, kind: int, where: Address, options: tuple[tuple[int, bytes], ...], *, long: bool) -> None:
        mid = self.machine.next_mid(self.now)
        # Every request of the owner has a token of its own, as he would choose it; hostile ones guess some of them.
        token = bytes((1 + len(self.asked) % 3,)) if len(self.asked) < 3 else mid.to_bytes(2, "big")
        payload = b"p" * (150 if long else 0)
        request = Message(kind, POST if long else GET, mid, token, (*options, (URI_PATH, b"a")), payload)
        self.asked[mid] = request, where
        self.note(self.machine.send(request, where, self.now))

    @precondition(lambda self: self.open)
    @rule(
        size=st.sampled_from((0, 11, 40, 64, 100, 300)),
        code=st.sampled_from((CONTENT, 0x44, 0x84)),
        watch=st.booleans(),
    )
    def owner_answers(self, size: int, code: int, *, watch: bool) -> None:
        event = self.open.pop()
        answer = Message(code=code, payload=b"y" * size)
        resource = "thing" if watch else None
        self.note(self.machine.respond(event.message, event.source, answer, self.now, resource=resource))

    @rule(kind=st.sampled_from((CON, NON)), code=st.sampled_from((CONTENT, CONTENT, 0x84)), size=st.integers(0, 200))
    def owner_notifies(self, kind: int, code: int, size: int) -> None:
        state = Message(kind, code, payload=b"n" * size)
        events = self.machine.notify("thing", lambda _: state, self.now)
        self.note(events)
        for event in events:
            if isinstance(event, Transmit) and event.destination not in self.verified:
                assert event.data[0] >> 4 & 3 != NON, "a stranger is told by NON"

    @rule(token=st.sampled_from((b"g", b"h")), count=st.integers(1, 3))
    def owner_asks_a_group(self, token: bytes, count: int) -> None:
        for _ in range(count):
            request = Message(NON, GET, self.machine.next_mid(self.now), token, ((URI_PATH, b"a"),))
            self.groups[request.mid] = request
            self.note(self.machine.send(request, GROUP, self.now))

    @rule(where=st.one_of(st.none(), peers))
    def owner_abandons(self, where: Address | None) -> None:
        gone = self.machine.abandon() if where is None else self.machine.abandon_towards(where)
        assert len({message.mid for message in gone}) == len(gone), "told once each"
        for message in gone:
            if message.mid in self.asked:
                self.end(message, self.asked[message.mid][1])

    @rule(span=st.one_of(st.integers(0, seconds(5)), st.integers(0, seconds(300))))
    def time_passes(self, span: int) -> None:
        self.wait(span)

    # ── who knows what was asked, and lies ────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.last is not None)
    @rule(
        kind=st.sampled_from((ACK, ACK, CON, NON)),
        code=st.sampled_from((CONTENT, 0x44, 0x5F, 0x81, 0x84, 0x88, 0x8D)),
        options=hostile.options,
        payload=hostile.payloads,
        room=st.booleans(),
    )
    def answers(
        self, kind: int, code: int, options: tuple[tuple[int, bytes], ...], payload: bytes, *, room: bool
    ) -> None:
        assert self.last is not None
        asked, where = self.last
        mid = asked.mid if kind == ACK else 0x7000
        self.arrive(encode(Message(kind, code, mid, asked.token, options, payload)), where, room=room)

    @precondition(lambda self: self.last is not None)
    @rule(kind=st.sampled_from((ACK, CON, NON)), code=st.sampled_from((CONTENT, 0x84, 0xA0)))
    def answers_what_was_not_asked(self, kind: int, code: int) -> None:
        """Each lie is told while the question stands; ``arrive`` sees to it that nobody believes it."""
        assert self.last is not None
        asked, where = self.last
        mid = asked.mid if kind == ACK else 0x7001
        token = asked.token
        for lie, source in (
            (Message(kind, code, mid, token + b"?" if len(token) < 8 else b"", (), b"token"), where),
            (Message(ACK, code, asked.mid ^ 1, token, (), b"mid"), where),
            (Message(kind, code, mid, token, (), b"port"), (where[0], where[1] + 1)),
            (Message(kind, code, mid, token, (), b"host"), (VICTIM, where[1])),
            (Message(kind, 0, mid), (VICTIM, where[1])),
        ):
            self.arrive(encode(lie if lie.code else lie._replace(token=b"", payload=b"")), source)

    @precondition(lambda self: self.last is not None)
    @rule(first=hostile.NUMBERS_OF_BLOCKS, step=st.sampled_from((1, 1, 1, 0, 2, -1)), lie=st.booleans())
    def sends_blocks_without_end(self, first: int, step: int, *, lie: bool) -> None:
        number = first
        for _ in range(36):
            assert self.last is not None
            asked, where = self.last
            block = (BLOCK2, uint(max(0, min(number, 0xFFFFF)) << 4 | 8 | 2))
            size = (SIZE2, uint(1)) if lie else (SIZE2, b"\xff\xff\xff\xff")
            self.arrive(encode(Message(ACK, CONTENT, asked.mid, asked.token, (block, size), b"z" * 64)), where)
            number += step

    @precondition(lambda self: self.asked)
    @rule(
        kind=st.sampled_from((CON, NON)),
        numbers=st.lists(hostile.OBSERVE_NUMBERS, min_size=1, max_size=6),
        mid=hostile.mids,
    )
    def notifies(self, kind: int, numbers: list[int], mid: int) -> None:
        request, where = next(reversed(self.asked.values()))
        for count, number in enumerate(numbers):
            state = Message(kind, CONTENT, mid + count & 0xFFFF, request.token, ((OBSERVE, uint(number)),), b"state")
            self.arrive(encode(state), where)

    @precondition(lambda self: self.questions)
    @rule(kind=st.sampled_from((ACK, RST)), from_other=st.booleans())
    def acknowledges_or_resets_everything(self, kind: int, *, from_other: bool) -> None:
        for where, mid in list(self.questions)[-40:]:
            self.arrive(encode(Message(kind, 0, mid)), (VICTIM, where[1]) if from_other else where)

    @rule(kind=st.sampled_from((ACK, RST)), where=peers, first=hostile.mids)
    def storms(self, kind: int, where: Address, first: int) -> None:
        for mid in range(first, first + 30):
            self.arrive(encode(Message(kind, 0, mid & 0xFFFF)), where)

    @precondition(lambda self: self.groups)
    @rule(
        token=st.sampled_from((b"g", b"h")),
        options=st.one_of(st.just(()), hostile.options),
        payload=hostile.payloads,
    )
    def a_group_answers(self, token: bytes, options: tuple[tuple[int, bytes], ...], payload: bytes) -> None:
        for where in (PEERS[0], *PEERS, HONEST):
            self.mids += 1
            self.arrive(encode(Message(NON, CONTENT, self.mids, token, options, payload)), where)

    # ── who asks, and what becomes of it ──────────────────────────────────────────────────────────────────────────

    @rule(
        kind=st.sampled_from((CON, NON)),
        where=st.one_of(st.none(), peers),
        option=st.sampled_from(
            (
                None,
                (OBSERVE, b""),
                (OBSERVE, b""),
                (OBSERVE, b"\x01"),
                (BLOCK2, b"\x06"),
                (BLOCK2, b"\x16"),
                (SIZE2, b""),
            )
        ),
        size=st.sampled_from((0, 11, 30, 60, 60, 100, 1000, 3000, 3000)),
        thinks=st.sampled_from((0, 0, seconds(2), None)),
        multicast=st.booleans(),
    )
    def asks(
        self,
        kind: int,
        where: Address | None,
        option: tuple[int, bytes] | None,
        size: int,
        thinks: int | None,
        *,
        multicast: bool,
    ) -> None:
        """A peer, known or new, asks as an honest one would; the owner answers at once, after a while, or later."""
        self.mids += 1
        self.asker = where = (FLEETING, 40_000 + self.mids) if where is None else where
        options = ((URI_PATH, b"a"),) if option is None else ((URI_PATH, b"a"), option)
        kind = NON if multicast else kind
        request = Message(kind, GET, self.mids, bytes((self.mids % 5,)), tuple(sorted(options)))
        events = self.arrive(encode(request), where, multicast=multicast)
        if thinks is not None and any(isinstance(event, Request) for event in events):
            self.wait(thinks)
            told = self.told[where]
            self.owner_answers(size=size, code=CONTENT, watch=option is not None)
            waits = multicast or (thinks and where[0] != FLEETING)
            assert self.told[where] > told or waits, "even a stranger gets an answer"

    @rule(count=st.integers(1, 3), size=st.sampled_from((20, 30, 300)), span=st.sampled_from((0, seconds(100))))
    def strangers_observe_and_say_nothing_more(self, count: int, size: int, span: int) -> None:
        for _ in range(count):
            self.asks(kind=CON, where=None, option=(OBSERVE, b""), size=size, thinks=0, multicast=False)
        self.owner_notifies(kind=NON, code=CONTENT, size=size)
        self.wait(span)

    @precondition(lambda self: self.asker is not None)
    @rule(kind=st.sampled_from((CON, NON)))
    def asks_for_further_blocks(self, kind: int) -> None:
        assert self.asker is not None
        for number, exponent in ((1, 6), (1, 2), (2, 6), (40, 2), (1, 7), (0xFFFFF, 6)):
            self.mids += 1
            block = (BLOCK2, uint(number << 4 | exponent))
            request = Message(kind, GET, self.mids, b"\x01", ((URI_PATH, b"a"), block))
            events = self.arrive(encode(request), self.asker)
            assert any(isinstance(event, Request | Transmit) for event in events), "even a stranger gets an answer"

    # ── who guesses ───────────────────────────────────────────────────────────────────────────────────────────────

    @rule(data=hostile.datagrams, where=peers, room=st.booleans(), multicast=st.booleans())
    def sends_anything(self, data: bytes, where: Address, *, room: bool, multicast: bool) -> None:
        self.arrive(data, where, room=room, multicast=multicast)

    @rule(asked=hostile.requests, where=peers, others=hostile.requests)
    def asks_twice_and_then_recycles_port_and_mid(self, asked: Message, where: Address, others: Message) -> None:
        if not any(isinstance(event, Request) for event in self.arrive(encode(asked), where)):
            return
        again = self.arrive(encode(asked), where)
        other = self.arrive(encode(others._replace(mid=asked.mid)), where)
        assert [event for event in (*again, *other) if isinstance(event, Request)] == []

    @precondition(lambda self: self.bursts < 2)
    @rule(seed=st.integers(0, 3), kind=st.sampled_from((CON, NON, ACK)))
    def spoofs_responses(self, seed: int, kind: int) -> None:
        self.bursts += 1
        chance = Random(seed)
        for _ in range(200):
            spoofed = Message(kind, CONTENT, chance.getrandbits(16), chance.randbytes(2), (), b"spoofed")
            for event in self.arrive(encode(spoofed), (f"198.51.100.{chance.getrandbits(8)}", 5683)):
                assert isinstance(event, Ignored | Transmit)

    @rule(asked=hostile.requests, where=peers, whose=peers)
    def brings_an_echo_back(self, asked: Message, where: Address, whose: Address) -> None:
        """The right one makes it verified; nobody else's does."""
        if where == whose == TRUE:
            self.verified.add(where)
        elif where == whose:
            return
        options = (*(each for each in asked.options if each[0] != ECHO), self.strangers.echo(whose))
        self.arrive(encode(asked._replace(options=options)), where)


TestHostilePeers = HostilePeers.TestCase
TestHostilePeers.settings = settings(max_examples=150, stateful_step_count=40)


def test_ten_thousand_spoofed_responses_leave_the_exchange_of_the_owner_alone() -> None:
    strangers = Strangers(KEY)
    machine = WaryConversation(Random(1), first_mid=1, strangers=strangers)
    server, chance = PEERS[0], Random(1)
    request = Message(CON, GET, machine.next_mid(0), b"\x01\x02\x03\x04", ((URI_PATH, b"a"),))
    machine.send(request, server, 0)
    for count in range(10_000):
        source = server if count % 2 else (VICTIM, chance.getrandbits(16))
        spoofed = Message(chance.choice((CON, NON, ACK)), CONTENT, chance.randrange(2, 1 << 16), chance.randbytes(4))
        for event in machine.receive(encode(spoofed), source, 0):
            assert isinstance(event, Ignored | Transmit)
    sizes = machine.sizes()
    assert (sizes["in flight"], sizes["awaiting"], sizes["seen"]) == (1, 1, 0)
    assert sizes["strangers"] <= 4096
    answer = encode(Message(ACK, CONTENT, 1, b"\x01\x02\x03\x04", (), b"in order"))
    (event,) = machine.receive(answer, server, 0)
    assert isinstance(event, Response)
    assert event.request == request
