"""Every contradiction of the ledger is played, in each of its choices (behaviour.md §7)."""

from __future__ import annotations

from collections.abc import Iterable

from modemtwin.modem.quirks import LEDGER, Quirk
from modemtwin.world.transcripts.transcript import Direct
from tests.spec.transcript_files import FILES, read


def _chosen(quirk: Quirk) -> bool:
    return len(quirk.choices) > 1 or quirk.seconds


def unplayed(ledger: Iterable[Quirk]) -> list[str]:
    """The choices that no transcript makes; a quirk with one choice only is a decision, and played everywhere."""
    made = {
        word
        for name in FILES
        for step in read(name).steps
        if isinstance(step, Direct) and step.words[0] == "quirk"
        for word in step.words[1:]
    }
    choices = [f"{quirk.id}={choice}" for quirk in ledger if _chosen(quirk) for choice in quirk.choices]
    return [choice for choice in choices if choice not in made]


def test_every_choice_of_every_quirk_is_played() -> None:
    assert unplayed(LEDGER.values()) == []


def test_a_choice_that_nobody_plays_is_found() -> None:
    made_up = Quirk("Q-MADE-UP", "Silent.", {"one": "one way", "two": "another way"})
    assert unplayed([made_up]) == ["Q-MADE-UP=one", "Q-MADE-UP=two"]
