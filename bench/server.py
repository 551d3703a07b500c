"""Our server and aiocoap's, each a process of its own, under one load: a bare socket with 64 requests outstanding.

our process:  a bare socket ──┬──► modemtwin serve: Peer ─ UdpSocket       GET /test
                              └──► aiocoap's server, bench/aiocoap_site

The socket sends what was encoded before, one datagram for each that comes, and looks at none of them but the first and
the last. Each round is a new port, so a new peer. Both servers remember every exchange for EXCHANGE_LIFETIME; ours at
most 4096 of them.

Our server knows the answer to a GET that it was asked before; so there are rounds, too, with a query that is another in
every request, which neither server looks at.

Where the system tells it (Linux), what a server's process takes of a processor for each request is measured too: a
fast server shares the processors with the load, a slow one has them for itself.
"""

from __future__ import annotations

import socket
import statistics
import time

from bench.figures import Figure, in_turn, share
from bench.peers import Server, aiocoap_server, our_server
from modemtwin.coap.message import Message, decode, encode
from modemtwin.coap.numbers import CON, CONTENT, GET, NON, URI_PATH, URI_QUERY
from modemtwin.modem.doors import Address

OUTSTANDING = 64
ROUNDS = 5
REQUESTS = 10_000
REQUESTS_TO_AIOCOAP = 2_000

_PATIENCE = 10.0
_PATH = (URI_PATH, b"test")


def run(effort: float = 1.0) -> list[Figure]:
    """Measure requests served per second."""
    rounds, requests, few = (share(count, effort) for count in (ROUNDS, REQUESTS, REQUESTS_TO_AIOCOAP))
    figures: list[Figure] = []
    with our_server() as own, aiocoap_server() as other:
        for name, kind, alike, target in (
            ("CON", CON, True, 8),
            ("NON", NON, True, None),
            ("CON, no two alike", CON, False, None),
        ):
            load, light_load = Load(own, kind, requests, alike=alike), Load(other, kind, few, alike=alike)
            ours, theirs = in_turn(rounds, load.rate, light_load.rate)
            figures.append(Figure(f"{name}, {OUTSTANDING} outstanding", ours, "/s", "aiocoap", theirs, target))
            if load.costs and light_load.costs:
                our_cost, their_cost = statistics.median(load.costs), statistics.median(light_load.costs)
                figures.append(Figure(f"{name}, processor time of each", our_cost, "µs", "aiocoap", their_cost))
    return figures


class Load:
    """So many requests for one server; ``costs`` are its microseconds of a processor for each, once for each round."""

    def __init__(self, server: Server, kind: int, requests: int, *, alike: bool) -> None:
        self._server, self._kind, self._requests, self._alike = server, kind, requests, alike
        self.costs: list[float] = []

    def rate(self) -> float:
        """Put it on the server once."""
        before = self._server.processor_time()
        rate = served_rate(self._server.where, self._kind, self._requests, alike=self._alike)
        after = self._server.processor_time()
        if before is not None and after is not None:
            self.costs.append((after - before) / self._requests)
        return rate


def served_rate(where: Address, kind: int, requests: int, *, alike: bool = True) -> float:
    """Requests per second that a server answers, with ``OUTSTANDING`` on their way."""
    datagrams = [
        encode(
            Message(kind, GET, mid, mid.to_bytes(2, "big"), (_PATH,) if alike else (_PATH, (URI_QUERY, b"%d" % mid)))
        )
        for mid in range(1, requests + 1)
    ]
    answers: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bare:
        bare.bind(("127.0.0.1", 0))
        bare.connect(where)
        bare.settimeout(_PATIENCE)
        begun = time.perf_counter()
        for datagram in datagrams[:OUTSTANDING]:
            bare.send(datagram)
        for datagram in datagrams[OUTSTANDING:]:
            answers.append(bare.recv(2048))
            bare.send(datagram)
        while len(answers) < requests:
            answers.append(bare.recv(2048))
        taken = time.perf_counter() - begun
    for answer in (answers[0], answers[-1]):
        message = decode(answer)
        assert isinstance(message, Message), message
        assert (message.code, message.payload) == (CONTENT, b"hello world"), message
    return requests / taken
