"""The wire between a TE and a modem: each byte takes its time, and who cannot take any says so in time, or loses some.

    TE ──► Way ──10 bits a byte──► modem     held while the modem's CTS is off        with AT+IFC=…,2
    TE ◄── FIFO ◄──10 bits a byte── Way ◄── modem   held while the TE's RTS is off    with AT+IFC=2,…
                                                    between its XOFF and its XON      with AT+IFC=1,…

A machine with the contract of the modem's: what happens and ``now`` in, a list of what follows out. Bytes travel in
pieces of up to 16, as through the FIFO of a 16550: what is on its way arrives, whatever is held.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

from modemtwin.clockwork import Micros, earliest
from modemtwin.modem.doors import BaudRate, FlowControl, LinesChanged, Note, Tick
from modemtwin.value import value
from modemtwin.world.te.uart_keys import UartSettings

__all__ = ["PIECE", "FromModem", "FromTe", "Reads", "RtsSet", "TeRate", "ToModem", "ToTe", "UartLine"]

PIECE = 16
"""Bytes that travel together."""

_MOST_QUEUED = 65_536
_BITS = 10  # start, eight of data, stop
_SECOND = 1_000_000
_AUTOBAUD_RATE = 115_200
_SOFTWARE, _HARDWARE = 1, 2  # values of AT+IFC
_XON, _XOFF = 0x11, 0x13


@value
class FromTe:
    """The TE writes."""

    data: bytes


@value
class FromModem:
    """The modem writes."""

    data: bytes


@value
class Reads:
    """The TE takes what lies in its FIFO, and all that follows; or it does something else."""

    reading: bool


@value
class RtsSet:
    """The TE has set its RTS by itself."""

    on: bool


@value
class TeRate:
    """The TE goes on at another rate."""

    baud: int


@value
class ToModem:
    """These bytes have reached the modem."""

    data: bytes


@value
class ToTe:
    """The TE has read these bytes."""

    data: bytes


Happening: TypeAlias = FromTe | FromModem | Reads | RtsSet | TeRate | BaudRate | FlowControl | LinesChanged | Tick
Outcome: TypeAlias = ToModem | ToTe | Note


class _Way:
    """One direction: what waits, and the piece on its way. ``held``: no further piece begins."""

    __slots__ = ("_baud", "_begun", "_piece", "_sent", "_size", "_waiting", "arrives", "held")

    def __init__(self, size: int) -> None:
        self.held = False
        self.arrives: Micros | None = None
        self._size = size
        self._waiting = bytearray()
        self._piece = b""
        self._begun: Micros = 0
        self._sent = self._baud = 0  # bytes since then, and at what rate

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way, and nothing waits."""
        return self.arrives is None and not self._waiting

    def put(self, data: bytes) -> int:
        """Let bytes wait for the wire; say how many find no room."""
        room = _MOST_QUEUED - len(self._waiting)
        self._waiting += data[:room]
        return max(0, len(data) - room)

    def begin(self, now: Micros, baud: int) -> None:
        """Put the next piece on the wire, when it is free."""
        if self.arrives is None:
            self._baud = 0
            self._next(now, baud)

    def take(self, baud: int) -> bytes:
        """Take the piece that has arrived, and put the next one on the wire right behind it."""
        assert self.arrives is not None, "there is no piece before its moment"
        piece, moment, self.arrives = self._piece, self.arrives, None
        self._next(moment, baud)
        return piece

    def _next(self, moment: Micros, baud: int) -> None:
        if self.held or not self._waiting:
            return
        if baud != self._baud:
            self._begun, self._sent, self._baud = moment, 0, baud
        self._piece = bytes(self._waiting[: self._size])
        del self._waiting[: self._size]
        self._sent += len(self._piece)
        self.arrives = self._begun - (-self._sent * _BITS * _SECOND // baud)  # rounded up, and never summed up


class UartLine:
    """``lost_to_modem`` and ``lost_to_te`` count bytes. ``rate`` is that of ``AT+IPR`` at the start; 0 follows the TE.

    ``follows``: the TE follows the modem, and each hears the other at any rate. A modem that is told another rate
    writes at the old one until its reply is out.
    """

    def __init__(self, settings: UartSettings, rate: int = 0, *, follows: bool = False) -> None:
        self.settings = settings
        self.lost_to_modem = self.lost_to_te = 0
        self._te_rate = settings.baud or _AUTOBAUD_RATE
        self._modem_rate = self._coming_rate = rate
        self._follows = follows or not settings.baud
        self._up, self._down = _Way(PIECE), _Way(min(PIECE, settings.fifo))
        self._flow = FlowControl(0, 0)
        self._cts = self._rts = self._xon = self._reading = True
        self._fifo = bytearray()
        self._said_up = self._said_down = ""

    def handle(self, happening: Happening, now: Micros) -> list[Outcome]:
        """Take what happens; give what has arrived where, and what was lost."""
        outcomes: list[Outcome] = []
        match happening:
            case FromTe(data):
                self._write_up(data, outcomes)
            case FromModem(data):
                if lost := self._down.put(data):
                    self._lose_down(lost, "the modem writes faster than the line carries", outcomes)
            case Tick():
                self._arrive(now, outcomes)
            case Reads(reading):
                self._read(reading, outcomes)
            case RtsSet(on):
                self._rts = on
            case TeRate(baud):
                self._te_rate = baud
            case BaudRate(rate):
                self._coming_rate = rate
            case FlowControl():
                self._flow = happening
            case LinesChanged(cts):
                self._cts = cts
            case unreachable:
                assert_never(unreachable)
        if self._down.is_idle:
            self._modem_rate = self._coming_rate
        self._hold()
        self._up.begin(now, self._baud)
        self._down.begin(now, self._baud)
        return outcomes

    def next_timer(self) -> Micros | None:
        """When a piece arrives."""
        return earliest(self._up.arrives, self._down.arrives)

    @property
    def _baud(self) -> int:
        return self._modem_rate or self._te_rate

    def _hold(self) -> None:
        """Say which way has to wait. Either side obeys what both have agreed on."""
        hardware, software = self.settings.flow == "rts-cts", self.settings.flow == "xon-xoff"
        self._up.held = hardware and self._flow.dte_by_dce == _HARDWARE and not self._cts
        room = self.settings.fifo - len(self._fifo)
        full = bool(self._fifo) and room < 2 * PIECE
        match self._flow.dce_by_dte:
            case 2:
                self._down.held = not self._rts or (hardware and full)
            case 1:
                self._down.held = not self._xon or (software and full)
            case _:
                self._down.held = False

    def _write_up(self, data: bytes, outcomes: list[Outcome]) -> None:
        if self._flow.dce_by_dte == _SOFTWARE and (_XON in data or _XOFF in data):
            self._xon = data.rfind(_XON) > data.rfind(_XOFF)
            data = data.replace(bytes((_XON,)), b"").replace(bytes((_XOFF,)), b"")  # V.250 §6.2.12: they are no data
        if lost := self._up.put(data):
            self._lose_up(lost, "the TE writes faster than the line carries", outcomes)

    def _arrive(self, now: Micros, outcomes: list[Outcome]) -> None:
        if self._up.arrives is not None and now >= self._up.arrives:
            piece = self._up.take(self._baud)
            if reason := self._garbled():
                self._lose_up(len(piece), reason, outcomes)
            else:
                outcomes.append(ToModem(piece))
                self._said_up = ""
        if self._down.arrives is not None and now >= self._down.arrives:
            piece = self._down.take(self._baud)
            if reason := self._garbled():
                self._lose_down(len(piece), reason, outcomes)
            elif self._reading:
                outcomes.append(ToTe(piece))
                self._said_down = ""
            else:
                self._keep(piece, outcomes)
            self._hold()

    def _garbled(self) -> str:
        """Say why nobody can read what is on the wire."""
        if self._follows or self._modem_rate in (0, self._te_rate):
            return ""
        return f"the modem is at {self._modem_rate} baud (AT+IPR), the TE at {self._te_rate}"

    def _keep(self, piece: bytes, outcomes: list[Outcome]) -> None:
        room = self.settings.fifo - len(self._fifo)
        self._fifo += piece[:room]
        if lost := len(piece) - room if len(piece) > room else 0:
            self._lose_down(lost, f"the TE does not read, and its FIFO of {self.settings.fifo} bytes is full", outcomes)

    def _read(self, reading: bool, outcomes: list[Outcome]) -> None:
        self._reading = reading
        if reading and self._fifo:
            outcomes.append(ToTe(bytes(self._fifo)))
            self._fifo.clear()
            self._said_down = ""

    def _lose_up(self, count: int, reason: str, outcomes: list[Outcome]) -> None:
        self.lost_to_modem += count
        if reason != self._said_up:  # said once for each row of bytes that are lost in the same way
            self._said_up = reason
            outcomes.append(Note(f"bytes for the modem are lost: {reason}"))

    def _lose_down(self, count: int, reason: str, outcomes: list[Outcome]) -> None:
        self.lost_to_te += count
        if reason != self._said_down:
            self._said_down = reason
            outcomes.append(Note(f"bytes for the TE are lost: {reason}"))
