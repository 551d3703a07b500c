"""What an idle virtual modem weighs: KiB of Python memory for each, over a thousand of them.

Each modem has its own random source, as in a fleet. What all of them share (tables, profiles, code) is paid for by
two modems that are made before the count begins.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from random import Random

from bench.figures import Figure, share
from modemtwin.clockwork import seconds
from modemtwin.coap.message import Message, encode
from modemtwin.coap.numbers import ACK, CONTENT
from modemtwin.modem.board import Modem
from modemtwin.modem.doors import (
    BearerGranted,
    DatagramRx,
    DatagramTx,
    PowerOn,
    Registration,
    RegistrationChanged,
    SignalChanged,
    SocketOpened,
    Technology,
    Tick,
    UartRx,
)
from modemtwin.modem.profile import load
from modemtwin.world.scenario.scenario import Scenario, apply_settings
from modemtwin.world.station import Station, build_station

MODEMS = 1_000
LIMIT = 24.0
"""KiB that an idle modem may weigh, its cell and its journal included."""

HOME = RegistrationChanged(Registration.HOME, Technology.NB_IOT, "CHN-CT", "46011", "ctnb", 0x5AE1, 187214780)
QUESTIONS = (b"AT\r", b"ATE0\r", b"AT+CSQ\r", b"AT+CEREG?\r", b'AT+CGDCONT=1,"IP","ctnb"\r')
OBJECT = b'AT+CCOAPINIT\rAT+CCOAPURL="coap://192.0.2.1"\r'

_SCENARIO = apply_settings(Scenario(), ["cell.registration_delay=0", "cell.bearer_delay=0"])


def run(effort: float = 1.0) -> list[Figure]:
    """Measure KiB; the limit holds for what is idle."""
    count = share(MODEMS, effort)
    idle = {
        "a modem alone, switched off": switched_off,
        "a modem alone, registered": registered,
        "a modem alone, with bearer and CoAP object": ready,
        "a station (modem, cell, journal), registered": station,
        "a station, with bearer and CoAP object": ready_station,
    }
    return [
        *(Figure(what, weight(make, count), "KiB", "the limit", LIMIT, 1) for what, make in idle.items()),
        Figure("a modem alone, after ten exchanges in a minute", weight(after_ten_exchanges, count), "KiB"),
    ]


def weight(make: Callable[[int], object], count: int) -> float:
    """KiB for each modem of one kind."""
    shared = [make(-1), make(-2)]
    gc.collect()
    tracemalloc.start()
    modems = [make(number) for number in range(count)]
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del modems, shared
    return size / count / 1024


def switched_off(number: int) -> Modem:
    """A modem as it lies on the desk."""
    return Modem(load("sim7000"), Random(number))


def registered(number: int) -> Modem:
    """A modem that is on the network and has answered a few questions."""
    modem = switched_off(number)
    for stimulus in (PowerOn(), SignalChanged(27, 99), HOME):
        modem.handle(stimulus, 0)
    for line in QUESTIONS:
        modem.handle(UartRx(line), 0)
    return modem


def ready(number: int) -> Modem:
    """A modem with a bearer and a CoAP object."""
    modem = registered(number)
    for stimulus in (UartRx(b"AT+CNACT=1\r"), BearerGranted(0, "10.94.36.44"), UartRx(OBJECT), SocketOpened(49152)):
        modem.handle(stimulus, 0)
    return modem


def after_ten_exchanges(number: int) -> Modem:
    """A modem that has sent ten requests and read ten answers in the last minute."""
    modem = ready(number)
    for place in range(10):
        now = seconds(6 * place)
        sent = modem.handle(UartRx(b'AT+CCOAPPARA=uri-path,0,"home"\rAT+CCOAPACTION\r'), now)
        (data,) = (effect.data for effect in sent if isinstance(effect, DatagramTx))
        mid = int.from_bytes(data[2:4], "big")
        answer = encode(Message(ACK, CONTENT, mid, payload=b"hello"))
        modem.handle(DatagramRx(("192.0.2.1", 5683), answer), now)
        modem.handle(UartRx(f"AT+CCOAPREAD={mid}\r".encode()), now)
    return modem


def station(number: int) -> Station:
    """A modem under its cell, with its journal, after the same questions."""
    made = build_station(_SCENARIO, seed=number)
    made.handle(PowerOn(), 0)
    made.handle(Tick(), 0)
    for line in QUESTIONS:
        made.handle(UartRx(line), 0)
    return made


def ready_station(number: int) -> Station:
    """The same with a bearer and a CoAP object."""
    made = station(number)
    for stimulus in (UartRx(b"AT+CNACT=1\r"), Tick(), UartRx(OBJECT), SocketOpened(49152)):
        made.handle(stimulus, 0)
    return made
