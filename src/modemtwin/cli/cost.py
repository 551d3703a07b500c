"""``modemtwin cost JOURNAL…``: what the conversations of journals cost, side by side."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, NamedTuple

from modemtwin.amount import amount
from modemtwin.cli.journals import leave, open_journal
from modemtwin.cli.options import OptionParser, file_name, number
from modemtwin.world.cost.air import PRESETS, SLEEPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modemtwin.world.cost.air import Energy, Radio
    from modemtwin.world.cost.cost import Cost
    from modemtwin.world.cost.usage import Usage

__all__ = ["arguments", "run"]

_DAY_SECONDS = 86_400

_MORE = """\
Bytes are counted with their IP and UDP headers, retransmissions too. Time on the air and energy come from a model of
the radio that the preset names; docs/explanation/energy.md says where each number is from. A day is so many reports,
each as dear as the mean exchange of the journal on a connection of its own, and sleep between them. --set changes a
figure of the model, for your network, module or battery:

{keys}

examples:
  modemtwin cost day.journal
  modemtwin cost con.journal non.journal --preset nb-iot-deep
  modemtwin cost day.journal --set transmit=109 --set active=2
  modemtwin cost day.journal --reports-per-day 96 --sleep idle --json

exit status:
  0 counted · 2 a journal cannot be read
