"""The client's side of a conversation: which exchange of ours serves which wish of the owner.

    send ──► a long payload ──► Transfer ─────┐   question ──► Endpoint ──► response
         ──► Observe 0 ──► Observation        ├◄────────────────────────────────┘
         ──► a group ──► Question             │ whole ──► Response, Notification
         ──► anything else: one exchange      │ cannot be ──► Broken

The first question bears the owner's mid, token and type. Those that we add are CON, so that they are repeated if need
be, with tokens of their own, so that no late answer to one is taken for that to the next (RFC 9175 §4.2 asks for it
where requests are protected). They wait for NSTART like any CON, but are never turned away.
"""

from __future__ import annotations

from random import Random

from modemtwin.clockwork import Micros, earliest
from modemtwin.coap.block import bears, is_by_hand, rejoined
from modemtwin.coap.dedup import Recent
from modemtwin.coap.endpoint import Endpoint
from modemtwin.coap.events import Address, Broken, Event, GivenUp, Ignored, Notification, Reset, Response
from modemtwin.coap.going import Going
from modemtwin.coap.group import Questions, is_group
from modemtwin.coap.message import Message, number
from modemtwin.coap.numbers import (
    BLOCK1,
    BLOCK2,
    CON,
    ECHO,
    NO_RESPONSE,
    NON,
    OBSERVE,
    REQUEST_ENTITY_TOO_LARGE,
    Bounds,
    Transmission,
)
from modemtwin.coap.observe import DEREGISTER, REGISTER, Observation, Observations, Watched, is_observed, wish
from modemtwin.coap.tags import Tags
from modemtwin.coap.transfer import Ask, Done, Failed, Step, Transfer

ECHOES_KEPT = 16
"""Servers whose last Echo is remembered."""

SUCCESS = 2
"""The bit of No-Response for the answers of class 2 (RFC 7967 §2.1)."""

_CONCERNING = frozenset({OBSERVE, BLOCK1, BLOCK2, ECHO})
_CALLING = frozenset({OBSERVE, NO_RESPONSE})
_MAYBE_A_GROUP = frozenset("2fF")
"""First characters of the addresses of groups."""


