"""A fault: on what occasion it strikes, which of them, and what it does. All of them are plain values.

    occasion   a moment, a datagram, a line of the UART, a byte of the UART
    count      which of the occasions: the second, every third, one in ten by chance, for a while, in a state
    act        to what passes: Drop Delay Duplicate …      to the modem's world: RemoveCard LoseCoverage …

Their fields are the keys of ``table``, which says what each may be and means; ``faults`` spells them. "in" is
towards the modem, "out" away from it. Spans and moments are in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from modemtwin.modem.doors import Secret

__all__ = [
    "Act",
    "Answer",
    "Busy",
    "Change",
    "ChangePin",
    "Corrupt",
    "Count",
    "Deafen",
    "Deed",
    "Delay",
    "Deny",
    "Drop",
    "DropBearers",
    "Duplicate",
    "Fault",
    "FillQueue",
    "Garble",
    "LoseCoverage",
    "Mute",
    "Occasion",
    "OnByte",
    "OnDatagram",
    "OnLine",
    "OnTime",
    "PullCard",
    "RejectApn",
    "Restart",
    "Slow",
    "Spell",
    "Truncate",
    "check_faults",
]


# ── occasions ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class OnTime:
    """A moment after the fault was armed, and then again with every ``period``."""

    at: float = 0.0
    period: float = 0.0


@dataclass(frozen=True, slots=True)
class OnDatagram:
    """A datagram between modem and path; what is empty or None is not asked for."""

    direction: str = ""
    type: str = ""
    code: str = ""
    mid: int | None = None
    token: str | None = None
    option: str = ""
    path: str | None = None
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class OnLine:
    """A whole line that the TE types ("in"), or that the modem writes ("out")."""

    direction: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class OnByte:
    """Every byte of the UART."""

    direction: str = ""


Occasion: TypeAlias = OnTime | OnDatagram | OnLine | OnByte


@dataclass(frozen=True, slots=True)
class Count:
    """Which of the occasions it is. 0 means that nothing was said."""

    nth: int = 0
    every: int = 0
    times: int = 0
    chance: float = 1.0
    after: float = 0.0
    before: float | None = None
    during: str = ""

    @property
    def first(self) -> int:
        """The first occasion that counts, from 1."""
        return self.nth or self.every or 1

    @property
    def most(self) -> int:
        """How often it strikes; 0 for no end. One that is said to be the nth is one."""
        return self.times or (1 if self.nth and not self.every else 0)


# ── what happens to what passes ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Drop:
    """It does not arrive."""


@dataclass(frozen=True, slots=True)
class Delay:
    """It arrives so much later; others may overtake it."""

    by: float


@dataclass(frozen=True, slots=True)
class Duplicate:
    """It arrives, and so many copies of it, each ``by`` after the one before."""

    copies: int = 1
    by: float = 0.0


@dataclass(frozen=True, slots=True)
class Corrupt:
    """One bit of a field of the message is turned over."""

    field: str = "any"


@dataclass(frozen=True, slots=True)
class Truncate:
    """Only its first bytes arrive."""

    length: int


@dataclass(frozen=True, slots=True)
class Answer:
    """It does not arrive: the path answers in the name of whom it was for."""

    reply: str


@dataclass(frozen=True, slots=True)
class Garble:
    """One bit of a byte of the UART is turned over."""


# ── what happens to the modem and round it ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class PullCard:
    """The card is pulled, and put back."""

    lasting: float | None = None


@dataclass(frozen=True, slots=True)
class ChangePin:
    """The card is another one, with another PIN."""

    pin: Secret


@dataclass(frozen=True, slots=True)
class LoseCoverage:
    """The cell is not heard."""

    lasting: float | None = None


@dataclass(frozen=True, slots=True)
class Deny:
    """The network turns the modem away."""

    lasting: float | None = None


@dataclass(frozen=True, slots=True)
class RejectApn:
    """The network accepts no APN."""

    lasting: float | None = None


@dataclass(frozen=True, slots=True)
class DropBearers:
    """The network takes every bearer away."""


@dataclass(frozen=True, slots=True)
class Restart:
    """The module is reset."""


@dataclass(frozen=True, slots=True)
class Mute:
    """What the modem writes is lost."""

    lasting: float | None = None


@dataclass(frozen=True, slots=True)
class Deafen:
    """What the TE types is lost."""

    lasting: float | None = None


@dataclass(frozen=True, slots=True)
class Slow:
    """The UART carries so many bit/s, ten for each byte, in each direction."""

    baud: int
    lasting: float | None = None


@dataclass(frozen=True, slots=True)
class Busy:
    """The next command lines are refused."""

    commands: int = 1
    error: int = 14


@dataclass(frozen=True, slots=True)
class FillQueue:
    """So many NON requests arrive that nobody asked for; None for as many as the receive queue holds."""

    packets: int | None = None


Change: TypeAlias = Drop | Delay | Duplicate | Corrupt | Truncate | Answer | Garble
"""What happens to what passes."""

Spell: TypeAlias = PullCard | LoseCoverage | Deny | RejectApn | Mute | Deafen | Slow
"""What goes on for a while."""

Deed: TypeAlias = Spell | ChangePin | DropBearers | Restart | Busy | FillQueue
"""What happens to the modem and round it."""

Act: TypeAlias = Change | Deed


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault. ``words`` says it as one tells it to ``modemtwin control``: ``do=drop type=ACK nth=2``, no secrets."""

    occasion: Occasion
    count: Count
    act: Act
    words: str

    def __str__(self) -> str:
        return self.words


def check_faults(given: Iterable[object]) -> tuple[Fault, ...]:
    """Give what is given, if all of it is faults; TypeError names the first that is none, and says what makes them."""
    faults: list[Fault] = []
    for each in given:
        if not isinstance(each, Fault):
            raise TypeError(f'{each!r} is no fault; modemtwin.faults makes them: faults.drop(type="ACK", nth=2)')
        faults.append(each)
    return tuple(faults)
