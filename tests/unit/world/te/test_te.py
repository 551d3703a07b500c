"""The scripted TE: what it waits for, what it keeps, and what it says about a program that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modemtwin.clockwork import seconds
from modemtwin.world.te.te import Await, Program, Reply, Sleep, Te, Type
from modemtwin.world.timers import Timers


class Line:
    """A TE on a line whose far end is the test; ``heard`` is what was typed, ``got`` what the steps gave."""

    def __init__(self, *steps: Any, answers: dict[bytes, bytes] | None = None) -> None:
        self.timers = Timers()
        self.heard: list[bytes] = []
        self.got: list[Any] = []
        self.answers = answers or {}
        self.te = Te("m1", self.timers, self.write)
        self.te.play(self.program(steps))

    def program(self, steps: tuple[Any, ...]) -> Program:
        for step in steps:
            self.got.append((yield step))
        return "done"

    def write(self, data: bytes) -> None:
        self.heard.append(data)
        if data in self.answers:
            self.te.hear(self.answers[data])

    def run(self, until: float = 1_000) -> None:
        while self.timers.step(seconds(until)):
            pass


def test_a_line_is_typed_and_its_reply_comes_without_the_echo() -> None:
    line = Line(Type("AT+CSQ"), answers={b"AT+CSQ\r": b"AT+CSQ\r\r\n+CSQ: 27,99\r\n\r\nOK\r\n"})
    assert line.got == ["\r\n+CSQ: 27,99\r\n\r\nOK\r\n"]
    assert (line.got[0].ok, line.got[0].lines) == (True, ["+CSQ: 27,99", "OK"])
    assert (line.te.is_done, line.te.result) == (True, "done")


@pytest.mark.parametrize("final", ["ERROR", "+CME ERROR: 3", "+CMS ERROR: unknown error"])
def test_an_error_is_a_final_result_too(final: str) -> None:
    line = Line(Type("AT"), answers={b"AT\r": f"\r\n{final}\r\n".encode()})
    assert (line.got[0].ok, line.got[0].lines) == (False, [final])


def test_a_reply_may_come_in_pieces_and_later() -> None:
    line = Line(Type("AT"), Type("AT"))
    for piece in (b"AT\r", b"\r\nO", b"K\r", b"\n"):
        assert line.got == []
        line.te.hear(piece)
    assert (line.got, line.heard) == (["\r\nOK\r\n"], [b"AT\r", b"AT\r"])


def test_a_urc_before_the_echo_and_one_behind_the_result_are_kept() -> None:
    line = Line(Type("AT"), Await("+B"), Await("+A"))
    line.te.hear(b"\r\n+A: 1\r\nAT\r\r\nOK\r\n\r\n+B: 2\r\n")
    assert line.got == ["\r\nOK\r\n", "+B: 2", "+A: 1"]
    assert line.te.unread == b""


def test_a_line_is_waited_for_to_its_end_and_only_where_a_line_begins() -> None:
    line = Line(Await("+A: "))
    line.te.hear(b"\r\n+B: x+A: 1\r\n\r\n+A: 2")
    assert line.got == []
    line.te.hear(b"3\r\n")
    assert line.got == ["+A: 23"]


def test_the_first_of_several_texts_that_is_there_is_taken() -> None:
    line = Line(Await("+A", "+B"), Await("+A", "+B"))
    line.te.hear(b"\r\n+B: 1\r\n\r\n+A: 2\r\n")
    assert sorted(line.got) == ["+A: 2", "+B: 1"]


def test_what_does_not_come_in_time_is_none_and_the_program_goes_on() -> None:
    line = Line(Type("AT", within=3), Await("+A", within=5), Sleep(2), b"bye")
    line.run()
    assert (line.got, line.heard, line.timers.now) == ([None] * 4, [b"AT\r", b"bye"], seconds(10))


def test_bytes_are_written_as_they_are_and_nothing_is_waited_for() -> None:
    assert Line(b"A", b"T\r").heard == [b"A", b"T\r"]


def test_what_nobody_takes_is_bounded() -> None:
    line = Line()
    for _ in range(10_000):
        line.te.hear(b"\r\n+CCOAPRECV: 1,2,3\r\n")
    assert len(line.te.unread) <= 16_384


def test_a_program_that_is_at_work_is_not_replaced() -> None:
    line = Line(Sleep(5))
    with pytest.raises(RuntimeError, match="the TE of m1 has a program already"):
        line.te.play(line.program(()))


def test_a_program_can_be_stopped_and_another_one_begun() -> None:
    line = Line(Sleep(5), b"never")
    line.te.stop()
    line.te.play(line.program((b"other",)))
    line.run()
    assert line.heard == [b"other"]
    assert line.timers.now == 0


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("AT", "the TE of m1 cannot do 'AT': yield Type, Await, Sleep or bytes"),
        (Sleep(-1), "the TE of m1 cannot wait -1 s: time goes forward"),
        (Await("x", within=float("nan")), "the TE of m1 cannot wait nan s"),
        (Sleep(float("inf")), "the TE of m1 cannot wait inf s: time goes forward, and it ends"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_in_words(step: object, said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        Line(step)


def test_what_is_no_program_is_refused_in_words() -> None:
    with pytest.raises(TypeError, match="the TE of m1 needs a generator"):
        Line().te.play(lambda te: None)  # type: ignore[arg-type,return-value]


def test_text_goes_out_as_utf_8_and_comes_back_byte_by_byte() -> None:
    line = Line(Type("AT€"), answers={"AT€\r".encode(): "AT€\r\r\n€\r\n\r\nOK\r\n".encode()})
    assert line.got[0].encode("latin-1") == "\r\n€\r\n\r\nOK\r\n".encode()


def test_a_program_cannot_stop_itself_and_is_told_to_return() -> None:
    timers = Timers()
    te = Te("m1", timers, lambda data: None)

    def program(te: Te) -> Program:
        yield Sleep(1)
        te.stop()

    te.play(program)
    with pytest.raises(RuntimeError, match="the TE of m1 cannot stop its program from inside: let it return"):
        timers.step()
    assert te.is_done


def test_a_program_that_will_not_end_is_told_and_gone_all_the_same() -> None:
    def program(te: Te) -> Program:
        while True:
            try:
                yield Sleep(1)
            except GeneratorExit:
                yield Sleep(1)

    te = Te("m1", Timers(), lambda data: None)
    te.play(program)
    with pytest.raises(RuntimeError, match="generator ignored GeneratorExit"):
        te.stop()
    assert te.is_done


def test_an_error_of_the_program_comes_out_and_ends_it() -> None:
    def program(te: Te) -> Program:
        yield Sleep(1)
        raise LookupError("firmware fault")

    line = Line()
    start: Callable[[Te], Program] = program
    line.te.play(start)
    with pytest.raises(LookupError, match="firmware fault"):
        line.run()
    assert line.te.is_done


def test_a_reply_is_text_of_eight_bit_characters() -> None:
    assert Reply(b"\r\n+CCOAPREAD: 2,\xc3\xa4\r\n\r\nOK\r\n", "latin-1").lines[0] == "+CCOAPREAD: 2,\xc3\xa4"
