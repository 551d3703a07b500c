"""What the markers of a test say, as the settings of its world; a mistake is one sentence with the nearest right word.

@pytest.mark.modem_path("nb-iot-deep", loss=0.3)   ──► Plan(seed, scenario, connect)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from modemtwin.io.profile_file import find_profile
from modemtwin.io.scenario_file import ScenarioFile, read_scenario
from modemtwin.pytest_plugin.tables import MARKERS
from modemtwin.world.net.path_keys import check_path
from modemtwin.world.scenario.scenario import Scenario, apply_settings
from modemtwin.world.schema import nearest

__all__ = ["Plan", "read_plan"]

_NAMES = tuple(marker.name for marker in MARKERS)
_SIGNALS = ("waiting", "trace")
_AT_ONCE = ("cell.registration_delay=0", "cell.bearer_delay=0")
"""In real time nobody wants to wait for the network."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The world of one test; ``file``: its own scenario, if it has one, ``virtual``: it asks for virtual time."""

    seed: int
    scenario: Scenario
    connect: Mapping[str, Any]
    file: ScenarioFile | None = None
    virtual: bool = False


def read_plan(item: pytest.Item, seed: int, quirk: str | None, *, in_real_time: bool = False) -> Plan:
    """Read the markers of a test. ``seed`` is for one without its own, ``quirk`` a choice that wins over all others.

    :raises ValueError: with a line for each mistake; each begins with the name of the marker.
    """
    for mark in item.iter_markers():
        if mark.name.startswith(("modem_", "virtual_")) and mark.name not in _NAMES:
            raise ValueError(f"{mark.name}: there is no such marker{nearest(mark.name, _NAMES)}")
    folders = (item.path.parent, item.config.rootpath)
    file, scenario = _given(item, "modem_scenario", partial(_scenario, folders)) or (None, Scenario())
    if in_real_time and file is None:
        scenario = apply_settings(scenario, _AT_ONCE)
    scenario = (_given(item, "modem_profile", partial(_profile, scenario, item.path.parent))) or scenario
    path = _given(item, "modem_path", _path)
    if path is not None:
        scenario = replace(scenario, path=path)
    for mark in reversed(list(item.iter_markers("modem_settings"))):  # the outermost first
        scenario = _called(mark, partial(_settings, scenario))
    if quirk is not None:
        scenario = apply_settings(scenario, [f"quirks.{quirk}"])
    own = _given(item, "modem_seed", _seed)
    _given(item, "virtual_time", _nothing)
    virtual = item.get_closest_marker("virtual_time") is not None
    arguments = _given(item, "modem_connect", _connect) or {}
    return Plan(seed if own is None else own, scenario, arguments, file, virtual)


def _given(item: pytest.Item, name: str, read: Callable[..., Any]) -> Any:
    mark = item.get_closest_marker(name)
    return None if mark is None else _called(mark, read)


def _called(mark: pytest.Mark, read: Callable[..., Any]) -> Any:
    """Call a function with what a marker was given, and say which marker it was when something is wrong with it."""
    try:
        inspect.signature(read).bind(*mark.args, **mark.kwargs)
    except TypeError as error:
        example = next(marker.example for marker in MARKERS if marker.name == mark.name)
        raise ValueError(f"{mark.name}: {error}; write @pytest.mark.{example}") from None
    try:
        return read(*mark.args, **mark.kwargs)
    except ValueError as error:
        raise ValueError("\n".join(f"{mark.name}: {line}" for line in str(error).splitlines())) from None


def _scenario(folders: tuple[Path, ...], file: str) -> tuple[ScenarioFile, Scenario]:
    found = next((folder / file for folder in folders if (folder / file).is_file()), None)
    if found is None:
        raise ValueError(f"there is no file {file} in {' or in '.join(dict.fromkeys(map(str, folders)))}")
    return read_scenario(found)


def _profile(scenario: Scenario, folder: Path, name: str) -> Scenario:
    profile, changes = find_profile(_text(name), folder)
    return replace(scenario, profile=profile, overrides={**changes, **scenario.overrides})


def _path(preset: object = None, /, **keys: object) -> Any:
    if isinstance(preset, Mapping):
        keys = {**preset, **keys}
    elif preset is not None:
        keys = {"preset": preset, **keys}
    return check_path(keys)


def _settings(scenario: Scenario, /, *settings: str) -> Scenario:
    return apply_settings(scenario, map(_text, settings))


def _seed(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ValueError(f"{seed!r} is no whole number")
    return seed


def _connect(**arguments: Any) -> dict[str, Any]:
    from modemtwin.io.driver import connect

    known = [name for name in inspect.signature(connect).parameters if name not in ("port", "baud", *_SIGNALS)]
    for name in arguments:
        if name not in known:
            raise ValueError(f"connect() takes no {name!r}{nearest(name, known)}")
    return arguments


def _nothing() -> None:
    pass


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value
