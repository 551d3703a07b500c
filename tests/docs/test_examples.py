"""The examples of every help page run as they stand, against a server and a modem of their own."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemtwin.cli.main import VERBS, verb_help
from tests.end_to_end.program import Program, environment, run

_LASTING = ("modem", "serve")
_ELSEWHERE = ("replay", "explain", "minimise", "cost", "capture", "control")
"""Verbs whose examples want a journal, or a modem with a control socket: they run beside the tests of these."""

_HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "howto" / "command-line.md"


def _of_the_help(*, lasting: bool) -> list[str]:
    """The examples of every verb, as its help shows them; ``lasting``: of those that run until they are stopped."""
    verbs = [verb for verb in VERBS if verb.name not in _ELSEWHERE and (verb.name in _LASTING) == lasting]
    texts = [verb_help(verb) for verb in verbs]
    pages = [re.findall(r"^examples:\n((?:  .*\n)+)", text, re.MULTILINE) for text in texts]
    assert [len(page) for page in pages] == [1] * len(texts), "a verb without examples"
    return [line.strip() for (page,) in pages for line in page.splitlines()]


def _of_the_page() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", _HOW_TO.read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    """A folder with what the examples name, a server, and a module on a port."""
    folder = tmp_path_factory.mktemp("examples")
    for name in (".local/share/bash-completion/completions", ".zfunc", "bin", "docs/reference"):
        (folder / name).mkdir(parents=True)
    (folder / "picture.jpg").write_bytes(bytes(range(256)) * 8)
    (folder / "settings.json").write_text('{"unit": "C"}')
    (folder / "apn.password").write_text("secret\n")
    (folder / "session.at").write_text("> AT\n< OK\n")
    (folder / "village.toml").write_text("[cell]\nsignal = 12\n")
    (folder / "lost.script").write_text("expect CON GET /time as first\nsend ACK empty first.mid\n")
    assert run("conform", "--save", str(folder / "mine.toml")).returncode == 0
    command = folder / "bin" / "modemtwin"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m modemtwin "$@"\n')
    command.chmod(0o755)
    with Program("serve", "--port", "0") as server, Program("modem", "--pty", str(folder / "port")):
        yield folder, server.ready.split()[2], str(folder / "port")


@pytest.mark.parametrize("example", _of_the_help(lasting=False) + _of_the_page())
def test_an_example_runs(example: str, place: tuple[Path, str, str]) -> None:
    folder, server, port = place
    for ours in ("127.0.0.1", "203.0.113.7"):
        example = example.replace(f"coap://{ours}", f"coap://{server}")
    line = example.replace("/dev/ttyUSB2", port)
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=environment(PATH=path, HOME=str(folder)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("example", _of_the_help(lasting=True))
def test_an_example_runs_until_it_is_stopped(example: str, place: tuple[Path, str, str], tmp_path: Path) -> None:
    folder, _, port = place
    line = example.partition(" | ")[0].replace("/tmp/sim7000", str(tmp_path / "sim"))
    line = line.replace(":2217", ":0").replace("192.0.2.7", "127.0.0.1")
    if "--serial" in line:
        line = f"modemtwin modem --serial {port} --profile sim7080"  # the end of another modem's line
    if "serve" in line:
        line = line.replace("--port 0", "") + " --port 0"
    words = [str(folder / word) if word == "lost.script" else word for word in shlex.split(line)]
    if "--stdio" in words:  # standard input ends at once, and so does it
        done = run(*words[1:])
        assert (done.returncode, done.stderr.splitlines()[0][-11:]) == (0, "ready stdio")
        return
    with Program(*words[1:], cwd=tmp_path) as program:
        assert "ready" in program.ready
        status, _, _, errors = program.stop()
    unheard = 1 if "--script" in words else 0  # nobody has said what the script expects
    assert (status, "Traceback" in errors) == (unheard, False)
