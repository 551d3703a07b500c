"""A Ctrl-C that ends a search with what it has found so far."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["stoppable"]


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Let a Ctrl-C be asked for; the second one does what it always does. Outside the main thread nobody hears any."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    stops: list[int] = []

    def stop(number: int, _frame: object) -> None:
        stops.append(number)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield lambda: bool(stops)
    finally:
        signal.signal(signal.SIGINT, before)
