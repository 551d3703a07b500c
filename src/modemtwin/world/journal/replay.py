"""Plays a journal again: the stimuli go to a modem that is built as its header says, and the effects are compared.

entries ──stimuli──► modem ──► effects ═?═ effects of the entries        secrets left out on both sides
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.modem.doors import Effect, Note, Stimulus
from modemtwin.world.journal.journal import Header, Machine, build_modem, parse_journal
from modemtwin.world.journal.notation import encode
from modemtwin.world.journal.redactor import Entry, Redactor, asterisks, redacted

__all__ = ["Parting", "replay", "replay_entries"]

_LATENESS: Micros = 5 * MICROSECONDS
"""So late a tick may come on a machine that has more to do. In virtual time, which begins with 0, none is late."""


class Parting(NamedTuple):
    """Where a replay parts from its journal: the entry, counted from 1, and an effect of each side, as JSON."""

    entry: int
    now: Micros
    stimulus: str
    recorded: str
    replayed: str

    def __str__(self) -> str:
        return (
            f"entry {self.entry}, at {self.now / MICROSECONDS:.6f} s, {self.stimulus}:\n"
            f"  the journal has {self.recorded}\n  the replay has  {self.replayed}"
        )


def replay(
    text: str, build: Callable[[Header], Machine] | None = None, *, watch: Callable[[Entry], None] | None = None
) -> Parting | None:
    """Build the modem of the header, play the stimuli, and say where the effects part; None when they do not.

    What stands in the place of a secret is not compared. ``watch`` gets what the modem does now, up to the entry where
    they part. ValueError: the text is no journal, or no whole one.
    """
    return replay_entries(*parse_journal(text), build, watch=watch)


def replay_entries(
    header: Header,
    entries: Sequence[Entry],
    build: Callable[[Header], Machine] | None = None,
    *,
    watch: Callable[[Entry], None] | None = None,
) -> Parting | None:
    """Do the same with a journal that was read already."""
    if header.lost:
        raise ValueError(f"{header.loss}; only a whole one can be replayed")
    find = header.find_secrets()
    sides = (iter(entries), _played((build or build_modem)(header), entries))
    both = zip(*(redacted(each, Redactor(find, asterisks)) for each in sides), strict=True)
    for number, (recorded, replayed) in enumerate(both, 1):
        if watch is not None:
            watch(replayed)
        for one, other in zip_longest(map(_dumped, recorded.effects), map(_dumped, replayed.effects)):
            if one != other:
                return Parting(number, recorded.now, _dumped(recorded.stimulus), one or "nothing", other or "nothing")
    return None


def _played(modem: Machine, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Give what the modem does, with a ``Note`` where a timer was due that the journal knows nothing of.

    Where it fails itself, a ``Note`` of it, and nothing from then on.
    """
    failed, before, slack = False, 0, None
    for now, stimulus, _ in entries:
        effects: list[Effect] = []
        if slack is None:
            slack = 0 if now == 0 else _LATENESS
        if not failed:
            try:
                late = now - max(modem.next_timer() or now, before)
                effects = modem.handle(stimulus, now)
                if late > slack:
                    missed = (
                        f"a timer was due {late / MICROSECONDS:.6f} s before this, and the journal has nothing there"
                    )
                    effects.insert(0, Note(missed))
            except Exception as error:  # a fault of ours is what somebody may be after
                failed = True
                effects = [Note(f"the modem itself failed: {type(error).__name__}: {error}")]
        before = now
        yield Entry(now, stimulus, tuple(effects))


def _dumped(value: Stimulus | Effect) -> str:
    return json.dumps(encode(value))
