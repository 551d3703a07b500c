"""Send a packet with every field as one wants it, and see what comes: ``python3 examples/raw_packet.py``."""

from __future__ import annotations

import asyncio
import sys

from modemtwin import connect
from modemtwin.host.packet import Packet


async def main(url: str = "coap://127.0.0.1/test", port: str = "twin://sim7000") -> None:
    packet = Packet(code=0x01, type="NON", mid=4711, token=b"\xca\xfe", accept=0)
    async with connect(port, trace=lambda way, data: print(way, data, file=sys.stderr)) as module:
        mid = await module.send(packet, url)
        received = await module.receive(deadline=10)
        print(mid, received.type, received.code, received.token.hex(), received.text)


asyncio.run(main(*sys.argv[1:]))
