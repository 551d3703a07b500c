"""The fixtures; each asks the stand of its test.

_modemtwin_stand ──► world  modem  coap_server  modem_port
                └──► modem_transport, driver
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from modemtwin.pytest_plugin.keys import STAND

if TYPE_CHECKING:
    from modemtwin.host import aio, blocking
    from modemtwin.host.transport import Transport
    from modemtwin.pytest_plugin.real import RealServer, RealStand
    from modemtwin.pytest_plugin.stand import Stand
    from modemtwin.world.mobile import Mobile
    from modemtwin.world.server import Server
    from modemtwin.world.world import World

__all__ = [
    "_modemtwin_quirk",
    "_modemtwin_stand",
    "coap_server",
    "driver",
    "modem",
    "modem_port",
    "modem_transport",
    "world",
]


@pytest.fixture
def _modemtwin_quirk(request: pytest.FixtureRequest) -> Any:
    """The choice of a quirk that ``--quirks`` runs this test under."""
    return request.param


@pytest.fixture
def _modemtwin_stand(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stand | RealStand]:
    """The stand of this test."""
    from modemtwin.pytest_plugin.stand import build_stand

    stand = build_stand(request.node, tmp_path_factory)
    request.node.stash[STAND] = stand
    yield stand
    stand.close()


@pytest.fixture
def world(_modemtwin_stand: Stand) -> World:
    """A world in virtual time; one for each test."""
    return _modemtwin_stand.handed(_modemtwin_stand.world)  # type: ignore[no-any-return]


@pytest.fixture
def modem(_modemtwin_stand: Stand) -> Mobile:
    """A modem of the world, as the markers say."""
    return _modemtwin_stand.handed(_modemtwin_stand.modem)  # type: ignore[no-any-return]


@pytest.fixture
def coap_server(_modemtwin_stand: Stand | RealStand) -> Server | RealServer:
    """A CoAP server: ``coap_server.url`` is where."""
    return _modemtwin_stand.handed(_modemtwin_stand.server)  # type: ignore[no-any-return]


@pytest.fixture
def modem_port(_modemtwin_stand: Stand | RealStand) -> str:
    """A pty with the modem behind it, in real time; with ``--modem-port`` that port."""
    return _modemtwin_stand.open_port()


@pytest.fixture
def modem_transport(_modemtwin_stand: Stand | RealStand, request: pytest.FixtureRequest) -> Transport:
    """The wire to the modem, for a ``connect()`` of one's own."""
    _refuse_two_ways(request)
    with _told():
        return _modemtwin_stand.call(_modemtwin_stand.transport())


@pytest.fixture
def driver(
    _modemtwin_stand: Stand | RealStand, request: pytest.FixtureRequest
) -> Iterator[aio.Module | blocking.Module]:
    """The driver, connected to the modem and online; without ``await`` in a test that is no coroutine."""
    _refuse_two_ways(request)
    stand = _modemtwin_stand
    with _told():
        transport = stand.call(stand.transport())
        # A virtual modem is thrown away: there is nobody to leave it to.
        manager = stand.connected(transport, leave_as_found=False)
        module = stand.call(manager.__aenter__())
    if is_coroutine(request.node):
        yield module
    else:
        from modemtwin.host import blocking

        # It needs no thread of its own: whatever runs a coroutine to its end will do.
        yield blocking.Module(stand, module)  # type: ignore[arg-type]
    stand.call(manager.__aexit__(None, None, None))


def is_coroutine(item: pytest.Item) -> bool:
    """Say whether a test is a coroutine, perhaps within Hypothesis."""
    test = getattr(item, "obj", None)
    inner = getattr(getattr(test, "hypothesis", None), "inner_test", None)
    return inspect.iscoroutinefunction(inner or test)


@contextmanager
def _told() -> Iterator[None]:
    """What keeps the driver from connecting is a sentence; where in the driver that was is none of the team's code."""
    from modemtwin.host.errors import ModemError

    try:
        yield
    except ModemError as error:
        told = f"{type(error).__module__}.{type(error).__qualname__}: {error}"
        raise pytest.fail.Exception(told, pytrace=False) from None


def _refuse_two_ways(request: pytest.FixtureRequest) -> None:
    if "modem_port" in request.fixturenames:
        pytest.fail(
            f"{request.fixturename} and modem_port are two ways to one UART: with modem_port, connect(modem_port)",
            pytrace=False,
        )
