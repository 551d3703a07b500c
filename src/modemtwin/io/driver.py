"""The paved path of the driver: a port string in, a module out; for asyncio, and without ``await``.

async with connect("/dev/ttyUSB2", apn="ctnb") as module:
    response = await module.get("coap://198.181.39.174/test")
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

from modemtwin.host.aio import Module, drive
from modemtwin.host.knowledge import Settings
from modemtwin.host.shell import Trace
from modemtwin.host.transport import Transport

if TYPE_CHECKING:
    from modemtwin.host.blocking import Module as BlockingModule

__all__ = ["connect", "connect_blocking"]


@asynccontextmanager
async def connect(
    port: str | Transport,
    *,
    baud: int = 115200,
    apn: str | None = None,
    user: str | None = None,
    password: str | None = None,
    auth: int | None = None,
    pin: str | None = None,
    attach: bool = True,
    deadline: float = 180.0,
    waiting: Callable[[str], None] | None = None,
    trace: Trace | None = None,
    payload_append: bool | None = None,
    leave_as_found: bool = True,
) -> AsyncIterator[Module]:
    """Open a port, find the module behind it, bring it online, and leave it as it was found.

    ``port``
        ``/dev/ttyUSB2``, ``COM5``, a glob, ``socket://host:port``, ``rfc2217://host:port``, ``twin://sim7000`` for a
        virtual modem in this process; or a ``Transport`` that is open.
    ``apn``, ``user``, ``password``, ``auth``
        What the data connection needs (COAP-AN §4); without them the network decides. ``auth``: 0 none, 1 PAP, 2 CHAP.
    ``pin``
        For a SIM card that asks for it. It is tried once and never again.
    ``attach``
        Whether to bring the data connection up; without it ``attach()`` does so later.
    ``deadline``
        Seconds until it is online, or the port is known to be mute.
    ``waiting``
        Is told, in words, what is being waited for.
    ``trace``
        Is given every piece of bytes: ``trace("tx", data)`` and ``trace("rx", data)``.
    ``payload_append``
        Whether this module adds the payloads of several ``AT+CCOAPPARA`` together. None asks the port; False when in
        doubt.
    ``leave_as_found``
        At the end, delete the CoAP object, take the data connection down if we brought it up, and put echo and
        ``AT+CMEE`` back, ``ATQ1`` and ``ATV0`` too.

    :raises PortError: the port cannot be had. Mute, CardError, TimedOut, Rejected: the module does not come along.
    """
    transport = await _opened(port, baud)
    settings = Settings(
        apn=apn,
        user=user,
        password=password,
        auth=auth,
        pin=pin,
        attach=attach,
        deadline=deadline,
        payload_append=_hinted(transport, "payload_append", payload_append),
        para_keep=_hinted(transport, "para_keep", None),
        leave_as_found=leave_as_found,
        first_token=_first_token(transport),
    )
    async with drive(transport, settings, waiting=waiting, trace=trace) as module:
        yield module


def connect_blocking(port: str | Transport, **arguments: Any) -> AbstractContextManager[BlockingModule]:
    """The same without ``await``: it takes what ``connect`` takes. A thread of its own hears what the module says."""
    from modemtwin.host.blocking import blocking

    return blocking(lambda: connect(port, **arguments))


async def _opened(port: str | Transport, baud: int) -> Transport:
    if not isinstance(port, str):
        return port
    from modemtwin.io.driver_port import open_port

    return await open_port(port, baud=baud)


def _first_token(transport: Transport) -> int:
    hinted = transport.hints.get("first_token")
    return hinted if isinstance(hinted, int) else int.from_bytes(os.urandom(2), "big")


def _hinted(transport: Transport, key: str, wanted: bool | None) -> bool:
    """What the caller says, else what the port knows of its module."""
    return bool(transport.hints.get(key, False)) if wanted is None else wanted
