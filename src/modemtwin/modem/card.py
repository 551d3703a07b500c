"""The SIM card as it lies on the desk, and the text on it that nobody may see."""

from __future__ import annotations

from modemtwin.value import value

__all__ = ["FACTORY_PUK", "NO_SECRET", "Card", "Secret"]


class Secret(str):
    """Text that a log or a journal must not show: a password or a PIN."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"'{'*' * len(self)}'"


NO_SECRET = Secret("")
FACTORY_PUK = Secret("12345678")


@value
class Card:
    """A SIM card, as it lies on the desk.

    ``pin`` empty means that the card asks for none. ``imsi`` has 15 digits, ``iccid`` 19 or 20.
    """

    pin: Secret = NO_SECRET
    puk: Secret = FACTORY_PUK
    imsi: str = "460111234567890"
    iccid: str = "89860318760000000001"
