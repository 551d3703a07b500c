"""The cell: registration, changes while it runs, and who gets a bearer."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from modemtwin.clockwork import seconds
from modemtwin.modem.doors import (
    BearerClose,
    BearerGranted,
    BearerLost,
    BearerOpen,
    RadioOff,
    RadioOn,
    RadioRest,
    Registration,
    RegistrationChanged,
    Secret,
    SignalChanged,
    Stimulus,
    Technology,
)
from modemtwin.world.cell.cell import Cell
from modemtwin.world.cell.keys import CellSettings

HOME = RegistrationChanged(
    Registration.HOME, Technology.NB_IOT, "CHN-CT", "46011", "ctnb", 0x5AE1, 0xA1B2C3, "10.94.36.44"
)
SEARCHING = RegistrationChanged(Registration.SEARCHING, Technology.NB_IOT)


def cell(**settings: object) -> Cell:
    return Cell(CellSettings(**settings), Random(7))  # type: ignore[arg-type]


def registered(**settings: object) -> Cell:
    one = cell(**settings)
    one.handle(RadioOn("460111234567890"), 0)
    one.fire(seconds(0.5))
    return one


def asked(one: Cell, request: BearerOpen) -> list[Stimulus]:
    """Ask for a bearer at 1 s, and wait for the answer."""
    return [*one.handle(request, seconds(1)), *one.fire(seconds(1.49))]


def test_a_modem_is_registered_after_the_delay() -> None:
    one = cell()
    assert one.handle(RadioOn("460111234567890"), 100) == [SignalChanged(27, 99), SEARCHING]
    assert one.next_timer() == 100 + seconds(0.5)
    assert one.fire(one.next_timer() or 0) == [HOME]
    assert one.next_timer() is None


def test_nothing_comes_before_its_time() -> None:
    one = cell()
    one.handle(RadioOn("460111234567890"), 0)
    assert one.fire(seconds(0.499999)) == []


def test_a_second_radio_on_is_told_what_was_said_and_changes_nothing() -> None:
    one = registered()
    assert one.handle(RadioOn("460111234567890"), seconds(9)) == [SignalChanged(27, 99), HOME]
    assert one.next_timer() is None


def test_another_card_registers_anew() -> None:
    one = registered()
    assert one.handle(RadioOn("460110000000000"), seconds(9)) == [SignalChanged(27, 99), SEARCHING]
    assert one.next_timer() == seconds(9.5)


def test_radio_off_ends_everything_without_a_word() -> None:
    one = registered()
    asked(one, BearerOpen(0, ""))
    assert one.handle(RadioOff(), seconds(2)) == []
    assert one.next_timer() is None
    assert one.change(seconds(3), signal=3, coverage=False) == []


def test_a_roaming_modem_is_told_so() -> None:
    one = cell(roaming=True)
    one.handle(RadioOn("1"), 0)
    (answer,) = one.fire(seconds(1))
    assert isinstance(answer, RegistrationChanged)
    assert answer.registration is Registration.ROAMING


def test_a_denied_modem_learns_no_operator_and_no_apn() -> None:
    one = cell(denied=True)
    one.handle(RadioOn("1"), 0)
    denied = RegistrationChanged(Registration.DENIED, Technology.NB_IOT, area=0x5AE1, cell_id=0xA1B2C3)
    assert one.fire(seconds(1)) == [denied]


def test_without_coverage_the_search_never_ends() -> None:
    one = cell(coverage=False)
    assert one.handle(RadioOn("1"), 0) == [SignalChanged(99, 99), SEARCHING]
    assert one.next_timer() is None


@pytest.mark.parametrize("technology", [Technology.GSM, Technology.EGPRS])
def test_under_gsm_no_apn_is_delivered(technology: Technology) -> None:
    assert CellSettings(technology=technology).delivered_apn == ""


class TestChange:
    """A running cell changes through one door."""

    def test_the_signal_changes_at_once(self) -> None:
        assert registered().change(seconds(2), signal=12, bit_errors=3) == [SignalChanged(12, 3)]

    def test_what_stays_as_it_was_is_not_told(self) -> None:
        assert registered().change(seconds(2), signal=27, operator="CHN-CT") == []

    def test_another_technology_is_told_with_what_it_delivers(self) -> None:
        assert registered().change(seconds(2), technology="gsm") == [
            RegistrationChanged(Registration.HOME, Technology.GSM, "CHN-CT", "46011", "", 0x5AE1, 0xA1B2C3)
        ]

    def test_lost_coverage_takes_registration_and_bearers_away(self) -> None:
        one = registered()
        asked(one, BearerOpen(0, ""))
        assert one.change(seconds(2), coverage=False) == [
            SignalChanged(99, 99),
            SEARCHING,
            BearerLost(0, "the network dropped the bearer: there is no coverage"),
        ]

    def test_coverage_that_comes_back_registers_after_the_delay(self) -> None:
        one = registered()
        one.change(seconds(2), coverage=False)
        assert one.change(seconds(3), coverage=True) == [SignalChanged(27, 99)]
        assert one.fire(seconds(3.5)) == [HOME]

    def test_a_denial_ends_a_registration_and_its_end_begins_a_search(self) -> None:
        one = registered()
        denied = RegistrationChanged(Registration.DENIED, Technology.NB_IOT, area=0x5AE1, cell_id=0xA1B2C3)
        assert one.change(seconds(2), denied=True) == [denied]
        assert one.change(seconds(3), denied=False) == [SEARCHING]
        assert one.fire(seconds(3.5)) == [HOME]

    def test_every_mistake_is_told_and_nothing_changes(self) -> None:
        one = registered()
        with pytest.raises(ValueError, match="there is no such key") as caught:
            one.change(seconds(2), sgnal=3, signal=45, roaming=True)
        assert str(caught.value).splitlines() == [
            'cell.sgnal: there is no such key; did you mean "signal"?',
            "cell.signal: 45 is out of range; allowed: a whole number from 0 to 31, or 99",
        ]
        assert one.settings == CellSettings()


class TestBearer:
    """Who gets a bearer, and for how long."""

    def test_it_is_granted_after_the_delay(self) -> None:
        one = registered()
        assert one.handle(BearerOpen(0, "anything"), seconds(1)) == []
        assert one.next_timer() == seconds(1.49)
        assert one.fire(seconds(1.49)) == [BearerGranted(0, "10.94.36.44")]

    def test_two_bearers_have_two_addresses_and_a_free_one_is_given_again(self) -> None:
        one = registered()
        assert asked(one, BearerOpen(0, "")) == [BearerGranted(0, "10.94.36.44")]
        assert asked(one, BearerOpen(1, "")) == [BearerGranted(1, "10.94.36.45")]
        assert one.handle(BearerClose(0), seconds(2)) == [BearerLost(0, "closed by the TE")]
        assert asked(one, BearerOpen(2, "")) == [BearerGranted(2, "10.94.36.44")]

    def test_a_further_context_does_not_get_the_address_of_the_attachment(self) -> None:
        one = registered()
        assert asked(one, BearerOpen(18, "")) == [BearerGranted(18, "10.94.36.45")]
        assert asked(one, BearerOpen(0, "")) == [BearerGranted(0, "10.94.36.44")]
        assert asked(registered(technology=Technology.GSM), BearerOpen(18, "")) == [BearerGranted(18, "10.94.36.44")]

    def test_an_attached_modem_keeps_its_address(self) -> None:
        one = registered()
        assert one.change(seconds(2), address="10.0.0.1") == []
        one.handle(RadioRest(), seconds(3))
        assert one.handle(RadioOn("460111234567890"), seconds(4)) == [SignalChanged(27, 99), HOME]
        one.handle(RadioOff(), seconds(5))
        one.handle(RadioOn("460111234567890"), seconds(6))
        assert one.fire(seconds(6.5)) == [replace(HOME, address="10.0.0.1")]

    def test_a_bearer_that_is_there_is_granted_again(self) -> None:
        one = registered()
        asked(one, BearerOpen(0, ""))
        assert one.handle(BearerOpen(0, ""), seconds(3)) == [BearerGranted(0, "10.94.36.44")]

    def test_closing_what_is_not_there_is_confirmed_too(self) -> None:
        assert registered().handle(BearerClose(3), 0) == [BearerLost(3, "closed by the TE")]

    def test_without_coverage_there_is_none(self) -> None:
        one = cell(coverage=False)
        one.handle(RadioOn("1"), 0)
        assert one.handle(BearerOpen(0, ""), 1) == [BearerLost(0, "the cell gives none: there is no coverage")]

    def test_a_request_during_the_search_is_decided_after_the_registration(self) -> None:
        one = cell(registration_delay=4.0, bearer_delay=1.0)
        one.handle(RadioOn("1"), 0)
        assert one.handle(BearerOpen(0, ""), 1) == []
        assert one.change(2, signal=9) == [SignalChanged(9, 99)]
        assert one.fire(seconds(4)) == [HOME]
        assert one.fire(seconds(5)) == [BearerGranted(0, "10.94.36.44")]

    def test_a_request_during_a_search_that_ends_in_a_denial_is_refused(self) -> None:
        one = cell(denied=True, registration_delay=4.0, bearer_delay=1.0)
        one.handle(RadioOn("1"), 0)
        assert one.handle(BearerOpen(0, ""), 1) == []
        one.fire(seconds(4))
        assert one.fire(seconds(5)) == [BearerLost(0, "the cell gives none: the network denied the registration")]

    def test_a_request_during_a_search_ends_when_the_coverage_does(self) -> None:
        one = cell(registration_delay=4.0)
        one.handle(RadioOn("1"), 0)
        one.handle(BearerOpen(0, ""), 1)
        assert one.change(2, coverage=False)[-1] == BearerLost(
            0, "the network dropped the bearer: there is no coverage"
        )

    def test_with_the_radio_off_there_is_none(self) -> None:
        assert cell().handle(BearerOpen(0, ""), 1) == [BearerLost(0, "the cell gives none: the radio is off")]

    def test_reject_accepts_what_is_listed_in_any_case(self) -> None:
        one = registered(apn_policy="reject", apns=("ctnb", "cmnet"))
        assert asked(one, BearerOpen(0, "CMNET")) == [BearerGranted(0, "10.94.36.44")]
        why = 'the cell rejected APN "foo"; it accepts "ctnb" and "cmnet"'
        assert asked(one, BearerOpen(1, "foo")) == [BearerLost(1, why)]

    def test_reject_judges_the_networks_own_apn_too(self) -> None:
        one = registered(apn_policy="reject")
        assert asked(one, BearerOpen(0, "")) == [BearerLost(0, 'the cell rejected APN "ctnb"; it accepts none')]

    def test_deliver_takes_every_name(self) -> None:
        assert asked(registered(apn_policy="deliver"), BearerOpen(0, "foo")) == [BearerGranted(0, "10.94.36.44")]

    def test_a_wrong_password_is_refused_and_not_told(self) -> None:
        one = registered(apn_user="cdma", apn_password=Secret("1234"))
        assert asked(one, BearerOpen(0, "", "cdma", Secret("9876"))) == [
            BearerLost(0, "PDP authentication failed: the cell does not accept this user name and password")
        ]
        assert asked(one, BearerOpen(0, "", "cdma", Secret("1234"))) == [BearerGranted(0, "10.94.36.44")]

    def test_the_network_drops_it_when_it_is_told_to(self) -> None:
        one = registered()
        asked(one, BearerOpen(0, ""))
        one.handle(BearerOpen(1, ""), seconds(2))
        assert one.drop_bearer(seconds(2), "repairs") == [BearerLost(0, "repairs"), BearerLost(1, "repairs")]
        assert one.fire(seconds(5)) == []

    def test_the_network_drops_it_after_its_time(self) -> None:
        one = registered(drop_after=30.0)
        asked(one, BearerOpen(0, ""))
        assert one.next_timer() == seconds(31.49)
        assert one.fire(seconds(31.49)) == [BearerLost(0, "the network dropped the bearer: its time was up")]

    def test_delays_are_lengthened_by_chance_and_the_same_seed_gives_the_same(self) -> None:
        one, other = cell(delay_spread=1.0), cell(delay_spread=1.0)
        one.handle(RadioOn("1"), 0)
        other.handle(RadioOn("1"), 0)
        due = one.next_timer()
        assert due is not None
        assert due == other.next_timer()
        assert seconds(0.5) < due < seconds(1)
