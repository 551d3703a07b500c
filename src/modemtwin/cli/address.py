"""The URL on a command line: checked before anything is opened, with the nearest right one in the complaint."""

from __future__ import annotations

import re

from modemtwin.coap import uri

__all__ = ["parse_url"]

_SLOPPY = re.compile(r"(?:[a-z][a-z0-9+.-]*://+|(?:coap|http|https|udp):?/{1,3}|coap:(?![0-9]))", re.IGNORECASE)
_BAD_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def parse_url(text: str) -> str:
    """Give the URL as it goes to a module: ASCII, with anything beyond percent-encoded as UTF-8.

    ValueError, with a sentence, for what is no ``coap`` or ``coaps`` URL. Whether a module can do ``coaps`` is the
    module's affair.
    """
    url = "".join(letter if letter.isascii() else _encoded(letter) for letter in text)
    if " " in url:
        raise ValueError(f"{text!r} holds a blank{_meant(url)}")
    secure = url.lower().startswith("coaps://")
    try:
        uri.parse(f"coap{url[5:]}" if secure else url)
    except ValueError as error:
        raise ValueError(f"{str(error).rstrip('.')}{_meant(url)}") from None
    return url


def _meant(url: str) -> str:
    """Guess what was meant; a guess that would be wrong as well is kept back."""
    rest = _SLOPPY.sub("", url, count=1)
    guess = "coap://" + _BAD_PERCENT.sub("%25", rest.partition("#")[0].replace(" ", "%20"))
    try:
        uri.parse(guess)
    except ValueError:
        return ""
    return f"; did you mean {guess}?" if guess != url else ""


def _encoded(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogateescape"))
