"""Options that answer a mistake with one line, which names the nearest right word."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NoReturn

from modemtwin.option import checked

__all__ = ["OptionParser", "file_name", "nearest", "number", "profile", "real_file", "seconds"]


class OptionParser(argparse.ArgumentParser):
    """An argument parser whose mistakes are one line on stderr and exit status 2."""

    def __init__(self, *, prog: str, summary: str) -> None:
        super().__init__(
            prog=prog,
            description=f"{summary[:1].upper()}{summary[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        self.set_defaults(program=prog, verb=prog.rpartition(" ")[2])

    def parse_args(self, args: Sequence[str] | None = None, namespace: object = None) -> argparse.Namespace:  # type: ignore[override]
        """Read the options, or leave with status 2."""
        self._words = list(args or ())
        options, unknown = super().parse_known_args(args, None)
        if unknown:
            word = unknown[0].partition("=")[0]
            known = [option for action in self._actions for option in action.option_strings]
            if not word.startswith("-"):
                self.error(f"there is no argument {word}")
            if len(word) == 2:  # one letter is near to every other letter; it rather begins a longer name
                begun = [option for option in known if option.startswith(f"-{word}")]
                known = begun if len(begun) == 1 else []
            self.error(f"there is no option {word}{nearest(word, known, 0.4)}")
        return options

    def page(self, columns: int) -> str:
        """The help as it stands in a document: so many columns wide, whatever the terminal, and without colours."""
        # argparse keeps two columns free, and colours what it says from Python 3.14 on.
        self.formatter_class = partial(argparse.RawDescriptionHelpFormatter, width=columns - 2)
        self.color = False
        return self.format_help()

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, in one line."""
        line = " ".join(message.removeprefix("argument ").removeprefix("-: ").split())
        line = line.replace("ignored explicit argument", "it takes no value, but was given")  # argparse's words
        if line.endswith("expected one argument"):
            line += self._with_equals(line.partition(":")[0])
        print(f"{self.prog}: {line}; try: {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)

    def _with_equals(self, option: str) -> str:
        """How to write a value that looks like an option itself."""
        place = self._words.index(option) + 1 if option in self._words else len(self._words)
        value = self._words[place : place + 1]
        return f" (did you mean {option}={value[0]}?)" if value and value[0].startswith("-") else ""


def number(low: int, high: int) -> Callable[[str], int]:
    """An option that takes a whole number in this range."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 20 and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)

    return read


def seconds(low: float, high: float) -> Callable[[str], float]:
    """An option that takes seconds, with a fraction if need be, in this range."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not low <= value <= high:  # false for nan too
            raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from {low:g} to {high:g}")
        return value

    return read


def file_name(text: str) -> str:
    """An option that takes the name of a file: an empty one is rather a shell variable that was not set."""
    if not text:
        raise argparse.ArgumentTypeError("it names no file")
    return text


def real_file(text: str) -> str:
    """An option that takes the name of a file where ``-`` stands for no stream, as it does beside it."""
    if text == "-":
        raise argparse.ArgumentTypeError("'-' stands for no stream here: name a file")
    return file_name(text)


@checked
def profile(text: str) -> str:
    """An option that takes the name of a profile, or a file with one."""
    from modemtwin.io.profile_file import find_profile

    find_profile(text)
    return text


def nearest(word: str, known: Iterable[str], likeness: float = 0.5) -> str:
    """`` (did you mean X?)``, or nothing when nothing is near."""
    near = difflib.get_close_matches(word, list(known), 1, likeness)
    return f" (did you mean {near[0]}?)" if near else ""
