"""PSM as the module lives it: what it asks, when it goes, and what is left."""

from __future__ import annotations

from modemtwin.clockwork import seconds
from modemtwin.modem.board import Modem
from modemtwin.modem.doors import (
    AreaAccepted,
    AreaUpdate,
    ConnectionChanged,
    Note,
    Paged,
    PowerOn,
    RadioOff,
    RadioOn,
    RadioRest,
    Registration,
    RegistrationChanged,
    SocketClose,
    Technology,
    Tick,
    UartRx,
    UartTx,
)
from tests.modem_harness import HOME, PLAIN_CARD, lines, ready, registered, say, say_all, type_, wait

ASKED = AreaUpdate(0b001_00001, 0b000_00101, None)
GRANTED = AreaAccepted(0b001_00001, 0b000_00101, None, None)
IDLE, BUSY = ConnectionChanged(connected=False), ConnectionChanged(connected=True)


def saving() -> Modem:
    """A modem with a CoAP object that was granted PSM: T3412 of an hour, T3324 of 10 s."""
    made = ready()
    say(made, "AT+CPSMSTATUS=1")
    assert type_(made, 'AT+CPSMS=1,,,"00100001","00000101"')[-1] == ASKED
    assert made.handle(GRANTED, 0) == []
    return made


def test_the_module_goes_to_psm_when_t3324_runs_out_and_all_that_is_volatile_is_gone() -> None:
    made = saving()
    assert made.handle(IDLE, seconds(20)) == []
    assert made.next_timer() == seconds(30)
    assert made.handle(Tick(), seconds(30)) == [
        UartTx(b'\r\n+CPSMSTATUS: "ENTER PSM"\r\n'),
        Note("the module is in PSM until T3412 runs out in 3590 s. The CoAP object is gone with it."),
        SocketClose(),
        RadioRest(),
    ]
    assert made.handle(UartRx(b"AT\r"), seconds(31)) == []
    assert made.next_timer() == seconds(3620)


def test_it_wakes_when_t3412_runs_out() -> None:
    made = saving()
    say(made, "AT+IPR=115200")
    made.handle(IDLE, 0)
    wait(made, seconds(10))
    effects = made.handle(Tick(), seconds(3600))
    assert effects[0] == RadioOn(PLAIN_CARD.imsi)
    assert lines(effects) == ["RDY", "+CFUN: 1", "+CPIN: READY", "SMS Ready", '+CPSMSTATUS: "EXIT PSM"']
    assert made.handle(HOME, seconds(3600)) == [ASKED]


def test_a_module_that_data_mode_keeps_awake_updates_its_area_when_t3412_runs_out() -> None:
    made = saving()
    say(made, "ATD*99#")
    made.handle(IDLE, 0)
    assert made.handle(Tick(), seconds(10)) == []
    assert made.next_timer() == seconds(3600)
    assert made.handle(Tick(), seconds(3600)) == [ASKED]
    assert made.handle(GRANTED, seconds(3600)) == []
    assert made.next_timer() is None
    made.handle(IDLE, seconds(3620))
    made.handle(UartRx(b"+++"), seconds(3640))
    assert Note("the module is in PSM until T3412 runs out in 3579 s. The CoAP object is gone with it.") in made.handle(
        Tick(), seconds(3641)
    )


def test_a_module_that_rests_later_than_t3412_for_nobody_told_it_the_time_wakes_at_once() -> None:
    made = saving()
    made.handle(AreaAccepted(0b011_00101, 0b000_00001, None, None), 0)  # 10 s and 2 s
    made.handle(IDLE, 0)
    made.handle(UartRx(b"AT+COPS=?\r"), seconds(1))  # is held, which keeps it awake
    assert made.handle(Tick(), seconds(2)) == []
    rested = made.handle(UartRx(b"A"), seconds(11))  # breaks the search off
    assert Note("the module is in PSM until T3412 runs out in 0 s. The CoAP object is gone with it.") in rested
    assert made.next_timer() == seconds(11)
    assert made.handle(Tick(), seconds(11))[0] == RadioOn(PLAIN_CARD.imsi)


