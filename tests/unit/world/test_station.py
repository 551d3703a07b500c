"""The station: modem, cell, routes and timeline together."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.modem.condition import Condition
from modemtwin.modem.doors import (
    BearerOpen,
    Card,
    DatagramRx,
    DatagramTx,
    Effect,
    Note,
    Ping,
    Pinged,
    PowerOff,
    RadioOff,
    RadioOn,
    Resolve,
    Resolved,
    Secret,
    SocketFailed,
    Stimulus,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.world.scenario.action import ChangeCell, Event, RemoveCard
from modemtwin.world.scenario.scenario import Scenario, parse_scenario
from modemtwin.world.station import Station, build_station
from tests.unit.world.dialogue import Dialogue, text_of


class Echo:
    """A modem that remembers what it was told, and does what the TE types: each byte stands for an effect."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, Stimulus]] = []
        self.timer: int | None = None

    def handle(self, stimulus: Stimulus, now: int) -> list[Effect]:
        self.heard.append((now, stimulus))
        return [EFFECTS[chr(byte)] for byte in stimulus.data] if isinstance(stimulus, UartRx) else []

    def next_timer(self) -> int | None:
        return self.timer

    @property
    def condition(self) -> Condition:
        return Condition(is_on=True, in_psm=False, asleep=False, in_flight=False)


EFFECTS: dict[str, Effect] = {
    "n": RadioOn("460111234567890"),
    "f": RadioOff(),
    "b": BearerOpen(0, ""),
    "d": DatagramTx(("198.181.39.174", 5683), b"x"),
    "r": Resolve("coap.me"),
    "o": Resolve("other.example"),
    "p": Ping("198.181.39.174", 1, 32, 1000),
    "t": UartTx(b"OK"),
    "!": PowerOff(),
}


def echoing(text: str = "") -> tuple[Station, Echo]:
    modem = Echo()
    return build_station(parse_scenario(text), build=lambda header: modem), modem


ROUTED = """
[[route]]
from = "198.181.39.174"
to = "127.0.0.1:41000"
[[route]]
from = "coap.me"
to = "127.0.0.1:41001"
"""


def test_what_is_for_the_cell_does_not_leave_and_order_is_kept() -> None:
    station, modem = echoing()
    assert station.handle(UartRx(b"tnt"), 0) == [UartTx(b"OK"), UartTx(b"OK")]
    assert [type(stimulus).__name__ for _, stimulus in modem.heard] == [
        "UartRx",
        "SignalChanged",
        "RegistrationChanged",
    ]


def test_a_tick_fires_what_is_due_and_nothing_else() -> None:
    station, modem = echoing()
    station.handle(UartRx(b"n"), 0)
    modem.timer = seconds(2)
    assert station.next_timer() == seconds(0.5)
    station.handle(Tick(), seconds(0.4))
    assert len(modem.heard) == 3
    station.handle(Tick(), seconds(0.5))
    assert len(modem.heard) == 4
    assert station.next_timer() == seconds(2)
    station.handle(Tick(), seconds(2))
    assert modem.heard[-1] == (seconds(2), Tick())


def test_datagrams_follow_their_route_both_ways() -> None:
    station, modem = echoing(ROUTED)
    assert station.handle(UartRx(b"d"), 0) == [DatagramTx(("127.0.0.1", 41000), b"x")]
    station.handle(DatagramRx(("127.0.0.1", 41000), b"y"), 1)
    assert modem.heard[-1] == (1, DatagramRx(("198.181.39.174", 5683), b"y"))


def test_a_socket_error_names_the_address_that_the_modem_knows() -> None:
    station, modem = echoing(ROUTED)
    station.handle(UartRx(b"d"), 0)
    station.handle(SocketFailed("refused", ("127.0.0.1", 41000)), 1)
    assert modem.heard[-1] == (1, SocketFailed("refused", ("198.181.39.174", 5683)))


def test_a_routed_name_is_resolved_inside_and_another_one_outside() -> None:
    station, modem = echoing(ROUTED)
    assert station.handle(UartRx(b"ro"), 0) == [Resolve("other.example")]
    assert modem.heard[-1] == (0, Resolved("coap.me", ("192.0.2.1",)))


def test_a_ping_follows_the_route_and_its_answer_comes_back_from_where_it_was_sent() -> None:
    station, modem = echoing(ROUTED)
    assert station.handle(UartRx(b"p"), 0) == [Ping("127.0.0.1", 1, 32, 1000)]
    station.handle(Pinged(1, "127.0.0.1", 5), 1)
    assert modem.heard[-1] == (1, Pinged(1, "198.181.39.174", 5))


