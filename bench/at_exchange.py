"""A whole AT exchange on an in-memory UART with a real UDP socket, beside aiocoap's requests one by one.

    AT+CCOAPPARA=code,1,uri-path,0,"time"   ──► OK
    AT+CCOAPACTION                          ──► +CCOAPACTION: 0,1   OK   ═══ GET ═══► libcoap's server
                                                +CCOAPRECV: 1,22,15 ◄══ 2.05 ══
    AT+CCOAPHEAD=1,1                        ──► 24 fields           OK
    AT+CCOAPREAD=1                          ──► the payload         OK

It is the product as it stands: station, cell, routes, journal, runtime. aiocoap does what its users write, ``await
context.request(message).response`` with its defaults; and, for information, the same without its block-wise layer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TypeAlias

from bench.figures import Figure, in_turn, share
from bench.peers import aiocoap_rate, import_aiocoap, libcoap_server
from modemtwin.io.byte_pipe import Ended, Received
from modemtwin.io.runtime import Runtime
from modemtwin.modem.doors import Address
from modemtwin.world.scenario.scenario import Scenario, apply_settings
from modemtwin.world.station import build_station

ROUNDS = 35
EXCHANGES = 200
PATH = "time"

_PATIENCE = 60.0
_OK = b"\r\nOK\r\n"
_NEVER = b"never"
_LAST = b"", _NEVER

Turn: TypeAlias = tuple[bytes, bytes]
"""What the TE types, if anything, and what it waits for then."""


def run(effort: float = 1.0) -> list[Figure]:
    """Measure exchanges, and requests, per second."""
    import_aiocoap()
    rounds, exchanges = share(ROUNDS, effort), share(EXCHANGES, effort)
    with libcoap_server() as (where, _):
        ours, theirs, bare = in_turn(
            rounds,
            partial(_rate, where, exchanges),
            partial(aiocoap_rate, where, PATH, requests=exchanges),
            partial(aiocoap_rate, where, PATH, requests=exchanges, blockwise=False),
        )
    what = "PARA, ACTION, RECV, HEAD, READ"
    return [
        Figure(what, ours, "/s", "aiocoap, a GET", theirs, 3),
        Figure(what, ours, "/s", "aiocoap, block-wise off", bare),
    ]


class Te:
    """A UART in memory with a TE behind it, which types its next command as soon as it has seen what it waits for.

    It types from within the call that brings it the bytes, as an interrupt handler would: no event loop is between. It
    reads what it types off a list, for its own work is nobody's here.
    """

    kind = "memory"
    address = ""

    _heard = _wanted = b""
    _turns: Iterator[Turn] = iter(())

    def open(self, received: Received, ended: Ended) -> None:
        """Connect the two."""
        self._type = received

    def write(self, data: bytes) -> None:
        """Hear what the modem says, and go on."""
        self._heard += data
        if self._wanted in self._heard:
            self._go_on()

    async def play(self, turns: Iterable[Turn]) -> float:
        """Type and wait for what is wanted, turn by turn; give the seconds that it took."""
        self._turns = iter(list(turns))
        self._done = asyncio.get_running_loop().create_future()
        begun = time.perf_counter()
        self._go_on()
        await self._done
        return time.perf_counter() - begun

    def _go_on(self) -> None:
        self._heard = b""
        typed, self._wanted = next(self._turns, _LAST)
        if typed:
            self._type(typed)
        elif self._wanted is _NEVER:
            self._done.set_result(None)

    def set_baud(self, rate: int) -> None:
        """Memory has no rate."""

    def close(self) -> None:
        """Nothing is open."""


def _rate(where: Address, exchanges: int) -> float:
    return asyncio.run(asyncio.wait_for(_exchange(where, exchanges), _PATIENCE))


async def _exchange(where: Address, exchanges: int) -> float:
    scenario = apply_settings(Scenario(), ["cell.registration_delay=0", "cell.bearer_delay=0"])
    te = Te()
    runtime = Runtime(build_station(scenario), te)
    runtime.start()
    await te.play(_preparation(where))
    taken = await te.play(_exchanges(exchanges))
    runtime.stop()
    return exchanges / taken


def _preparation(where: Address) -> Iterator[Turn]:
    yield b"AT+CNACT=1\r", b"+APP PDP: ACTIVE\r\n"
    yield b"AT+CCOAPINIT\r", _OK
    yield b'AT+CCOAPURL="coap://%s:%d"\r' % (where[0].encode(), where[1]), _OK


def _exchanges(count: int) -> Iterator[Turn]:
    for mid in range(1, count + 1):
        yield b'AT+CCOAPPARA=code,1,uri-path,0,"%s"\r' % PATH.encode(), _OK
        yield b"AT+CCOAPACTION\r", b"+CCOAPACTION: 0,%d\r\n" % mid + _OK
        yield b"", b"+CCOAPRECV: %d," % mid
        yield b"AT+CCOAPHEAD=%d,1\r" % mid, _OK
        yield b"AT+CCOAPREAD=%d\r" % mid, _OK
