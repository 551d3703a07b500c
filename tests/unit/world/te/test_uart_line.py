"""The wire between TE and modem: how long bytes take, what waits, and what is lost."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import Micros, seconds
from modemtwin.modem.doors import BaudRate, FlowControl, LinesChanged, Note, Tick
from modemtwin.world.te.uart_keys import UartSettings
from modemtwin.world.te.uart_line import FromModem, FromTe, Outcome, Reads, RtsSet, TeRate, ToModem, ToTe, UartLine

ON, OFF = LinesChanged(True, True, False, False), LinesChanged(False, True, False, False)


def line(flow: str = "none", fifo: int = 4096, baud: int = 9600, rate: int = 0) -> UartLine:
    return UartLine(UartSettings(pace=True, baud=baud, flow=flow, fifo=fifo), rate)


def run(made: UartLine, until: float = 10.0) -> list[tuple[Micros, Outcome]]:
    """Let time pass; everything that comes out, with its moment."""
    came: list[tuple[Micros, Outcome]] = []
    while (due := made.next_timer()) is not None and due <= seconds(until):
        came += [(due, each) for each in made.handle(Tick(), due)]
    return came


def read(came: list[tuple[Micros, Outcome]]) -> bytes:
    return b"".join(each.data for _, each in came if isinstance(each, ToTe))


def test_a_byte_takes_ten_bits() -> None:
    made = line(baud=9600)
    assert made.handle(FromTe(b"AT\r"), 0) == []
    assert run(made) == [(3125, ToModem(b"AT\r"))]


def test_bytes_follow_each_other_without_a_gap_and_roundings_do_not_sum_up() -> None:
    made = line(baud=115_200)
    made.handle(FromModem(bytes(11_520)), 0)
    came = run(made)
    assert came[0] == (1389, ToTe(bytes(16)))
    assert came[-1][0] == seconds(1)
    assert read(came) == bytes(11_520)


def test_both_ways_at_once() -> None:
    made = line(baud=9600)
    made.handle(FromTe(bytes(48)), 0)
    made.handle(FromModem(bytes(48)), 0)
    assert run(made)[-1][0] == 50_000


def test_what_is_written_later_goes_when_the_wire_is_free() -> None:
    made = line(baud=9600)
    made.handle(FromTe(b"A" * 16), 0)
    made.handle(FromTe(b"B"), 100)
    assert run(made) == [(16_667, ToModem(b"A" * 16)), (17_709, ToModem(b"B"))]


def test_a_piece_that_is_on_its_way_is_not_overtaken() -> None:
    made = line(baud=9600)
    made.handle(FromTe(b"A"), 0)
    made.handle(FromTe(b"B"), 500)
    assert run(made) == [(1042, ToModem(b"A")), (2084, ToModem(b"B"))]


def test_the_rate_of_at_ipr_is_that_of_the_line_and_another_one_of_the_te_loses_all() -> None:
    made = line(baud=115_200)
    made.handle(BaudRate(9600), 0)
    made.handle(FromModem(b"OK" * 20), 0)
    assert [each for _, each in run(made)] == [
        Note("bytes for the TE are lost: the modem is at 9600 baud (AT+IPR), the TE at 115200")
    ]
    assert made.lost_to_te == 40
    made.handle(TeRate(9600), seconds(1))
    made.handle(FromTe(b"AT\r"), seconds(1))
    assert run(made) == [(seconds(1) + 3125, ToModem(b"AT\r"))]


def test_another_rate_in_the_middle_holds_from_the_next_piece_on() -> None:
    made = line(baud=9600)
    made.handle(FromTe(bytes(48)), 0)
    assert made.handle(Tick(), 16_667) == [ToModem(bytes(16))]
    made.handle(TeRate(115_200), 20_000)
    assert [moment for moment, _ in run(made)] == [33_334, 33_334 + 1389]


def test_the_reply_to_at_ipr_goes_at_the_old_rate() -> None:
    made = line(baud=115_200)
    made.handle(FromModem(b"\r\nOK\r\n"), 0)
    made.handle(BaudRate(9600), 0)
    made.handle(FromModem(b"AT"), 0)
    assert run(made) == [(521, ToTe(b"\r\nOK\r\n")), (695, ToTe(b"AT"))]
    made.handle(FromModem(b"AT"), seconds(1))
    assert isinstance(run(made)[0][1], Note)


def test_a_te_without_a_rate_of_its_own_follows_the_modem() -> None:
    made = line(baud=0, rate=9600)
    made.handle(FromTe(b"A"), 0)
    assert run(made) == [(1042, ToModem(b"A"))]


def test_a_te_that_does_not_read_loses_what_its_fifo_does_not_hold() -> None:
    made = line(fifo=20)
    made.handle(Reads(False), 0)
    made.handle(FromModem(b"0123456789" * 4), 0)
    assert [each for _, each in run(made)] == [
        Note("bytes for the TE are lost: the TE does not read, and its FIFO of 20 bytes is full")
    ]
    assert made.handle(Reads(True), seconds(1)) == [ToTe(b"01234567890123456789")]
    assert made.lost_to_te == 20


@pytest.mark.parametrize(("flow", "ifc"), [("rts-cts", FlowControl(2, 2)), ("xon-xoff", FlowControl(1, 1))])
def test_with_flow_control_the_modem_waits_for_a_te_that_does_not_read(flow: str, ifc: FlowControl) -> None:
    made = line(flow=flow, fifo=64)
    made.handle(ifc, 0)
    made.handle(Reads(False), 0)
    written = bytes(range(200))
    made.handle(FromModem(written), 0)
    assert run(made) == []
    assert made.next_timer() is None
    first = made.handle(Reads(True), seconds(1))
    assert read([(0, each) for each in first] + run(made)) == written
    assert made.lost_to_te == 0


@pytest.mark.parametrize(("flow", "ifc"), [("rts-cts", (0, 0)), ("none", (2, 2)), ("rts-cts", (1, 1))])
def test_flow_control_that_only_one_side_knows_of_is_none(flow: str, ifc: tuple[int, int]) -> None:
    made = line(flow=flow, fifo=64)
    made.handle(FlowControl(*ifc), 0)
    made.handle(Reads(False), 0)
    made.handle(FromModem(bytes(200)), 0)
    run(made)
    assert made.lost_to_te == 136


def test_a_te_that_obeys_cts_waits_for_a_modem_that_sleeps() -> None:
    made = line(flow="rts-cts")
    made.handle(FlowControl(2, 2), 0)
    made.handle(OFF, 0)
    made.handle(FromTe(b"AT\r"), 0)
    assert made.next_timer() is None
    made.handle(ON, seconds(1))
    assert run(made) == [(seconds(1) + 3125, ToModem(b"AT\r"))]


def test_a_te_that_does_not_know_of_cts_writes_to_a_modem_that_sleeps() -> None:
    made = line()
    made.handle(FlowControl(2, 2), 0)
    made.handle(OFF, 0)
    made.handle(FromTe(b"AT\r"), 0)
    assert run(made) == [(3125, ToModem(b"AT\r"))]


def test_rts_that_the_te_sets_by_itself_holds_the_modem() -> None:
    made = line()
    made.handle(FlowControl(2, 0), 0)
    made.handle(RtsSet(False), 0)
    made.handle(FromModem(b"OK"), 0)
    assert made.next_timer() is None
    made.handle(RtsSet(True), seconds(1))
    assert read(run(made)) == b"OK"


def test_xoff_and_xon_that_the_te_writes_are_no_data() -> None:
    made = line()
    made.handle(FlowControl(1, 0), 0)
    made.handle(FromTe(b"A\x13"), 0)
    made.handle(FromModem(b"OK"), 0)
    assert [each for _, each in run(made)] == [ToModem(b"A")]
    made.handle(FromTe(b"\x11"), seconds(1))
    assert read(run(made)) == b"OK"


def test_without_software_flow_control_they_are_data() -> None:
    made = line()
    made.handle(FromTe(b"\x13\x11"), 0)
    assert run(made) == [(2084, ToModem(b"\x13\x11"))]


def test_what_the_line_cannot_keep_is_lost() -> None:
    made = line()
    assert made.handle(FromModem(bytes(65_537)), 0) == [
        Note("bytes for the TE are lost: the modem writes faster than the line carries")
    ]
    assert made.lost_to_te == 1
    assert made.handle(FromTe(bytes(65_540)), 0) == [
        Note("bytes for the modem are lost: the TE writes faster than the line carries")
    ]
    assert made.lost_to_modem == 4
