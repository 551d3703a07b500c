"""What a conversation costs, counted by hand beside it."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import Micros, seconds
from modemtwin.modem.doors import Address, DatagramRx, DatagramTx, Tick
from modemtwin.world.air import PRESETS, Carrier, Radio
from modemtwin.world.cost import Cost, Energy, count
from modemtwin.world.journal import Entry
from tests.unit.world.far_end import SERVER, FarEnd

PLAIN = Radio(
    "a byte takes a millisecond",
    uplink=Carrier(((8, 1000),)),
    downlink=Carrier(((8, 1000),)),
    preamble=seconds(0.01),
    up=(10,),
    down=(20,),
    headers=0,
    listening=0.0,
    inactivity=seconds(10),
    active=seconds(5),
    volts=4.0,
    transmit=200.0,
    receive=50.0,
    idle=10.0,
)
REQUEST, ANSWER = bytes.fromhex("40010001"), bytes.fromhex("60450001")


def out(data: bytes, now: float, peer: Address = SERVER) -> Entry:
    return Entry(seconds(now), Tick(), (DatagramTx(peer, data),))


def back(data: bytes, now: float, peer: Address = SERVER) -> Entry:
    return Entry(seconds(now), DatagramRx(peer, data), ())


def mas(*drawn: tuple[float, Micros]) -> Energy:
    charge = sum(current * span / 1_000_000 for current, span in drawn)
    return Energy(charge / 3600, charge * 4.0 / 1000)


def test_datagrams_are_counted_with_their_headers_and_retransmissions() -> None:
    cost = count([out(REQUEST, 0), out(REQUEST, 3), back(ANSWER, 4)], PLAIN)
    assert (cost.up.datagrams, cost.up.coap, cost.up.ip, cost.up.airtime) == (2, 8, 64, seconds(0.064))
    assert (cost.down.datagrams, cost.down.coap, cost.down.ip, cost.down.airtime) == (1, 4, 32, seconds(0.032))
    (exchange,) = cost.exchanges
    assert (exchange.mid, exchange.first, exchange.last, exchange.up.datagrams) == (1, 0, seconds(4), 2)


def test_an_ipv6_header_is_larger() -> None:
    assert count([out(REQUEST, 0, ("2001:db8::1", 5683))], PLAIN).up.ip == 4 + 8 + 40


def test_a_separate_response_and_its_ack_belong_to_the_request() -> None:
    entries = [
        out(bytes.fromhex("4101000177"), 0),
        back(bytes.fromhex("60000001"), 1),
        back(bytes.fromhex("4145100077"), 2),
        out(bytes.fromhex("60001000"), 2),
    ]
    (exchange,) = count(entries, PLAIN).exchanges
    assert (exchange.up.datagrams, exchange.down.datagrams, exchange.last) == (2, 2, seconds(2))


def test_every_notification_is_an_exchange_of_its_own() -> None:
    entries = [
        out(bytes.fromhex("410100017760"), 0),
        back(bytes.fromhex("61450001776101"), 1),
        back(bytes.fromhex("41451000776102"), 2),
        back(bytes.fromhex("41451000776102"), 3),
        out(bytes.fromhex("60001000"), 3),
        back(bytes.fromhex("51451001776103"), 4),
    ]
    assert [(each.mid, each.up.datagrams, each.down.datagrams) for each in count(entries, PLAIN).exchanges] == [
        (1, 1, 1),
        (4096, 1, 2),
        (4097, 0, 1),
    ]


def test_silence_ends_a_connection() -> None:
    cost = count([out(REQUEST, 0), back(ANSWER, 2), out(REQUEST, 14), out(REQUEST, 14)], PLAIN)
    assert (cost.connections, cost.connected, cost.idle) == (2, seconds(12 + 10), seconds(2 + 5))


def test_energy_is_current_times_time() -> None:
    cost = count([out(REQUEST, 0), back(ANSWER, 2)], PLAIN)
    sent, received = seconds(0.01 + 0.01 + 0.032), seconds(0.02 + 0.032)
    drawn = mas((200.0, sent), (50.0, received), (10.0, seconds(12 - 0.064)), (10.0, seconds(5)))
    assert cost.energy() == pytest.approx(drawn)
    report, asleep = cost.report()
    assert report == pytest.approx(drawn)
    assert asleep == seconds(86_400 - 12 - 5)


def test_a_day_is_reports_and_sleep() -> None:
    cost = count([out(REQUEST, 0), back(ANSWER, 2)], PLAIN)
    report, asleep = cost.report(seconds(3600))
    assert asleep == seconds(3600 - 17)
    night = mas((0.009, asleep))
    assert cost.day(24) == pytest.approx((report + night).times(24))
    assert cost.day(24, "idle").mah > 10 * cost.day(24).mah
    assert cost.day(0) == pytest.approx(mas((0.009, seconds(86_400))))


def test_reports_so_close_that_the_connection_holds_set_it_up_no_more() -> None:
    cost = count([out(REQUEST, 0), back(ANSWER, 2)], PLAIN)
    close, asleep = cost.report(seconds(6))
    assert asleep == 0
    assert close == pytest.approx(mas((200.0, seconds(0.032)), (50.0, seconds(0.032)), (10.0, seconds(5.936))))
    assert cost.day(86_400).mah > cost.day(8_640).mah


def test_a_journal_without_datagrams_costs_nothing_but_sleep() -> None:
    cost = count([], PLAIN)
    assert (cost.energy(), cost.exchanges) == (Energy(0.0, 0.0), [])
    assert cost.day(24) == pytest.approx(mas((0.009, seconds(86_400))))


def _report(kind: str, preset: str) -> Cost:
    conversation = FarEnd()
    conversation.ask(f'type,{kind},code,2,uri-path,0,"echo",payload,0,"21.5"', wait=300)
    return count(conversation.entries, PRESETS[preset])


@pytest.mark.parametrize("preset", PRESETS)
def test_a_report_that_nobody_acknowledges_is_no_dearer_and_fewer_of_them_are_cheaper(preset: str) -> None:
    con, non = _report("CON", preset), _report("NON", preset)
    assert (con.up.datagrams, con.down.datagrams) == (1, 1)
    assert con.up.ip == non.up.ip
    assert con.day(1).mah < con.day(24).mah < 24 * con.day(1).mah
