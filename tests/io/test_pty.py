"""A modem behind a pty outlives every TE, and its link has one owner."""

from __future__ import annotations

import asyncio
import fcntl
import os
import stat
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemtwin.io import pty
from modemtwin.io.byte_pipe import PortError
from modemtwin.io.pty import PtyPipe, default_link
from tests.io.te import Te, until


class Echo:
    """A pty that sends back what it gets."""

    def __init__(self, link: Path | None) -> None:
        self.pipe = PtyPipe(link)
        self.received = b""
        self.endings: list[str | None] = []

    def open(self) -> Echo:
        """Open the port."""
        self.pipe.open(self._received, self.endings.append)
        return self

    def _received(self, data: bytes) -> None:
        self.received += data
        self.pipe.write(data)


@pytest.fixture
def link(tmp_path: Path) -> Path:
    """Where the link shall stand."""
    return tmp_path / "modem"


@pytest.fixture
def echo(link: Path) -> Iterator[Echo]:
    """A port that is not open yet."""
    made = Echo(link)
    yield made
    made.pipe.close()


async def talks(link: Path) -> bool:
    te = Te.opens(str(link))
    te.write(b"AT\r")
    await until(lambda: te.read().endswith(b"AT\r"))
    te.close()
    return True


async def first_read(link: Path) -> bytes:
    """What a TE has read once there is an answer to its first line."""
    te = Te.opens(str(link))
    te.write(b"AT\r")
    await until(lambda: te.read().endswith(b"AT\r"))
    te.close()
    return te.seen


async def test_te_after_te_opens_the_same_link(echo: Echo, link: Path) -> None:
    echo.open()
    assert [await talks(link) for _ in range(3)] == [True, True, True]
    assert echo.endings == []


async def test_a_killed_te_leaves_a_port_that_the_next_one_opens(echo: Echo, link: Path) -> None:
    echo.open()
    program = "import sys, time; port = open(sys.argv[1], 'r+b', 0); port.write(b'ATI'); time.sleep(60)"
    te = subprocess.Popen([sys.executable, "-c", program, str(link)])
    await until(lambda: echo.received == b"ATI")
    te.kill()
    te.wait()
    assert await talks(link)
    assert echo.endings == []


async def test_exclusive_use_ends_with_the_te_that_asked_for_it(echo: Echo, link: Path) -> None:
    echo.open()
    te = Te.opens(str(link))
    fcntl.ioctl(te.descriptor, termios.TIOCEXCL)
    te.write(b"AT")
    await until(lambda: echo.received == b"AT")
    exclusive = getattr(termios, "TIOCGEXCL", 0x80045440)
    if sys.platform == "linux":
        assert fcntl.ioctl(te.descriptor, exclusive, b"\0" * 4) == b"\0" * 4
    te.close()
    assert await talks(link)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root may hang a line up on Linux")
async def test_a_line_that_was_hung_up_comes_back(echo: Echo, link: Path) -> None:
    echo.open()
    te = Te.opens(str(link))
    fcntl.ioctl(te.descriptor, 0x5437)  # TIOCVHANGUP
    te.close()
    first = Te.opens(str(link))  # the kernel has the line cooked again
    first.write(b"AT\n")
    await until(lambda: echo.received)
    first.close()
    assert await talks(link)
    assert echo.endings == []


async def test_what_is_said_while_nobody_has_the_port_open_is_lost(echo: Echo, link: Path) -> None:
    echo.open()
    echo.pipe.write(b"\r\nRDY\r\n")
    te = Te.opens(str(link))
    echo.pipe.write(b"\r\n+CPIN: READY\r\n")
    await until(lambda: te.read() == b"\r\n+CPIN: READY\r\n")
    te.close()


async def test_what_a_te_left_unread_is_not_the_next_ones(
    echo: Echo, link: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pty, "_THERE", 0.0)
    echo.open()
    first = Te.opens(str(link))
    echo.pipe.write(b"x" * 30_000)
    first.close()
    echo.pipe.write(b"+APP PDP: DEACTIVE")
    assert await first_read(link) == b"AT\r"


