"""Every fault can be said in Python, in a scenario and to a running modem, and means the same each time."""

from __future__ import annotations

import shlex

import pytest

from modemtwin import faults
from modemtwin.io.control_verbs import perform
from modemtwin.io.virtual_modem import VirtualModem
from modemtwin.world.fault.fault import Fault
from modemtwin.world.fault.table import ACTS
from modemtwin.world.scenario.scenario import parse_scenario

SPOKEN: dict[str, tuple[Fault, str, str]] = {
    "drop the second ACK": (
        faults.drop(type="ACK", nth=2),
        'do = "drop"\ntype = "ACK"\nnth = 2',
        "do=drop type=ACK nth=2",
    ),
    "delay every 2.05 by 5 s": (
        faults.delay(code="2.05", by=5),
        'do = "delay"\ncode = "2.05"\nby = 5',
        "do=delay code=2.05 by=5",
    ),
    "duplicate notification 3": (
        faults.duplicate(direction="in", option="Observe", nth=3),
        'do = "duplicate"\ndirection = "in"\noption = "Observe"\nnth = 3',
        "do=duplicate direction=in option=Observe nth=3",
    ),
    "answer RST": (
        faults.answer(reply="RST", type="CON", direction="out"),
        'do = "answer"\nreply = "RST"\ntype = "CON"\ndirection = "out"',
        "do=answer reply=RST type=CON direction=out",
    ),
    "corrupt a token": (
        faults.corrupt(field="token", nth=1),
        'do = "corrupt"\nfield = "token"\nnth = 1',
        "do=corrupt field=token nth=1",
    ),
    "cut a datagram": (
        faults.truncate(length=1, nth=1),
        'do = "truncate"\nlength = 1\nnth = 1',
        "do=truncate length=1 nth=1",
    ),
    "pull the SIM": (
        faults.pull_card(at=60, lasting=10),
        'do = "pull-card"\nat = 60\nlasting = 10',
        "do=pull-card at=60 lasting=10",
    ),
    "wrong PIN": (
        faults.change_pin(pin="0815", at=60),
        'do = "change-pin"\npin = "0815"\nat = 60',
        "do=change-pin pin=0815 at=60",
    ),
    "lose registration for 40 s": (
        faults.lose_coverage(at=60, lasting=40),
        'do = "lose-coverage"\nat = 60\nlasting = 40',
        "do=lose-coverage at=60 lasting=40",
    ),
    "be denied": (
        faults.deny(at=60, lasting=40),
        'do = "deny"\nat = 60\nlasting = 40',
        "do=deny at=60 lasting=40",
    ),
    "drop the bearer in mid-exchange": (
        faults.drop_bearer(during="exchange", times=1),
        'do = "drop-bearer"\nduring = "exchange"\ntimes = 1',
        "do=drop-bearer during=exchange times=1",
    ),
    "reject the APN": (
        faults.reject_apn(at=0, lasting=60),
        'do = "reject-apn"\nat = 0\nlasting = 60',
        "do=reject-apn at=0 lasting=60",
    ),
    "restart the module": (
        faults.restart(on="datagram", direction="out", nth=3),
        'do = "restart"\non = "datagram"\ndirection = "out"\nnth = 3',
        "do=restart on=datagram direction=out nth=3",
    ),
    "mute the UART": (
        faults.mute(at=5, lasting=2),
        'do = "mute"\nat = 5\nlasting = 2',
        "do=mute at=5 lasting=2",
    ),
    "make it deaf": (
        faults.deafen(at=5, lasting=2),
        'do = "deafen"\nat = 5\nlasting = 2',
        "do=deafen at=5 lasting=2",
    ),
    "drop UART bytes": (
        faults.drop(on="byte", direction="out", chance=0.01),
        'do = "drop"\non = "byte"\ndirection = "out"\nchance = 0.01',
        "do=drop on=byte direction=out chance=0.01",
    ),
    "garble UART bytes": (
        faults.garble(on="byte", direction="in", every=100),
        'do = "garble"\non = "byte"\ndirection = "in"\nevery = 100',
        "do=garble on=byte direction=in every=100",
    ),
    "lose a line": (
        faults.drop(on="line", direction="out", text=r"^\+CCOAPRECV: \d+"),
        'do = "drop"\non = "line"\ndirection = "out"\ntext = \'^\\+CCOAPRECV: \\d+\'',
        r"do=drop on=line direction=out 'text=^\+CCOAPRECV: \d+'",
    ),
    "slow the baud rate": (
        faults.slow(baud=1200, at=10),
        'do = "slow"\nbaud = 1200\nat = 10',
        "do=slow baud=1200 at=10",
    ),
    "busy for three commands": (
        faults.busy(commands=3, at=10),
        'do = "busy"\ncommands = 3\nat = 10',
        "do=busy commands=3 at=10",
    ),
    "fill the queue": (
        faults.fill_queue(at=10),
        'do = "fill-queue"\nat = 10',
        "do=fill-queue at=10",
    ),
}


@pytest.mark.parametrize("name", SPOKEN)
async def test_a_fault_is_the_same_in_python_in_a_scenario_and_to_a_running_modem(name: str) -> None:
    fault, lines, words = SPOKEN[name]
    assert parse_scenario(f"[[fault]]\n{lines}\n").faults == (fault,)
    async with VirtualModem() as modem:
        perform(modem, ["fault", "add", *shlex.split(words)])
        assert [rule.fault for rule in modem.faults] == [fault]


def test_every_act_is_spoken_here() -> None:
    assert {str(fault).split()[0].removeprefix("do=") for fault, _, _ in SPOKEN.values()} == set(ACTS)
