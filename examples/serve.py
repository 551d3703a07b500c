"""Be a CoAP server on the module: ``python3 examples/serve.py 'twin://sim7000?coap-port=56830'``, and ask it.

coap-client-notls -m get coap://127.0.0.1:56830/sensor
"""

from __future__ import annotations

import asyncio
import sys

from modemtwin import connect


async def main(port: str = "twin://sim7000?coap-port=56830", times: str = "0") -> None:
    led = "off"
    served = 0
    async with connect(port) as module:
        async for request in module.serve():
            match request.method, request.path:
                case "GET", "/sensor":
                    await request.respond("2.05", "21.5", content_format=0)
                case "PUT", "/led":
                    led = request.text
                    await request.respond("2.04")
                case "GET", "/led":
                    await request.respond("2.05", led, content_format=0)
                case _:
                    await request.respond("4.04", "there are /sensor and /led")
            print(request.method, request.path, flush=True)
            served += 1
            if served == int(times):
                break


asyncio.run(main(*sys.argv[1:]))
