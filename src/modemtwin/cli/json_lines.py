"""What ``--json`` prints: one object on each line of standard output, of the kinds in ``KINDS``.

``KINDS`` is the one source: the page ``docs/reference/json.md`` and the JSON Schema beside it are made of it, and
:func:`line` refuses, as a fault of ours, an object that the table does not describe.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["KINDS", "Kind", "Member", "body", "line", "schema"]


class Member(NamedTuple):
    """One member of an object: its name, its JSON type (``?`` behind it: or null), what it is."""

    name: str
    type: str
    about: str

    @property
    def type_in_words(self) -> str:
        """``string or null``, ``array of strings``."""
        words = self.type.replace("?", " or null")
        return "array of strings" if words == "strings" else words


class Kind(NamedTuple):
    """One kind of object: which verbs print it, and what stands in it. Every member is always there."""

    verbs: str
    members: tuple[Member, ...]


_BODY = (
    Member("text", "string?", "the payload as text; null when it is not UTF-8"),
    Member("base64", "string", "the payload, byte for byte"),
)

KINDS: dict[str, Kind] = {
    "response": Kind(
        "get put post delete fetch patch ipatch observe",
        (
            Member("url", "string", "what was asked"),
            Member("method", "string", "GET, PUT, … iPATCH"),
            Member("code", "string", "2.05 and the like"),
            Member("name", "string", "the code in words: Content"),
            Member("ok", "boolean", "whether the code is of class 2"),
            Member("type", "string", "CON, NON or ACK, as the answer came"),
            Member("mid", "integer", "the message ID of the answer"),
            Member("request_mid", "integer", "the message ID of the question"),
            Member("token", "string", "in hex; empty when there was none"),
            Member("content_format", "integer?", "number of the content format; null when the answer has none"),
            Member("options", "object", "the options that it has, such as max_age and location_path; bytes are in hex"),
            *_BODY,
            Member("elapsed", "number", "seconds from the request to the answer"),
        ),
    ),
    "link": Kind(
        "discover",
        (
            Member("url", "string", "where it leads"),
            Member("target", "string", "as the server wrote it"),
            Member("attributes", "object", "rt, ct, title …; one without a value, such as obs, is null"),
        ),
    ),
    "ping": Kind(
        "ping",
        (
            Member("url", "string", "whom"),
            Member("number", "integer", "1 for the first"),
            Member("ok", "boolean", "whether the RST came back"),
            Member("elapsed", "number?", "seconds there and back; null without an answer"),
        ),
    ),
    "reply": Kind(
        "at",
        (
            Member("command", "string", "the line as it was sent; passwords and PINs are asterisks"),
            Member("lines", "strings", "the information lines, a character for each byte (latin-1)"),
            Member("result", "string", "OK, ERROR, +CME ERROR: 3 …"),
            Member("ok", "boolean", "whether the module did it"),
            Member("meaning", "string?", "what the CME number means; null where the module gave none"),
        ),
    ),
    "info": Kind(
        "info",
        (
            Member("port", "string", "as it was given"),
            Member("manufacturer", "string", "AT+CGMI"),
            Member("model", "string", "AT+CGMM"),
            Member("revision", "string", "AT+CGMR"),
            Member("imei", "string", "AT+CGSN"),
            Member("dialect", "string", "sim7000 or sim7080"),
            Member("sim", "string", "READY, SIM PIN, SIM not inserted …"),
            Member("rssi", "integer?", "AT+CSQ, 0 to 31; null when it is not known"),
            Member("dbm", "integer?", "the same in dBm"),
            Member("registration", "string", "home, roaming, searching, denied, off or unknown"),
            Member("attached", "boolean", "AT+CGATT?"),
            Member("operator", "string?", "AT+COPS?"),
            Member("technology", "string?", "NB-IoT, CAT-M, GSM or EGPRS"),
            Member("apn", "string?", "what the network delivered"),
            Member("address", "string?", "IP address of the bearer; null when it is down"),
        ),
    ),
    "urc": Kind("at", (Member("line", "string", "what the module said unasked"),)),
    "error": Kind(
        "all",
        (
            Member("error", "string", "the class of the error: Rejected, TimedOut, PortMissing …"),
            Member("message", "string", "one sentence, as on standard error"),
            Member("hint", "string?", "what to try"),
            Member("status", "integer", "the exit status"),
        ),
    ),
}
"""Every kind of object. The member ``kind`` comes first and names it."""

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "strings": (list,),
}


def line(kind: str, values: Mapping[str, object]) -> str:
    """Write one object as its line, members in the table's order."""
    members = KINDS[kind].members
    assert [*values] == [member.name for member in members], f"{kind}: {[*values]}"
    for member in members:
        assert _fits(values[member.name], member.type), f"{kind}.{member.name}: {values[member.name]!r}"
    return json.dumps({"kind": kind, **values}, ensure_ascii=False)


def body(payload: bytes) -> dict[str, object]:
    """The members that hold a payload."""
    import base64

    try:
        text = payload.decode()
    except UnicodeDecodeError:
        text = None
    return {"text": text, "base64": base64.b64encode(payload).decode()}


def schema() -> dict[str, Any]:
    """The table as a JSON Schema: any line of any verb is valid under it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of `modemtwin VERB --json`",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in KINDS],
        "$defs": {name: _definition(name, kind) for name, kind in KINDS.items()},
    }


def _definition(name: str, kind: Kind) -> dict[str, Any]:
    members = {member.name: _typed(member) for member in kind.members}
    return {
        "type": "object",
        "description": f"printed by: {kind.verbs}",
        "properties": {"kind": {"const": name}, **members},
        "required": ["kind", *members],
        "additionalProperties": False,
    }


def _typed(member: Member) -> dict[str, Any]:
    bare = member.type.removesuffix("?")
    written = "array" if bare == "strings" else bare
    typed: dict[str, Any] = {"type": [written, "null"] if bare != member.type else written}
    if bare == "strings":
        typed["items"] = {"type": "string"}
    return {**typed, "description": member.about}


def _fits(value: object, wanted: str) -> bool:
    bare = wanted.removesuffix("?")
    if value is None:
        return bare != wanted
    return isinstance(value, _TYPES[bare]) and (bare == "boolean") == isinstance(value, bool)
