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
from modemtwin.host.assembling import parse_url, transmit
from modemtwin.host.knowledge import Settings
from modemtwin.host.packet import Packet
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
    assert stage.server.machine.observers((b"obs",)) == 1
    stage.cancel(number)
    stage.wait(2)
    return (
        [each.code for each in stage.produced[number]],
        stage.server.machine.observers((b"obs",)),
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


def attach_by_hand(stage: Stage) -> Any:
    return attach(stage), [line for line in bytes(stage.typed).split(b"\r") if b"CNCFG" in line]


def make_way(stage: Stage) -> Any:
    """An object stands there, of a run before, and holds who knows what."""
    stage.type_by_hand("AT+CCOAPINIT")
    stage.type_by_hand('AT+CCOAPPARA=payload,0,"stale"')
    answer = get(stage)  # the answers to both are still to come
    assert stage.typed.count(b"AT+CGMM\r") == 1
    return answer


def ping(stage: Stage) -> Any:
    stage.connect()
    return stage.run(exchange.ping(stage.known, question(stage, URL, numbers.EMPTY, token=None, uri_path=())))


def send(stage: Stage) -> Any:
    """A packet with every field of COAP-AN §3.3."""
    stage.connect()
    packet = Packet(
        *(numbers.PUT, "NON", 4711, b"\xca\xfe", 42, 0, (b"a,b", b"c"), (b"d=1",), b"\x01", 1, 2, 3, b'"x"'),
    )
    sent = stage.run(transmit(stage.known, packet, parse_url(URL)))
    stage.wait(1)
    return sent.mid, stage.strays


def type_by_hand(stage: Stage) -> Any:
    stage.connect()
    lines = ("ATI", "AT+CSQ;+CGATT?", "AT+CCOAPPARA=?", "AT+NONSENSE", "AT+CNACT?")
    return [stage.run(information.by_hand(stage.known, line, None, check=False)) for line in lines]


DIALOGUES: dict[str, Callable[[Stage], Any]] = {
    each.__name__: each
    for each in (
        *(attach, attach_by_hand, get, put, observe, discover, serve, inform),
        *(make_way, ping, send, type_by_hand),
    )
}

CELLS = {
    "attach_by_hand": ("cell.apn_user=u", "cell.apn_password=p", "cell.apn_policy=reject", "cell.apns=ctnb"),
}
"""Where a dialogue is played, if not where the network takes everybody."""

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


def staged(name: str, mangle: Mangle | None = None, profile: str = "sim7000") -> Stage:
    cell = CELLS.get(name, ())
    card = {"apn": "ctnb", "user": "u", "password": "p"} if cell else {}
    return Stage(*cell, profile=profile, wanted=Settings(first_token=41, **card), mangle=mangle)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", DIALOGUES)
def test_a_cut_at_any_byte_changes_nothing(name: str) -> None:
    # What comes before the dialogue itself is what ``attach`` is cut in.
    dialogue = DIALOGUES[name]
    undisturbed = staged(name)
    wanted = dialogue(undisturbed)
    typed = undisturbed.typed
    assert len(undisturbed.heard) > undisturbed.connected + 100
    for position in range(max(1, undisturbed.connected), len(undisturbed.heard)):
        stage = staged(name, Cut(position))
        assert dialogue(stage) == wanted, f"cut at {position}: {undisturbed.heard[position - 9 : position + 9]!r}"
        assert stage.typed == typed
    assert dialogue(staged(name, bytewise)) == wanted


@pytest.mark.parametrize("name", DIALOGUES)
def test_a_urc_in_any_gap_changes_nothing(name: str) -> None:
    dialogue = DIALOGUES[name]
    counter = Insert(-1, b"")
    wanted = dialogue(staged(name, counter))
    assert counter.seen > 40
    for gap in range(counter.seen):
        for urc in {URCS[gap % len(URCS)], URCS[(gap // len(URCS)) % len(URCS)]}:
            assert dialogue(staged(name, Insert(gap, urc))) == wanted, f"{urc!r} in gap {gap}"


def test_the_other_dialect_is_swept_too() -> None:
    undisturbed = staged("", profile="sim7080")
    wanted = attach(undisturbed), get(undisturbed)
    for position in range(1, len(undisturbed.heard)):
        stage = staged("", Cut(position), "sim7080")
        assert (attach(stage), get(stage)) == wanted, f"cut at {position}"
    counter = Insert(-1, b"")
    stage = staged("", counter, "sim7080")
    assert (attach(stage), get(stage)) == wanted
    for gap in range(counter.seen):
        stage = staged("", Insert(gap, URCS[gap % len(URCS)]), "sim7080")
        assert (attach(stage), get(stage)) == wanted, f"gap {gap}"


def test_an_apn_that_is_set_for_registration_is_swept_at_some_positions() -> None:
    """COAP-AN §4.2, behind thirty seconds of waiting that say the same again and again."""

    def slow(mangle: Mangle | None = None) -> tuple[Any, Stage]:
        stage = Stage("cell.registration_delay=35", wanted=Settings(apn="ctnb", first_token=41), mangle=mangle)
        return attach(stage), stage

    wanted, undisturbed = slow()
    place = undisturbed.heard.index(b"OK", undisturbed.heard.rindex(b"+CGDCONT:"))
    assert b'AT+CFUN=0\rAT+CGDCONT=1,"IP","ctnb"\rAT+CFUN=1\r' in undisturbed.typed
    for position in range(place - 80, place + 80, 3):
        assert slow(Cut(position))[0] == wanted, f"cut at {position}"
