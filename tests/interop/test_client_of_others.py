"""Our endpoint asks libcoap's server and aiocoap's."""

from __future__ import annotations

import asyncio

import aiocoap
import aiocoap.resource
import pytest

from modemtwin.coap.endpoint import Acknowledged
from modemtwin.coap.linkformat import parse
from modemtwin.coap.message import uint
from modemtwin.coap.numbers import (
    ACK,
    BAD_OPTION,
    CHANGED,
    CON,
    CONTENT,
    CONTENT_FORMAT,
    CREATED,
    DELETE,
    DELETED,
    GET,
    NON,
    NOT_FOUND,
    PUT,
    URI_QUERY,
)
from tests.interop.programs import OurClient, libcoap_server
from tests.interop.te import Slow, aiocoap_server

OSCORE = 9
"""A critical option that neither side knows. Of others libcoap puts a copy into its 4.02, which spoils that answer."""


async def test_libcoap_answers_our_requests_piggybacked(client: OurClient) -> None:
    async with libcoap_server("-d", "4") as where:
        answers = [
            await client.ask(where, GET, "none"),
            await client.ask(where, PUT, "some", ((CONTENT_FORMAT, b""),), b"text"),
            await client.ask(where, GET, "some"),
            await client.ask(where, PUT, "some", ((CONTENT_FORMAT, b""),), b"more text"),
            await client.ask(where, GET, "some"),
            await client.ask(where, DELETE, "some"),
        ]
    assert [(answer.type, answer.code) for answer in answers] == [
        (ACK, NOT_FOUND),
        (ACK, CREATED),
        (ACK, CONTENT),
        (ACK, CHANGED),
        (ACK, CONTENT),
        (ACK, DELETED),
    ]
    assert [answers[2].payload, answers[4].payload] == [b"text", b"more text"]


async def test_libcoap_answers_a_non_with_a_non(client: OurClient) -> None:
    async with libcoap_server() as where:
        answer = await client.ask(where, GET, "time", type=NON)
    assert (answer.type, answer.code) == (NON, CONTENT)


async def test_libcoap_sends_a_separate_response_and_ours_is_acknowledged(client: OurClient) -> None:
    async with libcoap_server() as where:
        answer = await client.ask(where, GET, "async", ((URI_QUERY, b"1"),))
        await client.ping(where)
    assert (answer.type, answer.code, answer.payload) == (CON, CONTENT, b"done")
    assert len([event for event in client.seen if isinstance(event, Acknowledged)]) == 1


async def test_libcoap_refuses_a_critical_option_that_it_does_not_know(client: OurClient) -> None:
    async with libcoap_server() as where:
        answer = await client.ask(where, GET, "", ((OSCORE, b"\x01"),))
    assert (answer.code, answer.payload) == (BAD_OPTION, b"Bad Option")


async def test_what_libcoap_lists_is_read(client: OurClient) -> None:
    async with libcoap_server() as where:
        answer = await client.ask(where, GET, ".well-known/core", ((URI_QUERY, b"href=/time"),))
    assert answer.values(CONTENT_FORMAT) == [uint(40)]
    assert [link.target for link in parse(answer.payload.decode())] == ["/time"]


async def test_requests_at_the_same_time_find_their_answers(client: OurClient) -> None:
    async with libcoap_server("-d", "20") as where:
        for name in range(16):
            await client.ask(where, PUT, f"r{name}", ((CONTENT_FORMAT, b""),), b"%d" % name)
        answers = await asyncio.gather(*(client.ask(where, GET, f"r{name}") for name in range(16)))
    assert [answer.payload for answer in answers] == [b"%d" % name for name in range(16)]


class Echo(aiocoap.resource.Resource):
    """Gives the payload and the query back."""

    async def render_put(self, request: aiocoap.Message) -> aiocoap.Message:
        payload = request.payload + b"?" + "&".join(request.opt.uri_query).encode()
        return aiocoap.Message(code=aiocoap.CHANGED, payload=payload)


RESOURCES = {"slow": Slow(), "echo/here": Echo()}


@pytest.mark.parametrize("kind", [CON, NON])
async def test_aiocoap_takes_our_path_query_and_payload(client: OurClient, kind: int) -> None:
    async with aiocoap_server(RESOURCES) as where:
        answer = await client.ask(
            where, PUT, "echo/here", ((URI_QUERY, b"a=1"), (URI_QUERY, b"b")), b"\xff\x00", type=kind
        )
    assert (answer.code, answer.payload) == (CHANGED, b"\xff\x00?a=1&b")


async def test_aiocoap_sends_a_separate_response_and_ours_is_acknowledged(client: OurClient) -> None:
    async with aiocoap_server(RESOURCES) as where:
        answer = await client.ask(where, GET, "slow")
        await client.ping(where)
    assert (answer.type, answer.code, answer.payload) == (CON, CONTENT, b"slow")


async def test_aiocoap_says_that_something_is_not_there(client: OurClient) -> None:
    async with aiocoap_server(RESOURCES) as where:
        answer = await client.ask(where, GET, "nowhere")
    assert (answer.type, answer.code) == (ACK, NOT_FOUND)
