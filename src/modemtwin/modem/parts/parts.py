"""The parts of one module, and the rules that concern more than one of them.

card open, level, TE's wish ──► radio on the air ──► registered ──► bearer up ──► CoAP exchanges
and whatever fails on the left takes down what stands to its right
"""

from __future__ import annotations

from random import Random

from modemtwin.at.interpreter import LineSettings
from modemtwin.at.reply import Refusal
from modemtwin.clockwork import Micros, earliest
from modemtwin.modem.doors import Address, Note, RegistrationChanged
from modemtwin.modem.parts.bearer import Bearer
from modemtwin.modem.parts.coap_object import CoapObject
from modemtwin.modem.parts.device import Device
from modemtwin.modem.parts.events import Booted, CardStatus, Emit, NameFound
from modemtwin.modem.parts.lines import Lines
from modemtwin.modem.parts.local_ports import LocalPorts
from modemtwin.modem.parts.power_saving import PowerSaving
from modemtwin.modem.parts.radio import MINIMUM, Radio
from modemtwin.modem.parts.sim_card import SimCard
from modemtwin.modem.parts.slow_clock import SlowClock
from modemtwin.modem.parts.uart import Uart
from modemtwin.modem.profile import Profile


class Parts:
    """What a command works on. ``line`` are the settings of the AT interpreter, ``coap`` the CoAP object, if any."""

    __slots__ = (
        "_ports",
        "_random",
        "bearer",
        "card",
        "coap",
        "device",
        "emit",
        "line",
        "lines",
        "power_saving",
        "profile",
        "radio",
        "slow_clock",
        "uart",
    )

    def __init__(
        self, profile: Profile, random: Random, device: Device, card: SimCard, line: LineSettings, emit: Emit
    ) -> None:
        self.profile = profile
        self.emit = emit
        self.line = line
        self.device = device
        self.card = card
        self.radio = Radio(device, emit)
        self.bearer = Bearer(profile, device, emit)
        self.uart = Uart(device, emit)
        self.lines = Lines(line, device)
        self.power_saving = PowerSaving(device, self.radio, emit)
        self.slow_clock = SlowClock(profile, self.lines, emit)
        self.coap: CoapObject | None = None
        self._random = random
        self._ports = LocalPorts(profile.transmission().exchange_lifetime)

    # ── power ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def shut_down(self, now: Micros, *, resting: bool = False) -> None:
        """Everything volatile ends, silently: a restart, PSM or the end."""
        if self.coap is not None:
            self._discard_object(now)
        self.radio.deregistered = True
        self.radio.update(None, resting=resting)
        self.power_saving.boot()
        self.bearer.boot()
        self.uart.boot()

    def boot(self, now: Micros) -> None:
        """The module is up: announce it, and look for the network."""
        self.device.boot(now)
        self.radio.boot()
        self.card.boot()
        self.slow_clock.boot()
        self.card.power(on=self.radio.level != MINIMUM)
        self.emit(Booted(self.radio.level))
        self.refresh("")

    # ── radio and bearer ──────────────────────────────────────────────────────────────────────────────────────────

    def refresh(self, reason: str) -> None:
        """Go on the air or off it, as card and level allow now; off it, ``reason`` is why the bearers are gone."""
        ready = self.card.status is CardStatus.READY
        if self.radio.update(self.card.identity().imsi if ready else None):
            self._lose_bearers(reason)
            self.power_saving.moved()

    def hear(self, network: RegistrationChanged, now: Micros) -> None:
        """The network says where the modem stands."""
        before = self.radio.network
        self.radio.hear(network)
        if self.radio.network != before:
            self.power_saving.moved()
        if not self.radio.registered:
            was_up = self.bearer.address(self.bearer.coap_channel) is not None
            self.bearer.lose_all("the modem is not registered any more", now)
            self._break_off_without_bearer(was_up=was_up)

    def bearer_lost(self, channel: int, reason: str, now: Micros) -> None:
        """The cell refused a bearer, confirmed its end, or dropped it."""
        was_up = self.bearer.address(self.bearer.coap_channel) is not None
        self.bearer.lost(channel, reason, now)
        self._break_off_without_bearer(was_up=was_up or channel == self.bearer.coap_channel)

    def _lose_bearers(self, reason: str) -> None:
        was_up = self.bearer.address(self.bearer.coap_channel) is not None
        self.bearer.drop_all(reason)
        self._break_off_without_bearer(was_up=was_up)

    def _break_off_without_bearer(self, *, was_up: bool) -> None:
        if was_up and self.coap is not None and self.bearer.address(self.bearer.coap_channel) is None:
            self.coap.break_off()

    def demand_service(self) -> None:
        """Insist on a network.

        :raises Refusal: 797, 10 to 14 or 30, when there is none.
        """
        self.radio.demand()
        self.card.demand()
        if not self.radio.registered:
            raise Refusal(30, "the modem is not registered: AT+CEREG? tells where it stands with the network")

    # ── the CoAP object ───────────────────────────────────────────────────────────────────────────────────────────

    def create_object(self, now: Micros) -> None:
        """``AT+CCOAPINIT``: a new object on a port of its own."""
        self.coap = CoapObject(self.profile, self._random, self._ports, self.emit, now)

    def demand_object(self) -> CoapObject:
        """The CoAP object.

        :raises Refusal: 3, when there is none.
        """
        if self.coap is None:
            raise Refusal(3, "there is no CoAP object: send AT+CCOAPINIT first")
        return self.coap

    def demand_bearer(self) -> str:
        """The IP address of the CoAP object's bearer.

        :raises Refusal: 797, when the radio is off; 3, when the bearer is not up.
        """
        self.radio.demand()
        address = self.bearer.address(self.bearer.coap_channel)
        if address is None:
            activate = "AT+CNACT=1" if self.profile.dialect == "sim7000" else f"AT+CNACT={self.bearer.coap_channel},1"
            raise Refusal(3, f"no bearer is active: send {activate} and wait for +APP PDP: ACTIVE first")
        return address

    def delete_object(self, now: Micros) -> None:
        """``AT+CCOAPTERM``."""
        self.demand_object()
        self._discard_object(now)

    def _discard_object(self, now: Micros) -> None:
        if self.coap is not None:
            self.coap.delete()
            self.coap = None
            self._ports.closed(now)

    def socket_opened(self, port: int, now: Micros) -> None:
        """The CoAP object's socket is there, perhaps later than the object itself was."""
        self._ports.opened(port)
        if self.coap is None:
            self._ports.closed(now)

    def socket_failed(self, reason: str, peer: Address | None) -> None:
        """The CoAP object's socket broke, or cannot reach a peer."""
        self.emit(Note(f"socket error: {reason}"))
        if self.coap is not None and not self._ports.is_open:
            self.coap.lose_socket(reason)
        elif self.coap is not None:
            self.coap.break_off(peer)

    def datagram(self, source: Address, data: bytes, now: Micros) -> None:
        """The bearer brought a datagram; without object or bearer it is nobody's."""
        if self.coap is None or self.bearer.address(self.bearer.coap_channel) is None:
            self.emit(Note(f"a datagram from {source[0]} port {source[1]} came without a CoAP object on a bearer"))
        else:
            self.coap.receive(source, data, now)

    # ── names ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def resolved(self, name: str, addresses: tuple[str, ...], reason: str, now: Micros) -> None:
        """A name was looked up, for whoever asked."""
        self.emit(NameFound(name, addresses, reason))
        if self.coap is not None:
            self.coap.resolved(name, addresses, reason, now)

    # ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def fire(self, now: Micros) -> None:
        """Do what is due."""
        self.bearer.fire(now)
        self.lines.fire(now)
        self.slow_clock.fire(now)
        self.power_saving.fire(now)
        if self.coap is not None:
            self.coap.fire(now)

    def next_timer(self) -> Micros | None:
        """When something is due but for CoAP, whose object is asked by itself: most of the time only that waits."""
        return earliest(
            self.bearer.next_timer(),
            self.uart.next_timer(),
            self.lines.next_timer(),
            self.slow_clock.next_timer() if self.slow_clock.mode else None,
            self.power_saving.next_timer(),
        )
