"""The import contracts of pyproject.toml fail on a made-up package that breaks them, and only then."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")
ROOMS = (
    *(
        "amount.py",
        "option.py",
        "output_file.py",
        "clockwork.py",
        "value.py",
        "version.py",
        "at/line.py",
        "coap/uri.py",
        "io/udp.py",
        "pytest_plugin/tables.py",
        "cli/main.py",
    ),
    *("modem/board.py", "modem/doors.py", "modem/profile.py", "modem/quirks.py", "modem/card.py"),
    *("modem/network.py", "modem/condition.py"),
    *("modem/parts/radio.py", "modem/commands/basic.py", "host/exchange.py", "host/information.py"),
    *(f"world/{name}.py" for name in ("world", "tower", "server", "mobile", "station", "chance", "timers", "schema")),
    *("world/cell/cell.py", "world/net/net.py", "world/te/te.py", "world/peer/peer.py", "world/journal/journal.py"),
    *("world/transcripts/shipped.py", "world/fault/layer.py", "world/script/script.py", "world/story/story.py"),
    *("world/cost/cost.py", "world/scenario/scenario.py", "world/play/player.py", "world/conformance/verdict.py"),
    *("host/observation.py", "host/serving.py", "host/session.py"),
)


def verdict(tmp_path: Path, **lines: str) -> tuple[int, list[str]]:
    """Lint a package with every room of the house and these lines in it; say the status and what was broken."""
    package = tmp_path / "modemtwin"
    for room in [*ROOMS, *(f"{name.replace('__', '/')}.py" for name in lines)]:
        path = package / room
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        for folder in [path.parent, *path.parent.parents]:
            if folder.is_relative_to(package):
                folder.joinpath("__init__.py").touch()
    for name, line in lines.items():
        package.joinpath(*name.split("__")).with_suffix(".py").write_text(f"{line}\n", encoding="utf-8")
    command = [str(LINTER), "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True)
    return done.returncode, re.findall(r"^(.+) BROKEN", done.stdout, re.MULTILINE)


def test_the_rooms_of_the_house_pass(tmp_path: Path) -> None:
    assert verdict(tmp_path, world__cell__cell="import modemtwin.modem.doors", io__udp="import socket") == (0, [])


HOUSE = "Imports go down only"
MODEM = "Inside the modem: board, commands, parts, doors"
WORLD = "Inside the world: rooms one above the other"
HOST = "The driver's reasoning touches no clock, no socket, no thread"
STRANGER = "The driver does not know the device"
PURE = "Rings 0 to 2 touch no clock, no socket, no thread, no global chance"


@pytest.mark.parametrize(
    ("name", "line", "broken"),
    [
        ("coap__uri", "import modemtwin.modem.doors", HOUSE),
        ("at__line", "import modemtwin.coap.uri", HOUSE),
        ("modem__doors", "import modemtwin.world.cell.cell", HOUSE),
        ("world__cell__cell", "import modemtwin.io.udp", HOUSE),
        ("io__udp", "import modemtwin.option", HOUSE),
        ("attic__chest", "", HOUSE),
        ("modem__parts__radio", "import modemtwin.modem.commands.basic", MODEM),
        ("modem__doors", "import modemtwin.modem.parts.radio", MODEM),
        ("modem__cellar", "", MODEM),
        ("world__fault__layer", "import modemtwin.world.station", WORLD),
        ("world__journal__journal", "import modemtwin.world.scenario.scenario", WORLD),
        ("world__story__story", "import modemtwin.world.cost.cost", WORLD),
        ("world__attic", "", WORLD),
        ("world__annexe__chest", "", WORLD),
        ("coap__uri", "import time", PURE),
        ("amount", "import os", PURE),
        ("world__cell__cell", "import asyncio", PURE),
        ("host__exchange", "import modemtwin.modem.doors", STRANGER),
        ("host__session", "import modemtwin.world.cell.cell", HOUSE),
        ("host__session", "import asyncio", HOST),
    ],
)
def test_an_import_against_the_order_or_a_room_nobody_placed_is_found(
    tmp_path: Path, name: str, line: str, broken: str
) -> None:
    assert verdict(tmp_path, **{name: line}) == (1, [broken])
