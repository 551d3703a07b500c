"""Same seed, same bytes: in this process, in others with other hash seeds, and in the golden file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modemtwin.world.world import World
from tests.world.plays import exchanges
from tests.world.story import GOLDEN, WILD, story

ROOT = Path(__file__).resolve().parents[2]


def test_the_story_is_that_of_the_golden_file() -> None:
    assert story().splitlines() == GOLDEN.read_text("utf-8").splitlines()


def test_another_seed_tells_another_story() -> None:
    assert story(seed=8) != GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("hash_seed", ["0", "1", "random"])
def test_another_process_tells_the_same_story_whatever_its_hash_seed(hash_seed: str) -> None:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
    }
    command = [sys.executable, "-X", "utf8", "-m", "tests.world.story"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    assert done.stdout == GOLDEN.read_bytes()


def log_of(*others: str) -> list[str]:
    """What becomes of the datagrams of one modem, with others beside it that have a server and chance of their own."""
    world = World(seed=3)
    world.add_server()
    world.add_modem("subject", path=WILD, program=exchanges(20))
    for name in others:
        world.add_server(f"192.0.2.{len(world.servers) + 1}")
        url = f"coap://192.0.2.{len(world.servers)}"
        modem = world.add_modem(name, path=WILD)
        modem.play(exchanges(20, url=url))
    world.run_until_idle(1e6)
    return [line for line in world.log().splitlines() if line.split()[1] == "subject"]


def test_what_happens_to_one_modem_does_not_depend_on_how_many_others_there_are() -> None:
    alone = log_of()
    assert len(alone) > 40
    assert log_of("a", "b", "c") == alone
