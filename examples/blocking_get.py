"""The same without ``await``: ``python3 examples/blocking_get.py coap://198.181.39.174/test /dev/ttyUSB2``."""

from __future__ import annotations

import sys

from modemtwin import connect_blocking


def main(url: str = "coap://127.0.0.1/test", port: str = "twin://sim7000") -> None:
    with connect_blocking(port) as module:
        response = module.get(url)
        print(response.code, response.text)


main(*sys.argv[1:])
