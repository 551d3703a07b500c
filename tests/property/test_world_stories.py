"""Whatever a modem lives through: its journal replays, each datagram is told in the story of its mid, and paid for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple

from hypothesis import given, settings
from hypothesis import strategies as st

from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.message import decode
from modemtwin.modem.doors import BearerGranted, DatagramRx, DatagramTx, PowerOn, SocketOpened, Stimulus, Tick, UartRx
from modemtwin.world.cost.air import PRESETS
from modemtwin.world.cost.cost import count
from modemtwin.world.cost.usage import Traffic
from modemtwin.world.journal.journal import Entry, Header, Journal, build_modem, parse_journal
from modemtwin.world.journal.replay import replay
from modemtwin.world.story.narrator import stories
from tests.modem_harness import HOME, SIGNAL
from tests.property.test_modem_board import LIFES

READY: list[tuple[Micros, Stimulus]] = [
    (0, PowerOn()),
    (0, SIGNAL),
    (0, HOME),
    (0, UartRx(b"AT+CNACT=1\r")),
    (0, BearerGranted(0, "10.94.36.44")),
    (0, UartRx(b"AT+CCOAPINIT\r")),
    (0, SocketOpened(49152)),
    (0, UartRx(b'AT+CCOAPURL="coap://192.0.2.1"\r')),
]
"""What makes the modem of a journal ready; a request is easy to make then."""

ASK: tuple[Micros, Stimulus] = (0, UartRx(b'AT+CCOAPPARA=token,0,"t"\rAT+CCOAPACTION\r'))
OFTEN = LIFES.flatmap(
    lambda life: st.lists(st.integers(0, len(life)), max_size=4).map(lambda places: asking(life, places))
)


def asking(life: list[tuple[Micros, Stimulus]], places: list[int]) -> list[tuple[Micros, Stimulus]]:
    """Let the TE send a packet at these places of a life too."""
    for place in sorted(places, reverse=True):
        life = [*life[:place], ASK, *life[place:]]
    return life


def journal_of(life: Sequence[tuple[Micros, Stimulus]]) -> str:
    header = Header(seed=3)
    modem, journal = build_modem(header), Journal(header)
    now: Micros = 0
    for pause, stimulus in [*READY, *life]:
        until = now + pause
        while (due := modem.next_timer()) is not None and due <= until:
            now = max(now, due)
            journal.record(now, Tick(), modem.handle(Tick(), now))
        now = until
        journal.record(now, stimulus, modem.handle(stimulus, now))
    return journal.text()


def datagrams(entries: Sequence[Entry]) -> Iterator[tuple[Micros, bytes, bool]]:
    for now, stimulus, effects in entries:
        if isinstance(stimulus, DatagramRx):
            yield now, stimulus.data, False
        yield from ((now, effect.data, True) for effect in effects if isinstance(effect, DatagramTx))


TOLD = re.compile(
    r" s (the modem (sent|answered) |there was no answer|it was sent again|the answer had found no room"
    r"|the response came|notification \d|the peer |the same |mid \d+ came again|\d+\.\d+\.\d+\.\d+:\d+ sent )"
)


@given(OFTEN)
@settings(max_examples=150)
def test_a_journal_replays_and_tells_and_counts_every_datagram(life: list[tuple[Micros, Stimulus]]) -> None:
    text = journal_of(life)
    assert replay(text) is None
    _, entries = parse_journal(text)

    told: Counter[tuple[int, Micros]] = Counter()
    for story in stories(entries):
        assert [step.now for step in story.steps] == sorted(step.now for step in story.steps), story
        told.update((story.mid, step.now) for step in story.steps if TOLD.search(step.sentence))
    happened = Counter((mid, now) for now, data, _ in datagrams(entries) if (mid := decode(data).mid) is not None)
    assert not happened - told

    cost = count(entries, PRESETS["nb-iot-deep"])
    for up in (True, False):
        sizes = [len(data) for _, data, way in datagrams(entries) if way is up]
        parts = [getattr(each, "up" if up else "down") for each in (*cost.exchanges, cost.others)]
        total: Traffic = cost.total.up if up else cost.total.down
        assert astuple(total)[:3] == (len(sizes), sum(sizes), sum(sizes) + 28 * len(sizes))
        assert astuple(total) == tuple(map(sum, zip(*map(astuple, parts), strict=True)))
    assert sum(each.usage.connections for each in cost.exchanges) + cost.others.connections >= cost.total.connections


@given(st.lists(st.sampled_from(["60450001", "60000001", "70000001", ""]), min_size=1, max_size=5))
def test_the_energy_of_a_journal_is_that_of_its_exchanges_when_each_is_alone(answers: list[str]) -> None:
    entries = []
    for place, answer in enumerate(answers):
        begin, end = seconds(1000 * place), seconds(1000 * place + 2)
        mid = f"{place + 1:04x}"
        entries.append(Entry(begin, Tick(), (DatagramTx(("192.0.2.1", 5683), bytes.fromhex(f"4001{mid}")),)))
        if answer:
            entries.append(Entry(end, DatagramRx(("192.0.2.1", 5683), bytes.fromhex(answer[:4] + mid)), ()))
    cost = count(entries, PRESETS["cat-m1"])
    whole, alone = cost.energy(), cost.exchange().times(len(answers))
    assert abs(whole.mah - alone.mah) < 1e-9
    assert abs(whole.joules - alone.joules) < 1e-6
