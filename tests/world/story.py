"""The golden story: a world with something of everything, written down to the last byte.

``python -m tests.world.story`` prints it, ``python -m tests.world.story --write`` keeps it as
``tests/golden/story.txt``. Every Python from 3.11 on must print the same, whatever its hash seed and its machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.modem.doors import Effect, UartTx
from modemtwin.world.mobile import Mobile
from modemtwin.world.te.te import Await, Program, Sleep, Te, Type
from modemtwin.world.world import World
from tests.world.plays import exchange, online

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "story.txt"

WILD = {
    "delay": 0.3,
    "jitter": 0.5,
    "loss": 0.2,
    "burst-every": 20,
    "burst-length": 5,
    "duplicate": 0.2,
    "reorder": 0.2,
    "reorder-by": 3,
    "corrupt": 0.1,
    "nat-timeout": 30,
}


def story(seed: int = 7) -> str:
    """Run the world, and write what the TEs read and what became of the datagrams."""
    world = World(seed)
    world.add_server("192.0.2.1", name="coap.example", groups=["224.0.1.187"])
    world.add_server("2001:db8::1", name="six.example", path="satellite")
    lines: list[str] = []
    for name, path, program in (
        ("meter", "nb-iot-deep", _meter),
        ("tracker", WILD, _tracker),
        ("gateway", "cat-m1", _gateway),
    ):
        modem = world.add_modem(name, path=path)
        modem.on_effect = _listener(world, modem, lines)
        modem.play(program)
    world.at(40, lambda: world.modems["gateway"].drop_bearer())
    world.at(55, lambda: world.servers["coap.example"].restart())
    world.run_for(600)
    return "\n".join([*lines, "", world.log()])


def _listener(world: World, modem: Mobile, lines: list[str]) -> Callable[[Micros, Effect], None]:
    def listen(now: Micros, effect: Effect) -> None:
        if isinstance(effect, UartTx):
            lines.append(f"{now / MICROSECONDS:.6f} {modem.name} {effect.data.decode('latin-1')!r}")

    return listen


def _meter(te: Te) -> Program:
    yield from online("coap://coap.example")
    for _ in range(4):
        yield from exchange('AT+CCOAPPARA=code,2,uri-path,0,"large-post",payload,0,"21.5 degrees"')
        yield Sleep(60)


def _tracker(te: Te) -> Program:
    yield from online()
    for _ in range(8):
        yield from exchange('AT+CCOAPPARA=code,1,uri-path,0,"separate",token,1,0A0B')
        yield Sleep(25)


def _gateway(te: Te) -> Program:
    yield from online("coap://six.example/large", mode=2)
    yield from exchange("AT+CCOAPPARA=code,1")
    yield Type('AT+CCOAPURL="coap://224.0.1.187"')
    yield from exchange('AT+CCOAPPARA=code,1,type,NON,uri-path,0,"test"')
    yield Type('AT+CCOAPURL="coap://192.0.2.1"')
    yield Type('AT+CCOAPPARA=code,1,uri-path,0,"obs",observe,0,token,1,0F')
    yield Type("AT+CCOAPACTION")
    while (line := (yield Await("+CCOAPRECV: ", within=30))) is not None:
        mid = line[12 : line.index(",")]
        yield Type(f"AT+CCOAPREAD={mid}")


if __name__ == "__main__":
    if "--write" in sys.argv:
        GOLDEN.write_text(story(), "utf-8")
    else:
        sys.stdout.write(story())
