"""For all bodies, paths and datagrams: a body arrives once and whole or is given up, and leaves nothing behind."""

from __future__ import annotations

import heapq
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from modemtwin.clockwork import earliest, seconds
from modemtwin.coap.conversation import (
    Broken,
    Conversation,
    Event,
    GivenUp,
    Request,
    Response,
    Transmit,
)
from modemtwin.coap.message import Message, decode
from modemtwin.coap.numbers import (
    CON,
    CONTENT,
    NON,
    POST,
    URI_PATH,
    Bounds,
)

CLIENT, SERVER = ("192.0.2.9", 40000), ("192.0.2.1", 5683)


def body(size: int, seed: int) -> bytes:
    return Random(seed).randbytes(size)


class _Path:
    """Two conversations and what is on its way between them; ``loss``, ``doubling`` and delays by chance."""

    def __init__(self, client: Conversation, server: Conversation, chance: Random, loss: float, delay: int) -> None:
        self.client, self.server = client, server
        self.asked: list[Message] = []
        self.told: list[Event] = []
        self._chance, self._loss, self._delay = chance, loss, delay
        self._way: list[tuple[int, int, bool, bytes]] = []
        self._sent = 0

    def forward(self, events: list[Event], now: int, *, to_server: bool) -> None:
        for event in events:
            if isinstance(event, Transmit):
                for _ in range(1 + (self._chance.random() < 0.1)):
                    self._sent += 1
                    if self._chance.random() >= self._loss:
                        due = now + 1 + int(self._delay * self._chance.random())
                        heapq.heappush(self._way, (due, self._sent, to_server, event.data))
            elif to_server:
                self.told.append(event)

    def play(self, answer: bytes) -> None:
        while (now := self._next()) is not None:
            while self._way and self._way[0][0] <= now:
                _, _, to_server, data = heapq.heappop(self._way)
                self._arrive(data, answer, now, to_server=to_server)
            self.forward(self.client.fire(now), now, to_server=True)
            self.forward(self.server.fire(now), now, to_server=False)

    def _next(self) -> int | None:
        return earliest(self._way[0][0] if self._way else None, self.client.next_timer(), self.server.next_timer())

    def _arrive(self, data: bytes, answer: bytes, now: int, *, to_server: bool) -> None:
        if not to_server:
            self.forward(self.client.receive(data, SERVER, now), now, to_server=True)
            return
        events = self.server.receive(data, CLIENT, now)
        self.forward(events, now, to_server=False)
        for event in events:
            if isinstance(event, Request):
                self.asked.append(event.message)
                response = Message(code=CONTENT, payload=answer)
                self.forward(self.server.respond(event.message, CLIENT, response, now), now, to_server=False)


_sizes = st.one_of(st.integers(0, 5_000), st.sampled_from((1023, 1024, 1025, 16_384, 65_535, 65_536)))


@settings(max_examples=60)
@given(
    kind=st.sampled_from((CON, NON)),
    up=_sizes,
    down=_sizes,
    ours=st.integers(0, 6),
    theirs=st.integers(0, 6),
    seed=st.integers(0, 1_000),
    loss=st.sampled_from((0.0, 0.02, 0.2)),
    delay=st.sampled_from((0, seconds(0.5), seconds(5))),
)
@example(kind=CON, up=65_536, down=65_536, ours=6, theirs=0, seed=1, loss=0.0, delay=0)
@example(kind=CON, up=65_536, down=65_536, ours=0, theirs=6, seed=1, loss=0.0, delay=0)
def test_a_body_of_any_size_goes_both_ways_once_and_whole_or_is_given_up(
    kind: int, up: int, down: int, ours: int, theirs: int, seed: int, loss: float, delay: int
) -> None:
    client = Conversation(Random(1), bounds=Bounds(exponent=ours), first_mid=1)
    server = Conversation(Random(2), bounds=Bounds(exponent=theirs), first_mid=1)
    path = _Path(client, server, Random(seed), loss, delay)
    sent, answer = body(up, seed), body(down, seed + 1)
    asked = Message(kind, POST, client.next_mid(0), b"\x01", ((URI_PATH, b"x"),), sent)
    path.forward(client.send(asked, SERVER, 0), 0, to_server=True)
    path.play(answer)
    ends = [event for event in path.told if isinstance(event, Response | GivenUp | Broken)]
    assert len(ends) == 1
    assert [message.payload for message in path.asked] == [sent][: len(path.asked)]
    match ends[0]:
        case Response(message, datagram, _, request):
            assert (request, message.payload) == (asked, answer)
            assert decode(datagram) == message
            assert len(path.asked) == 1
        case GivenUp(message):
            assert (message, loss > 0 or delay > 0) == (asked, True)
        case unexpected:
            raise AssertionError(unexpected)
    for sizes in (client.sizes(), server.sizes()):
        assert [sizes[name] for name in ("in flight", "transfers", "fetched bytes", "standing")] == [0, 0, 0, 0]
