"""PSM and eDRX as the module sees them: what it asks the network for, what it gets, and when it goes to PSM.

    asked ──AreaUpdate──► network ──AreaAccepted──► granted

    connected ──the network releases the connection──► idle ──T3324──► due: the board puts the module into PSM
        ▲                                               │ │   │             T3412, or PWRKEY: it boots
        ├──────────── anything to send, or paged ───────┘ │   │
        └──────────── T3412: an AreaUpdate ───────────────┼───┘  while something keeps it awake, such as data mode
                                                          └─ eDRX: the cell pages in windows alone

T3324 and T3412 begin together, with the release of the connection (TS 24.301 §5.3.5, §5.3.11).
"""

from __future__ import annotations

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.modem.doors import AreaAccepted, AreaUpdate, Note, Technology
from modemtwin.modem.parts import network_timers
from modemtwin.modem.parts.device import Device
from modemtwin.modem.parts.events import CycleGranted, Emit, TimersGranted
from modemtwin.modem.parts.radio import Radio

PSM_FACTORY = (0, "", "", "01100000", "00000000")
"""What ``AT+CPSMS?`` reads before anything was set: mode, two timers of GPRS, T3412, T3324."""

EDRX_FACTORY = (0, 5, "0000")
"""The same for ``AT+CEDRXS``: mode, technology, cycle."""

NOTHING = AreaAccepted(None, None, None, None)
_NOTHING_ASKED = AreaUpdate(None, None, None)
_ACT_TYPES = {Technology.CAT_M: 4, Technology.NB_IOT: 5}


class PowerSaving:
    """``granted`` is what the network said last. ``due``: the module should be in PSM now, until ``wakes`` if ever.

    PSM and eDRX are of LTE, so nothing is asked of a GSM cell.
    """

    def __init__(self, device: Device, radio: Radio, emit: Emit) -> None:
        self._device = device
        self._radio = radio
        self._emit = emit
        self.boot()

    def boot(self) -> None:
        """Nothing is granted."""
        self.granted = NOTHING
        self.due = False
        self.wakes: Micros | None = None
        self._enters: Micros | None = None
        self._asked = _NOTHING_ASKED

    @property
    def act_type(self) -> int:
        """``<AcT-type>`` of the serving cell in ``AT+CEDRXS``: 4 for CAT-M, 5 for NB-IoT, 0 without eDRX (GSM)."""
        return _ACT_TYPES.get(self._radio.network.technology, 0) if self._radio.registered else 0

    def _wanted(self) -> AreaUpdate:
        if not self.act_type:
            return _NOTHING_ASKED
        psm, _, _, t3412, t3324 = self._device.kept("+CPSMS", PSM_FACTORY)
        edrx, act_type, code = self._device.kept("+CEDRXS", EDRX_FACTORY)
        cycle = int(code, 2) if edrx in (1, 2) and act_type == self.act_type else None
        if psm != 1:
            return AreaUpdate(None, None, cycle)
        return AreaUpdate(int(t3412, 2), int(t3324, 2), cycle)

    # ── the network ───────────────────────────────────────────────────────────────────────────────────────────────

    def moved(self) -> None:
        """The network took the modem in anew, or let it go: nothing is granted any more."""
        self.boot()
        self.ask()

    def ask(self) -> None:
        """Tell the network what the TE wishes, when that is another thing than before."""
        wanted = self._wanted()
        if wanted != self._asked:
            self._asked = wanted
            self._emit(wanted)

    def accepted(self, granted: AreaAccepted) -> None:
        """The network answers; it does so over a connection, so nothing is due."""
        before, self.granted = self.granted, granted
        self._forget()
        if self._asked.active is not None and granted.active is None:
            self._emit(Note("the network does not grant PSM: the module stays reachable"))
        if (granted.active, granted.periodic) != (before.active, before.periodic):
            self._emit(TimersGranted())
        if (granted.cycle, granted.window) != (before.cycle, before.window):
            self._emit(CycleGranted())

    def connection(self, *, connected: bool, now: Micros) -> None:
        """The network released the radio connection, or there is one again."""
        self._forget()
        if connected or self.granted.active is None:
            return
        active = network_timers.active(self.granted.active)
        if active is None:
            return
        self._enters = now + active
        periodic = None if self.granted.periodic is None else network_timers.periodic(self.granted.periodic)
        if periodic is not None:
            self.wakes = now + periodic
            if periodic <= active:
                self._enters = None
                self._emit(Note("T3412 is not longer than T3324: the module never gets to PSM"))

    def paged(self, waiting: int, waited: Micros, lost: int) -> None:
        """What came for the modem has waited for its paging window."""
        what = "a datagram has" if waiting == 1 else f"the first of {waiting} datagrams has"
        self._emit(Note(f"paged: {what} waited {waited / MICROSECONDS:g} s for the paging window (eDRX)"))
        if lost:
            self._emit(Note(f"the network had no room to keep {lost} more for the window: they are lost"))

    def _forget(self) -> None:
        self.due, self.wakes, self._enters = False, None, None

    # ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def fire(self, now: Micros) -> None:
        """T3324 runs out; or T3412 does while the module is kept awake, and it tells the network that it is there."""
        if self._enters is not None and now >= self._enters:
            self._enters, self.due = None, True
        if self.due and self.wakes is not None and now >= self.wakes:
            self._forget()
            self._emit(self._asked)

    def next_timer(self) -> Micros | None:
        """When one of them does."""
        return self.wakes if self.due else self._enters
