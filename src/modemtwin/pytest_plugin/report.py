"""What a failing test says: its seed, how to run it again, the dialogue with its reasons, and what it leaves behind.

2.300 s  > AT+CCOAPREAD=7
         < ERROR                         ← 765: there is no packet with mid 7 in the receive queue …
3.000 s  ──► 192.0.2.1:5683  CON GET /test, mid 1
             lost on the way up: chance
"""

from __future__ import annotations

import os
import re
import shlex
import zlib
from collections.abc import Collection, Iterable, Iterator
from heapq import merge
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import pytest

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.coap.summary import described_datagram
from modemtwin.modem.doors import (
    Address,
    BearerLost,
    CardInserted,
    CardRemoved,
    DatagramRx,
    DatagramTx,
    Effect,
    Note,
    PowerOff,
    PowerOn,
    Refused,
    Stimulus,
    UartRx,
    UartTx,
)
from modemtwin.pytest_plugin.arming import written
from modemtwin.pytest_plugin.keys import SEED
from modemtwin.pytest_plugin.quirks import quirk_of
from modemtwin.pytest_plugin.real import RealStand
from modemtwin.pytest_plugin.stand import Stand, position_of
from modemtwin.world.journal.journal import Entry
from modemtwin.world.journal.uart_lines import UartLines
from modemtwin.world.net.fate import Fate, Lost

__all__ = ["again", "folder_name", "leave_behind", "real_sections", "sections"]

_LINES_SHOWN = 200
_LONGEST_NAME = 120

_PLAIN = re.compile(r"[\w./]+(?:::\w+)+(?:\[[\w.=-]*\])?")
"""A test whose name loses nothing that would tell it from another one when it becomes the name of a folder."""


def sections(item: pytest.Item, stand: Stand, folder: Path | None) -> Iterator[tuple[str, str]]:
    """Give the sections of the report of a failure; ``folder`` is where its files are."""
    lines = [f"seed {stand.plan.seed}; the same again:", f"    {again(item)}"]
    lines += [f"it failed at {stand.world.now / MICROSECONDS:.3f} s"]
    if stand.disturbance.told:
        lines.insert(0, f"--urc-sweep: it breaks when {stand.disturbance.told}")
    lines += _armed(item, stand)
    if folder is not None:
        lines += ["left behind, for modemtwin explain, replay and minimise, and for Wireshark:"]
        lines += [f"    {path}" for path in sorted(folder.iterdir())]
    lines += _gone(stand)
    yield "modemtwin", "\n".join(lines)
    if told := _timeline(stand):
        yield "modemtwin: AT dialogue and datagrams", "\n".join(_shortened(told, " are in the journal"))


def real_sections(item: pytest.Item, stand: RealStand) -> Iterator[tuple[str, str]]:
    """The same for a test on a real module, which keeps no journal and gives no reasons."""
    yield "modemtwin", f"on the real module at {stand.port}; the same again:\n    {again(item)}"
    if told := list(stand.tap.lines):
        yield "modemtwin: AT dialogue", "\n".join(_shortened(told, ""))


def _armed(item: pytest.Item, stand: Stand) -> Iterator[str]:
    """Say which of its faults a test had, and that they can be cut down."""
    arming = stand.arming
    if arming.chosen is not None:
        yield f"--only-faults {written(arming.chosen)}: of {len(arming.armed)} that it arms"
    elif len(arming.armed) > 1 and not item.config.getoption("fewest_faults"):
        yield f"it has {len(arming.armed)} faults; --fewest-faults looks for those that it takes to fail"


def _gone(stand: Stand) -> Iterator[str]:
    """Say what the journals have forgotten: what is left of such a one can be explained, but not replayed."""
    for name, modem in stand.world.modems.items():
        if lost := modem.journal.lost:
            yield (
                f"the journal and the capture of {name} begin after its first {lost:,} entries, for the last "
                f"{len(modem.journal):,} are kept: it cannot be replayed; a shorter test can"
            )


def again(item: pytest.Item, only_faults: Collection[int] | None = None) -> str:
    """Write the command that runs this test again, as it ran, or with these of its faults."""
    config = item.config
    place, colons, name = item.nodeid.partition("::")
    path = os.path.relpath(config.rootpath / place, config.invocation_params.dir)
    words = ["pytest", *(f"-p{plugin}" for plugin in config.getoption("plugins") or ())]
    for flag, option in (("-c", "inifilename"), ("--rootdir", "rootdir")):
        words += [flag, config.getoption(option)] if config.getoption(option, None) else []
    words += [word for setting in config.getoption("override_ini") or () for word in ("-o", setting)]
    words += [f"{path}{colons}{name}"]
    if config.getoption("modemtwin_seed") is not None:
        words += ["--modemtwin-seed", str(config.stash[SEED])]
    if config.getoption("quirks"):
        words += ["--quirks", quirk_of(item) or "all"]
    for name in ("modem_port", "modem_server", "modem_apn"):
        if value := config.getoption(name):
            words += [f"--{name.replace('_', '-')}", value]
    if position := position_of(item):
        words += ["--urc-sweep-at", str(position)]
        words += ["--urc", config.getoption("urc")] if position.kind == "gap" else []
    chosen = config.getoption("only_faults") if only_faults is None else only_faults
    words += [] if chosen is None else ["--only-faults", written(chosen)]
    return shlex.join(words)


