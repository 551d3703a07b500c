"""Every transcript once more: its journal replays, and it makes no difference in which pieces the bytes came."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import Micros
from modemtwin.modem.doors import Effect, Stimulus, UartRx
from modemtwin.world.journal.replay import replay
from modemtwin.world.play.player import play
from modemtwin.world.scenario.scenario import Scenario
from modemtwin.world.station import Station, build_station
from tests.spec.transcript_files import FILES, read


class ByteByByte(Station):
    """A station whose serial line delivers one byte at a time."""

    def handle(self, stimulus: Stimulus, now: Micros) -> list[Effect]:
        if not isinstance(stimulus, UartRx):
            return super().handle(stimulus, now)
        effects: list[Effect] = []
        for byte in stimulus.data:
            effects += super().handle(UartRx(bytes([byte])), now)
        return effects


@pytest.mark.parametrize("name", FILES)
def test_the_journal_of_a_transcript_replays(name: str) -> None:
    lines: list[str] = []
    built: list[Station] = []

    def build(scenario: Scenario, seed: int) -> Station:
        built.append(build_station(scenario, seed=seed, write=lines.append))
        return built[-1]

    assert play(read(name), build) == []
    (station,) = built
    assert station.journal is not None
    station.journal.close()
    parting = replay("".join(lines))
    assert parting is None, str(parting)


@pytest.mark.parametrize("name", FILES)
def test_a_transcript_that_is_typed_byte_by_byte_reads_the_same(name: str) -> None:
    def build(scenario: Scenario, seed: int) -> Station:
        whole = build_station(scenario, seed=seed)
        return ByteByByte(whole.modem, whole.cell, routes=whole.routes, journal=whole.journal, events=scenario.events)

    differences = play(read(name), build)
    assert not differences, f"{FILES[name]}\n" + "\n".join(map(str, differences))
