"""The examples of the verbs that talk to a module run as they stand, against a server and a modem of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemtwin.cli.main import VERBS, verb_help
from tests.end_to_end.program import Program, environment

_OTHERS = ("modem", "serve", "demo", "play", "conform", "reference")
_OF_JOURNALS = ("replay", "explain", "minimise", "cost", "capture")
_HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "howto" / "command-line.md"


def _of_the_help() -> list[str]:
    """The examples of every verb, as its help shows them."""
    texts = [verb_help(verb) for verb in VERBS if verb.name not in _OTHERS + _OF_JOURNALS]
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
    for name in (".local/share/bash-completion/completions", ".zfunc", "bin"):
        (folder / name).mkdir(parents=True)
    (folder / "picture.jpg").write_bytes(bytes(range(256)) * 8)
    (folder / "settings.json").write_text('{"unit": "C"}')
    (folder / "apn.password").write_text("secret\n")
    command = folder / "bin" / "modemtwin"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m modemtwin "$@"\n')
    command.chmod(0o755)
    with Program("serve", "--port", "0") as server, Program("modem", "--pty", str(folder / "port")):
        yield folder, server.ready.split()[2], str(folder / "port")


@pytest.mark.parametrize("example", _of_the_help() + _of_the_page())
def test_an_example_runs(example: str, place: tuple[Path, str, str]) -> None:
    folder, server, port = place
    line = example.replace("coap://127.0.0.1", f"coap://{server}").replace("/dev/ttyUSB2", port)
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
