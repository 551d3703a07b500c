"""Everything that crosses the modem's skin: stimuli go in, effects come out.

    bytes, datagrams, the network, the card, time ──► Modem.handle(stimulus, now) ──► [effect, effect, …]

All of them are plain immutable values, so that they can be compared whole in a test, written to a journal and played
again. An address is what a socket calls one: ``(host, port)``, the host an IP address in text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from modemtwin.clockwork import Micros
from modemtwin.modem.card import FACTORY_PUK as FACTORY_PUK
from modemtwin.modem.card import NO_SECRET as NO_SECRET
from modemtwin.modem.card import Card as Card
from modemtwin.modem.card import Secret as Secret
from modemtwin.modem.network import Registration as Registration
from modemtwin.modem.network import Technology as Technology
from modemtwin.value import value

Address: TypeAlias = tuple[str, int]

# ── stimuli ───────────────────────────────────────────────────────────────────────────────────────────────────────


@value
class PowerOn:
    """PWRKEY was pulled: the module boots."""


@value
class UartRx:
    """The TE wrote these bytes."""

    data: bytes


@value
class LinesSet:
    """The TE has set its lines, DTR (V.24 circuit 108/2) and RTS (circuit 105); the first of these wires the lines.

    Before that the modem says nothing of its own lines: most ports have none.
    """

    dtr: bool
    rts: bool


@value
class Tick:
    """The moment that ``next_timer()`` asked for has come."""


@value
class DatagramRx:
    """The bearer brought a datagram to the CoAP object's socket."""

    source: Address
    data: bytes


@value
class SocketOpened:
    """The socket that ``SocketOpen`` asked for is there, on this local port."""

    port: int


@value
class SocketFailed:
    """The CoAP object's socket could not be opened, or reported an error towards ``peer`` when it says one."""

    reason: str
    peer: Address | None = None


@value
class Resolved:
    """The answer to ``Resolve``: IP addresses, best first; none of them means failure, and ``reason`` says why."""

    name: str
    addresses: tuple[str, ...]
    reason: str = ""


@value
class Pinged:
    """The answer to ``Ping``: round trip in whole milliseconds, or None when nothing came back in time."""

    sequence: int
    address: str
    milliseconds: int | None


@value
class CardInserted:
    """A card slid into the holder."""

    card: Card


@value
class CardRemoved:
    """The holder is empty now."""


@value
class SignalChanged:
    """What the antenna receives: ``rssi`` 0–31 or 99, ``ber`` 0–7 or 99 (TS 27.007 §8.5)."""

    rssi: int
    ber: int


@value
class RegistrationChanged:
    """The network took the modem in, let it go, or turned it away.

    ``apn`` is what the network delivers at LTE registration, empty under GSM (COAP-AN §4.1); ``plmn`` has five or six
    digits; ``area`` and ``cell_id`` are those of the serving cell; ``address`` is the IP address that comes with the
    attachment to LTE, empty under GSM.
    """

    registration: Registration
    technology: Technology = Technology.NB_IOT
    operator: str = ""
    plmn: str = ""
    apn: str = ""
    area: int = 0
    cell_id: int = 0
    address: str = ""


@value
class BearerGranted:
    """The cell gave context ``cid`` a bearer with this IP address."""

    cid: int
    address: str


@value
class BearerLost:
    """The bearer of context ``cid`` is not granted, or is taken away; ``reason`` says why, in words."""

    cid: int
    reason: str


@value
class Restarted:
    """The module was reset from outside, by a watchdog or a supply that broke down; ``reason`` says so, in words."""

    reason: str


@value
class Hindered:
    """The firmware is busy: it refuses the next ``lines`` command lines with this CME error."""

    lines: int
    error: int
    reason: str


@value
class Struck:
    """The world did something that the modem does not notice; it puts down ``text`` as a ``Note``, for the journal.

    ``sent`` is the datagram of the modem, if any, that this happened to on its way out, just now.
    """

    text: str
    sent: bytes = b""


