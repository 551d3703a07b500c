"""What a module's answers mean: every choice of every quirk is played on a stage, and the nearest is the module's.

    probe of a quirk ──► played with each of its choices ──► the choice whose answers are nearest: a Finding
    line of a dialogue ──► agrees or varies?
                       └─► explained: what the choices found make of the line is what the module said
                       └─► differs: nothing in the ledger gives this answer

A choice can hide behind another (every probe that receives shows Q-RECV-NAME too), so the search goes round until
nothing changes, and those that are still unknown are then tried together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import product, zip_longest

from modemtwin.clockwork import MICROSECONDS
from modemtwin.modem import profile as profiles
from modemtwin.modem.quirks import LEDGER, Quirk
from modemtwin.world.conformance.dialogue import Dialogue
from modemtwin.world.conformance.encounter import Encounter
from modemtwin.world.conformance.exchange import Exchange, sent_mid
from modemtwin.world.conformance.manners import Addressing
from modemtwin.world.conformance.stage import Stage
from modemtwin.world.conformance.variation import Likeness, compare
from modemtwin.world.play.output import is_final
from modemtwin.world.scenario.scenario import Scenario

__all__ = ["Finding", "Judge", "Ruling", "Verdict"]

_MOST_ROUNDS = 4
_MOST_TANGLED = 4
_SLACK = 1.0
"""Seconds by which a time that was measured at a port may be beside the one that was meant."""


class Verdict(Enum):
    """What is said of one line."""

    AGREES = "agrees"
    VARIES = "varies"
    EXPLAINED = "explained"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Ruling:
    """One line: what came, what was expected of it, and by which choices a difference is explained."""

    exchange: Exchange
    expected: Exchange
    verdict: Verdict
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one quirk: its choice, or in words why it is not known."""

    quirk: str
    choice: str | None
    why: str = ""

    @property
    def is_default(self) -> bool:
        """Whether it is what the ledger would have chosen."""
        return self.choice == LEDGER[self.quirk].default


