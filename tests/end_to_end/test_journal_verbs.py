"""replay, explain, minimise, cost and capture: a journal that a modem wrote, in the hands of a person."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from modemtwin.cli.main import VERBS, verb_help
from tests.end_to_end.program import Program, environment, run
from tests.unit.capture.blocks import packets
from tests.unit.world.far_end import FarEnd

VERBS_OF_JOURNALS = ("replay", "explain", "minimise", "cost", "capture")


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A conversation with two lost datagrams and a command that is refused."""
    far_end = FarEnd(lost=[1, 3])
    far_end.ask('code,1,uri-path,0,"time"')
    far_end.type("AT+CCOAPREAD=1\rAT+CCOAPREAD=1\rAT+CCOAPREAD=2\r")
    file = tmp_path_factory.mktemp("journals") / "day.journal"
    file.write_text(far_end.written)
    return file


@pytest.fixture
def folder(journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the journals that the examples of the help name."""
    for name in ("day", "con", "non"):
        (tmp_path / f"{name}.journal").write_text(journal.read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_replay_that_agrees_says_so(journal: Path) -> None:
    done = run("replay", str(journal))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{journal}: 15 entries, all as recorded\n", "")


def test_a_replay_shows_the_first_difference_below_what_leads_to_it(journal: Path) -> None:
    changed = journal.read_text().replace("+CCOAPACTION: 0,1", "+CCOAPACTION: 0,2")
    done = run("replay", "-", stdin=changed)
    assert done.returncode == 1
    first, *_, stimulus, minus, plus, last = done.stdout.splitlines()
    assert first == "standard input:12: parts at entry 11, 2.000000 s in"
    assert stimulus == '     11   {"UartRx": {"data": "AT+CCOAPACTION\\r"}}'
    assert minus == '          - {"UartTx": {"data": "\\r\\n+CCOAPACTION: 0,2\\r\\n\\r\\nOK\\r\\n"}}'
    assert plus == '          + {"UartTx": {"data": "\\r\\n+CCOAPACTION: 0,1\\r\\n\\r\\nOK\\r\\n"}}'
    assert last.endswith("10 entries before it are the same")


def test_a_replay_for_programs(journal: Path) -> None:
    changed = journal.read_text().replace("+CCOAPACTION: 0,1", "+CCOAPACTION: 0,2")
    done = run("replay", "-", "--json", stdin=changed)
    told = json.loads(done.stdout)
    assert (done.returncode, told["agrees"], told["entries"]) == (1, False, 15)
    assert (told["parting"]["entry"], told["parting"]["line"], told["parting"]["now"]) == (11, 12, 2_000_000)
    assert json.loads(run("replay", str(journal), "--json").stdout)["parting"] is None


def test_a_replay_writes_what_the_modem_does_now(journal: Path, tmp_path: Path) -> None:
    changed = journal.read_text().replace("+CCOAPACTION: 0,1", "+CCOAPACTION: 0,2")
    run("replay", "-", "--pcap", str(tmp_path / "now.pcapng"), stdin=changed)
    told = packets((tmp_path / "now.pcapng").read_bytes())
    assert b"\r\n+CCOAPACTION: 0,1\r\n\r\nOK\r\n" in [packet.data for packet in told]
    assert run("replay", str(journal), "--pcap", "/nowhere/x").stderr == (
        "modemtwin replay: /nowhere/x cannot be written: No such file or directory\n"
    )


def test_explain_lists_the_messages_and_tells_one(journal: Path) -> None:
    assert run("explain", str(journal)).stdout == "       2.000 s       1  CON GET /time, mid 1  → answered 2.05\n"
    done = run("explain", str(journal), "1", COLUMNS="200")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "mid 1: CON GET /time, mid 1"
    assert "  At 4.844 s there was no answer in 2.844 s: it was sent again (1 of 4)." in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1] == "  In the end: answered 2.05."


def test_explain_for_programs(journal: Path) -> None:
    (line,) = run("explain", str(journal), "1", "--json").stdout.splitlines()
    told = json.loads(line)
    assert (told["mid"], told["ours"], told["peer"], told["at"]) == (1, True, "198.51.100.9:5683", 2.0)
    assert told["steps"][4]["sentence"].startswith("At 2.000 s the modem sent CON GET /time, mid 1; 9 bytes")


def test_explain_says_which_messages_there_are(journal: Path) -> None:
    done = run("explain", str(journal), "7")
    assert (done.returncode, done.stderr) == (1, "modemtwin explain: no message has mid 7; there are: 1\n")


def test_minimise_leaves_a_journal_that_replays(journal: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.journal"
    done = run("minimise", str(journal), "--fails", "no packet with mid 2", "--out", str(small))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(rf"{journal}: 3 of 1\d stimuli are enough, found in \d+ runs\n", done.stdout)
    assert len(small.read_text().splitlines()) == 4
    assert run("replay", str(small)).stdout == f"{small}: 3 entries, all as recorded\n"


def test_minimise_writes_to_standard_output_and_says_the_rest_beside_it(journal: Path) -> None:
    done = run("minimise", str(journal), "--regex", "--fails", r"CCOAPRECV: \d+,33")
    assert json.loads(done.stdout.splitlines()[0])["modemtwin"] == "journal"
    assert "stimuli are enough" in done.stderr


def test_minimise_says_when_there_is_nothing_to_cut_down(journal: Path) -> None:
    done = run("minimise", str(journal), "--fails", "nonsense")
    assert done.returncode == 1
    assert done.stderr == (
        f"modemtwin minimise: {journal}: played again, nothing that comes out of it says 'nonsense'\n"
    )


def test_costs_stand_side_by_side(journal: Path) -> None:
    done = run("cost", str(journal), str(journal), "--preset", "nb-iot-deep", "--reports-per-day", "4")
    first, _, names, *rows = done.stdout.splitlines()
    assert first == "NB-IoT in a cellar, coverage level 2; psm between reports"
    assert names.split() == [str(journal)] * 2
    assert [re.split(r" {2,}", row)[0] for row in rows][-2:] == ["an exchange: energy", "a day with 4 reports"]
    assert [re.split(r" {2,}", row)[1:] for row in rows if row.startswith("datagrams")] == [["3, 1"] * 2]


def test_costs_for_programs(journal: Path) -> None:
    told = json.loads(run("cost", str(journal), "--json").stdout)
    assert (told["out"]["datagrams"], told["out"]["coap"], told["out"]["ip"]) == (3, 27, 111)
    assert [day["reports"] for day in told["days"]] == [1, 24]
    assert told["messages"][0]["what"] == "CON GET /time, mid 1"


def test_a_journal_becomes_a_capture(journal: Path, tmp_path: Path) -> None:
    file = tmp_path / "day.pcapng"
    assert run("capture", str(journal), str(file)).returncode == 0
    told = packets(file.read_bytes())
    assert [packet.interface for packet in told].count("bearer") == 4
    assert [packet.comments for packet in told if packet.data == b"\r\nERROR\r\n"] == [
        (
            "AT+CCOAPREAD=2: error 765: there is no packet with mid 2 in the receive queue: AT+CCOAPACTION=4 tells "
            "what is there",
        )
    ]


def test_a_running_modem_writes_a_capture(tmp_path: Path) -> None:
    import socket

    file = tmp_path / "live.pcapng"
    with Program("modem", "--tcp", "127.0.0.1:0", "--pcap", str(file)) as modem:
        port = int(modem.ready.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as te:
            te.sendall(b"ATE0\rAT+CCOAPREAD=1\r")
            heard = b""
            while b"ERROR" not in heard:
                heard += te.recv(1000)
        told = packets(file.read_bytes())
        assert modem.stop()[0] == 0
    assert [packet.data for packet in told][-2:] == [b"\r\nOK\r\n", b"\r\nERROR\r\n"]
    assert told[-1].comments[0].startswith("AT+CCOAPREAD=1: error 3: there is no CoAP object")
    assert told[-1].now > 1_700_000_000_000_000, "times are those of the wall clock"


SPOILT = [
    ("", "it is empty; a journal begins with a header"),
    ('{"modemtwin": "jou', "line 1 ends in the middle, or this is not a journal of modemtwin"),
    ("hello\n", "line 1: this is not JSON: Expecting value"),
    ("{}\n", "line 1: there is no header; this is not a journal of modemtwin"),
    (b"\x0a\x0d\xff\xfe".decode("latin-1"), "it is not UTF-8 text: "),
]


@pytest.mark.parametrize("verb", VERBS_OF_JOURNALS)
@pytest.mark.parametrize(("text", "why"), SPOILT)
def test_what_is_no_journal_is_told_in_one_line(verb: str, text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "spoilt"
    file.write_bytes(text.encode("latin-1"))
    done = run(*_words(verb, file))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"modemtwin {verb}: {file}: {why}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("verb", VERBS_OF_JOURNALS)
def test_a_journal_of_another_version_is_told(verb: str, journal: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.journal"
    other.write_text(journal.read_text().replace('"version": 1', '"version": 2'))
    done = run(*_words(verb, other))
    assert (done.returncode, done.stderr) == (
        2,
        f"modemtwin {verb}: {other}: line 1: the journal is of version 2; this program reads version 1\n",
    )


@pytest.mark.parametrize("verb", VERBS_OF_JOURNALS)
def test_half_a_line_at_the_end_is_told_and_left_out(verb: str, journal: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.journal"
    half.write_text(journal.read_text()[:-9])
    done = run(*_words(verb, half))
    assert done.returncode == (1 if verb == "minimise" else 0)
    assert done.stderr.splitlines()[0] == (f"modemtwin {verb}: {half}: line 16 ends in the middle and is left out")


@pytest.mark.parametrize("verb", VERBS_OF_JOURNALS)
def test_a_time_that_goes_backwards_is_told_with_its_line(verb: str, journal: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.journal"
    spoilt.write_text(journal.read_text().replace('"now": 1490000', '"now": 1490'))
    done = run(*_words(verb, spoilt))
    assert done.returncode == 2
    assert f"{spoilt}: line 8: its time, 1490, is before that of the line above, 1000000\n" in done.stderr


@pytest.mark.parametrize("verb", VERBS_OF_JOURNALS)
def test_a_file_that_is_not_there_is_told(verb: str, tmp_path: Path) -> None:
    done = run(*_words(verb, tmp_path / "nowhere"))
    assert (done.returncode, done.stderr) == (
        2,
        f"modemtwin {verb}: {tmp_path}/nowhere cannot be read: No such file or directory\n",
    )


def test_a_journal_without_its_beginning_is_no_run_to_play_again(journal: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.journal"
    cut.write_text(journal.read_text().replace('"lost": 0', '"lost": 3'))
    for verb in ("replay", "minimise"):
        done = run(*_words(verb, cut))
        why = "the first 3 entries of this journal are lost; it takes a whole one"
        assert (done.returncode, done.stderr) == (2, f"modemtwin {verb}: {cut}: {why}\n")
    assert run("explain", str(cut)).returncode == 0
    assert "are lost and not counted" in run("cost", str(cut)).stderr


def test_a_replay_whose_capture_is_standard_output_reports_beside_it(journal: Path) -> None:
    command = [sys.executable, "-m", "modemtwin", "replay", str(journal), "--pcap", "-"]
    done = subprocess.run(command, capture_output=True, env=environment(), timeout=20)
    assert len(packets(done.stdout)) > 5
    assert done.stderr.endswith(b"all as recorded\n")


def test_a_modem_whose_capture_is_standard_output_is_ready_beside_it() -> None:
    command = [sys.executable, "-m", "modemtwin", "modem", "--tcp", "127.0.0.1:0", "--pcap", "/dev/stdout"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as modem:
        assert modem.stderr is not None
        assert modem.stderr.readline().startswith(b"ready tcp 127.0.0.1:")
        modem.send_signal(signal.SIGTERM)
        told, _ = modem.communicate(timeout=20)
    assert packets(told) == []


def test_standard_output_cannot_be_the_uart_and_the_capture() -> None:
    done = run("modem", "--stdio", "--pcap", "-")
    assert (done.returncode, done.stderr.startswith("modemtwin modem: --stdio is the UART, and --pcap ")) == (2, True)


def test_a_capture_does_not_overwrite_its_journal(journal: Path) -> None:
    before = journal.read_text()
    for words in (["capture", str(journal), str(journal)], ["replay", str(journal), "--pcap", str(journal)]):
        done = run(*words)
        assert (done.returncode, done.stderr.endswith("is the journal itself: name another file\n")) == (2, True)
        assert journal.read_text() == before


def test_an_address_that_no_packet_can_have_is_told_with_its_entry(journal: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.journal"
    spoilt.write_text(journal.read_text().replace('"198.51.100.9", 5683', '"server", 5683'))
    done = run("capture", str(spoilt), str(tmp_path / "x"))
    assert done.returncode == 2
    assert "entry 11 cannot be a packet: 'server' does not appear to be an IPv4 or IPv6 address" in done.stderr


def _words(verb: str, file: Path) -> list[str]:
    rest = {"minimise": ["--fails", "no packet with mid 2"], "capture": [str(file.parent / "out.pcapng")]}
    return [verb, str(file), *rest.get(verb, [])]


def _examples() -> list[str]:
    found = []
    for verb in VERBS:
        if verb.name in VERBS_OF_JOURNALS:
            lines = [line.strip() for line in verb_help(verb).splitlines()]
            found += [line for line in lines if line.startswith(f"modemtwin {verb.name} ") and "journal" in line]
    return found


@pytest.mark.parametrize("example", _examples())
def test_an_example_of_the_help_runs(example: str, folder: Path) -> None:
    words = shlex.split(example.partition(" | ")[0])
    words = [word if word != "-" else "out.pcapng" for word in words]
    done = run(*words[1:])
    wanted = "+CCOAPACTION: 2" in example or "full" in example  # it does not fail in this way
    assert done.returncode == (1 if wanted else 0), done.stderr
