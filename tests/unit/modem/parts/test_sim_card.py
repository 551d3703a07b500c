"""The SIM card: PIN, PUK, blocked; in the holder and out of it; with current and without."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modemtwin.at.reply import Refusal
from modemtwin.modem.doors import Card, Effect, Secret
from modemtwin.modem.parts.events import CardChanged, CardStatus, Event
from modemtwin.modem.parts.sim_card import SimCard

LOCKED = Card(pin=Secret("1234"), puk=Secret("87654321"))


class Holder:
    """A card in its holder, and what was heard of it."""

    def __init__(self, card: Card | None) -> None:
        self.heard: list[Effect | Event] = []
        self.card = SimCard(card, self.heard.append)

    def refused(self, code: str, new_pin: str | None = None) -> tuple[int, str]:
        with pytest.raises(Refusal) as refused:
            self.card.enter(code, new_pin)
        return refused.value.error, refused.value.reason

    def demanded(self) -> tuple[int, str]:
        with pytest.raises(Refusal) as refused:
            self.card.demand()
        return refused.value.error, refused.value.reason


def test_a_card_without_pin_is_ready_at_once() -> None:
    holder = Holder(Card())
    assert (holder.card.status, holder.card.demand()) == (CardStatus.READY, Card())


def test_the_right_pin_opens_the_card_and_says_so() -> None:
    holder = Holder(LOCKED)
    assert holder.card.status is CardStatus.PIN
    holder.card.enter("1234", None)
    assert (holder.card.status, holder.heard) == (CardStatus.READY, [CardChanged(CardStatus.READY)])


def test_a_wrong_pin_is_refused_and_leaves_one_try_less() -> None:
    holder = Holder(LOCKED)
    assert holder.refused("0000") == (16, "the PIN is wrong; 2 of 3 tries are left")
    assert holder.refused("0000") == (16, "the PIN is wrong; 1 of 3 tries are left")
    holder.card.enter("1234", None)
    assert holder.card.status is CardStatus.READY


def test_three_wrong_pins_lead_to_the_puk() -> None:
    holder = Holder(LOCKED)
    for _ in range(2):
        holder.refused("0000")
    assert holder.refused("0000") == (16, "the PIN is wrong for the third time; the card asks for its PUK now")
    assert (holder.card.status, holder.heard) == (CardStatus.PUK, [CardChanged(CardStatus.PUK)])
    assert holder.refused("1234") == (12, "the card asks for its PUK: send AT+CPIN=<puk>,<new pin>")


def blocked() -> Holder:
    holder = Holder(LOCKED)
    for _ in range(3):
        holder.refused("0000")
    holder.heard.clear()
    return holder


def test_the_puk_opens_the_card_with_a_new_pin() -> None:
    holder = blocked()
    holder.card.enter("87654321", "5555")
    assert (holder.card.status, holder.heard) == (CardStatus.READY, [CardChanged(CardStatus.READY)])
    holder.card.boot()
    assert holder.refused("1234")[0] == 16
    holder.card.enter("5555", None)
    assert holder.card.status is CardStatus.READY


def test_ten_wrong_puks_block_the_card_for_good() -> None:
    holder = blocked()
    for left in range(9, 0, -1):
        assert holder.refused("00000000", "5555") == (16, f"the PUK is wrong; {left} of 10 tries are left")
    dead = (13, "the PUK is wrong for the tenth time; the card is blocked for good")
    assert holder.refused("00000000", "5555") == dead
    assert holder.refused("87654321", "5555") == (13, "the SIM card is blocked for good after ten wrong PUKs")
    assert holder.card.status is CardStatus.PUK


def test_tries_are_not_given_back_by_a_restart() -> None:
    holder = Holder(LOCKED)
    holder.refused("0000")
    holder.card.boot()
    assert holder.refused("0000") == (16, "the PIN is wrong; 1 of 3 tries are left")


def test_a_card_that_is_open_takes_no_pin() -> None:
    assert Holder(Card()).refused("1234") == (3, "the SIM card does not ask for a PIN now")


@pytest.mark.parametrize(
    ("holder", "refusal"),
    [
        (Holder(None), (10, "there is no SIM card in the holder")),
        (Holder(LOCKED), (11, "the SIM card waits for its PIN: send AT+CPIN=<pin> first")),
        (blocked(), (12, "the PIN is blocked: send AT+CPIN=<puk>,<new pin> first")),
    ],
    ids=["absent", "locked", "blocked"],
)
def test_what_needs_the_card_is_refused_with_what_the_card_needs(holder: Holder, refusal: tuple[int, str]) -> None:
    assert holder.demanded() == refusal


def test_a_card_without_current_is_busy() -> None:
    holder = Holder(Card())
    holder.card.power(on=False)
    assert holder.card.status is CardStatus.NOT_READY
    assert holder.demanded() == (14, "the SIM card is switched off: send AT+CFUN=1 first")
    assert holder.refused("1234")[0] == 14


def test_current_again_is_said_once_and_makes_the_card_ask_again() -> None:
    holder = Holder(LOCKED)
    holder.card.enter("1234", None)
    holder.heard.clear()
    holder.card.power(on=False)
    holder.card.power(on=True)
    holder.card.power(on=True)
    assert holder.heard == [CardChanged(CardStatus.PIN)]


def test_inserting_and_pulling_a_card_are_said() -> None:
    holder = Holder(None)
    holder.card.insert(Card())
    holder.card.remove()
    holder.card.remove()
    assert holder.heard == [CardChanged(CardStatus.READY), CardChanged(CardStatus.NOT_INSERTED)]


def test_a_card_that_is_pulled_keeps_its_tries_and_a_right_pin_gives_them_back() -> None:
    holder = Holder(LOCKED)
    holder.refused("0000")
    holder.card.remove()
    holder.card.insert(LOCKED)
    assert holder.refused("0000") == (16, "the PIN is wrong; 1 of 3 tries are left")
    holder.card.insert(LOCKED)
    holder.card.enter("1234", None)
    holder.card.insert(LOCKED)
    assert holder.refused("0000") == (16, "the PIN is wrong; 2 of 3 tries are left")


def test_another_card_has_tries_of_its_own() -> None:
    holder = Holder(LOCKED)
    holder.refused("0000")
    holder.card.insert(replace(LOCKED, iccid="89860318760000000002"))
    assert holder.refused("0000") == (16, "the PIN is wrong; 2 of 3 tries are left")


def test_a_card_that_is_pulled_keeps_a_new_pin_and_a_block() -> None:
    holder = Holder(LOCKED)
    for _ in range(3):
        holder.refused("0000")
    holder.card.insert(LOCKED)
    assert holder.refused("1234")[0] == 12
    holder.card.enter("87654321", "4321")
    holder.card.insert(LOCKED)
    holder.card.enter("4321", None)
    assert holder.card.status is CardStatus.READY


def test_so_many_cards_on_the_desk_that_the_first_is_forgotten() -> None:
    holder = Holder(LOCKED)
    holder.refused("0000")
    for number in range(65):
        holder.card.insert(replace(LOCKED, iccid=f"{number:019}"))
        holder.refused("0000")
    holder.card.insert(LOCKED)
    assert holder.refused("0000") == (16, "the PIN is wrong; 2 of 3 tries are left")
    holder.card.insert(replace(LOCKED, iccid=f"{64:019}"))
    assert holder.refused("0000") == (16, "the PIN is wrong; 1 of 3 tries are left")


def test_the_number_on_the_card_can_be_read_without_its_pin() -> None:
    assert Holder(LOCKED).card.identity() == LOCKED
    with pytest.raises(Refusal) as refused:
        Holder(None).card.identity()
    assert refused.value.error == 10
