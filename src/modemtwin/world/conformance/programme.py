"""The whole of a run, from the first ``AT`` to the last verdict, as steps for whoever has the module.

greet ──► does a server answer? ──► probes ──► findings ──► dialogues of COAP-AN, and the user's own
                                                             each judged as soon as it is played
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from modemtwin.modem.quirks import LEDGER
from modemtwin.world.conformance.dialogue import Dialogue
from modemtwin.world.conformance.encounter import Encounter
from modemtwin.world.conformance.exchange import Exchange, Identity, NoBearer, Steps
from modemtwin.world.conformance.manners import Lasting, lasting
from modemtwin.world.conformance.probes import UNTOLD, filled, probed, transcripts
from modemtwin.world.conformance.verdict import Finding, Judge, Ruling, Verdict

__all__ = ["Listener", "Outcome", "Plan", "perform"]

_AGAIN = "it types the lines of another one, under other choices of the quirks"
_SLOW = "it takes minutes (--slow plays it)"
_ENDLESS = "the module never said that the receive queue is full"
_OUTSIDE = "it cannot be told from outside, because"
_SERVERLESS = "no server answers (--server URL)"


class Listener(Protocol):
    """Told of everything as it becomes known."""

    def met(self, identity: Identity) -> None:
        """The module has said who it is."""

    def unreachable(self, why: str) -> None:
        """No server can be had through this module."""

    def playing(self, name: str) -> None:
        """A dialogue begins."""

    def found(self, finding: Finding) -> None:
        """A quirk is told, or is not."""

    def judged(self, dialogue: Dialogue, rulings: Sequence[Ruling]) -> None:
        """A dialogue was played to its end."""

    def left_out(self, name: str, why: str) -> None:
        """A dialogue, or a part of it, is not played."""


@dataclass(slots=True)
class Plan:
    """What is to be played.

    ``own``: the user's dialogues, which are played instead of all others; what they have written is what is expected.
    ``server``: whether one is thought to answer. ``slow``: whether minutes do not matter. ``refused``: what is not to
    be played, by name, with the reason.
    """

    own: Sequence[Dialogue] = ()
    server: bool = True
    slow: bool = False
    refused: dict[str, str] = field(default_factory=dict)

    def lasting(self) -> dict[str, list[tuple[bytes, Lasting]]]:
        """Give the lines that last, by the name of their dialogue: they are asked for before anything is typed."""
        dialogues = self.own or [*(each for _, each in probed()), *transcripts()]
        found: dict[str, list[tuple[bytes, Lasting]]] = {}
        for dialogue in dialogues:
            rows = [(line.typed, row) for line in dialogue.lines if (row := lasting(line.typed)) is not None]
            if rows and not self.why_not(dialogue):
                found.setdefault(dialogue.name, []).extend(rows)
        return found

    def needs_server(self) -> bool:
        """Say whether anything of it needs an answer from the network."""
        return not self.own or any(dialogue.needs_server for dialogue in self.own)

    def needs_bearer(self) -> bool:
        """Say whether anything of it needs a bearer."""
        return self.needs_server() or any(dialogue.needs_silence for dialogue in self.own)

    def why_not(self, dialogue: Dialogue) -> str:
        """Say why a dialogue is not played; nothing when it is."""
        if dialogue.chosen and not self.own:
            return _AGAIN
        if dialogue.is_slow and not self.slow:
            return _SLOW
        return self.refused.get(dialogue.name, "")


@dataclass(slots=True)
class Outcome:
    """What a run has brought."""

    identity: Identity
    facts: dict[str, object] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    untold: dict[str, str] = field(default_factory=dict)
    played: list[tuple[Dialogue, list[Exchange]]] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    server_why: str | None = None

    def count(self, verdict: Verdict) -> int:
        """Count the lines with this verdict."""
        return sum(ruling.verdict is verdict for ruling in self.rulings)


def perform(encounter: Encounter, plan: Plan, listener: Listener) -> Steps[Outcome]:
    """Do all of it but the farewell. Failure when the module does not play along."""
    outcome = Outcome((yield from encounter.greet()))
    listener.met(outcome.identity)
    bearer_why = (yield from encounter.connect()) if plan.needs_bearer() else None
    if plan.server and plan.needs_server():
        outcome.server_why = bearer_why or (yield from encounter.reach())
    if why := bearer_why or outcome.server_why:
        listener.unreachable(why)
    server = plan.server and outcome.server_why is None
    judge = Judge(outcome.identity.profile, encounter.addressing)
    performance = _Performance(encounter, plan, listener, judge, outcome, server=server, bearer_why=bearer_why or "")
    if plan.own:
        yield from performance.play_own()
    else:
        yield from performance.play_probes()
        yield from performance.play_transcripts()
    return outcome


class _Performance:
    """One run under way."""

    def __init__(
        self,
        encounter: Encounter,
        plan: Plan,
        listener: Listener,
        judge: Judge,
        outcome: Outcome,
        *,
        server: bool,
        bearer_why: str,
    ) -> None:
        self._encounter, self._plan, self._listener = encounter, plan, listener
        self._judge, self._outcome, self._server, self._bearer_why = judge, outcome, server, bearer_why

    def play_own(self) -> Steps[None]:
        for dialogue in self._plan.own:
            if (exchanges := (yield from self._play(dialogue))) is not None:
                self._tell(dialogue, self._judge.judge_written(dialogue, exchanges))

    def play_probes(self) -> Steps[None]:
        seen: dict[str, tuple[Dialogue, list[Exchange]]] = {}
        for quirk, dialogue in probed():
            why = self._why_not(dialogue) or (_SERVERLESS if dialogue.needs_server and not self._server else "")
            if quirk.id == "Q-QUEUE-FULL" and not why:
                packets = yield from self._measure(dialogue)
                dialogue, why = (filled(dialogue, packets), "") if packets is not None else (dialogue, _ENDLESS)
            exchanges = None if why else (yield from self._attempt(dialogue))
            if isinstance(exchanges, list):
                seen[quirk.id] = dialogue, exchanges
            else:
                self._outcome.untold[quirk.id] = exchanges or why
        self._outcome.findings = self._judge.determine(seen)
        self._outcome.untold |= {quirk: f"{_OUTSIDE} {why}" for quirk, why in UNTOLD.items()}
        known = {each.quirk: each for each in self._outcome.findings}
        for each in LEDGER:
            self._listener.found(known.get(each) or Finding(each, None, self._outcome.untold[each]))
        for dialogue, exchanges in seen.values():
            self._tell(dialogue, self._judge.judge(dialogue, exchanges))

    def _measure(self, dialogue: Dialogue) -> Steps[int | None]:
        self._listener.playing(dialogue.name)
        packets = yield from self._encounter.measure_queue()
        if packets is not None:
            self._outcome.facts["queue_length"] = self._judge.facts["queue_length"] = packets
        return packets

    def play_transcripts(self) -> Steps[None]:
        for dialogue in transcripts():
            if (exchanges := (yield from self._play(dialogue))) is not None:
                self._tell(self._part(dialogue), self._judge.judge(self._part(dialogue), exchanges))

    def _play(self, whole: Dialogue) -> Steps[list[Exchange] | None]:
        dialogue = self._part(whole)
        if why := self._why_not(whole):
            self._listener.left_out(whole.name, why)
            return None
        if dialogue is not whole:
            missing = whole.lines[len(dialogue.lines)].number
            self._listener.left_out(whole.name, f"from line {missing} on: {_SERVERLESS}")
        played = (yield from self._attempt(dialogue)) if dialogue.lines else []
        if isinstance(played, str):
            self._listener.left_out(whole.name, played)
            return None
        return played

    def _why_not(self, dialogue: Dialogue) -> str:
        on_the_bearer = self._part(dialogue).needs_bearer_down and not self._plan.own
        return self._plan.why_not(dialogue) or (self._bearer_why if on_the_bearer else "")

    def _part(self, dialogue: Dialogue) -> Dialogue:
        return dialogue if self._server or not dialogue.needs_server else dialogue.without_server()

    def _attempt(self, dialogue: Dialogue) -> Steps[list[Exchange] | str]:
        self._listener.playing(dialogue.name)
        try:
            exchanges = yield from self._encounter.play(dialogue)
        except NoBearer as failure:
            return str(failure)
        self._outcome.played.append((dialogue, exchanges))
        return exchanges

    def _tell(self, dialogue: Dialogue, rulings: Sequence[Ruling]) -> None:
        self._outcome.rulings += rulings
        self._listener.judged(dialogue, rulings)