def leave_behind(stand: Stand, folder: Path) -> None:
    """Write a journal for each modem, and a capture of all of them; OSError when that cannot be."""
    from modemtwin.capture.capture_file import CaptureFile

    folder.mkdir(parents=True, exist_ok=True)
    modems = stand.world.modems
    for name, modem in modems.items():
        (folder / f"{_file_name(name)}.journal").write_text(modem.journal.text(), "utf-8")
    capture = CaptureFile(folder / "capture.pcapng", about=f"seed {stand.plan.seed}")
    capture.open()
    watches = {name: capture.watch(name) for name in modems}
    for name, entry in _entries(stand):
        watches[name](entry)
    capture.close()
    if capture.failure is not None:
        raise capture.failure


def folder_name(item: pytest.Item) -> str:
    """A name for the folder of a test, which any file system takes, and no other test has."""
    name, nodeid = _file_name(item.nodeid), item.nodeid
    if _PLAIN.fullmatch(nodeid) and len(name) <= _LONGEST_NAME:
        return name
    return f"{name[-_LONGEST_NAME:]}-{zlib.crc32(nodeid.encode('utf-8', 'surrogatepass')):08x}"


def _file_name(text: str) -> str:
    return re.sub(r"[^\w.=-]+", "-", text).strip("-.") or "modem"


def _entries(stand: Stand) -> Iterable[tuple[str, Entry]]:
    """The entries of all modems, in the order of time."""
    journals = ([(name, entry) for entry in modem.journal.entries()] for name, modem in stand.world.modems.items())
    return merge(*journals, key=lambda named: named[1].now)


# ── the dialogue ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Line(NamedTuple):
    now: Micros
    modem: str
    text: str


def _timeline(stand: Stand) -> list[tuple[Micros, str]]:
    """Write what was said and sent, one line each and when it was, secrets replaced."""
    several = len(stand.world.modems) > 1
    tellers = {name: _Teller(name) for name in stand.world.modems}
    dialogue: list[_Line] = []
    for name, entry in _entries(stand):
        tellers[name].tell(entry, dialogue)
    for teller in tellers.values():
        teller.close(dialogue)
    lost = [line for fate in stand.world.fates if (line := _lost(fate))]
    both = merge(dialogue, lost, key=itemgetter(0))
    return [(now, f"{modem + '  ' if several else ''}{text}") for now, modem, text in both]


def _shortened(told: list[tuple[Micros, str]], where: str) -> Iterator[str]:
    """The last lines; before them how many there were ahead, and where they are."""
    if more := max(0, len(told) - _LINES_SHOWN):
        yield f"… {more} lines before these{where}"
    yield from _clocked(told[-_LINES_SHOWN:])


def _clocked(lines: Iterable[tuple[Micros, str]]) -> Iterator[str]:
    """Write the time before each line that has another one than the line above, as far as it is shown."""
    before = ""
    for now, text in lines:
        clock = f"{now / MICROSECONDS:10.3f} s"
        yield f"{clock if clock != before else '':12}  {text}"
        before = clock


class _Teller:
    """Turns the entries of one modem into lines."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._typed, self._written = UartLines(), UartLines()
        self._now: Micros = 0

    def tell(self, entry: Entry, out: list[_Line]) -> None:
        self._now = entry.now
        out += [_Line(entry.now, self._name, text) for text in self._taken(entry.stimulus)]
        for effect in entry.effects:
            if isinstance(effect, Refused):
                self._explain(effect, out)
            else:
                out += [_Line(entry.now, self._name, text) for text in self._given(effect)]

    def close(self, out: list[_Line]) -> None:
        """Tell what has not ended."""
        for mark, line in ((">", self._typed), ("<", self._written)):
            if half := line.half.strip():
                out.append(_Line(self._now, self._name, f"{mark} {_shown(half)} …"))

    def _explain(self, refused: Refused, out: list[_Line]) -> None:
        why = f"   ← {refused.error}: {refused.reason}"
        if out and out[-1].modem == self._name and out[-1].text.startswith("<"):
            out[-1] = out[-1]._replace(text=out[-1].text + why)
        else:
            out.append(_Line(self._now, self._name, f"  {refused.command}{why}"))

    def _taken(self, stimulus: Stimulus) -> Iterator[str]:
        match stimulus:
            case UartRx(data):
                yield from (f"> {_shown(line.strip())}" for line in self._typed.add(data) if line.strip())
            case DatagramRx(source, data):
                yield f"◄── {_place(source)}  {described_datagram(data)}"
            case BearerLost(_, reason):
                yield f"*   the bearer is lost: {reason}"
            case CardRemoved():
                yield "*   the card is pulled"
            case CardInserted():
                yield "*   a card is inserted"
            case PowerOn():
                yield "*   PWRKEY is pulled"
            case _:
                pass

    def _given(self, effect: Effect) -> Iterator[str]:
        match effect:
            case UartTx(data):
                for piece in self._written.add(data):
                    if piece.endswith(b"\n"):  # an echo ends in CR, and has been told as typed
                        yield from (f"< {_shown(line)}" for line in piece.split(b"\r\n") if line)
            case DatagramTx(destination, data):
                yield f"──► {_place(destination)}  {described_datagram(data)}"
            case Note(text):
                yield f"*   {text}"
            case PowerOff():
                yield "*   the modem is off"
            case _:
                pass


def _lost(fate: Fate) -> _Line | None:
    if not isinstance(fate.outcome, Lost):
        return None
    return _Line(fate.now, fate.path, f"    lost on the way {fate.direction}: {fate.outcome.reason}")


def _shown(line: bytes) -> str:
    return line.decode("latin-1").encode("unicode_escape").decode("ascii")


def _place(address: Address) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
