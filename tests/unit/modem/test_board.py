"""The board: the order of effects, power, data mode, and what happens when much happens at once."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.message import Message
from modemtwin.modem.board import Modem
from modemtwin.modem.doors import (
    BearerGranted,
    BearerLost,
    BearerOpen,
    Card,
    CardInserted,
    CardRemoved,
    DatagramRx,
    DatagramTx,
    Note,
    Pinged,
    PowerOff,
    PowerOn,
    RadioOff,
    RadioOn,
    Refused,
    Resolved,
    Save,
    Secret,
    SignalChanged,
    SocketClose,
    SocketFailed,
    SocketOpen,
    SocketOpened,
    Stimulus,
    Tick,
    UartRx,
    UartTx,
)
from tests.modem_harness import (
    HOME,
    PEER,
    SEARCHING,
    arrive,
    lines,
    modem,
    online,
    powered,
    ready,
    registered,
    say,
    say_all,
    sent,
    text,
    type_,
    wait,
)

# ── order ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_action_answers_the_te_before_the_datagram_leaves() -> None:
    assert type_(ready(), "AT+CCOAPACTION") == [
        UartTx(b"AT+CCOAPACTION\r\r\n+CCOAPACTION: 0,1\r\n\r\nOK\r\n"),
        DatagramTx(("192.0.2.1", 5683), bytes.fromhex("40 01 00 01")),
    ]


def test_a_refusal_comes_with_its_reason_behind_the_error() -> None:
    assert type_(powered(), "AT+CCOAPTERM") == [
        UartTx(b"AT+CCOAPTERM\r\r\nERROR\r\n"),
        Refused("AT+CCOAPTERM", 3, "there is no CoAP object: send AT+CCOAPINIT first"),
    ]


def test_a_stub_says_in_the_journal_that_it_does_nothing() -> None:
    assert type_(powered(), "AT+CLTS=1") == [
        UartTx(b"AT+CLTS=1\r\r\nOK\r\n"),
        Note("AT+CLTS is accepted without effect: the cell sends no time"),
    ]


def test_lines_typed_ahead_run_in_their_order_each_with_its_effects() -> None:
    modem = online()
    typed = b'AT+CCOAPINIT\rAT+CCOAPURL="coap://192.0.2.1"\r\nAT+CCOAPPARA=payload,0,"a"\rAT+CCOAPACTION\r\n'
    assert modem.handle(UartRx(typed), 0) == [
        UartTx(b"AT+CCOAPINIT\r\r\nOK\r\n"),
        SocketOpen(),
        UartTx(
            b'AT+CCOAPURL="coap://192.0.2.1"\r\r\nOK\r\nAT+CCOAPPARA=payload,0,"a"\r\r\nOK\r\n'
            b"AT+CCOAPACTION\r\r\n+CCOAPACTION: 0,1\r\n\r\nOK\r\n"
        ),
        DatagramTx(PEER, b"\x40\x01\x00\x01\xffa"),
    ]


def test_what_is_typed_while_a_command_is_held_waits_and_runs_afterwards() -> None:
    modem = registered()
    say(modem, "AT+CGATT=0")
    modem.handle(SEARCHING, 0)
    assert modem.handle(UartRx(b"AT+CGATT=1\rAT+CSQ\r"), 0) == [
        UartTx(b"AT+CGATT=1\r"),
        RadioOn("460111234567890"),
    ]
    assert modem.handle(HOME, seconds(3)) == [UartTx(b"\r\nOK\r\nAT+CSQ\r\r\n+CSQ: 27,99\r\n\r\nOK\r\n")]


def test_a_urc_waits_for_the_end_of_a_held_command() -> None:
    modem = registered()
    say_all(modem, "AT+CEREG=1", "AT+CGATT=0")
    type_(modem, "AT+CGATT=1")
    assert modem.handle(SEARCHING, 0) == []
    assert modem.handle(HOME, 0) == [UartTx(b"\r\nOK\r\n\r\n+CEREG: 2\r\n\r\n+CEREG: 1\r\n")]


def test_a_retransmission_goes_out_and_leaves_a_half_typed_line_and_the_urc_that_waits_for_it_alone() -> None:
    device = ready()
    type_(device, "AT+CCOAPACTION")
    due = device.next_timer()
    assert due is not None
    device.handle(UartRx(b"AT+CS"), due - 2)
    assert arrive(device, Message(1, 0x01, 9), due - 1) == []
    assert device.handle(Tick(), due) == [DatagramTx(PEER, bytes.fromhex("40 01 00 01"))]
    assert device.next_timer() == due - 2 + seconds(1)


def test_a_urc_waits_while_a_line_is_half_typed_but_no_longer_than_the_holdoff() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    assert modem.handle(UartRx(b"AT+CS"), seconds(1)) == [UartTx(b"AT+CS")]
    assert arrive(modem, Message(2, 0x45, 1), seconds(1.2)) == []
    assert modem.next_timer() == seconds(2)
    assert modem.handle(Tick(), seconds(2)) == [UartTx(b"\r\n+CCOAPRECV: 1,4,0\r\n")]
    assert modem.handle(UartRx(b"Q\r"), seconds(3)) == [UartTx(b"Q\r\r\n+CSQ: 27,99\r\n\r\nOK\r\n")]


def test_a_urc_never_falls_between_echo_and_result() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    modem.handle(UartRx(b"AT+CCOAPACT"), seconds(1))
    arrive(modem, Message(2, 0x45, 1), seconds(1.1))
    assert modem.handle(UartRx(b"ION\r"), seconds(1.2)) == [
        UartTx(b"ION\r\r\n+CCOAPACTION: 0,2\r\n\r\nOK\r\n"),
        DatagramTx(PEER, b"\x40\x01\x00\x02"),
        UartTx(b"\r\n+CCOAPRECV: 1,4,0\r\n"),
    ]


def test_urcs_that_nobody_reads_are_bounded_and_each_lost_one_is_noted() -> None:
    modem = registered()
    say(modem, "AT+CEREG=1")
    modem.handle(UartRx(b"AT"), 0)
    lost: list[object] = []
    for _ in range(200):
        lost += modem.handle(SEARCHING, 0) + modem.handle(HOME, 0)
    assert lost == [
        Note(f"a URC was lost, for the TE does not read: +CEREG: {stat}") for _ in range(72) for stat in (2, 1)
    ]


def test_type_ahead_that_finds_no_room_is_noted() -> None:
    modem = registered()
    say(modem, "AT+CGATT=0")
    type_(modem, "AT+CGATT=1")
    modem.handle(UartRx(b"x" * 70_000), 0)
    assert modem.handle(HOME, 0)[1] == Note(
        "4464 bytes of type-ahead were lost: the TE sends faster than the modem answers"
    )


# ── power ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_modem_is_dead_until_it_is_switched_on() -> None:
    dead = modem()
    assert dead.handle(UartRx(b"AT\r"), 0) == []
    assert dead.handle(Tick(), 0) == []
    assert dead.handle(HOME, 0) == []
    assert dead.next_timer() is None


def test_with_autobaud_the_modem_is_silent_at_power_on_and_looks_for_the_network() -> None:
    assert modem().handle(PowerOn(), 0) == [RadioOn("460111234567890")]


def test_with_a_fixed_rate_the_modem_says_that_it_is_there() -> None:
    assert modem(saved={"ipr": 115200}).handle(PowerOn(), 0) == [
        RadioOn("460111234567890"),
        UartTx(b"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n"),
    ]


def test_the_boot_urcs_tell_of_a_card_that_waits_for_its_pin() -> None:
    made = modem(saved={"ipr": 9600}, card=Card(pin=Secret("1234")))
    assert lines(made.handle(PowerOn(), 0)) == ["RDY", "+CFUN: 1", "+CPIN: SIM PIN"]


def test_the_boot_urcs_tell_of_an_empty_holder() -> None:
    made = modem(saved={"ipr": 9600}, card=None)
    assert lines(made.handle(PowerOn(), 0)) == ["RDY", "+CFUN: 1", "+CPIN: NOT INSERTED"]


def test_the_boot_urcs_show_the_level_that_flash_holds() -> None:
    made = modem(saved={"ipr": 9600, "cfun": 4})
    assert made.handle(PowerOn(), 0) == [
        UartTx(b"\r\nRDY\r\n\r\n+CFUN: 4\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n"),
    ]


def test_switching_a_modem_on_that_is_on_does_nothing() -> None:
    assert powered().handle(PowerOn(), 0) == []


def test_booting_takes_the_time_that_the_profile_says() -> None:
    slow = modem(boot_time=4.5)
    assert slow.handle(PowerOn(), 0) == []
    assert slow.handle(UartRx(b"AT\r"), seconds(1)) == []
    assert slow.handle(PowerOn(), seconds(2)) == []
    assert slow.next_timer() == seconds(4.5)
    assert slow.handle(Tick(), seconds(4.4)) == []
    assert slow.handle(Tick(), seconds(4.5)) == [RadioOn("460111234567890")]
    assert say(slow, "AT", seconds(5)) == ["OK"]


def test_restart_says_ok_first_and_loses_object_bearer_and_registration() -> None:
    modem = ready()
    assert type_(modem, "AT+CFUN=1,1") == [
        UartTx(b"AT+CFUN=1,1\r\r\nOK\r\n"),
        Save({"cfun": 1}),
        SocketClose(),
        RadioOff(),
        Note("the module restarts"),
        RadioOn("460111234567890"),
    ]
    assert say(modem, "AT+CNACT?") == ['+CNACT: 0,"0.0.0.0"', "OK"]
    assert say(modem, "AT+CEREG?") == ["+CEREG: 0,0", "OK"]
    assert say(modem, "AT+CCOAPTERM") == ["ERROR"]


@pytest.mark.parametrize("command", ["AT+CFUN=1,1", "AT+CFUN=6", "AT+CREBOOT"])
def test_a_restart_forgets_everything_volatile(command: str) -> None:
    modem = registered()
    typed = ["ATE0", "AT+CMEE=2", "AT+CEREG=1", "AT+CLTS=1", 'AT+CNCFG=1,"a","u","p"', "AT+CGACT=0,1", command]
    for line in typed:
        assert say(modem, line)[-1] == "OK"
    assert type_(modem, "AT+CMEE?") == [UartTx(b"AT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n")]
    assert say(modem, "AT+CLTS?") == ["+CLTS: 0", "OK"]
    assert say(modem, "AT+CNCFG?") == ['+CNCFG: 0,"","","",0', "OK"]
    modem.handle(SignalChanged(20, 99), 0)
    assert modem.handle(HOME, 0) == []
    assert say(modem, "AT+CGACT?") == ["+CGACT: 1,1", "OK"]


def test_a_restart_ends_exchanges_silently() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    assert lines(type_(modem, "AT+CREBOOT")) == ["AT+CREBOOT\r", "OK"]
    assert [effect for _, effect in wait(modem, seconds(300)) if isinstance(effect, (UartTx, DatagramTx))] == []


def test_what_was_typed_behind_a_restart_meets_the_modem_that_has_booted() -> None:
    assert text(type_(powered(), "AT+CFUN=6\rAT")) == b"AT+CFUN=6\r\r\nOK\r\nAT\r\r\nOK\r\n"


def test_a_restart_that_takes_time_does_not_hear_what_is_typed() -> None:
    slow = powered(boot_time=5.0)
    slow.handle(Tick(), seconds(5))
    assert text(type_(slow, "AT+CFUN=6\rAT", seconds(5))) == b"AT+CFUN=6\r\r\nOK\r\n"
    assert slow.next_timer() == seconds(10)
    assert slow.handle(UartRx(b"AT\r"), seconds(7)) == []
    assert slow.handle(Tick(), seconds(10)) == [RadioOn("460111234567890")]
    assert say(slow, "AT", seconds(11)) == ["OK"]


def test_power_down_says_so_and_then_nothing_wakes_the_modem_but_the_power_key() -> None:
    modem = ready()
    assert type_(modem, "AT+CPOWD=1") == [
        UartTx(b"AT+CPOWD=1\r\r\nNORMAL POWER DOWN\r\n"),
        Note("the module is off: AT+CPOWD=1"),
        PowerOff(),
        SocketClose(),
        RadioOff(),
    ]
    assert type_(modem, "AT") == []
    assert modem.next_timer() is None
    assert modem.handle(PowerOn(), 0) == [RadioOn("460111234567890")]
    assert say(modem, "AT+CCOAPTERM") == ["ERROR"]


def test_power_down_at_once_says_nothing() -> None:
    assert text(type_(powered(), "AT+CPOWD=0")) == b"AT+CPOWD=0\r"


def test_flash_survives_what_memory_does_not() -> None:
    modem = powered()
    say_all(modem, 'AT+CGDCONT=3,"IP","iot"', "AT+CNMP=38", "AT+CREBOOT")
    assert say(modem, "AT+CGDCONT?")[1] == '+CGDCONT: 3,"IP","iot","0.0.0.0",0,0,0,0'
    assert say(modem, "AT+CNMP?") == ["+CNMP: 38", "OK"]


# ── data mode ─────────────────────────────────────────────────────────────────────────────────────────────────────


def in_data_mode() -> Modem:
    modem = registered()
    assert text(type_(modem, "ATD*99#")) == b"ATD*99#\r\r\nCONNECT\r\n"
    return modem


def test_data_mode_swallows_what_is_sent() -> None:
    modem = in_data_mode()
    assert modem.handle(UartRx(b"AT\r~\x7d\x23"), seconds(1)) == []


def test_the_escape_sequence_needs_a_second_of_silence_behind_it() -> None:
    modem = in_data_mode()
    assert modem.handle(UartRx(b"+++"), seconds(2)) == []
    assert modem.next_timer() == seconds(3)
    assert modem.handle(Tick(), seconds(3)) == [UartTx(b"\r\nOK\r\n")]
    assert say(modem, "AT", seconds(4)) == ["OK"]


def test_the_escape_sequence_may_come_in_pieces() -> None:
    modem = in_data_mode()
    for piece in (b"+", b"+", b"+"):
        modem.handle(UartRx(piece), seconds(2))
    assert modem.handle(Tick(), seconds(3)) == [UartTx(b"\r\nOK\r\n")]


@pytest.mark.parametrize("data", [b"x+++", b"+++x", b"++++", b"++"])
def test_plus_signs_among_data_are_data(data: bytes) -> None:
    modem = in_data_mode()
    modem.handle(UartRx(data), seconds(2))
    assert modem.next_timer() is None
    assert type_(modem, "AT", seconds(9)) == []


def test_what_the_network_does_meanwhile_neither_delays_nor_spoils_the_escape() -> None:
    modem = in_data_mode()
    modem.handle(UartRx(b"+++"), seconds(2))
    assert modem.handle(SignalChanged(20, 99), seconds(2.5)) == []
    assert modem.next_timer() == seconds(3)
    assert modem.handle(SignalChanged(21, 99), seconds(3)) == []
    assert modem.handle(Tick(), seconds(3)) == [UartTx(b"\r\nOK\r\n")]


def test_a_urc_waits_for_the_end_of_data_mode() -> None:
    modem = in_data_mode()
    modem.handle(CardRemoved(), seconds(1))
    modem.handle(UartRx(b"+++"), seconds(2))
    assert modem.handle(Tick(), seconds(3)) == [UartTx(b"\r\nOK\r\n\r\n+CPIN: NOT INSERTED\r\n")]


def test_what_stands_behind_the_dial_command_is_data() -> None:
    modem = registered()
    assert text(type_(modem, "ATD*99#\rAT+CSQ")) == b"ATD*99#\r\r\nCONNECT\r\n"


def test_leaving_data_mode_is_answered_in_the_chosen_layout() -> None:
    modem = registered()
    assert text(type_(modem, "ATV0")) == b"ATV0\r0\r"
    type_(modem, "ATD*99#")
    modem.handle(UartRx(b"+++"), seconds(2))
    assert modem.handle(Tick(), seconds(3)) == [UartTx(b"0\r")]


# ── robustness ────────────────────────────────────────────────────────────────────────────────────────────────────

STRAYS: list[Stimulus] = [
    Tick(),
    DatagramRx(PEER, b""),
    SocketOpened(1),
    SocketFailed("gone"),
    SocketFailed("refused", PEER),
    Resolved("nobody", ("192.0.2.9",)),
    Pinged(7, "192.0.2.9", None),
    CardRemoved(),
    CardInserted(Card()),
    BearerGranted(3, "10.0.0.1"),
    BearerLost(3, "gone"),
]


@pytest.mark.parametrize("stray", STRAYS, ids=lambda each: type(each).__name__)
def test_what_nobody_waits_for_raises_nothing_and_changes_nothing(stray: Stimulus) -> None:
    for made in (modem(), powered(), ready()):
        made.handle(stray, 0)
    lively = ready()
    if not isinstance(stray, (CardRemoved, CardInserted, SocketFailed)):
        lively.handle(stray, 0)
        assert sent(type_(lively, "AT+CCOAPACTION")) == [b"\x40\x01\x00\x01"]


# ── secrets ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "line",
    [
        "AT+CPIN=8642",
        'AT+CPIN="8642"',
        "AT+CPIN=86428642864",
        "AT+CPIN=8642,8642,8642",
        'AT+CNCFG=9,"a","u","8642"',
        'AT+CNCFG=1,"a","u","8642",7',
        'AT+CNCFG=1,"a","u","8642',
        'AT+CSTT="a","u","8642","x"',
        'AT+SAPBR=3,9,"PWD","8642"',
        "AT+CSQ;+CPIN=8642",
        "AT+CPIN=8642\x08\x08\x08\x08\x08",
    ],
)
def test_a_secret_appears_in_no_refusal(line: str) -> None:
    effects = type_(powered(card=Card(pin=Secret("1111"))), line)
    assert [type(effect) for effect in effects] == [UartTx, Refused]
    assert "8642" not in repr(effects[1])
    assert "8642" not in str(effects[1])


def test_a_password_on_its_way_to_the_cell_does_not_show() -> None:
    modem = registered()
    say(modem, 'AT+CNCFG=1,"ctnb","cdma","8642"')
    request = type_(modem, "AT+CNACT=1")[1]
    assert request == BearerOpen(0, "ctnb", "cdma", Secret("8642"))
    assert "8642" not in repr(request)