def test_a_modem_that_switches_itself_off_has_left_the_cell() -> None:
    station, _ = echoing()
    station.handle(UartRx(b"n"), 0)
    assert station.handle(UartRx(b"!"), 1) == [PowerOff()]
    assert station.next_timer() is None


def test_the_timeline_counts_from_the_first_stimulus() -> None:
    modem = Echo()
    events = (Event(seconds(2), RemoveCard()), Event(seconds(1), ChangeCell({"signal": 3})))
    station = build_station(Scenario(events=events), build=lambda header: modem)
    assert station.next_timer() is None
    station.handle(UartRx(b"n"), seconds(10))
    station.handle(Tick(), seconds(10.5))
    assert station.next_timer() == seconds(11)
    station.handle(Tick(), seconds(12))
    assert [repr(stimulus) for _, stimulus in modem.heard[-2:]] == ["SignalChanged(rssi=3, ber=99)", "CardRemoved()"]
    assert station.next_timer() is None


def test_modem_and_cell_that_never_come_to_rest_are_a_mistake_of_ours() -> None:
    class Restless(Echo):
        def handle(self, stimulus: Stimulus, now: int) -> list[Effect]:
            return [RadioOn("1")]

    station = build_station(Scenario(), build=lambda header: Restless())
    with pytest.raises(AssertionError, match="modem and cell never come to rest"):
        station.handle(UartRx(b"x"), 0)


class TestRealModem:
    """The same with the real modem."""

    def test_it_registers_and_gets_a_bearer(self) -> None:
        dialogue = Dialogue()
        dialogue.type("ATE0\r")
        assert dialogue.said("AT+CEREG?;+COPS?\r") == '\r\n+CEREG: 0,1\r\n\r\n+COPS: 0,0,"CHN-CT",9\r\n\r\nOK\r\n'
        assert dialogue.said("AT+CNACT=1\r") == "\r\nOK\r\n"
        assert text_of(dialogue.pass_time(0.49)) == "\r\n+APP PDP: ACTIVE\r\n"

    def test_the_reason_of_a_rejected_apn_comes_beside_the_urc(self) -> None:
        dialogue = Dialogue("cell.apn_policy=reject", "cell.apns=ctnb")
        dialogue.type('AT+CNACT=1,"foo"\r')
        assert dialogue.pass_time(1) == [
            Note('no bearer: the cell rejected APN "foo"; it accepts "ctnb"'),
            UartTx(b"\r\n+APP PDP: DEACTIVE\r\n"),
        ]

    def test_the_cell_changes_while_it_runs(self) -> None:
        dialogue = Dialogue()
        dialogue.type("ATE0\r")
        dialogue.station.change(dialogue.now, signal=12, technology="gsm", operator="Testnetz")
        assert dialogue.said("AT+CSQ;+COPS?;+CGNAPN\r") == (
            '\r\n+CSQ: 12,99\r\n\r\n+COPS: 0,0,"Testnetz",0\r\n\r\n+CGNAPN: 0,""\r\n\r\nOK\r\n'
        )

    def test_the_network_drops_the_bearer(self) -> None:
        dialogue = Dialogue()
        dialogue.type("AT+CNACT=1\r")
        dialogue.pass_time(1)
        assert text_of(dialogue.station.drop_bearer(dialogue.now)) == "\r\n+APP PDP: DEACTIVE\r\n"

    def test_a_card_is_pulled_and_another_one_slides_in(self) -> None:
        dialogue = Dialogue()
        assert text_of(dialogue.station.remove_card(dialogue.now)) == "\r\n+CPIN: NOT INSERTED\r\n"
        card = Card(pin=Secret("4711"))
        assert text_of(dialogue.station.insert_card(card, dialogue.now)) == "\r\n+CPIN: SIM PIN\r\n"

    def test_a_restart_registers_again(self) -> None:
        dialogue = Dialogue()
        dialogue.type("AT+CFUN=1,1\r")
        dialogue.pass_time(6)
        dialogue.type("ATE0\r")
        assert dialogue.said("AT+CEREG?\r") == "\r\n+CEREG: 0,1\r\n\r\nOK\r\n"

    def test_a_datagram_leaves_after_ok_and_follows_its_route(self) -> None:
        dialogue = Dialogue(scenario=parse_scenario(ROUTED))
        dialogue.make_ready("coap://coap.me")
        assert dialogue.type("AT+CCOAPACTION\r") == [
            UartTx(b"\r\n+CCOAPACTION: 0,1\r\n\r\nOK\r\n"),
            DatagramTx(("127.0.0.1", 41001), bytes.fromhex("40 01 00 01 37") + b"coap.me"),
        ]
