"""What becomes of standard input, output and error when they are pipes, full, or closed."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tests.end_to_end.program import environment, run


def test_what_is_piped_is_whole_whatever_ends_the_process() -> None:
    for words in (("--help",), ("--version",), ("get", "--help"), ("completion", "tcsh"), ("at", "AT+CSQ", "--json")):
        done = run(*words)
        assert (done.returncode, done.stdout[-1:], done.stderr.count("\n") < 2) == (0, "\n", True)


def test_a_slow_reader_gets_everything() -> None:
    ours, theirs = os.pipe()
    words = [sys.executable, "-m", "modemtwin", "completion", "zsh"]
    with subprocess.Popen(words, stdout=theirs, env=environment()) as process:
        os.close(theirs)
        said = b""
        while data := os.read(ours, 512):
            said += data
            time.sleep(0.002)
    os.close(ours)
    assert (process.returncode, said.decode()) == (0, run("completion", "zsh").stdout)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full disk at hand")
@pytest.mark.parametrize("words", [("--help",), ("get", "--help"), ("at", "AT+CSQ"), ("conform", "-q"), ("demo",)])
def test_a_full_disk_is_one_line_and_a_failure(words: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "modemtwin", *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environment(), timeout=20)
    assert (done.returncode, done.stderr) == (
        1,
        b"modemtwin: the output cannot be written: No space left on device\n",
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ["--help", "at AT+CSQ", "demo", "conform -q"])
def test_streams_that_are_closed_do_no_harm(words: str, closed: str) -> None:
    line = f'exec "{sys.executable}" -m modemtwin {words} {closed}'
    done = subprocess.run(["sh", "-c", line], capture_output=True, env=environment(), timeout=20)
    assert done.returncode == 0
    assert b"modemtwin:" not in done.stderr
