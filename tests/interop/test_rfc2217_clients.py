"""pyserial and serialx at a modem behind RFC 2217: open, set, toggle, read the lines, talk, come again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import pytest
import serial
import serialx

from modemtwin import VirtualModem
from modemtwin.modem.doors import LinesSet

# pyserial 3.5 calls setDaemon() and setName(), which Python 3.10 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:set:DeprecationWarning")

T = TypeVar("T")


@pytest.fixture
async def twin() -> AsyncIterator[VirtualModem]:
    """A modem behind RFC 2217."""
    quick = ["cell.registration_delay=0", "cell.bearer_delay=0"]
    async with VirtualModem(port="rfc2217://127.0.0.1:0", settings=quick) as running:
        yield running


async def beside(program: Callable[[], T]) -> T:
    """Run what waits in a thread, while the modem runs here."""
    return await asyncio.wait_for(asyncio.to_thread(program), 20)


def wires(twin: VirtualModem) -> list[tuple[bool, bool]]:
    """DTR and RTS, as the modem has seen them."""
    stimuli = (entry.stimulus for entry in twin.journal.entries())
    return [(each.dtr, each.rts) for each in stimuli if isinstance(each, LinesSet)]


def says(port: serial.Serial, line: bytes, end: bytes = b"OK\r\n") -> bytes:
    """Type a line; give the answer."""
    port.write(line + b"\r")
    answer: bytes = port.read_until(end)
    assert answer.endswith(end), answer
    return answer


@pytest.mark.parametrize("query", ["", "?poll_modem", "?ign_set_control"])
async def test_pyserial_opens_sets_and_talks(twin: VirtualModem, query: str) -> None:
    def program() -> None:
        port = serial.serial_for_url(f"rfc2217://{twin.address}{query}", baudrate=9600, timeout=5)
        assert says(port, b"AT") == b"AT\r\r\nOK\r\n"
        port.baudrate = 57_600
        port.bytesize, port.parity, port.stopbits = 7, "E", 2
        port.rtscts = True
        port.rtscts = False
        port.xonxoff = True
        assert says(port, b"AT+CGMM") == b"AT+CGMM\r\r\nSIMCOM_SIM7000G\r\n\r\nOK\r\n"
        port.break_condition = True
        port.break_condition = False
        port.reset_input_buffer()
        port.reset_output_buffer()
        assert says(port, b"AT") == b"AT\r\r\nOK\r\n"
        port.close()

    await beside(program)


async def test_pyserial_reads_the_modems_lines(twin: VirtualModem) -> None:
    def program() -> bytes:
        with serial.serial_for_url(f"rfc2217://{twin.address}", timeout=5) as port:
            says(port, b"AT&D2")
            assert (port.cts, port.dsr, port.ri, port.cd) == (True, True, False, False)
            says(port, b"ATD*99#", b"CONNECT\r\n")
            wait_for(lambda: port.cd)
            port.dtr = False
            hung_up: bytes = port.read_until(b"CARRIER\r\n")
            wait_for(lambda: not port.cd)
            assert (port.cts, port.dsr, port.ri) == (True, True, False)
        return hung_up

    assert await beside(program) == b"\r\nNO CARRIER\r\n"


def wait_for(condition: Callable[[], bool]) -> None:
    """A line follows the text by a moment."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "the line never changed"
        time.sleep(0.01)


async def test_pyserial_toggles_its_lines(twin: VirtualModem) -> None:
    def program() -> None:
        port = serial.serial_for_url(f"rfc2217://{twin.address}", timeout=5)
        port.dtr = False
        port.rts = False
        port.dtr = True
        port.close()

    await beside(program)
    assert wires(twin)[1:4] == [(False, True), (False, False), (True, False)]


async def test_pyserial_comes_again(twin: VirtualModem) -> None:
    def program() -> None:
        for rate in (9600, 19_200, 115_200):
            with serial.serial_for_url(f"rfc2217://{twin.address}", baudrate=rate, timeout=5) as port:
                says(port, b"AT")

    await beside(program)


# Its thread, and the socket that it leaves open when the server hangs up, are pyserial's.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_second_pyserial_is_turned_away_and_the_first_goes_on(twin: VirtualModem) -> None:
    def program() -> None:
        with serial.serial_for_url(f"rfc2217://{twin.address}", timeout=5) as port:
            with pytest.raises((serial.SerialException, OSError)):
                serial.serial_for_url(f"rfc2217://{twin.address}?timeout=1", timeout=1)
            says(port, b"AT")

    await beside(program)


async def test_serialx_opens_sets_and_talks(twin: VirtualModem) -> None:
    async with serialx.async_serial_for_url(f"rfc2217://{twin.address}", baudrate=9600) as port:
        await port.write(b"AT\r")
        assert await port.readuntil(b"OK\r\n") == b"AT\r\r\nOK\r\n"
        await port.reconfigure_port(baudrate=57_600, byte_size=7, parity="E", stopbits=2, rtscts=True)
        await port.reconfigure_port(rtscts=False, xonxoff=True)
        await port.flush()
        await port.write(b"AT+CGMM\r")
        assert b"SIMCOM_SIM7000G" in await port.readuntil(b"OK\r\n")


async def test_serialx_toggles_its_lines_and_reads_the_modems(twin: VirtualModem) -> None:
    high, low = serialx.PinState.HIGH, serialx.PinState.LOW
    async with serialx.async_serial_for_url(f"rfc2217://{twin.address}", baudrate=115_200) as port:
        await port.set_modem_pins(dtr=False)
        await port.set_modem_pins(dtr=True, rts=False)
        pins = await port.get_modem_pins()
        await port.write(b"ATD*99#\r")
        await port.readuntil(b"CONNECT\r\n")
        async with asyncio.timeout(5):
            while (await port.get_modem_pins()).car is not high:
                await asyncio.sleep(0.01)
    assert (pins.cts, pins.dsr, pins.rng, pins.car) == (high, high, low, low)
    assert wires(twin)[1:4] == [(False, True), (True, True), (True, False)]


async def test_serialx_comes_again_by_its_other_way(twin: VirtualModem) -> None:
    def program() -> None:
        for rate in (9600, 115_200):
            with serialx.serial_for_url(f"rfc2217://{twin.address}", baudrate=rate, read_timeout=5) as port:
                port.write(b"AT\r")
                assert port.read_until(b"OK\r\n").endswith(b"OK\r\n")
                port.flush()
                assert port.get_modem_pins().dsr is serialx.PinState.HIGH

    await beside(program)


async def test_a_second_serialx_is_turned_away_and_the_first_goes_on(twin: VirtualModem) -> None:
    async with serialx.async_serial_for_url(f"rfc2217://{twin.address}", baudrate=9600) as port:
        with pytest.raises((serialx.SerialException, OSError)):
            await serialx.async_serial_for_url(f"rfc2217://{twin.address}", baudrate=9600).open()
        await port.write(b"AT\r")
        assert await port.readuntil(b"OK\r\n") == b"AT\r\r\nOK\r\n"
