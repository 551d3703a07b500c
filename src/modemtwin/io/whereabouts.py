"""Where the tasks of an event loop are: for each the innermost place, and the place in its own code.

locks.py:213 (wait) in test_gateway.py:10 (test_it)
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import CoroutineType, FrameType, TracebackType
from typing import Any

__all__ = ["came_from", "whereabouts"]


def whereabouts(loop: asyncio.AbstractEventLoop) -> list[str]:
    """Say of each task that has not ended where it is."""
    return sorted(filter(None, (_ends(_frames(task)) for task in asyncio.all_tasks(loop))))


def came_from(error: BaseException | None) -> str:
    """Say where an error was raised, as far as its traceback has places in a coroutine; empty for nowhere."""
    frames: list[tuple[FrameType, int]] = []
    trace: TracebackType | None = error.__traceback__ if error else None
    while trace is not None:
        if trace.tb_frame.f_code.co_flags & _COROUTINE:
            frames.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return _ends(frames)


_COROUTINE = 0x80
"""``inspect.CO_COROUTINE``"""


def _frames(task: asyncio.Task[Any]) -> list[tuple[FrameType, int]]:
    frames: list[tuple[FrameType, int]] = []
    coroutine: Any = task.get_coro()
    while isinstance(coroutine, CoroutineType) and coroutine.cr_frame is not None:
        frames.append((coroutine.cr_frame, coroutine.cr_frame.f_lineno))
        coroutine = coroutine.cr_await
    return frames


def _ends(frames: list[tuple[FrameType, int]]) -> str:
    ends = frames[:1] if len(frames) < 2 else [frames[-1], frames[0]]
    return " in ".join(f"{Path(frame.f_code.co_filename).name}:{line} ({frame.f_code.co_name})" for frame, line in ends)
