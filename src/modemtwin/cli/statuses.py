"""Exit statuses: one number for each way in which a verb that talks to a module can end."""

from __future__ import annotations

__all__ = [
    "CLIENT_ERROR",
    "DONE",
    "FAILED",
    "INTERRUPTED",
    "MISSING",
    "REFUSED",
    "SERVER_ERROR",
    "STATUSES",
    "TIMEOUT",
    "USAGE",
    "epilogue",
    "of_code",
]

DONE, FAILED, USAGE, MISSING, CLIENT_ERROR, SERVER_ERROR, TIMEOUT, REFUSED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 7, 130

STATUSES: dict[int, str] = {
    DONE: "done",
    FAILED: "failed",
    USAGE: "the command line is wrong",
    MISSING: "a port or an extra is missing",
    CLIENT_ERROR: "CoAP 4.xx",
    SERVER_ERROR: "CoAP 5.xx",
    TIMEOUT: "no answer in time",
    REFUSED: "ERROR from the module",
    INTERRUPTED: "interrupted",
}
"""What each means."""


def of_code(code: int) -> int:
    """The status for a response with this code byte: 0 for class 2, 4 and 5 for theirs, 1 for a class of no meaning."""
    return {2: DONE, 4: CLIENT_ERROR, 5: SERVER_ERROR}.get(code >> 5, FAILED)


def epilogue(examples: str) -> str:
    """The end of a verb's help: its examples, one a line, and the statuses."""
    lines = [f"  {line.strip()}" for line in examples.strip().splitlines()]
    told = [f"{number} {meaning}" for number, meaning in STATUSES.items()]
    return "\n".join(
        ["examples:", *lines, "", "exit status:", f"  {' · '.join(told[:5])}", f"  {' · '.join(told[5:])}", ""]
    )
