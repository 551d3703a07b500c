"""What faults strike: a station as they see it, with its cell and its modem.

A station has its layer of faults, so they cannot know it by its class: it has this shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from modemtwin.clockwork import Micros
from modemtwin.modem.condition import Condition
from modemtwin.modem.doors import Card, Effect, Stimulus

if TYPE_CHECKING:  # whoever checks a scenario needs the names of the states, and neither of these
    from modemtwin.world.cell.cell import Cell
    from modemtwin.world.journal.journal import Journal

__all__ = ["Target"]


class _Modem(Protocol):
    @property
    def condition(self) -> Condition:
        """How it is just now."""


class Target(Protocol):
    """What can be done to a station, and what it can be asked; each call gives the effects that leave it, in order."""

    @property
    def cell(self) -> Cell:
        """What it is registered with."""

    @property
    def modem(self) -> _Modem:
        """What may be on, asleep, or in the midst of an exchange."""

    @property
    def card(self) -> Card:
        """The card that is in its holder, or that goes in next."""

    @property
    def has_card(self) -> bool:
        """Whether that card is in."""

    @property
    def journal(self) -> Journal | None:
        """What says of what the modem was built."""

    def handle(self, stimulus: Stimulus, now: Micros) -> list[Effect]:
        """Take a stimulus."""

    def change(self, now: Micros, **settings: object) -> list[Effect]:
        """Change the cell."""

    def drop_bearer(self, now: Micros) -> list[Effect]:
        """Let the network take every bearer away."""

    def insert_card(self, card: Card | None, now: Micros) -> list[Effect]:
        """Slide a card in: None is ``card``."""

    def remove_card(self, now: Micros) -> list[Effect]:
        """Pull the card."""
