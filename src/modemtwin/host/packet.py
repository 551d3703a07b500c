"""A packet as a caller spells it: every field of ``AT+CCOAPPARA``, and the command lines that assemble it."""

from __future__ import annotations

from modemtwin.value import value

__all__ = ["Packet"]


@value
class Packet:
    """The fields of COAP-AN §3.3; None leaves one out, and the module then takes its default.

    ``code`` is the byte: 1 GET, 2 POST, 0x45 for 2.05. ``type`` is CON, NON, ACK or RST. ``uri_path`` and
    ``uri_query`` are segments and arguments, not yet joined.
    """

    code: int = 1
    type: str = "CON"
    mid: int | None = None
    token: bytes | None = None
    content_format: int | None = None
    accept: int | None = None
    uri_path: tuple[bytes, ...] = ()
    uri_query: tuple[bytes, ...] = ()
    etag: bytes | None = None
    observe: int | None = None
    max_age: int | None = None
    size: int | None = None
    payload: bytes = b""
