"""A station with a TE at it and a virtual clock, for the tests of the world."""

from __future__ import annotations

from modemtwin.clockwork import Micros, seconds
from modemtwin.modem.doors import Effect, PowerOn, SocketOpen, SocketOpened, Stimulus, Tick, UartRx, UartTx
from modemtwin.world.scenario.scenario import Scenario, apply_settings
from modemtwin.world.station import Station, build_station


class Dialogue:
    """Types into a station that was switched on at 0 s, and lets time pass. ``written`` is its journal as text."""

    def __init__(self, *settings: str, scenario: Scenario | None = None, wait: float = 1.0) -> None:
        self.lines: list[str] = []
        self.now: Micros = 0
        scenario = apply_settings(scenario or Scenario(), settings)
        self.station: Station = build_station(scenario, write=self.lines.append)
        self.handle(PowerOn())
        self.pass_time(wait)

    @property
    def written(self) -> str:
        return "".join(self.lines)

    def handle(self, stimulus: Stimulus) -> list[Effect]:
        effects = self.station.handle(stimulus, self.now)
        for effect in list(effects):
            if isinstance(effect, SocketOpen):
                effects += self.station.handle(SocketOpened(40001), self.now)
        return effects

    def type(self, text: str, chunk: int = 1000) -> list[Effect]:
        data = text.encode("latin-1")
        return [effect for at in range(0, len(data), chunk) for effect in self.handle(UartRx(data[at : at + chunk]))]

    def said(self, text: str, chunk: int = 1000) -> str:
        """Type, and give the bytes that the TE reads at once."""
        return text_of(self.type(text, chunk))

    def pass_time(self, span: float) -> list[Effect]:
        end, effects = self.now + seconds(span), []
        while (due := self.station.next_timer()) is not None and due <= end:
            self.now = max(self.now, due)
            effects += self.handle(Tick())
        self.now = end
        return effects

    def make_ready(self, url: str) -> None:
        self.type("ATE0\r")
        self.type("AT+CNACT=1\r")
        self.pass_time(1)
        self.type(f'AT+CCOAPINIT\rAT+CCOAPURL="{url}"\r')


def text_of(effects: list[Effect]) -> str:
    return b"".join(effect.data for effect in effects if isinstance(effect, UartTx)).decode("latin-1")
