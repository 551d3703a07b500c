"""``modemtwin serve``, and a modem that talks to it."""

from __future__ import annotations

import re
import signal
import socket
from pathlib import Path

import pytest

from tests.end_to_end.program import Program, Te, run

PING = bytes.fromhex("40000007")
RESET = bytes.fromhex("70000007")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_answers_a_ping_and_stops_within_a_second(number: int) -> None:
    with Program("serve", "--port", "0") as server:
        match = re.fullmatch(r"ready coap 127\.0\.0\.1:(\d+)\n", server.ready)
        assert match
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(5)
            client.sendto(PING, ("127.0.0.1", int(match[1])))
            assert client.recv(100) == RESET
        status, took, out, errors = server.stop(number)
        assert (status, out, errors) == (0, "", "")
        assert took < 1


def test_a_port_in_use_is_one_line_and_status_3() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"modemtwin serve: UDP 127.0.0.1:{port} cannot be had: Address already in use; name another --host or "
        "--port (0 takes any)\n"
    )


def test_a_host_that_is_not_ours_is_one_line_and_status_3() -> None:
    done = run("serve", "--host", "192.0.2.1", "--port", "0")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert done.stderr.startswith("modemtwin serve: UDP 192.0.2.1:0 cannot be had: ")


def test_firmware_with_a_built_in_server_talks_to_ours(tmp_path: Path) -> None:
    link = str(tmp_path / "link")
    with Program("serve", "--port", "0", "-v") as server:
        route = f"198.181.39.174={server.ready.split()[2]}"
        with Program("modem", "--pty", link, "--route", route, "--set", "cell.registration_delay=0"):
            te = Te.opens(link)
            te.ask(b"ATE0")
            te.ask(b'AT+CNACT=1,"cmnet"', b"\r\n+APP PDP: ACTIVE\r\n")
            te.ask(b"AT+CCOAPINIT")
            te.ask(b'AT+CCOAPURL="coap://198.181.39.174"')
            te.ask(b'AT+CCOAPPARA=code,1,uri-path,0,"test"')
            te.ask(b"AT+CCOAPACTION")
            assert re.fullmatch(rb"\r\n\+CCOAPRECV: 1,\d+,\d+\r\n", te.hear(b"\r\n+CCOAPRECV: 1,") + te.hear(b"\r\n"))
            assert te.ask(b"AT+CCOAPHEAD=1,1").startswith(b"\r\n+CCOAPHEAD: 1,1,2,0,2.05,1,")
            te.close()
        _, _, _, errors = server.stop()
    assert re.search(r"◄── CON GET /test, mid 1 from 127\.0\.0\.1:\d+", errors)
    assert re.search(r"──► ACK 2.05 Content, mid 1, .* to 127\.0\.0\.1:\d+", errors)


def test_a_server_in_a_group_says_so_and_stops() -> None:
    with Program("serve", "--port", "0", "--multicast", "-v") as server:
        address = server.ready.split()[2]
        status, _, out, errors = server.stop()
    assert (status, out) == (0, "")
    assert f"joined 224.0.1.187:{address.rpartition(':')[2]}\n" in errors
    assert "not joined" not in errors  # it has no IPv6 address, so the groups of IPv6 do not concern it
    assert "on 127.0.0.1 only this machine can reach the group; --host ADDRESS takes another\n" in errors


def test_a_script_does_not_play_to_a_group(tmp_path: Path) -> None:
    done = run("serve", "--multicast", "--script", str(tmp_path / "a.script"))
    said = "modemtwin serve: --multicast goes without --script: a script plays one conversation\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
