"""Programs that know modems and not ours: gammu, chat, expect, python-gsmmodem, miniterm and picocom at its pty."""

from __future__ import annotations

import asyncio
import os
import sys
import tty
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from modemtwin import VirtualModem
from tests.interop.programs import program

SCRIPTS = Path(__file__).parent / "te_scripts"
QUICK = ("cell.registration_delay=0", "cell.bearer_delay=0")


@pytest.fixture
async def twin(server: str) -> AsyncIterator[VirtualModem]:
    """A modem on a pty, in whose world the address of COAP-AN §5 is our server."""
    route = f"198.181.39.174={server.removeprefix('coap://')}"
    async with VirtualModem(port="pty", settings=QUICK, routes=[route]) as running:
        yield running


class Ended(NamedTuple):
    """A program that has ended: its status, and all that it wrote."""

    status: int
    out: str


async def run(*command: str, port: str | None = None) -> Ended:
    """Run a program to its end; with ``port`` as its standard input and output, as chat wants it."""
    descriptor = asyncio.subprocess.PIPE if port is None else os.open(port, os.O_RDWR | os.O_NOCTTY)
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL if port is None else descriptor,
            stdout=descriptor,
            stderr=asyncio.subprocess.PIPE if port else asyncio.subprocess.STDOUT,
        )
        out, err = await asyncio.wait_for(process.communicate(), 45)
    finally:
        if port is not None:
            os.close(descriptor)
    assert process.returncode is not None
    return Ended(process.returncode, ((out or b"") + (err or b"")).decode(errors="replace"))


# ── gammu


async def gammu(port: str, folder: Path, command: str) -> Ended:
    """Run a command of gammu's."""
    settings = folder / "gammurc"
    settings.write_text(f"[gammu]\nport = {port}\nconnection = at115200\n")
    return await run(program("gammu"), "-c", str(settings), command)


async def test_gammu_identifies_the_module(twin: VirtualModem, tmp_path: Path) -> None:
    status, out = await gammu(twin.address, tmp_path, "identify")
    lines = (line.partition(":") for line in out.splitlines())
    found = {name.strip(): value.strip() for name, _, value in lines}
    assert status == 0, out
    assert found["Manufacturer"] == "SIMCOM_Ltd"
    assert found["Model"] == "unknown (SIMCOM_SIM7000G)"
    assert found["Firmware"] == "Revision:1529B08SIM7000G"
    assert (found["IMEI"], found["SIM IMSI"]) == ("869951031234568", "460111234567890")


async def test_gammu_tells_the_network(twin: VirtualModem, tmp_path: Path) -> None:
    status, out = await gammu(twin.address, tmp_path, "networkinfo")
    assert status == 0, out
    assert "home network" in out
    assert "460 11" in out
    assert "LAC 5AE1, CID 00A1B2C3" in out
    assert '"CHN-CT"' in out
    assert "attached" in out


async def test_gammu_hears_that_there_is_no_network(twin: VirtualModem, tmp_path: Path) -> None:
    twin.change(coverage=False)
    status, out = await gammu(twin.address, tmp_path, "networkinfo")
    assert status == 0, out
    assert "home network" not in out


# ── chat and expect


async def test_chat_plays_the_note(twin: VirtualModem) -> None:
    status, out = await run(program("chat"), "-v", "-s", "-S", "-f", str(SCRIPTS / "coap-an.chat"), port=twin.address)
    assert status == 0, out


async def test_chat_gives_up_where_the_modem_says_error(twin: VirtualModem) -> None:
    status, out = await run(program("chat"), "ABORT", "ERROR", "", "AT+CCOAPACTION", "OK", port=twin.address)
    assert status == 4, out  # the first of its ABORT strings


async def test_expect_plays_the_note(twin: VirtualModem) -> None:
    raw(twin.address)
    status, out = await run(program("expect"), "-f", str(SCRIPTS / "coap-an.exp"), twin.address)
    assert status == 0, out
    assert "all as written" in out


async def test_expect_sees_a_modem_that_refuses(twin: VirtualModem) -> None:
    raw(twin.address)
    twin.remove_card()
    status, out = await run(program("expect"), "-f", str(SCRIPTS / "coap-an.exp"), twin.address)
    assert status == 1, out
    assert "AT+CPIN?: refused" in out


