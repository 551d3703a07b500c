"""The scripts of ``modemtwin completion`` complete in a real shell."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from modemtwin.cli.main import VERBS, verb_help
from tests.end_to_end.program import SOURCES, run


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What bash is to source."""
    done = run("completion", "bash")
    assert (done.returncode, done.stderr) == (0, "")
    path = tmp_path_factory.mktemp("completion") / "modemtwin.bash"
    path.write_text(done.stdout)
    return path


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("modemtwin obs", ["observe"]),
        ("modemtwin get --pa", ["--password-file"]),
        ("modemtwin put --fi", ["--file"]),
        ("modemtwin completion z", ["zsh"]),
    ],
)
def test_bash_completes_verbs_and_options(script: Path, words: str, offered: list[str]) -> None:
    bash = shutil.which("bash")
    assert bash, "there is no bash"
    asked = f'. "{script}"; COMP_WORDS=({words}); COMP_CWORD={len(words.split()) - 1}; _shtab_modemtwin'
    function = f'{asked}; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run([bash, "-c", function], capture_output=True, text=True, timeout=20)
    assert (done.stdout.split(), done.stderr) == (offered, "")


@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
def test_other_shells_have_their_script(shell: str) -> None:
    done = run("completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert "observe" in done.stdout


def test_without_the_extra_one_line_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['shtab'] = None\n")
    done = run("completion", "bash", PYTHONPATH=f"{tmp_path}:{SOURCES}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert done.stderr.startswith("modemtwin completion: it needs shtab, which is not installed: ")
    assert done.stderr.endswith("-m pip install 'modemtwin[term]'\n")


def test_every_verb_and_every_option_is_known(script: Path) -> None:
    text = script.read_text()
    for verb in VERBS:
        known = re.search(rf"^_shtab_modemtwin_{verb.name}_option_strings=\((.*)\)$", text, re.MULTILINE)
        assert known, verb.name
        declared = re.findall(r"^  (?:-\w, )?(--[a-z0-9-]+)", verb_help(verb), re.MULTILINE)
        assert {"--help", *declared} <= set(known[1].split()), verb.name
