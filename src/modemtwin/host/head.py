"""The head of a packet as ``+CCOAPHEAD:`` tells it, parsed into 24 fields or 21, or raw (COAP-AN §3.5).

    +CCOAPHEAD: 1,1,2,0,4.04,1,,,,,,,0,,,,,,,,,,,       what <convert> 1 should print
    +CCOAPHEAD: 1,4,60840001                            what a firmware prints that has it the other way round

Of the raw form the second field is a length and at least 4, of the parsed one it is the version and 1: so either is
read as what it is, whatever was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from modemtwin.coap import message as coap
from modemtwin.coap import numbers
from modemtwin.value import value

__all__ = ["Block", "Head", "read_head"]


@value
class Block:
    """A Block option (RFC 7959 §2.2): ``size`` in bytes."""

    number: int
    more: bool
    size: int


@value
class Head:
    """Header, token and options of a packet. What is absent is None, or empty where it is text.

    ``type`` is CON, NON, ACK or RST; ``code`` is dotted, ``number`` is its byte. Segments of a path are joined with
    ``/`` and arguments of a query with ``&``. ``etag`` and ``if_match`` hold the first of several.
    """

    type: str
    code: str
    mid: int
    token: bytes = b""
    content_format: int | None = None
    max_age: int | None = None
    etag: bytes = b""
    accept: int | None = None
    if_match: bytes | None = None
    if_none_match: bool = False
    uri_host: str = ""
    uri_port: int | None = None
    uri_path: str = ""
    uri_query: str = ""
    location_path: str = ""
    location_query: str = ""
    proxy_uri: str = ""
    observe: int | None = None
    block2: Block | None = None
    block1: Block | None = None
    size: int | None = None

    @property
    def number(self) -> int:
        """The code as its byte: 0x45 for 2.05."""
        major, _, minor = self.code.partition(".")
        return int(major) << 5 | int(minor)
