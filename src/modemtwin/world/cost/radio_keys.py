"""The figures of a radio that may be changed: their keys, what they are, and settings in text put into a ``Radio``.

    transmit=109  repetitions-out=8  setup-out=40      the rest stays as the preset has it

``docs/explanation/energy.md`` says where the figures of the presets come from; most networks have others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from modemtwin.clockwork import MICROSECONDS, seconds
from modemtwin.world.cost.air import Radio

__all__ = ["KEYS", "RadioKey", "tune"]


class RadioKey(NamedTuple):
    """One figure: what it is, its unit and range, how it is read off a radio, and how another one gets it."""

    about: str
    unit: str
    low: float
    high: float
    read: Callable[[Radio], float | None]
    change: Callable[[Radio, float], Radio]


def _figure(name: str, about: str, unit: str, low: float, high: float) -> RadioKey:
    kind = int if unit == "bytes" else float

    def change(radio: Radio, value: float) -> Radio:
        return _with(radio, name, kind(value))

    return RadioKey(about, unit, low, high, lambda radio: getattr(radio, name), change)


def _span(name: str, about: str) -> RadioKey:
    def change(radio: Radio, value: float) -> Radio:
        return _with(radio, name, seconds(value))

    return RadioKey(about, "s", 0, 86_400, lambda radio: getattr(radio, name) / MICROSECONDS, change)


def _repetitions(name: str, about: str, high: int) -> RadioKey:
    def change(radio: Radio, value: float) -> Radio:
        return _with(radio, name, replace(getattr(radio, name), repetitions=int(value)))

    return RadioKey(about, "times", 1, high, lambda radio: getattr(radio, name).repetitions, change)


def _messages(name: str, about: str) -> RadioKey:
    def change(radio: Radio, value: float) -> Radio:
        return _with(radio, name, (int(value),))  # as one message

    return RadioKey(about, "bytes", 0, 10_000, lambda radio: sum(getattr(radio, name)), change)


def _with(radio: Radio, name: str, value: Any) -> Radio:
    return replace(radio, **{name: value})


KEYS: Mapping[str, RadioKey] = {
    "volts": _figure("volts", "supply voltage", "V", 0.1, 20),
    "transmit": _figure("transmit", "current while it transmits", "mA", 0, 5000),
    "receive": _figure("receive", "current while it receives", "mA", 0, 5000),
    "idle": _figure("idle", "current while it is awake and not connected", "mA", 0, 5000),
    "asleep": _figure("sleep", "current between two reports, in the place of --sleep", "mA", 0, 5000),
    "listening": _figure("listening", "share of the time connected in which it receives", "of 1", 0, 1),
    "inactivity": _span("inactivity", "silence after which the network lets go"),
    "active": _span("active", "how long it listens after that: T3324"),
    "preamble": _span("preamble", "preamble of a connection, with its repetitions"),
    "setup-out": _messages("up", "what sets a connection up and releases it, out"),
    "setup-in": _messages("down", "the same, in"),
    "headers": _figure("headers", "what is below IP, for each datagram", "bytes", 0, 1000),
    "repetitions-out": _repetitions("uplink", "how often each block is sent", 128),
    "repetitions-in": _repetitions("downlink", "how often each block comes", 2048),
}
"""What may be changed. The most repetitions are those of TS 36.213 §16.4 and §16.5."""


def tune(radio: Radio, settings: Iterable[str]) -> Radio:
    """Give a radio with some figures changed: ``"transmit=109"``.

    :raises ValueError: with a line for each mistake.
    """
    mistakes: list[str] = []
    for setting in settings:
        name, equals, text = setting.partition("=")
        try:
            radio = _key(name, equals, radio).change(radio, _value(name, text))
        except ValueError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return radio


def _key(name: str, equals: str, radio: Radio) -> RadioKey:
    if name not in KEYS:
        raise ValueError(f'there is no figure "{name}"; there are: {", ".join(KEYS)}')
    if not equals:
        raise ValueError(f"{name} has no value: write {name}={KEYS[name].read(radio) or 0:g}, or whatever it is")
    return KEYS[name]


def _value(name: str, text: str) -> float:
    key = KEYS[name]
    whole = key.unit in ("bytes", "times")
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        value = float("nan")
    if not key.low <= value <= key.high:
        kind = "whole number" if whole else "number"
        raise ValueError(f"{name} is a {kind} from {key.low:g} to {key.high:g} ({key.unit}), not {text!r}")
    return value