def raw(port: str) -> None:
    """What ``stty raw`` does: expect opens a device as it is."""
    descriptor = os.open(port, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(descriptor)
    os.close(descriptor)


# ── python-gsmmodem


async def test_python_gsmmodem_connects_and_knows_where_it_is(twin: VirtualModem) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its source has escapes that Python warns of
        from gsmmodem.modem import GsmModem

    def connect() -> tuple[object, ...]:
        modem = GsmModem(twin.address, 115_200)
        modem.connect()
        try:
            modem.waitForNetworkCoverage(5)
            return modem.manufacturer, modem.model, modem.imei, modem.imsi, modem.signalStrength, modem.networkName
        finally:
            modem.close()

    found = await asyncio.wait_for(asyncio.to_thread(connect), 20)
    assert found == ("SIMCOM_Ltd", "SIMCOM_SIM7000G", "869951031234568", "460111234567890", 27, "CHN-CT")


# ── terminals


class Terminal:
    """A program on a terminal of its own, at which somebody types."""

    def __init__(self, master: int, process: asyncio.subprocess.Process) -> None:
        self._master, self._process = master, process
        self._shown = b""
        os.set_blocking(master, False)
        asyncio.get_running_loop().add_reader(master, self._read)

    @classmethod
    async def runs(cls, *command: str) -> Terminal:
        """Start a program."""
        master, slave = os.openpty()
        process = await asyncio.create_subprocess_exec(
            *command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        return cls(master, process)

    def type(self, keys: bytes) -> None:
        """Press some keys."""
        os.write(self._master, keys)

    async def shows(self, text: bytes) -> None:
        """Wait until the screen shows a text behind what was waited for before."""
        async with asyncio.timeout(10):
            while text not in self._shown:
                await asyncio.sleep(0.01)
        self._shown = self._shown.partition(text)[2]

    async def ended(self) -> int:
        """Wait for the end of the program; its status."""
        async with asyncio.timeout(10):
            status = await self._process.wait()
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        return status

    def _read(self) -> None:
        try:
            self._shown += os.read(self._master, 65_536)
        except OSError:  # the program has closed its end
            asyncio.get_running_loop().remove_reader(self._master)


async def test_somebody_at_miniterm_talks_to_the_modem(twin: VirtualModem) -> None:
    terminal = await Terminal.runs(sys.executable, "-m", "serial.tools.miniterm", twin.address, "115200")
    await terminal.shows(b"--- Miniterm on ")
    await terminal.shows(b"---\r\n")
    terminal.type(b"AT+CGMM\r")
    await terminal.shows(b"SIMCOM_SIM7000G")
    await terminal.shows(b"OK")
    terminal.type(b"AT+CSQ\r")
    await terminal.shows(b"+CSQ: 27,99")
    terminal.type(b"\x1d")
    await terminal.shows(b"--- exit ---")
    assert await terminal.ended() == 0


async def test_somebody_at_miniterm_has_their_line_left_whole_by_a_urc(twin: VirtualModem) -> None:
    terminal = await Terminal.runs(sys.executable, "-m", "serial.tools.miniterm", twin.address, "115200")
    await terminal.shows(b"---\r\n")
    terminal.type(b"AT+CREG=1\r")
    await terminal.shows(b"OK")
    terminal.type(b"AT+C")
    await terminal.shows(b"AT+C")
    twin.change(coverage=False)
    terminal.type(b"SQ\r")
    for text in (b"SQ", b"+CSQ: 99,99", b"OK", b"+CREG: 2"):
        await terminal.shows(text)
    terminal.type(b"\x1d")
    assert await terminal.ended() == 0


async def test_somebody_at_picocom_talks_to_the_modem(twin: VirtualModem) -> None:
    terminal = await Terminal.runs(program("picocom"), "-b", "115200", twin.address)
    await terminal.shows(b"Terminal ready")
    terminal.type(b"AT+CGMM\r")
    await terminal.shows(b"SIMCOM_SIM7000G")
    await terminal.shows(b"OK")
    terminal.type(b"\x01\x18")
    await terminal.shows(b"Thanks for using picocom")
    assert await terminal.ended() == 0
