"""Turns what went wrong with a module into one line on standard error and an exit status."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from modemtwin.cli import statuses

if TYPE_CHECKING:
    from modemtwin.host.errors import ModemError

__all__ = ["for_the_shell", "report_failure", "status_of"]


def status_of(error: ModemError) -> int:
    """The exit status that tells a script what went wrong."""
    from modemtwin.host import errors

    match error:
        case errors.InvalidArgument():
            return statuses.USAGE
        case errors.PortError():
            return statuses.MISSING
        case errors.TimedOut():
            return statuses.TIMEOUT
        case errors.Rejected():
            return statuses.REFUSED
        case errors.ErrorResponse():
            return statuses.of_code(error.number)
    return statuses.FAILED


_LONG = 60
"""Characters of a command that are shown."""

_OPTIONS = {
    "payload_append=True": "--payload-append",
    "pin=, or --pin on the command line": "--pin",
    "pin=": "--pin",
    "`-v` or trace= shows": "-v shows",
    "; where it was told not to, attach() does": "",
    "call again": "run it again",
}
"""What a program would write, and what the shell has for it."""


def report_failure(program: str, error: ModemError, *, json: bool = False) -> int:
    """Say it, with what to try; with ``json`` as an object on standard output too. Gives the exit status."""
    status = status_of(error)
    message, hint = for_the_shell(error)
    if json:
        from modemtwin.cli.json_lines import line

        told = {"error": type(error).__name__, "message": message, "hint": hint or None, "status": status}
        print(line("error", told), flush=True)
    print(f"{program}: {message}{f'; {hint}' if hint else ''}", file=sys.stderr)
    return status


def for_the_shell(error: ModemError) -> tuple[str, str]:
    """What went wrong, and what to try, in the words of the shell."""
    return _in_options(_shortened(error), error), _in_options(error.hint, error)


def _shortened(error: ModemError) -> str:
    """The sentence, without most of a command that fills the screen: a payload is one of 500 digits."""
    text, command = str(error), getattr(error, "command", "")
    if len(command) <= _LONG:
        return text
    return text.replace(command, f"{command[:_LONG]}… ({len(command)} characters)")


def _in_options(text: str, error: ModemError) -> str:
    from modemtwin.host.errors import NoAnswer

    for argument, option in _OPTIONS.items():
        text = text.replace(argument, option)
    return text.replace("deadline=", "--timeout" if isinstance(error, NoAnswer) else "--online-within")
