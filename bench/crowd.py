"""Thousands of modems that send a CON into nothing at the same time, and give it up a minute later.

    python -m bench.crowd 5000     prints milliseconds of processor time: to make them ready, to give up

Python's collector looks seldom, and not at the modems once they are made, as the page on worlds advises for crowds.
"""

from __future__ import annotations

import gc
import sys
import time

from modemtwin.world.te.te import Await, Program, Sleep, Te, Type
from modemtwin.world.world import World


def give_up(modems: int) -> tuple[float, float]:
    """Let so many modems give up; give milliseconds for making them ready and for their giving up."""
    gc.set_threshold(100_000, 50, 50)
    begun = time.process_time()
    world = World()
    for _ in range(modems):
        world.add_modem(path={"loss": 1}, program=_program)
    world.run_for(10.5)
    made = time.process_time()
    gc.collect()
    gc.freeze()
    ready = time.process_time()
    world.run_for(2)  # the last of them types AT+CCOAPACTION, at 10.99 s
    world.run_until_idle()
    ended = time.process_time()
    assert all(modem.te.result == "+CCOAPACTION: 2,1" for modem in world.modems.values())
    return (made - begun) * 1e3, (ended - ready) * 1e3


def _program(te: Te) -> Program:
    yield Type("AT+CNACT=1")
    yield Await("+APP PDP: ACTIVE")
    yield Type("AT+CCOAPINIT")
    yield Type('AT+CCOAPURL="coap://192.0.2.1"')
    yield Sleep(10)
    yield Type("AT+CCOAPACTION")
    return (yield Await("+CCOAPACTION: 2,"))


if __name__ == "__main__":
    print(*give_up(int(sys.argv[1])))
