"""Paths as they were measured, or as the standards say: each figure with its source, and what is a choice of ours.

    a figure ──► measured │ a standard's │ ours        and how it was made of its source, key by key

They are for firmware to be tested against, no forecast of one network: operators differ from each other by more than
these from one another. A scenario takes a preset and changes what it knows better.
"""

from __future__ import annotations

from dataclasses import dataclass

from modemtwin.world.net.path import PathSettings, WaySettings

__all__ = ["PRESETS", "Preset"]


@dataclass(frozen=True, slots=True)
class Preset:
    """A path with a line about it and where its figures come from."""

    title: str
    settings: PathSettings
    sources: tuple[str, ...]


_LINK_MTU = (
    "MTU 1358: what 3GPP TS 23.060 tells a network to give its devices, lest packets are fragmented in its tunnels "
    "(RFC 7849 §3)"
)
_HALF_DUPLEX = "half duplex: NB-IoT is (RFC 8376 §2.2.2)"
_STRATHCLYDE = (
    "S. Ugwuanyi, G. Paul, J. Irvine, Survey of IoT for Developing Countries, Electronics 2021, 10(18), 2224, abstract"
)
_STELLENBOSCH = (
    "D. Robinson, NB-IoT Performance Evaluation of Variability in Multiple LTE Vendors, UE Devices and MNOs, thesis, "
    "Stellenbosch University, November 2019"
)

PRESETS: dict[str, Preset] = {
    "nb-iot-good": Preset(
        "NB-IoT, coverage level 0",
        PathSettings(
            up=WaySettings(delay=0.4, jitter=0.3, rate=10_000, mtu=1358, loss=0.01),
            down=WaySettings(delay=0.4, jitter=0.3, rate=10_000, mtu=1358, loss=0.01),
            half_duplex=True,
        ),
        (
            f"delay 0.4 s: half of a measured latency of 837 ms ({_STRATHCLYDE}), which we take as there and back",
            "jitter 0.3 s, loss 1 %: ours; the radio link repeats what it loses, so little is left",
            f"rate 10 kbit/s: 95 % of what modules reported in four networks was below it ({_STELLENBOSCH}, chapter "
            "Results); the peaks are 60 kbit/s up and 30 kbit/s down (RFC 8376 §2.2.2)",
            _HALF_DUPLEX,
            _LINK_MTU,
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
            "rate 264 bit/s: ours, among the several hundred bit/s, not less than 200, that the downlink has at 164 dB "
            "inside an LTE band (RFC 8376 §2.2.2), and the same up, for want of a figure; a measurement elsewhere had "
            f"no more at its best ({_STRATHCLYDE})",
            "delay 2 s, jitter 3 s up and 2 s down: ours; a report of 80 bytes with its headers is sent in 2.4 s and "
            "arrives 5 s later at most, within the 10 s that are wanted of a report (RFC 8376 §2.2.2); at level 1 the "
            f"medians of four networks were 1, 3, 3 and 20 s ({_STELLENBOSCH}, chapter Results)",
            "loss 5 %, bursts of 10 s every two minutes that take 60 %: ours, no figure found",
            _HALF_DUPLEX,
            _LINK_MTU,
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
            "delay 50 ms and jitter 50 ms, so at most the 0.1 s of a message at the edge of normal coverage (white "
            "paper Evaluation of LTE-M Towards 5G IoT Requirements, version 1.1, March 2018, summary)",
            "rate 375 kbit/s up, 300 kbit/s down: the peaks of the SIM7000 in Cat-M1 (SIMCom, SIM7000E specification "
            "of 16 August 2017, as makers of boards quote it)",
            "half duplex: those are the peaks of category M1 in half duplex; in full duplex they are 1 Mbit/s up and "
            "800 kbit/s down (RF Wireless World, LTE-M device categories)",
            "loss 0.5 %: ours",
            _LINK_MTU,
        ),
    ),
    "gprs": Preset(
        "GPRS",
        PathSettings(
            up=WaySettings(delay=0.3, jitter=0.2, rate=15_000, mtu=1358, loss=0.005),
            down=WaySettings(delay=0.3, jitter=0.2, rate=25_000, mtu=1358, loss=0.005),
        ),
        (
            "delay 0.3 s and jitter 0.2 s: there and back 0.6 to 1 s; typical are a few hundred milliseconds to one "
            "second (RFC 3481 §2.1)",
            "rate 15 kbit/s up, 25 kbit/s down: the middles of 10 to 20 and of 10 to 40 kbit/s (RFC 3481 §2.2)",
            "loss 0.5 %: ours; low, for the link layer repeats what it loses (RFC 3481 §2.5)",
            _LINK_MTU,
        ),
    ),
    "lan": Preset(
        "a wired network",
        PathSettings(
            up=WaySettings(delay=0.0005, jitter=0.0002, rate=100_000_000, mtu=1500),
            down=WaySettings(delay=0.0005, jitter=0.0002, rate=100_000_000, mtu=1500),
        ),
        ("MTU 1500: that of Ethernet (RFC 894)", "rate 100 Mbit/s, delay 0.5 ms, jitter 0.2 ms: ours"),
    ),
    "satellite": Preset(
        "a geostationary satellite",
        PathSettings(
            up=WaySettings(delay=0.279, jitter=0.02, rate=64_000, mtu=1500, loss=0.01),
            down=WaySettings(delay=0.279, jitter=0.02, rate=64_000, mtu=1500, loss=0.01),
        ),
        (
            "delay 279 ms: to the satellite and down again, at the edge of what it sees; right below it 239.6 ms "
            "(RFC 2488 §2)",
            "rate 64 kbit/s, jitter 20 ms, loss 1 %, MTU 1500: ours",
        ),
    ),
}
"""Every preset by its name."""
