"""A fault that is armed: it counts the occasions, and knows when it strikes.

occasion 1   occasion 2   occasion 3   occasion 4   occasion 5          nth = 2, every = 2, times = 2
             strikes                   strikes

What comes while its state does not hold is no occasion; a moment does not pass, but waits until the state holds.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.message import Malformed, Message
from modemtwin.world.fault.datagram import Matcher, can_answer, has_field, matcher
from modemtwin.world.fault.fault import Answer, Corrupt, Fault, OnByte, OnDatagram, OnLine, OnTime
from modemtwin.world.fault.kinds import finder

__all__ = ["Rule"]


class Rule:
    """One fault with its counts. ``struck`` says how often it has; ``is_spent``: it never will again.

    ``holds`` says whether the state of its ``during`` does; ``waits``: its moment has come, but that has not.
    """

    def __init__(
        self, fault: Fault, random: Random, now: Micros, number: int = 1, *, holds: Callable[[], bool] | None = None
    ) -> None:
        self.fault = fault
        self.number = number
        self.random = random
        self.struck = 0
        self.is_spent = self.waits = False
        self._holds = holds
        self._seen = 0
        count = fault.count
        self._start = now + seconds(count.after)
        self._end = None if count.before is None else now + seconds(count.before)
        self._due = now + seconds(fault.occasion.at) if isinstance(fault.occasion, OnTime) else None
        self._is_meant: Matcher | None = None
        if isinstance(fault.occasion, OnDatagram):
            self._is_meant = matcher(fault.occasion)
        self._is_found = finder(fault.occasion.text if isinstance(fault.occasion, OnLine) else "")

    def next_timer(self) -> Micros | None:
        """Say when its moment is; None while it waits for a state."""
        return None if self.is_spent or self.waits else self._due

    def comes(self, now: Micros) -> bool:
        """Say whether it strikes by the clock now."""
        if self.is_spent or self._due is None or self._due > now:
            return False
        assert isinstance(self.fault.occasion, OnTime)
        self.waits = self._holds is not None and not self._holds()
        if self.waits:
            return False
        period = seconds(self.fault.occasion.period)
        self._due = self._due + ((now - self._due) // period + 1) * period if period else None
        strikes = self._counts(now)
        if self._due is None:
            self.is_spent = True
        return strikes

    def takes(self, message: Message | Malformed, direction: str, now: Micros) -> bool:
        """Say whether it strikes a datagram."""
        occasion = self.fault.occasion
        if self.is_spent or not isinstance(occasion, OnDatagram) or occasion.direction not in ("", direction):
            return False
        if self._is_meant is None or not self._is_meant(message):
            return False
        return self._can_strike(message) and self._counts(now)

    def _can_strike(self, message: Message | Malformed) -> bool:
        match self.fault.act:
            case Answer() as act:
                return can_answer(act, message)
            case Corrupt(field):
                return has_field(field, message)
            case _:
                return True

    def reads(self, line: bytes, direction: str, now: Micros) -> bool:
        """Say whether it strikes a line, given without its framing."""
        occasion = self.fault.occasion
        if self.is_spent or not isinstance(occasion, OnLine) or occasion.direction not in ("", direction):
            return False
        return self._is_found(line) and self._counts(now)

    def bites(self, direction: str, now: Micros) -> bool:
        """Say whether it strikes a byte."""
        occasion = self.fault.occasion
        if self.is_spent or not isinstance(occasion, OnByte) or occasion.direction not in ("", direction):
            return False
        return self._counts(now)

    def _counts(self, now: Micros) -> bool:
        """Count an occasion, and say whether it is one to strike on."""
        if now < self._start or self.is_spent:
            return False
        if self._end is not None and now > self._end:
            self.is_spent = True
            return False
        if self._holds is not None and not self._holds():
            return False
        count = self.fault.count
        self._seen += 1
        behind = self._seen - count.first
        if behind < 0 or behind % (count.every or 1):
            return False
        if count.chance < 1 and self.random.random() >= count.chance:
            return False
        self.struck += 1
        self.is_spent = self.struck == count.most
        return True
