"""``modemtwin serve --script``: its exit status, its report, and the script of its help."""

from __future__ import annotations

import json
import re
import signal
import socket
from pathlib import Path

import pytest

from tests.end_to_end.program import Program, run

ASK = bytes.fromhex("40010001b474696d65")
SHORT = "expect CON GET /time as first\nsend ACK 2.05 first.mid\n"


def script(folder: Path, text: str) -> str:
    path = folder / "a.script"
    path.write_text(text, "utf-8")
    return str(path)


def address(ready: str) -> tuple[str, int]:
    host, _, port = ready.split()[2].rpartition(":")
    return host, int(port)


@pytest.fixture
def client() -> socket.socket:
    """A client's socket."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(10)
    return made


def test_a_script_that_was_played_to_its_end_is_status_0(tmp_path: Path, client: socket.socket) -> None:
    path = script(tmp_path, SHORT)
    with client, Program("serve", "--script", path, "--port", "0", "-v") as server:
        client.sendto(ASK, address(server.ready))
        assert client.recv(100) == bytes.fromhex("60450001")
        status, _, out, errors = server.wait()
    assert (status, out) == (0, f"{path}: as written\n")
    assert "line 1: ◄── CON GET /time, mid 1 from 127.0.0.1:" in errors
    assert "line 2: ──► ACK 2.05 Content, mid 1\n" in errors


def test_what_came_instead_is_shown_and_is_status_1(tmp_path: Path, client: socket.socket) -> None:
    path = script(tmp_path, f"# a comment\n{SHORT}")
    with client, Program("serve", "--script", path, "--port", "0") as server:
        client.sendto(bytes.fromhex("50020001"), address(server.ready))
        client.sendto(ASK, address(server.ready))
        status, _, out, errors = server.wait()
    assert (status, errors) == (1, "")
    assert out.splitlines() == [
        f"{path}:2",
        "     2   expect CON GET /time as first",
        "       - CON GET /time as first",
        "       + NON POST /, mid 1 (50020001): the type is not CON, the code is not 0.01, Uri-Path is not 74696d65",
        f"{path}: parts in 1 place",
    ]


def test_a_program_reads_one_object_per_line(tmp_path: Path, client: socket.socket) -> None:
    path = script(tmp_path, SHORT)
    with client, Program("serve", "--script", path, "--port", "0", "--json") as server:
        ready = json.loads(server.ready)
        where = address(f"ready coap {ready['address']}")
        client.sendto(b"\x40\x02\x00\x07", where)
        client.sendto(ASK, where)
        status, _, out, errors = server.wait()
        me = f"127.0.0.1:{client.getsockname()[1]}"
    assert (status, errors, ready["kind"]) == (1, "", "ready")
    asked, answered, difference, result = map(json.loads, out.splitlines())
    way = {"kind": "datagram", "at": None, "peer": me, "door": ""}
    assert asked == {**way, "line": 1, "direction": "in", "hex": ASK.hex(), "text": "CON GET /time, mid 1"}
    assert answered == {**way, "line": 2, "direction": "out", "hex": "60450001", "text": "ACK 2.05 Content, mid 1"}
    assert (difference["kind"], difference["line"]) == ("difference", 1)
    assert difference["expected"] == "CON GET /time as first"
    assert difference["got"].startswith("CON POST /, mid 7 (40020007)")
    assert result == {"kind": "script", "agrees": False, "differences": 1}


def test_json_goes_with_a_script() -> None:
    done = run("serve", "--json")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "modemtwin serve: --json goes with --script\n")


def test_a_datagram_that_never_comes_is_status_1(tmp_path: Path) -> None:
    path = script(tmp_path, SHORT)
    with Program("serve", "--script", path, "--port", "0", "--timeout", "1") as server:
        status, took, out, _ = server.wait()
    assert (status, took > 0.5) == (1, True)
    assert "       + nothing within 1" in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_it_is_told_where_it_stood(tmp_path: Path, number: int) -> None:
    with Program("serve", "--script", script(tmp_path, SHORT), "--port", "0") as server:
        status, took, out, errors = server.stop(number)
    assert (status, errors, took < 2) == (1, "", True)
    assert "       + nothing before the play was stopped\n" in out


def test_every_mistake_of_a_script_is_told_and_no_port_is_opened(tmp_path: Path) -> None:
    path = script(tmp_path, "expcet CON\nafter 2 days\n")
    done = run("serve", "--script", path, "--port", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f'modemtwin serve: {path}: line 1: "expcet" begins no step; did you mean "expect"?',
        f"modemtwin serve: {path}: line 2: '2 days' is no span of time; write 0.6 s, 20 ms or 5 min",
    ]


def test_a_script_may_come_from_standard_input() -> None:
    done = run("serve", "--script", "-", "--port", "0", "--timeout", "1", stdin="after 1 ms\n")
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "-: as written", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--script", "nowhere.script"], "modemtwin serve: nowhere.script cannot be read: No such file or directory\n"),
        (["--timeout", "5"], "modemtwin serve: --timeout goes with --script\n"),
        (
            ["--script", "-", "--limit", "nobody"],
            "modemtwin serve: --limit goes without --script: a script is played as it is written\n",
        ),
    ],
)
def test_a_mistake_is_one_line_and_status_2(words: list[str], said: str) -> None:
    done = run("serve", *words)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_a_file_that_is_no_text_is_one_line_and_status_2(tmp_path: Path) -> None:
    (tmp_path / "a.script").write_bytes(b"expect \xff")
    done = run("serve", "--script", str(tmp_path / "a.script"))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.endswith("a.script: it is not UTF-8 text: invalid start byte at byte 7\n")


def test_a_port_that_cannot_be_had_is_status_3(tmp_path: Path) -> None:
    done = run("serve", "--script", script(tmp_path, SHORT), "--host", "192.0.2.1", "--port", "0")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)


def test_the_script_of_the_help_runs(tmp_path: Path, client: socket.socket) -> None:
    shown = re.search(r"lost\.script:\n\n(.*?)\n\n", run("serve", "--help").stdout, re.DOTALL)
    assert shown
    text = re.sub(r"(?m)^  ", "", shown[1]).replace("after 2 s", "after 20 ms")
    with client, Program("serve", "--script", script(tmp_path, text + "\n"), "--port", "0") as server:
        where = address(server.ready)
        client.sendto(ASK, where)
        assert client.recv(100) == bytes.fromhex("60000001")
        for _ in range(2):
            assert client.recv(100) == bytes.fromhex("4045004dff") + b"12:00"
            client.sendto(bytes.fromhex("6000004d"), where)
        status, _, out, errors = server.wait()
    assert (status, out.count("as written"), errors) == (0, 1, "")
