"""Content formats as people write them: ``json``, ``application/json`` or ``50``."""

from __future__ import annotations

from modemtwin.cli.options import nearest
from modemtwin.coap.numbers import FORMATS

__all__ = ["format_name", "parse_format"]

_SHORT = {"text": 0} | {
    media.partition(";")[0].rpartition("/")[2].removeprefix("vnd.oma."): number
    for number, media in FORMATS.items()
    if number
}
_NAMES = {
    **_SHORT,
    "plain": 0,
    "bytes": 42,
    **{media.partition(";")[0]: number for number, media in FORMATS.items()},
}


def parse_format(text: str) -> int:
    """Read a content format, by number or by name; ValueError says what is near."""
    if text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65_535:
        return int(text)
    number = _NAMES.get(text.lower().partition(";")[0].strip())
    if number is None:
        known = ", ".join(sorted(_SHORT, key=_SHORT.__getitem__))
        meant = nearest(text.lower(), _NAMES)
        raise ValueError(f"{text!r} is no content format{meant or f'; a number from 0 to 65535, or one of {known}'}")
    return number


def format_name(number: int) -> str:
    """Name a content format, without parameters; one that nobody knows is ``content-format 4711``."""
    return FORMATS[number].partition(";")[0] if number in FORMATS else f"content-format {number}"
