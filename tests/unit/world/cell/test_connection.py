"""The radio connection: what it grants, when it ends, and what waits without it."""

from __future__ import annotations

from modemtwin.clockwork import seconds
from modemtwin.modem.doors import AreaAccepted, AreaUpdate, ConnectionChanged, DatagramRx, Paged
from modemtwin.world.cell.connection import KEPT, Connection, Policy

IDLE, BUSY = ConnectionChanged(connected=False), ConnectionChanged(connected=True)
EDRX = AreaUpdate(None, None, 2)
PSM = AreaUpdate(0b001_00001, 0b000_00101, None)


def datagram(number: int) -> DatagramRx:
    return DatagramRx(("192.0.2.1", 5683), bytes([number]))


def with_edrx() -> Connection:
    """Cycle of 20.48 s, window of 2.56 s, idle since 1 s."""
    made = Connection()
    policy = Policy(paging_window=2.56, release_after=1.0)
    assert made.update(EDRX, policy, 0, narrow=True) == [AreaAccepted(None, None, 2, 0)]
    assert made.fire(seconds(1), reachable=True) == [IDLE]
    return made


def test_the_connection_is_released_when_it_was_quiet_for_long_enough() -> None:
    made = Connection()
    assert made.update(PSM, Policy(), 0, narrow=True) == [AreaAccepted(0b001_00001, 0b000_00101, None, None)]
    assert made.next_timer() == seconds(10)
    assert made.active(seconds(6)) == []
    assert made.next_timer() == seconds(16)
    assert made.fire(seconds(16), reachable=True) == [IDLE]
    assert made.next_timer() is None
    assert made.active(seconds(20)) == [BUSY]
    assert made.next_timer() == seconds(30)


def test_what_comes_within_a_window_is_brought_at_once() -> None:
    made = with_edrx()
    assert made.downlink(datagram(1), seconds(2.5)) == [BUSY, datagram(1)]


def test_what_comes_between_two_windows_waits_for_the_next_in_its_order() -> None:
    made = with_edrx()
    assert made.downlink(datagram(1), seconds(3)) == []
    assert made.downlink(datagram(2), seconds(9)) == []
    assert made.next_timer() == seconds(20.48)
    assert made.fire(seconds(20.48), reachable=True) == [BUSY, Paged(2, seconds(17.48), 0), datagram(1), datagram(2)]
    assert made.next_timer() == seconds(21.48)


def test_the_network_keeps_so_many_and_says_how_many_are_lost() -> None:
    made = with_edrx()
    for number in range(KEPT + 3):
        made.downlink(datagram(number), seconds(5))
    _, paged, *kept = made.fire(seconds(20.48), reachable=True)
    assert paged == Paged(KEPT, seconds(15.48), 3)
    assert kept == [datagram(number) for number in range(KEPT)]


def test_what_is_kept_for_a_modem_without_a_bearer_is_lost() -> None:
    made = with_edrx()
    made.downlink(datagram(1), seconds(5))
    assert made.fire(seconds(20.48), reachable=False) == []
    assert made.next_timer() is None


def test_what_is_kept_comes_with_the_connection_that_an_uplink_makes() -> None:
    made = with_edrx()
    made.downlink(datagram(1), seconds(5))
    assert made.active(seconds(6)) == [BUSY, Paged(1, seconds(1), 0), datagram(1)]


def test_a_cell_may_refuse_or_have_values_of_its_own() -> None:
    both = AreaUpdate(0b001_00001, 0b000_00101, 2)
    grants = [
        (Policy(psm=False), AreaAccepted(None, None, 2, 3)),
        (Policy(edrx=False), AreaAccepted(0b001_00001, 0b000_00101, None, None)),
        (Policy(psm_active=60.0, psm_periodic=120.0, edrx_cycle=80.0), AreaAccepted(0b100_00100, 0b000_11110, 5, 3)),
    ]
    for policy, granted in grants:
        assert Connection().update(both, policy, 0, narrow=True) == [granted]


def test_nb_iot_grants_a_cycle_that_it_has() -> None:
    asked = AreaUpdate(None, None, 0)
    assert Connection().update(asked, Policy(), 0, narrow=True) == [AreaAccepted(None, None, 2, 3)]
    assert Connection().update(asked, Policy(), 0, narrow=False) == [AreaAccepted(None, None, 0, 7)]


def test_a_t3412_of_nothing_is_left_to_the_network() -> None:
    asked = AreaUpdate(0b011_00000, 0, None)
    assert Connection().update(asked, Policy(), 0, narrow=True) == [AreaAccepted(0b000_00110, 0, None, None)]


def test_a_t3324_that_is_off_is_no_psm() -> None:
    asked = AreaUpdate(0b001_00001, 0b111_00000, None)
    made = Connection()
    assert made.update(asked, Policy(), 0, narrow=True) == [AreaAccepted(None, None, None, None)]
    assert not made.saving
    assert made.active(seconds(99)) == []
