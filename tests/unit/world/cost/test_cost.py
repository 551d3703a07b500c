"""What a conversation costs, counted by hand beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modemtwin.clockwork import Micros, seconds
from modemtwin.modem.doors import Address, DatagramRx, DatagramTx, Tick
from modemtwin.world.cost.air import PRESETS, Carrier, Energy, Radio
from modemtwin.world.cost.cost import Cost, count
from modemtwin.world.journal.journal import Entry
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
    up, down = cost.total.up, cost.total.down
    assert (up.datagrams, up.coap, up.ip, up.airtime) == (2, 8, 64, seconds(0.064))
    assert (down.datagrams, down.coap, down.ip, down.airtime) == (1, 4, 32, seconds(0.032))
    (exchange,) = cost.exchanges
    assert (exchange.mid, exchange.first, exchange.last, exchange.up.datagrams) == (1, 0, seconds(4), 2)


def test_an_ipv6_header_is_larger() -> None:
    assert count([out(REQUEST, 0, ("2001:db8::1", 5683))], PLAIN).total.up.ip == 4 + 8 + 40


def test_silence_ends_a_connection() -> None:
    usage = count([out(REQUEST, 0), back(ANSWER, 2), out(REQUEST, 14), out(REQUEST, 14)], PLAIN).total
    assert (usage.connections, usage.waited, usage.idle, usage.asleep) == (2, seconds(1.936 + 10), seconds(2), 0)
    later = count([out(REQUEST, 0), out(REQUEST, 100)], PLAIN).total
    assert (later.idle, later.asleep) == (seconds(5), seconds(100 - 0.032 - 10 - 5))


def test_energy_is_current_times_time() -> None:
    cost = count([out(REQUEST, 0), back(ANSWER, 2)], PLAIN)
    sent, received = seconds(0.01 + 0.01 + 0.032), seconds(0.02 + 0.032)
    drawn = mas((200.0, sent), (50.0, received), (10.0, seconds(12 - 0.064)), (10.0, seconds(5)))
    assert cost.energy() == pytest.approx(drawn)
    assert cost.exchange() == pytest.approx(drawn)
    assert cost.report(seconds(17)) == pytest.approx(drawn)


def test_a_day_is_reports_and_sleep() -> None:
    cost = count([out(REQUEST, 0), back(ANSWER, 2)], PLAIN)
    day = (cost.exchange() + mas((0.009, seconds(3600 - 17)))).times(24)
    assert cost.day(24) == pytest.approx(day)
    awake, asleep = cost.day(24, "idle"), cost.day(24)
    assert awake is not None
    assert asleep is not None
    assert awake.mah > 10 * asleep.mah
    assert cost.day(0) == pytest.approx(mas((0.009, seconds(86_400))))


def test_reports_so_close_that_the_connection_holds_set_it_up_no_more() -> None:
    cost = count([out(REQUEST, 0), back(ANSWER, 2)], PLAIN)
    close = mas((200.0, seconds(0.032)), (50.0, seconds(0.032)), (10.0, seconds(5.936)))
    assert cost.report(seconds(6)) == pytest.approx(close)
    always_on = mas((200.0, seconds(0.032)), (50.0, seconds(0.032)), (10.0, seconds(0.936)))
    assert cost.day(86_400) == pytest.approx(always_on.times(86_400)), "nobody waits longer than there is time"


def test_reports_that_take_longer_than_there_is_time_do_not_fit() -> None:
    cost = count([out(REQUEST, 0), back(ANSWER, 2)], replace(PLAIN, uplink=Carrier(((8, seconds(0.1)),))))
    assert cost.report(seconds(3.231)) is None
    assert cost.report(seconds(3.232)) is not None
    assert cost.day(86_400) is None


def test_an_exchange_that_the_network_lets_go_of_in_the_middle_is_set_up_twice() -> None:
    cost = count([out(REQUEST, 0), back(ANSWER, 40)], PLAIN)
    drawn = mas((200.0, seconds(0.02 * 2 + 0.032)), (50.0, seconds(0.02 * 2 + 0.032)), (10.0, seconds(20 + 10)))
    assert cost.exchange() == pytest.approx(drawn)
    asleep = seconds(100 - 0.064 - 20 - 10)
    assert cost.report(seconds(100)) == pytest.approx(drawn + mas((0.009, asleep)))


def test_a_journal_without_datagrams_costs_nothing_but_sleep() -> None:
    cost = count([], PLAIN)
    assert (cost.energy(), cost.exchange(), cost.exchanges) == (Energy(0.0, 0.0), Energy(0.0, 0.0), [])
    assert cost.day(24) == pytest.approx(mas((0.009, seconds(86_400))))


def test_what_belongs_to_no_exchange_is_counted_apart() -> None:
    cost = count([back(b"?", 0), back(ANSWER, 1), out(REQUEST, 2)], PLAIN)
    assert (cost.others.down.ip, cost.others.up.ip, cost.total.down.ip, cost.total.up.ip) == (29 + 32, 0, 29 + 32, 32)


def test_one_report_near_the_cell_worked_out_on_paper() -> None:
    """A CON of 33 bytes is answered in 0.6 s by 10, over nb-iot-good; each number is derived beside it.

    out    33 + 28 of IPv4 and UDP + 12 below it = 73 bytes = 584 bits, in a block of 680: 8 ms
    in     10 + 28 + 12 = 50 bytes = 400 bits, in a block of 424: 5 ms
    setup  out 2 x 6.4 ms of preamble, 56 bits in 72: 1 ms, 160 in 224: 3 ms, together 16.8 ms
           in  56 bits in 72: 1 ms, 240 in 328: 4 ms, 80 in 144: 2 ms, together 7 ms
    drawn  24.8 ms x 167 mA = 4.1416 mAs, 12 ms x 40 mA = 0.48 mAs
           0.6 s - 13 ms + 10 s x (11 + 0.1 x 29 = 13.9 mA) = 147.1593 mAs, 10 s x 11 mA = 110 mAs
    """
    request = bytes.fromhex("40020001 b5") + b"large\xff" + 22 * b"a"
    entries = [out(request, 0), back(bytes.fromhex("60440001 ff") + b"taken", 0.6)]
    cost = count(entries, PRESETS["nb-iot-good"])
    assert (cost.total.up.coap, cost.total.up.ip, cost.total.up.airtime) == (33, 61, 8_000)
    assert (cost.total.down.coap, cost.total.down.ip, cost.total.down.airtime) == (10, 38, 5_000)
    assert cost.radio.setting_up() == (16_800, 7_000)
    assert cost.energy() == pytest.approx((261.7809 / 3600, 0.99476742))
    assert cost.day(1) == pytest.approx((1039.1955 / 3600, 3.9489429)), "and 86,379.4 s x 0.009 mA = 777.4146 mAs"
    assert cost.day(24) == pytest.approx((7055.892 / 3600, 26.8123896)), "and 24 x 3579.4 s x 0.009 mA = 773.1504 mAs"


def _report(kind: str, preset: str) -> Cost:
    conversation = FarEnd()
    conversation.ask(f'type,{kind},code,2,uri-path,0,"echo",payload,0,"21.5"', wait=300)
    return count(conversation.entries, PRESETS[preset])


@pytest.mark.parametrize("preset", PRESETS)
def test_a_report_that_nobody_acknowledges_is_no_dearer_and_fewer_of_them_are_cheaper(preset: str) -> None:
    con, non = _report("CON", preset), _report("NON", preset)
    assert (con.total.up.datagrams, con.total.down.datagrams) == (1, 1)
    assert con.total.up.ip == non.total.up.ip
    once, hourly = con.day(1), con.day(24)
    assert once is not None
    assert hourly is not None
    assert once.mah < hourly.mah < 24 * once.mah
