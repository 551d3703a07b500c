"""A path in front of a real socket: the world's ``Path``, with a clock.

    modem ──send──► up ──► heap ──alarm──► UDP port ═══► peer
    modem ◄──────── heap ◄── down ◄─────── UDP port ◄═══ peer

The modem's socket may close while datagrams of its are still on their way: the port stays open until they have left.
A NAT that has forgotten a silent modem gives it another port, as its peer sees it; the modem knows nothing of that.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection
from functools import partial
from typing import TypeAlias

from modemtwin.clockwork import seconds
from modemtwin.io.alarm import Alarm, now
from modemtwin.io.udp import Arrived, Failed, UdpSocket
from modemtwin.modem.doors import Address
from modemtwin.world.net.fate import Fate, Lost, passage
from modemtwin.world.net.nat import Nat
from modemtwin.world.net.path import Path
from modemtwin.world.timers import Timers

__all__ = ["PathSocket"]

_PORTS_KEPT = 256
_NAME = "modem"

_log = logging.getLogger("modemtwin.path")


class _Leg:
    """One socket of the modem's; ``real`` is the port behind the NAT, ``binding`` the NAT's number for it."""

    __slots__ = ("binding", "inside", "is_open", "real", "waiting")

    def __init__(self) -> None:
        self.real: UdpSocket
        self.inside: Address = ("", 0)
        self.binding = 0
        self.waiting = 0
        self.is_open = True


_Carried: TypeAlias = tuple[_Leg, Address, bytes]


class PathSocket:
    """One UDP port behind a path; the face of ``UdpSocket``. ``tell`` gets what becomes of each datagram."""

    def __init__(
        self, arrived: Arrived, failed: Failed, path: Path, tell: Callable[[Fate], None] | None = None
    ) -> None:
        self._arrived, self._failed = arrived, failed
        self._path = path
        self._tell = tell
        timeout = path.settings.nat_timeout
        self._nat = None if timeout is None else Nat("", seconds(timeout))
        self._timers = Timers()
        self._alarm = Alarm(self._timers.next, self._ring)
        self._leg: _Leg | None = None
        self._closing: list[_Leg] = []
        self._used: deque[int] = deque(maxlen=_PORTS_KEPT)

    def open(self, port: int = 0, *, avoid: Collection[int] = ()) -> int:
        """Take a local port, as ``UdpSocket.open`` does, but none that the NAT used before."""
        self.close()
        if port:  # a fixed one is wanted again, and what is still on its way has to yield it
            self._end_closing()
        leg = _Leg()
        leg.real = self._real(leg)
        taken = leg.real.open(port, avoid=(*avoid, *self._used))
        leg.inside = "", taken
        if self._nat is not None:
            leg.binding = self._nat.outbound(leg.inside, now())[1]
        self._leg = leg
        return taken

    def send(self, destination: Address, data: bytes) -> None:
        """Send a datagram on its way."""
        leg, moment = self._leg, now()
        if leg is None:
            return
        outcome = self._path.up.handle(data, moment)
        self._note(Fate(moment, _NAME, "up", leg.inside, destination, data, outcome))
        if not isinstance(outcome, Lost):
            for copy in outcome:
                leg.waiting += 1
                self._timers.at(copy.at, self._leave, (leg, destination, copy.data))
            self._alarm.arm(self._timers.next())

    def close(self) -> None:
        """Give the port back, once everything has left. Closing twice is harmless."""
        leg, self._leg = self._leg, None
        if leg is not None:
            leg.is_open = False
            self._closing.append(leg)
            self._end_if_idle(leg)

    def stop(self) -> None:
        """Give everything back at once."""
        self.close()
        self._end_closing()
        self._alarm.stop()

    def _real(self, leg: _Leg) -> UdpSocket:
        real = UdpSocket(partial(self._enter, leg), partial(self._broken, leg))
        real.reach_groups_here()
        return real

    def _leave(self, carried: _Carried) -> None:
        """Let a datagram out into the real net."""
        leg, destination, data = carried
        leg.waiting -= 1
        if leg not in self._closing and leg is not self._leg:
            return
        if self._nat is not None and (binding := self._nat.outbound(leg.inside, now())[1]) != leg.binding:
            leg.binding = binding
            self._rebind(leg)
        leg.real.send(destination, data)
        self._end_if_idle(leg)

    def _rebind(self, leg: _Leg) -> None:
        fresh = self._real(leg)
        try:
            port = fresh.open(0, avoid=(leg.inside[1], *self._used))
        except OSError as error:
            _log.warning("the NAT keeps its port, for there is no other: %s", error.strerror or error)
            return
        leg.real.close()
        leg.real = fresh
        self._used.append(port)
        _log.info("the NAT has forgotten the modem, which was silent: it is on port %d now", port)

    def _enter(self, leg: _Leg, source: Address, data: bytes) -> None:
        """Let a datagram of the real net in."""
        moment = now()
        if self._nat is not None and self._nat.inbound(leg.binding, moment) is None:
            self._note(Fate(moment, _NAME, "down", source, leg.inside, data, Lost("the NAT has forgotten the modem")))
            return
        outcome = self._path.down.handle(data, moment)
        self._note(Fate(moment, _NAME, "down", source, leg.inside, data, outcome))
        if not isinstance(outcome, Lost):
            for copy in outcome:
                self._timers.at(copy.at, self._arrive, (leg, source, copy.data))
            self._alarm.arm(self._timers.next())

    def _arrive(self, carried: _Carried) -> None:
        leg, source, data = carried
        if leg.is_open:
            self._arrived(source, data)

    def _broken(self, leg: _Leg, reason: str, peer: Address | None) -> None:
        if leg.is_open:
            self._failed(reason, peer)

    def _ring(self) -> None:
        moment = now()
        while self._timers.step(moment):
            pass
        self._alarm.arm(self._timers.next())

    def _end_if_idle(self, leg: _Leg) -> None:
        if not leg.is_open and not leg.waiting and leg in self._closing:
            self._closing.remove(leg)
            leg.real.close()

    def _end_closing(self) -> None:
        for leg in self._closing:
            leg.real.close()
        self._closing.clear()

    def _note(self, fate: Fate) -> None:
        if self._tell is not None:
            self._tell(fate)
        level = logging.INFO if isinstance(fate.outcome, Lost) else logging.DEBUG
        if _log.isEnabledFor(level):
            _log.log(level, "%s", passage(fate))
