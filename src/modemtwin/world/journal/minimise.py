"""Cuts a failing run down to what it takes to fail: the shortest prefix first, then whatever can be left out of it.

    ●●●●●●●●●●●●●●●● ──► ●●●●●●●●● ──► ●● ● ●   none of which can be left out alone (delta debugging)

``minimise`` takes any list, such as the faults of a scenario. ``minimise_journal`` takes a journal: what is left out
are stimuli, a command line as a whole, and time runs on by the modem's own timers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from modemtwin.clockwork import Micros
from modemtwin.coap.summary import described_datagram
from modemtwin.modem.doors import DatagramTx, Effect, Note, Refused, Stimulus, Tick, UartRx, UartTx
from modemtwin.world.journal.journal import Entry, Header, Machine, build_modem
from modemtwin.world.journal.uart_lines import UartLines

__all__ = ["Minimised", "minimise", "minimise_journal", "rerun", "told"]

T = TypeVar("T")

_LINE_END = re.compile(rb"(?<=\r)")
_FAILED = "the modem itself failed"


class Minimised(NamedTuple):
    """A run that still fails: its entries, how many stimuli are left of how many, and how many runs that took.

    ``least``: no command line or other stimulus can be left out; else there was no time to find out.
    """

    entries: list[Entry]
    stimuli: int
    of: int
    runs: int
    least: bool


def _never() -> bool:
    return False


def minimise(items: Sequence[T], fails: Callable[[list[T]], bool], *, enough: Callable[[], bool] = _never) -> list[T]:
    """Give a part of ``items``, in their order, that fails and of which no single item can be left out.

    ``fails`` says whether a run with some of them still fails; it must be the same for the same items. Before each run
    ``enough()`` may end the search with what was found so far. ValueError: all of them do not fail.
    """
    return _least(list(items), fails, enough)[0]


def minimise_journal(
    header: Header,
    entries: Sequence[Entry],
    fails: Callable[[list[Entry]], bool],
    build: Callable[[Header], Machine] = build_modem,
    *,
    enough: Callable[[], bool] = _never,
) -> Minimised:
    """Cut a journal down; ``fails`` looks at the entries of a run, ``enough`` is that of ``minimise``.

    What fails within the time that it took to fail is looked for, not what would fail some time later.
    ValueError: run again, the whole does not fail.
    """
    stimuli, units = _units(entries)
    until = entries[-1].now if entries else 0
    runs = 0

    def run(kept: Iterable[tuple[int, ...]]) -> list[Entry]:
        nonlocal runs
        runs += 1
        return rerun(
            header, [stimuli[place] for place in sorted(place for unit in kept for place in unit)], until, build
        )

    whole = run(units)
    if not fails(whole):
        raise ValueError("played again it does not fail")
    first = _shortest_prefix(whole, fails)
    fed = sum(not isinstance(entry.stimulus, Tick) for entry in first)
    until = first[-1].now
    begun = [tuple(place for place in unit if place < fed) for unit in units if unit[0] < fed]
    kept, least = _least(begun, lambda some: fails(run(some)), enough)
    left = _shortest_prefix(run(kept), fails)
    return Minimised(left, sum(map(len, kept)), len(stimuli), runs, least)


def _least(kept: list[T], fails: Callable[[list[T]], bool], enough: Callable[[], bool]) -> tuple[list[T], bool]:
    """Leave out what can be, halves first and single items last; say whether all was tried."""
    if not fails(kept):
        raise ValueError("with all of them it does not fail")
    kept = _shortest_prefix(kept, fails, enough)
    size = max(1, len(kept) // 2)
    while True:
        start, removed = 0, False
        while start < len(kept):
            if enough():
                return kept, False
            rest = kept[:start] + kept[start + size :]
            if rest and fails(rest):
                kept, removed = rest, True
            else:
                start += size
        if size == 1 and not removed:
            return kept, True
        size = max(1, size // 2)


def rerun(
    header: Header,
    stimuli: Sequence[tuple[Micros, Stimulus]],
    until: Micros,
    build: Callable[[Header], Machine] = build_modem,
) -> list[Entry]:
    """Give a fresh modem these stimuli, and a ``Tick`` whenever it asks for one, until a moment.

    A modem that fails itself ends the run with a ``Note`` of it.
    """
    modem, entries = build(header), list[Entry]()

    def feed(now: Micros, stimulus: Stimulus) -> bool:
        try:
            entries.append(Entry(now, stimulus, tuple(modem.handle(stimulus, now))))
        except Exception as error:  # a fault of ours is what somebody may be after
            entries.append(Entry(now, stimulus, (Note(f"{_FAILED}: {type(error).__name__}: {error}"),)))
            return False
        return True

    last: Micros = stimuli[0][0] if stimuli else 0
    for now, stimulus in [*stimuli, (until, None)]:
        while (due := modem.next_timer()) is not None and due <= now:
            last = max(last, due)
            if not feed(last, Tick()):
                return entries
        if stimulus is not None and not feed(now, stimulus):
            return entries
        last = now
    return entries


def told(entries: Sequence[Entry]) -> Iterator[str]:
    """Give what came out of a run as text: lines of the UART, reasons, notes, datagrams in words."""
    written = UartLines()
    for entry in entries:
        for effect in entry.effects:
            yield from _texts(effect, written)
    yield written.half.decode("latin-1")


def _texts(effect: Effect, written: UartLines) -> Iterator[str]:
    match effect:
        case UartTx(data):
            for line in written.add(data):
                yield line.decode("latin-1")
        case DatagramTx(_, data):
            yield described_datagram(data)
        case Refused(command, _, reason):
            yield f"{command}: {reason}"
        case Note(text):
            yield text
        case _:
            yield type(effect).__name__


def _shortest_prefix(items: list[T], fails: Callable[[list[T]], bool], enough: Callable[[], bool] = _never) -> list[T]:
    """Look by halves for the first item with which it fails."""
    most, less = len(items), 0
    while most - less > 1 and not enough():
        middle = (most + less) // 2
        if fails(items[:middle]):
            most = middle
        else:
            less = middle
    return items[:most]


def _units(entries: Sequence[Entry]) -> tuple[list[tuple[Micros, Stimulus]], list[tuple[int, ...]]]:
    """List the stimuli, lines that came at once taken apart, and what is left out as a whole, by their places.

    The pieces of a command line are one unit, also when something else came between them. Ticks are the modem's own.
    """
    stimuli: list[tuple[Micros, Stimulus]] = []
    units: list[tuple[int, ...]] = []
    pieces: list[int] = []
    for now, stimulus, _ in entries:
        if isinstance(stimulus, UartRx):
            for piece in filter(None, _LINE_END.split(stimulus.data)):
                pieces.append(len(stimuli))
                stimuli.append((now, UartRx(piece)))
                if piece.endswith(b"\r"):
                    units.append(tuple(pieces))
                    pieces = []
        elif not isinstance(stimulus, Tick):
            units.append((len(stimuli),))
            stimuli.append((now, stimulus))
    if pieces:
        units.append(tuple(pieces))
    return stimuli, sorted(units)
