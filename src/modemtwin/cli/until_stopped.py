"""Runs what runs until somebody stops it: SIGINT, SIGTERM or a closed terminal end it cleanly, a second one at once."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from modemtwin.cli.stderr_log import StderrLog

__all__ = ["log_to_stderr", "run_until_stopped"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def log_to_stderr(verbosity: int) -> None:
    """Show warnings; with 1 refusals, notes and comings and goings too; with 2 everything."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbosity, 2)]
    form = "modemtwin: %(message)s" if verbosity == 0 else "%(asctime)s.%(msecs)03d %(message)s"
    to = [StderrLog(sys.stderr)]
    logging.basicConfig(level=logging.WARNING, handlers=to, format=form, datefmt="%H:%M:%S", force=True)
    logging.getLogger("modemtwin").setLevel(level)


def run_until_stopped(work: Callable[[], Coroutine[Any, Any, int]], *, stopped: int = 0) -> int:
    """Run ``work()`` and give its exit status, ``stopped`` when a signal ended it. What a callback raises is raised."""
    faults: list[Exception] = []

    async def watched() -> int:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(work())
        for number in _SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup has it ignored
                loop.add_signal_handler(number, _stop, loop, task)
        loop.set_exception_handler(lambda _, context: _note_fault(context, faults, task))
        try:
            return await task
        except asyncio.CancelledError:
            return stopped

    status = asyncio.run(watched())
    if faults:
        raise faults[0]
    return status


def _stop(loop: asyncio.AbstractEventLoop, task: asyncio.Future[int]) -> None:
    for number in _SIGNALS:
        loop.remove_signal_handler(number)  # so the next one ends the process at once
    task.cancel()


def _note_fault(context: dict[str, Any], faults: list[Exception], task: asyncio.Future[int]) -> None:
    error = context.get("exception")
    if isinstance(error, Exception):
        faults.append(error)
        task.cancel()
    else:
        logging.getLogger(__name__).debug("event loop: %s", context.get("message"))
