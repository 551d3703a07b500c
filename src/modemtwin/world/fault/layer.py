"""The layer of faults round a station: what passes in and out is dropped, delayed, changed; its world is disturbed.

    TE, path ──► uart, datagrams ──► station.handle ──► uart, datagrams ──► TE, path
                      │                  ▲  ▲                │
                      └──── deeds ───────┘  └─── heap ◄──────┘        what comes later

Every strike is told to the modem's journal (``Struck``), before what it does when it comes from outside, else behind
it. A station without faults has no layer, and pays nothing.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import ParamSpec, Protocol, TypeAlias, TypeVar, assert_never

from modemtwin.amount import amount, figure
from modemtwin.clockwork import Micros, earliest
from modemtwin.coap.message import Malformed, Message, decode
from modemtwin.coap.numbers import CODES, EMPTY, TYPES, dotted, is_request
from modemtwin.modem.doors import Address, DatagramRx, DatagramTx, Effect, Stimulus, UartRx, UartTx
from modemtwin.world.chance import chance
from modemtwin.world.fault.datagram import Flights, answered, changed
from modemtwin.world.fault.deeds import Deeds
from modemtwin.world.fault.fault import Answer, Change, Corrupt, Delay, Drop, Duplicate, Fault, Garble, OnTime, Truncate
from modemtwin.world.fault.rule import Rule
from modemtwin.world.fault.state import state
from modemtwin.world.fault.target import Target
from modemtwin.world.fault.uart import Flight, Hit, Lane

__all__ = ["FaultLayer"]

P = ParamSpec("P")
T = TypeVar("T")

_MOST_SPENT = 256
"""So many faults are remembered: above that those that are spent are forgotten."""

_MOST_UNPROVOKED = 64
"""How often a fault may strike while nothing comes from TE or path: more than that it brings about by itself."""


@dataclass(frozen=True, slots=True)
class _In:
    """This goes to the station as it is."""

    stimulus: Stimulus


@dataclass(frozen=True, slots=True)
class _Out:
    """This leaves as it is."""

    effect: Effect


@dataclass(frozen=True, slots=True)
class _Do:
    """A rule strikes, and disturbs the modem's world."""

    rule: Rule


@dataclass(frozen=True, slots=True)
class _End:
    """The spell of a rule may be over."""

    rule: Rule


@dataclass(frozen=True, slots=True)
class _Tell:
    """The journal hears that a rule strikes."""

    rule: Rule
    text: str
    mid: int | None = None
    sent: bytes = b""


_Job: TypeAlias = _In | _Out | _Do | _End | _Tell


class Layered(Target, Protocol):
    """A station that has room for a layer. ``on_lost`` hears of a datagram that does not arrive, see ``Station``."""

    faults: FaultLayer | None
    on_lost: Callable[[str, Address, bytes, str], None] | None


