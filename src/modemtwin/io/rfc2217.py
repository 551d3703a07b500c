"""The modem's UART behind an access server of our own: telnet with COM-PORT-OPTION on TCP (RFC 2217).

    client ══ telnet ══► TcpPipe ──► ComPort ──► bytes and lines of the modem

One TE at a time, as on bare TCP. Each begins with a fresh session, its DTR and RTS on; when it is gone, they are off.
"""

from __future__ import annotations

from typing import assert_never

from modemtwin.io.byte_pipe import Ended, Received, WiresSet
from modemtwin.io.com_port import CTS, DCD, DSR, RI, ComPort, Outcome, Reply, Typed, Wires
from modemtwin.io.tcp import TcpPipe

__all__ = ["Rfc2217Pipe"]


class Rfc2217Pipe:
    """A listening socket that speaks RFC 2217; port 0 takes any."""

    kind = "rfc2217"

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._tcp = TcpPipe(host, port, changed=self._changed)
        self._session: ComPort | None = None
        self._wires_set: WiresSet = lambda dtr, rts: None
        self._lines = 0

    @property
    def address(self) -> str:
        return self._tcp.address

    def watch_lines(self, wires_set: WiresSet) -> None:
        self._wires_set = wires_set

    async def look_up(self) -> None:
        await self._tcp.look_up()

    def open(self, received: Received, ended: Ended) -> None:
        self._received = received
        self._tcp.open(self._arrived, ended)

    def write(self, data: bytes) -> None:
        if self._session:
            self._tell(self._session.send(data))

    def set_lines(self, *, cts: bool, dsr: bool, dcd: bool, ri: bool) -> None:
        self._lines = cts * CTS | dsr * DSR | dcd * DCD | ri * RI
        if self._session:
            self._tell(self._session.show(self._lines))

    def set_baud(self, rate: int) -> None:
        """The client sets the rate of the access server; a modem that changes its own is not heard to do so."""

    def close(self) -> None:
        self._session = None
        self._tcp.close()

    def _changed(self, there: bool) -> None:
        self._session = ComPort(lines=self._lines) if there else None
        self._wires_set(there, there)

    def _arrived(self, data: bytes) -> None:
        session = self._session
        if session is not None:
            for outcome in session.receive(data):
                if self._session is session:  # an answer may have found the client gone
                    self._perform(outcome)

    def _perform(self, outcome: Outcome) -> None:
        match outcome:
            case Typed(data):
                self._received(data)
            case Reply(data):
                self._tell(data)
            case Wires(dtr, rts):
                self._wires_set(dtr, rts)
            case _:
                assert_never(outcome)

    def _tell(self, data: bytes) -> None:
        if data:
            self._tcp.write(data)
