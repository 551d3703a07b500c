"""What the tests of conversations share: chance that counts, short ways to write blocks, two ends that talk."""

from __future__ import annotations

from random import Random

from modemtwin.coap.conversation import RFC_7252, Conversation, Event, Request, Transmit
from modemtwin.coap.message import Message, encode
from modemtwin.coap.numbers import CON, GET, NON, POST, URI_PATH, Bounds, Transmission
from tests.unit.coap.play import CLIENT, SERVER, b

__all__ = ["T1", "T2", "T3", "Counted", "body", "conversation", "datagram", "numbered", "request", "sent", "talk"]

T1, T2, T3 = "00000001", "00000002", "00000003"
"""The tokens that a conversation here gives to the questions it adds, in turn."""


class Counted(Random):
    """Chance that always falls in the middle, and tokens that count from 1."""

    def __init__(self) -> None:
        super().__init__(0)
        self._drawn = 0

    def random(self) -> float:
        return 0.5

    def getrandbits(self, _k: int) -> int:
        self._drawn += 1
        return self._drawn


def conversation(
    *,
    exponent: int = 6,
    body: int = 65_536,
    memory: int = 262_144,
    transfers: int = 16,
    transmission: Transmission = RFC_7252,
    first_mid: int = 1,
) -> Conversation:
    bounds = Bounds(exponent=exponent, body=body, memory=memory, transfers=transfers, observers=4, answers=3)
    return Conversation(Counted(), transmission, bounds, first_mid=first_mid)


def body(size: int) -> bytes:
    """Bytes that differ from block to block."""
    return Random(size).randbytes(size)


def request(
    mid: int = 1,
    code: int = GET,
    payload: bytes = b"",
    *options: tuple[int, bytes],
    token: bytes = b"",
    kind: int = CON,
) -> Message:
    """A request for /x; options beside the path come first."""
    below = tuple(option for option in options if option[0] < URI_PATH)
    above = tuple(option for option in options if option[0] > URI_PATH)
    return Message(kind, code, mid, token, (*below, (URI_PATH, b"x"), *above), payload)


def datagram(head: str, payload: bytes = b"") -> bytes:
    """A datagram from the hex digits of its head and the bytes of its payload."""
    return b(head) + (b"\xff" + payload if payload else b"")


def numbered(server: Conversation, last: int) -> Conversation:
    """Let a server have given this sequence number: ours counts from 1, a figure as it likes (RFC 7641 §4.4)."""
    server._server._observers._sequence = last
    return server


def sent(events: list[Event]) -> list[bytes]:
    """The datagrams among some events."""
    return [event.data for event in events if isinstance(event, Transmit)]


def talk(
    client: Conversation, server: Conversation, events: list[Event], answer: Message, now: int = 0
) -> tuple[list[Event], list[Event]]:
    """Carry datagrams to and fro until none is left; ``answer`` is what the server's owner says to every request.

    Return what the owners of client and server heard.
    """
    heard: list[Event] = []
    asked: list[Event] = []
    while outgoing := sent(events):
        heard += [event for event in events if not isinstance(event, Transmit)]
        replies: list[Event] = []
        for data in outgoing:
            for event in server.receive(data, CLIENT, now):
                replies.append(event)
                if isinstance(event, Request):
                    replies += server.respond(event.message, CLIENT, answer, now, resource="x")
        asked += [event for event in replies if not isinstance(event, Transmit)]
        events = [event for data in sent(replies) for event in client.receive(data, SERVER, now)]
    return heard + events, asked


assert encode(request(1, POST, b"", kind=NON)) == b("50 02 0001 b1 78")
