"""Runs ``modemtwin`` as a process of its own, as a person does."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

SOURCES = Path(__file__).resolve().parents[2] / "src"


def environment(**more: str) -> dict[str, str]:
    """Our environment, with the tree's own package, and with the streams as they are for a person: buffered."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return {**kept, "PYTHONPATH": str(SOURCES), **more}


def run(*words: str, stdin: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "modemtwin", *words],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=30,
        env=environment(**more),
    )


class Program:
    """A command that runs until it is stopped; ``ready`` is the line it prints."""

    def __init__(self, *words: str, cwd: Path | None = None, **more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "modemtwin", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(**more),
            cwd=cwd,
        )

    def __enter__(self) -> Program:
        self.ready = self._line()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float, str, str]:
        """Send a signal; give exit status, seconds it took, and what else was written on stdout and stderr."""
        started = time.monotonic()
        self.process.send_signal(number)
        return self.wait(started)

    def wait(self, started: float | None = None) -> tuple[int, float, str, str]:
        """Wait for the end."""
        started = started or time.monotonic()
        out, errors = self.process.communicate(timeout=20)
        return self.process.returncode, time.monotonic() - started, out.decode(), errors.decode()

    def _line(self) -> str:
        assert self.process.stdout is not None
        descriptor, line, deadline = self.process.stdout.fileno(), b"", time.monotonic() + 20
        while not line.endswith(b"\n"):
            assert select.select([descriptor], [], [], max(0, deadline - time.monotonic()))[0], "no ready line came"
            byte = os.read(descriptor, 1)
            if not byte:
                assert self.process.stderr is not None
                raise AssertionError(f"no ready line, but: {self.process.stderr.read().decode()}")
            line += byte
        return line.decode()


class Te:
    """A TE on a descriptor: writes, and reads until it has seen something."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._kept = b""

    @classmethod
    def opens(cls, path: str) -> Te:
        """Open a terminal device."""
        return cls(os.open(path, os.O_RDWR | os.O_NOCTTY))

    def ask(self, command: bytes, end: bytes = b"\r\nOK\r\n") -> bytes:
        """Write a line and read to the end of its reply."""
        os.write(self.descriptor, command + b"\r")
        return self.hear(end)

    def hear(self, end: bytes) -> bytes:
        """Read until ``end`` has come; what came behind it is kept for the next time."""
        deadline = time.monotonic() + 20
        while end not in self._kept:
            left = max(0.0, deadline - time.monotonic())
            assert select.select([self.descriptor], [], [], left)[0], f"only {self._kept!r} came, not {end!r}"
            data = os.read(self.descriptor, 4096)
            assert data, f"the line is dead after {self._kept!r}"
            self._kept += data
        length = self._kept.index(end) + len(end)
        heard, self._kept = self._kept[:length], self._kept[length:]
        return heard

    def close(self) -> None:
        """Hang up."""
        os.close(self.descriptor)
