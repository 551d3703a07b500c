"""Cuts a failing run down to what it takes to fail: the shortest prefix first, then whatever can be left out of it.

    ●●●●●●●●●●●●●●●● ──► ●●●●●●●●● ──► ●● ● ●   none of which can be left out alone (delta debugging)

``minimise`` takes any list, such as the faults of a scenario. ``minimise_journal`` takes a journal: what is left out
are stimuli, a command line as a whole, and time runs on by the modem's own timers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from modemtwin.clockwork import Micros
from modemtwin.coap.summary import described_datagram
from modemtwin.modem.doors import DatagramTx, Effect, Note, Refused, Stimulus, Tick, UartRx, UartTx
from modemtwin.world.journal import Entry, Header, Machine, build_modem
from modemtwin.world.uart_lines import UartLines

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
    kept = list(items)
    if not fails(kept):
        raise ValueError("with all of them it does not fail")
    kept = _shortest_prefix(kept, fails)
    size = max(1, len(kept) // 2)
    while not enough():
        start, removed = 0, False
        while start < len(kept) and not enough():
            rest = kept[:start] + kept[start + size :]
            if rest and fails(rest):
                kept, removed = rest, True
            else:
                start += size
        if size == 1 and not removed:
            break
        size = max(1, size // 2)
    return kept


def minimise_journal(
    header: Header,
    entries: Sequence[Entry],
    fails: Callable[[list[Entry]], bool],
    build: Callable[[Header], Machine] = build_modem,
    *,
    enough: Callable[[], bool] = _never,
) -> Minimised:
    """Cut a journal down; ``fails`` looks at the entries of a run, ``enough`` is that of ``minimise``.

    ValueError: run again, the whole does not fail.
    """
    units = list(_units(entries))
    until = entries[-1].now if entries else 0
    runs = 0

    def run_fails(kept: list[tuple[tuple[Micros, Stimulus], ...]]) -> bool:
        nonlocal runs
        runs += 1
        return fails(rerun(header, [each for unit in kept for each in unit], until, build))

    kept = minimise(units, run_fails, enough=enough)
    stimuli = [each for unit in kept for each in unit]
    of = sum(len(unit) for unit in units)
    return Minimised(
        _shortest_prefix(rerun(header, stimuli, until, build), fails), len(stimuli), of, runs, not enough()
    )


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


def _shortest_prefix(items: list[T], fails: Callable[[list[T]], bool]) -> list[T]:
    """Look by halves for the first item with which it fails."""
    enough, less = len(items), 0
    while enough - less > 1:
        middle = (enough + less) // 2
        if fails(items[:middle]):
            enough = middle
        else:
            less = middle
    return items[:enough]


def _units(entries: Sequence[Entry]) -> Iterator[tuple[tuple[Micros, Stimulus], ...]]:
    """Put the pieces of a command line together, and take lines apart that came at once; ticks are the modem's own."""
    pieces: list[tuple[Micros, Stimulus]] = []
    for now, stimulus, _ in entries:
        if isinstance(stimulus, UartRx):
            for piece in _LINE_END.split(stimulus.data):
                if piece:
                    pieces.append((now, UartRx(piece)))
                if piece.endswith(b"\r"):
                    yield tuple(pieces)
                    pieces = []
        elif not isinstance(stimulus, Tick):
            yield ((now, stimulus),)
    if pieces:
        yield tuple(pieces)
