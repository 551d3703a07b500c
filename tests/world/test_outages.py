"""Outages: a cell that goes and comes back over a hundred modems, a tunnel, a server that forgets everything."""

from __future__ import annotations

from collections import Counter
from functools import partial

from modemtwin.clockwork import MICROSECONDS
from modemtwin.coap.events import Request
from modemtwin.world.te.te import Await, Program, Sleep, Te, Type
from modemtwin.world.world import World
from tests.world.plays import exchange, exchanges, online

MODEMS = 100
HOUR = 3_600.0
DAY = 24 * HOUR


def reporting(te: Te) -> Program:
    """Report every minute for an hour, as a program in service does: what is refused or lost is sent again."""
    yield from online(mode=2)
    ends = Counter[str]()
    for _ in range(60):
        while (
            end := (yield from exchange('AT+CCOAPPARA=code,2,uri-path,0,"large-post",payload,0,"21.5"'))
        ) != "answered":
            ends[end] += 1
            yield Sleep(5)
        ends[end] += 1
        yield Sleep(60)
    return ends


def test_a_hundred_modems_attach_again_at_once_after_an_outage_and_lose_nothing() -> None:
    world = World(seed=100)
    server = world.add_server()
    reports = Counter[str]()

    def note(now: int, request: Request) -> None:
        reports[request.source[0]] += 1

    server.on_request = note
    tower = world.add_tower("north", registration_delay=2.0, bearer_delay=1.0, delay_spread=3.0)
    for _ in range(MODEMS):
        world.add_modem(tower=tower, path="nb-iot-good", program=reporting)
    world.at(620, lambda: tower.change(coverage=False))
    world.at(900, lambda: tower.change(coverage=True))
    world.run_for(899)
    assert not any(modem.station.cell.has_bearer for modem in tower.modems)
    world.run_for(1 + (2 + 1) * 4 + 5)  # registration and bearer at their longest, and the reactivation delay of mode 2
    assert all(modem.station.cell.has_bearer for modem in tower.modems)
    world.run_until(lambda: all(modem.te.is_done for modem in tower.modems), within=3 * HOUR)
    for modem in tower.modems:
        assert modem.te.result["answered"] == 60
        assert modem.te.result["socket error"] <= 1  # the one that was on its way when the cell went
        assert reports[modem.address] >= 60
    assert sum(modem.te.result["socket error"] for modem in tower.modems) > 0


def test_the_delays_of_a_hundred_modems_are_spread() -> None:
    world = World(seed=5)
    tower = world.add_tower("north", registration_delay=2.0, delay_spread=3.0)
    for _ in range(MODEMS):
        world.add_modem(tower=tower)
    seen: list[int] = []
    while len(seen) < MODEMS:
        world.run_for(0.1)
        count = sum(modem.type_("AT+CEREG?").lines[1] == "+CEREG: 0,1" for modem in tower.modems)
        seen += [world.now] * (count - len(seen))
    assert min(seen) >= 2 * MICROSECONDS
    assert max(seen) <= 8.1 * MICROSECONDS
    assert len(set(seen)) > 40


def test_a_modem_goes_through_a_tunnel_every_ten_minutes_for_a_day() -> None:
    world = World(seed=24)
    world.add_server()
    modem = world.add_modem(path="cat-m1")
    for number in range(1, 144):
        world.at(number * 600, lambda: modem.change(coverage=False))
        world.at(number * 600 + 40, lambda: modem.change(coverage=True))
    ups_and_downs: list[str] = []

    def program(te: Te) -> Program:
        yield from online(mode=2)
        ends = Counter[str]()
        while world.now < DAY * MICROSECONDS:
            ends[(yield from exchange())] += 1
            yield Sleep(7.3)
            while (urc := (yield Await("+APP PDP: ", within=0))) is not None:
                ups_and_downs.append(urc)
        return ends

    modem.play(program)
    world.run_until(lambda: modem.te.is_done, within=DAY + HOUR)
    ends = modem.te.result
    assert ups_and_downs == ["+APP PDP: DEACTIVE", "+APP PDP: ACTIVE"] * 143
    assert ends["answered"] > 10_000
    assert 143 * 5 <= ends["refused"] <= 143 * 7  # 40 s of tunnel, and the way back, at one attempt in 7.3 s
    assert ends["given up"] == 0  # the bearer goes with the coverage, and ends what is on its way


def large_put(te: Te) -> Program:
    """PUT 4,800 bytes, which go in five blocks; the result is the code of the answer."""
    yield from online()
    for _ in range(12):
        assert (yield Type(f'AT+CCOAPPARA=payload,0,"{"a" * 400}"')).ok
    assert (yield Type('AT+CCOAPPARA=code,3,uri-path,0,"large-update"')).ok
    assert (yield Type("AT+CCOAPACTION")).ok
    line = yield Await("+CCOAPRECV: ", within=300)
    mid = line[12 : line.index(",")]
    return (yield Type(f"AT+CCOAPHEAD={mid},1")).split(",")[4]


def _have_passed(world: World, count: int) -> bool:
    return len(world.fates) == count


def put_with_restarts_after(*datagrams: int) -> tuple[str, bytes, int]:
    """Restart the server each time that so many datagrams have passed; give code, what it has then, and the count."""
    world = World(seed=9)
    server = world.add_server()
    modem = world.add_modem(path={"delay": 0.5}, settings=["quirks.Q-PAYLOAD-APPEND=append"], program=large_put)
    for count in datagrams:
        world.run_until(partial(_have_passed, world, count), within=60)
        server.restart()
    world.run_until(lambda: modem.te.is_done, within=600)
    return modem.te.result, server.machine.site.shelf.find((b"large-update",)).payload, len(world.fates)


def test_a_server_that_restarts_in_mid_transfer_gets_the_body_again_from_the_start() -> None:
    code, kept, datagrams = put_with_restarts_after(4)  # two blocks of five are there
    assert (code, kept) == ("2.04", b"a" * 4_800)
    assert datagrams == 4 + 2 + 10  # RFC 7959 §2.9.2: the third block gets a 4.08, and all five go once more


def test_a_server_that_restarts_twice_in_one_transfer_leaves_it_to_the_te_to_try_again() -> None:
    code, kept, _ = put_with_restarts_after(4, 8)
    assert code == "4.08"
    assert kept.startswith(b"line  1 of 48")  # what stood there before


def test_a_server_that_is_down_for_a_while_is_found_again_by_the_retransmissions() -> None:
    world = World(seed=4)
    server = world.add_server()
    modem = world.add_modem(path={"delay": 0.15})
    server.stop()
    modem.play(exchanges(1))
    world.after(20, server.start)
    world.run_until_idle()
    assert modem.te.result == ["answered"]
    lost = [fate.outcome for fate in world.fates if not isinstance(fate.outcome, tuple)]
    assert len(lost) == 4
    assert "the server s1 is down" in str(lost[0])