class Client:
    """Everything of ours that goes beyond one exchange."""

    __slots__ = (
        "_block",
        "_bounds",
        "_echoed",
        "_echoes",
        "_endpoint",
        "_lifetime",
        "_observations",
        "_open",
        "_questions",
        "_quiet",
        "_random",
        "_roomy",
        "_tags",
        "_watched",
        "going",
    )

    def __init__(self, endpoint: Endpoint, random: Random, transmission: Transmission, bounds: Bounds) -> None:
        self._endpoint = endpoint
        self._random = random
        self._bounds = bounds
        self._block = 16 << bounds.exponent
        self._roomy = bounds.memory // bounds.body
        self._lifetime = transmission.exchange_lifetime
        self.going: dict[int, Going] = {}
        self._observations = Observations(endpoint, random, bounds.observations)
        self._questions = Questions(endpoint, transmission.leisure, bounds.observations, bounds.answers)
        # Asked for every message, and a dictionary says quicker than its owner that it is empty.
        self._watched = self._observations.entries
        self._open = self._questions.entries
        self._echoed = False
        self._quiet: dict[int, bool] = {}
        self._echoes: Recent[Address, bytes] = Recent(ECHOES_KEPT)
        self._tags = Tags(bounds.observations, self._lifetime)

    # ── what the owner wants ──────────────────────────────────────────────────────────────────────────────────────

    def is_plain(self, request: Message, destination: Address) -> bool:
        """Say whether a request is a matter of one exchange as far as can be seen."""
        if len(request.payload) > self._block or self._echoed or destination[0][:1] in _MAYBE_A_GROUP:
            return False
        return not bears(request, _CALLING)

    def send(self, request: Message, destination: Address, now: Micros) -> list[Event]:
        """Send a request of the owner's. Raises ValueError as ``Endpoint.send`` does."""
        if is_group(destination[0]):
            return self._questions.ask(request, destination, now)
        if is_by_hand(request):
            return self._endpoint.send(request, destination, now)
        transfer = self._transfer(request, destination, now)
        if transfer.uploads and len(self.going) >= self._bounds.transfers:
            return [GivenUp(request, destination, f"{len(self.going)} bodies are under way already")]
        self._tags.tag(transfer, destination, now)
        question = transfer.question()
        events = self._endpoint.send(question, destination, now)
        if any(isinstance(event, GivenUp) for event in events):
            return [GivenUp(request, destination, event.reason) for event in events if isinstance(event, GivenUp)]
        self._note_quiet(question)
        if transfer.uploads:
            self.going[request.mid] = Going(transfer, destination)
        if wish(request) == DEREGISTER:
            events += self._observations.missing((destination, request.token))
            self._end((destination, request.token), now, reject=True)
        return events

    def reject(self, mid: int, source: Address, now: Micros) -> None:
        """The owner sends an RST: an observation whose notification had this mid is over (RFC 7641 §3.6)."""
        for key in self._observations.with_mid(mid, source):
            self._end(key, now, reject=True)

    # ── what comes of it ──────────────────────────────────────────────────────────────────────────────────────────

    def is_whole(self, event: Response) -> bool:
        """Say whether a response is a matter of one exchange: nothing follows from it here."""
        if self.going or self._quiet or self._watched or event.message.code == REQUEST_ENTITY_TOO_LARGE:
            return False
        return not bears(event.message, _CONCERNING)

    def stride(self, data: bytes, source: Address, now: Micros) -> list[Event] | None:
        """Go on with a transfer if a datagram is an answer like the one before it; None if there is more to it."""
        mid = int.from_bytes(data[2:4], "big")
        going = self.going.get(mid)
        if going is None or going.dropped or now >= going.strides_until:
            return None
        exchange = self._endpoint.confirmable(mid, source)
        if exchange is None or (len(self.going) > self._roomy and self._fetched() + len(data) > self._bounds.memory):
            return None
        stride = going.transfer.stride(data, exchange.message)
        if stride is None:
            return None
        del self.going[mid]
        try:
            mid = self._endpoint.next_mid(now)
        except LookupError as error:
            return [*self._endpoint.end(exchange, now), Broken(going.transfer.request, source, str(error))]
        self.going[mid] = going
        question, datagram = stride.ask(mid, self._endpoint.next_token(source))
        return self._endpoint.follow(exchange, question, datagram, now)

    def answered(self, event: Response, now: Micros) -> list[Event]:
        """A response to a request of ours came."""
        message, source, mid = event.message, event.source, event.request.mid
        self._quiet.pop(mid, None)
        self._note_echo(message, source, now)
        going = self.going.pop(mid, None)
        if going is None:
            if is_by_hand(event.request):
                return [event]
            going = Going(self._transfer(event.request, source, now), source)
        if going.dropped:
            return []
        registers = going.transfer.registers and wish(going.transfer.request) == REGISTER
        step = going.transfer.take(message, event.datagram)
        remarks = self._watch(going, message, step, now) if registers else []
        return [*remarks, *self._go_on(going, step, now)]

    def notified(self, event: Notification, now: Micros) -> list[Event]:
        """One more answer to a request that stands came."""
        message, source, request = event.message, event.source, event.request
        if self._questions.is_open(request.mid):
            asked = self._questions.take(request.token, source)
            if isinstance(asked, str):
                return [Ignored(asked, source)]
            self._note_echo(message, source, now)
            going = Going(self._transfer(asked, source, now), source)
            return self._go_on(going, going.transfer.take(message, event.datagram), now)
        key = source, request.token
        observation = self._observations.find(key)
        if observation is None or not self._observations.notified(observation, message, now):
            return [Ignored(f"notification with mid {message.mid} is older than the last one", source)]
        self._drop(key, renewals=not is_observed(message))
        transfer = Transfer(request, self._bounds.exponent, self._bounds.body, observes=False)
        step = transfer.take(message, event.datagram)
        return self._go_on(Going(transfer, source, notifies=True), step, now)

    def acknowledged(self, mid: int) -> None:
        """The empty ACK to a CON of ours came; if it asked for no answer, nothing more is due."""
        if mid in self._quiet:
            self._quiet[mid] = True

    def given_up(self, event: GivenUp, now: Micros) -> list[Event]:
        """Nothing more comes of a message of ours."""
        mid = event.message.mid
        if self._questions.is_open(mid):
            self._questions.give_up(mid, now)
            return []
        going = self.going.pop(mid, None)
        if self._quiet.pop(mid, False) or (going is not None and going.dropped):
            return []
        if going is None:
            return [event]
        request = going.transfer.request
        if not going.notifies:
            return [GivenUp(request, event.destination, event.reason)]
        if not going.renews:
            return [Broken(request, event.destination, f"the rest of a notification: {event.reason}")]
        observation = self._observations.find(going.watched)
        if observation is None or observation.due is not None:
            return []  # a notification came meanwhile: the server still knows us
        self._end(going.watched, now, reject=True)
        return [GivenUp(request, event.destination, f"the observation is over: {event.reason}")]

    def reset(self, event: Reset, now: Micros) -> list[Event]:
        """A peer rejected a message of ours."""
        mid = event.sent.mid
        if self._questions.is_open(mid):
            self._questions.give_up(mid, now + self._lifetime)  # as if nothing had come
            return [Ignored(f"RST with mid {mid} is in the name of a group, for which nobody can speak", event.source)]
        self._quiet.pop(mid, None)
        going = self.going.pop(mid, None)
        if going is None:
            return [event]
        if going.dropped:
            return []
        if going.renews:
            self._end(going.watched, now)
        request = going.transfer.request
        return [Reset(*rejoined(event.message, event.datagram, b"", request.mid, b""), event.source, request)]

    def is_passing(self, response: Message, datagram: bytes, source: Address, now: Micros) -> bool:
        """Say whether a response would leave nothing to read for the owner yet."""
        request = self._endpoint.asked(response, source)
        going = None if request is None else self.going.get(request.mid)
        if going is not None:
            return going.dropped or not isinstance(going.transfer.copy().take(response, datagram), Done)
        if request is None or is_by_hand(request):
            return False
        observation = self._observations.find((source, request.token))
        if observation is not None and observation.request is request and not observation.is_news(response, now):
            return True
        transfer = Transfer(request, self._bounds.exponent, self._bounds.body)
        return not isinstance(transfer.take(response, datagram), Done)

    # ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def fire(self, now: Micros) -> list[Event]:
        """Renew observations that went stale; close questions to groups."""
        events = self._questions.fire(now)
        for observation in self._observations.stale(now):
            events += self._renew(observation, now)
        return events

    def next_timer(self) -> Micros | None:
        """Return when ``fire`` has something to do."""
        if not self._watched and not self._open:
            return None
        return earliest(self._observations.next_timer(), self._questions.next_timer())

    def sizes(self) -> dict[str, int]:
        """Return how many entries, or bytes, each table holds."""
        return {
            "transfers": len(self.going),
            "fetched bytes": self._fetched(),
            "observations": len(self._observations),
            "questions": len(self._questions),
            "quiet": len(self._quiet),
        }

    def abandon(self, messages: list[Message], destination: Address | None, now: Micros = 0) -> list[Message]:
        """Forget all, or what concerns one peer; ``messages`` are what the endpoint has abandoned.

        Return the owner's requests that have no outcome yet, once each.
        """
        ended: dict[int, Message] = {}
        for message in messages:
            going = self.going.pop(message.mid, None)
            quiet = self._quiet.pop(message.mid, False)
            if going is not None and not going.notifies:
                message = going.transfer.request
            elif quiet or going is not None or self._questions.is_open(message.mid):
                continue
            ended[message.mid] = message
        for request in (*self._questions.abandon(destination, now), *self._observations.abandon(destination)):
            ended[request.mid] = request
        return list(ended.values())

    # ── transfers ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _transfer(self, request: Message, destination: Address, now: Micros) -> Transfer:
        echo = self._echoes.find(destination, now)
        return Transfer(request, self._bounds.exponent, self._bounds.body, echo)

    def _go_on(self, going: Going, step: Step, now: Micros) -> list[Event]:
        transfer, destination = going.transfer, going.destination
        match step:
            case Ask():
                return self._ask(going, now, again=step.again)
            case Done(message, datagram):
                self._tags.release(transfer, destination)
                outcome = Notification if going.notifies else Response
                return [outcome(message, datagram, destination, transfer.request)]
            case Failed(reason):
                return [Broken(transfer.request, destination, reason)]

    def _ask(self, going: Going, now: Micros, *, again: bool) -> list[Event]:
        """Ask the next question of a transfer; the owner's request ``again`` keeps its token and type."""
        transfer, destination = going.transfer, going.destination
        request = transfer.request
        if len(self.going) >= self._bounds.transfers:
            return [Broken(request, destination, f"{len(self.going)} bodies are under way already")]
        if transfer.fetched + self._fetched() > self._bounds.memory:
            return [Broken(request, destination, f"unfinished bodies have {self._bounds.memory} bytes already")]
        self._tags.tag(transfer, destination, now)
        try:
            mid = self._endpoint.next_mid(now)
        except LookupError as error:
            return [Broken(request, destination, str(error))]
        token = request.token if again else self._endpoint.next_token(destination)
        _, code, _, _, options, payload = transfer.question()
        question = Message(request.type if again else CON, code, mid, token, options, payload)
        events = self._endpoint.send(question, destination, now, insist=True)
        self._note_quiet(question)
        self.going[mid] = going
        going.strides_until = now + self._lifetime // 2  # its Request-Tag, or the lack of one, is to be noted again
        return events

    def _fetched(self) -> int:
        """Return how many bytes of unfinished answers are here."""
        return sum([going.transfer.fetched for going in self.going.values()])

    def _note_echo(self, message: Message, source: Address, now: Micros) -> None:
        if (echo := message.first(ECHO)) is not None:
            self._echoed = True
            self._echoes.put(source, echo, self._lifetime, now)

    def _note_quiet(self, question: Message) -> None:
        """Note that silence is no failure: the question wants to hear of no success (RFC 7967 §2.1)."""
        value = question.first(NO_RESPONSE)
        if value is not None and number(value) & SUCCESS:
            self._quiet[question.mid] = question.type == NON

    # ── observations ──────────────────────────────────────────────────────────────────────────────────────────────

    def _watch(self, going: Going, message: Message, step: Step, now: Micros) -> list[Event]:
        """A registration was answered: is the resource observed now?"""
        request = going.transfer.request
        going.renews = going.renews and isinstance(step, Ask) and step.again
        if isinstance(step, Ask) and not going.transfer.fetching:
            return []  # it is not answered yet
        if is_observed(message):
            return self._observations.registered(request, going.destination, message, now)
        self._end(going.watched, now)
        return []

    def _renew(self, observation: Observation, now: Micros) -> list[Event]:
        observation.due = None
        transfer = self._transfer(observation.request, observation.destination, now)
        events = self._ask(Going(transfer, observation.destination, notifies=True, renews=True), now, again=True)
        if any(isinstance(event, Broken) for event in events):
            observation.postpone(self._random, now)  # there is no place for the question now
            return []
        return events

    def _end(self, key: Watched, now: Micros, *, reject: bool = False) -> None:
        self._observations.end(key, now, reject=reject)
        self._drop(key, renewals=True)

    def _drop(self, key: Watched, *, renewals: bool) -> None:
        """Take no interest any more in an older state that is being fetched, nor in renewals."""
        for going in self.going.values():
            if going.notifies and going.watched == key and (renewals or not going.renews):
                going.dropped = True
