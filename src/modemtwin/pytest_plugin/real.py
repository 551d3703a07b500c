"""The stand of a test on a real module, ``--modem-port``: a port, a server that somebody has started, and no world."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import pytest

from modemtwin.io.driver import connect
from modemtwin.io.driver_port import open_port
from modemtwin.pytest_plugin.coroutines import told_where
from modemtwin.pytest_plugin.marks import Plan
from modemtwin.pytest_plugin.tap import Tap

if TYPE_CHECKING:
    from modemtwin.host.aio import Module
    from modemtwin.host.transport import Transport

__all__ = ["RealServer", "RealStand", "split_port"]

T = TypeVar("T")

_BAUD = 115_200


@dataclass(frozen=True, slots=True)
class RealServer:
    """A server of which we know where it is."""

    url: str


class RealStand:
    """What the fixtures of one test share. What only a world has skips the test, and says so."""

    def __init__(self, plan: Plan, config: pytest.Config) -> None:
        self.plan = plan
        self.port, self._baud = split_port(config.getoption("modem_port"))
        self._url: str | None = config.getoption("modem_server")
        self._apn: str | None = config.getoption("modem_apn")
        self._runner: asyncio.Runner | None = None
        self.tap = Tap()
        if plan.file is not None:
            pytest.skip(f"modem_scenario: {self.port} is a real module, which plays no scenario")
        if plan.virtual:
            pytest.skip(f"virtual_time: {self.port} is a real module, whose time is everybody's")

    @property
    def past(self) -> None:
        """There is no sweep of it, and it has no faults but its own."""

    @property
    def world(self) -> NoReturn:
        """There is none."""
        pytest.skip(f"world: {self.port} is a real module, in a world of its own")

    @property
    def modem(self) -> NoReturn:
        """There is none."""
        pytest.skip(f"modem: {self.port} is a real module; only the virtual one can be told what happens to it")

    @property
    def server(self) -> RealServer:
        """The server that ``--modem-server`` names."""
        if self._url is None:
            pytest.skip("coap_server: which server does the module reach? say --modem-server coap://HOST")
        return RealServer(self._url.rstrip("/"))

    @property
    def runner(self) -> asyncio.Runner:
        """What runs the coroutines of the test and of its fixtures."""
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end."""
        __tracebackhide__ = True
        try:
            return self.runner.run(coroutine)
        except pytest.fail.Exception as error:
            raise told_where(error, self.runner.get_loop()) from None

    async def transport(self) -> Transport:
        """Open the port."""
        return self.tap.on(await open_port(self.port, baud=self._baud))

    def connected(self, transport: Transport | str, **arguments: Any) -> AbstractAsyncContextManager[Module]:
        """Connect the driver, as marker and option say; the module is left as it was found."""
        own = {"apn": self._apn} if self._apn else {}
        return connect(transport, **{**self.plan.connect, **own})

    def open_port(self) -> str:
        """Give the port to the program under test."""
        return self.port

    def handed(self, thing: Any) -> Any:
        """It is what it is."""
        return thing

    def close(self) -> None:
        """End the coroutines that are left."""
        if self._runner is not None:
            self._runner.close()

    def halt(self) -> None:
        """The real world does not stop."""


def split_port(text: str) -> tuple[str, int]:
    """Take ``DEVICE@BAUD`` apart; ValueError when the rate is none."""
    port, at, rate = text.rpartition("@")
    if not at or "/" in rate or "]" in rate:
        return text, _BAUD
    if not rate.isdecimal() or not 0 < int(rate) <= 4_000_000:
        raise ValueError(f"{rate!r} is no rate of a serial port, which is a number such as 115200")
    return port, int(rate)
