"""A prompt by prompt_toolkit: completion in a menu, a line of help below, F1; the extra ``term``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import TracebackType

from prompt_toolkit import PromptSession
from prompt_toolkit.application import in_terminal
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout

from modemtwin.cli.typed_lines import MARK, history_file, keeps
from modemtwin.cli.vocabulary import Vocabulary

__all__ = ["ToolkitPrompt"]


class ToolkitPrompt:
    """A :class:`~modemtwin.cli.prompts.Prompt`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._patch = patch_stdout(raw=True)
        self._session: PromptSession[str] = PromptSession(
            FormattedText([("bold", MARK)]),
            history=_history(),
            completer=_Completer(vocabulary),
            complete_while_typing=False,
            key_bindings=_keys(vocabulary),
            bottom_toolbar=self._toolbar,
        )

    def __enter__(self) -> ToolkitPrompt:
        self._patch.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._patch.__exit__(kind, error, trace)

    def ask(self) -> str:
        """Give the next line."""
        return self._session.prompt()

    def above(self, text: str) -> None:
        """Show text above the prompt: the patched standard output does so."""
        print(text, flush=True)

    def give_up(self) -> None:
        """End ``ask``."""
        app = self._session.app
        if app.loop is not None:
            app.loop.call_soon_threadsafe(lambda: app.exit(exception=EOFError()) if app.is_running else None)

    def _toolbar(self) -> str:
        before = self._session.default_buffer.document.text_before_cursor
        title = self._vocabulary.title(before)
        return f"{title} · F1 tells more" if title else "Tab completes · F1 or ? helps · Ctrl-D leaves"


class _Kept(FileHistory):
    def store_string(self, string: str) -> None:
        if keeps(string):
            with contextlib.suppress(OSError):  # a history that cannot be written is no reason to stop
                super().store_string(string)


class _Completer(Completer):
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        for each in self._vocabulary.suggestions(document.text_before_cursor):
            yield Completion(each.text, -each.replaces, display_meta=each.about)


def _history() -> FileHistory:
    path = history_file()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    return _Kept(str(path))


def _keys(vocabulary: Vocabulary) -> KeyBindings:
    keys = KeyBindings()

    @keys.add("f1")
    async def explain(event: KeyPressEvent) -> None:
        async with in_terminal():
            print(vocabulary.described(event.current_buffer.document.text_before_cursor))

    return keys
