"""The world: who reaches whom, what time does, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from modemtwin import faults
from modemtwin.clockwork import MICROSECONDS, Micros
from modemtwin.modem.doors import Effect, Note, UartRx
from modemtwin.world.journal.journal import Entry
from modemtwin.world.journal.replay import replay
from modemtwin.world.mobile import Mobile
from modemtwin.world.net.fate import Lost
from modemtwin.world.scenario.scenario import ScenarioError
from modemtwin.world.te.te import Await, Program, Sleep, Te, Type
from modemtwin.world.world import World


def ready(world: World, modem: Mobile, url: str = "coap://192.0.2.1") -> Mobile:
    """Bring a modem on its way by hand."""
    assert modem.type_("AT+CNACT=1").ok
    world.run_for(1)
    assert modem.type_("AT+CCOAPINIT").ok
    assert modem.type_(f'AT+CCOAPURL="{url}"').ok
    return modem


def outcomes(world: World) -> list[str]:
    return [fate.outcome.reason if isinstance(fate.outcome, Lost) else "arrives" for fate in world.fates]


def test_a_modem_that_is_added_is_on_and_answers_what_is_typed_at_once() -> None:
    modem = World().add_modem()
    assert modem.type_("AT") == "AT\r\r\nOK\r\n"
    assert modem.type_("AT+CGMM").lines == ["AT+CGMM\r", "SIMCOM_SIM7000G", "OK"]
    assert (modem.name, modem.is_on) == ("m1", True)


def test_the_journey_of_a_get_there_and_back() -> None:
    world = World()
    world.add_server(name="coap.example")
    modem = ready(world, world.add_modem(path={"delay": 0.15}), "coap://coap.example/test")
    assert modem.type_("AT+CCOAPACTION").lines[1:] == ["+CCOAPACTION: 0,1", "OK"]
    start = world.now
    world.run_until(lambda: b"+CCOAPRECV: 1," in modem.te.unread, within=5)
    assert world.now - start == 0.3 * MICROSECONDS
    assert modem.type_("AT+CCOAPREAD=1").lines[1] == "+CCOAPREAD: 11,hello world"
    assert [fate.direction for fate in world.fates] == ["up", "down"]


def test_a_name_that_nobody_has_and_an_address_that_nobody_has() -> None:
    world = World()
    modem = ready(world, world.add_modem(), "coap://nobody.example")
    assert modem.type_("AT+CCOAPACTION").lines[1:] == ["+CCOAPACTION: 0,1", "OK", "+CCOAPACTION: 3"]
    modem.type_('AT+CCOAPURL="coap://192.0.2.77"')
    modem.type_("AT+CCOAPACTION")
    world.run_for(1)
    assert outcomes(world) == ["arrives", "nobody has the address 192.0.2.77"]
    assert [(fate.path, fate.direction) for fate in world.fates] == [("m1", "up"), ("m1", "up")]


def test_each_modem_has_an_address_of_its_own_and_a_scenario_may_say_which() -> None:
    world = World()
    first, second = world.add_modem(), world.add_modem()
    third = world.add_modem(settings=["cell.address=10.9.9.9"])
    assert [modem.address for modem in (first, second, third)] == ["10.0.0.16", "10.0.0.32", "10.9.9.9"]
    ready(world, second)
    assert '"10.0.0.32"' in second.type_("AT+CNACT?")


def test_a_modem_without_an_address_gets_one_that_is_free() -> None:
    world = World()
    world.add_server("10.0.0.16")
    world.add_modem(settings=["cell.address=10.0.0.48"])
    assert [world.add_modem(name).address for name in ("a", "b", "c")] == ["10.0.0.32", "10.0.0.64", "10.0.0.80"]


@pytest.mark.parametrize("path", [3, ["lan"]])
def test_what_is_no_path_at_all_is_told(path: object) -> None:
    world = World()
    with pytest.raises(TypeError, match="is none; give a preset's name, a table"):
        world.add_modem(path=path)  # type: ignore[arg-type]  # that is the mistake
    assert not world.modems


def test_one_modem_asks_another() -> None:
    world = World()
    asked = ready(world, world.add_modem("asked", path={"delay": 0.1}))
    asking = ready(world, world.add_modem("asking", path={"delay": 0.2}), f"coap://{asked.address}:{asked.port}/x")
    asking.type_("AT+CCOAPACTION")
    world.run_for(0.5)
    assert b"+CCOAPRECV: 1," in asked.te.unread
    asked.type_('AT+CCOAPPARA=type,"ACK",mid,1,code,45,payload,0,"here"')
    asked.type_("AT+CCOAPACTION")
    world.run_for(0.5)
    assert asking.type_("AT+CCOAPREAD=1").lines[1] == "+CCOAPREAD: 4,here"
    assert [fate.path for fate in world.fates] == ["asking", "asked", "asked", "asking"]


def test_each_direction_of_each_path_has_a_chance_of_its_own() -> None:
    world = World(seed=1)
    paths = [world.add_modem(path={"loss": 0.5}).path for _ in range(2)]
    ways = [way for path in paths for way in (path.up, path.down)]
    patterns = {"".join(".x"[isinstance(way.handle(b"", 0), Lost)] for _ in range(64)) for way in ways}
    assert len(patterns) == 4


def test_a_group_is_heard_by_every_server_that_joined_it() -> None:
    world = World()
    for number in (1, 2, 3):
        world.add_server(f"192.0.2.{number}", groups=["224.0.1.187"] if number < 3 else [])
    modem = ready(world, world.add_modem(), "coap://224.0.1.187/test")
    modem.type_("AT+CCOAPPARA=type,NON")
    modem.type_("AT+CCOAPACTION")
    world.run_for(10)
    sources = {fate.source for fate in world.fates if fate.direction == "down"}
    assert sources == {("192.0.2.1", 5683), ("192.0.2.2", 5683)}


def test_behind_a_nat_the_server_sees_another_address_that_changes_after_silence() -> None:
    world = World()
    server = world.add_server()
    seen: list[object] = []
    server.on_request = lambda now, request: seen.append(request.source)
    modem = ready(world, world.add_modem(path={"delay": 0.1, "nat-timeout": 60}), "coap://192.0.2.1/test")
    for pause in (30, 30, 90, 0):
        modem.type_("AT+CCOAPPARA=code,1")
        modem.type_("AT+CCOAPACTION")
        world.run_for(1 + pause)
    assert seen == [("198.18.0.1", 40000)] * 3 + [("198.18.0.1", 40001)]
    assert modem.type_("AT+CCOAPACTION=4").lines[1] == "+CCOAPACTION: 4,4,1"
    world.run_for(61)
    server.send(b"\x40\x01\x00\x01", ("198.18.0.1", 40001))
    world.run_for(1)
    assert outcomes(world)[-1] == "the NAT knows nobody on port 40001"


def test_what_comes_for_a_modem_without_bearer_or_without_that_socket_is_lost() -> None:
    world = World()
    server = world.add_server()
    modem = world.add_modem()
    server.send(b"\x40\x01\x00\x01", (modem.address, 49152))
    world.run_for(0)
    ready(world, modem)
    server.send(b"\x40\x01\x00\x01", (modem.address, 50_000))
    world.run_for(0)
    assert outcomes(world) == ["arrives", "m1 has no bearer", "arrives", "m1 has no socket on port 50000"]


def test_a_route_of_the_scenario_may_lead_to_a_server_by_its_name() -> None:
    world = World()
    world.add_server("192.0.2.9", name="test.example")
    route = '[[route]]\nfrom = "198.181.39.174"\nto = "test.example:5683"'
    modem = ready(world, world.add_modem(scenario=route), "coap://198.181.39.174/test")
    modem.type_("AT+CCOAPACTION")
    world.run_for(1)
    assert modem.type_("AT+CCOAPREAD=1").lines[1] == "+CCOAPREAD: 11,hello world"


def test_what_is_alone_need_not_be_in_a_list() -> None:
    world = World()
    server = world.add_server(groups="224.0.1.187")
    modem = world.add_modem(settings="cell.signal=5", faults=faults.drop(direction="out"))
    assert modem.station.cell.settings.signal == 5
    ready(world, modem, "coap://224.0.1.187")
    seen: list[bool] = []
    server.on_request = lambda now, request: seen.append(request.multicast)
    for _ in range(2):
        assert modem.type_('AT+CCOAPPARA=type,NON,uri-path,0,"test"').ok
        modem.type_("AT+CCOAPACTION")
        modem.disarm()
    world.run_for(1)
    assert outcomes(world)[0] == 'fault "do=drop direction=out"'
    assert seen == [True]


def test_a_modem_without_a_name_gets_one_that_is_free() -> None:
    world = World()
    world.add_server("192.0.2.1", name="m1")
    assert [world.add_modem(name).name for name in ("m3", None, None)] == ["m3", "m2", "m4"]


def test_a_journal_can_be_written_whole_while_it_grows() -> None:
    from modemtwin.world.journal.replay import replay

    world, lines = World(), list[str]()
    modem = world.add_modem(write=lines.append)
    for _ in range(6_000):
        modem.type_("AT")
        modem.type_("AT+CSQ")
    modem.journal.close()
    assert len(lines) > 12_000
    assert replay("".join(lines)) is None


def test_a_new_object_is_on_another_port() -> None:
    world = World()
    modem = ready(world, world.add_modem())
    ports = [modem.port]
    for _ in range(3):
        assert modem.type_("AT+CCOAPTERM").ok
        assert modem.port == 0
        assert modem.type_("AT+CCOAPINIT").ok
        ports.append(modem.port)
    assert ports == [49152, 49153, 49154, 49155]


def test_a_ping_takes_the_path_and_comes_back_or_does_not() -> None:
    world = World()
    world.add_server("192.0.2.1", path={"delay": 0.05})
    modem = ready(world, world.add_modem(path={"delay": 0.1, "rate": 100_000}))
    modem.type_("AT+SNPING4=192.0.2.1,1,32,2000")
    world.run_for(5)
    assert b"+SNPING4: 1,192.0.2.1,309" in modem.te.unread
    modem.te.unread.clear()
    modem.type_("AT+SNPING4=192.0.2.9,1,32,2000")
    world.run_for(5)
    assert b"192.0.2.9" in modem.te.unread


def test_what_is_saved_is_kept_over_a_power_cycle() -> None:
    world = World()
    modem = world.add_modem()
    modem.type_("AT+IPR=115200")
    modem.type_("AT+CPOWD=1")
    world.run_for(5)
    assert not modem.is_on
    assert modem.type_("AT") == ""
    modem.te.unread.clear()
    modem.power_on()
    world.run_for(5)
    assert b"RDY" in modem.te.unread
    again = world.add_modem(saved=modem.saved)
    assert "115200" in again.type_("AT+IPR?")


def test_effects_are_told_as_they_leave_the_station() -> None:
    world = World()
    modem = ready(world, world.add_modem())
    heard: list[Effect] = []
    modem.on_effect = lambda now, effect: heard.append(effect)
    modem.type_("AT+CCOAPACTION")
    modem.type_("AT+CCOAPACTION")
    assert [type(effect).__name__ for effect in heard] == ["UartTx", "DatagramTx", "UartTx", "Note"]
    assert isinstance(heard[-1], Note)


def test_the_journal_of_each_modem_replays() -> None:
    from modemtwin.world.journal.replay import replay

    world = World(5)
    world.add_server()
    modem = ready(world, world.add_modem(path={"loss": 0.5}))
    modem.type_("AT+CCOAPACTION")
    world.run_until_idle()
    assert replay(modem.journal.text()) is None


# ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_time_passes_as_far_as_it_is_told() -> None:
    world = World()
    moments: list[float] = []
    world.at(5, lambda: moments.append(world.now / MICROSECONDS))
    world.after(2, lambda: moments.append(world.now / MICROSECONDS))
    world.run_for(3)
    assert (moments, world.now) == ([2], 3 * MICROSECONDS)
    world.run_until_idle()
    assert (moments, world.now) == ([2, 5], 5 * MICROSECONDS)


def test_a_world_that_never_rests_says_so_at_its_limit() -> None:
    world = World()

    def again() -> None:
        world.after(1, again)

    again()
    with pytest.raises(TimeoutError, match="run_until_idle: the world still has things to do after 10 s"):
        world.run_until_idle(limit=10)


def test_a_condition_that_never_holds_is_a_timeout_with_a_sentence() -> None:
    world = World()
    with pytest.raises(TimeoutError, match="does not hold after 7 s and nothing more is going to happen"):
        world.run_until(lambda: False, within=7)
    assert world.now == 7 * MICROSECONDS


@pytest.mark.parametrize("act", [World.run_for, lambda world, span: world.run_until(bool, span)])
@pytest.mark.parametrize("span", [-1.0, float("nan"), float("inf"), 1e308])
def test_time_does_not_go_backwards(act: Callable[[World, float], None], span: float) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{span} s is no time that can come: give seconds, 0 or more")):
        act(World(), span)


def test_what_the_world_calls_cannot_run_it() -> None:
    world = World()
    world.at(1, lambda: world.run_for(5))
    with pytest.raises(RuntimeError, match="the world runs already: what it calls cannot let time pass"):
        world.run_for(2)
    world.run_for(2)
    assert world.now == 3 * MICROSECONDS


def test_nobody_types_while_a_program_does() -> None:
    def program(te: Te) -> Program:
        yield Sleep(5)

    world = World()
    modem = world.add_modem(program=program)
    with pytest.raises(RuntimeError, match="the TE of m1 has a program at work"):
        modem.type_("AT")
    world.run_for(6)
    assert modem.type_("AT").ok


def test_a_way_may_be_replaced_while_the_path_is_in_use() -> None:
    class Cut:
        def handle(self, data: bytes, now: Micros) -> Lost:
            return Lost("the line is cut")

    world = World()
    modem = ready(world, world.add_modem())
    modem.path.up = Cut()
    modem.type_("AT+CCOAPACTION")
    assert outcomes(world) == ["the line is cut"]


def test_a_moment_that_is_over_is_refused() -> None:
    world = World()
    world.run_for(5)
    with pytest.raises(ValueError, match="at: 3 s is over, it is 5 s now"):
        world.at(3, lambda: None)


def test_a_te_that_types_on_and_on_without_time_passing_is_stopped_with_a_sentence() -> None:
    def program(te: Te) -> Program:
        while True:
            yield Type("AT")

    modem = World().add_modem()
    modem.te.most_at_once = 100
    with pytest.raises(RuntimeError, match="the TE of m1 never comes to rest: it types on and on, and no time passes"):
        modem.play(program)
    assert modem.te.is_done
    assert modem.type_("AT").ok


def test_an_error_of_a_program_comes_out_of_the_run_and_the_world_goes_on() -> None:
    def program(te: Te) -> Program:
        yield Sleep(1)
        raise LookupError("firmware fault")

    world = World()
    modem = world.add_modem(program=program)
    with pytest.raises(LookupError, match="firmware fault"):
        world.run_for(5)
    world.run_for(5)
    assert modem.type_("AT").ok


# ── what is refused ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("add", "said"),
    [
        (lambda world: world.add_modem("m1"), 'there is a "m1" already'),
        (lambda world: world.add_modem(path="nb-iot"), 'there is no path "nb-iot"; did you mean "nb-iot-good"'),
        (lambda world: world.add_modem(path={"loss": 3}), "path.loss: 3 is out of range"),
        (lambda world: world.add_modem(profile="sim9000"), "there is no profile 'sim9000'"),
        (lambda world: world.add_modem(settings=["cell.sgnal=3"]), 'did you mean "cell.signal"'),
        (lambda world: world.add_modem(scenario="[cel]"), 'cel: there is no such table; did you mean "cell"'),
        (lambda world: world.add_modem(settings=["cell.address=10.0.0.16"]), "10.0.0.16 is m1's already"),
        (lambda world: world.add_server(), "192.0.2.1 port 5683 is s1's already"),
        (lambda world: world.add_server("10.0.0.16"), "10.0.0.16 port 5683 is m1's already"),
        (lambda world: world.add_modem(settings=["cell.address=192.0.2.1"]), "192.0.2.1 is s1's already"),
        (lambda world: world.modems["m1"].change(address="10.0.0.1"), "cell.address: a modem of a world keeps the one"),
        (lambda world: world.add_modem(scenario='[[route]]\nfrom = "a"\nto = "b:1"'), 'the target "b" of the route'),
        (lambda world: world.add_server("here"), "'here' does not appear to be an IPv4 or IPv6 address"),
        (lambda world: world.add_server("192.0.2.2", groups=["all"]), "'all' does not appear to be an IPv4 or IPv6"),
        (
            lambda world: world.add_server("192.0.2.2", groups="10.0.0.1"),
            "10.0.0.1 is no multicast address, so no group",
        ),
        (lambda world: world.add_modem(tower=World().add_tower("north")), "the tower north stands in another world"),
        (lambda world: world.add_server("192.0.2.2", 0), "0 is not a port from 1 to 65535"),
        (lambda world: world.add_server("192.0.2.2", name="m1"), 'there is a "m1" already'),
        (lambda world: world.add_tower("north", sgnal=3), "north.sgnal: there is no such key"),
        (lambda world: world.add_server("192.0.2.2", path={"nat-timeout": 60}), "a server is behind no NAT"),
        (lambda world: world.add_modem(path={"up": 3}), "path.up: 3 is no table of keys of one direction"),
        (lambda world: world.modems["m1"].set_baud(0), "set_baud: 0 is out of range; allowed: a whole number from 300"),
        (
            lambda world: world.add_modem(scenario='[[event]]\nat = 3\nchange = {address = "10.0.0.1"}'),
            "event.change.address: a modem of a world keeps the one",
        ),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_has_been_added(add: Callable[[World], object], said: str) -> None:
    world = World()
    world.add_modem()
    world.add_server()
    with pytest.raises(ValueError, match=said) as error:
        add(world)
    assert isinstance(error.value, ScenarioError | ValueError)
    assert (list(world.modems), list(world.servers), list(world.towers)) == (["m1"], ["s1"], [])


def test_a_tower_changes_all_of_its_modems_and_those_that_come_later() -> None:
    world = World()
    tower = world.add_tower("north", signal=12)
    modems = [world.add_modem(tower=tower) for _ in range(3)]
    world.run_for(1)
    tower.change(signal=3)
    modems.append(world.add_modem(tower=tower))
    world.run_for(1)
    assert [modem.type_("AT+CSQ").lines[1] for modem in modems] == ["+CSQ: 3,99"] * 4
    with pytest.raises(ValueError, match=r"north\.signal: 77 is out of range"):
        tower.change(signal=77)
    assert modems[0].type_("AT+CSQ").lines[1] == "+CSQ: 3,99"


def test_a_card_goes_and_comes() -> None:
    def program(te: Te) -> Program:
        gone = yield Await("+CPIN: ")
        back = yield Await("+CPIN: ")
        return [gone, back]

    world = World()
    modem = world.add_modem()
    modem.te.unread.clear()
    modem.play(program)
    modem.remove_card()
    modem.insert_card()
    assert modem.te.result == ["+CPIN: NOT INSERTED", "+CPIN: READY"]


def test_the_card_that_slides_in_is_the_one_of_the_scenario() -> None:
    modem = World().add_modem(settings=["card.present=false", "card.pin=1234"])
    modem.insert_card()
    assert modem.type_("AT+CPIN?").lines[1] == "+CPIN: SIM PIN"


def test_a_modem_sleeps_while_its_te_keeps_dtr_off() -> None:
    world = World()
    modem = world.add_modem()
    modem.set_lines(dtr=True)
    assert modem.type_("AT+CSCLK=1").ok
    modem.set_lines(dtr=False)
    world.run_for(2)
    assert modem.type_("AT") == ""
    modem.set_lines(dtr=True)
    world.run_for(0.05)
    assert modem.type_("AT").ok


def test_a_modem_in_psm_is_woken_by_pwrkey_and_its_network_still_knows_it() -> None:
    world = World()
    modem = world.add_modem(settings=["cell.registration_delay=30", "cell.release_after=2"])
    world.run_for(31)
    assert modem.type_('AT+CPSMS=1,,,"00100001","00000000"').ok
    world.run_for(3)
    assert modem.type_("AT") == ""
    modem.power_on()
    assert "+CEREG: 0,1" in modem.type_("AT+CEREG?").lines


def test_a_notification_waits_for_the_paging_window_of_a_modem_with_edrx() -> None:
    world = World()
    world.add_server("192.0.2.1")
    modem = world.add_modem(settings=["cell.release_after=2", "cell.paging_window=2.56"])
    world.run_for(1)
    for line in ("AT+CNACT=1", 'AT+CEDRXS=1,5,"0010"', "AT+CCOAPINIT", 'AT+CCOAPURL="coap://192.0.2.1/obs"'):
        assert modem.type_(line).ok
        world.run_for(0.6)
    assert modem.type_('AT+CCOAPPARA=observe,0,token,1,"8A21"').ok
    assert modem.type_("AT+CCOAPACTION").ok
    world.run_for(120)
    waited = re.findall(r"paged: [a-z0-9 ]*has waited ([0-9.]+) s", modem.journal.text())
    assert len(waited) >= 3
    assert all(0 < float(span) < 20.48 for span in waited)
    assert replay(modem.journal.text()) is None


def test_the_journal_of_sleep_replays() -> None:
    world = World()
    world.add_server("192.0.2.1")
    modem = world.add_modem(settings=["cell.release_after=2"])
    world.run_for(1)
    modem.set_lines(dtr=True)
    for line in ("AT+CSCLK=1", 'AT+CPSMS=1,,,"00000001","00000101"', 'AT+CEDRXS=1,5,"0010"', "AT+CNACT=1"):
        assert modem.type_(line).ok
    modem.set_lines(dtr=False)
    world.run_for(3600)
    assert "in PSM" in modem.journal.text()
    assert replay(modem.journal.text()) is None


def test_on_a_line_with_a_rate_a_reply_takes_its_time() -> None:
    def ask(te: Te) -> Program:
        reply = yield Type("ATI")
        return reply.ok, te

    moments = {}
    for uart in ("instant", 9600, 115_200):
        world = World()
        modem = world.add_modem(uart=uart)
        modem.play(ask)
        world.run_until(lambda modem=modem: modem.te.is_done, within=10)  # type: ignore[misc]
        moments[uart] = world.now
    # ATI and CR, its echo right behind, SIM7000G R1529 and OK in their frames: 4 + 4 + 18 + 6 bytes
    assert moments == {"instant": 0, 9600: 33_334, 115_200: 2_779}


def test_on_a_line_with_a_rate_nothing_is_typed_at_once() -> None:
    with pytest.raises(RuntimeError, match="has a rate"):
        World().add_modem(uart=9600).type_("AT")


@pytest.mark.parametrize(("settings", "lost"), [((), True), (("uart.flow=rts-cts",), False)])
def test_a_te_that_sleeps_loses_urcs_unless_it_holds_the_modem_back(settings: tuple[str, ...], lost: bool) -> None:
    def doze(te: Te) -> Program:
        yield Type("AT+IFC=2,2")
        yield Type("AT+CREG=1;+CGREG=1;+CEREG=1")
        yield Sleep(10)
        yield Sleep(0.5)
        return te.unread.count(b"\n") == 2 * te.unread.count(b"REG: ")

    world = World()
    modem = world.add_modem(uart=115_200, settings=("uart.fifo=40", *settings))
    world.run_for(1)
    modem.play(doze)
    world.after(2, lambda: modem.change(coverage=False))
    world.after(4, lambda: modem.change(coverage=True))
    world.run_for(20)
    assert modem.line is not None
    assert (modem.line.lost_to_te > 0) is lost
    assert modem.te.unread.count(b"REG: ") == (3 if lost else 6)


def test_a_te_that_obeys_cts_does_not_lose_what_it_types_to_a_sleeping_modem() -> None:
    def wake(te: Te) -> Program:
        yield Type("AT+IFC=2,2")
        yield Type("AT+CSCLK=1")
        yield Sleep(5)
        reply = yield Type("AT")
        return reply

    world = World()
    modem = world.add_modem(uart=115_200, settings=["uart.flow=rts-cts"])
    modem.play(wake)
    world.after(1, lambda: modem.set_lines(dtr=False))
    world.after(8, lambda: modem.set_lines(dtr=True))
    world.run_for(10)
    assert modem.te.result is not None
    assert modem.te.result.ok


def test_who_watches_a_modem_gets_its_entries_and_the_journal_keeps_as_many_as_it_is_told() -> None:
    world = World()
    seen: list[Entry] = []
    modem = world.add_modem(watch=seen.append, keep=2)
    for _ in range(3):
        modem.type_("AT")
    assert [entry.stimulus for entry in seen[-3:]] == [UartRx(b"AT\r")] * 3
    assert len(modem.journal) == 2
    assert '"lost": ' in modem.journal.text().splitlines()[0]


def test_time_runs_to_a_moment_or_to_what_somebody_waits_for() -> None:
    world = World()
    rang: list[int] = []
    world.at(1, lambda: rang.append(1))
    world.at(3, lambda: rang.append(3))
    assert world.next_timer() == 1_000_000
    assert world.run_to(5_000_000, lambda: rang)
    assert (world.now, rang) == (1_000_000, [1])
    assert not world.run_to(2_000_000, lambda: False)
    assert (world.now, rang) == (2_000_000, [1])
    assert not world.run_to(None, lambda: False)
    assert (world.now, rang, world.next_timer()) == (3_000_000, [1, 3], None)


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("192.0.2.1", 5683, "coap://192.0.2.1"),
        ("192.0.2.1", 61616, "coap://192.0.2.1:61616"),
        ("2001:db8::1", 5683, "coap://[2001:db8::1]"),
    ],
)
def test_a_server_knows_its_url(host: str, port: int, url: str) -> None:
    assert World().add_server(host, port).url == url


@pytest.mark.parametrize("given", ["drop", [faults.drop(type="ACK"), 5]])
def test_what_is_no_fault_is_refused_and_nothing_is_added_or_armed(given: Any) -> None:
    world = World()
    with pytest.raises(TypeError, match="is no fault"):
        world.add_modem(faults=given)
    assert not world.modems
    modem = world.add_modem()
    with pytest.raises(TypeError, match="is no fault"):
        modem.arm(*given)
    assert modem.station.faults is None
