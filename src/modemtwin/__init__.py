"""A virtual SIM7000, and a driver for CoAP through any: AT commands on a serial port, real CoAP on the network.

async with VirtualModem() as twin:
    async with connect(twin.address) as module:
        response = await module.get("coap://198.181.39.174/test")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modemtwin.io.driver import connect, connect_blocking
    from modemtwin.io.virtual_modem import VirtualModem

__all__ = ["VirtualModem", "__version__", "connect", "connect_blocking"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # The paved path needs asyncio; `modemtwin --version` and a user of the pure rings do not.
    match name:
        case "VirtualModem":
            from modemtwin.io.virtual_modem import VirtualModem

            return VirtualModem
        case "connect" | "connect_blocking":
            from modemtwin.io import driver

            return getattr(driver, name)
        case _:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
