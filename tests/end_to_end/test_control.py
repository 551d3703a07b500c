"""``modemtwin control`` as a person runs it, on a modem that is a process of its own."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

from modemtwin.cli.main import VERBS, verb_help
from tests.end_to_end.program import Program, Te, run


def test_a_fault_is_thrown_at_a_running_modem_and_the_log_says_so(tmp_path: Path) -> None:
    link, door = tmp_path / "sim7000", str(tmp_path / "control")
    with Program("modem", "--pty", str(link), "--control", door, "--journal", str(tmp_path / "j"), "-v") as modem:
        te = Te.opens(str(link))
        assert te.ask(b"ATE0").endswith(b"OK\r\n")
        done = run("control", door, "fault", "add", "do=busy", "commands=1")
        assert (done.returncode, done.stdout, done.stderr) == (0, "1  do=busy commands=1\n", "")
        assert te.ask(b"AT+CGMM", b"ERROR\r\n") == b"\r\nERROR\r\n"
        assert te.ask(b"AT") == b"\r\nOK\r\n"
        told = json.loads(run("control", door, "status", "--json").stdout)
        assert (told["kind"], told["words"], told["data"]["faults"]) == ("controlled", ["status"], 1)
        assert run("control", door, "card", "out").returncode == 0
        assert te.hear(b"NOT INSERTED\r\n")
        te.close()
        status, _, _, errors = modem.stop()
        assert status == 0
        assert 'fault "do=busy commands=1": the next command line is refused' in errors
    assert sorted(each.name for each in tmp_path.iterdir()) == ["j"]
    assert run("replay", str(tmp_path / "j")).returncode == 0


def test_the_examples_of_the_help_run(tmp_path: Path) -> None:
    verb = next(verb for verb in VERBS if verb.name == "control")
    examples = re.findall(r"^  modemtwin (control /tmp/sim7000\.control .*)$", verb_help(verb), re.MULTILINE)
    assert len(examples) >= 5
    door = str(tmp_path / "control")
    with Program("modem", "--pty", str(tmp_path / "p"), "--control", door):
        for example in examples:
            done = run(*example.replace("/tmp/sim7000.control", door).split())
            assert (done.returncode, done.stderr) == (0, ""), example


def test_mistakes_are_told_one_a_line_with_status_2(tmp_path: Path) -> None:
    door = str(tmp_path / "control")
    with Program("modem", "--pty", str(tmp_path / "p"), "--control", door):
        done = run("control", door, "fault", "add", "do=delay", "tipe=ACK", "nth=0")
        assert (done.returncode, done.stdout) == (2, "")
        assert [line.partition(";")[0] for line in done.stderr.splitlines()] == [
            "modemtwin control: fault.tipe: there is no such key",
            "modemtwin control: fault.nth: 0 is out of range",
            "modemtwin control: fault.by: it is missing",
        ]
        done = run("control", door, "statsu")
        assert (done.returncode, done.stderr) == (
            2,
            'modemtwin control: there is no verb "statsu"; did you mean "status"?\n',
        )
        done = run("modem", "--pty", str(tmp_path / "q"), "--control", door)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr == f"modemtwin modem: control socket {door} cannot be had: another modem listens to it\n"


def test_a_modem_that_was_killed_is_told_of_and_its_socket_taken_over(tmp_path: Path) -> None:
    door = str(tmp_path / "control")
    with Program("modem", "--pty", str(tmp_path / "p"), "--control", door) as modem:
        modem.stop(signal.SIGKILL)
    done = run("control", door, "status")
    assert (done.returncode, done.stderr) == (
        1,
        f"modemtwin control: nobody listens to {door}: the modem that made it has ended\n",
    )
    with Program("modem", "--pty", str(tmp_path / "q"), "--control", door):
        assert run("control", door, "status").stdout.startswith("profile      sim7000\n")


def test_the_faults_of_a_scenario_strike_and_its_mistakes_are_told_with_their_lines(tmp_path: Path) -> None:
    scenario = tmp_path / "s.toml"
    scenario.write_text('[[fault]]\ndo = "busy"\ndirection = "in"\ntext = "CGMM"\n')
    done = run("modem", "--stdio", "--scenario", str(scenario), stdin="ATE0\nAT+CGMM\n")
    assert done.stdout.splitlines()[-1] == "ERROR"
    scenario.write_text('[cell]\nsignal = 77\n\n[[fault]]\ndo = "drop"\n\n[[fault]]\ndo = "dorp"\n')
    done = run("modem", "--stdio", "--scenario", str(scenario), stdin="")
    assert done.returncode == 2
    assert [line.partition(";")[0] for line in done.stderr.splitlines()] == [
        "modemtwin modem: 2 mistakes:",
        f"  {scenario}: line 2: cell.signal: 77 is out of range",
        f'  {scenario}: line 8: fault[2].do: "dorp" is unknown',
    ]
