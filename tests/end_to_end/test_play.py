"""Transcripts from the command line, against a fresh modem and against a port."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.program import Program, run

AGREES = "> AT+CSQ\n< +CSQ: 27,99\n< OK\n"
PARTS = "# a place with less signal\n> AT+CSQ\n< +CSQ: 5,99\n< OK\n"


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return tmp_path / "session.at"


def test_a_session_that_agrees_is_as_written(session: Path) -> None:
    session.write_text(AGREES)
    done = run("play", str(session))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{session}: as written\n", "")


def test_a_session_that_parts_is_shown_where_it_does(session: Path) -> None:
    session.write_text(PARTS)
    done = run("play", str(session))
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"{session}:3",
        "     2   > AT+CSQ",
        "     3   < +CSQ: 5,99",
        "       - '+CSQ: 5,99'",
        "       + '+CSQ: 27,99'",
        f"{session}: parts in 1 place",
    ]


def test_a_transcript_that_ships_is_played_by_its_name() -> None:
    done = run("play", "coap-an/5-coap-examples")
    assert (done.returncode, done.stdout) == (0, "coap-an/5-coap-examples: as written\n")


def test_standard_input_is_played_too() -> None:
    assert run("play", "-", "--quiet", stdin=AGREES).returncode == 0


def test_a_session_is_played_on_a_port(session: Path) -> None:
    session.write_text(AGREES)
    with Program("modem", "--tcp", "127.0.0.1:0", "--set", "cell.registration-delay=0") as modem:
        address = modem.ready.split()[2]
        done = run("play", str(session), "--port", f"socket://{address}")
        assert (done.returncode, done.stdout) == (0, f"{session}: as written\n")
        session.write_text(PARTS)
        assert run("play", str(session), "--port", f"socket://{address}", "--patience", "1").returncode == 1


def test_a_session_is_played_on_a_pty(session: Path, tmp_path: Path) -> None:
    session.write_text(AGREES + "! cell signal=5\n")
    with Program("modem", "--pty", str(tmp_path / "sim"), "--set", "cell.registration-delay=0"):
        done = run("play", str(session), "--port", str(tmp_path / "sim"))
    assert (done.returncode, done.stdout) == (0, f"{session}: as written\n")
    assert done.stderr == ("1 line is about datagrams, time or set-up and cannot be seen from a port; it is line 4\n")


@pytest.mark.parametrize("port", ["twin://sim7000?set=cell.signal=27", "{folder}/s*m", "rfc2217://{rfc2217}"])
def test_every_kind_of_port_takes_a_session(port: str, session: Path, tmp_path: Path) -> None:
    session.write_text(AGREES)
    quick = ("--set", "cell.registration-delay=0")
    with (
        Program("modem", "--pty", str(tmp_path / "sim"), *quick),
        Program("modem", "--rfc2217", "127.0.0.1:0", *quick) as lined,
    ):
        place = port.format(folder=tmp_path, rfc2217=lined.ready.split()[2])
        done = run("play", str(session), "--port", place)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{session}: as written\n", "")


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("play",), 2, "FILE"),
        (("play", "nowhere.at"), 2, "nowhere.at cannot be read: No such file or directory"),
        (("play", "coap-an/5-coap-example"), 2, "did you mean coap-an/5-coap-examples"),
        (("play", "session.at", "--prot", "x"), 2, "did you mean --port?"),
        (("play", "session.at", "--port", "http://x"), 2, "is no port"),
        (("play", "session.at", "--port", "127.0.0.1:5"), 2, "did you mean socket://127.0.0.1:5?"),
        (("play", "session.at", "--port", "/dev/ttyUSB2@9600"), 2, "did you mean /dev/ttyUSB2, and the baud rate 9600"),
        (("play", "session.at", "--patience", "0"), 2, "whole number from 1 to 600"),
        (("play", "coap-an/5-coap-examples", "--port", "/dev/nowhere"), 3, "/dev/nowhere: there is no such device"),
        (
            ("play", "coap-an/5-coap-examples", "--port", "socket://127.0.0.1:1"),
            3,
            "socket://127.0.0.1:1: nobody listens there",
        ),
    ],
)
def test_a_mistake_is_one_line(words: tuple[str, ...], status: int, says: str) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (status, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_session_that_was_copied_with_the_margin_of_a_page_is_played(session: Path) -> None:
    session.write_text("".join(f"    {line}\n" for line in AGREES.splitlines()))
    assert run("play", str(session)).returncode == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "there is nothing to play in it"),
        (b"# only words\n", "there is nothing to play in it"),
        (b"> AT\n< \xff\n", "it is not UTF-8 text: invalid start byte at byte 7"),
        (b"\0" * 2_000_000, "it is longer than 1024 KiB, so it is taken for something else"),
    ],
)
def test_a_file_that_is_no_session_is_refused_in_one_line(session: Path, content: bytes, says: str) -> None:
    session.write_bytes(content)
    done = run("play", str(session))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"modemtwin play: {session}: {says}\n"


def test_of_a_file_full_of_other_text_ten_lines_are_shown(session: Path) -> None:
    session.write_text("signal = 5\n" * 30)
    done = run("play", str(session))
    *shown, last = done.stderr.splitlines()
    assert (done.returncode, len(shown)) == (2, 10)
    assert last == "modemtwin play: and 20 lines more; is it a transcript?"


def test_every_line_that_is_none_is_told(session: Path) -> None:
    session.write_text("AT\n> AT\n? OK\n")
    done = run("play", str(session))
    assert done.returncode == 2
    assert [line.split(": ")[2] for line in done.stderr.splitlines()] == ["line 1", "line 3"]
