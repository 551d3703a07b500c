"""The paved path: a modem in one's own program, with real ports and real datagrams."""

from __future__ import annotations

import asyncio
import gc
import socket
from pathlib import Path

import pytest

from modemtwin import VirtualModem
from modemtwin.io.coap_server import CoapServer
from modemtwin.modem.doors import Card, UartRx
from modemtwin.world.journal.journal import Entry
from modemtwin.world.journal.replay import replay
from modemtwin.world.scenario.scenario import Scenario, ScenarioError
from tests.io.te import Te, until

AT_ONCE = ("cell.registration_delay=0", "cell.bearer_delay=0")


async def hears(te: Te, text: bytes) -> None:
    """Wait for a text, and forget it and all before it."""
    await until(lambda: text in te.read())
    te.seen = te.seen.partition(text)[2]


async def asks(te: Te, command: str, answer: str = "\r\nOK\r\n") -> None:
    te.write(command.encode() + b"\r")
    await hears(te, answer.encode())


async def test_a_te_opens_the_address_and_talks() -> None:
    async with VirtualModem() as twin:
        assert twin.ready == f"pty {twin.address}"
        te = Te.opens(twin.address)
        await asks(te, "AT", "AT\r\r\nOK\r\n")
        te.close()


async def test_who_watches_gets_every_entry_without_secrets() -> None:
    watched: list[Entry] = []
    async with VirtualModem(watch=watched.append, settings=["card.pin=1234"]) as twin:
        te = Te.opens(twin.address)
        await asks(te, "AT+CPIN=1234")
        te.close()
        journal = twin.journal.entries()
    typed = b"".join(entry.stimulus.data for entry in watched if isinstance(entry.stimulus, UartRx))
    assert typed == b"AT+CPIN=0000\r"
    assert [entry.now for entry in watched] == [entry.now for entry in journal]


async def test_on_tcp_the_address_names_the_port() -> None:
    async with VirtualModem(port="tcp://127.0.0.1:0") as twin:
        host, port = twin.address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"AT\r")
        assert await asyncio.wait_for(reader.readexactly(9), 5) == b"AT\r\r\nOK\r\n"
        writer.close()
        await writer.wait_closed()


async def test_the_whole_journey_to_a_coap_server_and_back() -> None:
    server = CoapServer(port=0)
    server.open()
    async with VirtualModem(settings=AT_ONCE, routes=[f"198.181.39.174={server.address}"]) as twin:
        te = Te.opens(twin.address)
        await asks(te, "ATE0")
        await asks(te, 'AT+CNACT=1,"cmnet"', "\r\n+APP PDP: ACTIVE\r\n")
        await asks(te, "AT+CCOAPINIT")
        await asks(te, 'AT+CCOAPURL="coap://198.181.39.174"')
        await asks(te, 'AT+CCOAPPARA=code,1,uri-path,0,"home/query",uri-query,0,"address=1",payload,0,"hello world"')
        await asks(te, "AT+CCOAPACTION", "\r\n+CCOAPACTION: 0,1\r\n\r\nOK\r\n")
        await hears(te, b"\r\n+CCOAPRECV: 1,14,9\r\n")
        await asks(te, "AT+CCOAPREAD=1", "\r\n+CCOAPREAD: 9,Not Found\r\n\r\nOK\r\n")
        te.close()
    server.close()


async def test_a_name_is_resolved_on_the_way() -> None:
    server = CoapServer(port=0)
    server.open()
    async with VirtualModem(settings=AT_ONCE) as twin:
        te = Te.opens(twin.address)
        await asks(te, "AT+CNACT=1", "\r\n+APP PDP: ACTIVE\r\n")
        await asks(te, "AT+CCOAPINIT")
        await asks(te, f'AT+CCOAPURL="coap://localhost:{server.port}/test"')
        await asks(te, "AT+CCOAPACTION")
        await hears(te, b"\r\n+CCOAPRECV: 1,")
        te.close()
    server.close()


async def test_the_world_changes_while_the_modem_runs() -> None:
    async with VirtualModem(settings=AT_ONCE) as twin:
        te = Te.opens(twin.address)
        await asks(te, "ATE0")
        await asks(te, "AT+CSQ", "+CSQ: 27,99\r\n\r\nOK\r\n")
        twin.change(signal=5)
        await asks(te, "AT+CSQ", "+CSQ: 5,99\r\n\r\nOK\r\n")
        await asks(te, "AT+CNACT=1", "\r\n+APP PDP: ACTIVE\r\n")
        twin.drop_bearer()
        await hears(te, b"\r\n+APP PDP: DEACTIVE\r\n")
        twin.remove_card()
        await hears(te, b"\r\n+CPIN: NOT INSERTED\r\n")
        twin.insert_card(Card(imsi="460119999999999"))
        await hears(te, b"\r\n+CPIN: READY\r\n")
        await asks(te, "AT+CIMI", "\r\n460119999999999\r\n\r\nOK\r\n")
        with pytest.raises(ValueError, match=r"cell\.signl.*signal"):
            twin.change(signl=5)
        te.close()


