"""Paths as they were measured, or as the standards say: each figure with its source, and what is a choice of ours.

They are for firmware to be tested against, no forecast of one network: operators differ from each other by more than
these from one another. A scenario takes a preset and changes what it knows better.
"""

from __future__ import annotations

from dataclasses import dataclass

from modemtwin.world.path import PathSettings, WaySettings

__all__ = ["PRESETS", "Preset"]


@dataclass(frozen=True, slots=True)
class Preset:
    """A path with a line about it and where its figures come from."""

    title: str
    settings: PathSettings
    sources: tuple[str, ...]


_LINK_MTU = "MTU 1358: TS 23.060, annex C, so that what the operator tunnels fits into 1500"

PRESETS: dict[str, Preset] = {
    "nb-iot-good": Preset(
        "NB-IoT, coverage level 0",
        PathSettings(
            up=WaySettings(delay=0.4, jitter=0.3, rate=10_000, mtu=1358, loss=0.01),
            down=WaySettings(delay=0.4, jitter=0.3, rate=10_000, mtu=1358, loss=0.01),
            half_duplex=True,
        ),
        (
            "delay 0.4 s each way: a measured latency of 837 ms (University of Strathclyde), there and back, and one "
            "just over 1 s at best in the networks of South Africa (D. Robinson, Stellenbosch University, 2019)",
            "rate 10 kbit/s: nine in ten of Robinson's measurements were below it, whatever the category's peak is",
            "half duplex: Release 13 devices cannot do else (TS 36.306)",
            _LINK_MTU,
            "jitter and loss of 1 %: ours; the radio link repeats what it loses, so little is left",
        ),
    ),
    "nb-iot-deep": Preset(
        "NB-IoT, coverage level 2: a cellar",
        PathSettings(
            up=WaySettings(
                delay=2.0, jitter=3.0, rate=264, mtu=1358, loss=0.05, burst_every=120, burst_length=10, burst_loss=0.6
            ),
            down=WaySettings(
                delay=2.0, jitter=2.0, rate=264, mtu=1358, loss=0.05, burst_every=120, burst_length=10, burst_loss=0.6
            ),
            half_duplex=True,
        ),
        (
            "rate 264 bit/s: measured (University of Strathclyde); 3GPP TR 45.820 asks for 160 bit/s at 164 dB",
            "delay 2 to 5 s up: with the time to send 80 bytes at this rate, 2.4 s, it stays within the 10 s in which "
            "TR 45.820 wants a report delivered at 164 dB; at level 1 Robinson measured 6 to 8 s already",
            "half duplex: Release 13 devices cannot do else (TS 36.306)",
            _LINK_MTU,
            "loss, bursts and how the delay is divided: ours",
        ),
    ),
    "cat-m1": Preset(
        "LTE Cat-M1",
        PathSettings(
            up=WaySettings(delay=0.05, jitter=0.05, rate=375_000, mtu=1358, loss=0.005),
            down=WaySettings(delay=0.05, jitter=0.05, rate=300_000, mtu=1358, loss=0.005),
            half_duplex=True,
        ),
        (
            "delay: 0.1 s at the edge of normal coverage (white paper Evaluation of LTE-M Towards 5G IoT Requirements, "
            "version 1.1)",
            "rate 375 kbit/s up, 300 kbit/s down, half duplex: the peak of such a device in Release 13",
            _LINK_MTU,
            "jitter and loss of 0.5 %: ours",
        ),
    ),
    "gprs": Preset(
        "GPRS",
        PathSettings(
            up=WaySettings(delay=0.3, jitter=0.3, rate=15_000, mtu=1358, loss=0.005),
            down=WaySettings(delay=0.3, jitter=0.3, rate=25_000, mtu=1358, loss=0.005),
        ),
        (
            "delay: a round trip of a few hundred milliseconds to a second (RFC 3481 §2.1)",
            "rate: 10 to 20 kbit/s up, 10 to 40 kbit/s down (RFC 3481 §2.2); the middle of each",
            _LINK_MTU,
            "loss of 0.5 %: ours; the link layer repeats what it loses",
        ),
    ),
    "lan": Preset(
        "a wired network",
        PathSettings(
            up=WaySettings(delay=0.0005, jitter=0.0002, rate=100_000_000, mtu=1500),
            down=WaySettings(delay=0.0005, jitter=0.0002, rate=100_000_000, mtu=1500),
        ),
        ("rate and MTU: Ethernet of 100 Mbit/s (IEEE 802.3u, RFC 894)", "delay and jitter: ours"),
    ),
    "satellite": Preset(
        "a geostationary satellite",
        PathSettings(
            up=WaySettings(delay=0.279, jitter=0.02, rate=64_000, mtu=1500, loss=0.01),
            down=WaySettings(delay=0.279, jitter=0.02, rate=64_000, mtu=1500, loss=0.01),
        ),
        (
            "delay 279 ms each way, at the edge of what the satellite sees; 239.6 ms below it (RFC 2488 §2)",
            "rate, jitter and loss of 1 %: ours",
        ),
    ),
}
"""Every preset by its name."""
