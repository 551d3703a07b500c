"""Ctrl-C at any moment leaves no object, no observation and no data connection behind on the module."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.end_to_end.program import Program, environment
from tests.end_to_end.tapped_port import TappedPort

_END = re.compile("\r\n(?:OK|(?:\\+CME )?ERROR.*)\r\n")


@pytest.fixture(scope="module")
def modem() -> Iterator[str]:
    """A virtual modem on TCP: ``host:port``."""
    settings = ("--set", "cell.registration-delay=0", "--set", "cell.bearer-delay=0.05")
    with Program("modem", "--tcp", "127.0.0.1:0", *settings) as program:
        yield program.ready.split()[2]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A CoAP server: its URL."""
    with Program("serve", "--port", "0") as program:
        yield f"coap://{program.ready.split()[2]}"


def _started(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "modemtwin", *words]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    )


_NO_NAME_SERVER = """\
import socket, sys, threading
def unanswered(*_, **__):
    print("looks up", flush=True)
    threading.Event().wait()
socket.getaddrinfo = unanswered
from modemtwin.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "words",
    [
        ["modem", "--tcp", "slow.example:0"],
        ["modem", "--rfc2217", "slow.example:0"],
        ["serve", "--host", "slow.example"],
    ],
    ids=" ".join,
)
def test_a_name_server_that_does_not_answer_holds_nothing_up(words: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _NO_NAME_SERVER, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "looks up\n"
            process.send_signal(signal.SIGINT)
            assert (*process.communicate(timeout=10), process.returncode) == ("", "", 0)
        finally:
            process.kill()


def _asked(modem: str, *lines: str) -> list[str]:
    """What the modem says to lines typed by hand, echo included."""
    host, _, port = modem.rpartition(":")
    said, heard = [], ""
    with socket.create_connection((host, int(port)), timeout=20) as te:
        for line in lines:
            te.sendall(line.encode() + b"\r")
            while not (ended := _END.search(heard)):
                heard += te.recv(4096).decode()
            said.append(heard[: ended.end()])
            heard = heard[ended.end() :]
    return said


def _left_behind(modem: str) -> list[str]:
    """What is not as it was before."""
    echo, level, object_, bearer = _asked(modem, "AT", "AT+CMEE?", "AT+CCOAPTERM", "AT+CNACT?")
    found = {
        "echo off": not echo.startswith("AT\r"),
        "error numbers": "+CMEE: 0\r" not in level,
        "a CoAP object": "ERROR" not in object_,
        "a data connection": "+CNACT: 0," not in bearer,
    }
    _asked(modem, "ATE1+CMEE=0", "AT+CNACT=0")
    return [what for what, true in found.items() if true]


def _interrupted(tap: TappedPort, line: int, *words: str, before: bool, times: int = 1) -> tuple[int, str]:
    """Run a command that is interrupted at its nth line; give its status and what it said."""
    process = _started(*words, "--port", f"socket://{tap.address}")

    def interrupt() -> None:
        for turn in range(times):
            time.sleep(0.02 * turn)
            process.send_signal(signal.SIGINT)

    tap.before, tap.then, tap.at_line = before, interrupt, line
    _, errors = process.communicate(timeout=30)
    tap.at_line = 0
    return process.returncode, errors


_WAY_IN = 10
"""Lines that every verb types before it comes to its own business; they are interrupted once, with ``get``."""


@pytest.mark.parametrize(
    ("words", "before", "first"),
    [
        (("get", "/separate"), True, 1),
        (("get", "/separate"), False, 1),
        (("put", "/led", "--payload", "on"), True, _WAY_IN),
        (("observe", "/time", "--count", "2"), True, _WAY_IN),
        (("observe", "/time", "--count", "2"), False, _WAY_IN),
        (("ping", "", "--count", "2", "--interval", "0"), True, _WAY_IN),
    ],
    ids=lambda each: each[0] if isinstance(each, tuple) else str(each),
)
@pytest.mark.timeout(180)
def test_ctrl_c_at_each_line_of_the_dialogue_leaves_nothing(
    modem: str, server: str, words: tuple[str, ...], before: bool, first: int
) -> None:
    verb, path, *more = words
    ends = []
    with TappedPort(modem) as tap:
        for line in range(first, 60):
            status, errors = _interrupted(tap, line, verb, server + path, *more, before=before)
            ends.append((status, errors, _left_behind(modem)))
            if status == 0:
                break
    *interrupted, (status, _, left) = ends
    assert (status, left) == (0, []), "what was interrupted too late is done"
    assert len(interrupted) > 5
    assert {(status, *left) for status, _, left in interrupted} == {(130,)}
    assert [errors for _, errors, _ in interrupted if "modemtwin" in errors or "Traceback" in errors] == []


@pytest.mark.parametrize("line", [2, 5, 10, 12, 15, 19, 21])
def test_ctrl_c_twice_leaves_nothing_either(modem: str, server: str, line: int) -> None:
    with TappedPort(modem) as tap:
        status, errors = _interrupted(tap, line, "get", f"{server}/separate", before=True, times=2)
    assert (status, _left_behind(modem)) == (130, [])
    assert "Traceback" not in errors


def test_ctrl_c_at_any_time_leaves_nothing(modem: str, server: str) -> None:
    for tenth in range(2, 12):
        process = _started("get", f"{server}/separate", "--port", f"socket://{modem}")
        time.sleep(tenth / 20)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode in (0, 130, -signal.SIGINT)  # the last: before our own code ran
        assert _left_behind(modem) == []


def test_a_server_that_is_gone_is_a_timeout_and_leaves_nothing(modem: str) -> None:
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    with silent:
        url = f"coap://127.0.0.1:{silent.getsockname()[1]}/x"
        process = _started("get", url, "--port", f"socket://{modem}", "--timeout", "1")
        out, errors = process.communicate(timeout=30)
    assert (process.returncode, out) == (6, "")
    assert errors.startswith("modemtwin get: ")
    assert errors.count("\n") == 1
    assert _left_behind(modem) == []
