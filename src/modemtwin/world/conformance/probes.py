"""Which dialogue tells which quirk, and why the others cannot be told from a TE's side.

A probe is a transcript of the same name under ``transcripts/probes``. It says nothing about which answer means which
choice: every choice is played on a stage, and what the module said is held against each of them.
"""

from __future__ import annotations

from dataclasses import replace

from modemtwin.modem.quirks import LEDGER, Quirk
from modemtwin.world.conformance.dialogue import Dialogue, Line, read_dialogues
from modemtwin.world.transcripts.shipped import shipped, shipped_names

__all__ = ["UNTOLD", "filled", "probe", "probed", "transcripts"]

UNTOLD: dict[str, str] = {
    "Q-ANSWER-URL": "only a peer that sends a request to the module could see it",
    "Q-ANSWER-TOKEN": "only a peer that sends a request to the module could see it",
    "Q-BODY-LIMIT": "it would take a body beyond the limit, 64 KiB over the air",
    "Q-TERM-OBSERVE": "only the server that is observed could see it",
    "Q-OBSERVE-LIMIT": "it would take 65 resources that can be observed",
    "Q-RST-PEER": "only the two servers in question could see where the RST goes",
    "Q-URC-HALF-LINE": "a packet would have to arrive at the moment at which half a line is typed",
    "Q-PSM-STATE": "it would take a network that grants PSM, and PWRKEY or minutes of waiting to end it",
    "Q-COPS-ABORT": "it would take a search of minutes that finds nothing to tell from one that was broken off",
    "Q-CARD-AGAIN": "it would take a hand that pulls the card",
    "Q-HEAD-LISTS": "it would take a server that sends several ETags, which RFC 7252 §5.10.6.1 forbids",
}
"""Quirks that a TE cannot tell, with the reason."""


def probe(quirk: Quirk) -> Dialogue | None:
    """Give the dialogue that tells a quirk; None when it cannot be told."""
    if quirk.id in UNTOLD:
        return None
    (dialogue,) = read_dialogues(f"probes/{quirk.id}", shipped(f"probes/{quirk.id}"))
    return dialogue


def filled(dialogue: Dialogue, packets: int) -> Dialogue:
    """Give the probe of the receive queue for a queue that holds so many packets: one packet more is too many."""
    sending = [place for place, cue in enumerate(dialogue.cues) if isinstance(cue, Line) and cue.sends]
    first, last = sending[0], sending[-1]
    fill = (dialogue.cues[first],) * packets
    return replace(dialogue, cues=(*dialogue.cues[:first], *fill, *dialogue.cues[last:]))


def probed() -> list[tuple[Quirk, Dialogue]]:
    """Give every quirk that can be told, with its probe, in the order of the ledger."""
    return [(quirk, dialogue) for quirk in LEDGER.values() if (dialogue := probe(quirk)) is not None]


def transcripts() -> list[Dialogue]:
    """Give the dialogues of COAP-AN, in its order; those that choose profile or quirks repeat another one."""
    return [
        dialogue
        for name in shipped_names()
        if name.startswith("coap-an/")
        for dialogue in read_dialogues(name, shipped(name))
    ]
