"""What a world calls may do things to it: in order, after what goes on, and not in the midst of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modemtwin.clockwork import Micros
from modemtwin.coap.events import Request
from modemtwin.modem.doors import Effect, UartTx
from modemtwin.world.mobile import Mobile
from modemtwin.world.te.te import Program, Sleep, Te, Type
from modemtwin.world.world import World

REPLY = "AT+CCOAPACTION\r\r\n+CCOAPACTION: 0,1\r\n\r\nOK\r\n"


def ready(world: World) -> Mobile:
    modem = world.add_modem(path={"delay": 0.1})
    modem.type_("AT+CNACT=1")
    world.run_for(1)
    modem.type_("AT+CCOAPINIT")
    modem.type_('AT+CCOAPURL="coap://192.0.2.1/time"')
    return modem


def once(modem: Mobile, text: bytes, act: Callable[[], object]) -> None:
    """Act as soon as the modem writes this."""

    def told(now: Micros, effect: Effect) -> None:
        if isinstance(effect, UartTx) and text in effect.data:
            modem.on_effect = None
            act()

    modem.on_effect = told


@pytest.mark.parametrize(
    "act",
    [Mobile.drop_bearer, Mobile.remove_card, lambda modem: modem.change(coverage=False)],
    ids=["bearer", "card", "cell"],
)
def test_what_a_reply_sets_off_is_written_behind_the_reply(act: Callable[[Mobile], object]) -> None:
    world = World()
    modem = ready(world)
    once(modem, b"+CCOAPACTION: 0,1", lambda: act(modem))
    written = modem.type_("AT+CCOAPACTION")
    assert written.startswith(REPLY)
    assert written.endswith("\r\n+APP PDP: DEACTIVE\r\n\r\n+CCOAPACTION: 3\r\n")
    assert world.log().startswith("1.000000 m1 up 10.0.0.16:49152 > 192.0.2.1:5683 4001")  # it had left before


def test_what_the_modem_calls_cannot_type_for_no_reply_would_be_there() -> None:
    modem = World().add_modem()
    once(modem, b"OK", lambda: modem.type_("AT+CSQ"))
    with pytest.raises(RuntimeError, match="m1 is at work: what it calls cannot type; the world's after"):
        modem.type_("AT")
    assert modem.type_("AT").ok


def test_a_callback_that_fails_leaves_the_modem_its_timers() -> None:
    def fail() -> None:
        raise LookupError("a fault of the test")

    world = World()
    modem = ready(world)
    modem.type_("AT+CCOAPACTION")
    once(modem, b"OK", fail)
    with pytest.raises(LookupError, match="a fault of the test"):
        modem.type_("AT")
    world.run_for(300)
    assert len(world.fates) == 10  # five times out, and each time nobody has the address
    assert b"+CCOAPACTION: 2,1" in modem.te.unread


def test_a_server_whose_application_fails_answers_and_keeps_its_timers() -> None:
    def fail(now: Micros, request: Request) -> None:
        server.on_request = None
        raise LookupError("a fault of the test")

    world = World()
    server = world.add_server()
    modem = ready(world)
    modem.type_('AT+CCOAPURL="coap://192.0.2.1/separate"')
    server.on_request = fail
    modem.type_("AT+CCOAPACTION")
    with pytest.raises(LookupError, match="a fault of the test"):
        world.run_for(10)
    world.run_for(2)
    assert b"+CCOAPRECV: " in modem.te.unread


@pytest.mark.parametrize("path", ["time", "separate", "obs"])
def test_a_server_that_stops_at_a_request_says_nothing_more(path: str) -> None:
    world = World()
    server = world.add_server()
    server.on_request = lambda now, request: server.stop()
    modem = ready(world)
    modem.type_(f'AT+CCOAPPARA=code,1,uri-path,0,"{path}",observe,0')
    modem.type_("AT+CCOAPACTION")
    world.run_for(300)
    assert {fate.direction for fate in world.fates if fate.path == "m1"} == {"up"}
    assert modem.te.unread.endswith(b"\r\n+CCOAPACTION: 2,1\r\n")


def test_a_server_that_restarts_at_a_request_answers_it_when_it_comes_again() -> None:
    def restart(now: Micros, request: Request) -> None:
        server.on_request = None
        server.restart()

    world = World()
    server = world.add_server()
    server.on_request = restart
    modem = ready(world)
    modem.type_("AT+CCOAPACTION")
    world.run_for(10)
    assert [fate.direction for fate in world.fates] == ["up", "up", "down"]


@pytest.mark.parametrize("line", ["AT", "AT+CCOAPHEAD=7"])
def test_a_program_may_be_stopped_by_what_hears_the_reply_to_its_line(line: str) -> None:
    def program(te: Te) -> Program:
        yield Type(line)
        yield Sleep(1)
        return "went on"

    world = World()
    modem = world.add_modem()
    once(modem, b"\r\n", modem.te.stop)
    modem.play(program)
    assert modem.te.is_done
    world.run_for(100)
    assert (modem.te.result, modem.te.is_done) == (None, True)


def test_another_program_may_take_the_place_of_one_that_is_typing() -> None:
    def first(te: Te) -> Program:
        yield Type("AT", within=90)
        return "the first"

    def second(te: Te) -> Program:
        yield Sleep(5)
        return "the second"

    def replace() -> None:
        modem.te.stop()
        modem.play(second)

    world = World()
    modem = world.add_modem()
    once(modem, b"OK", replace)
    modem.play(first)
    world.run_for(4)
    assert not modem.te.is_done
    world.run_for(2)
    assert modem.te.result == "the second"
