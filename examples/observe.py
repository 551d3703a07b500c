"""Print a resource whenever it changes, so often: ``python3 examples/observe.py coap://127.0.0.1/time 3``."""

from __future__ import annotations

import asyncio
import sys

from modemtwin import connect


async def main(url: str = "coap://127.0.0.1/time", times: str = "3", port: str = "twin://sim7000") -> None:
    async with connect(port) as module, module.observe(url) as observation:
        left = int(times)
        async for response in observation:
            print(response.code, response.text, flush=True)
            left -= 1
            if not left:
                break
    # Leaving the block has told the server, and deleted the CoAP object on the module.


asyncio.run(main(*sys.argv[1:]))
