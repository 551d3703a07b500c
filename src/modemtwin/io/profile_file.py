"""Profiles by name, or out of a file of one's own, such as ``modemtwin conform --save`` writes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modemtwin.io.text_file import read_text
from modemtwin.modem import profile as profiles
from modemtwin.world.scenario.scenario import Scenario, ScenarioError

__all__ = ["find_profile", "scenario_beside"]


def find_profile(text: str, beside: Path | None = None) -> tuple[str, Mapping[str, object]]:
    """Give the name of a profile that ships, and what a file changes of it: nothing, when the text is such a name.

    A text that ends in ``.toml`` or has a separator in it names a file; ``beside``: the folder that it is in.

    :raises ValueError: in one sentence, when there is no such profile, or the file is none or cannot be read.
    """
    if not (text.endswith(".toml") or os.sep in text):
        return profiles.load(text).name, {}
    try:
        return profiles.overlay(read_text(beside / text if beside else text))
    except OSError as error:
        raise ValueError(f"the profile {text} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"the profile {text}: {error}") from None


def scenario_beside(folder: Path, document: dict[str, Any]) -> Scenario:
    """Begin a scenario whose ``[modem] profile`` is a file, beside it or elsewhere; ScenarioError when it is wrong."""
    modem = document.get("modem")
    name = modem.get("profile") if isinstance(modem, dict) else None
    if not (isinstance(name, str) and name.endswith(".toml")):
        return Scenario()
    assert isinstance(modem, dict)
    del modem["profile"]
    try:
        profile, overrides = find_profile(name, folder)
    except ValueError as error:
        raise ScenarioError([f"modem.profile: {error}"]) from None
    return Scenario(profile=profile, overrides=overrides)
