"""Whatever the wire does between driver and modem, every dialogue ends as it does without: a sweep over all of it.

Each dialogue is played once undisturbed; then once with the bytes cut at each position, and once with a URC in each
gap between two lines, those within a reply too, which a real module may use though COAP-AN keeps them free.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from modemtwin.coap import numbers
from modemtwin.coap.message import Message, encode
from modemtwin.host import contacting, exchange, information, observation, serving
from modemtwin.host.knowledge import Settings
from tests.unit.host.stage import URL, Mangle, Stage, question

TRICKY = b'OK\r\n\r\n+CCOAPRECV: 7,14,9\r\n"AT+CSQ\r\n\r\nERROR\r\n'


def attach(stage: Stage) -> Any:
    stage.run(contacting.connect(stage.known))
    known = stage.known
    found = (known.echo_found, known.errors_found)
    stage.leave()
    return known.identity, known.address, found, known.bearer


def get(stage: Stage) -> Any:
    stage.connect()
    response = stage.run(exchange.request(stage.known, question(stage, f"{URL}/test")))
    return response.code, response.text, response.token, response.size, response.content_format


def put(stage: Stage) -> Any:
    stage.connect()
    made = stage.run(exchange.request(stage.known, question(stage, f"{URL}/new", numbers.PUT, payload=TRICKY)))
    read = stage.run(exchange.request(stage.known, question(stage, f"{URL}/new")))
    assert read.payload == TRICKY
    return made.code, read.code, read.payload


def observe(stage: Stage) -> Any:
    stage.connect()
    number = stage.start(observation.observe(stage.known, question(stage, f"{URL}/obs")))
    stage.wait(6)
    assert stage.peer.observers((b"obs",)) == 1
    stage.cancel(number)
    stage.wait(2)
    return (
        [each.code for each in stage.produced[number]],
        stage.peer.observers((b"obs",)),
        type(stage.ended[number].error),
    )


def discover(stage: Stage) -> Any:
    stage.connect()
    asked = question(stage, f"{URL}/.well-known/core?rt=core*", accept=40)
    return stage.run(exchange.request(stage.known, asked)).text


def serve(stage: Stage) -> Any:
    stage.connect()
    number = stage.start(serving.serve(stage.known))
    stage.wait(0.1)
    options = ((numbers.URI_PATH, b"sensor"), (numbers.URI_QUERY, b"a=1"))
    stage.arrive(encode(Message(numbers.CON, numbers.GET, 4711, b"\xca\xfe", options)))
    stage.wait(0.1)
    (request,) = stage.produced[number]
    mid = stage.run(exchange.respond(stage.known, serving.answer(request, 0x45, b"21.5, wet", 0, None)))
    stage.cancel(number)
    stage.wait(0.1)
    return request, mid


def inform(stage: Stage) -> Any:
    return stage.connect().run(information.inform(stage.known))


DIALOGUES: dict[str, Callable[[Stage], Any]] = {
    each.__name__: each for each in (attach, get, put, observe, discover, serve, inform)
}

URCS = (
    b"+CPIN: READY",
    b'*PSUTTZ: 19/06/26,06:04:03","+32",0',
    b"+CCOAPRECV: 999,14,9",
    b"+CEREG: 1",
    b"SMS Ready",
    b"+CCOAPACTION: 2,999",
    b"+CCOAPACTION: 1,999",
    b'+CPSMSTATUS: "EXIT PSM"',
)
"""What may come at any time and changes nothing: a card that is there, a packet that is gone, a boot that is over."""


class Cut:
    """Cuts the stream of bytes in two at one position."""

    def __init__(self, position: int) -> None:
        self._left = position

    def __call__(self, data: bytes) -> Iterator[bytes]:
        if 0 < self._left < len(data):
            yield data[: self._left]
            yield data[self._left :]
        else:
            yield data
        self._left -= len(data)


def bytewise(data: bytes) -> Iterator[bytes]:
    """Every byte comes alone."""
    for each in data:
        yield bytes((each,))


_PAYLOAD = re.compile(rb"\+CCOAPREAD: ([0-9]+),")
_BETWEEN = re.compile(rb"(?:(?<=\r\n)|(?<=\r))(?=\r\n[^\r])")


def gaps(data: bytes) -> list[int]:
    """Where in some output one line has ended and the next has not begun; none is within a payload."""
    places = {0, len(data)} | {found.start() for found in _BETWEEN.finditer(data)}
    for found in _PAYLOAD.finditer(data):
        places -= set(range(found.start(), found.end() + int(found[1])))
    return sorted(places)


class Insert:
    """Puts a URC into one gap of the stream."""

    def __init__(self, gap: int, urc: bytes) -> None:
        self.seen = 0
        self._gap = gap
        self._urc = b"\r\n" + urc + b"\r\n"

    def __call__(self, data: bytes) -> Iterator[bytes]:
        places = gaps(data)
        here = self._gap - self.seen
        self.seen += len(places)
        if 0 <= here < len(places):
            data = data[: places[here]] + self._urc + data[places[here] :]
        yield data


def staged(mangle: Mangle | None = None) -> Stage:
    return Stage(wanted=Settings(first_token=41), mangle=mangle)


@pytest.mark.parametrize("name", DIALOGUES)
def test_a_cut_at_any_byte_changes_nothing(name: str) -> None:
    # What comes before the dialogue itself is what ``attach`` is cut in.
    dialogue = DIALOGUES[name]
    undisturbed = staged()
    wanted = dialogue(undisturbed)
    typed = undisturbed.typed
    assert len(undisturbed.heard) > undisturbed.connected + 100
    for position in range(max(1, undisturbed.connected), len(undisturbed.heard)):
        stage = staged(Cut(position))
        assert dialogue(stage) == wanted, f"cut at {position}: {undisturbed.heard[position - 9 : position + 9]!r}"
        assert stage.typed == typed
    assert dialogue(staged(bytewise)) == wanted


@pytest.mark.parametrize("name", DIALOGUES)
def test_a_urc_in_any_gap_changes_nothing(name: str) -> None:
    dialogue = DIALOGUES[name]
    counter = Insert(-1, b"")
    wanted = dialogue(staged(counter))
    assert counter.seen > 60
    for gap in range(counter.seen):
        for urc in {URCS[gap % len(URCS)], URCS[(gap // len(URCS)) % len(URCS)]}:
            assert dialogue(staged(Insert(gap, urc))) == wanted, f"{urc!r} in gap {gap}"
