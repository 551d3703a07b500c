"""A test has failed: its world stands still, its files are written, and its report gets our sections."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemtwin.pytest_plugin.keys import TRIAL
from modemtwin.pytest_plugin.real import RealStand
from modemtwin.pytest_plugin.report import folder_name, leave_behind, real_sections, sections
from modemtwin.pytest_plugin.stand import Stand

__all__ = ["explain"]


def explain(item: pytest.Item, stand: Stand | RealStand, report: pytest.TestReport) -> None:
    """Add to the report of a failure what our side of it knows."""
    if isinstance(stand, RealStand):
        report.sections += real_sections(item, stand)
        return
    stand.halt()
    trial = item.stash.get(TRIAL, None)
    if trial is not None and trial.folder is None:
        return
    folder: Path | None = None
    try:
        folder = trial.folder if trial else stand.folder(folder_name(item))
        assert folder is not None, "a trial without one has been left"
        leave_behind(stand, folder)
    except OSError as error:
        left = folder is not None and folder.is_dir() and any(folder.iterdir())
        what = "not all" if left else "nothing"
        report.sections.append(("modemtwin", f"{what} could be left behind in {folder}: {error.strerror or error}"))
        folder = folder if left else None
    stand.left = folder
    report.sections += sections(item, stand, folder)