class FaultLayer:
    """The faults of one station. ``rules`` are those that are armed, spent ones too."""

    def __init__(self, station: Layered, seed: int) -> None:
        self.rules: list[Rule] = []
        self._station = station
        self._seed = seed
        self._deeds = Deeds(station)
        self._lanes = {direction: Lane(direction) for direction in ("in", "out")}
        self._jobs: deque[_Job] = deque()
        self._heap: list[tuple[Micros, int, _Job]] = []
        self._order = 0
        self._armed: Counter[str] = Counter()
        self._unprovoked: Counter[Rule] = Counter()

    def arm(self, fault: Fault, now: Micros) -> None:
        """Let a fault strike from now on; one that strikes at once does so with the next ``handle``.

        Its chance is its own: it hangs on the seed and on what the fault says, not on what other faults there are.
        """
        if len(self.rules) >= _MOST_SPENT:
            self.rules = [rule for rule in self.rules if not rule.is_spent or self._deeds.goes_on(rule)]
        self._armed[fault.words] += 1
        random = chance(self._seed, "fault", fault.words, str(self._armed[fault.words]))
        holds = state(fault.count.during, self._station) if fault.count.during else None
        self.rules.append(Rule(fault, random, now, self._armed.total(), holds=holds))

    def disarm(self, fault: Fault | None, now: Micros) -> list[Effect]:
        """Take a fault away, or all of them; what it does for a while ends. Give what leaves the station."""
        gone = [rule for rule in self.rules if fault is None or rule.fault is fault]
        self.rules = [rule for rule in self.rules if rule not in gone]
        self._jobs += [_End(rule) for rule in gone]
        return self._work(now, disarmed=True)

    def goes_on(self, rule: Rule) -> bool:
        """Say whether what a rule does for a while is not over yet."""
        return self._deeds.goes_on(rule)

    def overrule(self, settings: Iterable[str]) -> None:
        """Let the cell be as another hand has set it: what goes on does not put these settings back when it is over."""
        self._deeds.overrule(settings)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is armed, and nothing on its way."""
        return not self.rules and not self._heap

    def next_timer(self) -> Micros | None:
        """Say when something is due."""
        first = self._heap[0][0] if self._heap else None
        for rule in self.rules:
            first = earliest(first, rule.next_timer())
        return first

    def handle(self, stimulus: Stimulus, now: Micros) -> list[Effect]:
        """Take a stimulus for the station; give the effects that leave, in order."""
        self._collect(now)
        if isinstance(stimulus, UartRx | DatagramRx):
            self._unprovoked.clear()
        match stimulus:
            case UartRx(data):
                self._hear(data, now)
            case DatagramRx(source, data):
                self._receive(source, data, now)
            case _:
                self._jobs.append(_In(stimulus))
        return self._work(now)

    def outgoing(self, effects: list[Effect], now: Micros) -> list[Effect]:
        """Take effects that the station gave of itself; give those that leave, in order."""
        out: list[Effect] = []
        self._leave(effects, now, out)
        return out + self._work(now)

    # ── work ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _collect(self, now: Micros) -> None:
        """Take what is due."""
        while self._heap and self._heap[0][0] <= now:
            self._jobs.append(heappop(self._heap)[2])
        self._jobs += [_Do(rule) for rule in self.rules if rule.comes(now)]

    def _awaited(self, now: Micros) -> bool:
        """Take what has waited for a state that holds by now, and say whether there is any."""
        self._jobs += [_Do(rule) for rule in self.rules if rule.waits and rule.comes(now)]
        return bool(self._jobs)

    def _later(self, job: _Job, due: Micros) -> None:
        self._order += 1
        heappush(self._heap, (due, self._order, job))

    def _work(self, now: Micros, *, disarmed: bool = False) -> list[Effect]:
        out: list[Effect] = []
        while self._jobs or self._awaited(now):
            match job := self._jobs.popleft():
                case _In(stimulus):
                    self._leave(self._beneath(self._station.handle, stimulus, now), now, out)
                case _Out(effect):
                    out.append(effect)
                case _Tell(rule, text, mid, sent):
                    self._leave(self._beneath(self._deeds.tell, rule, text, now, mid, sent=sent), now, out)
                case _Do(rule):
                    self._leave(self._strike(rule, now), now, out)
                case _End(rule):
                    due = self._deeds.ends(rule)
                    if disarmed or (due is not None and due <= now):
                        self._leave(self._beneath(self._deeds.end, rule, now), now, out)
                        self._set_lanes()
                case _:
                    assert_never(job)
        return out

    def _beneath(self, act: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """Call the station as if there were no layer."""
        self._station.faults = None
        try:
            return act(*given, **named)
        finally:
            self._station.faults = self

    def _strike(self, rule: Rule, now: Micros) -> list[Effect]:
        """Let a rule disturb the modem's world; one that brings itself about, without end, is stopped."""
        self._unprovoked[rule] += not isinstance(rule.fault.occasion, OnTime)
        if self._unprovoked[rule] > _MOST_UNPROVOKED:
            rule.is_spent = True
            return self._beneath(self._deeds.tell, rule, "it brings itself about without end, and is stopped", now)
        act = rule.fault.act
        assert not isinstance(act, Change), "what passes is changed while it passes"
        effects = self._beneath(self._deeds.strike, rule, act, now)
        if (end := self._deeds.ends(rule)) is not None:
            self._later(_End(rule), end)
        self._set_lanes()
        return effects

    def _set_lanes(self) -> None:
        for direction, lane in self._lanes.items():
            lane.silent, lane.baud = self._deeds.is_silent(direction), self._deeds.baud

    # ── what passes ───────────────────────────────────────────────────────────────────────────────────────────────

    def _hear(self, data: bytes, now: Micros) -> None:
        for each in self._lanes["in"].handle(data, self.rules, now):
            if isinstance(each, Hit):
                self._jobs.append(_hit(each))
            else:
                self._pass(_In(UartRx(each.data)), each.later, now)

    def _receive(self, source: Address, data: bytes, now: Micros) -> None:
        for later, copy in self._passed(source, data, "in", now):
            self._pass(_In(DatagramRx(source, copy)), later, now)

    def _leave(self, effects: list[Effect], now: Micros, out: list[Effect]) -> None:
        """Let effects of the station out; what strikes them waits until they are."""
        for effect in effects:
            match effect:
                case UartTx(data):
                    passage = self._lanes["out"].handle(data, self.rules, now)
                    self._jobs += [_hit(each) for each in passage if isinstance(each, Hit)]
                    pieces = [each for each in passage if isinstance(each, Flight)]
                    out += self._let_out(((later, UartTx(piece)) for later, piece in pieces), now)
                case DatagramTx(destination, data):
                    self._deeds.peer = destination
                    copies = self._passed(destination, data, "out", now)
                    out += self._let_out(((later, DatagramTx(destination, copy)) for later, copy in copies), now)
                case _:
                    out.append(effect)

    def _let_out(self, flights: Iterable[tuple[Micros, Effect]], now: Micros) -> Iterator[Effect]:
        for later, effect in flights:
            if later:
                self._later(_Out(effect), now + later)
            else:
                yield effect

    def _pass(self, job: _Job, later: Micros, now: Micros) -> None:
        if later:
            self._later(job, now + later)
        else:
            self._jobs.append(job)

    def _passed(self, peer: Address, data: bytes, direction: str, now: Micros) -> Flights:
        """Let the rules have a datagram; give what arrives of it, and how much later."""
        flights: Flights = [(0, data)]
        message = decode(data)
        for rule in self.rules:
            if not flights or not rule.takes(message, direction, now):
                continue
            act = rule.fault.act
            if not isinstance(act, Change):
                self._jobs.append(_Do(rule))
                continue
            flights, before = changed(act, flights, rule.random), flights
            if flights != before:
                mid = message.mid if isinstance(message, Message) else None
                sent = data if direction == "out" else b""
                self._jobs.append(_Tell(rule, f"{_titled(message)} {_WAYS[direction]} {_done(act)}", mid, sent))
                if not flights and self._station.on_lost is not None:
                    self._station.on_lost(direction, peer, data, f'fault "{rule.fault}"')
            if isinstance(act, Answer):
                assert isinstance(message, Message), "only a message can be answered"
                self._answer(peer, answered(act, message, rule.random), direction)
        return flights

    def _answer(self, peer: Address, data: bytes, direction: str) -> None:
        self._jobs.append(_In(DatagramRx(peer, data)) if direction == "out" else _Out(DatagramTx(peer, data)))


_WAYS = {"in": "to the modem", "out": "from the modem"}


def _hit(hit: Hit) -> _Tell | _Do:
    return _Tell(hit.rule, hit.text) if isinstance(hit.rule.fault.act, Change) else _Do(hit.rule)


def _titled(message: Message | Malformed) -> str:
    if isinstance(message, Malformed):
        return "a datagram that is no CoAP message,"
    kind, code = TYPES[message.type], message.code
    if code == EMPTY:
        return f"the empty {kind}"
    name = CODES.get(code, "")
    if is_request(code):
        return f"the {kind} {name or dotted(code)}"
    return f"the {kind} with {dotted(code)} {name}".rstrip()


def _done(act: Change) -> str:
    match act:
        case Drop():
            return "is lost"
        case Delay(by):
            return f"comes {figure(by)} s later"
        case Duplicate(copies):
            return f"comes {copies + 1} times"
        case Corrupt(field):
            return "is corrupted" if field == "any" else f"is corrupted in its {field}"
        case Truncate(length):
            return f"is cut after {amount(length, 'byte')}"
        case Answer(reply):
            return f"is lost, and answered by {reply}"
        case Garble():
            return "is garbled"
        case unreachable:
            assert_never(unreachable)
