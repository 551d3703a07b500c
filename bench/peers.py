"""Whom we compare ourselves with: aiocoap as client and server, libcoap's server, our own server.

Every server is a process of its own.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import SystemRandom
from typing import Any, NamedTuple

from bench.figures import Missing
from modemtwin.modem.doors import Address

__all__ = [
    "SOURCES",
    "Server",
    "aiocoap_rate",
    "aiocoap_server",
    "child",
    "free_port",
    "import_aiocoap",
    "libcoap_server",
    "our_server",
]

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src"

_PATIENCE = 10.0
_PING = b"\x40\x00\x00\x01"


def import_aiocoap() -> Any:
    """Give the module; Missing when it is not installed."""
    try:
        return importlib.import_module("aiocoap")
    except ImportError:
        raise Missing("aiocoap is missing: pip install aiocoap") from None


def aiocoap_rate(
    where: Address, path: str, *, requests: int, concurrency: int = 1, confirmable: bool = True, blockwise: bool = True
) -> float:
    """Requests per second of aiocoap's client with so many outstanding.

    By default it is what its users write, ``await context.request(message).response``, block-wise layer and all;
    ``blockwise`` says whether to go through that layer. Of CONs it has one on the wire at a time, whatever the
    concurrency: its NSTART cannot be changed.
    """
    return asyncio.run(_ask(where, path, requests, concurrency, confirmable=confirmable, blockwise=blockwise))


async def _ask(
    where: Address, path: str, requests: int, concurrency: int, *, confirmable: bool, blockwise: bool
) -> float:
    aiocoap = import_aiocoap()
    tuning = aiocoap.Reliable if confirmable else aiocoap.Unreliable
    uri = f"coap://{where[0]}:{where[1]}/{path}"
    context = await aiocoap.Context.create_client_context()
    left = requests

    async def one_after_the_other() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            request = aiocoap.Message(code=aiocoap.GET, uri=uri, transport_tuning=tuning)
            response = await context.request(request, handle_blockwise=blockwise).response
            assert response.code == aiocoap.CONTENT, response

    begun = time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(concurrency)))
    rate = requests / (time.perf_counter() - begun)
    await context.shutdown()
    return rate


class Server(NamedTuple):
    """A server that runs: its address, and its process."""

    where: Address
    process: int

    def processor_time(self) -> float | None:
        """Say what it has taken of a processor so far, in microseconds; None where the system does not tell."""
        try:
            return int(Path(f"/proc/{self.process}/schedstat").read_text().split()[0]) / 1_000
        except OSError:
            return None


@contextmanager
def libcoap_server() -> Iterator[Server]:
    """Run libcoap's server; Missing when it is not installed. It takes a few resources that it does not have (-d)."""
    program = shutil.which("coap-server-notls")
    if program is None:
        raise Missing("coap-server-notls is missing: apt-get install libcoap3-bin")
    where = _free_address()
    with _server([program, "-d", "8", "-A", where[0], "-p", str(where[1])], where) as server:
        yield server


@contextmanager
def our_server() -> Iterator[Server]:
    """Run ``modemtwin serve``."""
    where = _free_address()
    with _server([sys.executable, "-m", "modemtwin", "serve", "--port", str(where[1])], where) as server:
        yield server


@contextmanager
def aiocoap_server() -> Iterator[Server]:
    """Run aiocoap as a server, ``bench/aiocoap_site.py``."""
    import_aiocoap()
    where = _free_address()
    with _server([sys.executable, "-m", "bench.aiocoap_site", str(where[1])], where) as server:
        yield server


@contextmanager
def child(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a program of this tree or of another, its standard output on a pipe, and stop it in the end."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(SOURCES), str(ROOT)))},
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def _server(command: Sequence[str], where: Address) -> Iterator[Server]:
    with child(command) as process:
        _wait_for(where)
        yield Server(where, process.pid)


def _free_address() -> Address:
    return "127.0.0.1", free_port()


def free_port() -> int:
    """Give a UDP port that nobody has now."""
    chance = SystemRandom()  # below the ports that the system hands out by itself, to others in the next moment
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            port = chance.randrange(20_000, 32_768)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


def _wait_for(where: Address) -> None:
    """Ping until the pong comes (RFC 7252 §4.3)."""
    deadline = time.monotonic() + _PATIENCE
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.1)
        while time.monotonic() < deadline:
            probe.sendto(_PING, where)
            try:
                probe.recv(64)
            except OSError:
                continue
            return
    raise Missing(f"no server answers on UDP port {where[1]}")
