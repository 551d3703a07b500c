"""What the reference page lists is what there is, and its examples run."""

from __future__ import annotations

import shlex

import pytest

import modemtwin.pytest_plugin as plugin
from modemtwin.pytest_plugin.tables import FIXTURES, MARKERS, OPTIONS, Marker, Option
from tests.pytest_plugin.conftest import HEAD, Run

pytest_plugins = ["pytester"]


def test_the_page_lists_every_fixture() -> None:
    assert sorted(row.name for row in FIXTURES) == sorted(name for name in plugin.__all__ if not name.startswith("_"))


@pytest.mark.parametrize("marker", MARKERS, ids=lambda marker: marker.name)
def test_the_example_of_a_marker_runs(run: Run, pytester: pytest.Pytester, marker: Marker) -> None:
    pytester.makefile(".toml", village="[cell]\nsignal = 20\n")
    run(
        f"""
        @pytest.mark.{marker.example}
        async def test_it(driver):
            assert (await driver.at("AT")).ok
        """
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.flag)
def test_the_example_of_an_option_runs(run: Run, pytester: pytest.Pytester, option: Option) -> None:
    pytester.mkdir("tests").joinpath("test_driver.py").write_text(
        f'{HEAD}async def test_report(driver):\n    assert (await driver.at("AT")).ok\n'
    )
    _, *words = shlex.split(option.example.replace("/dev/ttyUSB2@115200", "/dev/ttyUSB2"))
    words = [word.replace("/dev/ttyUSB2", "twin://sim7000?seed=1") for word in words]
    result = run("", *words, *(["--urc-sweep-most=20"] if "--urc-sweep" in words else []))
    assert result.parseoutcomes().keys() == {"passed"}
    assert result.ret in (0, 1 if option.flag.startswith("--at-coverage") else 0)
