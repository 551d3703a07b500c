"""Bearers: what they are configured to be, and which of them are up.

    down ──open──► Opening ──granted──► Active ──the network drops it──► Lost, in mode 2 ──after a while──► Opening
                      │ refused            │ close
                      ▼                    ▼
                    down ◄──confirmed── Closing

Channels number the bearers: 0 to 3 are the application contexts of ``AT+CNACT``, the others belong to older commands
that open a bearer in their own way. They are the ``cid`` at the modem's door.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TypeAlias

from modemtwin.at.reply import Refusal
from modemtwin.clockwork import Micros, earliest, seconds
from modemtwin.modem.doors import NO_SECRET, BearerClose, BearerOpen, Note, Secret
from modemtwin.modem.parts.device import Device
from modemtwin.modem.parts.events import BearerDown, BearerUp, Emit
from modemtwin.modem.profile import Profile

SAPBR_CHANNEL = 8
CIP_CHANNEL = 9
"""Channels of the older commands ``AT+SAPBR`` and ``AT+CIICR``."""

FURTHER_CONTEXTS = 16
"""The channel of context 0 of ``AT+CGACT``; that of context 5 is 21. They share no address with any other."""


@dataclass(frozen=True, slots=True)
class Context:
    """A PDP context as ``AT+CGDCONT`` defines it (TS 27.007 §10.1.1)."""

    type: str = "IP"
    apn: str = ""
    address: str = "0.0.0.0"
    data_compression: int = 0
    header_compression: int = 0
    address_allocation: int = 0
    emergency: int = 0


@dataclass(frozen=True, slots=True)
class Configuration:
    """What ``AT+CNCFG`` says of an application bearer."""

    ip_type: int = 0
    apn: str = ""
    user: str = ""
    password: Secret = NO_SECRET
    authentication: int = 0


@dataclass(frozen=True, slots=True)
class Opening:
    """The cell was asked; ``again``: by the modem itself, which says nothing of a refusal."""

    apn: str
    mode: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Active:
    """The bearer is there."""

    apn: str
    mode: int
    address: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The TE gave the bearer back; the cell has not confirmed it."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The network dropped it; the modem opens it again at ``retry``."""

    apn: str
    retry: Micros


Link: TypeAlias = Opening | Active | Closing | Lost


class Bearer:
    """The contexts, their configuration, and the links."""

    __slots__ = (
        "_device",
        "_emit",
        "_links",
        "_profile",
        "coap_channel",
        "configurations",
        "deactivated_contexts",
    )

    def __init__(self, profile: Profile, device: Device, emit: Emit) -> None:
        self._profile = profile
        self._device = device
        self._emit = emit
        self._links: dict[int, Link] = {}
        self.boot()

    def boot(self) -> None:
        """Forget what was only in memory; the contexts are kept in flash."""
        self.configurations = dict.fromkeys(range(self._profile.app_contexts), Configuration())
        self.deactivated_contexts: set[int] = set()
        self.coap_channel = 0
        self._links.clear()

    @property
    def contexts(self) -> dict[int, Context]:
        """The defined PDP contexts by cid, in their order."""
        kept = self._device.kept("contexts", {"1": {}})
        known = {each.name for each in fields(Context)}
        return {
            int(cid): Context(**{key: value for key, value in kept[cid].items() if key in known})
            for cid in sorted(kept, key=int)
        }

    def define(self, cid: int, context: Context | None) -> None:
        """Define a PDP context, or forget it; kept over a restart."""
        contexts = self.contexts
        if context is None:
            contexts.pop(cid, None)
        else:
            contexts[cid] = context
        self._device.keep("contexts", {str(each): asdict(value) for each, value in contexts.items()})

    def link(self, channel: int) -> Link | None:
        """The state of a bearer; None when it is down."""
        return self._links.get(channel)

    def address(self, channel: int) -> str | None:
        """The IP address of a bearer that is up."""
        link = self._links.get(channel)
        return link.address if isinstance(link, Active) else None

    @property
    def any_address(self) -> str | None:
        """The IP address of the first bearer that is up."""
        return next((link.address for link in self._links.values() if isinstance(link, Active)), None)

    def open(self, channel: int, apn: str, mode: int = 1) -> None:
        """Ask the cell for a bearer; an empty APN leaves the choice to the network.

        :raises Refusal: 3, when it is up, or on its way up or down.
        """
        link = self._links.get(channel)
        if link is not None and not isinstance(link, Lost):
            raise Refusal(3, f"the bearer is {_SAID[type(link)]}: it cannot be activated now")
        self._ask(channel, Opening(apn, mode))

    def close(self, channel: int) -> None:
        """Give a bearer back.

        :raises Refusal: 3, when there is none, or it is on its way down.
        """
        link = self._links.get(channel)
        if link is None or isinstance(link, Closing):
            raise Refusal(3, "the bearer is not active: there is nothing to drop")
        if isinstance(link, Lost):
            del self._links[channel]
            self._emit(BearerDown(channel, "the TE gave it up", asked=True))
            return
        self._links[channel] = Closing()
        self._emit(BearerClose(channel))

    def granted(self, channel: int, address: str) -> None:
        """The cell said yes; a yes that nobody waits for is given back."""
        link = self._links.get(channel)
        if isinstance(link, Opening):
            self._links[channel] = Active(link.apn, link.mode, address)
            self._emit(BearerUp(channel, address))
        elif link is None:
            self._emit(BearerClose(channel))

    def lost(self, channel: int, reason: str, now: Micros) -> None:
        """The cell said no, confirmed a close, or dropped the bearer."""
        match self._links.pop(channel, None):
            case Active(apn, 2, _):
                self._links[channel] = Lost(apn, now + seconds(self._profile.reactivation_delay))
                self._emit(Note(f"the bearer is lost: {reason}; the modem will open it again"))
                self._emit(BearerDown(channel, reason))
            case Opening(apn, _, again=True):
                self._links[channel] = Lost(apn, now + seconds(self._profile.reactivation_delay))
                self._emit(Note(f"the bearer did not come back: {reason}"))
            case Active() | Opening():
                self._emit(Note(f"no bearer: {reason}"))
                self._emit(BearerDown(channel, reason))
            case Closing():
                self._emit(BearerDown(channel, reason, asked=True))
            case Lost() as waiting:
                self._links[channel] = waiting
            case None:
                pass

    def lose_all(self, reason: str, now: Micros) -> None:
        """The network let the modem go: every bearer is lost, and those in mode 2 will be opened again."""
        for channel in list(self._links):
            self.lost(channel, reason, now)

    def drop_all(self, reason: str) -> None:
        """The modem leaves the network: every bearer is gone at once, and none comes back by itself."""
        links, self._links = self._links, {}
        for channel, link in links.items():
            if not isinstance(link, Lost):
                self._emit(BearerDown(channel, reason))

    def fire(self, now: Micros) -> None:
        """Open again what the network dropped, where its time has come."""
        for channel, link in list(self._links.items()):
            if isinstance(link, Lost) and now >= link.retry:
                self._ask(channel, Opening(link.apn, 2, again=True))

    def next_timer(self) -> Micros | None:
        """When a bearer is opened again."""
        first = None
        for link in self._links.values():
            if isinstance(link, Lost):
                first = earliest(first, link.retry)
        return first

    def _ask(self, channel: int, link: Opening) -> None:
        configuration = self.configurations.get(channel, Configuration())
        self._links[channel] = link
        self._emit(BearerOpen(channel, link.apn, configuration.user, configuration.password))


_SAID: dict[type[Link], str] = {Opening: "being activated", Active: "active already", Closing: "being dropped"}
