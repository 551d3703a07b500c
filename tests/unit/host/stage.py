"""A driver and a virtual modem on one desk, with a server in the network: a world, whose clock jumps.

    Session ──bytes──► modem ══ datagrams ══► server
       ▲ ◄──bytes, through ``mangle``──┘

Everything is pure and in memory, so a dialogue can be played a thousand times in a second or two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from modemtwin.clockwork import Micros
from modemtwin.coap.message import Message, decode
from modemtwin.host import contacting
from modemtwin.host.assembling import parse_url
from modemtwin.host.exchange import Question
from modemtwin.host.knowledge import Settings
from modemtwin.host.packet import Packet
from modemtwin.modem.doors import DatagramRx, DatagramTx, UartTx
from modemtwin.modem.doors import Effect as ModemEffect
from tests.unit.host.desk import Desk

Mangle = Callable[[bytes], Iterable[bytes]]

SERVER = ("192.0.2.1", 5683)
URL = "coap://192.0.2.1"
_PATH = {"delay": 0.02}
_QUICK = ("cell.registration_delay=0", "cell.bearer_delay=0")


class Stage(Desk):
    """``typed`` is what the driver wrote, ``heard`` what it read, ``connected`` how much of that until it was.

    ``sent`` is what left the modem. The server is known as ``example.org``.
    """

    def __init__(
        self, *settings: str, profile: str = "sim7000", wanted: Settings | None = None, mangle: Mangle | None = None
    ) -> None:
        super().__init__(wanted or Settings())
        self.typed = bytearray()
        self.heard = bytearray()
        self.connected = 0
        self.sent: list[Message] = []
        self.mangle: Mangle = mangle or (lambda data: [data])
        self.server = self.world.add_server(SERVER[0], name="example.org", groups=["224.0.1.187"])
        self.modem = self.world.add_modem(profile=profile, settings=[*_QUICK, *settings], path=_PATH)
        self.modem.on_effect = self._said

    def connect(self) -> Stage:
        self.run(contacting.connect(self.known))
        self.connected = len(self.heard)
        return self

    def leave(self) -> None:
        self.run(contacting.leave(self.known))

    def arrive(self, message: bytes, source: tuple[str, int] = SERVER) -> None:
        """A datagram reaches the modem."""
        self.modem.feed(DatagramRx(source, message))

    def type_by_hand(self, line: str) -> None:
        """Somebody else types on the same wire."""
        self.modem.to_modem(f"{line}\r".encode())

    def take(self, data: bytes) -> None:
        self.typed += data
        self.world.after(0, partial(self.modem.to_modem, data))

    def _said(self, _: Micros, effect: ModemEffect) -> None:
        match effect:
            case UartTx(data):
                for piece in self.mangle(data):
                    self.heard += piece
                    self.world.after(0, partial(self.hear, piece))
            case DatagramTx(_, data) if isinstance(message := decode(data), Message):
                self.sent.append(message)
            case _:
                pass


def question(desk: Desk, url: str, code: int = 1, **fields: Any) -> Question:
    """What ``Module`` makes of a call."""
    place = parse_url(url)
    deadline = fields.pop("deadline", None)
    given = {"token": desk.known.token(), "uri_path": place.path, "uri_query": place.query} | fields
    return Question(Packet(code, **given), url, place, deadline)
