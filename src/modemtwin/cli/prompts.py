"""Where a person types: with prompt_toolkit, with readline, or lines out of a pipe.

                 ask() ◄── a line, KeyboardInterrupt, EOFError
another thread ──► above("● +APP PDP: ACTIVE")       shown above the line that is being typed
               ──► give_up()                         ask() ends: there is nobody left to talk to
"""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import Protocol

from modemtwin.cli.vocabulary import Vocabulary

__all__ = ["PipePrompt", "Prompt", "best_prompt"]


class Prompt(Protocol):
    """One way to ask for lines, as a context manager."""

    def __enter__(self) -> Prompt: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def ask(self) -> str:
        """Give the next line; KeyboardInterrupt when it was taken back, EOFError when there is none."""

    def above(self, text: str) -> None:
        """Show text above the line that is being typed; from any thread."""

    def give_up(self) -> None:
        """End ``ask`` with EOFError; from any thread."""


def best_prompt(vocabulary: Vocabulary) -> Prompt:
    """The best that this terminal and what is installed can do."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return PipePrompt()
    if os.environ.get("TERM") != "dumb":
        try:
            from modemtwin.cli.toolkit_prompt import ToolkitPrompt

            return ToolkitPrompt(vocabulary)
        except ImportError:
            pass  # the extra `term` is not installed
    try:
        from modemtwin.cli.readline_prompt import ReadlinePrompt

        return ReadlinePrompt(vocabulary)
    except ImportError:
        return PipePrompt()


class PipePrompt:
    """Lines out of a pipe, or from a terminal that can do nothing."""

    def __enter__(self) -> PipePrompt:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.stdout.flush()

    def ask(self) -> str:
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line

    def above(self, text: str) -> None:
        print(text, flush=True)

    def give_up(self) -> None:
        """A read from a pipe cannot be ended; the next line finds out."""
