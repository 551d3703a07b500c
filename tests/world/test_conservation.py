"""Conservation, on a part of what ``python3 run.py soak`` runs; and the account itself sees what is wrong."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from tests.world.conservation import LEVELS, Account, Ledger, run_level

EXCHANGES = 300


@pytest.mark.parametrize("loss", LEVELS)
def test_each_accepted_packet_ends_exactly_once_and_no_request_is_seen_twice(loss: float) -> None:
    account = run_level(loss, EXCHANGES)
    assert account.faults == []
    assert account.exchanges == EXCHANGES
    assert set(account.outcomes) <= {"answered", "given up", "socket error", "ended by TERM"}


def test_without_loss_and_without_trouble_everything_is_answered() -> None:
    assert run_level(0.0, EXCHANGES, trouble=False).outcomes == {"answered": EXCHANGES}


def test_half_of_all_datagrams_lost_brings_every_kind_of_end() -> None:
    kinds = run_level(0.5, 1_500).outcomes
    assert sorted(kinds) == ["answered", "ended by TERM", "given up", "socket error"]


def test_no_packet_waits_longer_than_its_lifetime() -> None:
    assert run_level(0.5, EXCHANGES).longest <= seconds(247)  # RFC 7252 §4.8.2: EXCHANGE_LIFETIME


def test_the_account_would_see_an_end_that_comes_twice_or_never() -> None:
    account = Account()
    ledger = Ledger("m1", account)
    ledger.begin(1, "A", 0)
    ledger.answer("A", 10)
    ledger.answer("A", 20)
    ledger.give_up("2,1", 30)
    ledger.begin(2, "B", 40)
    ledger.begin(2, "C", 50)
    ledger.close()
    assert account.faults == [
        "m1: an answer to A a second time, which is not open",
        "m1: +CCOAPACTION: 2,1 for nothing that is open",
        "m1: mid 2 began twice",
        "m1: mid 2 never ended",
    ]
