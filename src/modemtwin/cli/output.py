"""Bodies on standard output or into a file, byte for byte; for the eyes of a person only, made readable.

a pipe, a file     the bytes, and nothing else
a terminal         text with a line end behind it; what is no text as a hex dump
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from modemtwin.amount import amount
from modemtwin.cli.formats import format_name
from modemtwin.host.head import Block, Head
from modemtwin.host.response import Response

__all__ = ["Sink", "headline", "response_line", "span", "unwritable"]

_LAYOUT = {"\n", "\r", "\t"}


class Sink:
    """Where the bodies go: ``path``, made when the first one comes, or standard output."""

    def __init__(self, path: str | None = None) -> None:
        self._path = path
        self._mode = "wb"

    def write(self, payload: bytes, *, separate: bool = False) -> None:
        """Write a body; with ``separate`` it ends with a line end, so that the next one stands by itself."""
        if self._path is not None:
            with open(self._path, self._mode) as file:
                file.write(_ended(payload) if separate else payload)
            self._mode = "ab"
            return
        out = sys.stdout.buffer
        if sys.stdout.isatty() and payload:
            out.write(_ended(payload if _is_text(payload) else "\n".join(_dump(payload)).encode()))
        else:
            out.write(_ended(payload) if separate else payload)
        out.flush()


def headline(response: Response) -> str:
    """The response in one line: ``2.05 Content · 12 bytes · text/plain · 0.21 s``."""
    told = [f"{response.code} {response.name}".rstrip()]
    size = len(response.payload)
    if size and response.number >> 5 in (4, 5) and _is_text(response.payload):
        told.append(f'"{_shortened(response.text)}"')  # a diagnostic payload is for people (RFC 7252 §5.5.2)
    elif size:
        told.append(amount(size, "byte", grouped=True))
        if response.content_format is not None:
            told.append(format_name(response.content_format))
    if response.head.location_path:
        told.append(f"at /{response.head.location_path}")
    return " · ".join([*told, span(response.elapsed)])


def span(seconds: float) -> str:
    """A span of time as people say it: ``0.4 ms``, ``21 ms``, ``0.21 s``, ``12.0 s``."""
    if seconds < 0.1:
        return f"{seconds * 1e3:.1f} ms" if seconds < 0.01 else f"{seconds * 1e3:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"


def response_line(response: Response, method: str) -> str:
    """The response as a line of ``--json``."""
    from modemtwin.cli.json_lines import body, line

    told: dict[str, object] = {
        "url": response.url,
        "method": method,
        "code": response.code,
        "name": response.name,
        "ok": response.ok,
        "type": response.type,
        "mid": response.mid,
        "request_mid": response.request_mid,
        "token": response.token.hex(),
        "content_format": response.content_format,
        "options": _options(response.head),
        **body(response.payload),
        "elapsed": round(response.elapsed, 6),
    }
    return line("response", told)


def unwritable(path: str) -> str:
    """Why a file cannot be written, as far as that can be known beforehand; empty when it probably can."""
    if os.path.isdir(path):
        return f"{path} is a folder"
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        return f"there is no folder {folder}"
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        return f"{path} may not be written"
    return ""


_HEADER = ("type", "code", "mid", "token", "content_format")


def _options(head: Head) -> dict[str, object]:
    named = {name: getattr(head, name) for name in Head.__annotations__ if name not in _HEADER}
    return {name: _plain(value) for name, value in named.items() if value or (value == 0 and value is not False)}


def _plain(value: object) -> object:
    match value:
        case bytes():
            return value.hex()
        case Block():
            return {"number": value.number, "more": value.more, "size": value.size}
    return value


def _ended(payload: bytes) -> bytes:
    return payload if payload.endswith(b"\n") else payload + b"\n"


def _is_text(payload: bytes) -> bool:
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return False
    return all(each.isprintable() or each in _LAYOUT for each in text)


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else f"{flat[:79]}…"


def _dump(payload: bytes) -> Iterator[str]:
    for start in range(0, len(payload), 16):
        row = payload[start : start + 16]
        digits = " ".join(f"{byte:02x}" for byte in row)
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"{start:08x}  {digits:47}  {letters}"
