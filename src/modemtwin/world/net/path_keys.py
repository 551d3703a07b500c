"""The keys of ``[path]`` as data, and the settings that they make.

    [path]            preset = "nb-iot-good"     the path that the keys below change
                      loss = 0.1                 both directions
    [path.up]         loss = 0.3                 from the modem
    [path.down]       rate = 4000                to the modem

A key of one direction wins over the same key for both, wherever it stands; a preset lies below all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from modemtwin.world.net.path import PERFECT, PathSettings, WaySettings
from modemtwin.world.net.presets import PRESETS
from modemtwin.world.schema import Choice, Flag, Key, Number, Whole, nearest, nearest_key, underscored

__all__ = ["PATH_KEYS", "WAY_KEYS", "check_path", "path_of_keys", "preset"]

_WAY = WaySettings()
_DAY = 86_400

WAY_KEYS: tuple[Key, ...] = tuple(
    Key(f"path.{name}", kind, getattr(_WAY, name), doc, unit)
    for name, kind, unit, doc in (
        ("delay", Number(0, 3_600), "s", "from the last bit sent to the arrival"),
        ("jitter", Number(0, 3_600), "s", "up to so much longer, by chance; the order is kept"),
        ("rate", Number(0, 1e12), "bit/s", "so fast the bits leave, with 28 bytes of IP and UDP header; 0: at once"),
        ("backlog", Number(0, _DAY, optional=True), "s", "what would wait longer before it is sent is lost"),
        ("mtu", Whole(68, 65_535, (0,)), "bytes", "what is larger with its headers is lost; 0: nothing is"),
        ("loss", Number(0, 1), "", "share of the datagrams that is lost, each by itself"),
        ("burst_every", Number(0, 31_536_000), "s", "mean time between two bursts of losses; 0: there are none"),
        ("burst_length", Number(0.001, _DAY), "s", "mean time that a burst lasts"),
        ("burst_loss", Number(0, 1), "", "share of the datagrams that is lost within a burst"),
        ("duplicate", Number(0, 1), "", "share of the datagrams that arrives twice"),
        ("reorder", Number(0, 1), "", "share of the datagrams that is held back, so that others overtake it"),
        ("reorder_by", Number(0, 3_600), "s", "for so long it is held back"),
        ("corrupt", Number(0, 1), "", "share of the datagrams that arrives with one bit turned over"),
    )
)
"""What each direction may be told; ``path.up.`` and ``path.down.`` tell one of them."""

_TOGETHER: tuple[Key, ...] = (
    Key("path.preset", Choice({name: name for name in PRESETS}), None, "the path that the other keys change"),
    *WAY_KEYS,
    Key("path.half_duplex", Flag(), False, "one direction sends at a time"),
    Key("path.nat_timeout", Number(1, _DAY, optional=True), None, "a NAT forgets a modem that is silent so long", "s"),
)

PATH_KEYS: tuple[Key, ...] = (
    *_TOGETHER,
    *(
        Key(f"path.{way}.{key.name.partition('.')[2]}", key.kind, key.default, key.doc, key.unit)
        for way in ("up", "down")
        for key in WAY_KEYS
    ),
)
"""Every key of a path, those of one direction last."""

_KEYS = {key.name: key for key in PATH_KEYS}
_WAY_NAMES = tuple(each.name for each in fields(WaySettings))


def preset(name: str) -> PathSettings:
    """Give the settings of a preset. ValueError names the nearest."""
    if name not in PRESETS:
        meant = nearest(name.lower(), PRESETS) or f"; there are {', '.join(PRESETS)}"
        raise ValueError(f'there is no path "{name}"{meant}')
    return PRESETS[name].settings


def check_path(table: Mapping[str, object], path: str = "path") -> PathSettings:
    """Make settings of a table with the keys of ``[path]``, spelled with hyphens or underscores.

    The ValueError has a line for each mistake, with the place and the nearest right key.
    """
    values: dict[str, Any] = {}
    mistakes: list[str] = []
    for spelled, value in _flat(table):
        name = underscored(f"path.{spelled}")
        if spelled in ("up", "down"):
            mistakes.append(f"{path}.{spelled}: {value!r} is no table of keys of one direction")
            continue
        if name not in _KEYS:
            known = [each.removeprefix("path.") for each in _KEYS]
            mistakes.append(f"{path}.{spelled}: there is no such key{nearest_key(spelled, known)}")
            continue
        try:
            values[name.removeprefix("path.")] = _KEYS[name].check(value, f"{path}.{spelled}")
        except ValueError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return path_of_keys(values)


def path_of_keys(values: Mapping[str, Any], before: PathSettings = PERFECT) -> PathSettings:
    """Make settings of checked values by name (``loss``, ``up.loss``, ``preset``), on top of what was there before."""
    start = preset(values["preset"]) if values.get("preset") else before
    both = {name: values[name] for name in _WAY_NAMES if name in values}
    ways = {}
    for way in ("up", "down"):
        own = {name: values[f"{way}.{name}"] for name in _WAY_NAMES if f"{way}.{name}" in values}
        ways[way] = replace(getattr(start, way), **(both | own))
    rest = {name: values[name] for name in ("half_duplex", "nat_timeout") if name in values}
    return replace(start, **ways, **rest)


def _flat(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in ((str(key), value) for key, value in table.items()):
        if key in ("up", "down") and isinstance(value, Mapping):
            for inner, each in value.items():
                yield f"{key}.{inner}", each
        else:
            yield key, value
