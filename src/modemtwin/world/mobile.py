"""A modem in a world: its station, its TE, its path, and the socket that the world gives it.

    TE ──bytes──► station ──► UartTx      ──► TE, on_effect
                          ──► DatagramTx  ──► net
    net, timer ─► station ──► SocketOpen, Resolve, Ping ──► answered by a stimulus

Bytes pass between TE and station at once, or over a ``UartLine``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from modemtwin.clockwork import Micros
from modemtwin.modem.doors import (
    Address,
    BaudRate,
    Card,
    DatagramRx,
    DatagramTx,
    Effect,
    FlowControl,
    LinesChanged,
    LinesSet,
    Note,
    Ping,
    Pinged,
    PowerOff,
    PowerOn,
    Resolve,
    Resolved,
    Save,
    SocketClose,
    SocketOpen,
    SocketOpened,
    Stimulus,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.world.fault.fault import Fault, check_faults
from modemtwin.world.journal.journal import Journal
from modemtwin.world.net.nat import Nat
from modemtwin.world.net.net import Net
from modemtwin.world.net.path import Path
from modemtwin.world.station import Station
from modemtwin.world.te.te import Program, Reply, Te
from modemtwin.world.te.uart_keys import RATE
from modemtwin.world.te.uart_line import FromModem, FromTe, Happening, Reads, TeRate, ToModem, ToTe, UartLine
from modemtwin.world.timers import Timer, Timers

__all__ = ["FIRST_PORT", "Mobile"]

FIRST_PORT = 49_152
"""The local port of the first CoAP object; each further one takes the next (RFC 6335 §6: dynamic ports)."""

_LAST_PORT = 65_535
_TICK = Tick()


class Mobile:
    """A modem. ``on_effect`` is called with the moment and each effect that leaves the station.

    ``address`` is the IP address of its bearer, ``port`` the local port of its CoAP object, 0 without one; ``saved`` is
    what it keeps over a power cycle.
    """

    __slots__ = (
        "_busy",
        "_kept",
        "_line_timer",
        "_net",
        "_next_port",
        "_pings",
        "_socket",
        "_timer",
        "_timers",
        "is_on",
        "line",
        "name",
        "nat",
        "on_effect",
        "path",
        "saved",
        "station",
        "te",
    )

    def __init__(
        self,
        name: str,
        station: Station,
        path: Path,
        nat: Nat | None,
        *,
        timers: Timers,
        net: Net,
        line: UartLine | None = None,
    ) -> None:
        self.name, self.station, self.path, self.nat, self.line = name, station, path, nat, line
        self.te = Te(name, timers, self.to_modem)
        station.on_lost = self._lose
        self._socket: Address = (station.cell.settings.address, 0)
        self.is_on = False
        self.saved: Mapping[str, object] = {}
        self.on_effect: Callable[[Micros, Effect], None] | None = None
        self._timers, self._net = timers, net
        self._timer = Timer(timers, Mobile._ring, self)
        self._line_timer = Timer(timers, Mobile._ring_line, self)
        if line is not None:
            self.te.on_reading = lambda reading: self._carry(Reads(reading))
        self._kept: deque[Stimulus | list[Effect]] | None = None
        self._busy = False
        self._next_port = FIRST_PORT
        self._pings: set[int] = set()

    @property
    def address(self) -> str:
        """The IP address of its bearer."""
        return self._socket[0]

    @property
    def port(self) -> int:
        """The local port of its CoAP object, 0 without one."""
        return self._socket[1]

    @property
    def journal(self) -> Journal:
        """What went into the modem and what came out: the last entries, and ``text()``."""
        assert self.station.journal is not None, "build_station gives every station one"
        return self.station.journal

    # ── the TE ────────────────────────────────────────────────────────────────────────────────────────────────────

    def type_(self, line: str) -> Reply:
        """Type a line and CR; give what the modem writes at once, without time passing: echo, reply, URCs.

        RuntimeError while a program types, in what the modem itself calls, and on a line with a rate, where nothing is
        at once: play a program there.
        """
        if self.line is not None:
            raise RuntimeError(f"the UART of {self.name} has a rate: a reply takes time, so let its TE play a program")
        if not self.te.is_done:
            raise RuntimeError(f"the TE of {self.name} has a program at work: wait until te.is_done")
        if self._busy:
            raise RuntimeError(f"{self.name} is at work: what it calls cannot type; the world's after() asks for later")
        before = len(self.te.unread)
        self.to_modem(line.encode() + b"\r")
        written = self.te.unread[before:]
        del self.te.unread[before:]
        return Reply(written, "latin-1")

    def play(self, program: Callable[[Te], Program] | Program) -> None:
        """Let the TE run a program."""
        self.te.play(program)

    def to_modem(self, data: bytes) -> None:
        """Let the station hear what the TE writes."""
        if self.line is None:
            self.feed(UartRx(data))
        else:
            self._carry(FromTe(data))

    def to_te(self, data: bytes) -> None:
        """Let the TE hear what the station writes."""
        if self.line is None:
            self.te.hear(data)
        else:
            self._carry(FromModem(data))

    def set_baud(self, baud: int) -> None:
        """Let the TE go on at another rate; on a line without a rate that is nothing. ValueError when it is no rate."""
        RATE.check(baud, "set_baud")
        if self.line is not None:
            self._carry(TeRate(baud))

    def _ring_line(self) -> None:
        self._carry(_TICK)

    def _carry(self, happening: Happening) -> None:
        """Let something happen to the line."""
        assert self.line is not None, "asked by everybody who calls this"
        outcomes = self.line.handle(happening, self._timers.now)
        self._line_timer.set(self.line.next_timer())
        for outcome in outcomes:
            match outcome:
                case ToModem(data):
                    self.feed(UartRx(data))
                case ToTe(data):
                    self.te.hear(data)
                case Note():
                    if self.on_effect is not None:
                        self.on_effect(self._timers.now, outcome)

    # ── what happens to it ────────────────────────────────────────────────────────────────────────────────────────

    def power_on(self) -> None:
        """Pull PWRKEY; nothing happens when it is on. In PSM it wakes."""
        self.is_on = True
        self.feed(PowerOn())
        if self.line is not None:
            self.set_lines(dtr=True)

    def set_lines(self, *, dtr: bool, rts: bool = True) -> None:
        """Let the TE set its modem lines; before the first time there are none."""
        self.feed(LinesSet(dtr, rts))

    def change(self, **settings: object) -> None:
        """Change its cell: ``coverage=False``, ``signal=5``; ValueError lists every mistake."""
        if "address" in settings:
            raise ValueError("cell.address: a modem of a world keeps the one that it was made with")
        self.perform(self.station.change(self._timers.now, **settings))

    def drop_bearer(self, reason: str = "the network dropped the bearer") -> None:
        """Let the network take every bearer away."""
        self.perform(self.station.drop_bearer(self._timers.now, reason))

    def insert_card(self, card: Card | None = None) -> None:
        """Slide a card in: None is the one that was there last, at first that of ``[card]``."""
        self.perform(self.station.insert_card(card, self._timers.now))

    def remove_card(self) -> None:
        """Pull the card."""
        self.perform(self.station.remove_card(self._timers.now))

    def arm(self, *faults: Fault) -> None:
        """Let faults strike from now on; see ``modemtwin.faults``."""
        for fault in check_faults(faults):
            self.station.arm(fault, self._timers.now)
        self.feed(_TICK)

    def disarm(self, fault: Fault | None = None) -> None:
        """Take a fault away, or all of them; what it does for a while ends."""
        self.perform(self.station.disarm(self._timers.now, fault))

    def arrive(self, source: Address, destination: Address, data: bytes, *, multicast: bool) -> str:
        """Take a datagram from the net."""
        if not self.station.cell.has_bearer:
            return f"{self.name} has no bearer"
        if destination[1] != self.port or not self.port:
            return f"{self.name} has no socket on port {destination[1]}"
        self.feed(DatagramRx(source, data))
        return ""

    def _lose(self, way: str, peer: Address, data: bytes, reason: str) -> None:
        """Something here keeps a datagram from its way: the net shall tell of it."""
        if way == "out":
            self._net.lose(self.name, self._socket, peer, data, reason, direction="up")
        else:
            self._net.lose(self.name, peer, self._socket, data, reason)

    def feed(self, stimulus: Stimulus) -> None:
        """Give the station a stimulus, and do what it wants and what follows from that."""
        if self._busy:
            self._later(stimulus)
        else:
            self._perform(self.station.handle(stimulus, self._timers.now))

    def perform(self, effects: list[Effect]) -> None:
        """Do what the station wants, and what follows: next, when it comes of what is being done."""
        if self._busy:
            self._later(effects)
        else:
            self._perform(effects)

    # ── what it wants ─────────────────────────────────────────────────────────────────────────────────────────────

    def _ring(self) -> None:
        effects = self.station.tick(self._timers.now)
        if len(effects) == 1 and isinstance(sent := effects[0], DatagramTx) and self.on_effect is None:
            self._send(sent)  # it is a retransmission, most likely
            self._timer.set(self.station.next_timer())
        else:
            self._perform(effects)

    def _perform(self, effects: list[Effect]) -> None:
        self._busy = True
        try:
            for effect in effects:
                self._do(effect)
            while self._kept:  # which grows meanwhile
                kept = self._kept.popleft()
                for effect in kept if isinstance(kept, list) else self.station.handle(kept, self._timers.now):
                    self._do(effect)
        finally:  # also when a program or a callback failed: the modem has not
            self._busy, self._kept = False, None
            self._timer.set(self.station.next_timer())

    def _later(self, kept: Stimulus | list[Effect]) -> None:
        """Keep a stimulus, or effects, until the effects before are done; a modem seldom has any to keep."""
        if self._kept is None:
            self._kept = deque()
        self._kept.append(kept)

    def _do(self, effect: Effect) -> None:
        if self.on_effect is not None:
            self.on_effect(self._timers.now, effect)
        if isinstance(effect, UartTx):  # nearly all are one of these two
            self.to_te(effect.data)
        elif isinstance(effect, DatagramTx):
            self._send(effect)
        elif not isinstance(effect, Note):  # which is in the journal, as what was refused is
            self._answer(effect)

    def _send(self, datagram: DatagramTx) -> None:
        if self._socket[1]:
            self._net.send(self, self._socket, datagram.destination, datagram.data)
        else:  # a fault had delayed it
            self._lose("out", datagram.destination, datagram.data, f"the socket of {self.name} is closed by now")

    def _answer(self, effect: Effect) -> None:
        """Do what the outer ring does: sockets, names, pings."""
        match effect:
            case SocketOpen(avoid):
                self._open(avoid)
            case SocketClose():
                self._socket = (self.address, 0)
            case Resolve(name):
                found = self._net.names.get(name.lower())
                self._later(Resolved(name, (found,)) if found else Resolved(name, (), "no such name"))
            case Ping():
                self._ping(effect)
            case Save(values):
                self.saved = values
            case PowerOff():
                self.is_on = False
            case BaudRate() | FlowControl() | LinesChanged() if self.line is not None:
                self._carry(effect)
            case _:
                pass

    def _open(self, avoid: tuple[int, ...]) -> None:
        while self._next_port in avoid:
            self._next_port = self._next_port + 1 if self._next_port < _LAST_PORT else FIRST_PORT
        self._socket = (self.address, self._next_port)
        self._next_port = self._next_port + 1 if self._next_port < _LAST_PORT else FIRST_PORT
        self._later(SocketOpened(self.port))

    def _ping(self, ping: Ping) -> None:
        begun = self._timers.now
        self._pings.add(ping.sequence)
        self._net.echo(self, ping.address, ping.size, lambda: self._pinged(ping, (self._timers.now - begun) // 1000))
        self._timers.at(begun + ping.timeout, lambda ping: self._pinged(ping, None), ping)

    def _pinged(self, ping: Ping, milliseconds: int | None) -> None:
        """Answer a ping by what happens first: it comes back, or its time is up."""
        if ping.sequence in self._pings:
            self._pings.discard(ping.sequence)
            self.feed(Pinged(ping.sequence, ping.address, milliseconds))