def test_pwrkey_wakes_it_and_a_boot_takes_its_time() -> None:
    made = registered(boot_time=4.5)
    wait(made, seconds(5))
    made.handle(HOME, seconds(5))
    say(made, 'AT+CPSMS=1,,,"00100001","00000000"', seconds(5))
    made.handle(GRANTED, seconds(5))
    made.handle(IDLE, seconds(10))
    wait(made, seconds(20))
    assert made.next_timer() == seconds(10 + 3600 + 4.5)
    assert made.handle(PowerOn(), seconds(30)) == []
    assert made.next_timer() == seconds(34.5)
    assert made.handle(PowerOn(), seconds(32)) == []
    assert made.next_timer() == seconds(34.5)


def test_t3412_that_is_off_leaves_pwrkey_alone() -> None:
    made = saving()
    made.handle(AreaAccepted(0b111_00000, 0, None, None), 0)
    made.handle(IDLE, 0)
    assert made.handle(Tick(), 0)[1] == Note(
        "the module is in PSM until PWRKEY is pulled. The CoAP object is gone with it."
    )
    assert made.next_timer() is None
    assert made.handle(PowerOn(), seconds(99))[-1] == RadioOn(PLAIN_CARD.imsi)


def test_traffic_begins_t3324_anew() -> None:
    made = saving()
    made.handle(IDLE, 0)
    made.handle(BUSY, seconds(9))
    assert made.next_timer() is None
    made.handle(IDLE, seconds(19))
    assert made.next_timer() == seconds(29)


def test_t3412_that_is_no_longer_than_t3324_never_lets_it_sleep() -> None:
    made = saving()
    made.handle(AreaAccepted(0b011_00101, 0b000_00101, None, None), 0)
    assert made.handle(IDLE, 0) == [Note("T3412 is not longer than T3324: the module never gets to PSM")]
    assert made.next_timer() is None


def test_a_wish_is_told_once_and_a_new_cell_is_told_again() -> None:
    made = saving()
    assert ASKED not in type_(made, 'AT+CPSMS=1,,,"00100001","00000101"')
    assert made.handle(RegistrationChanged(Registration.HOME, Technology.NB_IOT, "x", "46011", "", 1, 2), 0) == [ASKED]


def test_nothing_is_asked_of_a_gsm_cell() -> None:
    made = registered()
    made.handle(RegistrationChanged(Registration.HOME, Technology.GSM, "x", "46011"), 0)
    assert [type(each) for each in type_(made, 'AT+CPSMS=1,,,"00100001","00000101"')].count(AreaUpdate) == 0


def test_edrx_is_asked_for_the_technology_of_the_cell() -> None:
    made = registered()
    assert AreaUpdate(None, None, 2) not in type_(made, 'AT+CEDRXS=1,4,"0010"')
    assert type_(made, 'AT+CEDRXS=1,5,"0010"')[-1] == AreaUpdate(None, None, 2)
    assert type_(made, "AT+CEDRXS=0")[-1] == AreaUpdate(None, None, None)


def test_why_a_datagram_waited_is_told() -> None:
    made = registered()
    assert made.handle(Paged(1, seconds(12.5), 0), 0) == [
        Note("paged: a datagram has waited 12.5 s for the paging window (eDRX)")
    ]
    assert made.handle(Paged(32, seconds(12.5), 4), 0) == [
        Note("paged: the first of 32 datagrams has waited 12.5 s for the paging window (eDRX)"),
        Note("the network had no room to keep 4 more for the window: they are lost"),
    ]


def test_the_module_that_leaves_the_network_has_nothing_granted() -> None:
    made = saving()
    made.handle(IDLE, 0)
    assert RadioOff() in type_(made, "AT+CFUN=0")
    assert made.next_timer() is None
    assert say(made, "AT+CEDRXRDP") == ["+CEDRXRDP: 0", "OK"]


def test_settings_of_psm_outlive_it() -> None:
    made = saving()
    made.handle(IDLE, 0)
    wait(made, seconds(10))
    made.handle(PowerOn(), seconds(60))
    assert say_all(made, "AT+CPSMS?;+CPSMSTATUS?") == [
        '+CPSMS: 1,,,"00100001","00000101"',
        "+CPSMSTATUS: 1",
        "OK",
    ]
