"""Scenario files: read with the profile beside them, and written anew with fewer faults, for any folder."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import NamedTuple

from modemtwin.io.profile_file import scenario_beside
from modemtwin.io.text_file import read_text
from modemtwin.world.scenario.scenario import Scenario, parse_scenario
from modemtwin.world.scenario.shortened import shortened
from modemtwin.world.scenario.toml_lines import TomlLines

__all__ = ["ScenarioFile", "read_scenario"]


def read_scenario(path: Path) -> tuple[ScenarioFile, Scenario]:
    """Read a scenario; OSError when it cannot be read, ValueError with a line for each mistake in it."""
    text = read_text(path)
    return ScenarioFile(path, text), parse_scenario(text, partial(scenario_beside, path.parent))


class ScenarioFile(NamedTuple):
    """A scenario that a person wrote: where it is, and its text."""

    path: Path
    text: str

    def place(self, fault: int) -> str:
        """Say where its n-th ``[[fault]]`` is written: ``village.toml:14``."""
        return f"{self.path.name}:{TomlLines(self.text).line_of(f'fault[{fault}]')}"

    def write_shortened(self, kept: Collection[int], file: Path, about: str) -> None:
        """Write it with these of its faults, counted from 1; ``about`` becomes a comment.

        :raises OSError: when it cannot be written.
        :raises ValueError: with the end of a sentence, when its faults are not written as tables.
        """
        text = shortened(self._text_elsewhere(file.parent), kept)
        file.write_text(f"# {' '.join(about.split())}\n{text}", "utf-8")

    def _text_elsewhere(self, folder: Path) -> str:
        """The text for another folder: a profile that is a file is named from there."""
        modem = tomllib.loads(self.text).get("modem")
        profile = modem.get("profile") if isinstance(modem, dict) else None
        line = TomlLines(self.text).line_of("modem.profile")
        if line is None or not isinstance(profile, str) or not profile.endswith(".toml"):
            return self.text
        there = os.path.relpath(self.path.parent / profile, folder)
        lines = self.text.split("\n")
        for quote in "\"'":
            lines[line - 1] = lines[line - 1].replace(f"{quote}{profile}{quote}", json.dumps(there, ensure_ascii=False))
        return "\n".join(lines)
