"""A transcript on a port, in real time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from modemtwin.host.errors import PortClosed
from modemtwin.host.transport import Lost, Received
from modemtwin.io.live_player import LivePlayer
from modemtwin.world.transcripts.transcript import parse_transcript


class Module:
    """A module that gives a fixed answer to each line, in the pieces in which it is written down here."""

    name = "a module of the test"
    hints: Mapping[str, object] = {}

    def __init__(self, answers: dict[bytes, list[bytes]]) -> None:
        self._answers = answers
        self.closed = False

    def listen(self, received: Received, lost: Lost) -> None:
        self._received, self._lost = received, lost

    def write(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(self._received, data)
        for piece in self._answers.get(data.rstrip(b"\r"), []):
            loop.call_soon(self._received, piece)

    def hang_up(self) -> None:
        self._lost("the cable was pulled")

    def close(self) -> None:
        self.closed = True


async def differences(text: str, answers: dict[bytes, list[bytes]]) -> list[str]:
    module = Module(answers)
    player = LivePlayer(module, patience=0.2)
    found = await player.play(parse_transcript(text))
    assert module.closed
    return [str(each) for each in found]


async def test_an_answer_cut_at_any_byte_agrees() -> None:
    whole = b"\r\n+CSQ: 27,99\r\n\r\nOK\r\n"
    for cut in range(len(whole)):
        assert await differences("> AT+CSQ\n< +CSQ: 27,99\n< OK\n", {b"AT+CSQ": [whole[:cut], whole[cut:]]}) == []


async def test_a_port_that_turns_the_te_away_is_quoted() -> None:
    module = Module({b"AT": [b"another TE is connected\r\n"]})
    play = asyncio.ensure_future(LivePlayer(module).play(parse_transcript("> AT\n< OK\n")))
    await asyncio.sleep(0.01)
    module.hang_up()
    with pytest.raises(PortClosed, match=r"the cable was pulled, saying: 'another TE is connected'"):
        await play


async def test_another_line_is_shown_beside_the_one_that_was_expected() -> None:
    assert await differences("> AT+CSQ\n< +CSQ: 27,99\n< OK\n", {b"AT+CSQ": [b"\r\nERROR\r\n"]}) == [
        "line 2: expected '+CSQ: 27,99'\n  but got 'ERROR'",
        "line 3: expected 'OK'\n  but got nothing",
    ]


async def test_a_line_with_another_value_is_one_difference_and_the_reply_goes_on() -> None:
    assert await differences("> AT+CSQ\n< +CSQ: 27,99\n< OK\n", {b"AT+CSQ": [b"\r\n+CSQ: 5,99\r\n\r\nOK\r\n"]}) == [
        "line 2: expected '+CSQ: 27,99'\n  but got '+CSQ: 5,99'"
    ]


async def test_a_line_that_is_left_out_is_one_difference_and_the_reply_goes_on() -> None:
    assert await differences("> AT+CSQ\n< +CSQ: 27,99\n< OK\n", {b"AT+CSQ": [b"\r\nOK\r\n"]}) == [
        "line 2: expected '+CSQ: 27,99'\n  but got nothing"
    ]


async def test_a_line_of_another_kind_is_one_difference_and_the_expected_one_is_waited_for() -> None:
    reply = [b"\r\n+CPIN: NOT READY\r\n", b"\r\nOK\r\n"]
    assert await differences("> AT\n< OK\n", {b"AT": reply}) == ["line 2: expected 'OK'\n  but got '+CPIN: NOT READY'"]


async def test_what_comes_unasked_at_the_end_is_a_difference() -> None:
    assert await differences("> AT\n< OK\n", {b"AT": [b"\r\nOK\r\n\r\n+CPIN: NOT READY\r\n"]}) == [
        "line 2: expected nothing more before this line\n  but got '+CPIN: NOT READY'"
    ]


async def test_what_a_te_cannot_see_is_left_out_and_listed() -> None:
    module = Module({b"AT": [b"\r\nOK\r\n"]})
    player = LivePlayer(module, patience=0.2)
    assert await player.play(parse_transcript("! cold\n> AT\n< OK\n=> 40010001\n<= 60450001\n* why\n")) == []
    assert [step.line for step in player.unseen] == [1, 4, 5, 6]


async def test_a_port_that_goes_away_ends_the_play_with_the_reason() -> None:
    module = Module({})
    player = LivePlayer(module)
    asyncio.get_running_loop().call_later(0.05, module.hang_up)
    with pytest.raises(PortClosed, match="a module of the test: the cable was pulled"):
        await player.play(parse_transcript("> AT\n< OK\n"))
    assert module.closed
