"""Runs a test more than once: wider fixtures live through all of it, and are torn down once.

run ──► run ──► run ──► close, for the next test
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from _pytest.runner import runtestprotocol

__all__ = ["close", "run"]


def run(item: pytest.Item) -> list[pytest.TestReport]:
    """Run a test. Its parent is said to be next, so all fixtures stay but those of the test itself."""
    printed, properties = len(item._report_sections), len(item.user_properties)
    with _limited(item):
        reports = runtestprotocol(item, log=False, nextitem=item.parent)  # type: ignore[arg-type]
    del item._report_sections[printed:], item.user_properties[properties:]  # of this run, which the reports have
    return reports


def close(item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
    """Tear down what the next test does not need; give the report of that where it failed."""
    assert item.parent is not None, "a test stands in a file"
    end = _End.from_parent(item.parent, name=item.name)
    return [report for report in runtestprotocol(end, log=False, nextitem=nextitem) if report.failed]


class _End(pytest.Item):
    """A test that does nothing, in the place of one that has been run: all plugins know how to end that."""

    def runtest(self) -> None:
        """Do nothing."""

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Say where it is, as the test itself does."""
        return self.path, None, self.name


@contextmanager
def _limited(item: pytest.Item) -> Iterator[None]:
    """Give each run the time that pytest-timeout would give the test, where it is there."""
    plugin = item.config.pluginmanager.getplugin("timeout")
    wrapper = getattr(plugin, "pytest_runtest_protocol", None)
    limit = wrapper(item) if wrapper else iter(())
    next(limit, None)
    try:
        yield
    finally:
        next(limit, None)
