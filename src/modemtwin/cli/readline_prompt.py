"""A prompt by the readline of the standard library: completion with Tab, and history."""

from __future__ import annotations

import contextlib
import readline
import signal
import sys
import threading
from types import TracebackType

from modemtwin.cli.prompts import MARK, history_file, keeps
from modemtwin.cli.vocabulary import suggestions

__all__ = ["ReadlinePrompt"]

_WHOLE_HISTORY = 1000


class ReadlinePrompt:
    """A :class:`~modemtwin.cli.prompts.Prompt`."""

    def __init__(self) -> None:
        self._asking = False
        self._over = False
        self._found: list[str] = []
        self._main = threading.get_ident()

    def __enter__(self) -> ReadlinePrompt:
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
        path = history_file()
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            readline.set_history_length(_WHOLE_HISTORY)
            readline.write_history_file(path)

    def ask(self) -> str:
        """Give the next line."""
        self._asking = True
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
        sys.stdout.write(f"\r\033[K{text}\n{MARK}{readline.get_line_buffer()}")
        sys.stdout.flush()
        # As after a change of the window's size readline draws its line anew, with the cursor where it was.
        signal.pthread_kill(self._main, signal.SIGWINCH)

    def give_up(self) -> None:
        """End ``ask``."""
        self._over = True
        if self._asking:
            signal.pthread_kill(self._main, signal.SIGINT)

    def _complete(self, text: str, state: int) -> str | None:
        if state == 0:
            before, start = readline.get_line_buffer()[: readline.get_endidx()], readline.get_begidx()
            self._found = [(before[: len(before) - each.replaces] + each.text)[start:] for each in suggestions(before)]
        return self._found[state] if state < len(self._found) else None
