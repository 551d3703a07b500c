"""The radio network around one modem: registration, operator, signal, APN policy, addresses.

    Off ──RadioOn──► Searching ──registration_delay──► Camped (HOME, ROAMING) or Turned away (DENIED)
     ▲                   ▲                                │ ▲
     └──── RadioOff ─────┴── coverage lost, denied off ───┘ └─ RadioRest ─► Resting ─ RadioOn ─► Camped, at once

    while camped: BearerOpen ──bearer_delay──► BearerGranted, or BearerLost with the reason in words

``RadioOff`` ends every bearer without a word: the modem that sent it knows. ``BearerClose`` is confirmed at once.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from typing import TypeAlias

from modemtwin.clockwork import Micros, earliest, seconds
from modemtwin.modem.doors import (
    AreaUpdate,
    BearerClose,
    BearerGranted,
    BearerLost,
    BearerOpen,
    RadioOff,
    RadioOn,
    RadioRest,
    Registration,
    RegistrationChanged,
    SignalChanged,
    Stimulus,
    Technology,
)
from modemtwin.modem.parts.bearer import FURTHER_CONTEXTS
from modemtwin.world.cell.connection import Connection
from modemtwin.world.cell.keys import CellSettings, check_cell
from modemtwin.world.chance import Chance

__all__ = ["Cell"]


@dataclass(frozen=True, slots=True)
class _Off:
    """No modem is heard."""


@dataclass(frozen=True, slots=True)
class _Searching:
    """The modem looks for the network; ``until`` None: it will not find it."""

    imsi: str
    until: Micros | None


@dataclass(frozen=True, slots=True)
class _Answered:
    """The network has taken the modem in with this address, or turned it away."""

    imsi: str
    address: str


@dataclass(frozen=True, slots=True)
class _Resting:
    """The modem is in PSM; the network knows it still, and its address."""

    imsi: str
    address: str


_State: TypeAlias = _Off | _Searching | _Answered | _Resting


@dataclass(frozen=True, slots=True)
class _Opening:
    """A bearer that is asked for."""

    request: BearerOpen
    until: Micros


@dataclass(frozen=True, slots=True)
class _Active:
    """A bearer that is there; ``until`` is when the network drops it."""

    address: str
    until: Micros | None


Wish: TypeAlias = RadioOn | RadioOff | RadioRest | AreaUpdate | BearerOpen | BearerClose
"""What a modem wants of its cell."""


class Cell:
    """One cell with one modem in it. Same contract as the modem's: what to do and ``now`` in, a list of answers out."""

    __slots__ = ("_bearers", "_random", "_state", "connection", "settings")

    def __init__(self, settings: CellSettings, random: Chance) -> None:
        self.settings = settings
        self._random = random
        self._state: _State = _Off()
        self._bearers: dict[int, _Opening | _Active] = {}
        self.connection = Connection()

    def handle(self, effect: Wish, now: Micros) -> list[Stimulus]:
        """Answer the modem. A repeated ``RadioOn`` is told again what the cell last said, and changes nothing."""
        match effect:
            case RadioOn(imsi):
                if isinstance(self._state, _Off) or self._state.imsi != imsi:
                    self._bearers.clear()
                    self._state = self._search(imsi, now)
                elif isinstance(self._state, _Resting):
                    known = _Answered(imsi, self._state.address)
                    self._state = known if self.settings.coverage else self._search(imsi, now)
                return [self._signal(), self._registration()]
            case RadioOff():
                self._forget(_Off())
                return []
            case RadioRest():
                state = self._state
                self._forget(_Resting(state.imsi, state.address) if isinstance(state, _Answered) else _Off())
                return []
            case AreaUpdate():
                if not self._camped():
                    return []
                narrow = self.settings.technology is Technology.NB_IOT
                return self.connection.update(effect, self.settings, now, narrow=narrow)
            case BearerOpen():
                return [*self.connection.active(now), *self._open(effect, now)]
            case BearerClose(cid):
                self._bearers.pop(cid, None)
                return [BearerLost(cid, "closed by the TE")]

    @property
    def has_bearer(self) -> bool:
        """Whether a bearer is up: what is sent to the modem finds it."""
        for bearer in self._bearers.values():  # noqa: SIM110 - asked for each datagram; a generator costs three times as much
            if isinstance(bearer, _Active):
                return True
        return False

    def next_timer(self) -> Micros | None:
        """Say when ``fire`` is due."""
        first = self._state.until if isinstance(self._state, _Searching) else None
        for bearer in self._bearers.values():
            first = earliest(first, bearer.until)
        return earliest(first, self.connection.next_timer()) if self.connection.saving else first

    def fire(self, now: Micros) -> list[Stimulus]:
        """Do everything that is due."""
        stimuli = self.connection.fire(now, reachable=self.has_bearer) if self.connection.saving else []
        if isinstance(self._state, _Searching) and self._state.until is not None and self._state.until <= now:
            self._state = _Answered(self._state.imsi, self.settings.address)
            stimuli.append(self._registration())
        for cid, bearer in sorted(self._bearers.items()):
            if bearer.until is None or bearer.until > now:
                continue
            if isinstance(bearer, _Opening):
                stimuli.append(self._decide(bearer.request, now))
            else:
                del self._bearers[cid]
                stimuli.append(BearerLost(cid, "the network dropped the bearer: its time was up"))
        return stimuli

    def change(self, now: Micros, **settings: object) -> list[Stimulus]:
        """Change the cell while it runs: the one door for that. Keys, values and ValueErrors as in ``keys``.

        What concerns bearers (policy, APNs, delays, address) holds from the next request on; all else holds at once.
        """
        before, known, camped = self.settings, self._registration(), self._camped()
        self.settings = replace(before, **check_cell(settings))  # type: ignore[arg-type]  # checked by its row
        if isinstance(self._state, _Off | _Resting):
            return []
        stimuli: list[Stimulus] = []
        if self._signal(before) != self._signal():
            stimuli.append(self._signal())
        if self._must_search(before):
            self._state = self._search(self._state.imsi, now)
        if known != self._registration():
            stimuli.append(self._registration())
        if self._bearers and ((camped and not self._camped()) or not self.settings.coverage):
            stimuli += self.drop_bearer(now, f"the network dropped the bearer: {self._why_not_camped()}")
        return stimuli

    def drop_bearer(self, now: Micros, reason: str = "the network dropped the bearer") -> list[Stimulus]:
        """Take every bearer away, also those that are only asked for."""
        cids = sorted(self._bearers)
        self._bearers.clear()
        return [BearerLost(cid, reason) for cid in cids]

    # ── registration

    def _forget(self, state: _State) -> None:
        self._bearers.clear()
        self.connection.close()
        self._state = state

    def _search(self, imsi: str, now: Micros) -> _Searching:
        return _Searching(imsi, self._after(self.settings.registration_delay, now) if self.settings.coverage else None)

    def _must_search(self, before: CellSettings) -> bool:
        """Say whether a change sends the modem back to the search: coverage came or went, or the denial was lifted."""
        return before.coverage != self.settings.coverage or (before.denied and not self.settings.denied)

    def _registration(self) -> RegistrationChanged:
        where, settings = self.standing, self.settings
        if where is Registration.SEARCHING or where is Registration.OFF:
            return RegistrationChanged(where, settings.technology)
        if where is Registration.DENIED:
            return RegistrationChanged(where, settings.technology, area=settings.area, cell_id=settings.cell_id)
        return RegistrationChanged(
            where,
            settings.technology,
            settings.operator,
            settings.plmn,
            settings.delivered_apn,
            settings.area,
            settings.cell_id,
            self._state.address if settings.delivers and isinstance(self._state, _Answered) else "",
        )

    @property
    def standing(self) -> Registration:
        """Where the modem stands with this network."""
        if not isinstance(self._state, _Answered):
            return Registration.SEARCHING if isinstance(self._state, _Searching) else Registration.OFF
        if self.settings.denied:
            return Registration.DENIED
        return Registration.ROAMING if self.settings.roaming else Registration.HOME

    def _signal(self, settings: CellSettings | None = None) -> SignalChanged:
        settings = settings or self.settings
        return SignalChanged(settings.signal, settings.bit_errors) if settings.coverage else SignalChanged(99, 99)

    def _camped(self) -> bool:
        return isinstance(self._state, _Answered) and not self.settings.denied

    def _why_not_camped(self) -> str:
        if isinstance(self._state, _Off | _Resting):
            return "the radio is off"
        if not self.settings.coverage:
            return "there is no coverage"
        return "the network denied the registration" if self.settings.denied else "the modem still looks for a network"

    # ── bearers

    def _open(self, request: BearerOpen, now: Micros) -> list[Stimulus]:
        bearer = self._bearers.get(request.cid)
        if isinstance(bearer, _Active):
            return [BearerGranted(request.cid, bearer.address)]
        # A request that comes during the search is decided once the network has taken the modem in (silent; a TE that
        # types its first commands at once shall not have to know how long the search takes).
        start = self._state.until if isinstance(self._state, _Searching) else now
        if start is None or not (self._camped() or isinstance(self._state, _Searching)):
            return [BearerLost(request.cid, f"the cell gives none: {self._why_not_camped()}")]
        self._bearers[request.cid] = _Opening(request, self._after(self.settings.bearer_delay, start))
        return []

    def _decide(self, request: BearerOpen, now: Micros) -> BearerGranted | BearerLost:
        if refusal := self._refusal(request):
            del self._bearers[request.cid]
            return BearerLost(request.cid, refusal)
        drop_after = self.settings.drop_after
        granted = _Active(self._free_address(request.cid), None if drop_after is None else now + seconds(drop_after))
        self._bearers[request.cid] = granted
        return BearerGranted(request.cid, granted.address)

    def _refusal(self, request: BearerOpen) -> str:
        settings = self.settings
        if not self._camped():
            return f"the cell gives none: {self._why_not_camped()}"
        apn = request.apn or settings.apn
        if settings.apn_policy == "reject" and apn.lower() not in [accepted.lower() for accepted in settings.apns]:
            accepted = " and ".join(f'"{apn}"' for apn in settings.apns) or "none"
            return f'the cell rejected APN "{apn}"; it accepts {accepted}'
        asks = settings.apn_user or settings.apn_password
        if asks and (request.user, request.password) != (settings.apn_user, settings.apn_password):
            return "PDP authentication failed: the cell does not accept this user name and password"
        return ""

    def _free_address(self, cid: int) -> str:
        """Count up from the first address; a bearer that comes back gets the same one when it is free.

        The address of the attachment goes to a bearer that works over it, and to no further context.
        """
        taken = {bearer.address for bearer in self._bearers.values() if isinstance(bearer, _Active)}
        if cid >= FURTHER_CONTEXTS and isinstance(self._state, _Answered) and self.settings.delivers:
            taken.add(self._state.address)
        address = ipaddress.IPv4Address(self.settings.address)
        while str(address) in taken:
            address = address + 1 if int(address) < 0xFFFFFFFF else ipaddress.IPv4Address("10.0.0.1")
        return str(address)

    def _after(self, delay: float, now: Micros) -> Micros:
        spread = self.settings.delay_spread
        return now + seconds(delay * (1 + self._random.random() * spread) if spread else delay)
