"""Another figure for the radio."""

from __future__ import annotations

import re

import pytest

from modemtwin.world.cost.air import PRESETS
from modemtwin.world.cost.radio_keys import KEYS, tune

GOOD = PRESETS["nb-iot-good"]


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("preset", PRESETS)
def test_every_figure_can_be_read_and_changed(name: str, preset: str) -> None:
    key = KEYS[name]
    before = key.read(PRESETS[preset])
    assert before is None or key.low <= before <= key.high
    assert key.read(tune(PRESETS[preset], [f"{name}={key.high:g}"])) == key.high


def test_repetitions_and_set_up_count_in_time_on_the_air() -> None:
    assert tune(GOOD, ["repetitions-out=8"]).airtime(49, up=True) == 8 * GOOD.airtime(49, up=True)
    assert tune(GOOD, ["setup-in=0", "setup-out=0", "preamble=0.5"]).setting_up() == (500_000, 0)
    assert tune(GOOD, ["asleep=0.5"]).asleep("psm") == 0.5


@pytest.mark.parametrize(
    ("setting", "mistake"),
    [
        ("watts=1", 'there is no figure "watts"; there are: volts, transmit,'),
        ("volts", "volts has no value: write volts=3.8, or whatever it is"),
        ("volts=", "volts is a number from 0.1 to 20 (V), not ''"),
        ("volts=nan", "volts is a number from 0.1 to 20 (V), not 'nan'"),
        ("headers=1.5", "headers is a whole number from 0 to 1000 (bytes), not '1.5'"),
        ("repetitions-in=4096", "repetitions-in is a whole number from 1 to 2048 (times), not '4096'"),
    ],
)
def test_a_mistake_is_told_with_what_there_is(setting: str, mistake: str) -> None:
    with pytest.raises(ValueError, match=re.escape(mistake)):
        tune(GOOD, [setting])


def test_every_mistake_is_told() -> None:
    with pytest.raises(ValueError, match=r"volts is .*\nidle has no value"):
        tune(GOOD, ["volts=0", "active=5", "idle"])
