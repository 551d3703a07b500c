"""How the value of an option is read, on our own command line and on pytest's: its complaint is one sentence."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeVar

__all__ = ["checked"]

T = TypeVar("T")


def checked(read: Callable[[str], T]) -> Callable[[str], T]:
    """Make the sentence of a ValueError the message of the option, which argparse would replace by one of its own."""

    def check(text: str) -> T:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return check
