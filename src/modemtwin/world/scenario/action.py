"""What a timeline does to a station: each action a value, each event an action with its moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from modemtwin.clockwork import Micros
from modemtwin.modem.doors import Card

__all__ = ["Action", "ChangeCell", "DropBearer", "Event", "InsertCard", "RemoveCard"]


@dataclass(frozen=True, slots=True)
class ChangeCell:
    """Change these settings of the cell."""

    settings: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DropBearer:
    """The network takes every bearer away."""


@dataclass(frozen=True, slots=True)
class InsertCard:
    """A card slides in."""

    card: Card


@dataclass(frozen=True, slots=True)
class RemoveCard:
    """The card is pulled."""


Action: TypeAlias = ChangeCell | DropBearer | InsertCard | RemoveCard


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens ``at`` so many microseconds after the station's first stimulus."""

    at: Micros
    action: Action
