"""Turns what went wrong with a module into one line on standard error and an exit status."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from modemtwin.cli import statuses

if TYPE_CHECKING:
    from modemtwin.host.errors import ModemError

__all__ = ["report_failure", "status_of"]


def status_of(error: ModemError) -> int:
    """The exit status that tells a script what went wrong."""
    from modemtwin.host import errors

    match error:
        case errors.InvalidArgument():
            return statuses.USAGE
        case errors.PortClosed():
            return statuses.FAILED
        case errors.PortError():
            return statuses.MISSING
        case errors.TimedOut():
            return statuses.TIMEOUT
        case errors.Rejected():
            return statuses.REFUSED
    return statuses.FAILED


def report_failure(program: str, error: ModemError, *, json: bool = False) -> int:
    """Say it, with what to try; with ``json`` as an object on standard output too. Gives the exit status."""
    status = status_of(error)
    if json:
        from modemtwin.cli.json_lines import line

        told = {"error": type(error).__name__, "message": str(error), "hint": error.hint or None, "status": status}
        print(line("error", told), flush=True)
    print(f"{program}: {error}{f'; {error.hint}' if error.hint else ''}", file=sys.stderr)
    return status
