"""What the driver itself costs an exchange, on a port in memory whose module answers at once.

    AT+CCOAPURL ─► AT+CCOAPPARA ─► AT+CCOAPACTION ─► +CCOAPRECV ─► AT+CCOAPHEAD ─► AT+CCOAPREAD

``get`` is the whole: ``await module.get(url)`` on an event loop, session, procedures, dialogue and all. ``bare`` is the
least that anybody could do: the same bytes handed to the same port, which looks its answer up. The difference is ours,
in processor time: what other programs take of the machine is not our cost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from functools import partial

from bench.figures import Figure, in_turn, share
from modemtwin.host.aio import drive
from modemtwin.host.knowledge import Settings
from modemtwin.host.transport import Lost, Received

ROUNDS = 15
EXCHANGES = 400
URL = "coap://192.0.2.1/time"

_OK = b"\r\nOK\r\n"
_CANNED: Mapping[bytes, bytes] = {
    b"AT+CGMM\r": b"\r\nSIMCOM_SIM7000G\r\n" + _OK,
    b"AT+CMEE?\r": b"\r\n+CMEE: 1\r\n" + _OK,
    b"AT+CGMI\r": b"\r\nSIMCOM_Ltd\r\n" + _OK,
    b"AT+CGMR\r": b"\r\nRevision:1529B08SIM7000G\r\n" + _OK,
    b"AT+CGSN\r": b"\r\n869951031234568\r\n" + _OK,
    b"AT+CNACT?\r": b'\r\n+CNACT: 1,"10.94.36.44"\r\n' + _OK,
    b"AT+CCOAPACTION\r": b"\r\n+CCOAPACTION: 0,1\r\n" + _OK + b"\r\n+CCOAPRECV: 1,21,12\r\n",
    b"AT+CCOAPREAD=1\r": b"\r\n+CCOAPREAD: 12,12:00:00 UTC\r\n" + _OK,
}


def run(effort: float = 1.0) -> list[Figure]:
    """Measure microseconds an exchange: the driver's, and those of the port without it."""
    rounds, exchanges = share(ROUNDS, effort), share(EXCHANGES, effort)
    whole, bare = in_turn(rounds, partial(_whole, exchanges), partial(_bare, exchanges))
    return [
        Figure("get, on a module that answers at once", whole, "µs", "the port alone", bare),
        Figure("of which the driver adds", whole - bare, "µs", "at most", 150.0, 1),
    ]


class CannedPort:
    """A module that answers at once and always the same, but for the token, which it gives back."""

    name = "canned"
    hints: Mapping[str, object] = {}

    def listen(self, received: Received, lost: Lost) -> None:
        """Begin to answer."""
        self._received = received
        self._head = b""

    def write(self, data: bytes) -> None:
        """Answer."""
        if data.startswith(b"AT+CCOAPPARA"):
            token = data.partition(b'token,1,"')[2][:4]
            self._head = b"\r\n+CCOAPHEAD: 1,1,2,2,2.05,1," + token + b",0,,,,,0,,,,,,,,,,,\r\n" + _OK
            self._received(_OK)
        elif data.startswith(b"AT+CCOAPHEAD"):
            self._received(self._head)
        else:
            self._received(_CANNED.get(data, _OK))

    def close(self) -> None:
        """Nothing is open."""


def _whole(exchanges: int) -> float:
    async def ask() -> float:
        async with drive(CannedPort(), Settings()) as module:
            begun = time.process_time()
            for _ in range(exchanges):
                response = await module.get(URL)
            spent = time.process_time() - begun
            assert response.text == "12:00:00 UTC"[:12]
        return spent / exchanges * 1e6

    return asyncio.run(ask())


def _bare(exchanges: int) -> float:
    port = CannedPort()
    port.listen(lambda data: None, lambda reason: None)
    lines = (
        b'AT+CCOAPURL="coap://192.0.2.1"\r',
        b'AT+CCOAPPARA=code,1,type,"CON",token,1,"0001",uri-path,0,"time"\r',
        b"AT+CCOAPACTION\r",
        b"AT+CCOAPHEAD=1,1\r",
        b"AT+CCOAPREAD=1\r",
    )
    begun = time.process_time()
    for _ in range(exchanges):
        for line in lines:
            port.write(line)
    return (time.process_time() - begun) / exchanges * 1e6
