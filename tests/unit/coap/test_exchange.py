"""One message until nothing more is expected of it, and the heap of those that are due."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import Micros
from modemtwin.coap.exchange import NEVER, Exchange, Schedule, State
from modemtwin.coap.message import Message
from modemtwin.coap.numbers import CON, CONTENT, GET, NON

PEER = ("192.0.2.1", 5683)


def _begun(kind: int, code: int, now: int = 0) -> Exchange:
    exchange = Exchange(Message(kind, code, 1), PEER, b"", 0)
    exchange.begin(2_000, now)
    return exchange


def _taken(schedule: Schedule, now: Micros) -> Exchange | None:
    exchange = schedule.due(now)
    if exchange is not None:
        schedule.drop(exchange)
    return exchange


def test_a_con_backs_off_twice_as_long_each_time_until_it_is_enough() -> None:
    exchange = _begun(CON, GET)
    timeouts = [exchange.timeout]
    while exchange.back_off(4):
        timeouts.append(exchange.timeout)
    assert timeouts == [2_000, 4_000, 8_000, 16_000, 32_000]
    assert exchange.retransmissions == 4


def test_an_acknowledged_request_waits_for_its_response() -> None:
    exchange = _begun(CON, GET)
    assert (exchange.acknowledge(), exchange.state) == (True, State.AWAITING)
    assert (exchange.acknowledge(), exchange.state) == (False, State.AWAITING)


def test_an_acknowledged_response_is_done() -> None:
    exchange = _begun(CON, CONTENT)
    assert (exchange.acknowledge(), exchange.state) == (True, State.ENDED)


def test_a_non_request_waits_for_its_response_at_once() -> None:
    exchange = _begun(NON, GET)
    assert (exchange.state, exchange.due, exchange.acknowledge()) == (State.AWAITING, NEVER, False)


def test_exchanges_come_out_in_the_order_in_which_they_are_due() -> None:
    schedule = Schedule()
    exchanges = [_begun(CON, GET, now) for now in (300, 100, 200)]
    for serial, exchange in enumerate(exchanges):
        exchange.serial = serial
        schedule.put(exchange)
    assert schedule.next() == 2_100
    assert [_taken(schedule, 2_200) for _ in range(3)] == [exchanges[1], exchanges[2], None]
    assert schedule.due(2_300) is exchanges[0]


def test_an_exchange_that_is_alone_is_due_when_it_is_due() -> None:
    schedule, exchange = Schedule(), _begun(CON, GET, 1)
    schedule.put(exchange)
    assert (len(schedule), schedule.next(), schedule.due(2_000)) == (1, 2_001, None)
    schedule.postpone(exchange, 6_000)
    assert (schedule.next(), schedule.due(5_999), schedule.due(6_000)) == (6_000, None, exchange)
    schedule.drop(exchange)
    assert (len(schedule), schedule.next(), schedule.due(9_000)) == (0, None, None)


@pytest.mark.parametrize("dropped", [0, 1, 2])
def test_it_makes_no_difference_which_exchange_was_alone(dropped: int) -> None:
    schedule = Schedule()
    exchanges = [_begun(CON, GET, now) for now in (1, 2, 3)]
    for serial, exchange in enumerate(exchanges):
        exchange.serial = serial
        schedule.put(exchange)
    schedule.drop(exchanges.pop(dropped))
    assert [_taken(schedule, 5_000) for _ in range(3)] == [*exchanges, None]
    schedule.put(_begun(CON, GET, 9))
    assert schedule.next() == 2_009


def test_a_dropped_exchange_is_due_no_more() -> None:
    schedule = Schedule()
    first, second = _begun(CON, GET, 1), _begun(CON, GET, 2)
    second.serial = 1
    schedule.put(first)
    schedule.put(second)
    schedule.drop(first)
    schedule.drop(first)
    assert (schedule.next(), _taken(schedule, 5_000), _taken(schedule, 5_000)) == (2_002, second, None)


@pytest.mark.parametrize("place", [0, 1], ids=["the earliest", "another one"])
@pytest.mark.parametrize(("due", "order"), [(1_500, [True, False]), (9_000, [False, True])], ids=["earlier", "later"])
def test_a_postponed_exchange_is_due_when_it_is_due_now(place: int, due: Micros, order: list[bool]) -> None:
    schedule = Schedule()
    exchanges = [_begun(CON, GET, 1), _begun(CON, GET, 2)]
    for serial, exchange in enumerate(exchanges):
        exchange.serial = serial
        schedule.put(exchange)
    schedule.postpone(exchanges[place], due)
    assert schedule.next() == min(due, exchanges[1 - place].due)
    assert [_taken(schedule, 10_000) is exchanges[place], _taken(schedule, 10_000) is exchanges[place]] == order
    assert schedule.due(10_000) is None


def test_stale_entries_do_not_pile_up_behind_one_that_lives() -> None:
    schedule = Schedule()
    schedule.put(_begun(CON, GET))
    for serial in range(1, 10_000):
        exchange = Exchange(Message(CON, GET, 1), PEER, b"", serial)
        exchange.begin(2_000, 1)
        schedule.put(exchange)
        schedule.drop(exchange)
    assert len(schedule) < 100
    assert schedule.next() == 2_000
