"""Post a reading every hour, come what may: ``python3 examples/report_hourly.py coap://192.0.2.7/readings``.

What goes wrong once is told, with what to try, and tried again with the next reading: the driver brings the data
connection up again, and sets a module up that has restarted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from modemtwin import connect
from modemtwin.host.aio import Module
from modemtwin.host.errors import ModemError, PortError

JSON = 50


async def report(module: Module, url: str) -> None:
    """Post one reading."""
    info = await module.info()
    reading = {"signal": info.signal.dbm, "operator": info.operator}
    response = await module.post(url, json.dumps(reading), content_format=JSON, deadline=120)
    print(response.code, response.name, flush=True)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--port", default="twin://sim7000")
    parser.add_argument("--every", type=float, default=3600.0, metavar="SECONDS")
    parser.add_argument("--times", type=int, metavar="N", help="default: for ever")
    options = parser.parse_args()
    done = 0
    async with connect(options.port) as module:
        while True:
            try:
                await report(module, options.url)
            except PortError:
                raise
            except ModemError as error:
                print(f"{error} ({error.hint})", file=sys.stderr, flush=True)
            done += 1
            if done == options.times:
                return
            await asyncio.sleep(options.every)


asyncio.run(main())
