"""The registries of CoAP as data: types, codes, options, content formats, transmission parameters.

Everything is a plain int, as on the wire. A code is its byte: ``0x45`` is 2.05 (RFC 7252 §3). An option that is not in
``OPTIONS`` is one that we do not recognise, which matters when its number is odd (RFC 7252 §5.4.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from modemtwin.clockwork import MICROSECONDS, Micros

# RFC 7252 §3: the types of messages.
CON, NON, ACK, RST = 0, 1, 2, 3
TYPES: tuple[str, ...] = ("CON", "NON", "ACK", "RST")

# RFC 7252 §12.1.1, RFC 8132 §5: methods.
EMPTY = 0x00
GET = 0x01
POST = 0x02
PUT = 0x03
DELETE = 0x04
FETCH = 0x05
PATCH = 0x06
IPATCH = 0x07

# RFC 7252 §12.1.2, with 2.31 and 4.08 of RFC 7959, 4.09 and 4.22 of RFC 8132, 4.29 of RFC 8516, 5.08 of RFC 8768.
CREATED = 0x41
DELETED = 0x42
VALID = 0x43
CHANGED = 0x44
CONTENT = 0x45
CONTINUE = 0x5F
BAD_REQUEST = 0x80
UNAUTHORIZED = 0x81
BAD_OPTION = 0x82
FORBIDDEN = 0x83
NOT_FOUND = 0x84
METHOD_NOT_ALLOWED = 0x85
NOT_ACCEPTABLE = 0x86
REQUEST_ENTITY_INCOMPLETE = 0x88
CONFLICT = 0x89
PRECONDITION_FAILED = 0x8C
REQUEST_ENTITY_TOO_LARGE = 0x8D
UNSUPPORTED_CONTENT_FORMAT = 0x8F
UNPROCESSABLE_ENTITY = 0x96
TOO_MANY_REQUESTS = 0x9D
INTERNAL_SERVER_ERROR = 0xA0
NOT_IMPLEMENTED = 0xA1
BAD_GATEWAY = 0xA2
SERVICE_UNAVAILABLE = 0xA3
GATEWAY_TIMEOUT = 0xA4
PROXYING_NOT_SUPPORTED = 0xA5
HOP_LIMIT_REACHED = 0xA8

CODES: dict[int, str] = {
    EMPTY: "Empty",
    GET: "GET",
    POST: "POST",
    PUT: "PUT",
    DELETE: "DELETE",
    FETCH: "FETCH",
    PATCH: "PATCH",
    IPATCH: "iPATCH",
    CREATED: "Created",
    DELETED: "Deleted",
    VALID: "Valid",
    CHANGED: "Changed",
    CONTENT: "Content",
    CONTINUE: "Continue",
    BAD_REQUEST: "Bad Request",
    UNAUTHORIZED: "Unauthorized",
    BAD_OPTION: "Bad Option",
    FORBIDDEN: "Forbidden",
    NOT_FOUND: "Not Found",
    METHOD_NOT_ALLOWED: "Method Not Allowed",
    NOT_ACCEPTABLE: "Not Acceptable",
    REQUEST_ENTITY_INCOMPLETE: "Request Entity Incomplete",
    CONFLICT: "Conflict",
    PRECONDITION_FAILED: "Precondition Failed",
    REQUEST_ENTITY_TOO_LARGE: "Request Entity Too Large",
    UNSUPPORTED_CONTENT_FORMAT: "Unsupported Content-Format",
    UNPROCESSABLE_ENTITY: "Unprocessable Entity",
    TOO_MANY_REQUESTS: "Too Many Requests",
    INTERNAL_SERVER_ERROR: "Internal Server Error",
    NOT_IMPLEMENTED: "Not Implemented",
    BAD_GATEWAY: "Bad Gateway",
    SERVICE_UNAVAILABLE: "Service Unavailable",
    GATEWAY_TIMEOUT: "Gateway Timeout",
    PROXYING_NOT_SUPPORTED: "Proxying Not Supported",
    HOP_LIMIT_REACHED: "Hop Limit Reached",
}
"""The name of each registered code."""


@cache
def dotted(code: int) -> str:
    """Write a code as people do: class, dot, two digits of detail (RFC 7252 §3)."""
    return f"{code >> 5}.{code & 31:02d}"


def is_request(code: int) -> bool:
    """Say whether a code is a method: class 0, but not 0.00."""
    return 0 < code < 0x20


def is_response(code: int) -> bool:
    """Say whether a code answers a request: classes 2 to 5 (RFC 7252 §12.1.2 reserves class 3 among them)."""
    return 0x40 <= code < 0xC0


def is_reserved(code: int) -> bool:
    """Say whether a code belongs to a class that no message may bear: 1, 6 or 7 (RFC 7252 §4.2)."""
    return code >= 0xC0 or 0x20 <= code < 0x40


# RFC 7252 §12.2, with Observe of RFC 7641, Block and Size2 of RFC 7959, No-Response of RFC 7967, Hop-Limit of RFC 8768,
# Echo and Request-Tag of RFC 9175.
IF_MATCH = 1
URI_HOST = 3
ETAG = 4
IF_NONE_MATCH = 5
OBSERVE = 6
URI_PORT = 7
LOCATION_PATH = 8
URI_PATH = 11
CONTENT_FORMAT = 12
MAX_AGE = 14
URI_QUERY = 15
HOP_LIMIT = 16
ACCEPT = 17
LOCATION_QUERY = 20
BLOCK2 = 23
BLOCK1 = 27
SIZE2 = 28
PROXY_URI = 35
PROXY_SCHEME = 39
SIZE1 = 60
ECHO = 252
NO_RESPONSE = 258
REQUEST_TAG = 292


class Option(NamedTuple):
    """One row of the option tables: RFC 7252 §5.10 and its kin.

    ``format`` is opaque, uint, string or empty (RFC 7252 §3.2); lengths are in bytes.
    """

    number: int
    name: str
    format: str
    shortest: int
    longest: int
    repeatable: bool = False


OPTIONS: dict[int, Option] = {
    option.number: option
    for option in (
        Option(IF_MATCH, "If-Match", "opaque", 0, 8, repeatable=True),
        Option(URI_HOST, "Uri-Host", "string", 1, 255),
        Option(ETAG, "ETag", "opaque", 1, 8, repeatable=True),
        Option(IF_NONE_MATCH, "If-None-Match", "empty", 0, 0),
        Option(OBSERVE, "Observe", "uint", 0, 3),
        Option(URI_PORT, "Uri-Port", "uint", 0, 2),
        Option(LOCATION_PATH, "Location-Path", "string", 0, 255, repeatable=True),
        Option(URI_PATH, "Uri-Path", "string", 0, 255, repeatable=True),
        Option(CONTENT_FORMAT, "Content-Format", "uint", 0, 2),
        Option(MAX_AGE, "Max-Age", "uint", 0, 4),
        Option(URI_QUERY, "Uri-Query", "string", 0, 255, repeatable=True),
        Option(HOP_LIMIT, "Hop-Limit", "uint", 1, 1),
        Option(ACCEPT, "Accept", "uint", 0, 2),
        Option(LOCATION_QUERY, "Location-Query", "string", 0, 255, repeatable=True),
        Option(BLOCK2, "Block2", "uint", 0, 3),
        Option(BLOCK1, "Block1", "uint", 0, 3),
        Option(SIZE2, "Size2", "uint", 0, 4),
        Option(PROXY_URI, "Proxy-Uri", "string", 1, 1034),
        Option(PROXY_SCHEME, "Proxy-Scheme", "string", 1, 255),
        Option(SIZE1, "Size1", "uint", 0, 4),
        Option(ECHO, "Echo", "opaque", 1, 40),
        Option(NO_RESPONSE, "No-Response", "uint", 0, 1),
        Option(REQUEST_TAG, "Request-Tag", "opaque", 0, 8, repeatable=True),
    )
}
"""The options we recognise, by number."""


def is_critical(number: int) -> bool:
    """Say whether who does not understand this option must not ignore it: odd numbers (RFC 7252 §5.4.6)."""
    return number & 1 == 1


FORMATS: dict[int, str] = {
    0: "text/plain; charset=utf-8",
    40: "application/link-format",
    41: "application/xml",
    42: "application/octet-stream",
    47: "application/exi",
    50: "application/json",
    51: "application/json-patch+json",
    52: "application/merge-patch+json",
    60: "application/cbor",
    61: "application/cwt",
    110: "application/senml+json",
    112: "application/senml+cbor",
    11542: "application/vnd.oma.lwm2m+tlv",
    11543: "application/vnd.oma.lwm2m+json",
}
"""The content formats that people meet (RFC 7252 §12.3 and the IANA registry), by number."""

DEFAULT_PORT = 5683
"""The UDP port of ``coap`` (RFC 7252 §6.1)."""


@dataclass(frozen=True, slots=True)
class Transmission:
    """The transmission parameters of RFC 7252 §4.8, and the bounds of our own tables. Spans are in microseconds.

    ``ack_delay``: how long a peer's CON request may stay without an answer before the empty ACK goes out.
    ``response_timeout``: None follows the RFC; else every exchange is given up that long after its first transmission.
    ``waiting_limit``: messages that may wait for NSTART. ``seen_limit``: messages remembered for deduplication.
    ``open_limit``: requests of peers that may be without an answer. When a table is full, the oldest entry goes.
    """

    ack_timeout: Micros = 2 * MICROSECONDS
    ack_random_factor: float = 1.5
    max_retransmit: int = 4
    nstart: int = 1
    leisure: Micros = 5 * MICROSECONDS
    max_latency: Micros = 100 * MICROSECONDS
    processing_delay: Micros = 2 * MICROSECONDS
    ack_delay: Micros = 1 * MICROSECONDS
    response_timeout: Micros | None = None
    waiting_limit: int = 16
    seen_limit: int = 4096
    open_limit: int = 256

    @property
    def max_transmit_span(self) -> Micros:
        """From the first transmission of a CON to its last: 45 s by default (RFC 7252 §4.8.2)."""
        return round(self.ack_timeout * ((1 << self.max_retransmit) - 1) * self.ack_random_factor)

    @property
    def exchange_lifetime(self) -> Micros:
        """From the first transmission of a CON until its mid may serve again: 247 s by default (RFC 7252 §4.8.2)."""
        return self.max_transmit_span + 2 * self.max_latency + self.processing_delay

    @property
    def non_lifetime(self) -> Micros:
        """From sending a NON until its mid may serve again: 145 s by default (RFC 7252 §4.8.2)."""
        return self.max_transmit_span + self.max_latency


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a conversation takes on: sizes in bytes, lengths of tables. What goes beyond ends in words.

    ``body``: the longest body that is put together of blocks. ``exponent``: SZX of the largest block that is sent or
    asked for, 6 for 1024 bytes (RFC 7959 §2.2); a payload that is longer travels in blocks. ``memory``: all the bytes
    of unfinished bodies, once for those we fetch, once for those peers send, once for those we hand out.
    ``transfers``: bodies under way, per table. ``observations``: of ours. ``observers``: of what we serve. ``answers``:
    sources whose answers to one multicast request are taken. ``confirm_every``: of so many NON notifications to an
    observer one goes as CON (RFC 7641 §4.5).
    """

    body: int = 65_536
    exponent: int = 6
    memory: int = 4 * 65_536
    transfers: int = 16
    observations: int = 64
    observers: int = 64
    answers: int = 256
    confirm_every: int = 8
