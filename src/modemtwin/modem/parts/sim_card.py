"""The SIM card in its holder (TS 27.007 §8.3, TS 31.101 §9).

Absent ──insert──► Locked(PIN) ──PIN──► Open        three wrong PINs ──► Locked(PUK)
                   (or Open, when it asks for none)  ten wrong PUKs ───► Dead

PIN and tries are the card's own: one that is pulled keeps them, and comes back as it went (`Q-CARD-AGAIN`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from modemtwin.at.reply import Refusal
from modemtwin.modem.doors import Card, Secret
from modemtwin.modem.parts.events import CardChanged, CardStatus, Emit

PIN_TRIES = 3
PUK_TRIES = 10

_MOST_PULLED = 64
"""Cards that are remembered; the one that lies on the desk for longest is then taken for a new one."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The holder is empty."""


@dataclass(frozen=True, slots=True)
class WantsPin:
    """The card waits for its PIN."""

    card: Card
    tries: int = PIN_TRIES


@dataclass(frozen=True, slots=True)
class WantsPuk:
    """The PIN is blocked; the PUK and a new PIN open the card."""

    card: Card
    tries: int = PUK_TRIES


@dataclass(frozen=True, slots=True)
class Dead:
    """Ten wrong PUKs: nothing opens this card any more."""

    card: Card


@dataclass(frozen=True, slots=True)
class Open:
    """The card does its work."""

    card: Card


State: TypeAlias = Absent | WantsPin | WantsPuk | Dead | Open


class SimCard:
    """The holder, the card in it, and the cards on the desk that were in it."""

    __slots__ = ("_emit", "_inserted", "_powered", "_pulled", "_state")

    def __init__(self, card: Card | None, emit: Emit) -> None:
        self._emit = emit
        self._powered = True
        self._inserted = card
        self._state: State = Absent() if card is None else _fresh(card)
        self._pulled: dict[Card, State] = {}

    @property
    def status(self) -> CardStatus:
        """What ``AT+CPIN?`` says."""
        match self._state:
            case Absent():
                return CardStatus.NOT_INSERTED
            case _ if not self._powered:
                return CardStatus.NOT_READY
            case WantsPin():
                return CardStatus.PIN
            case WantsPuk() | Dead():
                return CardStatus.PUK
            case Open():
                return CardStatus.READY
            case unreachable:
                assert_never(unreachable)

    def demand(self) -> Card:
        """The card, for a command that needs it open.

        :raises Refusal: 10 to 14, when it is not.
        """
        match self._state:
            case Absent():
                raise Refusal(10, "there is no SIM card in the holder")
            case _ if not self._powered:
                raise Refusal(14, "the SIM card is switched off: send AT+CFUN=1 first")
            case WantsPin():
                raise Refusal(11, "the SIM card waits for its PIN: send AT+CPIN=<pin> first")
            case WantsPuk():
                raise Refusal(12, "the PIN is blocked: send AT+CPIN=<puk>,<new pin> first")
            case Dead():
                raise Refusal(13, "the SIM card is blocked for good after ten wrong PUKs")
            case Open(card):
                return card
            case unreachable:
                assert_never(unreachable)

    def identity(self) -> Card:
        """The card, for what can be read of it without its PIN: the number that is printed on it.

        :raises Refusal: 10, when the holder is empty.
        """
        if isinstance(self._state, Absent):
            raise Refusal(10, "there is no SIM card in the holder")
        return self._state.card

    def enter(self, code: str, new_pin: str | None) -> None:
        """``AT+CPIN=<pin>`` or ``AT+CPIN=<puk>,<new pin>`` (TS 27.007 §8.3).

        :raises Refusal: 16 for the wrong code, 3 when the card does not ask for one, 10 or 13 when it cannot.
        """
        match self._state:
            case WantsPin(card, tries) if self._powered:
                self._enter_pin(card, tries, code)
            case WantsPuk(card, tries) if self._powered:
                self._enter_puk(card, tries, code, new_pin)
            case Open() if self._powered:
                raise Refusal(3, "the SIM card does not ask for a PIN now")
            case _:
                self.demand()

    def _enter_pin(self, card: Card, tries: int, code: str) -> None:
        if code == card.pin:
            self._become(Open(card))
        elif tries > 1:
            self._state = WantsPin(card, tries - 1)
            raise Refusal(16, f"the PIN is wrong; {tries - 1} of {PIN_TRIES} tries are left")
        else:
            self._become(WantsPuk(card))
            raise Refusal(16, "the PIN is wrong for the third time; the card asks for its PUK now")

    def _enter_puk(self, card: Card, tries: int, code: str, new_pin: str | None) -> None:
        if new_pin is None:
            raise Refusal(12, "the card asks for its PUK: send AT+CPIN=<puk>,<new pin>")
        if code == card.puk:
            self._become(Open(replace(card, pin=Secret(new_pin))))
        elif tries > 1:
            self._state = WantsPuk(card, tries - 1)
            raise Refusal(16, f"the PUK is wrong; {tries - 1} of {PUK_TRIES} tries are left")
        else:
            self._become(Dead(card))
            raise Refusal(13, "the PUK is wrong for the tenth time; the card is blocked for good")

    def insert(self, card: Card) -> None:
        """A card slides in; a card that is there already is taken out first."""
        self._take_out()
        self._inserted = card
        self._become(self._pulled.pop(card, _fresh(card)))

    def remove(self) -> None:
        """The card is pulled; pulling nothing is nothing."""
        if not isinstance(self._state, Absent):
            self._take_out()
            self._become(Absent())

    def power(self, *, on: bool) -> None:
        """Switch the card's supply (``AT+CFUN=0`` cuts it). An open card asks for its PIN again."""
        if not on or self._powered:
            self._powered = on
            return
        self._powered = True
        if isinstance(self._state, Open):
            self._state = _fresh(self._state.card)
        self._emit(CardChanged(self.status))

    def boot(self) -> None:
        """The module starts: the card has lost its supply for a moment."""
        self._powered = True
        if isinstance(self._state, Open):
            self._state = _fresh(self._state.card)

    def _take_out(self) -> None:
        """Remember the card by what it was when it came, where it is not as it was then."""
        if self._inserted is None:
            return
        left = _fresh(self._state.card) if isinstance(self._state, Open) else self._state
        if left != _fresh(self._inserted):
            self._pulled[self._inserted] = left
        if len(self._pulled) > _MOST_PULLED:
            del self._pulled[next(iter(self._pulled))]
        self._inserted = None

    def _become(self, state: State) -> None:
        self._state = state
        self._emit(CardChanged(self.status))


def _fresh(card: Card) -> State:
    return WantsPin(card) if card.pin else Open(card)
