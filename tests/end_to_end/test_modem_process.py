"""``modemtwin modem`` as a person runs it: a process, a port, and a TE."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import termios
import time
import tty
from pathlib import Path

import pytest

from tests.end_to_end.program import Program, Te, environment, run


def test_the_ready_line_names_the_link_and_the_modem_answers(tmp_path: Path) -> None:
    link = tmp_path / "sim7000"
    with Program("modem", "--pty", str(link)) as modem:
        assert modem.ready == f"ready pty {link}\n"
        te = Te.opens(str(link))
        assert te.ask(b"AT") == b"AT\r\r\nOK\r\n"
        assert te.ask(b"ATE0") == b"ATE0\r\r\nOK\r\n"
        assert te.ask(b"ATI") == b"\r\nSIM7000G R1529\r\n\r\nOK\r\n"
        te.close()
        status, took, out, errors = modem.stop()
        assert (status, out, errors) == (0, "", "")
        assert took < 1
    assert list(tmp_path.iterdir()) == []


def test_a_modem_behind_a_path_answers_its_te_at_once() -> None:
    words = "modem --stdio --path nb-iot-deep --seed 7 --set path.loss=0.3"
    done = run(*words.split(), stdin="ATE0\nATI\n")
    assert (done.returncode, done.stderr) == (0, "ready stdio\n")
    assert done.stdout.endswith("SIM7000G R1529\n\nOK\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_modem_cleanly_within_a_second(tmp_path: Path, number: int) -> None:
    with Program("modem", "--pty", str(tmp_path / "link")) as modem:
        te = Te.opens(str(tmp_path / "link"))
        te.ask(b"AT")
        status, took, out, errors = modem.stop(number)
        assert (status, out, errors) == (0, "", "")
        assert took < 1
        te.close()
    assert list(tmp_path.iterdir()) == []


def test_the_modem_outlives_a_te_that_is_killed(tmp_path: Path) -> None:
    link = tmp_path / "link"
    with Program("modem", "--pty", str(link)):
        program = "import sys, time; p = open(sys.argv[1], 'r+b', 0); p.write(b'ATE0\\r'); p.read(1); time.sleep(60)"
        te = subprocess.Popen([sys.executable, "-c", program, str(link)])
        try:
            watcher = Te.opens(str(link))
            watcher.hear(b"OK\r\n")
        finally:
            te.kill()
            te.wait()
        watcher.close()
        again = Te.opens(str(link))
        assert again.ask(b"AT") == b"\r\nOK\r\n"
        again.close()


def test_a_second_modem_on_one_link_is_refused_in_one_line(tmp_path: Path) -> None:
    link = tmp_path / "link"
    with Program("modem", "--pty", str(link)):
        second = run("modem", "--pty", str(link))
        assert (second.returncode, second.stdout) == (3, "")
        assert second.stderr == (
            f"modemtwin modem: another modem is running behind {link}; stop it, or give this one a link of its own: "
            "--pty LINK\n"
        )
        te = Te.opens(str(link))
        assert te.ask(b"AT") == b"AT\r\r\nOK\r\n"
        te.close()


def test_the_link_of_a_modem_that_was_killed_is_taken_over(tmp_path: Path) -> None:
    link = tmp_path / "link"
    with Program("modem", "--pty", str(link)) as modem:
        modem.stop(signal.SIGKILL)
    assert link.is_symlink()
    with Program("modem", "--pty", str(link)) as modem:
        te = Te.opens(str(link))
        assert te.ask(b"AT") == b"AT\r\r\nOK\r\n"
        te.close()


def test_without_a_port_the_link_stands_where_the_help_says(tmp_path: Path) -> None:
    with Program("modem", XDG_RUNTIME_DIR=str(tmp_path)) as modem:
        assert modem.ready == f"ready pty {tmp_path / 'modemtwin'}\n"


def test_on_tcp_the_ready_line_names_the_port_and_a_second_te_is_told_why_it_must_wait() -> None:
    with Program("modem", "--tcp", "127.0.0.1:0", "-v") as modem:
        match = re.fullmatch(r"ready tcp 127\.0\.0\.1:(\d+)\n", modem.ready)
        assert match
        where = ("127.0.0.1", int(match[1]))
        with socket.create_connection(where) as first:
            te = Te(first.fileno())
            assert te.ask(b"AT") == b"AT\r\r\nOK\r\n"
            with socket.create_connection(where) as second:
                who = "{}:{}".format(*first.getsockname())
                told = Te(second.fileno()).hear(b"\r\n")
                assert told == f"modemtwin: this modem serves one TE at a time, and {who} is connected\r\n".encode()
            assert te.ask(b"ATE0") == b"ATE0\r\r\nOK\r\n"
        status, took, out, errors = modem.stop(signal.SIGINT)
        assert (status, out) == (0, "")
        assert took < 1
        assert f"{who} is connected" in errors


def test_by_rfc_2217_the_ready_line_names_the_port_and_requests_are_acknowledged() -> None:
    with Program("modem", "--rfc2217", "127.0.0.1:0") as modem:
        kind, _, where = modem.ready.removeprefix("ready ").strip().partition(" ")
        host, _, port = where.rpartition(":")
        assert kind == "rfc2217"
        with socket.create_connection((host, int(port)), 5) as client:
            client.sendall(bytes.fromhex("fffb2c fffa2c0100002580fff0") + b"AT\r")
            heard = b""
            while not heard.endswith(b"OK\r\n"):
                heard += client.recv(4096)
        assert heard == bytes.fromhex("fffd2c fffa2c6b30fff0 fffa2c6500002580fff0") + b"AT\r\r\nOK\r\n"
        status, _, out, errors = modem.stop()
        assert (status, out, errors) == (0, "", "")


def test_a_tcp_port_in_use_is_one_line_and_status_3() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        where = "{}:{}".format(*other.getsockname())
        done = run("modem", "--tcp", where)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"modemtwin modem: TCP {where} cannot be had: Address already in use\n"


def test_on_a_serial_port_the_modem_answers_until_the_port_vanishes() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    device = os.ttyname(slave)
    with Program("modem", "--serial", f"{device}@9600") as modem:
        assert modem.ready == f"ready serial {device}\n"
        assert Te(master).ask(b"AT") == b"AT\r\r\nOK\r\n"
        os.close(slave)
        os.close(master)
        status, took, out, errors = modem.wait()
        assert (status, out) == (1, "")
        assert re.fullmatch(rf"modemtwin modem: {device} is gone \(.*\); was it unplugged\?\n", errors)
        assert took < 1


def test_a_serial_port_that_is_not_there_is_one_line_and_status_3() -> None:
    done = run("modem", "--serial", "/dev/ttyNONE")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("modemtwin modem: /dev/ttyNONE: there is no such device; ")
    assert done.stderr.count("\n") == 1


def test_a_script_on_standard_input_is_answered_to_its_last_line_though_that_takes_a_while() -> None:
    done = run("modem", "--stdio", "--set", "cell.registration_delay=0.4", stdin="ATE0\nATI\nAT+CGATT=1\n")
    assert (done.returncode, done.stderr) == (0, "ready stdio\n")
    assert done.stdout == "ATE0\n\nOK\n\nSIM7000G R1529\n\nOK\n\nOK\n"


def test_the_log_shows_why_a_command_is_refused_and_no_password() -> None:
    script = 'AT+CCOAPACTION\nAT+CNCFG=9,"apn","user","tomato"\nAT+CPIN=9876\n'
    done = run("modem", "--stdio", "-v", stdin=script)
    assert done.returncode == 0
    assert re.search(r"^\d\d:\d\d:\d\d\.\d{3} AT\+CCOAPACTION  ->  ERROR \d+: \w.*$", done.stderr, re.MULTILINE)
    assert "tomato" not in done.stderr
    assert "9876" not in done.stderr


def test_a_log_that_nobody_reads_does_not_stop_the_modem() -> None:
    with Program("modem", "--tcp", "127.0.0.1:0", "-v") as modem:
        host, port = modem.ready.split()[-1].rsplit(":", 1)
        with socket.create_connection((host, int(port))) as connection:
            te = Te(connection.fileno())
            for _ in range(300):  # of 500 bytes and more each, twice what the pipe takes
                te.ask(b"AT" + b"X" * 500, end=b"\r\nERROR\r\n")
            assert te.ask(b"AT") == b"AT\r\r\nOK\r\n"
            assert modem.process.stderr is not None
            read = os.read(modem.process.stderr.fileno(), 1 << 17)
            te.ask(b"AT+NONE", end=b"\r\nERROR\r\n")
            status, _, _, errors = modem.stop()
    assert status == 0
    written = (read.decode() + errors).splitlines()
    (missing,) = (int(line.split()[1]) for line in written if line.endswith("missing here: nobody was reading"))
    assert len([line for line in written if "AT" + "X" * 500 in line]) + missing == 300
    assert "AT+NONE  ->  ERROR 601" in written[-1] or "AT+NONE  ->  ERROR 601" in written[-2]


def test_the_journal_replays_and_keeps_passwords_out(tmp_path: Path) -> None:
    from modemtwin.world.journal.replay import replay

    journal = tmp_path / "journal"
    script = 'AT+CNCFG=1,"apn","user","tomato"\nAT+CCOAPINIT\nAT+CCOAPACTION\n'
    done = run("modem", "--stdio", "--seed", "7", "--journal", str(journal), stdin=script)
    assert done.returncode == 0
    text = journal.read_text()
    assert "tomato" not in text
    assert replay(text) is None


def test_a_refused_second_modem_leaves_the_journal_of_the_first_alone(tmp_path: Path) -> None:
    link, journal = tmp_path / "link", tmp_path / "journal"
    with Program("modem", "--pty", str(link), "--journal", str(journal)) as modem:
        te = Te.opens(str(link))
        te.ask(b"ATI")
        te.close()
        assert run("modem", "--pty", str(link), "--journal", str(journal)).returncode == 3
        modem.stop()
    assert "ATI" in journal.read_text()


def test_what_a_module_keeps_survives_in_the_state_file(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    assert run("modem", "--stdio", "--state", str(state), stdin='AT+CGDCONT=1,"IP","kept"\n').returncode == 0
    assert json.loads(state.read_text())
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    done = run("modem", "--stdio", "--state", str(state), stdin="AT+CGDCONT?\n")
    assert '"kept"' in done.stdout


def test_a_broken_state_file_is_one_line_and_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{broken")
    done = run("modem", "--pty", str(tmp_path / "link"), "--state", str(state))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"modemtwin modem: state file {state} is not JSON")
    assert done.stderr.count("\n") == 1
    assert state.read_text() == "{broken"
    assert list(tmp_path.iterdir()) == [state]


def test_a_journal_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    done = run("modem", "--stdio", "--journal", str(tmp_path / "nowhere" / "journal"), stdin="")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"modemtwin modem: journal {tmp_path / 'nowhere' / 'journal'} cannot be written: "
        f"there is no folder {tmp_path / 'nowhere'}\n"
    )


def test_a_file_in_two_roles_is_refused_and_left_alone(tmp_path: Path) -> None:
    scenario, link = tmp_path / "village.toml", tmp_path / "link.toml"
    scenario.write_text("[cell]\nsignal = 5\n")
    link.symlink_to(scenario)
    done = run("modem", "--stdio", "--scenario", str(scenario), "--journal", str(link))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"modemtwin modem: {link} cannot be the scenario and the journal at once: name another file for one\n"
    )
    assert scenario.read_text() == "[cell]\nsignal = 5\n"


def test_the_state_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "package.json"
    other.write_text('{"name": "other"}')
    done = run("modem", "--stdio", "--state", str(other), stdin="AT&W\n")
    assert (done.returncode, done.stdout, other.read_text()) == (1, "", '{"name": "other"}')
    assert "is not one of modemtwin; it is left alone" in done.stderr


def test_a_fixed_coap_port_that_is_taken_is_one_line_and_status_3() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", 0))
        port = other.getsockname()[1]
        done = run("modem", "--stdio", "--coap-port", str(port))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"modemtwin modem: UDP port {port} cannot be had: Address already in use\n"


def test_a_scenario_without_end_is_refused_and_one_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    done = run("modem", "--stdio", "--scenario", "/dev/zero")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "modemtwin modem: /dev/zero: it is longer than 1024 KiB, so it is taken for something else\n"
    )
    scenario = tmp_path / "windows.toml"
    scenario.write_bytes(b"\xef\xbb\xbf[card]\r\npresent = false\r\n")
    done = run("modem", "--stdio", "--scenario", str(scenario), stdin="AT+CMEE=1\nAT+CPIN?\n")
    assert "+CME ERROR: 10" in done.stdout


def test_standard_input_that_is_closed_is_one_line() -> None:
    words = [sys.executable, "-m", "modemtwin", "modem", "--stdio"]
    done = subprocess.run(["sh", "-c", '"$@" <&-', "sh", *words], capture_output=True, text=True, env=environment())
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "modemtwin modem: standard input is closed\n"


def test_pwrkey_wakes_a_modem_that_switched_itself_off(tmp_path: Path) -> None:
    link = tmp_path / "link"
    with Program("modem", "--pty", str(link), "--set", "profile.boot-time=0") as modem:
        te = Te.opens(str(link))
        te.ask(b"AT+CPOWD=1", b"NORMAL POWER DOWN\r\n")
        modem.process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + 10
        os.set_blocking(te.descriptor, False)
        heard = b""
        while b"OK" not in heard and time.monotonic() < deadline:
            os.write(te.descriptor, b"AT\r")
            time.sleep(0.02)  # what is typed before the signal is handled is lost, as at a module that is off
            try:
                heard += os.read(te.descriptor, 4096)
            except BlockingIOError:
                continue
        assert b"AT\r\r\nOK\r\n" in heard
        te.close()


def test_a_modem_started_in_the_background_of_a_script_stops_too(tmp_path: Path) -> None:
    # sh starts background commands with SIGINT ignored.
    script = (
        f'"{sys.executable}" -m modemtwin modem --pty "$1" > "$2" & pid=$!\n'
        'until grep -q ready "$2"; do sleep 0.05; done\n'
        'kill -INT $pid; wait $pid; echo "status $?"\n'
    )
    (tmp_path / "out").touch()
    done = subprocess.run(
        ["sh", "-c", script, "sh", str(tmp_path / "link"), str(tmp_path / "out")],
        capture_output=True, text=True, timeout=30, env=environment(),
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("status 0\n", "")


def test_a_person_at_a_terminal_types_and_leaves_with_ctrl_c() -> None:
    master, slave = os.openpty()
    before = termios.tcgetattr(slave)
    modem = subprocess.Popen(
        [sys.executable, "-m", "modemtwin", "modem", "--stdio"],
        stdin=slave, stdout=slave, stderr=slave, env=environment(), start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    te = Te(master)
    try:
        assert te.hear(b"\n") == b"ready stdio\r\n"
        assert te.ask(b"ATE0", b"OK\r\r\n") == b"ATE0\r\r\r\nOK\r\r\n"  # the terminal adds a CR to each LF
        assert te.ask(b"ATI", b"OK\r\r\n") == b"\r\r\nSIM7000G R1529\r\r\n\r\r\nOK\r\r\n"
        os.write(master, b"\x03")
        assert modem.wait(timeout=10) == 0
        assert termios.tcgetattr(slave) == before
    finally:
        if modem.poll() is None:
            modem.kill()
            modem.wait()
        te.close()
        os.close(slave)


def test_pace_on_a_serial_port_is_one_line_and_status_2() -> None:
    done = run("modem", "--serial", "/dev/null", "--pace", "9600")
    assert (done.returncode, done.stderr) == (
        2,
        "modemtwin modem: a serial port has a pace of its own: leave --pace away\n",
    )


def test_with_a_pace_a_reply_takes_the_time_of_its_bits(tmp_path: Path) -> None:
    link = tmp_path / "sim7000"
    with Program("modem", "--pty", str(link), "--pace", "1200") as modem:
        te = Te.opens(str(link))
        begun = time.monotonic()
        assert te.ask(b"AT") == b"AT\r\r\nOK\r\n"
        assert time.monotonic() - begun >= (3 + 9) * 10 / 1200
        te.close()
        assert modem.stop()[0] == 0
