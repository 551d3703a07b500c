"""A module at a port, for the steps of a conformance run, and the servers that they need.

steps ──Ask──► questioner ──bytes──► the port
192.0.2.1 ──► --server, or one of ours where the module is on this machine
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
from typing import TypeVar

from modemtwin.clockwork import MICROSECONDS
from modemtwin.host.errors import PortClosed
from modemtwin.host.transport import Transport
from modemtwin.io import host_port
from modemtwin.io.alarm import now
from modemtwin.io.byte_pipe import PortError
from modemtwin.io.coap_server import CoapServer, listen
from modemtwin.io.driver_port import check_port
from modemtwin.io.udp import UdpSocket
from modemtwin.world.conformance.exchange import Steps
from modemtwin.world.conformance.questioner import Answer, Ask, Questioner

__all__ = ["LocalServers", "ModulePort", "is_on_this_machine"]

T = TypeVar("T")


def is_on_this_machine(text: str) -> bool:
    """Say whether a port leads to a virtual module here: one of this process, a pty, or TCP to this machine itself."""
    scheme, rest = check_port(text)
    if scheme == "twin":
        return True
    if not scheme:
        return os.path.realpath(rest).startswith(("/dev/pts/", "/dev/ttys"))
    host = host_port.split(rest.partition("?")[0].partition("/")[0])[0]
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class ModulePort:
    """Runs steps at an open port, one after the other."""

    def __init__(self, port: Transport) -> None:
        self._port = port
        self._questioner = Questioner()
        self._news = asyncio.Event()
        self._answer: Answer | None = None
        self._over: str | None = None
        port.listen(self._received, self._ended)

    @property
    def strays(self) -> list[bytes]:
        """Lines of the module that belonged to nothing that was typed."""
        return self._questioner.strays

    async def run(self, steps: Steps[T]) -> T:
        """Run steps to their end; whatever they raise is raised, and PortClosed when the port goes away."""
        try:
            ask = next(steps)
            while True:
                ask = steps.send(await self._put(ask))
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            steps.close()

    async def _put(self, ask: Ask) -> Answer:
        self._answer = None
        if typed := self._questioner.ask(ask, now()):
            self._port.write(typed)
        while self._answer is None:
            if self._over is not None:
                raise PortClosed(self._port.name, self._over)
            due = self._questioner.next_timer()
            assert due is not None, "a question under way has a deadline"
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), max(0, due - now()) / MICROSECONDS)
            except TimeoutError:
                self._answer = self._questioner.fire(now())
        return self._answer

    def _received(self, data: bytes) -> None:
        self._answer = self._questioner.hear(data, now()) or self._answer
        self._news.set()

    def _ended(self, reason: str | None) -> None:
        self._over = reason or "the port was closed at the other end"
        self._news.set()


class LocalServers:
    """A CoAP server, and an address where nobody answers, for a module on this machine."""

    def __init__(self) -> None:
        self._server = CoapServer(port=0)
        self._mute = UdpSocket(lambda source, data: None, lambda reason, peer: None)
        self.url = self.mute_url = ""

    def open(self) -> None:
        """Take the ports; PortError when they cannot be had. Needs a running event loop."""
        self._server.open()
        try:
            self.mute_url = f"coap://{host_port.join(*listen(self._mute, '127.0.0.1', 0))}"
        except PortError:
            self._server.close()
            raise
        self.url = f"coap://{self._server.address}"

    def close(self) -> None:
        """Give them back."""
        self._server.close()
        self._mute.close()
