"""A pytest within pytest, which has the plugin once, whether it is installed or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import TypeAlias

import pytest

# Imported here, so that pytester does not import them anew for each run.
import modemtwin.capture.capture_file
import modemtwin.io.paced_world
import modemtwin.pytest_plugin.coverage
import modemtwin.pytest_plugin.failure
import modemtwin.pytest_plugin.fewest
import modemtwin.pytest_plugin.sweep  # noqa: F401

SOURCES = Path(__file__).resolve().parents[2] / "src"
PLUGIN = ("-p", "no:modemtwin", "-p", "modemtwin.pytest_plugin")

HEAD = "import asyncio\nimport pytest\nfrom modemtwin import Await, Type, connect\n\n"

INI = """\
[pytest]
asyncio_default_fixture_loop_scope = function
filterwarnings =
    error
    ignore:Module already imported:pytest.PytestAssertRewriteWarning
"""

Run: TypeAlias = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a test file, given as text, with options; ``apart`` in a process of its own."""
    monkeypatch.setenv("PYTHONPATH", str(SOURCES))
    monkeypatch.setenv("COLUMNS", "200")
    pytester.makeini(INI)

    def run_file(text: str, *options: str, apart: bool = False, head: str = HEAD) -> pytest.RunResult:
        if text:
            pytester.makepyfile(test_it=head + dedent(text))
        run_it = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return run_it("-p", "no:cacheprovider", *PLUGIN, *options)

    return run_file
