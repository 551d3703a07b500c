#!/usr/bin/env python3
"""Everything a developer does with this repository, with the standard library only.

    python3 run.py demo     the demo, straight from the tree, nothing installed
    python3 run.py test     make .venv, install what the tests need, run every check

No ``from __future__ import annotations`` here: a Python of 2017 must get far enough to be told that it is too old.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - for whoever starts it with an older one
    sys.stderr.write(
        f"run.py: modemtwin needs Python 3.11 or later; this is {sys.version.split()[0]} ({sys.executable}).\n"
        f"Try: python3.11 run.py {' '.join(sys.argv[1:])}\n"
    )
    sys.exit(2)

import argparse
import difflib
import hashlib
import importlib.util
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SOURCES = ROOT / "src"
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed-for-run.py"


class Trouble(Exception):
    """Something that the person at the keyboard can mend; the text says how."""


# ── verbs ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def demo(arguments: Sequence[str]) -> int:
    """Run `modemtwin demo` straight from the tree, with nothing installed."""
    return modemtwin(["demo", *arguments])


def modemtwin(arguments: Sequence[str]) -> int:
    """Run any `modemtwin` command straight from the tree: `run.py modemtwin serve --port 0`."""
    sys.path.insert(0, str(SOURCES))
    from modemtwin.cli.main import main as command  # only after the tree is on the path

    return command(list(arguments))


def test(arguments: Sequence[str]) -> int:
    """Make .venv, install what the tests need, then run every check that CI runs; the rest goes to pytest."""
    prepare("test")
    failed = [name for name, check in CHECKS.items() if not passed(name, check)]
    status, closing = pytest(arguments)
    failed += ["pytest"] * (status != 0)
    if failed:
        print(f"\nrun.py: failed: {', '.join(failed)}", flush=True)
        print(closing)  # once more: whoever reads only the last line shall see pytest's
    return 1 if failed else 0


def check(arguments: Sequence[str]) -> int:
    """Do what CI does: the same as `test`."""
    return test(arguments)


def docs(arguments: Sequence[str]) -> int:
    """Write the generated pages of docs/reference anew from the tables."""
    return modemtwin(["reference", *(arguments or [str(ROOT / "docs" / "reference")])])


def bench(arguments: Sequence[str]) -> int:
    """Run the benchmarks in bench/ beside aiocoap."""
    program = ROOT / "bench" / "__main__.py"
    if not program.exists():
        raise Trouble("there are no benchmarks in this tree: bench/__main__.py is missing")
    prepare("test", "bench")
    return run([PYTHON, "-m", "bench", *arguments])


def soak(arguments: Sequence[str]) -> int:
    """Run 200,000 exchanges over paths that lose, duplicate and reorder, and hold each to its account; some minutes."""
    return run([Path(sys.executable), "-m", "tests.world.conservation", *arguments])


def walk(arguments: Sequence[str]) -> int:
    """Walk 200,000 steps at random through commands, faults, datagrams and time, and judge each; some minutes."""
    prepare("test")
    return run([PYTHON, "-m", "tests.world.random_walk", *arguments])


VERBS: dict[str, Callable[[Sequence[str]], int]] = {
    "demo": demo,
    "test": test,
    "check": check,
    "docs": docs,
    "bench": bench,
    "soak": soak,
    "walk": walk,
    "modemtwin": modemtwin,
}


# ── checks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def lint() -> int:
    """Look for mistakes and for imports out of order."""
    return run([PYTHON, "-m", "ruff", "check", *trees()])


def layout() -> int:
    """Look whether the code is laid out as ruff lays it out."""
    return run([PYTHON, "-m", "ruff", "format", "--check", *trees()])


def types() -> int:
    """Check the types, strictly."""
    return run([PYTHON, "-m", "mypy", *trees()])


def imports() -> int:
    """Check who imports whom."""
    return run([PYTHON.with_name("lint-imports"), "--no-cache"])


def isolation() -> int:
    """Run the demo without site-packages and environment: the core needs no package."""
    return run([PYTHON, "-I", "-S", ROOT / "run.py", "demo"], quiet=True)


def wheel() -> int:
    """Build the wheel and look whether it holds everything that the package needs."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", folder]
        status = run([PYTHON, "-m", "pip", "wheel", *options, ROOT])
        if status:
            return status
        (built,) = Path(folder).glob("modemtwin-*.whl")
        held = set(zipfile.ZipFile(built).namelist())
    kinds = {".py", ".toml", ".typed", ".at"}
    wanted = [path for path in sorted((SOURCES / "modemtwin").rglob("*")) if path.suffix in kinds]
    missing = sorted({path.relative_to(SOURCES).as_posix() for path in wanted} - held)
    print("\n".join(f"not in the wheel: {name}" for name in missing) or f"{len(wanted)} files are in {built.name}")
    return 1 if missing else 0


