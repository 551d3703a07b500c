"""``run.py``, the first thing that a developer types."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "run.py"
VERBS = ["demo", "test", "check", "docs", "bench", "soak", "walk", "modemtwin"]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(PROGRAM), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=50)


@pytest.mark.parametrize(("words", "status"), [(["help"], 0), (["--help"], 0), (["-h"], 0), ([], 2)])
def test_the_help_names_every_verb(words: list[str], status: int) -> None:
    done = run(*words)
    assert done.returncode == status
    assert [line.split()[0] for line in done.stdout.split("verbs:\n")[1].splitlines() if line.startswith("  ")] == VERBS


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("tset", "run.py: there is no verb 'tset'. Did you mean test?\n"),
        ("Demo", "run.py: there is no verb 'Demo'. Did you mean demo?\n"),
        ("xyz", f"run.py: there is no verb 'xyz'. There are: {', '.join(VERBS)}.\n"),
    ],
)
def test_a_typing_error_is_answered_with_the_nearest_verb(typed: str, answer: str) -> None:
    done = run(typed)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", answer)


def test_an_unknown_option_is_refused() -> None:
    done = run("--verbose")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("run.py: error: unrecognized arguments: --verbose\n")


def test_the_command_runs_from_the_tree_without_any_package() -> None:
    done = run("modemtwin", "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "modemtwin 0.1.0\n", "")


def test_a_python_without_venv_is_told_which_package_brings_it(tmp_path: Path) -> None:
    copy = tmp_path / "run.py"
    copy.write_bytes(PROGRAM.read_bytes())
    (tmp_path / "pyproject.toml").touch()
    bare = (
        "import runpy, sys, importlib.util as u\n"
        "find, sys.argv = u.find_spec, ['run.py', 'test']\n"
        "u.find_spec = lambda name: None if name == 'ensurepip' else find(name)\n"
        "runpy.run_path('run.py', None, '__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", bare], cwd=tmp_path, capture_output=True, text=True, timeout=50)
    assert done.returncode == 3
    assert "this Python has no ensurepip" in done.stderr
    assert "apt-get install python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()
