"""Whatever comes out of the port, however it is cut, the driver raises nothing but its own errors, and goes on."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from modemtwin.clockwork import seconds
from modemtwin.host import contacting, exchange, information
from modemtwin.host.errors import ModemError
from modemtwin.host.knowledge import Settings
from modemtwin.host.reading import LineReader, Shape
from modemtwin.host.urcs import read_urc
from tests.unit.host.scripted import GOOD, OK, Answer, ScriptedDesk, urc
from tests.unit.host.stage import URL, question

FRAMED = (
    *("OK", "ERROR", "+CME ERROR: 3", "+CME ERROR: ", "RDY", "SMS Ready", "SIMCOM_SIM7000G", "+COPS: ", "+CSQ: x,y"),
    *("+CCOAPRECV: 1,14,9", "+CCOAPRECV: 1,", "+CCOAPACTION: 0,1", "+CCOAPACTION: 3", "+CCOAPACTION: 2,1"),
    *("+CCOAPACTION: 4,1,1", "+APP PDP: DEACTIVE", "+APP PDP: 0,ACTIVE", "+CPIN: NOT READY", '+CNACT: 0,"0.0.0.0"'),
    *("+CCOAPHEAD: 1,1,2,2,2.05,1", '+CCOAPHEAD: 1,1,"', "+CCOAPHEAD: 0,4,60450001", '+CPSMSTATUS: "ENTER PSM"'),
)
ODD = (b"+CCOAPREAD: 5,ab\r\ncd\r\n", b"+CCOAPREAD: 99999,", b"AT+CGMM\r", b"\xff\xfe\x00")
LINES = st.sampled_from([*map(urc, FRAMED), *ODD])
NOISE = st.lists(st.one_of(LINES, st.binary(max_size=40)), max_size=12).map(b"".join)


@given(data=NOISE, cuts=st.lists(st.integers(0, 400), max_size=8), shape=st.sampled_from(Shape))
def test_how_bytes_are_cut_does_not_change_the_lines(data: bytes, cuts: list[int], shape: Shape) -> None:
    whole = LineReader()
    whole.feed(data)
    pieces = LineReader()
    lines = []
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in pairwise(edges):
        pieces.feed(data[start:end])
        while (line := pieces.take(shape)) is not None:
            lines.append(line)
    wanted = []
    while (line := whole.take(shape)) is not None:
        wanted.append(line)
    assert lines == wanted


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_every_line_is_some_urc_and_keeps_its_text(line: str) -> None:
    assert read_urc(line).line == line


@given(st.lists(st.tuples(NOISE, st.floats(0, 30)), max_size=6), st.data())
def test_noise_at_any_moment_raises_nothing_but_modem_errors(
    noise: list[tuple[bytes, float]], data: st.DataObject
) -> None:
    answer: dict[str, Answer] = {
        "AT+CCOAPACTION": b"\r\n+CCOAPACTION: 0,1\r\n" + OK + urc("+CCOAPRECV: 1,17,11"),
        "AT+CCOAPHEAD=1,1": "+CCOAPHEAD: 1,1,2,2,2.05,1,002A,0,,,,,0,,,,,,,,,,,",
        "AT+CCOAPREAD=1": "+CCOAPREAD: 11,hello world",
    }
    odd = data.draw(st.dictionaries(st.sampled_from(sorted(GOOD | answer)), NOISE, max_size=3))
    desk = ScriptedDesk(answer | odd, wanted=Settings(deadline=60, mute_after=5))
    for bytes_, after in noise:
        desk.say(bytes_, after)
    for procedure in (
        lambda: contacting.connect(desk.known),
        lambda: exchange.request(desk.known, question(desk, f"{URL}/test", deadline=20.0)),
        lambda: information.inform(desk.known),
        lambda: contacting.leave(desk.known),
    ):
        with suppress(ModemError):
            desk.run(procedure())
        assert desk.now < seconds(4000)
