"""A virtual SIM7000: AT commands on a serial port, real CoAP datagrams on the network.

async with VirtualModem() as twin:             world = World(seed=7)
    port = serial.Serial(twin.address)         modem = world.add_modem(path="nb-iot-deep")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modemtwin.io.virtual_modem import VirtualModem
    from modemtwin.world import faults
    from modemtwin.world.te import Await, Sleep, Type
    from modemtwin.world.world import World

__all__ = ["Await", "Sleep", "Type", "VirtualModem", "World", "__version__", "faults"]

__version__ = "0.1.0"

# Looked up when first used: VirtualModem needs asyncio; `modemtwin --version` and a user of the pure rings do not.
_ROOMS = {
    "VirtualModem": "modemtwin.io.virtual_modem",
    "World": "modemtwin.world.world",
    "Await": "modemtwin.world.te",
    "Sleep": "modemtwin.world.te",
    "Type": "modemtwin.world.te",
}


def __getattr__(name: str) -> object:
    if name == "faults":
        return import_module("modemtwin.world.faults")
    if name in _ROOMS:
        return getattr(import_module(_ROOMS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
