"""A modem on a real serial port, for which one end of a pty stands here."""

from __future__ import annotations

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
