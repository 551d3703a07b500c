"""A virtual SIM7000, a driver for CoAP through any, and a world of them in virtual time.

async with VirtualModem() as twin:                    world = World(seed=7)
    async with connect(twin.address) as module:       modem = world.add_modem(path="nb-iot-deep")
        response = await module.get("coap://198.181.39.174/test")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from modemtwin.version import __version__

if TYPE_CHECKING:
    from modemtwin.io.driver import connect, connect_blocking
    from modemtwin.io.virtual_modem import VirtualModem
    from modemtwin.world.fault import faults
    from modemtwin.world.te.te import Await, Sleep, Type
    from modemtwin.world.world import World

__all__ = [
    "Await",
    "Sleep",
    "Type",
    "VirtualModem",
    "World",
    "__version__",
    "connect",
    "connect_blocking",
    "faults",
]

# Looked up when first used: VirtualModem needs asyncio; `modemtwin --version` and a user of the pure rings do not.
_ROOMS = {
    "Await": "modemtwin.world.te.te",
    "Sleep": "modemtwin.world.te.te",
    "Type": "modemtwin.world.te.te",
    "VirtualModem": "modemtwin.io.virtual_modem",
    "World": "modemtwin.world.world",
    "connect": "modemtwin.io.driver",
    "connect_blocking": "modemtwin.io.driver",
}


def __getattr__(name: str) -> object:
    if name == "faults":
        return import_module("modemtwin.world.fault.faults")
    if name in _ROOMS:
        return getattr(import_module(_ROOMS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
