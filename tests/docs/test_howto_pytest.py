"""Every test of the page about pytest passes, and what else it shows is there."""

from __future__ import annotations

import re
from pathlib import Path

from modemtwin.pytest_plugin.tables import OPTIONS
from tests.pytest_plugin.conftest import Run, run

pytest_plugins = ["pytester"]

__all__ = ["run"]

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "pytest.md").read_text("utf-8")


def test_the_tests_of_the_page_pass(run: Run) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 5
    run("\n".join(blocks)).assert_outcomes(passed=5)


def test_every_option_of_the_page_is_one() -> None:
    shown = set(re.findall(r"(?<![\w-])--(?:modem|urc|quirks|at-|fewest|only)[a-z-]*", PAGE))
    assert len(shown) > 10
    assert shown <= {option.flag for option in OPTIONS}
