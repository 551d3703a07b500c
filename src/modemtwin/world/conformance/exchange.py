"""What passes between a TE and a module: steps that ask, what came of each line, who the module is, how it fails."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from modemtwin.clockwork import Micros
from modemtwin.world.conformance.questioner import Answer, Ask

__all__ = ["Exchange", "Failure", "Identity", "Mute", "NoBearer", "Steps", "sent_mid"]

T = TypeVar("T")
Steps: TypeAlias = Generator[Ask, Answer, T]
"""Yields what is to be typed, is sent what was answered, and ends with a result."""

_SENT = re.compile(rb"\+CCOAPACTION: 0,([0-9]+)$")


class Failure(Exception):
    """The module failed the TE; the text is one sentence for a person."""


class Mute(Failure):
    """It did not answer in time."""


class NoBearer(Failure):
    """It got no bearer; whatever needs none goes on."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One line as it was typed, and what came of it. ``mids``: those of the packets sent so far, in order."""

    number: int
    typed: bytes
    reply: tuple[bytes, ...]
    after: tuple[bytes, ...] = ()
    took: Micros | None = None
    mids: tuple[int, ...] = ()

    @property
    def came(self) -> tuple[bytes, ...]:
        """Every line that came."""
        return (*self.reply, *self.after)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the module says it is, by the keys of a profile."""

    facts: dict[str, str]

    @property
    def sim7080(self) -> bool:
        """Whether it speaks the dialect of the SIM7070, SIM7080 and SIM7090."""
        return re.search("SIM70[789]0", self.facts.get("model", "")) is not None

    @property
    def profile(self) -> str:
        """The profile of its dialect."""
        return "sim7080" if self.sim7080 else "sim7000"


def sent_mid(line: bytes) -> int | None:
    """Give the mid of the packet that a line says was sent."""
    found = _SENT.match(line)
    return None if found is None else int(found[1])
