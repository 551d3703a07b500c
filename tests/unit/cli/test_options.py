"""Options and the page that tells of them."""

from __future__ import annotations

import pytest

from modemtwin.cli.options import OptionParser


@pytest.mark.parametrize("columns", ["40", "200"])
def test_the_help_in_a_document_is_the_same_on_any_terminal(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("FORCE_COLOR", "1")  # which argparse obeys from Python 3.14 on
    parser = OptionParser(prog="modemtwin knock", summary="knock at a module")
    parser.add_argument("--times", metavar="N", help="how often, with as long a pause between two as it takes to hear")
    assert parser.page(60) == (
        "usage: modemtwin knock [-h] [--times N]\n\nKnock at a module.\n\noptions:\n"
        "  -h, --help  show this help message and exit\n"
        "  --times N   how often, with as long a pause between two\n"
        "              as it takes to hear\n"
    )
