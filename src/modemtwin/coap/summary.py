"""A message in one line for a person: ``CON GET /home/query?address=1, mid 1, 11 bytes "hello world"``."""

from __future__ import annotations

from collections.abc import Iterator

from modemtwin.amount import amount
from modemtwin.coap import numbers
from modemtwin.coap.message import Malformed, Message, decode, number

__all__ = ["described", "described_datagram"]

_LONGEST = 48
"""Bytes of a payload that are shown."""

_LINE_ENDS = str.maketrans("", "", "\r\n\t")

_IN_THE_URL = (numbers.URI_PATH, numbers.URI_QUERY)


def described_datagram(data: bytes) -> str:
    """Say what a datagram is; one that is no CoAP too."""
    message = decode(data)
    if isinstance(message, Malformed):
        return f"{amount(len(data), 'byte that is', 'bytes that are')} no CoAP message: {message.reason}"
    return described(message)


def described(message: Message) -> str:
    """Say type, code, URL path and query, mid, token, the other options, and how the payload begins."""
    return ", ".join((_title(message), f"mid {message.mid}", *_details(message)))


def _title(message: Message) -> str:
    kind = numbers.TYPES[message.type]
    if message.code == numbers.EMPTY:
        return f"{kind} empty"
    name = numbers.CODES.get(message.code, "")
    if numbers.is_request(message.code):
        return f"{kind} {name or numbers.dotted(message.code)} {_where(message)}"
    return f"{kind} {numbers.dotted(message.code)} {name}".rstrip()


def _where(message: Message) -> str:
    path = "/" + "/".join(_text(segment) for segment in message.values(numbers.URI_PATH))
    query = "&".join(_text(argument) for argument in message.values(numbers.URI_QUERY))
    return f"{path}?{query}" if query else path


def _details(message: Message) -> Iterator[str]:
    if message.token:
        yield f"token {message.token.hex()}"
    request = numbers.is_request(message.code)
    yield from (_option(*option) for option in message.options if not (request and option[0] in _IN_THE_URL))
    if message.payload:
        shown = message.payload[:_LONGEST]
        more = "…" if len(message.payload) > _LONGEST else ""
        yield f"{amount(len(message.payload), 'byte')} {_payload(shown)}{more}"


def _option(option: int, value: bytes) -> str:
    known = numbers.OPTIONS.get(option)
    if known is None:
        return f"option {option} {value.hex()}".rstrip()
    if known.format == "empty":
        return known.name
    if known.format == "uint":
        return f"{known.name} {_uint(option, value)}"
    return f"{known.name} {_text(value) if known.format == 'string' else value.hex()}".rstrip()


def _uint(option: int, value: bytes) -> str:
    count = number(value)
    if option in (numbers.BLOCK1, numbers.BLOCK2):
        return f"{count >> 4}/{count >> 3 & 1}/{16 << (count & 7)}"
    return str(count)


def _payload(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data.hex()
    if text.isprintable():
        return f'"{text}"'
    return ascii(text) if text.translate(_LINE_ENDS).isprintable() else data.hex()


def _text(value: bytes) -> str:
    return "".join(
        each if each.isprintable() else ascii(each)[1:-1] for each in value.decode("utf-8", "backslashreplace")
    )
