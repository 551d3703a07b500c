"""How many of a thing there are, as people say it."""

from __future__ import annotations

__all__ = ["amount"]


def amount(count: int, one: str, many: str = "", *, grouped: bool = False) -> str:
    """Say ``1 byte`` and ``3 bytes``, and where an s at the end is not enough ``many``: ``entries``, ``bytes were``.

    ``grouped`` parts the thousands: ``12,345 bytes``.
    """
    return f"{count:{',' if grouped else ''}} {one if count == 1 else many or f'{one}s'}"