"""


def arguments(parser: OptionParser) -> None:
    """Declare the options."""
    usage = "modemtwin cost JOURNAL… [--preset NAME] [--reports-per-day N]… [--sleep HOW] [--set KEY=VALUE]… [--json]"
    parser.usage = usage
    parser.epilog = _MORE.format(keys="\n".join(_keys()))
    parser.add_argument(
        "journals", metavar="JOURNAL", nargs="+", type=file_name, help="what --journal wrote, or - for stdin"
    )
    parser.add_argument(
        "--preset", choices=PRESETS, default="nb-iot-good", help="the radio and its coverage (default: nb-iot-good)"
    )
    parser.add_argument(
        "--reports-per-day",
        metavar="N",
        action="append",
        type=number(0, _DAY_SECONDS),
        help="exchanges in a day (repeatable; default: 1 and 24)",
    )
    parser.add_argument(
        "--sleep", choices=SLEEPS, default="psm", help="what the module does between two reports (default: psm)"
    )
    parser.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], help="another figure for the model (repeatable)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object for each journal, for programs")


def run(options: argparse.Namespace) -> int:
    """Count and compare."""
    from modemtwin.cli.json_lines import line as json_line
    from modemtwin.modem.profile import tailor
    from modemtwin.world.cost.cost import count

    radio = _radio(options.preset, options.set)
    days = options.reports_per_day or [1, 24]
    names: list[str] = []
    costs: list[Cost] = []
    for name in options.journals:
        recording = open_journal("cost", name)
        names.append(recording.name)
        profile = tailor(recording.header.profile, recording.header.overrides)
        costs.append(count(recording.entries, radio, profile.transmission().exchange_lifetime))
        if recording.header.lost:
            lost = f"{recording.header.loss} and not counted"
            print(f"modemtwin cost: {recording.name}: {lost}", file=sys.stderr)
    if options.json:
        for name, cost in zip(names, costs, strict=True):
            print(json_line("cost", _told(name, options, cost, days)))
        return 0
    print(f"{'; '.join([radio.about, *options.set, f'{options.sleep} between reports'])}\n")
    for line in _table(names, [list(_rows(cost, days, options.sleep)) for cost in costs]):
        print(line)
    return 0


def _radio(preset: str, settings: list[str]) -> Radio:
    from modemtwin.world.cost.radio_keys import tune

    try:
        return tune(PRESETS[preset], settings)
    except ValueError as error:
        leave("cost", "\nmodemtwin cost: ".join(f"--set: {line}" for line in str(error).splitlines()))


def _keys() -> Iterator[str]:
    from modemtwin.world.cost.radio_keys import KEYS

    width = max(map(len, KEYS))
    for name, key in KEYS.items():
        yield f"  {name.ljust(width)}  {key.about} ({key.unit})"


class _Row(NamedTuple):
    name: str
    value: str


def _rows(cost: Cost, days: list[int], sleep: str) -> Iterator[_Row]:
    up, down, count = cost.total.up, cost.total.down, max(len(cost.exchanges), 1)
    yield _Row("exchanges", f"{len(cost.exchanges)}")
    yield _Row("datagrams out, in", f"{up.datagrams}, {down.datagrams}")
    yield _Row("bytes of CoAP out, in", f"{up.coap}, {down.coap}")
    yield _Row("bytes of IP out, in", f"{up.ip}, {down.ip}")
    yield _Row("on the air out, in", f"{_span(up.airtime)}, {_span(down.airtime)}")
    yield _Row("connections", f"{cost.total.connections}")
    yield _Row("energy, sleep left out", _energy(cost.energy()))
    if strays := cost.others.up.datagrams + cost.others.down.datagrams:
        yield _Row("datagrams of no exchange", f"{strays}")
    yield _Row("an exchange: bytes of IP", f"{(up.ip + down.ip) / count:.0f}")
    yield _Row("an exchange: on the air", _span((up.airtime + down.airtime) / count))
    yield _Row("an exchange: energy", _energy(cost.exchange()) if cost.exchanges else "nothing")
    for reports in days:
        yield _Row(f"a day with {amount(reports, 'report')}", _energy(cost.day(reports, sleep)))


def _table(names: list[str], columns: list[list[_Row]]) -> Iterator[str]:
    left = max(len(row.name) for row in columns[0])
    widths = [max(len(name), *(len(row.value) for row in column)) for name, column in zip(names, columns, strict=True)]
    yield "  ".join(["".ljust(left), *(name.rjust(width) for name, width in zip(names, widths, strict=True))])
    for rows in zip(*columns, strict=True):
        cells = [row.value.rjust(width) for row, width in zip(rows, widths, strict=True)]
        yield "  ".join([rows[0].name.ljust(left), *cells])


def _told(name: str, options: argparse.Namespace, cost: Cost, days: list[int]) -> dict[str, object]:
    return {
        "journal": name,
        "preset": options.preset,
        "set": options.set,
        "sleep": options.sleep,
        "exchanges": len(cost.exchanges),
        "connections": cost.total.connections,
        **_both_ways(cost.total),
        "others": _both_ways(cost.others),
        "energy": cost.energy()._asdict(),
        "exchange": cost.exchange()._asdict() if cost.exchanges else None,
        "days": [{"reports": reports, **_drawn(cost.day(reports, options.sleep))} for reports in days],
        "messages": [
            {
                "mid": each.mid,
                "what": each.what,
                "ip": each.up.ip + each.down.ip,
                "datagrams": each.up.datagrams + each.down.datagrams,
                "airtime": (each.up.airtime + each.down.airtime) / 1_000_000,
                "span": (each.last - each.first) / 1_000_000,
                **each.usage.energy()._asdict(),
            }
            for each in cost.exchanges
        ],
    }


def _both_ways(usage: Usage) -> dict[str, dict[str, float]]:
    return {
        way: {"datagrams": each.datagrams, "coap": each.coap, "ip": each.ip, "airtime": each.airtime / 1_000_000}
        for way, each in (("out", usage.up), ("in", usage.down))
    }


def _drawn(energy: Energy | None) -> dict[str, float | None]:
    return {"mah": None, "joules": None} if energy is None else {**energy._asdict()}


def _span(micros: float) -> str:
    return f"{micros / 1000:.1f} ms" if micros < 1_000_000 else f"{micros / 1_000_000:.2f} s"


def _energy(energy: Energy | None) -> str:
    if energy is None:
        return "more than a day on the air"
    return f"{energy.mah:.4f} mAh, {energy.joules:.3f} J"
