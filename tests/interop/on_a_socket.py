"""Our CoAP on a real socket of the loopback: what carries an endpoint or a conversation in these tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from modemtwin.coap.conversation import Conversation, Event, Transmit
from modemtwin.coap.endpoint import Endpoint
from modemtwin.coap.message import Message
from modemtwin.io.alarm import Alarm, now
from modemtwin.io.udp import UdpSocket
from modemtwin.modem.doors import Address


def refuse_failure(reason: str, peer: Address | None) -> None:
    """A socket that cannot reach its peer fails the test."""
    raise AssertionError(f"{peer}: {reason}")


class OnASocket:
    """A machine in real time. ``heard`` gets all that it says, but for the datagrams, which are sent."""

    def __init__(
        self,
        machine: Endpoint | Conversation,
        heard: Callable[[Event], None],
        failed: Callable[[str, Address | None], None] = refuse_failure,
    ) -> None:
        self._machine, self._heard = machine, heard
        self.socket = UdpSocket(lambda source, data: self.do(machine.receive(data, source, now())), failed)
        self._alarm = Alarm(machine.next_timer, lambda: self.do(machine.fire(now())))
        self.address: Address = ("127.0.0.1", self.socket.open(0, host="127.0.0.1"))

    def next_mid(self) -> int:
        """Give the mid for a message that is about to be sent."""
        return self._machine.next_mid(now())

    def send(self, message: Message, where: Address) -> None:
        """Send it."""
        self.do(self._machine.send(message, where, now()))

    def do(self, events: Iterable[Event]) -> None:
        """Do what the machine wants."""
        for event in events:
            if isinstance(event, Transmit):
                self.socket.send(event.destination, event.data)
            else:
                self._heard(event)
        self._alarm.arm(self._machine.next_timer())

    def close(self) -> None:
        """Give the port back."""
        self._alarm.stop()
        self.socket.close()
