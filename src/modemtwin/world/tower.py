"""A tower: the modems that stand under one cell. What happens to it happens to all of them at once.

tower.change(coverage=False)     an outage          tower.change(coverage=True)     and its end: all attach at once
"""

from __future__ import annotations

from collections.abc import Mapping

from modemtwin.world.cell.keys import check_cell
from modemtwin.world.mobile import Mobile

__all__ = ["Tower"]


class Tower:
    """``settings`` are the keys of ``[cell]`` that its modems have in common, as they are now."""

    def __init__(self, name: str, settings: Mapping[str, object]) -> None:
        self.name = name
        self.settings = check_cell(settings, name)
        self.modems: list[Mobile] = []

    def change(self, **settings: object) -> None:
        """Change the cell of every modem, in the order in which they came; ValueError lists every mistake."""
        checked = check_cell(settings, self.name)
        if "address" in checked:
            raise ValueError(f"{self.name}.address: a modem of a world keeps the one that it was made with")
        self.settings |= checked
        for modem in self.modems:
            modem.change(**settings)
