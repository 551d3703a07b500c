"""Time on the air, from the tables of TS 36.213."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.world.cost.air import PRESETS, SLEEPS, Carrier


@pytest.mark.parametrize(
    ("size", "milliseconds"), [(0, 0), (1, 1), (10, 1), (11, 2), (12, 2), (13, 4), (14, 4), (27, 5)]
)
def test_the_smallest_block_that_holds_the_rest_comes_last(size: int, milliseconds: int) -> None:
    carrier = Carrier(((80, 1000), (96, 2000), (200, 4000)))
    assert carrier.airtime(size) == milliseconds * 1000


def test_every_block_is_repeated() -> None:
    assert Carrier(((80, 1000),), repetitions=32).airtime(11) == 64_000


@pytest.mark.parametrize(
    ("preset", "up", "milliseconds"),
    [
        ("nb-iot-good", True, 6),  # 61 bytes with the headers below IP: 488 bits, in a block of 504
        ("nb-iot-good", False, 6),
        ("nb-iot-deep", True, 80 * 32),  # in a block of 568, 32 times
        ("nb-iot-deep", False, 8 * 128),  # in a block of 552, 128 times
        ("cat-m1", True, 1),  # in one subframe
    ],
)
def test_a_packet_of_49_bytes(preset: str, up: bool, milliseconds: int) -> None:
    assert PRESETS[preset].airtime(49, up=up) == seconds(milliseconds / 1000)


def test_a_cellar_is_a_hundred_times_as_slow() -> None:
    good, deep = PRESETS["nb-iot-good"], PRESETS["nb-iot-deep"]
    assert deep.airtime(49, up=True) > 100 * good.airtime(49, up=True)


@pytest.mark.parametrize(("up", "least"), [(True, 160), (False, 160)])
def test_a_cellar_still_has_the_rate_that_the_3gpp_asks_for(up: bool, least: int) -> None:
    """160 bit/s at 164 dB of coupling loss: TR 45.820, its section 4.1.1."""
    rate = 85 * 8 / PRESETS["nb-iot-deep"].airtime(85, up=up) * seconds(1)
    assert rate >= least


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_sound(name: str) -> None:
    radio = PRESETS[name]
    for carrier in (radio.uplink, radio.downlink):
        assert list(carrier.blocks) == sorted(carrier.blocks)
    assert SLEEPS["psm"] < radio.idle < radio.waiting < radio.receive < radio.transmit
    assert all(span > 0 for span in radio.setting_up())
