"""The sleep of the UART: when it comes, what it costs, and what ends it."""

from __future__ import annotations

from modemtwin.clockwork import seconds
from modemtwin.modem.board import Modem
from modemtwin.modem.doors import LinesChanged, LinesSet, Note, Tick, UartRx, UartTx
from tests.modem_harness import arrive, lines, powered, ready, say, say_all, type_, wait

AWAKE = LinesChanged(cts=True, dsr=True, dcd=False, ri=False)
ASLEEP = LinesChanged(cts=False, dsr=True, dcd=False, ri=False)


def asleep() -> Modem:
    """A modem whose UART has slept since 1 s."""
    made = ready()
    made.handle(LinesSet(dtr=True, rts=True), 0)
    assert say(made, "AT+CSCLK=1") == ["OK"]
    made.handle(LinesSet(dtr=False, rts=True), 0)
    wait(made, seconds(1))
    return made


def test_cts_goes_off_with_the_sleep_and_on_when_bytes_are_heard_again() -> None:
    made = ready()
    made.handle(LinesSet(dtr=True, rts=True), 0)
    say(made, "AT+CSCLK=1")
    assert made.handle(LinesSet(dtr=False, rts=True), seconds(3)) == []
    assert made.next_timer() == seconds(4)
    assert made.handle(Tick(), seconds(4)) == [Note("the UART sleeps (AT+CSCLK=1): DTR is off"), ASLEEP]
    assert made.next_timer() is None
    assert made.handle(LinesSet(dtr=True, rts=True), seconds(9)) == []
    assert made.next_timer() == seconds(9.05)
    assert made.handle(Tick(), seconds(9.05)) == [Note("the UART is awake"), AWAKE]


def test_what_is_typed_to_a_sleeping_uart_is_lost_and_the_journal_says_how_much() -> None:
    made = asleep()
    assert made.handle(UartRx(b"AT+CSQ\r"), seconds(5)) == [
        Note("7 bytes were lost: the UART sleeps (AT+CSCLK=1) until DTR goes on")
    ]
    assert made.handle(UartRx(b"A"), seconds(5)) == [
        Note("1 byte was lost: the UART sleeps (AT+CSCLK=1) until DTR goes on")
    ]
    made.handle(LinesSet(dtr=True, rts=True), seconds(6))
    assert made.handle(UartRx(b"AT\r"), seconds(6.04)) == [
        Note("3 bytes were lost: the UART is still waking up, for another 0.01 s")
    ]
    wait(made, seconds(6.05))
    assert say(made, "AT", seconds(6.05)) == ["OK"]


def test_half_a_line_keeps_it_awake_lest_what_is_lost_and_what_is_heard_make_one_line() -> None:
    made = ready()
    say(made, "AT+CSCLK=2")
    made.handle(UartRx(b"AT+CSC"), 0)
    assert made.next_timer() is None
    assert lines(made.handle(UartRx(b"LK?\r"), seconds(60))) == ["LK?\r", "+CSCLK: 2", "OK"]
    assert made.next_timer() == seconds(65)


def test_a_urc_wakes_the_uart_for_as_long_as_it_takes_to_sleep_again() -> None:
    made = asleep()
    effects = arrive(made, bytes.fromhex("60450007"), seconds(5))
    assert UartTx(b"\r\n+CCOAPRECV: 7,4,0\r\n") not in effects  # nobody asked for it: no URC, no waking
    assert made.handle(UartRx(b"AT\r"), seconds(5))[0] == Note(
        "3 bytes were lost: the UART sleeps (AT+CSCLK=1) until DTR goes on"
    )
    arrive(made, bytes.fromhex("4001000a"), seconds(6))
    assert say(made, "AT", seconds(6.5)) == ["OK"]
    wait(made, seconds(7.5))
    assert lines(type_(made, "AT", seconds(7.6))) == []


def test_a_restart_ends_it() -> None:
    made = powered()
    say_all(made, "AT+CSCLK=2", "AT+CREBOOT")
    assert made.next_timer() is None
    assert say(made, "AT+CSCLK?") == ["+CSCLK: 0", "OK"]


def test_data_mode_keeps_it_awake() -> None:
    made = ready()
    say(made, "AT+CSCLK=2")
    type_(made, "ATD*99#")
    assert made.next_timer() is None


def test_without_lines_the_profile_says_what_dtr_is() -> None:
    made = ready()
    say(made, "AT+CSCLK=1")
    assert made.next_timer() is None
    made = ready(dtr_open=False)
    say(made, "AT+CSCLK=1")
    assert made.next_timer() == seconds(1)
