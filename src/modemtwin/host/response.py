"""What a caller gets: responses, requests of peers, links, and what is known of the module.

Received ─┬─ Response   an answer to a request of ours, or a notification
          └─ Request    what a peer asks of us
"""

from __future__ import annotations

from modemtwin.coap import numbers
from modemtwin.coap.linkformat import Link
from modemtwin.host.head import Head
from modemtwin.value import value

__all__ = ["Answer", "Bearer", "Identity", "Info", "Link", "Received", "Request", "Response", "Signal", "Timing"]


@value
class Received:
    """A packet out of the module's receive queue: its head, its payload, and the bytes it had on the network."""

    head: Head
    payload: bytes
    size: int

    @property
    def type(self) -> str:
        """CON, NON, ACK or RST."""
        return self.head.type

    @property
    def code(self) -> str:
        """The code, dotted: ``"2.05"``."""
        return self.head.code

    @property
    def number(self) -> int:
        """The code as its byte: 0x45 for 2.05."""
        return self.head.number

    @property
    def name(self) -> str:
        """What the registry calls the code: ``"Content"``; empty for one that it does not know."""
        return numbers.CODES.get(self.number, "")

    @property
    def mid(self) -> int:
        """The message ID."""
        return self.head.mid

    @property
    def token(self) -> bytes:
        """The token."""
        return self.head.token

    @property
    def options(self) -> Head:
        """The options, as fields of the head."""
        return self.head

    @property
    def content_format(self) -> int | None:
        """The Content-Format, None when the packet has none."""
        return self.head.content_format

    @property
    def text(self) -> str:
        """The payload as UTF-8; bytes that are none show as U+FFFD."""
        return self.payload.decode("utf-8", "replace")


@value
class Timing:
    """When what happened, in seconds since the call: the commands were typed, the packet was sent, it was answered
    (the URC came), the answer was read out of the module.
    """

    typed: float
    sent: float
    answered: float
    read: float


@value
class Response(Received):
    """An answer to a request. ``url`` is what was asked; ``request_mid`` the mid of the question."""

    url: str
    request_mid: int
    timing: Timing

    @property
    def ok(self) -> bool:
        """Whether the code is of class 2."""
        return self.head.code.startswith("2.")

    @property
    def elapsed(self) -> float:
        """Seconds from the call to the whole answer."""
        return self.timing.read


@value
class Request(Received):
    """What a peer asks. COAP-AN has no way to tell who it is."""

    @property
    def method(self) -> str:
        """``"GET"``, ``"PUT"``, …; the dotted code of a method that the registry does not know."""
        return self.name or self.code

    @property
    def path(self) -> str:
        """The path, beginning with ``/``."""
        return "/" + self.head.uri_path

    @property
    def query(self) -> tuple[str, ...]:
        """The arguments of the query."""
        return tuple(self.head.uri_query.split("&")) if self.head.uri_query else ()


@value
class Answer:
    """What a command typed by hand was answered: its lines, and the final result (``OK``, ``+CME ERROR: 3``)."""

    lines: list[str]
    result: str

    @property
    def ok(self) -> bool:
        """Whether the module did it."""
        return self.result in ("OK", "CONNECT", "SHUT OK", "NORMAL POWER DOWN")


@value
class Identity:
    """Which module this is. ``dialect`` is ``"sim7000"`` or ``"sim7080"``: how the bearer commands are spelled."""

    manufacturer: str
    model: str
    revision: str
    imei: str
    dialect: str


@value
class Signal:
    """``+CSQ`` (TS 27.007 §8.5): ``rssi`` 0–31 or 99, ``ber`` 0–7 or 99 for unknown."""

    rssi: int
    ber: int

    @property
    def dbm(self) -> int | None:
        """The strength in dBm, -113 to -51; None when the module does not know it."""
        return -113 + 2 * self.rssi if 0 <= self.rssi <= 31 else None


@value
class Bearer:
    """The data connection. ``address`` is empty while it is down; ``apn`` is what the network delivered."""

    active: bool
    address: str
    apn: str


@value
class Info:
    """Module, SIM, signal, registration and bearer on one screen.

    ``sim`` is what ``+CPIN`` says (``"READY"``, ``"SIM PIN"``, ``"SIM not inserted"``); ``registration`` is a word:
    ``"home"``, ``"searching"``, ``"denied"``, ``"roaming"``, ``"off"``, ``"unknown"``; ``technology`` is
    ``"NB-IoT"``, ``"CAT-M"``, ``"GSM"``, ``"EGPRS"`` or empty.
    """

    identity: Identity
    sim: str
    signal: Signal
    registration: str
    attached: bool
    operator: str
    technology: str
    bearer: Bearer
