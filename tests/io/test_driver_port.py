"""A port string becomes a port, or a sentence that says why it does not."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import socket
import sys
import tty
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from modemtwin.host.errors import InvalidArgument, ModemError, PortBusy, PortDenied, PortError, PortMissing
from modemtwin.io.driver_port import open_port
from modemtwin.io.serial_ports import holder, nearest, why_not
from modemtwin.io.serialx_port import fault
from modemtwin.io.tcp import TcpPipe
from modemtwin.io.twin_port import KEYS, TwinPort
from tests.io.te import until

SERVES_ONE = r"this modem serves one TE at a time, and 127\.0\.0\.1:\d+ is connected"


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Path]:
    """A serial port with a name that a pattern finds."""
    master, slave = os.openpty()
    tty.setraw(slave)
    name = tmp_path / "usb-SimTech_SIM7000_0123-if02"
    name.symlink_to(os.ttyname(slave))
    yield name
    os.close(master)
    os.close(slave)


async def refusal(port: str, **options: Any) -> ModemError:
    """Open a port that cannot be opened; give why not."""
    with pytest.raises((PortError, InvalidArgument)) as caught:
        await open_port(port, **options)
    return caught.value


# ── what is meant


@pytest.mark.parametrize(
    ("port", "meant"),
    [
        ("tcp://192.0.2.7:2000", "socket://192.0.2.7:2000"),
        ("sockt://192.0.2.7:2000", "socket://192.0.2.7:2000"),
        ("socket:192.0.2.7:2000", "socket://192.0.2.7:2000"),
        ("tpc://192.0.2.7:2000", "socket://192.0.2.7:2000"),
        ("192.0.2.7:2000", "socket://192.0.2.7:2000"),
        ("[::1]:2000", "socket://[::1]:2000"),
        ("rfc2217:/192.0.2.7:2000", "rfc2217://192.0.2.7:2000"),
        ("telnet://192.0.2.7:2000", "rfc2217://192.0.2.7:2000"),
        ("RFC2271://192.0.2.7:2000", "rfc2217://192.0.2.7:2000"),
        ("twin:sim7000", "twin://sim7000"),
        ("tiwn://sim7000", "twin://sim7000"),
        ("serial:/dev/ttyUSB2", "/dev/ttyUSB2"),
        ("pty:/tmp/sim7000", "/tmp/sim7000"),
    ],
)
async def test_a_scheme_that_there_is_not_is_answered_with_the_nearest(port: str, meant: str) -> None:
    error = await refusal(port)
    assert isinstance(error, InvalidArgument)
    assert str(error) == f"{port!r} is no port; did you mean {meant}?"
    assert "/dev/ttyUSB2" in error.hint


@pytest.mark.parametrize(
    ("port", "why"),
    [
        ("", "the port is empty"),
        ("  ", "the port is empty"),
        ("/dev/ttyUSB0\n", "'/dev/ttyUSB0\\n' is no port: it holds a control character"),
        ("twin://sim7000?journal=\0", "it holds a control character"),
        ("socket://192.0.2.7", "'socket://192.0.2.7' is no port: '192.0.2.7' is not HOST:PORT"),
        ("rfc2217://::1:2217", "write an IPv6 address in brackets"),
        ("socket://192.0.2.7:0", "nobody listens on port 0"),
        ("pyserial+socket://192.0.2.7", "is not HOST:PORT"),
        ("pyserial+twin://sim7000", "a virtual modem in this process needs no pyserial"),
    ],
)
async def test_an_address_that_is_none_is_refused(port: str, why: str) -> None:
    error = await refusal(port)
    assert isinstance(error, InvalidArgument)
    assert why in str(error)


@pytest.mark.parametrize("baud", [0, -9600, 4_000_001])
async def test_a_rate_that_no_port_has_is_refused(baud: int) -> None:
    assert isinstance(await refusal("twin://sim7000", baud=baud), InvalidArgument)


# ── devices


@pytest.mark.parametrize("lane", ["", "pyserial+"])
async def test_a_pattern_opens_the_one_device_that_it_matches(lane: str, device: Path) -> None:
    port = await open_port(f"{lane}{device.parent}/*SIM7000*")
    port.close()
    assert port.name == f"{lane}{device}"
    assert port.hints == {}


async def test_a_pattern_that_matches_several_names_them(device: Path) -> None:
    other = device.with_name("usb-SimTech_SIM7000_0123-if03")
    other.symlink_to(device.resolve())
    error = await refusal(f"{device.parent}/*SIM7000*")
    assert str(error) == f"{device.parent}/*SIM7000*: 2 devices match: {device}, {other}"
    assert error.hint == "name one of them"


async def test_a_pattern_that_matches_nothing_says_what_there_is(tmp_path: Path) -> None:
    error = await refusal(f"{tmp_path}/*SIM7000*")
    assert isinstance(error, PortMissing)
    assert "no device matches; th" in str(error)


@pytest.mark.parametrize("lane", ["", "pyserial+"])
async def test_a_device_that_is_not_there_is_missing(lane: str) -> None:
    error = await refusal(f"{lane}/dev/ttyNONE")
    assert isinstance(error, PortMissing)
    assert str(error).startswith("/dev/ttyNONE: there is no such device; th")


@pytest.mark.parametrize("lane", ["", "pyserial+"])
async def test_a_file_is_no_serial_port(lane: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert str(await refusal(f"{lane}{tmp_path}/file")) == f"{tmp_path}/file: it is no serial port"


async def test_a_link_that_a_modem_left_behind_says_so(tmp_path: Path) -> None:
    (tmp_path / "sim7000").symlink_to("/dev/pts/none")
    error = await refusal(f"{tmp_path}/sim7000")
    assert isinstance(error, PortMissing)
    assert "it is a link to /dev/pts/none, which is gone; does the modem behind it still run?" in str(error)


async def test_a_folder_is_no_serial_port(tmp_path: Path) -> None:
    assert str(await refusal(str(tmp_path))) == f"{tmp_path}: it is a folder, no serial port"


@pytest.mark.parametrize("lane", ["", "pyserial+"])
async def test_a_device_that_another_program_holds_is_busy_and_the_program_is_named(lane: str, device: Path) -> None:
    script = f"import fcntl, os; fcntl.flock(os.open('{device}', os.O_RDWR), fcntl.LOCK_EX); print(flush=True); input()"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    error = await refusal(f"{lane}{device}")
    assert isinstance(error, PortBusy)
    if sys.platform == "linux":
        assert f"(process {process.pid})" in str(error)
        assert holder(str(device)).startswith("python")
    assert "ModemManager" in error.hint
    await process.communicate(b"\n")


async def test_two_drivers_do_not_share_a_device(device: Path) -> None:
    port = await open_port(str(device))
    assert isinstance(await refusal(str(device)), PortBusy)
    port.close()
    (await open_port(str(device))).close()


async def test_a_device_is_free_for_others_when_the_driver_is_done(device: Path) -> None:
    (await open_port(str(device))).close()
    number = os.open(device, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(number)


def test_no_permission_says_which_group_to_join(device: Path) -> None:
    error = fault(str(device), PermissionError(errno.EACCES, "Permission denied"))
    assert isinstance(error, PortDenied)
    assert str(error).startswith(f"{device}: no permission; it belongs to ")
    group = os.stat(device).st_gid
    assert ("usermod -aG" in str(error)) == (group != 0)


def test_the_likeliest_port_is_named_first() -> None:
    ports = ["/dev/ttyACM0", "/dev/ttyUSB0", "/dev/ttyUSB1"]
    assert nearest("/dev/ttyusb1", ports) == "did you mean /dev/ttyUSB1? there are also /dev/ttyUSB0, /dev/ttyACM0"
    assert nearest("COM5", ["/dev/ttyUSB0"]) == "there is /dev/ttyUSB0"
    assert nearest("/dev/ttyUSB0", []) == "this machine has no serial port at the moment"
    assert nearest("x", [f"/dev/ttyUSB{each}" for each in range(9)]).endswith("and 3 more")


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.ENXIO, "the device is there, but nothing is behind it"),
        (errno.ENOTTY, "it is no serial port"),
        (errno.EIO, "it cannot be opened: Input/output error"),
    ],
)
def test_every_error_of_the_system_has_a_sentence(number: int, why: str) -> None:
    assert why_not("/dev/ttyUSB2", OSError(number, os.strerror(number))).startswith(why)


# ── the network


@pytest.mark.filterwarnings("ignore:set:DeprecationWarning")
@pytest.mark.parametrize("lane", ["", "pyserial+"])
@pytest.mark.parametrize("scheme", ["socket", "rfc2217"])
async def test_a_host_where_nobody_listens_is_missing(scheme: str, lane: str) -> None:
    pipe = TcpPipe()
    pipe.open(lambda data: None, lambda reason: None)
    pipe.close()
    error = await refusal(f"{lane}{scheme}://{pipe.address}")
    assert isinstance(error, PortMissing)
    assert str(error) == f"{scheme}://{pipe.address}: nobody listens there"


async def test_a_driver_that_is_turned_away_is_told_who_is_there() -> None:
    pipe = TcpPipe()
    pipe.open(lambda data: None, lambda reason: None)
    lost: list[str | None] = []
    first = await open_port(f"socket://{pipe.address}")
    second = await open_port(f"socket://{pipe.address}")
    second.listen(lambda data: None, lost.append)
    await until(lambda: lost)
    first.close()
    pipe.close()
    (reason,) = lost
    assert reason is not None
    assert reason.startswith("this modem serves one TE at a time, and 127.0.0.1:")


async def test_a_port_that_hangs_up_on_telnet_says_so() -> None:
    pipe = TcpPipe()
    pipe.open(lambda data: None, lambda reason: None)
    first = await open_port(f"socket://{pipe.address}")
    error = await refusal(f"rfc2217://{pipe.address}")
    first.close()
    pipe.close()
    assert isinstance(error, PortBusy)
    assert "is it an RFC 2217 port at all?" in error.hint


# ── the twin


async def opened_twin(port: str) -> TwinPort:
    """Open a twin."""
    opened = await open_port(port)
    assert isinstance(opened, TwinPort)
    return opened


async def asked(port: TwinPort, line: str) -> str:
    """Type a line and wait for its result."""
    heard: list[bytes] = []
    port.listen(heard.append, lambda reason: None)
    port.write(line.encode() + b"\r")
    await until(lambda: b"".join(heard).endswith((b"OK\r\n", b"ERROR\r\n")))
    return b"".join(heard).decode().partition("\r\r\n")[2]


async def test_a_twin_is_registered_at_once() -> None:
    with closing(await opened_twin("twin://sim7000")) as port:
        assert await asked(port, "AT+CEREG?;+CGMM") == "+CEREG: 0,1\r\n\r\nSIMCOM_SIM7000G\r\n\r\nOK\r\n"


async def test_a_twin_may_be_of_any_profile_and_the_profile_may_be_left_out() -> None:
    with closing(await opened_twin("twin://sim7080")) as port:
        assert "SIMCOM_SIM7080" in await asked(port, "AT+CGMM")
    with closing(await opened_twin("twin://")) as port:
        assert "SIMCOM_SIM7000G" in await asked(port, "AT+CGMM")


async def test_a_twin_takes_settings_routes_and_quirks() -> None:
    query = "set=cell.signal=5&set=cell.operator=1%26NCE&route=198.181.39.174=127.0.0.1:5683&q-recv-name=rcv&seed=7"
    with closing(await opened_twin(f"twin://sim7000?{query}")) as port:
        assert "+CSQ: 5,99" in await asked(port, "AT+CSQ;+COPS?")
        assert port.twin.firmware["Q-RECV-NAME"] == "rcv"
        assert port.name.startswith("twin://sim7000?set=")


async def test_a_twin_takes_the_times_of_its_scenario(tmp_path: Path) -> None:
    (tmp_path / "slow.toml").write_text("[cell]\nregistration_delay = 60\n")
    with closing(await opened_twin(f"twin://sim7000?scenario={tmp_path}/slow.toml")) as port:
        assert "+CEREG: 0,2" in await asked(port, "AT+CEREG?")


async def test_a_twin_keeps_a_journal_and_a_state(tmp_path: Path) -> None:
    port = await opened_twin(f"twin://sim7000?journal={tmp_path}/journal&state={tmp_path}/state")
    await asked(port, "AT+IPR=115200")
    port.close()
    assert "AT+IPR=115200" in (tmp_path / "journal").read_text()
    assert "115200" in (tmp_path / "state").read_text()


@pytest.mark.parametrize("choice", ["append", "replace"])
async def test_a_twin_says_what_it_does_with_a_second_payload(choice: str) -> None:
    with closing(await opened_twin(f"twin://sim7000?Q-PAYLOAD-APPEND={choice}")) as port:
        assert port.hints == {"payload_append": choice == "append", "para_keep": False}


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("sim700", "there is no profile 'sim700'; did you mean sim7000?"),
        ("sim7000?scenrio=x", "there is no key 'scenrio'; did you mean scenario?"),
        ("sim7000?xyzzy=1", "there is no key 'xyzzy'; there are scenario, set, route"),
        ("sim7000?seed", "'seed' gives no value; write KEY=VALUE"),
        ("sim7000?seed=one", "seed=one: that is not a whole number up to"),
        ("sim7000?seed=1&seed=2", "seed is given 2 times"),
        ("sim7000?coap-port=65536", "coap-port=65536: that is not a whole number up to 65535"),
        ("sim7000?set=cell.signl=5&set=foo", 'did you mean "cell.signal"?; foo: there is no "="'),
        ("sim7000?Q-RECV-NAME=both", "Q-RECV-NAME"),
        ("sim7000?route=nonsense", "route"),
    ],
)
async def test_a_mistake_in_the_description_of_a_twin_is_named(rest: str, why: str) -> None:
    error = await refusal(f"twin://{rest}")
    assert isinstance(error, InvalidArgument)
    assert why in str(error)


async def test_a_scenario_that_is_not_there_is_named(tmp_path: Path) -> None:
    error = await refusal(f"twin://sim7000?scenario={tmp_path}/none.toml")
    assert f"{tmp_path}/none.toml cannot be used: No such file or directory" in str(error)


async def test_a_udp_port_that_is_taken_is_named() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", 0))
        number = other.getsockname()[1]
        error = await refusal(f"twin://sim7000?coap-port={number}")
        assert f"UDP port {number} cannot be had" in str(error)


async def test_a_twin_that_fails_is_a_port_that_is_lost() -> None:
    port = await opened_twin("twin://sim7000")
    lost: list[str | None] = []
    port.listen(lambda data: None, lost.append)
    port.twin.journal._count = None  # type: ignore[assignment]
    port.write(b"AT\r")
    await until(lambda: lost)
    assert lost[0] is not None
    assert "the virtual modem has failed (TypeError" in lost[0]


def test_the_keys_of_a_twin_cannot_be_changed_by_whoever_reads_them() -> None:
    assert isinstance(KEYS, MappingProxyType)
