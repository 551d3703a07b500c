"""Which lines of a stack or a traceback are the team's own: those of no package that is installed, nor of Python."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

__all__ = ["last_place"]

_OURS = Path(__file__).resolve().parents[1]
_LIBRARIES = tuple(
    os.path.join(folder, "")
    for folder in (str(_OURS), *map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")))
)


def last_place(lines: Iterable[tuple[FrameType, int]], root: Path) -> str:
    """Give the last of these that is their own, as ``test_it.py:12``, below ``root``; empty for none."""
    own = [(frame.f_code.co_filename, line) for frame, line in lines if not _is_library(frame.f_code.co_filename)]
    if not own:
        return ""
    file, line = Path(own[-1][0]), own[-1][1]
    return f"{file.relative_to(root) if file.is_relative_to(root) else file}:{line}"


def _is_library(file: str) -> bool:
    return file.startswith((*_LIBRARIES, "<"))