@value
class AreaAccepted:
    """The network answers ``AreaUpdate`` with what it grants (TS 24.301 §5.5.3.2.4); None: not that.

    ``periodic`` and ``active`` are the octets of T3412 and T3324, without which there is no PSM (TS 24.008 §10.5.7.3,
    §10.5.7.4a); ``cycle`` and ``window`` are the halves of eDRX (TS 24.008 §10.5.5.32).
    """

    periodic: int | None
    active: int | None
    cycle: int | None
    window: int | None


@value
class ConnectionChanged:
    """The radio connection is there, or released; told only while PSM or eDRX is granted."""

    connected: bool


@value
class Paged:
    """Behind it come datagrams that were kept for a paging window, the oldest for ``waited``; others are lost."""

    waiting: int
    waited: Micros
    lost: int


Stimulus: TypeAlias = (
    PowerOn
    | UartRx
    | LinesSet
    | Tick
    | DatagramRx
    | SocketOpened
    | SocketFailed
    | Resolved
    | Pinged
    | CardInserted
    | CardRemoved
    | SignalChanged
    | RegistrationChanged
    | BearerGranted
    | BearerLost
    | Restarted
    | Hindered
    | Struck
    | AreaAccepted
    | ConnectionChanged
    | Paged
)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


@value
class UartTx:
    """Bytes for the TE."""

    data: bytes


@value
class LinesChanged:
    """The modem's lines, each on or off: CTS (V.24 circuit 106), DSR (107), DCD (109), RI (125)."""

    cts: bool
    dsr: bool
    dcd: bool
    ri: bool


@value
class DatagramTx:
    """A datagram from the CoAP object's socket."""

    destination: Address
    data: bytes


@value
class SocketOpen:
    """Open the CoAP object's socket, on a local port that is none of ``avoid``; answered by ``SocketOpened``."""

    avoid: tuple[int, ...] = ()


@value
class SocketClose:
    """Close the CoAP object's socket."""


@value
class Resolve:
    """Look a host name up; answered by ``Resolved``."""

    name: str


@value
class Ping:
    """Send one ICMP echo request with ``size`` bytes and wait for ``timeout``; answered by ``Pinged``."""

    address: str
    sequence: int
    size: int
    timeout: Micros


@value
class RadioOn:
    """The receiver is on and the card is ready: look for the network. ``imsi`` is the card's."""

    imsi: str


@value
class RadioOff:
    """The modem leaves the network."""


@value
class RadioRest:
    """PSM: the modem neither hears nor sends; the network keeps its registration, and ``RadioOn`` finds it so."""


@value
class AreaUpdate:
    """What the modem wishes of PSM and eDRX, as in ``AreaAccepted``, which answers it (TS 24.301 §5.5.3.2.2)."""

    periodic: int | None
    active: int | None
    cycle: int | None


@value
class BearerOpen:
    """Ask the cell for a bearer; it chooses the APN where ``apn`` is empty.

    Answered by ``BearerGranted`` or ``BearerLost``.
    """

    cid: int
    apn: str
    user: str = ""
    password: Secret = NO_SECRET


@value
class BearerClose:
    """Give the bearer of context ``cid`` back."""

    cid: int


@value
class Save:
    """Keep these values over a power cycle: the whole of what is kept, as JSON can write it."""

    values: Mapping[str, object]


@value
class PowerOff:
    """The module has switched itself off; only ``PowerOn`` wakes it."""


@value
class BaudRate:
    """The UART runs at this many bits per second from now on; 0 finds the rate by itself."""

    rate: int


@value
class FlowControl:
    """``AT+IFC``: how the TE holds the modem back, and the modem the TE: 0 not, 1 by XON and XOFF, 2 by RTS or CTS."""

    dce_by_dte: int
    dte_by_dce: int


@value
class Refused:
    """Why a command was refused, in a sentence for a person; the wire only says ``ERROR``."""

    command: str
    error: int
    reason: str


@value
class Note:
    """Something worth knowing that the wire does not say, in a sentence for a person."""

    text: str


Effect: TypeAlias = (
    UartTx
    | LinesChanged
    | DatagramTx
    | SocketOpen
    | SocketClose
    | Resolve
    | Ping
    | RadioOn
    | RadioOff
    | RadioRest
    | AreaUpdate
    | BearerOpen
    | BearerClose
    | Save
    | PowerOff
    | BaudRate
    | FlowControl
    | Refused
    | Note
)
