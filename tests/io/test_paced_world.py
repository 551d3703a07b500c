"""A world in real time, behind a port, in a thread of its own."""

from __future__ import annotations

import threading
import time

import pytest

from modemtwin.io.byte_pipe import PortError
from modemtwin.io.paced_world import PacedWorld
from modemtwin.io.pty import PtyPipe
from modemtwin.world.world import World


def test_time_passes_as_on_the_wall_and_stops_with_it() -> None:
    world = World()
    rang = threading.Event()
    world.at(0.05, rang.set)
    world.at(3600, lambda: pytest.fail("that would be in an hour"))
    paced = PacedWorld(world, PtyPipe(), lambda data: None)
    began = time.monotonic()
    paced.start()
    assert rang.wait(10)
    assert time.monotonic() - began >= 0.05
    paced.stop()
    stopped = world.now
    time.sleep(0.01)
    assert world.now == stopped
    paced.stop()  # twice is harmless


def test_what_is_handed_is_used_in_the_thread_and_its_errors_come_back() -> None:
    world = World()
    modem = world.add_modem()
    paced = PacedWorld(world, PtyPipe(), modem.to_modem)
    paced.start()
    seen: list[str] = []
    handed = paced.handed(modem)
    handed.on_effect = lambda now, effect: seen.append(threading.current_thread().name)
    handed.to_modem(b"AT\r")
    with pytest.raises(ValueError, match="signal"):
        handed.change(signal=77)
    with pytest.raises(RuntimeError, match=r"world\.run_for: behind a port the world runs by itself"):
        paced.handed(world).run_for(1)
    paced.stop()
    assert set(seen) == {"modemtwin world"}
    assert handed.name == "m1"  # there is nobody else any more


def test_what_the_world_fails_of_is_raised_where_it_is_stopped() -> None:
    world = World()
    failed = threading.Event()

    def fail() -> None:
        failed.set()
        raise ZeroDivisionError("in the world")

    paced = PacedWorld(world, PtyPipe(), lambda data: None)
    paced.start()
    paced.handed(world).after(0.01, fail)
    assert failed.wait(10)
    with pytest.raises(ZeroDivisionError, match="in the world"):
        paced.stop()


def test_a_port_that_cannot_be_had_is_said_at_once(tmp_path: object) -> None:
    paced = PacedWorld(World(), PtyPipe(f"{tmp_path}/nowhere/link"), lambda data: None)
    with pytest.raises(PortError, match="there is no folder"):
        paced.start()
