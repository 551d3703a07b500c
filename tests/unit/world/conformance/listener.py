"""Listeners of a run: one that says nothing, and one that remembers."""

from __future__ import annotations

from collections.abc import Sequence

from modemtwin.world.conformance.dialogue import Dialogue
from modemtwin.world.conformance.exchange import Identity
from modemtwin.world.conformance.verdict import Finding, Ruling


class Silent:
    """Says nothing."""

    def met(self, identity: Identity) -> None: ...

    def unreachable(self, why: str) -> None: ...

    def playing(self, name: str) -> None: ...

    def found(self, finding: Finding) -> None: ...

    def judged(self, dialogue: Dialogue, rulings: Sequence[Ruling]) -> None: ...

    def left_out(self, name: str, why: str) -> None: ...


class Remembering(Silent):
    """Remembers what is left out, what is judged, and what is not known."""

    def __init__(self) -> None:
        self.left: dict[str, str] = {}
        self.judgements: dict[str, Sequence[Ruling]] = {}
        self.unknown: dict[str, str] = {}
        self.why: str | None = None

    def unreachable(self, why: str) -> None:
        self.why = why

    def found(self, finding: Finding) -> None:
        if finding.choice is None:
            self.unknown[finding.quirk] = finding.why

    def judged(self, dialogue: Dialogue, rulings: Sequence[Ruling]) -> None:
        self.judgements[dialogue.name] = rulings

    def left_out(self, name: str, why: str) -> None:
        self.left[name] = why
