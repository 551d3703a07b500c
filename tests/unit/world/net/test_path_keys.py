"""The keys of a path: what wins over what, and everything that can be wrong with them."""

from __future__ import annotations

import re

import pytest

from modemtwin.world.net.path import PERFECT, PathSettings, WaySettings
from modemtwin.world.net.path_keys import PATH_KEYS, WAY_KEYS, check_path, preset
from modemtwin.world.net.presets import PRESETS
from modemtwin.world.scenario.scenario import Scenario, ScenarioError, apply_settings, parse_scenario


def path_of(text: str) -> PathSettings | None:
    return parse_scenario(text).path


def test_a_scenario_that_says_nothing_of_a_path_has_none() -> None:
    assert path_of("") is None
    assert path_of("[path]") is None


def test_a_key_is_for_both_directions_and_one_directions_own_wins() -> None:
    text = "[path]\nhalf-duplex = true\nloss = 0.1\ndelay = 1\n[path.up]\nloss = 0.3\n[path.down]\nrate = 4000"
    assert path_of(text) == PathSettings(
        WaySettings(delay=1.0, loss=0.3), WaySettings(delay=1.0, loss=0.1, rate=4000.0), half_duplex=True
    )


def test_a_preset_lies_below_the_keys_wherever_it_stands() -> None:
    path = path_of('[path]\nloss = 0.25\npreset = "gprs"')
    assert path is not None
    assert (path.up.loss, path.up.rate, path.down.rate) == (0.25, 15_000, 25_000)


def test_settings_change_the_scenarios_path_and_a_preset_takes_its_place() -> None:
    scenario = parse_scenario("[path]\nloss = 0.5")
    changed = apply_settings(scenario, ["path.up.delay=2", "path.nat-timeout=60"])
    assert changed.path == PathSettings(WaySettings(delay=2.0, loss=0.5), WaySettings(loss=0.5), nat_timeout=60.0)
    assert apply_settings(scenario, ["path.preset=lan"]).path == PRESETS["lan"].settings


MISTAKES = [
    ("[path]\nlos = 1", 'path.los: there is no such key; did you mean "path.loss"?'),
    ('[path]\ndelay = "300ms"', 'path.delay: "300ms" is not a number; allowed: a number from 0 to 3600, in s'),
    ("[path]\ndelay = -1", "path.delay: -1 is out of range; allowed: a number from 0 to 3600, in s"),
    ("[path]\nloss = 30", "path.loss: 30 is out of range; allowed: a number from 0 to 1"),
    ("[path]\nmtu = 12", "path.mtu: 12 is out of range; allowed: a whole number from 68 to 65535, or 0, in bytes"),
    ("[path]\nup = 3", "path.up: this is a table; write [path.up] with its keys below it"),
    ("[path.up]\nrat = 3", 'path.up.rat: there is no such key; did you mean "path.up.rate"?'),
    ('[path.up]\npreset = "lan"', 'path.up.preset: there is no such key; did you mean "path.preset"?'),
    ("[path.up]\nrate = nan", "path.up.rate: nan is out of range; allowed: a number from 0 to 1000000000000, in bit/s"),
    ("path = 3", "path: this is a table; write [path] with its keys below it"),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES, ids=[text for text, _ in MISTAKES])
def test_a_mistake_names_its_key_and_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        parse_scenario(text)
    (mistake,) = error.value.mistakes
    assert mistake.partition(": ")[::2] == (f"line {len(text.splitlines())}", said)


def test_a_path_as_a_table_of_python_is_checked_as_a_file_is() -> None:
    table = {"delay": 0.15, "burst_every": 60, "up": {"loss": 0.3}}
    assert check_path(table) == PathSettings(
        WaySettings(delay=0.15, burst_every=60.0, loss=0.3), WaySettings(delay=0.15, burst_every=60.0)
    )
    with pytest.raises(ValueError, match=r"^path.up: 3 is no table of keys of one direction$"):
        check_path({"up": 3})
    with pytest.raises(ValueError, match=r"path.burst_evry: there is no such key.*\npath.up.los: there is no such key"):
        check_path({"burst_evry": 1, "up": {"los": 1}})


def test_every_key_of_one_direction_is_there_for_both_and_for_each() -> None:
    names = {key.name for key in PATH_KEYS}
    for key in WAY_KEYS:
        last = key.name.partition(".")[2]
        assert {f"path.{last}", f"path.up.{last}", f"path.down.{last}"} <= names
    assert {key.name.partition(".")[2] for key in WAY_KEYS} == set(WaySettings.__dataclass_fields__)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_one_that_its_keys_accept_and_says_where_its_figures_come_from(name: str) -> None:
    for way in (preset(name).up, preset(name).down):
        for key in WAY_KEYS:
            value = getattr(way, key.name.partition(".")[2])
            assert key.check(value) == value
    assert any("ours" in source for source in PRESETS[name].sources)
    assert apply_settings(Scenario(), [f"path.preset={name}"]).path == preset(name) != PERFECT


@pytest.mark.parametrize("name", PRESETS)
def test_each_figure_of_a_preset_has_a_line_about_it(name: str) -> None:
    settings, sources = preset(name), " ".join(PRESETS[name].sources)
    for key in WAY_KEYS:
        field = key.name.partition(".")[2]
        if {getattr(settings.up, field), getattr(settings.down, field)} != {key.default}:
            word = "bursts" if field.startswith("burst") else "MTU" if field == "mtu" else field
            assert re.search(rf"\b{word}\b", sources), field
    assert ("half duplex" in sources) is settings.half_duplex


@pytest.mark.parametrize("name", ["nb-iot", "NB-IOT-GOOD", "nb_iot_good"])
def test_a_preset_that_is_nearly_right_is_guessed(name: str) -> None:
    with pytest.raises(ValueError, match='did you mean "nb-iot-good"'):
        preset(name)