class Judge:
    """Holds answers against those of a profile. ``addressing`` as the module itself was addressed.

    ``facts`` are those of the module that the profile may have otherwise, by their keys.
    """

    def __init__(self, profile: str, addressing: Addressing) -> None:
        self.profile = profile
        self.facts: dict[str, object] = {}
        self._addressing = Addressing(apn=addressing.apn, sim7080=addressing.sim7080)
        self._played: dict[tuple[Dialogue, frozenset[tuple[str, str]]], list[Exchange]] = {}
        self._findings: dict[str, Finding] = {}

    @property
    def choices(self) -> dict[str, str]:
        """The choices found that are not the profile's own."""
        base = profiles.load(self.profile)
        found = {each.quirk: each.choice for each in self._findings.values() if each.choice is not None}
        return {quirk: choice for quirk, choice in found.items() if base[quirk] != choice}

    def expected(self, dialogue: Dialogue, choices: Mapping[str, str]) -> list[Exchange]:
        """Play a dialogue on a stage, with these choices."""
        key = dialogue, frozenset(choices.items())
        if key not in self._played:
            stage = Stage(Scenario(profile=self.profile, overrides=self.facts | dict(choices)))
            self._played[key] = stage.run(Encounter(self._addressing).play(dialogue))
        return self._played[key]

    # ── quirks

    def determine(self, seen: Mapping[str, tuple[Dialogue, Sequence[Exchange]]]) -> list[Finding]:
        """Say what the answers to these probes, by their quirks, tell."""
        for _ in range(_MOST_ROUNDS):
            before = dict(self._findings)
            for quirk, (dialogue, exchanges) in seen.items():
                self._findings[quirk] = self._find(LEDGER[quirk], dialogue, exchanges)
            if before == self._findings:
                break
        self._untangle(seen)
        return [self._findings[quirk] for quirk in seen]

    def _untangle(self, seen: Mapping[str, tuple[Dialogue, Sequence[Exchange]]]) -> None:
        """Try together the quirks that hide each other: which <convert> parses a head, how long it is, how raw."""
        tangled = [quirk for quirk in seen if self._findings[quirk].choice is None and not LEDGER[quirk].seconds]
        tangled = [quirk for quirk in tangled if len(LEDGER[quirk].choices) > 1][:_MOST_TANGLED]
        if len(tangled) < 2:
            return
        scores: dict[tuple[str, ...], int] = {}
        for combined in product(*(LEDGER[quirk].choices for quirk in tangled)):
            choices = self.choices | dict(zip(tangled, combined, strict=True))
            scores[combined] = sum(_score(self._likenesses(*seen[quirk], choices)) for quirk in tangled)
        best = [combined for combined, score in scores.items() if score == max(scores.values())]
        for quirk, choices_of_best in zip(tangled, zip(*best, strict=True), strict=True):
            if len(set(choices_of_best)) == 1:
                self._findings[quirk] = Finding(quirk, choices_of_best[0])

    def _likenesses(
        self, dialogue: Dialogue, exchanges: Sequence[Exchange], choices: Mapping[str, str]
    ) -> list[Likeness]:
        return [_likeness(*pair) for pair in zip_longest(exchanges, self.expected(dialogue, choices))]

    def _find(self, quirk: Quirk, dialogue: Dialogue, exchanges: Sequence[Exchange]) -> Finding:
        if quirk.seconds:
            return _timed(quirk, self.profile, exchanges)
        others = {each: choice for each, choice in self.choices.items() if each != quirk.id}
        scores = {
            choice: self._likenesses(dialogue, exchanges, others | {quirk.id: choice}) for choice in quirk.choices
        }
        best = max(map(_score, scores.values()))
        nearest = [choice for choice, likenesses in scores.items() if _score(likenesses) == best]
        if len(scores) == 1:
            (choice,) = scores
            as_decided = min(scores[choice], default=Likeness.DIFFERS) != Likeness.DIFFERS
            return Finding(quirk.id, choice) if as_decided else Finding(quirk.id, None, _ELSE)
        if len(nearest) == 1:
            return Finding(quirk.id, nearest[0])
        return Finding(quirk.id, None, f"the answers fit {' and '.join(nearest)} alike")

    # ── lines

    def judge(self, dialogue: Dialogue, exchanges: Sequence[Exchange]) -> list[Ruling]:
        """Say of every line that was played what to think of it."""
        plain = self.expected(dialogue, {})
        return [
            self._rule(dialogue, place, exchange, expected)
            for place, (exchange, expected) in enumerate(zip(exchanges, plain, strict=False))
        ]

    def judge_written(self, dialogue: Dialogue, exchanges: Sequence[Exchange]) -> list[Ruling]:
        """The same, where what is written in the transcript is what is expected."""
        rulings: list[Ruling] = []
        mids: tuple[int, ...] = ()
        for line, exchange in zip(dialogue.lines, exchanges, strict=False):
            split = next((place for place, each in enumerate(line.written, 1) if is_final(each)), len(line.written))
            mids += tuple(mid for each in line.written if (mid := sent_mid(each)) is not None)
            expected = Exchange(line.number, exchange.typed, line.written[:split], line.written[split:], mids=mids)
            rulings.append(Ruling(exchange, expected, _VERDICTS[compare(exchange, expected)]))
        return rulings

    def _rule(self, dialogue: Dialogue, place: int, exchange: Exchange, expected: Exchange) -> Ruling:
        likeness = compare(exchange, expected)
        if likeness != Likeness.AGREES:
            for choices in self._explanations(likeness):
                played = self.expected(dialogue, choices)
                if place < len(played) and compare(exchange, played[place]) > likeness:
                    needed = self._needed(dialogue, place, exchange, choices)
                    return Ruling(exchange, expected, Verdict.EXPLAINED, needed)
        return Ruling(exchange, expected, _VERDICTS[likeness])

    def _explanations(self, likeness: Likeness) -> Iterator[dict[str, str]]:
        """Give what may explain a line: what was found, and then one choice more of a quirk of which nothing is known.

        Where a line only varies, a choice that was not found is no explanation.
        """
        found = self.choices
        if found:
            yield found
        known = {each.quirk for each in self._findings.values() if each.choice is not None}
        for quirk in LEDGER.values() if likeness == Likeness.DIFFERS else ():
            for choice in quirk.choices if quirk.id not in known else ():
                yield found | {quirk.id: choice}

    def _needed(self, dialogue: Dialogue, place: int, exchange: Exchange, choices: Mapping[str, str]) -> dict[str, str]:
        """Leave out the choices without which the line would be explained too."""
        needed = dict(choices)
        whole = compare(exchange, self.expected(dialogue, choices)[place])
        for quirk in choices:
            fewer = {each: choice for each, choice in needed.items() if each != quirk}
            played = self.expected(dialogue, fewer)
            if fewer and place < len(played) and compare(exchange, played[place]) >= whole:
                needed = fewer
        return needed


_ELSE = "the module does something for which the ledger has no choice"
_VERDICTS = {
    Likeness.AGREES: Verdict.AGREES,
    Likeness.VARIES: Verdict.VARIES,
    Likeness.DIFFERS: Verdict.DIFFERS,
}


def _likeness(one: Exchange | None, other: Exchange | None) -> Likeness:
    return Likeness.DIFFERS if one is None or other is None else compare(one, other)


def _score(likenesses: Sequence[Likeness]) -> int:
    """Weigh a line that differs more than any number of lines that vary."""
    return sum(likeness or -1000 for likeness in likenesses)


def _timed(quirk: Quirk, profile: str, exchanges: Sequence[Exchange]) -> Finding:
    """Tell a time by the clock: within what RFC 7252 §4.8.2 allows it is the RFC's, else it is so many seconds."""
    took = next((each.took for each in exchanges for line in each.after if line.startswith(b"+CCOAPACTION: 2,")), None)
    if took is None:
        return Finding(quirk.id, None, "the module did not say that the response is late")
    measured = took / MICROSECONDS
    facts = profiles.load(profile)
    shortest = facts.ack_timeout * (2 ** (facts.max_retransmit + 1) - 1)
    if shortest - _SLACK <= measured <= shortest * facts.ack_random_factor + _SLACK:
        return Finding(quirk.id, quirk.default)
    return Finding(quirk.id, f"{measured:.1f}".removesuffix(".0"))
