"""A modem on a real serial port, for which one end of a pty stands here."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemtwin.io.byte_pipe import PortError
from modemtwin.io.serial import SerialPipe, split
from modemtwin.io.serial_lines import LOOK, SerialLines
from modemtwin.modem.doors import FlowControl
from tests.io.te import Te, until


class Cable:
    """A serial port with a TE at its far end."""

    def __init__(self) -> None:
        master, self.slave = os.openpty()
        self.te = Te(master)
        self.device = os.ttyname(self.slave)
        self.received = b""
        self.endings: list[str | None] = []
        self.pipe = SerialPipe(self.device, 9600)

    def open(self) -> None:
        """Open the port."""
        self.pipe.open(self._received, self.endings.append)

    def unplug(self) -> None:
        """Pull the cable out."""
        os.close(self.slave)
        self.te.close()

    def _received(self, data: bytes) -> None:
        self.received += data


@pytest.fixture
def cable() -> Iterator[Cable]:
    """A cable that nobody opened yet."""
    made = Cable()
    yield made
    made.pipe.close()
    for descriptor in (made.slave, made.te.descriptor):
        with contextlib.suppress(OSError):  # unplugged
            os.close(descriptor)


async def test_the_port_is_raw_with_eight_bits_at_the_rate_that_was_asked_for(cable: Cable) -> None:
    cable.open()
    inputs, outputs, control, local, ispeed, ospeed, _ = termios.tcgetattr(cable.slave)
    assert (inputs, outputs, local, ispeed, ospeed) == (0, 0, 0, termios.B9600, termios.B9600)
    assert control & (termios.CSIZE | termios.PARENB | termios.CSTOPB | termios.CRTSCTS) == termios.CS8


async def test_the_modem_changes_the_rate_after_what_it_wrote_before(cable: Cable) -> None:
    cable.open()
    cable.pipe.write(b"OK\r\n")
    cable.pipe.set_baud(57_600)
    assert termios.tcgetattr(cable.slave)[4] == termios.B57600
    assert cable.te.read() == b"OK\r\n"


@pytest.mark.parametrize(
    ("flow", "input_bits", "hardware"),
    [
        (FlowControl(2, 2), 0, True),
        (FlowControl(2, 0), 0, True),
        (FlowControl(1, 1), termios.IXON | termios.IXOFF, False),
        (FlowControl(1, 0), termios.IXON, False),
        (FlowControl(0, 1), termios.IXOFF, False),
        (FlowControl(1, 2), termios.IXON, True),
    ],
)
async def test_flow_control_of_the_port_is_what_the_te_asked_for(
    cable: Cable, flow: FlowControl, input_bits: int, hardware: bool
) -> None:
    cable.open()
    cable.pipe.set_flow(flow)
    cable.pipe.set_baud(57_600)
    inputs, _, control, *_ = termios.tcgetattr(cable.slave)
    assert (inputs, bool(control & termios.CRTSCTS)) == (input_bits, hardware)
    cable.pipe.set_flow(FlowControl(0, 0))
    inputs, _, control, _, rate, *_ = termios.tcgetattr(cable.slave)
    assert (inputs, control & termios.CRTSCTS, rate) == (0, 0, termios.B57600)


async def test_half_of_rts_and_cts_is_told_of_as_both(cable: Cable, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    cable.open()
    cable.pipe.set_flow(FlowControl(2, 0))
    assert caplog.messages == [
        f"{cable.device} uses RTS and CTS both or not at all: now both",
        f"{cable.device} runs at 9600 bits per second, flow control 2,0 (AT+IFC)",
    ]


async def test_a_port_without_lines_says_so_once_and_serves(cable: Cable, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    told: list[tuple[bool, bool]] = []
    cable.pipe.watch_lines(lambda dtr, rts: told.append((dtr, rts)))
    cable.open()
    cable.pipe.set_lines(cts=False, dsr=True, dcd=False, ri=False)
    (message,) = caplog.messages
    assert message.startswith("the port has no modem lines (")
    cable.te.write(b"AT\r")
    await until(lambda: cable.received == b"AT\r")
    assert told == []


class NullModem:
    """The near end of a cable, as the bits of TIOCMGET; ``is_there`` until it is unplugged."""

    def __init__(self, bits: int = 0) -> None:
        self.bits = bits
        self.is_there = True
        self.told: list[tuple[bool, bool]] = []
        self.lines = SerialLines(self._read, self._write, lambda dtr, rts: self.told.append((dtr, rts)))

    def _read(self) -> int:
        if not self.is_there:
            raise OSError(5, "Input/output error")
        return self.bits

    def _write(self, bits: int) -> None:
        self.bits = bits


async def test_dtr_and_rts_of_the_te_are_told_when_they_change() -> None:
    cable = NullModem(termios.TIOCM_DSR | termios.TIOCM_CTS)
    await until(lambda: len(cable.told) == 1)
    cable.bits = termios.TIOCM_CD
    await until(lambda: len(cable.told) == 2)
    cable.bits = 0
    await until(lambda: len(cable.told) == 3)
    cable.lines.stop()
    assert cable.told == [(True, True), (True, False), (False, False)]


async def test_a_cable_of_three_wires_tells_of_no_lines() -> None:
    cable = NullModem(termios.TIOCM_RTS | termios.TIOCM_DTR)
    await asyncio.sleep(3 * LOOK)
    cable.lines.stop()
    assert cable.told == []


async def test_the_modems_lines_cross_to_the_te() -> None:
    cable = NullModem(termios.TIOCM_DSR | termios.TIOCM_RTS | termios.TIOCM_DTR)
    cable.lines.show(cts=False, dsr=True)
    asleep = cable.bits
    cable.lines.show(cts=True, dsr=False)
    assert (asleep, cable.bits) == (termios.TIOCM_DSR | termios.TIOCM_DTR, termios.TIOCM_DSR | termios.TIOCM_RTS)
    cable.is_there = False
    cable.lines.show(cts=True, dsr=True)
    await asyncio.sleep(2 * LOOK)
    cable.lines.stop()


async def test_autobaud_and_impossible_rates_leave_the_rate_as_it_is(
    cable: Cable, caplog: pytest.LogCaptureFixture
) -> None:
    cable.open()
    cable.pipe.set_baud(0)
    cable.pipe.set_baud(12_345)
    assert termios.tcgetattr(cable.slave)[4] == termios.B9600
    assert caplog.messages == [f"{cable.device} cannot run at 12345 bits per second; the nearest is 9600"]


async def test_a_port_that_is_unplugged_ends_the_modem_with_a_sentence(cable: Cable) -> None:
    cable.open()
    cable.te.write(b"AT\r")
    await until(lambda: cable.received == b"AT\r")
    cable.unplug()
    await until(lambda: cable.endings)
    (reason,) = cable.endings
    assert reason is not None
    assert re.fullmatch(rf"{cable.device} is gone \(.*\); was it unplugged\?", reason)


async def test_a_port_that_another_program_uses_is_refused(cable: Cable) -> None:
    fcntl.flock(cable.slave, fcntl.LOCK_EX)
    with pytest.raises(PortError, match=f"{cable.device}: it is in use by another program"):
        cable.open()


async def test_the_port_is_as_it_was_when_the_modem_is_done(cable: Cable) -> None:
    before = termios.tcgetattr(cable.slave)
    cable.open()
    assert termios.tcgetattr(cable.slave) != before
    cable.pipe.close()
    assert termios.tcgetattr(cable.slave) == before


async def test_a_device_that_is_not_there_is_named() -> None:
    with pytest.raises(PortError, match="/dev/ttyNONE: there is no such device"):
        SerialPipe("/dev/ttyNONE").open(print, print)


async def test_a_file_is_no_serial_port(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PortError, match="file is no serial port"):
        SerialPipe(str(tmp_path / "file")).open(print, print)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/dev/ttyUSB0", ("/dev/ttyUSB0", 115_200)),
        ("/dev/ttyUSB0@9600", ("/dev/ttyUSB0", 9600)),
        ("/dev/by-id/a@b@9600", ("/dev/by-id/a@b", 9600)),
    ],
)
def test_a_device_may_name_its_rate(text: str, meant: tuple[str, int]) -> None:
    assert split(text) == meant


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("/dev/ttyS0@115000", "'115000' is no rate of a serial port here; the nearest is 115200"),
        ("/dev/ttyS0@fast", "'fast' is no rate of a serial port here; write a number, such as 115200"),
        ("/dev/ttyS0@0", "'0' is no rate of a serial port here; the nearest is 50"),
        ("@9600", "'@9600' names no device; write DEVICE[@BAUD], such as /dev/ttyUSB0@115200"),
    ],
)
def test_a_rate_that_is_none_is_refused_with_the_nearest(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        split(text)
