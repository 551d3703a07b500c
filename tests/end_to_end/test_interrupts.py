"""Ctrl-C at any moment leaves no object, no observation and no data connection behind on the module."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.end_to_end.program import Program, environment
from tests.end_to_end.tapped_port import TappedPort


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


def _asked(modem: str, *lines: str) -> list[str]:
    """What the modem says to lines typed by hand."""
    host, _, port = modem.rpartition(":")
    said = []
    with socket.create_connection((host, int(port)), timeout=20) as te:
        for line in ("ATE0", *lines):
            te.sendall(line.encode() + b"\r")
            heard = ""
            while not heard.endswith(("OK\r\n", "ERROR\r\n")):
                heard += te.recv(4096).decode()
            said.append(heard.strip())
        te.sendall(b"ATE1\r")
        te.recv(4096)
    return said[1:]


def _left_behind(modem: str) -> list[str]:
    object_, bearer = _asked(modem, "AT+CCOAPTERM", "AT+CNACT?")
    found = ["a CoAP object"] if object_ == "OK" else []
    return found + (["a data connection"] if "+CNACT: 1" in bearer else [])


def _interrupted(tap: TappedPort, line: int, *words: str, before: bool) -> tuple[int, str]:
    """Run a command that is interrupted at its so-and-so-manieth line; give its status and what it said."""
    process = _started(*words, "--port", f"socket://{tap.address}")
    tap.before, tap.then, tap.at_line = before, lambda: process.send_signal(signal.SIGINT), line
    _, errors = process.communicate(timeout=30)
    tap.at_line = 0
    return process.returncode, errors


@pytest.mark.parametrize("before", [True, False], ids=["asked", "answered"])
@pytest.mark.parametrize(
    "words",
    [
        ("get", "/separate"),
        ("put", "/led", "--payload", "on"),
        ("observe", "/time", "--count", "2"),
        ("ping", "", "--count", "2", "--interval", "0"),
    ],
    ids=lambda words: words[0],
)
@pytest.mark.timeout(120)
def test_ctrl_c_at_each_line_of_the_dialogue_leaves_nothing(
    modem: str, server: str, words: tuple[str, ...], before: bool
) -> None:
    verb, path, *more = words
    ends = []
    with TappedPort(modem) as tap:
        for line in range(1, 60):
            status, errors = _interrupted(tap, line, verb, server + path, *more, before=before)
            ends.append((status, errors, _left_behind(modem)))
            if status == 0:
                break
    *interrupted, (status, _, left) = ends
    assert (status, left) == (0, []), "what was interrupted too late is done"
    assert len(interrupted) > 5
    assert [each for each in interrupted if each != (130, "", [])] == []


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
