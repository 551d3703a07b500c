"""A port with the pace of a UART, by the real clock."""

from __future__ import annotations

import time

from modemtwin import VirtualModem
from modemtwin.io.paced_pipe import PacedPipe, pace
from modemtwin.io.pty import PtyPipe
from modemtwin.io.serial import SerialPipe
from modemtwin.world.te.uart_keys import UartSettings
from tests.io.te import Te, until
from tests.io.test_rfc2217 import AGREED, Client

RTS_OFF = bytes.fromhex("fffa2c050cfff0")
RTS_ON = bytes.fromhex("fffa2c050bfff0")
ECHOED = r'"AT\r\r\nOK\r\n"'


async def timed(te: Te, line: bytes, end: bytes = b"\r\nOK\r\n") -> float:
    """Type a line and wait for its result; how long that takes, in seconds."""
    begun = time.monotonic()
    te.seen = b""
    te.write(line)
    await until(lambda: te.read().endswith(end))
    return time.monotonic() - begun


async def test_a_reply_takes_as_long_as_on_a_wire_and_at_ipr_changes_that() -> None:
    async with VirtualModem(settings=["uart.pace=true", "uart.baud=1200"]) as twin:
        te = Te.opens(twin.address)
        assert await timed(te, b"AT\r") >= (3 + 9) * 10 / 1200
        await timed(te, b"AT+IPR=115200\r")
        took = await timed(te, b"ATI;+GSV;+CGMR;+CGMM\r")
        assert took < 0.5
        te.close()


async def test_without_it_a_port_is_as_fast_as_it_can() -> None:
    async with VirtualModem() as twin:
        te = Te.opens(twin.address)
        assert await timed(te, b"AT\r") < 0.1
        te.close()


async def test_xoff_holds_the_modem_back_until_xon() -> None:
    async with VirtualModem(settings=["uart.pace=true"]) as twin:
        te = Te.opens(twin.address)
        await timed(te, b"AT+IFC=1,1\r")
        te.seen = b""
        te.write(b"\x13AT\r")
        await until(lambda: ECHOED in twin.journal.text())
        assert te.read() == b""
        te.write(b"\x11")
        await until(lambda: te.read() == b"AT\r\r\nOK\r\n")
        te.close()


async def test_rts_of_a_port_with_lines_holds_the_modem_back() -> None:
    async with VirtualModem(port="rfc2217://127.0.0.1:0", settings=["uart.pace=true"]) as twin:
        client = Client(twin.address)
        await client.says(bytes.fromhex("fffb2c"), until_heard=AGREED)
        await client.says(b"AT+IFC=2,2\r", until_heard=b"OK\r\n")
        await client.says(RTS_OFF, until_heard=bytes.fromhex("fffa2c690cfff0"))
        client.heard = b""
        client.send(b"AT\r")
        await until(lambda: ECHOED in twin.journal.text())
        assert client.hear() == b""
        await client.says(RTS_ON, until_heard=b"OK\r\n")
        client.close()


def test_a_serial_port_has_a_pace_of_its_own() -> None:
    pipe = SerialPipe("/dev/null", 115_200)
    assert pace(pipe, UartSettings(pace=True), 0) is pipe


def test_closing_a_port_that_was_never_open_is_harmless() -> None:
    paced = pace(PtyPipe(None), UartSettings(pace=True), 9600)
    assert isinstance(paced, PacedPipe)
    paced.close()
