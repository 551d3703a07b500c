"""The lines of V.24: what the TE sets and what the modem shows, on a whole modem."""

from __future__ import annotations

from modemtwin.clockwork import seconds
from modemtwin.modem.board import Modem
from modemtwin.modem.doors import Effect, LinesChanged, LinesSet, PowerOn, Tick, UartRx, UartTx
from tests.modem_harness import HOME, SEARCHING, modem, powered, registered, say_all, text, type_, wait

DEAD = LinesChanged(cts=False, dsr=False, dcd=False, ri=False)
ALIVE = LinesChanged(cts=True, dsr=True, dcd=False, ri=False)
CARRIER = LinesChanged(cts=True, dsr=True, dcd=True, ri=False)
RINGING = LinesChanged(cts=True, dsr=True, dcd=False, ri=True)

ON, OFF = LinesSet(dtr=True, rts=True), LinesSet(dtr=False, rts=True)


def wired(made: Modem) -> Modem:
    """A modem whose TE has raised its lines."""
    made.handle(ON, 0)
    return made


def shown(effects: list[Effect]) -> list[Effect]:
    """What the modem shows of its lines."""
    return [effect for effect in effects if isinstance(effect, LinesChanged)]


def in_data_mode(reaction: int) -> Modem:
    """A modem in data mode, with ``AT&D`` set."""
    made = wired(registered())
    assert say_all(made, f"AT&D{reaction}", "ATD*99#") == ["CONNECT"]
    return made


def test_a_modem_whose_lines_nobody_has_wired_says_nothing_of_them() -> None:
    made = powered()
    assert shown(type_(made, "AT")) == []


def test_the_first_lines_of_the_te_are_answered_with_the_modems_own() -> None:
    assert powered().handle(ON, 0) == [ALIVE]
    assert modem().handle(ON, 0) == [DEAD]


def test_lines_that_stay_are_shown_once() -> None:
    made = wired(powered())
    assert made.handle(LinesSet(dtr=True, rts=False), 0) == []


def test_the_modem_shows_that_it_is_on_and_off() -> None:
    made = wired(modem())
    assert shown(made.handle(PowerOn(), 0)) == [ALIVE]
    *_, last = type_(made, "AT+CPOWD=1")
    assert last == DEAD


def test_the_carrier_is_on_in_data_mode() -> None:
    made = wired(registered())
    effects = type_(made, "ATD*99#")
    assert (effects[0], effects[-1]) == (UartTx(b"ATD*99#\r\r\nCONNECT\r\n"), CARRIER)
    type_plus = made.handle(UartRx(b"+++"), seconds(2))
    assert shown(type_plus) == []
    assert [effect for _, effect in wait(made, seconds(4))] == [UartTx(b"\r\nOK\r\n"), ALIVE]


def test_the_carrier_is_always_on_with_and_c0() -> None:
    made = wired(powered())
    assert type_(made, "AT&C0") == [UartTx(b"AT&C0\r\r\nOK\r\n"), CARRIER]
    assert type_(made, "AT&C1") == [UartTx(b"AT&C1\r\r\nOK\r\n"), ALIVE]


def test_dtr_is_ignored_with_and_d0() -> None:
    made = in_data_mode(0)
    assert made.handle(OFF, 0) == []
    assert made.handle(UartRx(b"AT\r"), 0) == [], "still data"


def test_dtr_off_ends_data_mode_with_and_d1() -> None:
    made = in_data_mode(1)
    assert made.handle(OFF, 0) == [UartTx(b"\r\nOK\r\n"), ALIVE]
    assert text(type_(made, "AT")) == b"AT\r\r\nOK\r\n"


def test_dtr_off_hangs_up_with_and_d2() -> None:
    assert in_data_mode(2).handle(OFF, 0) == [UartTx(b"\r\nNO CARRIER\r\n"), ALIVE]


def test_the_result_of_hanging_up_is_a_number_with_v0_and_nothing_with_q1() -> None:
    made = wired(registered())
    type_(made, "ATV0&D2")
    type_(made, "ATD*99#")
    assert made.handle(OFF, 0) == [UartTx(b"3\r"), ALIVE]
    made.handle(ON, 0)
    type_(made, "ATQ1")
    type_(made, "ATD*99#")
    assert made.handle(OFF, 0) == [ALIVE]


def test_dtr_that_was_off_already_ends_nothing() -> None:
    made = registered()
    made.handle(OFF, 0)
    type_(made, "AT&D2")
    type_(made, "ATD*99#")
    assert made.handle(LinesSet(dtr=False, rts=False), 0) == []


def test_dtr_off_in_command_mode_changes_nothing() -> None:
    made = wired(registered())
    type_(made, "AT&D2")
    assert made.handle(OFF, 0) == []
    assert text(type_(made, "AT")) == b"AT\r\r\nOK\r\n"


def test_what_and_c_and_and_d_set_is_stored_and_forgotten() -> None:
    made = wired(powered())
    say_all(made, "AT&C0;&W", "AT&C1", "AT")
    assert shown(type_(made, "ATZ")) == [CARRIER]
    assert shown(type_(made, "AT&F")) == [ALIVE]


def test_a_urc_rings_for_120_ms_with_cfgri() -> None:
    made = wired(registered())
    say_all(made, "AT+CFGRI=1", "AT+CREG=1", "AT")
    assert made.handle(SEARCHING, seconds(1)) == [UartTx(b"\r\n+CREG: 2\r\n"), RINGING]
    assert wait(made, seconds(2)) == [(1_120_000, ALIVE)]


def test_a_second_urc_makes_the_ringing_longer() -> None:
    made = wired(registered())
    say_all(made, "AT+CFGRI=1", "AT+CREG=1", "AT")
    made.handle(SEARCHING, seconds(1))
    assert shown(made.handle(HOME, seconds(1.1))) == []
    assert wait(made, seconds(2)) == [(1_220_000, ALIVE)]


def test_nothing_rings_without_cfgri_or_without_wires() -> None:
    made = wired(registered())
    say_all(made, "AT+CREG=1", "AT")
    assert shown(made.handle(SEARCHING, 0)) == []
    bare = registered()
    say_all(bare, "AT+CFGRI=1", "AT+CREG=1", "AT")
    assert shown(bare.handle(SEARCHING, 0)) == []
    assert bare.next_timer() is None


def test_a_modem_that_goes_off_stops_ringing() -> None:
    made = wired(registered())
    say_all(made, "AT+CFGRI=1", "AT+CREG=1", "AT")
    made.handle(SEARCHING, 0)
    assert type_(made, "AT+CPOWD=1")[-1] == DEAD
    assert made.handle(Tick(), seconds(1)) == []


def test_a_modem_that_restarts_blinks() -> None:
    assert shown(type_(wired(powered()), "AT+CREBOOT")) == [DEAD, ALIVE]


def test_what_one_piece_of_bytes_does_to_the_lines_is_told_step_by_step() -> None:
    made = wired(powered())
    assert shown(made.handle(UartRx(b"AT&C0\rAT&C1\r"), 0)) == [CARRIER, ALIVE]
