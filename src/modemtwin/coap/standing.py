"""Requests of ours that more than one answer belongs to: observations (RFC 7641), questions to a group (RFC 7252 §8).

expect ──► stands: answers with its token are its Notifications ──► expect_no_more ──► ended: they get an RST
             │                                                                             (for a while)
             └── a request to a group stands for every source
"""

from __future__ import annotations

from modemtwin.clockwork import Micros
from modemtwin.coap.dedup import Recent
from modemtwin.coap.events import Address
from modemtwin.coap.exchange import Exchange, State
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import OBSERVE

ENDED_LIMIT = 64
"""Ended ones that are remembered, so that a notification in a NON can be rejected too (RFC 7641 §3.6)."""


class Standing:
    """The ``requests`` that stand, by source and token; the source None is a group's."""

    __slots__ = ("_ended", "requests")

    def __init__(self) -> None:
        self.requests: dict[tuple[Address | None, bytes], Message] = {}
        self._ended: Recent[tuple[Address | None, bytes], None] = Recent(ENDED_LIMIT)

    def __bool__(self) -> bool:
        return bool(self.requests) or len(self._ended) > 0

    def __len__(self) -> int:
        return len(self.requests)

    def expect(self, request: Message, source: Address | None) -> None:
        """Let a request stand; one with the same token gives way."""
        key = source, request.token
        self.requests[key] = request
        self._ended.drop(key)

    def expect_no_more(self, token: bytes, source: Address | None, lifetime: Micros, now: Micros) -> None:
        """Let a request stand no more; for ``lifetime`` its notifications are known as unwanted, 0 for not at all."""
        if self.requests.pop((source, token), None) is not None and lifetime:
            self._ended.put((source, token), None, lifetime, now)

    def find(self, message: Message, source: Address) -> Message | None:
        """Return the request that a response belongs to which no exchange waits for."""
        token = message.token
        return self.requests.get((source, token)) or self.requests.get((None, token))

    def claims(self, message: Message, exchange: Exchange) -> Message | None:
        """Return the request that a response belongs to though ``exchange`` waits for one with its token.

        A notification is no answer to a request that asked for none. One that comes while a renewal has no ACK yet was
        most likely sent before the renewal arrived (silent; we leave the renewal its own answer).
        """
        request = self.requests.get((exchange.destination, message.token))
        if request is None or message.first(OBSERVE) is None:
            return None
        registers = exchange.message.first(OBSERVE) == b""
        return request if not registers or exchange.state is State.UNACKNOWLEDGED else None

    def unwanted(self, message: Message, source: Address, exchange: Exchange | None, now: Micros) -> bool:
        """Say whether this is a notification of what we have ended, even if ``exchange`` waits with its token."""
        if exchange is not None and (message.first(OBSERVE) is None or exchange.message.first(OBSERVE) == b""):
            return False
        return self._ended.holds((source, message.token), now)

    def in_use(self, token: bytes, source: Address) -> bool:
        """Say whether a request with this token stands."""
        requests = self.requests
        return bool(requests) and ((source, token) in requests or (None, token) in requests)

    def forget(self, source: Address | None = None) -> None:
        """Let no request stand any more, of everybody or towards one peer."""
        for key in [key for key in self.requests if source is None or key[0] == source]:
            del self.requests[key]
