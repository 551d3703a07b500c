"""Numbers as people say them: how many of a thing there are, and a figure with all of its digits."""

from __future__ import annotations

__all__ = ["amount", "figure"]


def amount(count: int, one: str, many: str = "", *, grouped: bool = False) -> str:
    """Say ``1 byte`` and ``3 bytes``, and where an s at the end is not enough ``many``: ``entries``, ``bytes were``.

    ``grouped`` parts the thousands: ``12,345 bytes``.
    """
    return f"{count:{',' if grouped else ''}} {one if count == 1 else many or f'{one}s'}"


def figure(number: float) -> str:
    """Write a number as people do: ``0.5``, ``40`` and ``1000000.5``, which ``:g`` would call ``1e+06``."""
    return f"{number:.15g}"
