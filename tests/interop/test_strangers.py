"""Clients of others and our own meet a server that takes them for strangers: RFC 7252 §11.3 costs them nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiocoap import CONTENT, GET, POST, Context, Message

from modemtwin.coap.linkformat import parse
from modemtwin.io.coap_server import CoapServer
from modemtwin.world.peer.resources import LARGE
from tests.interop.programs import libcoap_client


@pytest.fixture
async def wary() -> AsyncIterator[str]:
    """A server to which this machine is a stranger too; the beginning of its URLs."""
    running = CoapServer("127.0.0.1", 0, seed=1, limited="everybody")
    running.open()
    yield f"coap://{running.address}"
    running.close()


async def test_libcoap_gets_everything_whole(wary: str) -> None:
    for confirmable in ([], ["-N"]):
        links = parse((await libcoap_client(*confirmable, f"{wary}/.well-known/core")).out.strip())
        assert "/large" in [link.target for link in links]
        for size in ("16", "64", "1024"):
            assert (
                await libcoap_client(*confirmable, "-b", size, f"{wary}/large")
            ).out.strip() == LARGE.decode().strip()
        assert len((await libcoap_client(*confirmable, f"{wary}/large?size=65536")).out.rstrip("\n")) == 65_536


async def test_bodies_go_both_ways_in_blocks(wary: str, aiocoap_client: Context, tmp_path: Path) -> None:
    body = "abcdefg\n" * 500
    (tmp_path / "body").write_text(body)
    printed = await libcoap_client("-m", "post", "-f", str(tmp_path / "body"), f"{wary}/large-post")
    assert printed.out.strip() == body.upper().strip()
    answer = await aiocoap_client.request(Message(code=POST, uri=f"{wary}/large-post", payload=body.encode())).response
    assert answer.payload == body.upper().encode()


async def test_libcoap_puts_is_refused_waits_and_observes(wary: str) -> None:
    assert (await libcoap_client("-m", "put", "-t", "0", "-e", "new " * 500, f"{wary}/thing")).err == ""
    assert (await libcoap_client(f"{wary}/thing")).out.strip() == ("new " * 500).strip()
    assert (await libcoap_client("-m", "post", "-e", "x", f"{wary}/time")).err == "4.05 this resource knows GET\n"
    assert (await libcoap_client(f"{wary}/separate")).out == "this took a moment, so it came by itself\n"
    assert (await libcoap_client(f"{wary}/fresh")).out == "asked for just now\n"
    printed = await libcoap_client("-s", "3", "-w", f"{wary}/time")
    moments = re.findall(r"T\d\d:\d\d:(\d\d)Z", printed.out)
    assert [(int(later) - int(moments[0])) % 60 for later in moments[:3]] == [0, 1, 2]


async def test_aiocoap_gets_everything_whole(wary: str, aiocoap_client: Context) -> None:
    for path, expected in (("large", LARGE), ("large?size=65536", None), (".well-known/core", None)):
        answer = await aiocoap_client.request(Message(code=GET, uri=f"{wary}/{path}")).response
        assert answer.code == CONTENT
        assert expected in (None, answer.payload)
        if path.endswith("65536"):
            assert len(answer.payload) == 65_536


async def test_aiocoap_observes(wary: str, aiocoap_client: Context) -> None:
    observed = aiocoap_client.request(Message(code=GET, uri=f"{wary}/time", observe=0))
    first = (await observed.response).payload
    assert observed.observation is not None
    states = aiter(observed.observation)
    later = [(await asyncio.wait_for(anext(states), 5)).payload for _ in range(3)]
    observed.observation.cancel()
    assert len({first, *later}) == 4