async def test_the_journal_replays_to_the_same_effects(tmp_path: Path) -> None:
    async with VirtualModem(settings=AT_ONCE, seed=7, journal=tmp_path / "journal") as twin:
        te = Te.opens(twin.address)
        await asks(te, "AT+CNACT=1", "\r\n+APP PDP: ACTIVE\r\n")
        te.close()
        assert replay(twin.journal.text()) is None
    assert replay((tmp_path / "journal").read_text()) is None


async def test_what_a_module_keeps_is_there_for_the_next_one(tmp_path: Path) -> None:
    for command, answer in (('AT+CGDCONT=1,"IP","kept"', "\r\nOK\r\n"), ("AT+CGDCONT?", '"kept"')):
        async with VirtualModem(state=tmp_path / "state.json") as twin:
            te = Te.opens(twin.address)
            await asks(te, command, answer)
            te.close()


async def test_a_hundred_modems_leave_nothing_open_behind_them() -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = descriptors()
    for _ in range(100):
        async with VirtualModem(settings=AT_ONCE):
            pass
    gc.collect()
    assert descriptors() == before


async def test_the_modem_keeps_its_coap_port() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with VirtualModem(settings=AT_ONCE, coap_port=port) as twin:
        te = Te.opens(twin.address)
        await asks(te, "AT+CNACT=1", "\r\n+APP PDP: ACTIVE\r\n")
        await asks(te, "AT+CCOAPINIT")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.sendto(bytes.fromhex("50010007b474657374"), ("127.0.0.1", port))
            await hears(te, b"\r\n+CCOAPRECV: 7,9,0\r\n")
        te.close()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"profile": "sim7001"}, "there is no profile 'sim7001'"),
        ({"port": "telnet://x"}, "'telnet://x' is no port; write pty, pty:LINK, tcp://HOST:PORT"),
        ({"routes": ["10.0.0.1"]}, 'route "10.0.0.1": there is no "="'),
        ({"routes": ["10.0.0.1=127.0.0.1:1", "10.0.0.1=127.0.0.1:2"]}, "two routes begin at 10.0.0.1"),
        ({"settings": ["cell.signal=99999"]}, "cell.signal"),
    ],
)
def test_mistakes_are_found_before_anything_is_opened(wrong: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        VirtualModem(**wrong)  # type: ignore[arg-type]


async def test_a_route_to_a_name_that_is_nobodys_is_refused() -> None:
    twin = VirtualModem(routes=["10.0.0.1=nobody.invalid:5683"])
    with pytest.raises(ValueError, match=r"the target 'nobody\.invalid' of a route was not found"):
        await twin.__aenter__()


def test_the_file_and_the_line_are_named_before_each_mistake_of_a_scenario(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(b"[cell]\nsignl = 1\nsignal = 77\n")
    with pytest.raises(ScenarioError) as refused:
        VirtualModem(scenario=path)
    places = [mistake.partition(" cell.sign")[0] for mistake in refused.value.mistakes]
    assert places == [f"{path}: line 2:", f"{path}: line 3:"]


async def test_routes_of_the_caller_win_over_those_of_the_scenario() -> None:
    server = CoapServer(port=0)
    server.open()
    base = VirtualModem(routes=["192.0.2.9=127.0.0.1:9"])._scenario
    assert isinstance(base, Scenario)
    async with VirtualModem(scenario=base, settings=AT_ONCE, routes=[f"192.0.2.9={server.address}"]) as twin:
        te = Te.opens(twin.address)
        await asks(te, "AT+CNACT=1", "\r\n+APP PDP: ACTIVE\r\n")
        await asks(te, "AT+CCOAPINIT")
        await asks(te, 'AT+CCOAPURL="coap://192.0.2.9/test"')
        await asks(te, "AT+CCOAPACTION")
        await hears(te, b"\r\n+CCOAPRECV: 1,")
        te.close()
    server.close()


async def test_outside_its_block_a_modem_says_that_it_is_not_running(tmp_path: Path) -> None:
    twin = VirtualModem(port=f"pty:{tmp_path / 'link'}", journal=tmp_path / "journal")
    for _ in range(2):  # and it may be used again
        with pytest.raises(RuntimeError, match="use it inside `async with`"):
            twin.change(signal=5)
        async with twin:
            te = Te.opens(twin.address)
            await asks(te, "AT")
            te.close()
    assert replay(twin.journal.text()) is None
