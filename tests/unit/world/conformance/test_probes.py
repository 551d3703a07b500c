"""Every quirk of the ledger has a probe that tells it, or a reason why none can."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from modemtwin.modem.quirks import LEDGER, Quirk
from modemtwin.world.conformance.dialogue import Ready
from modemtwin.world.conformance.manners import Addressing
from modemtwin.world.conformance.probes import UNTOLD, filled, probe, probed
from modemtwin.world.conformance.verdict import Judge
from modemtwin.world.transcripts.shipped import shipped_names


def unprobed(ledger: Iterable[Quirk]) -> list[str]:
    """The quirks without probe and without reason."""
    names = shipped_names()
    return [quirk.id for quirk in ledger if quirk.id not in UNTOLD and f"probes/{quirk.id}" not in names]


def test_every_quirk_has_a_probe_or_a_reason() -> None:
    assert unprobed(LEDGER.values()) == []


def test_a_quirk_without_either_is_found() -> None:
    assert unprobed([Quirk("Q-MADE-UP", "Silent.", {"one": "one way"})]) == ["Q-MADE-UP"]


def test_no_quirk_has_both_and_none_is_made_up() -> None:
    named = {name.removeprefix("probes/") for name in shipped_names() if name.startswith("probes/")}
    assert named & set(UNTOLD) == set()
    assert named | set(UNTOLD) == set(LEDGER)


def test_only_decisions_of_ours_are_without_a_probe() -> None:
    assert [quirk for quirk in UNTOLD if len(LEDGER[quirk].choices) > 1 or LEDGER[quirk].seconds] == []
    assert all(probe(LEDGER[quirk]) is None for quirk in UNTOLD)


@pytest.mark.parametrize("quirk", [quirk.id for quirk, _ in probed() if len(quirk.choices) > 1])
def test_a_probe_is_answered_otherwise_under_every_choice(quirk: str) -> None:
    dialogue = probe(LEDGER[quirk])
    assert dialogue is not None
    judge = Judge("sim7000", Addressing())
    answers = [judge.expected(dialogue, {quirk: choice}) for choice in LEDGER[quirk].choices]
    came = [[exchange.came for exchange in exchanges] for exchanges in answers]
    assert all(came.count(each) == 1 for each in came)


@pytest.mark.parametrize("packets", [1, 3, 40])
def test_the_probe_of_the_queue_is_cut_to_its_length(packets: int) -> None:
    whole = probe(LEDGER["Q-QUEUE-FULL"])
    assert whole is not None
    cut = filled(whole, packets)
    assert isinstance(cut.cues[0], Ready)
    assert sum(line.sends for line in cut.lines) == packets + 1
    assert cut.lines[-3:] == whole.lines[-3:]
