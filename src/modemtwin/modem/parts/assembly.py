"""The packet under assembly: the fields that ``AT+CCOAPPARA`` gives (COAP-AN §3.3), and the message they make.

Field, Field, … ──Assembly.add──► Assembly ──Assembly.message──► Message
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from modemtwin.at.reply import Refusal
from modemtwin.coap import numbers
from modemtwin.coap.message import Message, uint
from modemtwin.coap.numbers import ACK, CON, EMPTY, GET, NON, RST
from modemtwin.coap.uri import path_segments, query_arguments

_RESERVED_CLASSES = (1, 6, 7)
"""Code classes without a meaning (RFC 7252 §3)."""

_OPTIONS = {
    "etag": numbers.ETAG,
    "observe": numbers.OBSERVE,
    "uri_path": numbers.URI_PATH,
    "content_format": numbers.CONTENT_FORMAT,
    "max_age": numbers.MAX_AGE,
    "uri_query": numbers.URI_QUERY,
    "accept": numbers.ACCEPT,
}
"""The fields that become an option, whatever the packet is."""


class Assembly:
    """The fields given so far, by their names with underscores; a path and a query are tuples of segments.

    ``mid`` and ``token`` are None as long as they are not given.
    """

    __slots__ = ("_given", "code", "mid", "payload", "token", "type")

    def __init__(self, **given: Any) -> None:
        self._given = given
        self.code: int = given.get("code", GET)
        self.type: int = given.get("type", CON)
        self.mid: int | None = given.get("mid")
        self.token: bytes | None = given.get("token")
        self.payload: bytes = given.get("payload", b"")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Assembly) and self._given == other._given

    def __repr__(self) -> str:
        return f"Assembly({', '.join(f'{name}={value!r}' for name, value in self._given.items())})"

    def add(self, pairs: Iterable[tuple[str, Any]], *, append_payload: bool, longest_payload: int) -> Assembly:
        """Give the assembly with these fields added, or refuse them all (COAP-AN §3.3; silent on repeats).

        Within one command a repeated path or query grows; what an earlier command gave is replaced.
        """
        changes: dict[str, Any] = {}
        for name, value in pairs:
            if name in ("uri_path", "uri_query"):
                split = _split(name, value)
                changes[name] = changes.get(name, ()) + split
            elif name == "payload" and append_payload:
                changes[name] = changes.get(name, self.payload) + value
            else:
                changes[name] = value
        if len(changes.get("payload", b"")) > longest_payload:
            raise Refusal(793, f"the payload is {len(changes['payload'])} bytes; a packet holds {longest_payload}")
        return Assembly(**self._given | changes)

    def without_mid(self) -> Assembly:
        """Give the same packet, to be sent once more."""
        return Assembly(**{name: value for name, value in self._given.items() if name != "mid"})

    @property
    def is_request(self) -> bool:
        """Whether the code is that of a method."""
        return numbers.is_request(self.code)

    def message(self, mid: int, url_options: tuple[tuple[int, bytes], ...]) -> Message:
        """The message that leaves; a path or query of its own wins over that of the URL."""
        options = self._from_url(url_options) if url_options and self.is_request else []
        for name, value in self._given.items():
            number = _OPTIONS.get(name)
            if number is None:
                continue
            if isinstance(value, tuple):
                options += [(number, segment) for segment in value]
            else:
                options.append((number, value if isinstance(value, bytes) else uint(value)))
        if "size" in self._given:
            options.append((numbers.SIZE1 if self.is_request else numbers.SIZE2, uint(self._given["size"])))
        if len(options) > 1:
            options.sort(key=_number)
        return Message(self.type, self.code, mid, self.token or b"", tuple(options), self.payload)

    def _from_url(self, url_options: tuple[tuple[int, bytes], ...]) -> list[tuple[int, bytes]]:
        own = {_OPTIONS[name] for name in ("uri_path", "uri_query") if name in self._given}
        return [option for option in url_options if option[0] not in own]


def _number(option: tuple[int, bytes]) -> int:
    return option[0]


def _split(name: str, value: bytes) -> tuple[bytes, ...]:
    pieces = path_segments(value) if name == "uri_path" else query_arguments(value)
    for piece in pieces:
        if len(piece) > 255:
            what = "path segment" if name == "uri_path" else "query argument"
            raise Refusal(793, f"a {what} has {len(piece)} bytes; RFC 7252 §5.10 allows 255")
    return pieces


def refuse_what_coap_forbids(message: Message) -> None:
    """Refuse a message that RFC 7252 does not allow on the wire.

    :raises Refusal: 3, with the rule that it breaks.
    """
    if message.code == EMPTY:
        if message.token or message.options or message.payload:
            raise Refusal(3, "an empty message (code 0) has no token, no option and no payload (RFC 7252 §4.1)")
        if message.type == NON:
            raise Refusal(3, "an empty message cannot be a NON (RFC 7252 §4.3)")
        return
    if message.code >> 5 in _RESERVED_CLASSES:
        raise Refusal(3, f"code {numbers.dotted(message.code)} is of a reserved class (RFC 7252 §3)")
    if message.type == RST:
        raise Refusal(3, "a RST is empty: give it code 0 (RFC 7252 §4.2)")
    if message.type == ACK and numbers.is_request(message.code):
        raise Refusal(3, f"an ACK cannot carry the request {numbers.dotted(message.code)} (RFC 7252 §4.2)")
