"""Faults that hold only while a state does: each state is told from the others, and a moment waits for its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modemtwin import faults
from modemtwin.clockwork import MICROSECONDS
from modemtwin.modem.doors import Struck
from modemtwin.world.fault.fault import Fault
from modemtwin.world.fault.state import STATES, held
from modemtwin.world.mobile import Mobile
from modemtwin.world.te.te import Await, Program, Sleep, Te, Type
from modemtwin.world.world import World
from tests.world.plays import exchange, exchanges, online


def strikes(modem: Mobile) -> list[float]:
    """List when faults struck; when a spell was over does not count."""
    told = [(now, stimulus.text) for now, stimulus, _ in modem.journal.entries() if isinstance(stimulus, Struck)]
    return [now / MICROSECONDS for now, text in told if not text.endswith("it is over")]


def run(*struck_by: Fault, program: Callable[[Te], Program], span: float = 60, **settings: object) -> Mobile:
    """Let a modem play a program under faults, 150 ms away from its server."""
    world = World(1)
    world.add_server()
    modem = world.add_modem(path={"delay": 0.15}, faults=struck_by)
    modem.change(**settings)
    modem.play(program)
    world.run_for(span)
    return modem


def dozing(te: Te) -> Program:
    """Have one exchange with PSM granted, which comes when the network has released the connection."""
    yield Sleep(1)
    yield Type('AT+CPSMS=1,,,"00000001","00000101"')  # T3324 is 10 s, T3412 10 min
    yield from online()
    yield from exchange()


def sleeping(te: Te) -> Program:
    """Let the UART sleep by itself."""
    yield Sleep(1)
    yield Type("AT+CSCLK=2")


MOMENTS: list[tuple[str, Callable[[Te], Program], float]] = [
    ("on", exchanges(1), 0.0),
    ("not-on", exchanges(1), 0.0),
    ("searching", exchanges(1), 0.0),
    ("registered", exchanges(1), 0.5),
    ("bearer-up", exchanges(1), 0.99),
    ("not-bearer-up", exchanges(1), 0.0),
    ("exchange", exchanges(1), 0.99),
    ("idle", dozing, 11.79),
    ("psm", dozing, 21.79),
    ("asleep", sleeping, 6.0),
]


@pytest.mark.parametrize(("state", "program", "moment"), MOMENTS)
def test_a_moment_waits_for_its_state(state: str, program: Callable[[Te], Program], moment: float) -> None:
    fault = faults.slow(baud=115_200, lasting=0.001, during=state)
    assert strikes(run(fault, program=program)) == [moment]


def test_a_moment_waits_until_the_network_turns_the_modem_away() -> None:
    fault = faults.slow(baud=115_200, lasting=0.001, during="denied")
    assert strikes(run(fault, program=exchanges(1), denied=True)) == [0.5]
    assert strikes(run(fault, program=exchanges(1))) == []


def test_every_state_is_waited_for_here() -> None:
    assert {state for state, _, _ in MOMENTS if not state.startswith("not-")} | {"denied"} == set(STATES)


def test_a_moment_that_comes_in_its_state_does_not_wait() -> None:
    fault = faults.restart(at=20, during="registered")
    modem = run(fault, program=exchanges(1))
    assert modem.station.faults is not None
    (rule,) = modem.station.faults.rules
    assert (rule.struck, rule.waits, rule.is_spent) == (1, False, True)


def test_what_recurs_strikes_at_its_own_moments_and_catches_nothing_up() -> None:
    fault = faults.slow(baud=115_200, lasting=0.001, period=0.2, during="exchange", times=4)
    assert strikes(run(fault, program=exchanges(3, 1.0))) == [0.99, 1.0, 1.2, 2.29]


def test_only_what_comes_in_the_state_is_counted() -> None:
    awaited = faults.drop(type="ACK", during="exchange", nth=2)
    assert strikes(run(awaited, program=exchanges(3, 1.0))) == [2.59]
    assert strikes(run(faults.drop(type="ACK", during="not-exchange"), program=exchanges(3, 1.0))) == []


def test_a_line_is_refused_only_while_there_is_no_bearer() -> None:
    world = World(1)
    modem = world.add_modem(faults=[faults.busy(text="CSQ", direction="in", during="not-bearer-up")])
    world.run_for(1)
    assert not modem.type_("AT+CSQ").ok
    modem.type_("AT+CNACT=1")
    world.run_for(1)
    assert modem.type_("AT+CSQ").ok


def test_bytes_are_lost_only_while_the_modem_looks_for_a_network() -> None:
    world = World(1)
    modem = world.add_modem(faults=[faults.drop(on="byte", direction="in", during="searching")])
    assert modem.type_("AT") == ""
    world.run_for(1)
    assert modem.type_("AT").ok


def test_a_fault_that_brings_its_own_state_about_again_does_not_hold_the_world_up() -> None:
    world = World(1)
    modem = world.add_modem()
    world.run_for(1)
    modem.arm(faults.pull_card(during="registered", period=1, lasting=0))
    world.run_for(30)
    assert modem.type_("AT").ok


def test_the_states_that_hold_are_listed() -> None:
    world = World(1)
    world.add_server()
    modem = world.add_modem(path={"delay": 0.15})

    def program(te: Te) -> Program:
        yield from online()
        yield Type("AT+CCOAPACTION")
        held_then.append(held(modem.station))
        yield Await("+CCOAPRECV")
        held_then.append(held(modem.station))

    held_then: list[list[str]] = []
    modem.play(program)
    world.run_for(10)
    assert held_then == [["on", "registered", "bearer-up", "exchange"], ["on", "registered", "bearer-up"]]
