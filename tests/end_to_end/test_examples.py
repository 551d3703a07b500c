"""The scripts under ``examples/`` run as they stand, each against a virtual modem of its own and a real server."""

from __future__ import annotations

import re
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemtwin.coap import numbers
from modemtwin.coap.message import Message, decode, encode
from tests.end_to_end.program import Program, environment

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def server() -> Iterator[str]:
    """The URL of a server that runs."""
    with Program("serve", "--port", "0") as program:
        yield f"coap://{program.ready.split()[2]}"


def run(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *words], capture_output=True, text=True, timeout=30, env=environment()
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("name", ["get.py", "blocking_get.py"])
def test_a_resource_is_printed(name: str, server: str) -> None:
    assert run(name, f"{server}/test").stdout == "2.05 hello world\n"


def test_an_observation_is_printed_and_left(server: str) -> None:
    assert re.fullmatch(r"(2\.05 .+\n){2}", run("observe.py", f"{server}/obs", "2").stdout)


def test_readings_are_reported_and_failures_told(server: str) -> None:
    done = run("report_hourly.py", f"{server}/test", "--every", "0.1", "--times", "2")
    assert done.stdout == "2.04 Changed\n2.04 Changed\n"
    done = run("report_hourly.py", "coap://nowhere.invalid/x", "--every", "0.1", "--times", "1")
    assert "is the host name right" in done.stderr


def test_a_raw_packet_goes_out_and_its_answer_is_printed(server: str) -> None:
    assert run("raw_packet.py", f"{server}/test").stdout == "4711 NON 2.05 cafe hello world\n"


def test_a_server_on_the_module_answers() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        port = client.getsockname()[1] + 1
        command = [sys.executable, str(EXAMPLES / "serve.py"), f"twin://sim7000?coap-port={port}", "1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
            question = encode(Message(numbers.CON, numbers.GET, 1, b"\x07", ((numbers.URI_PATH, b"sensor"),)))
            answer = None
            for _ in range(40):  # until the module has its object, nobody hears
                client.sendto(question, ("127.0.0.1", port))
                if select.select([client], [], [], 0.25)[0]:
                    try:
                        answer = decode(client.recv(100))
                    except ConnectionRefusedError:
                        continue
                    break
            assert isinstance(answer, Message)
            assert (answer.code, answer.token, answer.payload) == (numbers.CONTENT, b"\x07", b"21.5")
            assert process.communicate(timeout=20)[0] == "GET /sensor\n"


def test_every_example_is_run() -> None:
    text = Path(__file__).read_text()
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(re.findall(r'"([a-z_]+\.py)"', text))
