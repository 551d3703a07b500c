"""What carries datagrams between the hosts of a world: paths, a NAT where there is one, names and groups.

    sender ──► its path up ──► its NAT ══ core ══► receiver's NAT ──► its path down ──► receiver
                   │                       │                               │               │
                   └───────────────────────┴──── Fate: lost, and why ──────┴───────────────┘

The core itself takes no time and loses nothing. A group is every server that joined it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from modemtwin.modem.doors import Address
from modemtwin.world.net.fate import Fate, Lost
from modemtwin.world.net.nat import Nat
from modemtwin.world.net.path import Lane, Path
from modemtwin.world.timers import Timers

__all__ = ["Host", "Net"]


class Host(Protocol):
    """What is on the net: a modem or a server."""

    @property
    def name(self) -> str:
        """What its path is called."""

    @property
    def path(self) -> Path | None:
        """What lies between it and the core."""

    @property
    def nat(self) -> Nat | None:
        """What hides its address."""

    def arrive(self, source: Address, destination: Address, data: bytes, *, multicast: bool) -> str:
        """Take a datagram; say why not, or nothing."""


class Net:
    """The net of a world. ``names`` gives an IP address for each host name, in lower case."""

    def __init__(self, timers: Timers, tell: Callable[[Fate], None]) -> None:
        self.names: dict[str, str] = {}
        self._timers = timers
        self._tell = tell
        self._by_address: dict[Address, Host] = {}
        self._by_host: dict[str, Host] = {}
        self._groups: dict[str, list[Host]] = {}

    def enter(self, host: Host, at: str | Address) -> None:
        """Give a host an IP address, or one port of it. ValueError when another host has it."""
        taken = self.is_there(at) if isinstance(at, str) else self._by_address.get(at) or self._by_host.get(at[0])
        if taken is not None:
            raise ValueError(f"{at if isinstance(at, str) else f'{at[0]} port {at[1]}'} is {taken.name}'s already")
        if isinstance(at, str):
            self._by_host[at] = host
        else:
            self._by_address[at] = host

    def join(self, host: Host, group: str) -> None:
        """Let a host hear a group."""
        self._groups.setdefault(group, []).append(host)

    def is_there(self, host: str) -> Host | None:
        """Say which host has this IP address; None when nobody has."""
        return self._by_host.get(host) or next((each for at, each in self._by_address.items() if at[0] == host), None)

    def send(self, sender: Host, source: Address, destination: Address, data: bytes) -> None:
        """Take a datagram from a host; what becomes of it is told."""
        if sender.path is None:
            self._cross((sender, source, destination, data))
            return
        now = self._timers.now
        outcome = sender.path.up.handle(data, now)
        self._tell(Fate(now, sender.name, "up", source, destination, data, outcome))
        if not isinstance(outcome, Lost):
            for copy in outcome:
                self._timers.at(copy.at, self._cross, (sender, source, destination, copy.data))

    def _cross(self, carried: tuple[Host, Address, Address, bytes]) -> None:
        """Carry a datagram through the core."""
        sender, source, destination, data = carried
        now = self._timers.now
        if sender.nat is not None:
            source = sender.nat.outbound(source, now)
        receiver = self._by_address.get(destination) or self._by_host.get(destination[0])
        if receiver is None:
            members = self._groups.get(destination[0], ())
            for member in members:
                self._deliver(member, source, destination, data, multicast=True)
            if not members:
                why = f"nobody has the address {destination[0]}"
                self.lose(sender.name, source, destination, data, why, direction="up")
        elif receiver.nat is None:
            self._deliver(receiver, source, destination, data)
        elif (inside := receiver.nat.inbound(destination[1], now)) is not None:
            self._deliver(receiver, source, inside, data)
        else:
            self.lose(receiver.name, source, destination, data, f"the NAT knows nobody on port {destination[1]}")

    def _deliver(
        self, receiver: Host, source: Address, destination: Address, data: bytes, *, multicast: bool = False
    ) -> None:
        now = self._timers.now
        if receiver.path is None:
            self._timers.at(now, self._arrive, (receiver, source, destination, data, multicast))
            return
        outcome = receiver.path.down.handle(data, now)
        self._tell(Fate(now, receiver.name, "down", source, destination, data, outcome))
        if not isinstance(outcome, Lost):
            for copy in outcome:
                self._timers.at(copy.at, self._arrive, (receiver, source, destination, copy.data, multicast))

    def _arrive(self, carried: tuple[Host, Address, Address, bytes, bool]) -> None:
        receiver, source, destination, data, multicast = carried
        if reason := receiver.arrive(source, destination, data, multicast=multicast):
            self.lose(receiver.name, source, destination, data, reason)

    def lose(
        self, path: str, source: Address, destination: Address, data: bytes, reason: str, *, direction: str = "down"
    ) -> None:
        """Tell that a datagram is lost on the path of a host, or behind it: what nobody takes was on its way up."""
        self._tell(Fate(self._timers.now, path, direction, source, destination, data, Lost(reason)))

    def echo(self, sender: Host, host: str, size: int, back: Callable[[], object]) -> None:
        """Send an ICMP echo of ``size`` bytes to an IP address; ``back()`` is called once it is back, if it ever is."""
        there = self.is_there(host)
        if there is not None:
            first, last = sender.path, there.path
            ways = [first.up] if first is not None else []
            ways += [last.down, last.up] if last is not None else []
            ways += [first.down] if first is not None else []
            self._hop((ways, bytes(size), back))

    def _hop(self, echo: tuple[list[Lane], bytes, Callable[[], object]]) -> None:
        """Send an echo over the first of the ways that are left."""
        ways, data, back = echo
        if not ways:
            back()
            return
        outcome = ways[0].handle(data, self._timers.now)
        if not isinstance(outcome, Lost):
            self._timers.at(min(copy.at for copy in outcome), self._hop, (ways[1:], data, back))
