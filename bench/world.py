"""The world: whole AT exchanges in virtual time, and thousands of modems that give up at once.

    AT+CCOAPPARA=code,1,uri-path,0,"time"   AT+CCOAPACTION   +CCOAPRECV   AT+CCOAPHEAD   AT+CCOAPREAD
    a round trip of 300 ms, of a hundred datagrams five are lost each way

Processor time, for nothing waits. Beside it the same on asyncio with a virtual clock (``virtual_loop.py``); and what
the world adds to the calls of the machines themselves.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from statistics import median

from bench.figures import Figure, in_turn, share
from bench.peers import child
from bench.virtual_loop import exchanges_on_asyncio, rings_on_asyncio
from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.events import Transmit
from modemtwin.modem.doors import Address, DatagramRx, DatagramTx, Effect, PowerOn, SocketOpened, Tick, UartRx
from modemtwin.world.peer.peer import Peer
from modemtwin.world.scenario.scenario import Scenario
from modemtwin.world.station import Station, build_station
from modemtwin.world.te.te import Await, Program, Te, Type
from modemtwin.world.timers import Timers
from modemtwin.world.world import World

ROUNDS = 7
CROWDS = 3
EXCHANGES = 3_000
MODEMS = 5_000
PATH = {"delay": 0.15, "loss": 0.05}

_SERVER: Address = ("192.0.2.1", 5683)
_MODEM: Address = ("10.0.0.16", 49152)

AIM = 5_000
LIMIT_OF_THE_WORLD = 50.0
LIMIT_OF_GIVING_UP = 500.0


def run(effort: float = 1.0) -> list[Figure]:
    """Measure exchanges per second, what the world adds to each, and the giving up of many."""
    rounds, exchanges, modems = share(ROUNDS, effort), share(EXCHANGES, effort), share(MODEMS, effort)
    ours, theirs, rung, on_asyncio, whole, machines = in_turn(
        rounds,
        partial(_rate, exchanges),
        partial(_rate_on_asyncio, exchanges),
        partial(_rung, 10 * exchanges),
        partial(_rung_on_asyncio, 10 * exchanges),
        partial(_time_of_an_exchange, exchanges),
        partial(_time_of_the_machines, exchanges),
    )
    made, given_up = map(median, zip(*(_crowd(modems) for _ in range(share(CROWDS, effort))), strict=True))
    what = "PARA, ACTION, RECV, HEAD, READ"
    added = max(whole - machines, 0.001)
    return [
        Figure(what, ours, "/s", "the aim", AIM, 1),
        Figure(what, ours, "/s", "asyncio, virtual clock", theirs),
        Figure("a timer set and rung, nothing else", rung, "/s", "asyncio, virtual clock", on_asyncio),
        Figure("what the world adds to an exchange", added, "µs", "the limit", LIMIT_OF_THE_WORLD, 1),
        Figure(
            f"{modems:,} modems give up a CON", given_up, "ms", "the limit", LIMIT_OF_GIVING_UP * modems / MODEMS, 1
        ),
        Figure(f"{modems:,} modems, made and online", made, "ms"),
    ]


def _online() -> Program:
    yield Type("AT+CNACT=1")
    yield Await("+APP PDP: ACTIVE")
    yield Type("AT+CCOAPINIT")
    yield Type('AT+CCOAPURL="coap://192.0.2.1"')


def _exchanges(count: int) -> Callable[[Te], Program]:
    def program(te: Te) -> Program:
        yield from _online()
        for _ in range(count):
            yield Type('AT+CCOAPPARA=code,1,uri-path,0,"time"')
            begun = yield Type("AT+CCOAPACTION")
            mid = begun[18 : begun.index("\r", 18)]
            end = yield Await("+CCOAPRECV: ", "+CCOAPACTION: 2,")
            if end.startswith("+CCOAPRECV"):
                assert (yield Type(f"AT+CCOAPHEAD={mid},1")).ok
                assert (yield Type(f"AT+CCOAPREAD={mid}")).ok

    return program


def _rate(exchanges: int) -> float:
    begun = time.process_time()
    _simulate(exchanges, PATH)
    return exchanges / (time.process_time() - begun)


def _rate_on_asyncio(exchanges: int) -> float:
    begun = time.process_time()
    assert exchanges_on_asyncio(exchanges, PATH) > 0.9 * exchanges
    return exchanges / (time.process_time() - begun)


def _simulate(exchanges: int, path: Mapping[str, object]) -> None:
    world = World()
    world.add_server()
    modem = world.add_modem(path=path, program=_exchanges(exchanges))
    world.run_until_idle(1e6)
    assert modem.te.is_done


def _time_of_an_exchange(exchanges: int) -> float:
    """Say how many microseconds an exchange takes in a world whose path loses nothing."""
    begun = time.process_time()
    _simulate(exchanges, {"delay": 0.15})
    return (time.process_time() - begun) / exchanges * 1e6


def _time_of_the_machines(exchanges: int) -> float:
    """Say how many of them are the modem's and the server's own: the same calls, one after the other, in place."""
    station, peer, now = _ready_station(), Peer(Random(1)), seconds(10)
    begun = time.process_time()
    for mid in range(1, exchanges + 1):
        _tell(station, b'AT+CCOAPPARA=code,1,uri-path,0,"time"', now)
        _, sent = _tell(station, b"AT+CCOAPACTION", now)
        assert isinstance(sent, DatagramTx)
        for event in peer.receive(sent.data, _MODEM, now + 150_000):
            if isinstance(event, Transmit):
                station.handle(DatagramRx(_SERVER, event.data), now + 300_000)
        peer.next_timer()
        station.next_timer()
        _tell(station, b"AT+CCOAPHEAD=%d,1" % mid, now + 300_000)
        _tell(station, b"AT+CCOAPREAD=%d" % mid, now + 300_000)
        now += 300_000
    return (time.process_time() - begun) / exchanges * 1e6


def _ready_station() -> Station:
    station, now = build_station(Scenario()), 0
    station.handle(PowerOn(), now)
    while (due := station.next_timer()) is not None:
        station.handle(Tick(), due)
    _tell(station, b"AT+CNACT=1", seconds(5))
    while (due := station.next_timer()) is not None:
        station.handle(Tick(), due)
    _tell(station, b"AT+CCOAPINIT", seconds(8))
    station.handle(SocketOpened(_MODEM[1]), seconds(8))
    _tell(station, b'AT+CCOAPURL="coap://192.0.2.1"', seconds(8))
    return station


def _tell(station: Station, line: bytes, now: Micros) -> list[Effect]:
    effects = station.handle(UartRx(line + b"\r"), now)
    station.next_timer()
    return effects


# ── timers alone ──────────────────────────────────────────────────────────────────────────────────────────────────


def _rung(rings: int) -> float:
    """Ring so many timers, each of which asks for the next; give rings per second."""
    timers = Timers()

    def ring(left: int) -> None:
        if left:
            timers.at(timers.now + 150_000, ring, left - 1)

    timers.at(0, ring, rings)
    begun = time.process_time()
    while timers.step():
        pass
    return rings / (time.process_time() - begun)


def _rung_on_asyncio(rings: int) -> float:
    begun = time.process_time()
    rings_on_asyncio(rings)
    return rings / (time.process_time() - begun)


def _crowd(modems: int) -> tuple[float, float]:
    """Let many modems give up in a process of their own: what others left in the memory would slow them down."""
    with child([sys.executable, "-m", "bench.crowd", str(modems)]) as process:
        assert process.stdout is not None, "child() makes it a pipe"
        made, given_up = process.stdout.read().split()
    return float(made), float(given_up)
