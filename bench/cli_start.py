"""How long a person waits for an answer in the shell: start, a virtual modem of its own, one exchange, the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial

from bench.figures import Figure, in_turn, share
from bench.peers import SOURCES, child

ROUNDS = 9
_LONGEST = 350.0
"""Milliseconds that a person may wait for a ``get`` that has nothing to wait for."""


def run(effort: float = 1.0) -> list[Figure]:
    """Measure milliseconds from start to end, beside a Python that does nothing and beside aiocoap's client."""
    serve = [sys.executable, "-m", "modemtwin", "serve", "--port", "0"]
    with tempfile.TemporaryDirectory() as folder, child(serve) as process:
        assert process.stdout is not None
        url = f"coap://{process.stdout.readline().split()[2]}/test"
        # As installed: with its byte code at hand, which a tree that is only read does not have.
        cached = {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        kept = {**os.environ, "PYTHONPATH": str(SOURCES), **cached}
        program = [sys.executable, "-m", "modemtwin"]
        commands = [
            [sys.executable, "-c", "pass"],
            [*program, "get", "--help"],
            [*program, "get", url],
            [*program, "at", "AT+CSQ"],
        ]
        if client := shutil.which("aiocoap-client", path=f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"):
            commands.append([client, url])
        for command in commands:
            _milliseconds(kept, command)
        nothing, help_, get, at, *theirs = in_turn(
            share(ROUNDS, effort), *(partial(_milliseconds, kept, command) for command in commands)
        )
    beside = ("aiocoap-client", theirs[0]) if theirs else ("python3 -c pass", nothing)
    return [
        Figure("modemtwin get --help", help_, "ms", "python3 -c pass", nothing),
        Figure("modemtwin at AT+CSQ, virtual modem included", at, "ms", "python3 -c pass", nothing),
        Figure("modemtwin get, virtual modem included", get, "ms", *beside),
        Figure("the same", get, "ms", "at most", _LONGEST, 1),
    ]


def _milliseconds(environment: dict[str, str], command: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - begun) * 1e3
