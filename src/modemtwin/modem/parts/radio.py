"""The radio: its functionality level, what the antenna hears, and where the modem stands with the network.

    off ──on the air (RadioOn)──► searching ──► home | roaming | denied          any ──off the air (RadioOff)──► off

The modem is on the air when the level allows it, the card is open, and the TE neither detached nor deregistered it.
"""

from __future__ import annotations

from enum import Enum

from modemtwin.at.reply import Refusal
from modemtwin.modem.doors import (
    RadioOff,
    RadioOn,
    RadioRest,
    Registration,
    RegistrationChanged,
    SignalChanged,
    Technology,
)
from modemtwin.modem.parts.device import Device
from modemtwin.modem.parts.events import Emit, RegistrationShown

MINIMUM, FULL, NO_RF, FACTORY_TEST, RESET, OFFLINE = 0, 1, 4, 5, 6, 7
"""Levels of ``AT+CFUN`` (TS 27.007 §8.2)."""

_NOWHERE = RegistrationChanged(Registration.OFF)


class Domain(Enum):
    """What a registration report speaks of: circuits, packets, or the evolved packet system (TS 27.007 §7.2, §10.1)."""

    CIRCUIT = "+CREG"
    PACKET = "+CGREG"
    EVOLVED = "+CEREG"


class Radio:
    """Level, signal and registration; ``near`` is the network that took the modem in last and has not gone since."""

    __slots__ = (
        "_device",
        "_emit",
        "_signal",
        "deregistered",
        "detached",
        "level",
        "near",
        "network",
        "on_air",
        "operator_format",
        "reports",
    )

    def __init__(self, device: Device, emit: Emit) -> None:
        self._device = device
        self._emit = emit
        self.boot()

    def boot(self) -> None:
        """Forget the network and what the TE said of it."""
        self.level = int(self._device.kept("cfun", FULL))
        self.on_air = self.detached = self.deregistered = False
        self.operator_format = 0
        self.reports = dict.fromkeys(Domain, 0)
        self.network = self.near = _NOWHERE
        self._signal = (99, 99)

    @property
    def registered(self) -> bool:
        """Whether there is service."""
        return self.network.registration in (Registration.HOME, Registration.ROAMING)

    @property
    def signal(self) -> tuple[int, int]:
        """``<rssi>,<ber>`` of TS 27.007 §8.5; 99,99 without service."""
        return self._signal if self.registered else (99, 99)

    @property
    def address(self) -> str:
        """The IP address that came with the attachment to LTE, for context 1; else nothing (TS 23.401 §5.3.2.1)."""
        return self.network.address if self.registered else ""

    @property
    def delivered_apn(self) -> str:
        """The APN that the network delivered at LTE registration, else nothing (COAP-AN §4.1)."""
        lte = self.network.technology in (Technology.CAT_M, Technology.NB_IOT)
        return self.network.apn if self.registered and lte else ""

    def demand(self) -> None:
        """Insist that the level lets the radio work.

        :raises Refusal: 797, when it does not.
        """
        if self.level in (MINIMUM, NO_RF, OFFLINE):
            raise Refusal(797, f"the radio is off (AT+CFUN={self.level}): send AT+CFUN=1 first")

    def set_level(self, level: int) -> None:
        """Choose the functionality level; kept in flash except the minimum."""
        self.level = level
        if level != MINIMUM:
            self._device.keep("cfun", level)

    def update(self, imsi: str | None, *, resting: bool = False) -> bool:
        """Go on the air or off it, as level, card (its IMSI when it is open) and the TE's wishes allow now.

        :param resting: when it goes off, that is for PSM, and the network keeps the registration.
        :returns: whether the modem left the network by this.
        """
        wanted = self.level in (FULL, FACTORY_TEST) and imsi is not None and not (self.detached or self.deregistered)
        if wanted == self.on_air:
            return False
        self.on_air = wanted
        if wanted and imsi is not None:
            self._emit(RadioOn(imsi))
            return False
        self._emit(RadioRest() if resting else RadioOff())
        self.hear(_NOWHERE)
        return True

    def hear(self, network: RegistrationChanged) -> None:
        """The network says where the modem stands; off the air nobody listens."""
        if not self.on_air:
            network = _NOWHERE
        before, self.network = self.network, network
        if self.on_air:
            self.near = network if self.registered else _NOWHERE
        if network.registration != before.registration:
            self._emit(RegistrationShown(network.registration))
        elif network != before:
            self._emit(RegistrationShown(network.registration, moved=True))

    def sense(self, signal: SignalChanged) -> None:
        """The antenna receives more or less than before."""
        self._signal = (signal.rssi, signal.ber)
