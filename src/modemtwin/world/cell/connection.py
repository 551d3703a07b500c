"""The radio connection between modem and cell, and what it costs to be without one: PSM and eDRX.

    Connected ──quiet for release-after──► Idle ──uplink────────────────────► Connected
                                            │ ──downlink──────────────────────► Connected: paged at once
                                            └ ──downlink, with eDRX──► kept ──► Connected: in the next paging window

Nobody asks for all this before a modem has asked for PSM or eDRX. Windows begin with the moment of the grant and recur
with the cycle; within a window the modem counts as listening all the time (silent; DRX within it is a second or two).
"""

from __future__ import annotations

from dataclasses import dataclass

from modemtwin.clockwork import Micros, earliest, seconds
from modemtwin.modem.doors import AreaAccepted, AreaUpdate, ConnectionChanged, DatagramRx, Paged, Stimulus
from modemtwin.modem.parts import network_timers
from modemtwin.world.schema import Flag, Kind, Number

__all__ = ["KEPT", "POLICY_KEYS", "Connection", "Policy"]

KEPT = 32
"""Datagrams that the network keeps for a paging window; more are lost (silent; TS 23.401 §5.3.4.3 leaves it open)."""

_T3412 = 3240.0
"""Seconds of T3412 where nobody says another: 54 min (TS 24.301 §10.2)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a cell grants, in seconds; None leaves it to the modem. ``POLICY_KEYS`` says what each may be."""

    psm: bool = True
    psm_periodic: float | None = None
    psm_active: float | None = None
    edrx: bool = True
    edrx_cycle: float | None = None
    paging_window: float = 10.24
    release_after: float = 10.0


POLICY_KEYS: tuple[tuple[str, Kind, str, str], ...] = (
    ("psm", Flag(), "", "the network grants PSM to a modem that asks for it (`AT+CPSMS`)"),
    ("psm_periodic", Number(2, 35_712_000, optional=True), "s", "the network's own T3412; never: what is asked for"),
    ("psm_active", Number(0, 11_160, optional=True), "s", "the network's own T3324; never: what is asked for"),
    ("edrx", Flag(), "", "the network grants eDRX to a modem that asks for it (`AT+CEDRXS`)"),
    ("edrx_cycle", Number(5.12, 10_485.76, optional=True), "s", "the network's own cycle; never: what is asked for"),
    ("paging_window", Number(1.28, 40.96), "s", "how long the modem listens in each eDRX cycle"),
    ("release_after", Number(0.1, 3_600), "s", "quiet after which the network releases the radio connection"),
)
"""Name, kind, unit and words of the settings."""


class Connection:
    """``saving``: PSM or eDRX is granted, and traffic must be told of."""

    def __init__(self) -> None:
        self.saving = False
        self.close()

    def close(self) -> None:
        """The modem is gone, or registers anew: nothing is granted, and what was kept is lost."""
        self.saving = False
        self._cycle: Micros | None = None
        self._window: Micros = 0
        self._anchor: Micros = 0
        self._span: Micros = 0
        self._releases: Micros | None = None
        self._kept: list[tuple[Micros, DatagramRx]] = []
        self._lost = 0

    @property
    def is_idle(self) -> bool:
        """Whether the radio connection is released; nobody asks before PSM or eDRX is granted."""
        return self.saving and self._releases is None

    def update(self, asked: AreaUpdate, policy: Policy, now: Micros, *, narrow: bool) -> list[Stimulus]:
        """Grant what the policy allows of what is asked."""
        granted = _grant(asked, policy, narrow=narrow)
        self.saving = granted.active is not None or granted.cycle is not None
        self._cycle = None if granted.cycle is None else network_timers.cycle(granted.cycle, narrow=narrow)
        self._window = 0 if granted.window is None else network_timers.window(granted.window, narrow=narrow)
        self._anchor, self._span = now, seconds(policy.release_after)
        self._releases = now + self._span if self.saving else None
        return [granted, *self._page(now)]

    def active(self, now: Micros) -> list[Stimulus]:
        """Something goes over the air; what is kept comes with it."""
        if not self.saving:
            return []
        was_idle, self._releases = self._releases is None, now + self._span
        return [ConnectionChanged(connected=True), *self._page(now)] if was_idle else []

    def downlink(self, datagram: DatagramRx, now: Micros) -> list[Stimulus]:
        """Bring a datagram to the modem, now or in its next window."""
        if self._releases is not None or not self._sleeps(now):
            return [*self.active(now), datagram]
        if len(self._kept) < KEPT:
            self._kept.append((now, datagram))
        else:
            self._lost += 1
        return []

    def fire(self, now: Micros, *, reachable: bool) -> list[Stimulus]:
        """Release the connection, or page. ``reachable``: there is a bearer to bring what is kept over."""
        if self._releases is not None and now >= self._releases:
            self._releases = None
            return [ConnectionChanged(connected=False)]
        if self._kept and now >= self._opens(self._kept[0][0]):
            if reachable:
                return self.active(now)
            self._kept, self._lost = [], 0
        return []

    def next_timer(self) -> Micros | None:
        """When that is due."""
        return earliest(self._releases, self._opens(self._kept[0][0]) if self._kept else None)

    def _page(self, now: Micros) -> list[Stimulus]:
        """Hand out what is kept, and why it comes so late."""
        kept, lost, self._kept, self._lost = self._kept, self._lost, [], 0
        return [Paged(len(kept), now - kept[0][0], lost), *(each for _, each in kept)] if kept else []

    def _sleeps(self, now: Micros) -> bool:
        """Whether the modem is between two windows."""
        return self._cycle is not None and (now - self._anchor) % self._cycle >= self._window

    def _opens(self, since: Micros) -> Micros:
        """When the first window after a moment between two of them opens."""
        assert self._cycle is not None, "nothing is kept without a cycle"
        return since + self._cycle - (since - self._anchor) % self._cycle


def _grant(asked: AreaUpdate, policy: Policy, *, narrow: bool) -> AreaAccepted:
    periodic, active, cycle, window = asked.periodic, asked.active, asked.cycle, None
    if not policy.psm or active is None or network_timers.active(active) is None:
        periodic = active = None
    else:
        if policy.psm_active is not None:
            active = network_timers.active_octet(policy.psm_active)
        if policy.psm_periodic is not None:
            periodic = network_timers.periodic_octet(policy.psm_periodic)
        elif periodic is None or network_timers.periodic(periodic) == 0:
            periodic = network_timers.periodic_octet(_T3412)
    if not policy.edrx:
        cycle = None
    if cycle is not None:
        cycle = network_timers.known_code(cycle, narrow=narrow)
        if policy.edrx_cycle is not None:
            cycle = network_timers.cycle_code(policy.edrx_cycle, narrow=narrow)
        window = network_timers.window_code(policy.paging_window, narrow=narrow)
    return AreaAccepted(periodic, active, cycle, window)
