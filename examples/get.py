"""Ask a CoAP server through a module: ``python3 examples/get.py coap://198.181.39.174/test /dev/ttyUSB2``.

Without a port the module is a virtual one in this very program.
"""

from __future__ import annotations

import asyncio
import sys

from modemtwin import connect


async def main(url: str = "coap://127.0.0.1/test", port: str = "twin://sim7000") -> None:
    async with connect(port, waiting=lambda what: print(f"… {what}", file=sys.stderr)) as module:
        response = await module.get(url)
        print(response.code, response.text)
        print(f"{response.elapsed * 1000:.0f} ms, {response.size} bytes on the air", file=sys.stderr)


asyncio.run(main(*sys.argv[1:]))
