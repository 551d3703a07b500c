"""The lines that a person types at a prompt: what stands before them, where they are kept, and which are not."""

from __future__ import annotations

import os
from pathlib import Path

from modemtwin.at.redaction import masked
from modemtwin.cli.vocabulary import known_commands

__all__ = ["MARK", "history_file", "keeps"]

MARK = "> "


def history_file() -> Path:
    """Where lines are kept: ``$XDG_STATE_HOME/modemtwin/history``."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "modemtwin" / "history"


def keeps(line: str) -> bool:
    """Whether a line may be written to disk: not with a password or a PIN in it."""
    return masked(line, known_commands()) == line
