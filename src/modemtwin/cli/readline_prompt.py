"""A prompt by the readline of the standard library: completion with Tab, and history.

another thread ──above("…")──► queue ──SIGUSR1──► the main thread, within input(): text, then the line anew

Only the thread that reads may touch readline, so the others send it a signal. One that comes just before input() sleeps
is not heard by it, and would wait for a key: a thread watches whether it was heard, Ctrl-C too, and sends it again.
"""

from __future__ import annotations

import contextlib
import ctypes
import readline
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from types import FrameType, TracebackType

from modemtwin.cli.typed_lines import MARK, history_file, keeps
from modemtwin.cli.vocabulary import Vocabulary

__all__ = ["ReadlinePrompt"]

_WHOLE_HISTORY = 1000
_AGAIN = 0.1
"""Seconds after which a signal is sent again."""


class ReadlinePrompt:
    """A :class:`~modemtwin.cli.prompts.Prompt`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._waiting: deque[str] = deque()
        self._asking = False
        self._asked = 0
        self._over = False
        self._found: list[str] = []
        self._main = threading.get_ident()

    def __enter__(self) -> ReadlinePrompt:
        signal.signal(signal.SIGUSR1, self._show)
        self._signals, told = socket.socketpair()
        told.setblocking(False)
        self._told = told  # each signal writes its number into it at once, whatever the interpreter does
        signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._watch, daemon=True).start()
        readline.set_auto_history(False)
        readline.set_completer_delims(";,=")
        readline.set_completer(self._complete)
        readline.parse_and_bind("bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete")
        with contextlib.suppress(OSError):
            readline.read_history_file(history_file())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(-1)
        self._told.close()
        path = history_file()
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            readline.set_history_length(_WHOLE_HISTORY)
            readline.write_history_file(path)

    def ask(self) -> str:
        """Give the next line."""
        self._asking = True
        self._asked += 1
        try:
            line = input(MARK)
        except (EOFError, KeyboardInterrupt) as end:
            print()
            if self._over:
                raise EOFError from None
            raise end
        finally:
            self._asking = False
        if line.strip() and keeps(line):
            readline.add_history(line)
        return line

    def above(self, text: str) -> None:
        """Show text above the line that is being typed."""
        if not self._asking:
            print(text, flush=True)
            return
        self._waiting.append(text)
        signal.pthread_kill(self._main, signal.SIGUSR1)

    def give_up(self) -> None:
        """End ``ask``."""
        self._over = True
        if self._asking:
            signal.pthread_kill(self._main, signal.SIGINT)

    def _watch(self) -> None:
        while numbers := self._signals.recv(64):
            asked = self._asked
            time.sleep(_AGAIN)
            if signal.SIGINT in numbers and self._asking and self._asked == asked:
                signal.pthread_kill(self._main, signal.SIGINT)
            if signal.SIGUSR1 in numbers and self._waiting:
                signal.pthread_kill(self._main, signal.SIGUSR1)
        self._signals.close()

    def _show(self, number: int, frame: FrameType | None) -> None:
        sys.stdout.flush()
        _clear_line()
        while self._waiting:
            sys.stdout.write(f"{self._waiting.popleft()}\n")
        sys.stdout.flush()
        if self._asking:
            _draw_line()

    def _complete(self, text: str, state: int) -> str | None:
        if state == 0:
            before, start = readline.get_line_buffer()[: readline.get_endidx()], readline.get_begidx()
            self._found = [
                (before[: len(before) - each.replaces] + each.text)[start:]
                for each in self._vocabulary.suggestions(before)
            ]
        return self._found[state] if state < len(self._found) else None


def _clear_line() -> None:
    """Take the line that is being typed off the screen, however many rows it has."""
    clear = _of_the_library("rl_clear_visible_line")
    if clear is None or clear() != 0:
        sys.stdout.write("\r\033[K")


def _draw_line() -> None:
    """Draw it again, with the cursor where it was; the module `readline` has no name for that."""
    draw = _of_the_library("rl_forced_update_display")
    if draw is not None:
        draw()
    else:
        sys.stdout.write(f"{MARK}{readline.get_line_buffer()}")
        sys.stdout.flush()


def _of_the_library(name: str) -> Callable[[], int] | None:
    try:
        found: Callable[[], int] = getattr(ctypes.PyDLL(readline.__file__), name)
    except (AttributeError, OSError):  # libedit, or built into the interpreter
        return None
    return found
