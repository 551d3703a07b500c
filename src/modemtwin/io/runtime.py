"""The modem's shell: what happens goes in as a stimulus, what the machine wants is done, in its order.

    TE ─ bytes ─┐                                  ┌─► bytes, datagrams
    peer ─ udp ─┼─► machine.handle(stimulus, now) ─┼─► socket, name, ping ─► answered by a stimulus
    alarm ──────┘                                  └─► state file, log

Everything is a plain call: a read of the UART ends in the write of the reply, without a task or a future between.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, assert_never

from modemtwin.clockwork import Micros
from modemtwin.io.alarm import Alarm, now
from modemtwin.io.byte_pipe import BytePipe, FlowedPipe, LinedPipe, PortError
from modemtwin.io.ping import Pinger
from modemtwin.io.resolver import Resolver
from modemtwin.io.state_file import StateError, StateFile
from modemtwin.io.udp import Arrived, UdpSocket
from modemtwin.modem.doors import (
    Address,
    AreaUpdate,
    BaudRate,
    BearerClose,
    BearerOpen,
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
    RadioOff,
    RadioOn,
    RadioRest,
    Refused,
    Resolve,
    Resolved,
    Save,
    SocketClose,
    SocketFailed,
    SocketOpen,
    SocketOpened,
    Stimulus,
    Tick,
    UartRx,
    UartTx,
)

if TYPE_CHECKING:
    from modemtwin.io.path_socket import PathSocket
    from modemtwin.world.net.path import Path

__all__ = ["Machine", "Runtime"]

_TICKS_AT_ONCE = 16

_log = logging.getLogger("modemtwin.modem")


class Machine(Protocol):
    """What the runtime runs: a station, or a modem alone."""

    def handle(self, stimulus: Stimulus, now: Micros) -> list[Effect]:
        """Take one stimulus and give all that follows from it, in order."""

    def next_timer(self) -> Micros | None:
        """The moment at which it wants a ``Tick``."""


class Runtime:
    """One machine on one port. ``start()`` needs a running event loop; ``ended`` is done when the port is over.

    ``coap_port`` fixes the local port of the CoAP object's socket; 0 takes any. ``path`` lies in front of that socket.
    """

    def __init__(
        self,
        machine: Machine,
        pipe: BytePipe,
        *,
        coap_port: int = 0,
        state: StateFile | None = None,
        path: Path | None = None,
    ) -> None:
        self.machine = machine
        self.pipe = pipe
        self._coap_port = coap_port
        self._path = path
        self._state = state
        self._stimuli: deque[Stimulus] = deque()
        self._busy = False
        self.is_on = False

    def start(self) -> None:
        """Open the port and pull PWRKEY; PortError when the port cannot be had."""
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = loop.create_future()
        self._alarm = Alarm(self.machine.next_timer, lambda: self.feed(Tick()))
        self._socket = self._build_socket(lambda source, data: self.feed(DatagramRx(source, data)))
        self._resolver = Resolver(lambda name, addresses, reason: self.feed(Resolved(name, addresses, reason)))
        self._pinger = Pinger(lambda sequence, address, time: self.feed(Pinged(sequence, address, time)))
        if isinstance(self.pipe, LinedPipe):
            self.pipe.watch_lines(lambda dtr, rts: self.feed(LinesSet(dtr, rts)))
        self.pipe.open(lambda data: self.feed(UartRx(data)), self._port_ended)
        self.power_on()

    def stop(self) -> None:
        """Give everything back. What the machine still wanted to do is forgotten."""
        self._alarm.stop()
        self._socket.stop()
        self._resolver.close()
        self._pinger.close()
        self.pipe.close()
        if not self.ended.done():
            self.ended.set_result(None)

    def power_on(self) -> None:
        """Pull PWRKEY; nothing happens when the modem is on. In PSM it wakes."""
        self.is_on = True
        self.feed(PowerOn())

    def feed(self, stimulus: Stimulus) -> None:
        """Give the machine a stimulus and do what it wants, and what follows from that.

        An exception of the machine is a fault of ours; it ends the modem, and ``ended`` bears it.
        """
        self._stimuli.append(stimulus)
        if self._busy:
            return
        try:
            self._run(())
        except Exception as error:
            self._stimuli.clear()
            if self.ended.done():
                raise
            self.ended.set_exception(error)

    def perform(self, effects: Iterable[Effect]) -> None:
        """Do what a machine wants that was called from outside, such as a change of its cell."""
        if self._busy:
            raise AssertionError("perform() is for callers outside the machine")
        self._run(effects)

    def _run(self, effects: Iterable[Effect]) -> None:
        # An effect may be answered at once (a socket opens); its stimulus waits until the effects before it are done.
        self._busy = True
        try:
            for effect in effects:
                self._do(effect)
            self._drain()
            moment = self.machine.next_timer()
            for _ in range(_TICKS_AT_ONCE):  # what is due now is done now, without a turn of the loop
                if moment is None or moment > now():
                    break
                self._stimuli.append(Tick())
                self._drain()
                moment = self.machine.next_timer()
        finally:
            self._busy = False
        self._alarm.arm(moment)

    def _drain(self) -> None:
        while self._stimuli:
            for effect in self.machine.handle(self._stimuli.popleft(), now()):
                if isinstance(effect, UartTx):  # nearly all are
                    self.pipe.write(effect.data)
                else:
                    self._do(effect)

    def _do(self, effect: Effect) -> None:
        match effect:
            case UartTx():
                self.pipe.write(effect.data)
            case DatagramTx():
                self._socket.send(effect.destination, effect.data)
            case SocketOpen():
                self._open_socket(effect.avoid)
            case SocketClose():
                self._socket.close()
            case Resolve():
                self._resolver.resolve(effect.name)
            case Ping():
                self._pinger.ping(effect.address, effect.sequence, effect.size, effect.timeout)
            case Save():
                self._save(effect)
            case LinesChanged(cts, dsr, dcd, ri):
                if isinstance(self.pipe, LinedPipe):
                    self.pipe.set_lines(cts=cts, dsr=dsr, dcd=dcd, ri=ri)
            case BaudRate():
                self.pipe.set_baud(effect.rate)
            case PowerOff():
                self.is_on = False
                _log.info("the modem has switched itself off")
            case Refused():
                _log.info("%s  ->  ERROR %d: %s", effect.command, effect.error, effect.reason)
            case Note():
                _log.info("%s", effect.text)
            case FlowControl():
                if isinstance(self.pipe, FlowedPipe):
                    self.pipe.set_flow(effect)
            case RadioOn() | RadioOff() | RadioRest() | AreaUpdate() | BearerOpen() | BearerClose():
                pass  # for the cell, which a station has inside
            case _:
                assert_never(effect)

    def _build_socket(self, arrived: Arrived) -> UdpSocket | PathSocket:
        if self._path is None:
            real = UdpSocket(arrived, self._socket_failed)
            real.reach_groups_here()
            return real
        from modemtwin.io.path_socket import PathSocket

        return PathSocket(arrived, self._socket_failed, self._path)

    def _open_socket(self, avoid: tuple[int, ...]) -> None:
        self._socket.close()
        try:
            port = self._socket.open(self._coap_port, avoid=avoid)
        except OSError as error:
            where = f"UDP port {self._coap_port}" if self._coap_port else "a UDP port"
            self.feed(SocketFailed(f"{where} cannot be had: {error.strerror or error}"))
        else:
            self.feed(SocketOpened(port))

    def _socket_failed(self, reason: str, peer: Address | None) -> None:
        self.feed(SocketFailed(reason, peer))

    def _save(self, effect: Save) -> None:
        if self._state is not None:
            try:
                self._state.save(effect.values)
            except StateError as error:
                _log.error("%s", error)

    def _port_ended(self, reason: str | None) -> None:
        if self.ended.done():
            return
        if reason is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(PortError(reason))