async def test_a_te_that_was_killed_before_it_read_its_reply_leaves_none_behind(
    echo: Echo, link: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pty, "_THERE", 0.0)
    monkeypatch.setattr(pty, "_FIRST_LOOK", 0.01)
    echo.open()
    te = Te.opens(str(link))
    te.write(b"ATI\r")
    await until(lambda: echo.received)
    te.close()
    await asyncio.sleep(0.1)
    assert await first_read(link) == b"AT\r"


async def test_a_te_that_types_and_goes_finds_its_reply_when_it_comes_back_at_once(echo: Echo, link: Path) -> None:
    echo.open()
    te = Te.opens(str(link))
    te.write(b"AT\r")
    te.close()
    await until(lambda: echo.received)
    te = Te.opens(str(link))
    await until(lambda: te.read() == b"AT\r")
    te.close()


async def test_a_te_that_only_listens_is_heard_of_and_keeps_its_settings(echo: Echo, link: Path) -> None:
    echo.open()
    te = Te.opens(str(link))
    settings = termios.tcgetattr(te.descriptor)
    settings[6][termios.VMIN], settings[6][termios.VTIME] = 0, 7
    termios.tcsetattr(te.descriptor, termios.TCSANOW, settings)
    fcntl.ioctl(te.descriptor, termios.TIOCEXCL)
    echo.pipe.write(b"\r\n+CPIN: READY\r\n")
    await until(lambda: te.read() == b"\r\n+CPIN: READY\r\n")
    assert termios.tcgetattr(te.descriptor)[6][termios.VTIME] in (7, b"\x07")
    te.close()
    assert await talks(link)


async def test_the_line_is_raw_so_that_nothing_is_echoed_or_changed(echo: Echo, link: Path) -> None:
    echo.open()
    te = Te.opens(str(link))
    echo.pipe.write(b"a\r\nb\n\x03\x04\x11\x13\x1a\x7f\xff")
    await until(lambda: te.read() == b"a\r\nb\n\x03\x04\x11\x13\x1a\x7f\xff")
    te.close()
    assert echo.received == b""


async def test_the_link_points_to_the_pty_and_goes_with_it(echo: Echo, link: Path) -> None:
    echo.open()
    assert echo.pipe.address == str(link)
    assert stat.S_ISCHR(link.stat().st_mode)
    echo.pipe.close()
    assert list(link.parent.iterdir()) == []


async def test_a_link_that_a_killed_modem_left_is_replaced(echo: Echo, link: Path) -> None:
    link.symlink_to("/dev/pts/99999")
    echo.open()
    assert await talks(link)


async def test_a_second_modem_on_one_link_is_refused_and_the_first_goes_on(echo: Echo, link: Path) -> None:
    echo.open()
    with pytest.raises(PortError, match=f"another modem is running behind {link}"):
        Echo(link).open()
    assert await talks(link)
    echo.pipe.close()
    second = Echo(link).open()
    assert await talks(link)
    second.pipe.close()


async def test_a_file_in_the_place_of_the_link_is_left_alone(echo: Echo, link: Path) -> None:
    link.write_text("precious")
    with pytest.raises(PortError, match="exists and is no link"):
        echo.open()
    assert link.read_text() == "precious"
    assert list(link.parent.iterdir()) == [link]


async def test_a_link_to_something_else_is_left_alone(echo: Echo, link: Path) -> None:
    link.symlink_to("notes.txt")
    with pytest.raises(PortError, match=r"is a link to notes\.txt, which is no pty"):
        echo.open()
    assert os.readlink(link) == "notes.txt"


async def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(PortError, match="there is no folder /nowhere"):
        Echo(Path("/nowhere/modem")).open()


async def test_a_link_that_another_modem_has_replaced_is_not_removed(echo: Echo, link: Path) -> None:
    echo.open()
    link.unlink()
    link.symlink_to("/dev/null")
    echo.pipe.close()
    assert os.readlink(link) == "/dev/null"


async def test_without_a_link_the_address_is_the_pty_itself() -> None:
    echo = Echo(None).open()
    assert await talks(Path(echo.pipe.address))
    echo.pipe.close()


def test_the_default_link_stands_in_the_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert default_link() == str(tmp_path / "modemtwin")


def test_without_a_runtime_folder_the_default_link_bears_the_name_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("LOGNAME", "kim")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert default_link() == str(tmp_path / "modemtwin-kim")