def pytest(arguments: Sequence[str]) -> tuple[int, str]:
    """Run the tests, show what they print, and hand back the exit status and the closing line."""
    parallel = [] if arguments else ["-n", str(workers()), "--dist", "worksteal"]
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    words = [*parallel, *colour, *arguments]
    print(f"\n== pytest {shlex.join(arguments)}".rstrip(), flush=True)
    closing = ""
    with subprocess.Popen(
        [PYTHON, "-m", "pytest", *words],
        cwd=ROOT,
        env=environment(COLUMNS=str(shutil.get_terminal_size().columns)),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            closing = line.rstrip() or closing
    return process.returncode, closing


def workers() -> int:
    """Two for each processor: many tests wait for a process, a port or a second to pass."""
    return min(max(4, 2 * (os.cpu_count() or 1)), 16)


CHECKS: dict[str, Callable[[], int]] = {
    "ruff check": lint,
    "ruff format": layout,
    "mypy": types,
    "lint-imports": imports,
    "isolation": isolation,
    "wheel": wheel,
}


def passed(name: str, check: Callable[[], int]) -> bool:
    """Run one check under its heading."""
    print(f"\n== {name}: {(check.__doc__ or '').strip()}", flush=True)
    return check() == 0


def trees() -> list[Path]:
    """What ruff and mypy look at."""
    folders = map(ROOT.joinpath, ("src", "tests", "bench"))
    return [*(folder for folder in folders if any(folder.rglob("*.py"))), ROOT / "run.py"]


# ── the environment ───────────────────────────────────────────────────────────────────────────────────────────────


def prepare(*extras: str) -> None:
    """Make .venv if it is not there, and install the package in it, editable, with these extras."""
    wanted = fingerprint(extras)
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    if not works(PYTHON):
        make_venv()
    print(f"run.py: installing what the extras {', '.join(extras)} name into {VENV.name}", flush=True)
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if run([*pip, "--editable", f"{ROOT}[{','.join(extras)}]"]):
        raise Trouble("pip could not install what the tests need; its message is above. Is there a network?")
    STAMP.write_text(wanted, encoding="utf-8")


def fingerprint(extras: Sequence[str]) -> str:
    """What an environment depends on: where the tree is, the project file, the extras."""
    project = (ROOT / "pyproject.toml").read_bytes()
    return f"{ROOT} {','.join(extras)} {hashlib.sha256(project).hexdigest()}\n"


def works(python: Path) -> bool:
    """Say whether there is an environment whose Python still runs, is new enough, and has pip."""
    if not python.exists():
        return False
    probe = [str(python), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(probe, capture_output=True).returncode == 0


def make_venv() -> None:
    """Make .venv anew; where Debian left venv or ensurepip out, say which package brings it."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Trouble(
            f"this Python has no {' and no '.join(missing)}, which the tests need to make {VENV.name}.\n"
            f"On Debian or Ubuntu: apt-get install python3-venv  (or python{version}-venv), then run this again.\n"
            "The demo needs none of it: python3 run.py demo"
        )
    if not os.access(VENV if VENV.exists() else ROOT, os.W_OK):
        raise Trouble(
            f"{ROOT} cannot be written, and the tests need to make {VENV.name} in it.\n"
            "Copy the tree to a folder of yours. The demo needs none of it: python3 run.py demo"
        )
    print(f"run.py: making {VENV.name} with {sys.executable}", flush=True)
    if run([sys.executable, "-m", "venv", "--clear", VENV]):
        raise Trouble(f"could not make {VENV}. On Debian or Ubuntu: apt-get install python3-venv, then run this again.")


def environment(**more: str) -> dict[str, str]:
    """The environment of the tools: this tree comes first, warnings of the tools' own are their business."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONWARNINGS", "PYTHONHOME"}}
    return {**kept, "PYTHONPATH": str(SOURCES), **more}


def run(command: Sequence[str | Path], *, quiet: bool = False) -> int:
    """Run a command in the root of the tree; with ``quiet``, show what it prints only when it fails."""
    words = [str(word) for word in command]
    if not Path(words[0]).exists():
        raise Trouble(f"{words[0]} is missing. Delete {VENV.name} and run this again.")
    if not quiet:
        return subprocess.run(words, cwd=ROOT, env=environment()).returncode
    done = subprocess.run(words, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout.decode("utf-8", "replace") if done.returncode else f"exit status 0: {shlex.join(words[1:])}")
    return done.returncode


# ── the command line ──────────────────────────────────────────────────────────────────────────────────────────────


def parser() -> argparse.ArgumentParser:
    """The help; the verbs take the rest of the line as it stands."""
    table = "\n".join(f"  {name:10} {(verb.__doc__ or '').strip()}" for name, verb in VERBS.items())
    made = argparse.ArgumentParser(
        prog="run.py",
        usage="python3 run.py VERB [ARGUMENTS]",
        description="Everything a developer does with this repository.",
        epilog=f"verbs:\n{table}\n\nWhat follows the verb is handed on: python3 run.py test tests/unit -k uri",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("verb", nargs="?", metavar="VERB", help="one of those below")
    return made


def unknown(verb: str) -> str:
    """Say that there is no such verb, and which one may be meant."""
    near = difflib.get_close_matches(verb.lower(), VERBS, n=1, cutoff=0.4)
    meant = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(VERBS)}."
    return f"there is no verb {verb!r}. {meant}"


def main(words: Sequence[str]) -> int:
    """Run one verb; 0 all was well, 1 a check failed, 2 the command line is wrong, 3 something is missing."""
    if not words or words[0].startswith("-"):
        parser().parse_args(words)
        parser().print_help()
        return 0 if words else 2
    if words[0] == "help":
        parser().print_help()
        return 0
    if words[0] not in VERBS:
        print(f"run.py: {unknown(words[0])}", file=sys.stderr)
        return 2
    try:
        return VERBS[words[0]](words[1:])
    except Trouble as trouble:
        print(f"run.py: {trouble}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("\nrun.py: interrupted", file=sys.stderr)
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
