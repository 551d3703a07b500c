"""``modemtwin conform`` as a person runs it."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from modemtwin.modem.quirks import LEDGER
from tests.end_to_end.program import Program, environment, run

QUICK = ("--set", "cell.registration-delay=0", "--set", "cell.bearer-delay=0.01")
SMALL = "> AT+CCOAPINIT\n< OK\n> AT+CSQ\n< +CSQ: 27,99\n< OK\n> AT+CCOAPTERM\n< OK\n"


def objects(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.at"
    path.write_text(SMALL)
    return path


# ── with a virtual modem of its own ───────────────────────────────────────────────────────────────────────────────


def test_without_a_port_a_virtual_modem_agrees_with_itself() -> None:
    done = run("conform")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "SIMCOM_SIM7000G, Revision:1529B08SIM7000G at a virtual modem, profile sim7000, held against profile sim7000"
    )
    assert lines[-1].endswith("0 are explained by a quirk, 0 differ")
    assert "\033" not in done.stdout


def test_a_profile_is_saved_and_the_transcript_beside_it_agrees_with_it(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    done = run("conform", "--profile", "sim7000-literal", "--save", str(mine), "-q")
    assert done.returncode == 0
    *_, counted, choices, written = done.stdout.splitlines()
    assert counted.endswith("are explained by a quirk, 0 differ")
    assert choices == (
        "not as the ledger's defaults: Q-TEST-NAMES = literal, Q-CNACT-READ = three, Q-CNACT-OFF-URC = literal"
    )
    assert written == f"written: {mine} and {tmp_path / 'mine.at'}"
    again = run("conform", "--profile", str(mine), "--transcript", str(tmp_path / "mine.at"), "-q")
    assert (again.returncode, again.stderr) == (0, "")
    other = run("conform", "--transcript", str(tmp_path / "mine.at"), "-q")
    assert other.returncode == 1
    assert "✗" in other.stdout


def test_json_is_one_object_per_line_with_the_result_last() -> None:
    done = run("conform", "--profile", "sim7000-literal", "--json")
    told = objects(done.stdout)
    assert told[0] == {
        "kind": "module",
        "where": "a virtual modem, profile sim7000-literal",
        "model": "SIMCOM_SIM7000G",
        "revision": "Revision:1529B08SIM7000G",
        "against": "sim7000",
    }
    quirks = {each["id"]: each["choice"] for each in told if each["kind"] == "quirk"}
    assert (len(quirks), quirks["Q-CNACT-READ"], quirks["Q-RST-PEER"]) == (len(LEDGER), "three", None)
    explained = [each for each in told if each["kind"] == "line" and each["verdict"] == "explained"]
    assert explained[0] == {
        "kind": "line",
        "dialogue": "probes/Q-TEST-NAMES",
        "line": 2,
        "typed": "AT+CCOAPHEAD=?",
        "expected": ["+CCOAPHEAD: <mid>,((0-print raw),(1-print convert))", "OK"],
        "got": ["+CCOAPREAD: <mid>,((0-printconvert),(1-print raw))", "OK"],
        "verdict": "explained",
        "choices": {"Q-TEST-NAMES": "literal"},
    }
    result = told[-1]
    assert (result["kind"], result["status"], result["differs"], result["explained"]) == (
        "result",
        0,
        0,
        len(explained),
    )
    assert result["facts"] == {"queue_length": 10}


def test_a_transcript_that_ships_is_taken_by_its_name() -> None:
    done = run("conform", "--transcript", "coap-an/5-coap-examples-literal", "--json", "-q")
    told = objects(done.stdout)
    assert done.returncode == 1
    assert [(each["typed"], each["verdict"]) for each in told if each["kind"] == "line"] == [("AT+CNACT=0", "differs")]
    assert told[0]["against"] == "coap-an/5-coap-examples-literal"


def test_a_difference_is_shown_with_both_sides(small: Path) -> None:
    small.write_text(SMALL.replace("+CSQ: 27,99", "+CBC: 0,85,3912"))
    done = run("conform", "--transcript", str(small), "-q")
    assert done.returncode == 1
    assert done.stdout.splitlines()[1:] == [
        "",
        "small.at",
        "  ✗   3  AT+CSQ                             ",
        "           - +CBC: 0,85,3912",
        "           + +CSQ: 27,99",
        "",
        "3 lines: 2 agree, 0 vary as they may, 0 are explained by a quirk, 1 differ",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--port", "http://x"), "is no port"),
        (("--port", "socket://127.0.0.1:1", "--profile", "sim7080"), "take one of them"),
        (("--server", "coap://192.0.2.7"), "--server is for a module at a --port"),
        (("--server", "coaps://192.0.2.7"), 'only "coap" is supported'),
        (("--server", "coap://192.0.2.7/path"), "name the server only"),
        (("--profile", "sim7001"), "did you mean sim7000"),
        (("--profile", "nowhere.toml"), "nowhere.toml cannot be read"),
        (("--apn", 'a"b'), "is no APN"),
        (("--save", "mine"), "write mine.toml"),
        (("--save", "/nowhere/mine.toml"), "there is no folder /nowhere"),
        (("--transcript", "nowhere.at"), "nowhere.at cannot be read: No such file"),
        (("--transcript", "/dev/null"), "there is nothing to type in it"),
        (("--transcript", "x.at", "--save", "x.toml"), "take one of them"),
        (("--patience", "0"), "whole number from 1 to 600"),
        (("--prot", "x"), "did you mean --port?"),
    ],
)
def test_a_mistake_is_one_line(words: tuple[str, ...], says: str) -> None:
    done = run("conform", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


# ── at a port ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_modem_at_a_pty_is_told_by_its_choices_and_left_as_it_was(tmp_path: Path) -> None:
    link, journal = tmp_path / "sim", tmp_path / "journal"
    chosen = ("--set", "quirks.Q-HEAD-FIELDS=21", "--set", "quirks.Q-QUEUE-FULL=drop-new", "--set", "cell.signal=9")
    with Program("modem", "--pty", str(link), "--journal", str(journal), *QUICK, *chosen):
        done = run("conform", "--port", str(link), "--json", "--yes", "--save", str(tmp_path / "mine.toml"))
    assert (done.returncode, done.stderr) == (0, "")
    result = objects(done.stdout)[-1]
    assert isinstance(result["choices"], dict)
    assert (result["choices"]["Q-HEAD-FIELDS"], result["choices"]["Q-QUEUE-FULL"]) == ("21", "drop-new")
    assert result["differs"] == 0
    typed = [line for line in journal.read_text().splitlines() if '"UartRx"' in line]
    assert "ATE1" in typed[-1]
    mine = run("conform", "--profile", str(tmp_path / "mine.toml"), "--transcript", str(tmp_path / "mine.at"), "-q")
    assert mine.returncode == 0
    assert mine.stdout.endswith("0 are explained by a quirk, 0 differ\n")


def test_a_virtual_modem_of_this_process_is_a_port_too_and_gets_a_server(small: Path) -> None:
    small.write_text("! ready\n> AT+CCOAPACTION\n< +CCOAPACTION: 0,1\n< OK\n< +CCOAPRECV: 1,14,9\n")
    done = run("conform", "--port", "twin://sim7000?Q-RECV-NAME=rcv", "--transcript", str(small), "-q")
    assert done.returncode == 1
    assert "           - +CCOAPRECV: 1,14,9" in done.stdout
    assert "           + +CCOAPRCV: 1," in done.stdout


def test_without_a_terminal_what_lasts_is_left_out(small: Path) -> None:
    small.write_text(SMALL + "! afresh flash\n> AT+CSQ\n> AT+CFUN=1,1\n")
    with Program("modem", "--tcp", "127.0.0.1:0", *QUICK) as modem:
        port = f"socket://{modem.ready.split()[2]}"
        done = run("conform", "--port", port, "--transcript", str(small))
    assert done.returncode == 0
    assert "  flash: AT+CFUN=1,1 restarts the module (--yes plays it)" in done.stdout.splitlines()


def test_a_terminal_is_asked(small: Path) -> None:
    small.write_text('! afresh flash\n> AT+CGDCONT=2,"IP","x"\n< OK\n> AT+CGDCONT?\n')
    with Program("modem", "--tcp", "127.0.0.1:0", *QUICK) as modem:
        port = f"socket://{modem.ready.split()[2]}"
        status, said = _on_a_terminal("conform", "--port", port, "--transcript", str(small), answer=b"n\n")
        assert status == 0
        assert b"writes a context to flash.\r\nPlay it? [y/N] " in said
        assert b"0 lines:" in said
        status, said = _on_a_terminal("conform", "--port", port, "--transcript", str(small), answer=b"y\n")
    assert b"2 lines:" in said


def test_nobody_is_asked_about_a_port_that_is_not_there() -> None:
    status, said = _on_a_terminal("conform", "--port", "socket://127.0.0.1:1", answer=b"n\n")
    assert (status, b"[y/N]" in said, said.count(b"\n")) == (3, False, 1)


def _on_a_terminal(*words: str, answer: bytes) -> tuple[int, bytes]:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "modemtwin", *words]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment())
    os.close(theirs)
    said = b""
    try:
        while select.select([ours], [], [], 20)[0]:
            try:
                data = os.read(ours, 4096)
            except OSError:  # EIO: the other end is closed
                break
            said += data
            if b"[y/N] " in data:
                os.write(ours, answer)
        return process.wait(20), said
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@contextmanager
def man_in_the_middle(address: str, rule: Callable[[bytes], bytes | None]) -> Iterator[tuple[str, bytearray]]:
    """A TCP port in front of a modem: ``rule`` is what becomes of what the modem says, None pulls the cable.

    Gives its port string, and what the TE typed so far.
    """
    host, _, port = address.rpartition(":")
    typed = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def carry() -> None:
            te, _ = door.accept()
            with te, socket.create_connection((host, int(port))) as modem:
                while True:
                    for ready in select.select([te, modem], [], [])[0]:
                        data = ready.recv(4096)
                        if ready is modem:
                            said = rule(data) if data else None
                            if said is None:
                                return
                            te.sendall(said)
                        else:
                            typed.extend(data)
                            if not data:
                                return
                            modem.sendall(data)

        thread = threading.Thread(target=carry)
        thread.start()
        yield f"socket://127.0.0.1:{door.getsockname()[1]}", typed
        thread.join(10)


@pytest.mark.parametrize(
    ("rule", "status", "says", "last"),
    [
        (lambda data: b"", 6, "nothing answers AT there; is it the right port", b"AT\rAT\rAT\r"),
        (
            lambda data: b"" if b"+CSQ" in data else data,
            6,
            "the module does not answer AT+CSQ, nor says OK or ERROR",
            b"AT+CSQ\rAT+CCOAPTERM\rATE1\r",
        ),
        (
            lambda data: b"\r\nRDY\r\n" if b"+CSQ" in data else data,
            7,
            "the module has started again, at AT+CSQ after AT+CCOAPINIT",
            b"AT+CSQ\rATE1\r",
        ),
        (lambda data: None if b"+CSQ" in data else data, 3, "closed at the other end", b"AT+CSQ\r"),
    ],
    ids=["mute", "stalls", "starts again", "port pulled"],
)
def test_a_module_that_fails_is_one_line_and_its_object_is_ended(
    small: Path, rule: Callable[[bytes], bytes | None], status: int, says: str, last: bytes
) -> None:
    with (
        Program("modem", "--tcp", "127.0.0.1:0", *QUICK) as modem,
        man_in_the_middle(modem.ready.split()[2], rule) as (port, typed),
    ):
        done = run("conform", "--port", port, "--transcript", str(small), "--patience", "1")
    assert done.returncode == status
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert typed.endswith(last)


def test_a_server_that_the_module_cannot_reach_is_told_and_makes_the_status_6(small: Path) -> None:
    small.write_text(SMALL + "! afresh sending\n! ready\n> AT+CCOAPACTION\n< +CCOAPACTION: 0,1\n< OK\n")
    with Program("modem", "--tcp", "127.0.0.1:0", *QUICK) as modem:
        port = f"socket://{modem.ready.split()[2]}"
        done = run("conform", "--port", port, "--server", "coap://127.0.0.1:9", "--transcript", str(small))
    assert done.returncode == 6
    assert "No network: no answer of coap://127.0.0.1:9 reached the module" in done.stdout
    assert "  sending: from line 10 on: no server answers (--server URL)" in done.stdout.splitlines()


def test_a_port_that_is_not_there_is_one_line() -> None:
    done = run("conform", "--port", "socket://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("modemtwin conform: socket://127.0.0.1:1: nobody listens there")
    assert len(done.stderr.splitlines()) == 1


def test_a_reader_that_goes_away_ends_the_run_and_the_module_is_left_as_it_was(small: Path) -> None:
    small.write_text("".join(f"! afresh number {number}\n{SMALL}" for number in range(2000)))
    with (
        Program("modem", "--tcp", "127.0.0.1:0", *QUICK) as modem,
        man_in_the_middle(modem.ready.split()[2], lambda data: data) as (port, typed),
    ):
        words = [sys.executable, "-m", "modemtwin", "conform", "--port", port, "--transcript", str(small)]
        process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=environment())
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (1, b"")
    assert typed.endswith(b"AT+CCOAPTERM\rATE1\r")


def test_ctrl_c_ends_the_object_and_leaves_the_module_as_it_was(small: Path) -> None:
    small.write_text("> AT+CCOAPINIT\n< OK\n> AT+CSQ\n... 60 s\n< OK\n")
    with (
        Program("modem", "--tcp", "127.0.0.1:0", *QUICK) as modem,
        man_in_the_middle(modem.ready.split()[2], lambda data: data) as (port, typed),
    ):
        words = [sys.executable, "-m", "modemtwin", "conform", "--port", port, "--transcript", str(small), "--slow"]
        process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=environment())
        deadline = time.monotonic() + 20
        while b"AT+CSQ\r" not in typed and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors == b"modemtwin conform: interrupted; the module is left as it was found\n"
    assert b"Traceback" not in out
    assert typed.endswith(b"AT+CSQ\rAT+CCOAPTERM\rATE1\r")
